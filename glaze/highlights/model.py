"""The model that writes bios under given settings, if any does."""

from glaze.llm.client import ModelClient
from glaze.llm.endpoints import endpoint_at
from glaze.settings import Settings


def model_for(settings: Settings) -> ModelClient | None:
    """A client of the configured endpoint, to be closed by its user; None where the offline writer writes."""
    if settings.provider == "offline":
        return None
    endpoint = endpoint_at(
        settings.model_base_url,
        model=settings.model,
        api_key=settings.model_api_key,
        extra_body=settings.model_extra_body,
        total_seconds=settings.model_total_seconds,
    )
    return ModelClient(endpoint)
