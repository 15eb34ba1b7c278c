"""Real worker processes: killed, paused, told to stop, and left without their Redis."""

import asyncio
import signal

from redis.asyncio import Redis

from glaze.db.engine import Database
from glaze.jobs.doorbell import ArqDoorbell
from glaze.jobs.ring import ring_now
from tests.glaze.jobs.acting import ask, change, effects, glaze_order, row, states
from tests.workers.conftest import StartWorker
from tests.workers.proxy import redis_proxy

SHORT_LEASE = {"lease": 2.0, "heartbeat": 0.25, "ring_again": 0.5}


async def until(database: Database, job_id: int, state: str, *, seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while (await row(database, job_id)).state != state:  # noqa: ASYNC110 - it is another process's to say
            await asyncio.sleep(0.02)


async def test_a_rung_job_is_done_and_a_worker_told_to_stop_ends_well(
    database: Database, doorbell: ArqDoorbell, start_worker: StartWorker
) -> None:
    worker = start_worker()
    started = await worker.said("worker.started")
    job_id = (await ask(database, glaze_order())).job_id

    await ring_now(database, doorbell, job_id)
    await until(database, job_id, "done")
    await worker.said("job.done")  # a moment after the commit
    worker.send(signal.SIGTERM)

    assert await worker.ended() == 0
    assert started["kinds"] == ["glaze"]
    assert [each["event"] for each in worker.events] == [
        "worker.started",
        "job.claimed",
        "job.done",
        "worker.stopping",
        "worker.stopped",
    ]
    assert await effects(database) == [job_id]


async def test_a_job_nobody_rang_for_is_done_all_the_same(database: Database, start_worker: StartWorker) -> None:
    job_id = (await ask(database, glaze_order())).job_id

    start_worker()

    await until(database, job_id, "done")


async def test_a_killed_workers_job_is_finished_by_another_and_leaves_its_effect_once(
    database: Database, start_worker: StartWorker
) -> None:
    doomed = start_worker(seconds=60, **SHORT_LEASE)
    job_id = (await ask(database, glaze_order())).job_id
    await until(database, job_id, "running")

    doomed.send(signal.SIGKILL)
    await doomed.ended()
    start_worker(**SHORT_LEASE)

    await until(database, job_id, "done")
    assert (await row(database, job_id)).attempt >= 2
    assert await effects(database) == [job_id]


async def test_a_job_that_kills_its_worker_is_dead_when_its_attempts_are_used_up(
    database: Database, start_worker: StartWorker
) -> None:
    job_id = (await ask(database, glaze_order())).job_id
    await change(database, "UPDATE jobs SET max_attempts = 2")

    for _ in range(2):
        assert await start_worker(crash=True, **SHORT_LEASE).ended() == -signal.SIGKILL
    survivor = start_worker(**SHORT_LEASE)

    await until(database, job_id, "dead")
    dead = await survivor.said("job.dead")
    assert (dead["job_id"], dead["attempt"], dead["code"]) == (job_id, 2, "LEASE_EXPIRED")
    assert await effects(database) == []


async def test_a_worker_that_stood_still_past_its_lease_stops_itself_when_it_wakes(
    database: Database, start_worker: StartWorker
) -> None:
    sleeper = start_worker(seconds=60, **SHORT_LEASE)
    job_id = (await ask(database, glaze_order())).job_id
    await until(database, job_id, "running")

    sleeper.send(signal.SIGSTOP)
    start_worker(**SHORT_LEASE)
    await until(database, job_id, "done")
    sleeper.send(signal.SIGCONT)

    assert (await sleeper.said("job.fenced"))["job_id"] == job_id
    assert await effects(database) == [job_id]


async def test_without_its_heartbeat_it_finishes_and_the_fence_undoes_it(
    database: Database, start_worker: StartWorker
) -> None:
    sleeper = start_worker(seconds=3, lease=2.0, heartbeat=1000.0)
    job_id = (await ask(database, glaze_order())).job_id
    await until(database, job_id, "running")

    sleeper.send(signal.SIGSTOP)
    start_worker(**SHORT_LEASE)
    await until(database, job_id, "done")
    sleeper.send(signal.SIGCONT)

    await sleeper.said("job.fenced")
    assert await effects(database) == [job_id]


async def test_told_to_stop_a_worker_finishes_what_it_can(database: Database, start_worker: StartWorker) -> None:
    worker = start_worker(seconds=1)
    job_id = (await ask(database, glaze_order())).job_id
    await until(database, job_id, "running")

    worker.send(signal.SIGTERM)

    assert await worker.ended() == 0
    assert await states(database) == {job_id: "done"}


async def test_what_does_not_finish_in_time_is_handed_back_without_costing_an_attempt(
    database: Database, start_worker: StartWorker
) -> None:
    worker = start_worker(seconds=60, finish=0.3)
    job_id = (await ask(database, glaze_order())).job_id
    await until(database, job_id, "running")

    worker.send(signal.SIGTERM)

    assert await worker.ended() == 0
    job = await row(database, job_id)
    assert (job.state, job.attempt) == ("queued", 0)
    start_worker()
    await until(database, job_id, "done")
    assert (await row(database, job_id)).attempt == 1


async def test_a_second_signal_hands_back_at_once(database: Database, start_worker: StartWorker) -> None:
    worker = start_worker(seconds=60)
    job_id = (await ask(database, glaze_order())).job_id
    await until(database, job_id, "running")

    worker.send(signal.SIGINT)
    await worker.said("worker.stopping")
    worker.send(signal.SIGINT)

    assert await worker.ended() == 0
    assert (await row(database, job_id)).attempt == 0


async def test_a_worker_outlives_its_redis_and_hears_again_when_it_is_back(
    database: Database, redis_url: str, start_worker: StartWorker
) -> None:
    async with redis_proxy(redis_url) as proxy:
        worker = start_worker(redis=proxy.url, seconds=0.6, ring_again=0.5)
        bell = ArqDoorbell(proxy.url)
        await worker.said("worker.started")
        at_work = (await ask(database, glaze_order(1))).job_id
        await ring_now(database, bell, at_work)
        await until(database, at_work, "running")

        await proxy.down()
        await worker.said("worker.doorbell_lost")
        waiting = (await ask(database, glaze_order(2))).job_id
        await ring_now(database, bell, waiting)
        await until(database, at_work, "done")
        assert (await row(database, waiting)).state == "queued"
        await proxy.up()

        await until(database, waiting, "done")
        await worker.said("worker.doorbell_back")
        assert await effects(database) == [at_work, waiting]
        worker.send(signal.SIGTERM)
        assert await worker.ended() == 0
        await bell.close()


async def test_a_worker_whose_redis_is_away_can_be_stopped(
    database: Database, redis_url: str, start_worker: StartWorker
) -> None:
    async with redis_proxy(redis_url) as proxy:
        worker = start_worker(redis=proxy.url, seconds=60, finish=0.3)
        job_id = (await ask(database, glaze_order())).job_id
        await until(database, job_id, "running")
        await proxy.down()
        await worker.said("worker.doorbell_lost")

        worker.send(signal.SIGTERM)

        assert await worker.ended() == 0
        assert (await row(database, job_id)).attempt == 0


async def test_a_flushed_redis_loses_no_job(database: Database, redis_url: str, start_worker: StartWorker) -> None:
    worker = start_worker(seconds=0.05, ring_again=0.5)
    await worker.said("worker.started")
    jobs = [(await ask(database, glaze_order(user))).job_id for user in range(1, 31)]

    async with Redis.from_url(redis_url) as redis:
        for _ in range(5):
            await redis.flushdb()
            await asyncio.sleep(0.05)

    for job_id in jobs:
        await until(database, job_id, "done")
    assert await effects(database) == jobs


async def test_two_workers_share_what_there_is_and_do_each_job_once(
    database: Database, start_worker: StartWorker
) -> None:
    workers = [start_worker(seconds=0.2) for _ in range(2)]
    for worker in workers:
        await worker.said("worker.started")

    jobs = [(await ask(database, glaze_order(user))).job_id for user in range(1, 61)]

    for job_id in jobs:
        await until(database, job_id, "done")
    assert await effects(database) == jobs
    assert all([await worker.said("job.done") for worker in workers])
