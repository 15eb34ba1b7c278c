"""Which handler does which kind of job; a house test keeps it whole."""

from functools import partial

from glaze.jobs.catalogue import GlazeOrder, SnapshotOrder
from glaze.jobs.run import Handler
from glaze.llm.client import ModelClient
from workers.highlights import glaze
from workers.snapshots import snapshot


def handlers(model: ModelClient | None) -> dict[str, Handler]:
    """The handler of every kind in the catalogue. `model` is who writes; None leaves it to the offline writer."""
    return {GlazeOrder.kind: partial(glaze, model=model), SnapshotOrder.kind: snapshot}
