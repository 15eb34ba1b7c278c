"""Filling the demo: the sample group imported, its people linked to demo users, snapshots taken, bios written."""

import asyncio
import tempfile
from pathlib import Path

from cli.demo.sample import GROUP_TITLE, MEMBER_ACI, OTHER_MEMBER_ACI, write_sample_export
from glaze.chat.exports.open import open_export
from glaze.chat.ingest.import_chat import import_chat
from glaze.chat.ingest.report import ImportReport
from glaze.chat.linking import link
from glaze.db.engine import Database
from glaze.highlights.conclude import Generated
from glaze.highlights.generate import write_bios
from glaze.highlights.pairs import glazeable_pairs
from glaze.settings import Settings
from glaze.snapshots.take import Taken, take_snapshots

MEMBER = "demo-idris"
OTHER_MEMBER = "demo-oluchi"
OUTSIDER = "demo-outsider"
ADMIN = "demo-admin"


def import_sample(settings: Settings) -> ImportReport:
    """Import the sample and link two of its people; again and again it changes nothing."""

    async def run() -> ImportReport:
        database = _database(settings)
        try:
            with tempfile.TemporaryDirectory(prefix="glaze-sample-") as folder:
                export = open_export(write_sample_export(Path(folder)))
                async with database.transaction() as session:
                    report = await import_chat(session, export, groups=[GROUP_TITLE])
                    await link(session, MEMBER, f"aci:{MEMBER_ACI}")
                    await link(session, OTHER_MEMBER, f"aci:{OTHER_MEMBER_ACI}")
            return report
        finally:
            await database.dispose()

    return asyncio.run(run())


def snapshot_sample(settings: Settings) -> Taken:
    """Take everybody's snapshot."""

    async def run() -> Taken:
        database = _database(settings)
        try:
            return await take_snapshots(database, settings.storage_dir)
        finally:
            await database.dispose()

    return asyncio.run(run())


def glaze_sample(settings: Settings) -> Generated:
    """Write the bios that are due, with the offline writer: the demo needs no key and no network."""

    async def run() -> Generated:
        database = _database(settings)
        try:
            async with database.reading() as session:
                pairs = await glazeable_pairs(session, None, None)
            return await write_bios(database, settings, pairs, model=None)
        finally:
            await database.dispose()

    return asyncio.run(run())


def _database(settings: Settings) -> Database:
    return Database(settings.database_url or "", application="wb demo")
