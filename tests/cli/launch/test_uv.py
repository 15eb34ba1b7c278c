"""uv is found, or installed by whatever the machine has."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.launch.uv import SYSTEM_CERTIFICATES, environment_for_uv
from tests.cli.launch.made import Checkout, checkout, poorer_python, wheel


@pytest.fixture
def without_uv(tmp_path: Path) -> Checkout:
    """No uv on PATH; the index has one, pinned by its hash, that only tells its version."""
    small = checkout(tmp_path)
    program = {"uv-9.9.9.data/scripts/uv": "#!/bin/sh\necho uv 9.9.9\n"}
    digest = wheel(tmp_path / "index", "uv", "9.9.9", program)
    (small.root / "cli/launch/requirements-uv.lock").write_text(f"uv==9.9.9 --hash=sha256:{digest}\n")
    return small


def found_by(small: Checkout, python: str, path: str = "/nowhere") -> tuple[str | None, str]:
    """What `uv_in` finds under that Python, and what it said."""
    code = """
import json, sys
from pathlib import Path
from cli.launch.place import installing_in, place_for
from cli.launch.uv import uv_in
place = place_for(Path.cwd())
with installing_in(place) as lock:
    found = uv_in(place, lock)
print(json.dumps(found and str(found)))
"""
    env = {**small.env, "PATH": path, "PIP_USER": "1", "PIP_REQUIRE_VIRTUALENV": "1"}
    ended = subprocess.run(
        [python, "-c", code], cwd=small.root, env=env, capture_output=True, text=True, timeout=60, check=True
    )
    found = json.loads(ended.stdout)
    return found, ended.stderr


def test_venv_and_pip_get_it_and_it_is_got_once(without_uv: Checkout) -> None:
    kept = str(without_uv.root / ".wb/uv/bin/uv")
    found, said = found_by(without_uv, without_uv.env["WB_PYTHON"])
    assert (found, said) == (kept, "wb: installing uv with venv and pip\n")
    assert found_by(without_uv, without_uv.env["WB_PYTHON"]) == (kept, "")


def test_pip_alone_gets_it_also_where_the_systems_python_is_closed_to_pip(without_uv: Checkout, tmp_path: Path) -> None:
    found, said = found_by(without_uv, poorer_python(tmp_path / "poorer", with_pip=True))
    assert found == str(without_uv.root / ".wb/uv/bin/uv")
    assert said.splitlines() == [
        "wb: installing uv with venv and pip",
        "wb:   not so: this Python makes environments without pip",
        "wb: installing uv with pip",
    ]


def test_a_pip_or_pipx_on_the_path_gets_it_where_python_has_none(without_uv: Checkout, tmp_path: Path) -> None:
    bare = poorer_python(tmp_path / "bare", with_pip=False)
    kept = without_uv.root / ".wb" / "uv"
    pip3, pipx = tmp_path / "with-pip" / "pip3", tmp_path / "with-pipx" / "pipx"
    # Another Python's pip, and a pipx that does, by pipx's own variables, what it is asked for here.
    pip3_does = f'exec {poorer_python(tmp_path / "another", with_pip=True)} -m pip "$@"\n'
    pipx_does = """
test "$*" = "install --quiet uv==9.9.9" || exit 1
/bin/mkdir -p "$PIPX_BIN_DIR" && cd "$PIPX_BIN_DIR" || exit 1
printf '#!/bin/sh\\necho uv 9.9.9\\n' > uv && /bin/chmod 755 uv
"""
    for program, does in ((pip3, pip3_does), (pipx, pipx_does)):
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{does}")
        program.chmod(0o755)
        found, said = found_by(without_uv, bare, str(program.parent))
        assert found == str(kept / "bin" / "uv"), said
        assert said.splitlines()[-1] == f"wb: installing uv with {'pipx' if program == pipx else program}"
        shutil.rmtree(kept)


def test_a_machine_with_nothing_is_told_what_to_install(without_uv: Checkout, tmp_path: Path) -> None:
    bare = poorer_python(tmp_path / "bare", with_pip=False)
    ended = without_uv.wb("demo", PATH="/nowhere", WB_PYTHON=bare)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == (
        "wb: Python's venv does not work here, nor is there a uv or a pip to get one: "
        "install uv, or python3-venv, or python3-pip, then run this again."
    )


def test_venv_and_pip_do_the_whole_work_where_uv_cannot_be_had(without_uv: Checkout) -> None:
    pinned = without_uv.root / "cli/launch/requirements-uv.lock"
    pinned.write_text(pinned.read_text().replace("9.9.9", "9.9.8"))
    ended = without_uv.wb("demo", PATH="/usr/bin:/bin")
    assert ended.returncode == 0, ended.stderr
    assert "without uv this takes longer" in ended.stderr
    assert json.loads(ended.stdout)["pebble"] == 1


def test_a_uv_that_is_too_old_or_broken_is_passed_by(without_uv: Checkout, tmp_path: Path) -> None:
    python = poorer_python(tmp_path / "poorer", with_pip=True)
    for words in ("echo uv 0.4.0", "exit 1"):
        old = tmp_path / "bin" / "uv"
        old.unlink()
        old.write_text(f"#!/bin/sh\n{words}\n")
        old.chmod(0o755)
        found, _ = found_by(without_uv, python, str(old.parent))
        assert found == str(without_uv.root / ".wb/uv/bin/uv")


def test_uv_has_a_cache_it_can_write_and_no_say_in_what_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("UV_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/nonexistent")
    monkeypatch.setenv("UV_SYSTEM_PYTHON", "1")
    monkeypatch.setenv("UV_OFFLINE", "1")
    told = environment_for_uv(tmp_path)
    assert told["UV_CACHE_DIR"] == str(tmp_path / "uv-cache")
    assert "UV_SYSTEM_PYTHON" not in told
    assert told["UV_OFFLINE"] == "1"
    assert ("UV_SYSTEM_CERTS" in told) == any(path.is_file() for path in SYSTEM_CERTIFICATES)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert environment_for_uv(tmp_path)["UV_CACHE_DIR"] == str(tmp_path / ".cache" / "uv")
