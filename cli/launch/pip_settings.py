"""What the user told pip about indexes, certificates and proxies, said again in uv's words: uv reads none of it."""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from cli.launch.place import home

# pip's option -> (uv's variable, further variables by which the user may have told uv already).
CARRIED = {
    "index-url": ("UV_DEFAULT_INDEX", ("UV_INDEX_URL",)),
    "extra-index-url": ("UV_INDEX", ("UV_EXTRA_INDEX_URL",)),
    "find-links": ("UV_FIND_LINKS", ()),
    "no-index": ("UV_NO_INDEX", ()),
    "trusted-host": ("UV_INSECURE_HOST", ()),
    "timeout": ("UV_HTTP_TIMEOUT", ("UV_REQUEST_TIMEOUT", "HTTP_TIMEOUT")),
    "proxy": ("ALL_PROXY", ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "all_proxy")),
    "client-cert": ("SSL_CLIENT_CERT", ()),
    "cert": ("SSL_CERT_FILE", ()),
}
# uv parts these at commas where pip parts them at blanks.
PARTED_AT_COMMAS = ("find-links",)


def for_uv(told: Mapping[str, str]) -> dict[str, str]:
    """The variables to add for uv; `told` is the environment, and what it says to uv itself stands."""
    added: dict[str, str] = {}
    for option, value in pip_settings(told).items():
        variable, others = CARRIED.get(option, ("", ()))
        if not variable or any(told.get(name) for name in (variable, *others)):
            continue
        if option == "no-index" and value.lower() not in ("1", "true", "yes", "on"):
            continue
        if option == "cert" and Path(value).is_dir():
            variable = "SSL_CERT_DIR"
        added[variable] = ",".join(value.split()) if option in PARTED_AT_COMMAS else value
    if "UV_INDEX" in added or "UV_FIND_LINKS" in added:
        # pip takes all its indexes as one; uv would stop at the first that knows the name. The hashes of the
        # lock settle what may be installed, wherever it comes from.
        added["UV_INDEX_STRATEGY"] = told.get("UV_INDEX_STRATEGY") or "unsafe-best-match"
    return added


def pip_settings(told: Mapping[str, str]) -> dict[str, str]:
    """pip's own view of its options: files from the widest to the nearest, then the environment, which wins."""
    settings: dict[str, str] = {}
    for path in _files(told):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue  # pip itself will complain of it, in better words
        for section in ("global", "install"):
            if parser.has_section(section):
                settings.update((_option(name), value) for name, value in parser.items(section))
    for name, value in told.items():
        if name.startswith("PIP_"):
            settings[_option(name[len("PIP_") :])] = value
    return {name: " ".join(value.split()) for name, value in settings.items() if value and value.strip()}


def _option(name: str) -> str:
    return name.lower().replace("_", "-")


def _files(told: Mapping[str, str]) -> Iterator[Path]:
    """Where pip looks, in its order; PIP_CONFIG_FILE=/dev/null turns all files off."""
    chosen = told.get("PIP_CONFIG_FILE", "")
    if chosen == os.devnull:
        return
    wide = told.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    for folder in reversed(wide.split(os.pathsep)):
        yield Path(folder, "pip", "pip.conf")
    yield Path("/etc/pip.conf")
    near = Path(told.get("XDG_CONFIG_HOME") or home() / ".config")
    if sys.platform == "darwin":
        yield Path("/Library/Application Support/pip/pip.conf")
        yield home() / "Library" / "Application Support" / "pip" / "pip.conf"
    yield home() / ".pip" / "pip.conf"
    yield near / "pip" / "pip.conf"
    yield Path(sys.prefix, "pip.conf")
    if chosen:
        yield Path(chosen)
