"""What `./wb worker` runs."""

import contextlib

from glaze.llm.client import ModelClient
from glaze.llm.endpoints import endpoint_at
from glaze.settings import Settings
from workers.registry import handlers
from workers.serve import serve


async def run_worker(settings: Settings) -> None:
    """Be a worker until SIGTERM or SIGINT. Raises UnavailableError if it cannot start, InvalidInputError for a setting.

    The caller sets up logging.
    """
    async with contextlib.AsyncExitStack() as stack:
        model: ModelClient | None = None
        if settings.provider == "openai":
            endpoint = endpoint_at(
                settings.model_base_url,
                model=settings.model,
                api_key=settings.model_api_key,
                extra_body=settings.model_extra_body,
                total_seconds=settings.model_total_seconds,
            )
            model = await stack.enter_async_context(ModelClient(endpoint))
        await serve(settings, handlers(model))
