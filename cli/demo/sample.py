"""The sample group of the demo: who is in it, and how its export is written to disk."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cli.demo.export.encode import Frame, aci_of, secret
from cli.demo.export.items import STICKER_PACK, item_frame
from cli.demo.export.recipients import Ids, account_frame, chat_frames, recipient_frames
from cli.demo.script.read import read_script

GROUP_TITLE: Final = "Kettle Lane Lending Shed 🪴🔧"
"""The group to import; the file holds another group and a chat of two as well."""

OWNER_NAME: Final = "Ottilie Brandvold"
"""Whose phone made the export. Her ACI appears only as a member of her groups."""
OWNER_ACI: Final = str(aci_of("Ottilie"))

MEMBER_NAME: Final = "Idris Bellweather"
"""He answers at night about bicycles: the member with whom the demo opens."""
MEMBER_ACI: Final = str(aci_of("Idris"))

OTHER_MEMBER_NAME: Final = "Oluchi Brennick"
"""She keeps the lending list: another member's eyes on the same page."""
OTHER_MEMBER_ACI: Final = str(aci_of("Oluchi"))

PRIVATE_MARKS: Final = (
    "I am selling my flat and moving onto a houseboat",
    "https://private.example/kettle/flat-9",
    "recorder from your old kitchen",
    "https://lunch.example/potatoes",
    "Sunday lunch rota",
    "Moonbaker",
    "Martusia the Younger",
    "Back door of the bakery after five",
    "Gate code is his late dog's birthday",
    "Oluchi (index cards)",
    "Fenn Van",
)
"""What only the exporter may know (other chats, nicknames, notes, her address book): after an import of the
group none of these may be found anywhere."""

_EXPORTED_AT: Final = datetime(2026, 5, 2, 18, 30, tzinfo=UTC)
_APP: Final = "Desktop 8.19.0"
_SOURCE: Final = Path(__file__).with_name("sample_chat.txt")


def write_sample_export(folder: Path) -> Path:
    """Write the sample as Signal Desktop exports an account, and return the folder that holds `main.jsonl`.

    The layout is `signal-export-…/signal-backup-…/{main.jsonl, metadata.json}` under `folder`, without media.
    The same bytes every time: an export that is there already is written over.
    """
    stamp = f"{_EXPORTED_AT:%Y-%m-%d-%H-%M-%S}"
    place = folder / f"signal-export-{stamp}" / f"signal-backup-{stamp}"
    place.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(frame, ensure_ascii=False, separators=(",", ":")) for frame in _export())
    (place / "main.jsonl").write_bytes("".join(f"{line}\n" for line in lines).encode())
    (place / "metadata.json").write_bytes(b'{"version":1}')
    return place


def _export() -> Iterator[Frame]:
    """Every line of `main.jsonl`: a frame comes after all it refers to."""
    script = read_script(_SOURCE.read_text(encoding="utf-8"))
    ids = Ids(script)
    yield {
        "version": "1",
        "backupTimeMs": str(int(_EXPORTED_AT.timestamp()) * 1000),
        "mediaRootBackupKey": secret("media root"),
        "currentAppVersion": _APP,
        "firstAppVersion": _APP,
    }
    yield account_frame(script.owner)
    yield from recipient_frames(script, ids)
    yield from chat_frames(script, ids)
    yield {"stickerPack": STICKER_PACK}
    for happening in script.happenings:
        yield item_frame(happening, ids)
