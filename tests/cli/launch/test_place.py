"""Where the launcher installs, and that nobody else can make it install elsewhere."""

import os
from pathlib import Path

import pytest

from cli.launch.place import cache_folders, place_for
from cli.launch.say import LaunchError

SOMEBODY = 12345
as_root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders to somebody else")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("home", "temporary", "checkout"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    return tmp_path / "checkout"


def close_to_us(folder: Path) -> None:
    """Not ours (as root), or not writable (as anybody else)."""
    if os.geteuid() == 0:
        os.chown(folder, SOMEBODY, SOMEBODY)
    else:
        folder.chmod(0o555)


def test_our_checkout_keeps_it_itself(checkout: Path) -> None:
    assert place_for(checkout) == checkout / ".wb"
    assert place_for(checkout) == checkout / ".wb"


def test_a_checkout_that_is_not_ours_is_left_untouched(checkout: Path) -> None:
    close_to_us(checkout)
    place = place_for(checkout)
    assert place.parent == checkout.parent / "home/.cache/signal-profile-glaze"
    assert place.name.startswith("checkout-")
    assert list(checkout.iterdir()) == []


def test_two_checkouts_of_one_name_have_two_places(checkout: Path) -> None:
    twin = checkout.parent / "elsewhere" / "checkout"
    twin.mkdir(parents=True)
    close_to_us(checkout)
    close_to_us(twin)
    assert place_for(checkout) != place_for(twin)


def test_xdg_cache_home_comes_first_and_is_made(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    close_to_us(checkout)
    chosen = checkout.parent / "new" / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(chosen))
    assert place_for(checkout).parent.parent == chosen
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert list(cache_folders()) == [checkout.parent / "home" / ".cache"]


@pytest.mark.parametrize("home", ["/nonexistent", "", "not ours"])
def test_without_a_home_a_private_temporary_folder_is_taken(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    close_to_us(checkout)
    if home == "not ours":
        close_to_us(checkout.parent / "home")
    else:
        monkeypatch.setenv("HOME", home)
    place = place_for(checkout)
    private = checkout.parent / "temporary" / f"signal-profile-glaze-{os.geteuid()}"
    assert place.parent == private
    assert private.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("squatted", ["link", "open", pytest.param("foreign", marks=as_root_only)])
def test_a_temporary_folder_that_somebody_else_prepared_is_refused(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, squatted: str
) -> None:
    close_to_us(checkout)
    monkeypatch.setenv("HOME", "/nonexistent")
    private = checkout.parent / "temporary" / f"signal-profile-glaze-{os.geteuid()}"
    if squatted == "link":
        (checkout.parent / "trap").mkdir(mode=0o700)
        private.symlink_to(checkout.parent / "trap")
    else:
        private.mkdir(mode=0o700)
        if squatted == "open":
            private.chmod(0o777)
        else:
            os.chown(private, SOMEBODY, SOMEBODY)
    with pytest.raises(LaunchError, match="is not ours alone; set XDG_CACHE_HOME"):
        place_for(checkout)


@as_root_only
def test_a_link_for_dot_wb_is_not_followed(checkout: Path) -> None:
    (checkout.parent / "trap").mkdir()
    (checkout / ".wb").symlink_to(checkout.parent / "trap")
    assert place_for(checkout).parent.name == "signal-profile-glaze"
