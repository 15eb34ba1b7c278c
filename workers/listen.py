"""How a worker hears the doorbell: an arq worker that outlives its Redis."""

import asyncio
from typing import Any

from arq import func
from arq.worker import Worker

from glaze.jobs.doorbell import EXPIRES_MS, FUNCTION, QUEUE, arq_redis, read_json, write_json
from glaze.jobs.run import Runner
from glaze.log import get_logger

MAX_JOBS = 10
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.2, 3.0

_log = get_logger("worker")


class Listener:
    """Runs the jobs that are rung for. `listen()` until cancelled, then `finish()`."""

    def __init__(self, redis_url: str, runner: Runner) -> None:
        self._redis_url = redis_url
        self._runner = runner
        self._workers: list[Worker] = []
        """The one that listens, last, and those whose Redis went away while jobs of theirs still run."""

    async def listen(self) -> None:
        """Listen for ever. arq's worker ends when Redis goes away; its jobs go on, and a new worker is started."""
        pause = _SHORTEST_PAUSE
        lost = False
        while True:
            await self._leave_the_idle()
            worker = self._arq_worker()
            self._workers.append(worker)
            try:
                await worker.pool.ping()
                if lost:
                    _log.info("worker.doorbell_back")
                pause, lost = _SHORTEST_PAUSE, False
                await worker.main()
            except Exception as error:
                if not lost:
                    _log.warning("worker.doorbell_lost", exc_info=error)
                lost = True
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def finish(self) -> None:
        """Let running jobs end; those that take too long, or once somebody is impatient, are handed back."""
        deadlines = self._runner.deadlines
        impatience = asyncio.ensure_future(self._runner.hand_back_now.wait())
        ending = asyncio.ensure_future(_all_ended(self._jobs()))
        await asyncio.wait({ending, impatience}, timeout=deadlines.finish, return_when=asyncio.FIRST_COMPLETED)
        self._runner.hand_back_now.set()
        await asyncio.wait({ending}, timeout=deadlines.hand_back)
        ending.cancel()
        await asyncio.wait({ending, impatience})
        for worker in self._workers:
            await _close(worker)

    def _jobs(self) -> list[asyncio.Task[Any]]:
        return [task for worker in self._workers for task in worker.tasks.values() if not task.done()]

    async def _leave_the_idle(self) -> None:
        for worker in list(self._workers):
            if all(task.done() for task in worker.tasks.values()):
                self._workers.remove(worker)
                await _close(worker)

    def _arq_worker(self) -> Worker:
        """arq's part: to hear a ring, to bound how many jobs run at once, nothing else. No hooks: theirs can kill it.

        max_tries, retry_jobs, keep_result: a ring is spent when heard, the job itself is in PostgreSQL.
        """
        deadlines = self._runner.deadlines
        run_job = func(
            self._run_job,  # type: ignore[arg-type]  # arq's type wants *args, its call gives what was rung
            name=FUNCTION,
            timeout=deadlines.arq,
            keep_result=0,
            max_tries=1,
        )
        return Worker(
            functions=[run_job],
            queue_name=QUEUE,
            redis_pool=arq_redis(self._redis_url),
            handle_signals=False,  # one worker a Redis' life: signals are the process's (serve.py)
            max_jobs=MAX_JOBS,
            job_timeout=deadlines.arq,
            keep_result=0,
            max_tries=1,
            retry_jobs=False,
            poll_delay=0.05,
            health_check_interval=10,
            job_serializer=write_json,
            job_deserializer=read_json,
            expires_extra_ms=EXPIRES_MS,
            log_results=False,
        )

    async def _run_job(self, _ctx: dict[str, Any], job_id: int) -> None:
        """What arq calls. Nothing is raised to it: it knows nothing of jobs, and would log messages of drivers."""
        try:
            await self._runner.run(job_id)
        except Exception as error:
            _log.exception("job.abandoned", job_id=job_id, exc_info=error)


async def _all_ended(jobs: list[asyncio.Task[Any]]) -> None:
    if jobs:
        await asyncio.wait(jobs)


async def _close(worker: Worker) -> None:
    """Close the worker's Redis. Not by arq's own close(): it cancels what runs, and trips over a Redis that is away."""
    for task in worker.tasks.values():
        if task.done() and not task.cancelled():
            task.exception()  # seen: a ring that could not be crossed off runs out by itself
    await worker.pool.aclose(close_connection_pool=True)
