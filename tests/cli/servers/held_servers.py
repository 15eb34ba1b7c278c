"""Embedded servers held by a process of their own, which a test may end as it likes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.cli.ordinary_user import ROOT


@dataclass(frozen=True)
class Held:
    """The holder's process and what it told."""

    process: subprocess.Popen[str]
    database_url: str
    redis_url: str
    logs: list[Path]

    @property
    def sockets(self) -> Path:
        return sockets_of(self.database_url)


def sockets_of(database_url: str) -> Path:
    return Path(parse_qs(urlsplit(database_url).query)["host"][0])


@contextmanager
def held_servers(
    folder: Path,
    kind: str = "throw-away",
    ending: str = "plain",
    *,
    before: Sequence[str] = (),
    python: str = sys.executable,
    env: Mapping[str, str] | None = None,
) -> Iterator[Held]:
    """Start a holder; whatever the test leaves of it is killed."""
    command = [*before, python, "-m", "tests.cli.servers.hold_servers", str(folder), kind, ending]
    told = {**(os.environ if env is None else env), "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    process = subprocess.Popen(command, env=told, cwd="/", stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process, process.stdout:
        try:
            line = process.stdout.readline()
            assert line, "the holder ended before its servers were ready"
            info = json.loads(line)
            yield Held(process, info["database_url"], info["redis_url"], [Path(log) for log in info["logs"]])
        finally:
            process.kill()
