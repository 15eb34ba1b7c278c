"""The handler of `glaze` jobs: one bio written and published."""

from glaze.highlights.generate import generate
from glaze.jobs.catalogue import GlazeOrder
from glaze.jobs.run import WorkContext
from glaze.llm.client import ModelClient


async def glaze(order: GlazeOrder, context: WorkContext, *, model: ModelClient | None) -> dict[str, int]:
    """Write the bio of the order's user and group; the job ends in the transaction that publishes it (R17)."""
    generated = await generate(context.database, context.settings, order, context.lease, model)
    return generated.counts
