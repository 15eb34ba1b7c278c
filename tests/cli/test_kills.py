"""kill -9 from outside at any moment: the next run ends where an undisturbed one does."""

import asyncio
import hashlib
import json
import random
import signal
import subprocess
import time
from pathlib import Path

import asyncpg
import pytest

from glaze.db.migrate import upgrade
from tests.canonical import digest, dump
from tests.cli.running import ROOT, SHARED, command, environment, run_well

SMALL = SHARED / "data" / "dev_fcc_casual_small.main.jsonl.gz"
STEPS = (
    ("import", str(SMALL), "--all-groups"),
    ("signal-profile", "snapshot", "--all"),
    ("signal-profile", "glaze", "--all"),
)
KILLS = 20


def state_of(database_url: str, storage: Path) -> tuple[str, str]:
    """One word for the tables by natural keys, and one for the artifacts without ids of ours: a kill uses up some."""

    async def read() -> str:
        connection = await asyncpg.connect(database_url)
        try:
            return digest(await dump(connection))
        finally:
            await connection.close()

    files = []
    for path in sorted(storage.rglob("*.json")):
        artifact = json.loads(path.read_bytes())
        for snapshot in artifact["snapshots"].values():
            snapshot["request_ids"] = len(snapshot["request_ids"])
        files.append((path.name, artifact))
    return asyncio.run(read()), hashlib.sha256(repr(files).encode()).hexdigest()


def bytes_of(storage: Path) -> str:
    """One word for every byte of the artifacts."""
    files = sorted((path.name, path.read_bytes()) for path in storage.rglob("*.json"))
    return hashlib.sha256(repr(files).encode()).hexdigest()


def timed(env, arguments) -> float:
    started = time.monotonic()
    run_well(env, *arguments)
    return time.monotonic() - started


def killed_after(env, arguments, seconds: float) -> bool:
    """Start the command and kill it after some seconds; whether it was still running."""
    process = subprocess.Popen(
        command(*arguments), env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


@pytest.mark.xdist_group("kills")
def test_killed_twenty_times_at_random_moments_everything_ends_as_if_undisturbed(
    database_url, another_database_url, redis_url, tmp_path
):
    if not SMALL.exists():
        pytest.fail("shared/data is not beside the project: put it there first")
    calm = environment(database_url, redis_url, tmp_path / "calm")
    lasted = [timed(calm, arguments) for arguments in STEPS]
    wanted = state_of(database_url, tmp_path / "calm")

    chance = random.Random(20261120)
    wild = environment(another_database_url, redis_url, tmp_path / "wild")
    killed = 0
    for number, (arguments, seconds) in enumerate(zip(STEPS, lasted, strict=True)):
        share = KILLS // len(STEPS) + (number < KILLS % len(STEPS))
        for _ in range(share):
            # Not in the first half second, where Python only loads.
            killed += killed_after(wild, arguments, chance.uniform(min(0.5, seconds / 2), seconds))
        run_well(wild, *arguments)
    assert killed >= KILLS // 2
    assert state_of(another_database_url, tmp_path / "wild") == wanted
    assert not list((tmp_path / "wild").rglob("*.part")), "half a file was left"


def test_two_runs_over_the_same_data_are_byte_identical(database_url, another_database_url, redis_url, tmp_path):
    if not SMALL.exists():
        pytest.fail("shared/data is not beside the project: put it there first")
    states: list[tuple[tuple[str, str], str]] = []
    for name, url in (("one", database_url), ("two", another_database_url)):
        upgrade(url)
        env = environment(url, redis_url, tmp_path / name, PYTHONHASHSEED=str(len(states) + 1))
        for arguments in STEPS:
            run_well(env, *arguments)
        states.append((state_of(url, tmp_path / name), bytes_of(tmp_path / name)))
    assert states[0] == states[1]
