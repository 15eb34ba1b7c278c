"""The handler of `snapshot` jobs: the receipts of everybody in one group."""

from glaze.jobs.catalogue import SnapshotOrder
from glaze.jobs.run import WorkContext
from glaze.snapshots.take import take_group


async def snapshot(order: SnapshotOrder, context: WorkContext) -> dict[str, int]:
    """Take the snapshots of the order's group; the job ends in the transaction that keeps them (R17)."""
    taken = await take_group(context.database, context.settings.storage_dir, order.group_id, context.lease)
    return taken.counts
