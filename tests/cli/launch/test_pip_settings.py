"""What pip is told about mirrors and certificates, uv is told too."""

from pathlib import Path

import pytest

from cli.launch.pip_settings import for_uv


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".config/pip").mkdir(parents=True)
    return tmp_path


def written(home: Path, text: str) -> dict[str, str]:
    """What uv is told by a user's pip.conf alone; the machine's own files are looked past."""
    path = home / ".config/pip/pip.conf"
    path.write_text(text)
    machines = for_uv({"XDG_CONFIG_HOME": str(home / "none")})
    return {name: value for name, value in for_uv({}).items() if machines.get(name) != value}


def test_a_users_mirror_becomes_uvs(home: Path) -> None:
    text = """
[global]
index_url = https://mirror.example/simple
trusted-host = mirror.example
proxy = http://proxy.example:3128
timeout = 77
[install]
Index-URL = https://nearer.example/simple
find-links = /a
    /b
extra-index-url =
    https://one.example/simple
    https://two.example/simple
"""
    assert written(home, text) == {
        "UV_DEFAULT_INDEX": "https://nearer.example/simple",
        "UV_INSECURE_HOST": "mirror.example",
        "ALL_PROXY": "http://proxy.example:3128",
        "UV_HTTP_TIMEOUT": "77",
        "UV_FIND_LINKS": "/a,/b",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_the_environment_wins_over_files_and_uvs_own_words_over_both(home: Path) -> None:
    (home / ".config/pip/pip.conf").write_text("[global]\nindex-url = https://file.example/simple\n")
    told = {"PIP_INDEX_URL": "https://variable.example/simple"}
    assert for_uv(told)["UV_DEFAULT_INDEX"] == "https://variable.example/simple"
    for own in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        assert "UV_DEFAULT_INDEX" not in for_uv({**told, own: "https://uv.example/simple"})
    assert "UV_DEFAULT_INDEX" not in for_uv({"PIP_CONFIG_FILE": "/dev/null"})


def test_a_named_file_is_the_nearest(home: Path) -> None:
    (home / ".config/pip/pip.conf").write_text("[global]\nindex-url = https://file.example/simple\n")
    named = home / "named.conf"
    named.write_text("[global]\nindex-url = https://named.example/simple\n")
    assert for_uv({"PIP_CONFIG_FILE": str(named)})["UV_DEFAULT_INDEX"] == "https://named.example/simple"


def test_certificates_are_told_as_a_file_or_a_folder(home: Path) -> None:
    bundle = home / "bundle.pem"
    bundle.touch()
    assert for_uv({"PIP_CERT": str(bundle)})["SSL_CERT_FILE"] == str(bundle)
    assert for_uv({"PIP_CERT": str(home)})["SSL_CERT_DIR"] == str(home)
    assert "SSL_CERT_FILE" not in for_uv({"PIP_CERT": str(bundle), "SSL_CERT_FILE": "/own"})


@pytest.mark.parametrize(("said", "carried"), [("true", True), ("1", True), ("0", False), ("", False)])
def test_no_index_is_carried_only_when_it_is_meant(home: Path, said: str, carried: bool) -> None:
    assert ("UV_NO_INDEX" in for_uv({"PIP_NO_INDEX": said})) == carried


def test_a_broken_file_is_pips_to_complain_of(home: Path) -> None:
    assert written(home, "index-url = without a section") == {}
