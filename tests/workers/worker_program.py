"""A real worker process for tests: everything of `./wb worker` but the handlers, which leave visible effects.

`python -m tests.workers.worker_program '{"seconds": 1, "lease": 1}'` with DATABASE_URL and REDIS_URL set. Options:
`seconds` a job takes, `crash` kills the process at the start of a job; any other is a deadline.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace

from glaze.jobs.catalogue import GlazeOrder
from glaze.jobs.deadlines import DEADLINES
from glaze.jobs.run import WorkContext
from glaze.log import setup_logging
from glaze.settings import Settings
from tests.glaze.jobs.acting import leave_effect
from workers.serve import serve


def main() -> None:
    """Serve until told to stop."""
    options = json.loads(sys.argv[1])
    seconds, crash = options.pop("seconds", 0.0), options.pop("crash", False)

    async def work(_order: GlazeOrder, context: WorkContext) -> Mapping[str, object]:
        if crash:
            os.kill(os.getpid(), signal.SIGKILL)
        await asyncio.sleep(seconds)
        await leave_effect(context.database, context.lease)
        return {"effects": 1}

    setup_logging("json")
    asyncio.run(serve(Settings(), {"glaze": work}, deadlines=replace(DEADLINES, **options)))


if __name__ == "__main__":
    main()
