"""What `./wb worker` runs."""

import contextlib

from glaze.highlights.model import model_for
from glaze.settings import Settings
from workers.registry import handlers
from workers.serve import serve


async def run_worker(settings: Settings) -> None:
    """Be a worker until SIGTERM or SIGINT. Raises UnavailableError if it cannot start, InvalidInputError for a setting.

    The caller sets up logging.
    """
    async with contextlib.AsyncExitStack() as stack:
        model = model_for(settings)
        if model is not None:
            await stack.enter_async_context(model)
        await serve(settings, handlers(model))
