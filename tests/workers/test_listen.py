"""arq is told to do as little as it can: each default it has here loses or repeats jobs."""

import asyncio

from glaze.db.engine import Database
from glaze.jobs.deadlines import DEADLINES
from glaze.jobs.doorbell import FUNCTION, QUEUE
from tests.glaze.jobs.acting import ask, glaze_order, row, runner, with_effects
from workers.listen import Listener


async def test_arq_retries_nothing_keeps_nothing_and_calls_no_hooks(database: Database, redis_url: str) -> None:
    listener = Listener(redis_url, runner(database, deadlines=DEADLINES))
    arq = listener._arq_worker()
    function = arq.functions[FUNCTION]

    assert list(arq.functions) == [FUNCTION]
    assert (arq.max_tries, arq.retry_jobs, arq.keep_result_s, arq.keep_result_forever) == (1, False, 0, False)
    assert (function.max_tries, function.keep_result_s, function.timeout_s) == (1, 0, 90)
    assert (arq.job_timeout_s, arq.poll_delay_s, arq.health_check_interval) == (90, 0.05, 10)
    assert (arq.queue_name, arq.expires_extra_ms, arq.allow_abort_jobs) == (QUEUE, 60_000, False)
    assert not any((arq.on_startup, arq.on_shutdown, arq.on_job_start, arq.on_job_end, arq.after_job_end))
    assert not arq.cron_jobs
    await arq.pool.aclose(close_connection_pool=True)


async def test_a_ring_that_makes_no_sense_does_not_end_the_listening(database: Database, redis_url: str) -> None:
    await with_effects(database)
    listener = Listener(redis_url, runner(database))
    listening = asyncio.ensure_future(listener.listen())
    arq = listener._arq_worker()
    for ring, nonsense in enumerate(("seven", None, -1, [1])):
        await arq.pool.enqueue_job(FUNCTION, nonsense, _job_id=f"nonsense:{ring}")
    await arq.pool.enqueue_job("unknown", 1)
    job_id = (await ask(database, glaze_order())).job_id

    await arq.pool.enqueue_job(FUNCTION, job_id)
    async with asyncio.timeout(30):
        while (await row(database, job_id)).state != "done":  # noqa: ASYNC110 - it is another session's to say
            await asyncio.sleep(0.02)

    assert not listening.done()
    listening.cancel()
    await asyncio.wait({listening})
    await listener.finish()
    await arq.pool.aclose(close_connection_pool=True)
