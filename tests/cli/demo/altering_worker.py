"""A worker that tells a lie: one count of each bio is one too high, in its sentence and in its receipt."""

import asyncio
from dataclasses import replace
from typing import Any

import msgspec

import glaze.tables  # noqa: F401 - the tables' foreign keys find each other
from glaze.highlights import edition, generate
from glaze.highlights.types import ReceiptKind
from glaze.log import setup_logging
from glaze.settings import load_settings
from workers.main import run_worker

honest = edition.write_edition


async def lying(*args: Any, **kwargs: Any) -> Any:
    written = await honest(*args, **kwargs)
    payload = written.final.payload
    claim = payload.paragraphs[0][0]
    receipt = next(receipt for receipt in claim.receipts if receipt.kind is ReceiptKind.COUNT)
    higher = str(int(receipt.value) + 1)
    altered = msgspec.structs.replace(
        claim,
        text=claim.text.replace(receipt.value, higher, 1),
        receipts=tuple(
            msgspec.structs.replace(each, value=higher) if each is receipt else each for each in claim.receipts
        ),
    )
    first = (altered, *payload.paragraphs[0][1:])
    payload = msgspec.structs.replace(payload, paragraphs=(first, *payload.paragraphs[1:]))
    return replace(written, final=replace(written.final, payload=payload))


vars(generate)["write_edition"] = lying
setup_logging("json", "INFO")
asyncio.run(run_worker(load_settings()))
