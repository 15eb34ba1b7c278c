"""Small real things to launch: a checkout with a lock of one home-made wheel, its index, and poorer Pythons."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.ordinary_user import ROOT

# What the small checkout's command does: tell what it was given.
TELLS = """
import json, os, sys
import pebble
told = {
    "executable": sys.executable, "arguments": sys.argv[1:], "cwd": os.getcwd(), "pid": os.getpid(),
    "path": sys.path, "pebble": pebble.WEIGHT, "PATH": os.environ["PATH"], "home": os.environ["WB_HOME"],
}
if "wait" in sys.argv:
    print(json.dumps(told), flush=True)
    sys.stdin.readline()
elif "fail" in sys.argv:
    sys.exit(7)
else:
    print(json.dumps(told))
"""


@dataclass(frozen=True)
class Checkout:
    """A checkout that can be launched, and the environment to do it in: an index of its own, an empty home."""

    root: Path
    home: Path
    env: dict[str, str]

    def wb(self, *arguments: str, before: Sequence[str] = (), **env: str) -> subprocess.CompletedProcess[str]:
        command = [*before, self.env["WB_PYTHON"], str(self.root / "wb"), *arguments]
        told = {**self.env, **env}
        return subprocess.run(command, env=told, cwd=self.home, capture_output=True, text=True, timeout=60, check=False)

    def told(self, *arguments: str) -> dict[str, object]:
        """What the command told, once it ended well."""
        ended = self.wb(*arguments)
        assert ended.returncode == 0, ended.stderr
        told = json.loads(ended.stdout)
        assert isinstance(told, dict)
        return told

    def lock(self, version: str, digest: str) -> None:
        """Ask for this version of the pebble in both locks."""
        for name in ("requirements-embedded.lock", "requirements-dev.lock"):
            (self.root / name).write_text(f"# {name}\npebble=={version} --hash=sha256:{digest}\n")


def checkout(folder: Path, python: str = sys.executable) -> Checkout:
    """The launcher's own files, a command that tells, and an index that holds pebble 1 and 2."""
    root, home, index = folder / "checkout", folder / "home", folder / "index"
    for each in (root / "cli", home, index / "pebble", folder / "bin"):
        each.mkdir(parents=True)
    shutil.copy(ROOT / "wb", root)
    shutil.copy(ROOT / "cli" / "__init__.py", root / "cli")
    shutil.copytree(ROOT / "cli" / "launch", root / "cli" / "launch", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "cli" / "main.py").write_text(TELLS)
    digests = [wheel(index, "pebble", version, {"pebble.py": f"WEIGHT = {version}\n"}) for version in ("1", "2")]
    (folder / "bin" / "uv").symlink_to(real_uv())
    env = {
        "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(folder),
        "WB_PYTHON": python,
        "PIP_INDEX_URL": index.as_uri(),
        "PIP_CONFIG_FILE": os.devnull,
    }
    made = Checkout(root, home, env)
    made.lock("1", digests[0])
    return made


def wheel(index: Path, name: str, version: str, files: dict[str, str]) -> str:
    """A wheel in a simple index of files, and its sha256."""
    folder = index / name
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    content = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [f"{each},sha256={_digest(text)},{len(text.encode())}" for each, text in content.items()]
    content[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,", ""])
    with zipfile.ZipFile(path, "w") as archive:
        for each, text in content.items():
            entry = zipfile.ZipInfo(each)
            entry.external_attr = (0o100755 if "/scripts/" in each else 0o100644) << 16
            archive.writestr(entry, text)
    links = "".join(f'<a href="{each.name}">{each.name}</a>\n' for each in sorted(folder.glob("*.whl")))
    (folder / "index.html").write_text(f"<!DOCTYPE html><html><body>\n{links}</body></html>\n")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def real_uv() -> Path:
    """The uv of this machine, or the launcher's own. Skips where tests run without either."""
    places = [Path(os.environ["WB_HOME"])] if "WB_HOME" in os.environ else []
    for found in (shutil.which("uv"), *(place / "uv" / "bin" / "uv" for place in (*places, ROOT / ".wb"))):
        if found and Path(found).is_file():
            return Path(found).resolve()
    pytest.skip("no uv here; ./wb test has one")


def poorer_python(folder: Path, *, with_pip: bool) -> str:
    """A Python as Debian has it without python3-venv: no ensurepip, closed to pip (PEP 668), with or without a pip.

    A real one: a copy of ours whose standard library is linked, less what it lacks.
    """
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    library = folder / "lib" / version
    for each in (folder / "bin", library):
        each.mkdir(parents=True)
    python = folder / "bin" / version
    shutil.copy(Path(sys.base_prefix, "bin", version), python)
    standard = Path(sysconfig.get_paths()["stdlib"])
    for each in standard.iterdir():
        if each.name not in ("ensurepip", "site-packages", "dist-packages", "EXTERNALLY-MANAGED"):
            (library / each.name).symlink_to(each)
    (library / "EXTERNALLY-MANAGED").write_text("[externally-managed]\nError=This Python is the system's.\n")
    # Debian's own Pythons look for packages elsewhere than others.
    question = "import site, sys; print(sys.prefix); print(site.getsitepackages()[0])"
    answered = subprocess.run([str(python), "-c", question], capture_output=True, text=True, check=False)
    prefix, _, site = answered.stdout.strip().partition("\n")
    if prefix != str(folder):
        pytest.skip("this Python cannot be copied")
    if with_pip:
        bundled = [*(standard / "ensurepip" / "_bundled").glob("pip-*.whl")]
        bundled += Path("/usr/share/python-wheels").glob("pip-*.whl")
        if not bundled:
            pytest.skip("this Python brings no pip to give to another")
        with zipfile.ZipFile(bundled[0]) as archive:
            archive.extractall(site)
    return str(python)
