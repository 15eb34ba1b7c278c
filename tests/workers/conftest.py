"""Worker processes for tests: started for real, watched by their log, and never left behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from glaze.db.engine import Database
from glaze.jobs.doorbell import ArqDoorbell
from tests.glaze.jobs.acting import with_effects

_ROOT = Path(__file__).parents[2]


class WorkerProcess:
    """A worker of its own; `events` are the lines of its log."""

    def __init__(self, log: Path, environment: dict[str, str], options: dict[str, object]) -> None:
        self._log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.workers.worker_program", json.dumps(options)],
                cwd=_ROOT,
                env=os.environ | environment,
                stderr=output,
            )

    @property
    def events(self) -> list[dict[str, Any]]:
        lines = self._log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    async def said(self, event: str, *, seconds: float = 60.0) -> dict[str, Any]:
        """Wait for a line of its log."""
        for _ in range(int(seconds / 0.02)):
            for each in self.events:
                if each["event"] == event:
                    return each
            await asyncio.sleep(0.02)
        raise AssertionError(f"no {event} in {self._log.read_text(encoding='utf-8')}")

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def ended(self, *, seconds: float = 30.0) -> int:
        """Its exit code."""
        return await asyncio.to_thread(self.process.wait, seconds)


StartWorker = Callable[..., WorkerProcess]


@pytest.fixture
async def start_worker(
    database: Database, database_url: str, redis_url: str, tmp_path: Path
) -> AsyncIterator[StartWorker]:
    """Start a worker on this test's servers: `start_worker(seconds=1, lease=2)`; options as in worker_program.py."""
    await with_effects(database)
    started: list[WorkerProcess] = []

    def start(*, redis: str = redis_url, flag: bool = True, **options: object) -> WorkerProcess:
        environment = {"DATABASE_URL": database_url, "REDIS_URL": redis, "PROFILE_SIGNAL_GLAZE": str(flag)}
        worker = WorkerProcess(tmp_path / f"worker-{len(started)}.log", environment, options)
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.process.kill()
        worker.process.wait()


@pytest.fixture
async def doorbell(redis_url: str) -> AsyncIterator[ArqDoorbell]:
    """The real doorbell."""
    bell = ArqDoorbell(redis_url)
    yield bell
    await bell.close()
