"""A real chat, all the way: every published sentence recounted, and altered ones caught."""

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest
from sqlalchemy.engine import make_url

import glaze.tables  # noqa: F401 - the models name each other's tables
from cli.recount import Recount
from cli.servers.start import Servers
from glaze.chat.exports.open import open_export
from glaze.chat.ingest.import_chat import import_chat
from glaze.db.engine import Database
from glaze.highlights.conclude import Generated
from glaze.highlights.evidence import Evidence, Pair, read_evidence
from glaze.highlights.generate import write_bios
from glaze.highlights.guard import judge
from glaze.highlights.pairs import glazeable_pairs
from glaze.highlights.types import BioPayload, Claim, ReceiptKind
from glaze.settings import Settings
from glaze.snapshots.take import take_snapshots
from tests.glaze.chat.exports.written import shared
from tests.glaze.highlights.made import free_handed, replace_claims

SENTENCES = 500
MOST_ALIKE = 0.02
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"


@dataclass(frozen=True)
class Told:
    """What a chat came to: evidence and the published payload of each pair, and the recount of its tables."""

    generated: Generated
    evidence: Mapping[Pair, Evidence]
    published: Mapping[Pair, dict[str, Any]]
    recount: Recount

    def payload(self, pair: Pair) -> BioPayload:
        return msgspec.convert(self.published[pair], BioPayload)

    def claims(self) -> Iterator[tuple[Pair, int, Claim]]:
        """Every published sentence: whose, which one, and itself."""
        for pair in self.published:
            yield from ((pair, number, claim) for number, claim in enumerate(self.payload(pair).claims))


@pytest.fixture(scope="module")
def told(servers: Servers, migrated_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The small chat, imported and written once for this file."""
    path = shared("data/dev_fcc_casual_small.main.jsonl.gz")
    server = make_url(servers.database_url).set(drivername="postgresql")
    name = f"glaze_test_{uuid4().hex[:12]}"
    asyncio.run(
        _administer(
            server.render_as_string(hide_password=False), f"CREATE DATABASE {name} TEMPLATE {migrated_template}"
        )
    )
    url = server.set(database=name).render_as_string(hide_password=False)
    try:
        yield asyncio.run(_tell(url, path, tmp_path_factory.mktemp("storage")))
    finally:
        asyncio.run(_administer(server.render_as_string(hide_password=False), f"DROP DATABASE {name} WITH (FORCE)"))


async def _administer(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


async def _tell(url: str, path: Path, storage: Path) -> Told:
    database = Database(url)
    settings = Settings(_env_file=None)
    async with database.transaction() as session:
        await import_chat(session, open_export(path), groups=None)
    await take_snapshots(database, storage)
    async with database.reading() as session:
        pairs = await glazeable_pairs(session, None, None)
    generated = await write_bios(database, settings, pairs, model=None)
    async with database.reading_evidence() as session:
        known = await read_evidence(session, pairs)
    await database.dispose()
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "SELECT h.user_id, h.source_group, e.payload"
        "  FROM user_profile_highlights h JOIN editions e ON e.id = h.edition_id ORDER BY h.source_group, h.user_id"
    )
    recount = await Recount.load(connection)
    await connection.close()
    published = {(row["user_id"], row["source_group"]): json.loads(row["payload"]) for row in rows}
    return Told(generated, known.evidence, published, recount)


def test_everybody_who_wrote_has_a_bio_and_no_draft_was_refused(told: Told) -> None:
    assert told.generated.counts == {"published": 502, "fallbacks": 0, "refused": 0, "tried_again_later": 0}
    assert told.published.keys() == told.evidence.keys()


def test_recounted_from_the_raw_tables_every_sentence_point_and_quote_holds(told: Told) -> None:
    sentences = points = quotes = 0
    for pair, payload in told.published.items():
        claims = [claim for paragraph in payload["paragraphs"] for claim in paragraph]
        assert told.recount.check(pair, told.evidence[pair].name, claims) == []
        assert told.recount.check_points(pair, payload["proof_points"]) == []
        assert told.recount.check_quotes(pair, payload["quotes"]) == []
        sentences, points, quotes = (
            sentences + len(claims),
            points + len(payload["proof_points"]),
            quotes + len(payload["quotes"]),
        )
    assert (sentences > 1000, points > 1500, quotes > 5) == (True, True, True), (sentences, points, quotes)


def test_no_masked_skeleton_is_shared_by_more_than_two_in_a_hundred_of_the_rich(told: Told) -> None:
    skeletons = Counter(
        _skeleton(told.payload(pair), told.evidence[pair].name)
        for pair, payload in told.published.items()
        if len(payload["paragraphs"]) > 1
    )
    assert sum(skeletons.values()) > 100
    (_, alike), *_ = skeletons.most_common(1)
    assert alike / sum(skeletons.values()) <= MOST_ALIKE


def _skeleton(payload: BioPayload, name: str) -> str:
    """The bio with names, numbers, dates, tags, links and quotes masked."""
    text = payload.bio_text
    for claim in payload.claims:
        for receipt in claim.receipts:
            if receipt.kind in (ReceiptKind.LINK, ReceiptKind.QUOTE):
                text = text.replace(receipt.value, "§")
            elif ":" in receipt.rule:
                text = text.replace(receipt.rule.partition(":")[2], "§")
    text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "§", text) if name else text
    return re.sub(r"\d+", "§", re.sub(rf"\d+ (?:{MONTHS}) \d+", "§", text))


# --- altered sentences ---

Alter = Callable[[random.Random, Claim, "Told", Pair], str | None]
"""The sentence with one thing altered, or None where there is no such thing in it."""


def _digit_changed(chance: random.Random, claim: Claim, _told: Told, _pair: Pair) -> str | None:
    return _at_a_digit(chance, claim.text, lambda digit: chance.choice("0123456789".replace(digit, "")))


def _digit_added(chance: random.Random, claim: Claim, _told: Told, _pair: Pair) -> str | None:
    return _at_a_digit(chance, claim.text, lambda digit: digit + chance.choice("0123456789"))


def _digit_removed(chance: random.Random, claim: Claim, _told: Told, _pair: Pair) -> str | None:
    return _at_a_digit(chance, claim.text, lambda _digit: "")


def _at_a_digit(chance: random.Random, text: str, change: Callable[[str], str]) -> str | None:
    places = [place for place, letter in enumerate(text) if letter in "0123456789"]
    if not places:
        return None
    place = chance.choice(places)
    return text[:place] + change(text[place]) + text[place + 1 :]


def _letter_of_the_name(chance: random.Random, claim: Claim, told: Told, pair: Pair) -> str | None:
    name = told.evidence[pair].name
    letters = [place for place, letter in enumerate(name) if letter.isalpha()]
    if not letters or name not in claim.text:
        return None
    place = chance.choice(letters)
    other = chance.choice("abcdefghijklmnopqrstuvwxyz".replace(name[place].lower(), ""))
    return claim.text.replace(name, name[:place] + other + name[place + 1 :], 1)


def _name_of_another(chance: random.Random, claim: Claim, told: Told, pair: Pair) -> str | None:
    name = told.evidence[pair].name
    others = [evidence.name for other, evidence in told.evidence.items() if other != pair]
    return claim.text.replace(name, chance.choice(others), 1) if name and name in claim.text else None


def _link_elsewhere(chance: random.Random, claim: Claim, _told: Told, _pair: Pair) -> str | None:
    link = next((receipt.value for receipt in claim.receipts if receipt.kind is ReceiptKind.LINK), None)
    if link is None:
        return None
    scheme, _, rest = link.partition("://")
    host, _, path = rest.partition("/")
    elsewhere = (
        f"{scheme}://{host}.example/{path}",
        f"{scheme}://{host}/{path}x",
        f"{scheme}://x{rest}",
        f"{scheme}://{host}/",
    )
    other = chance.choice([url for url in elsewhere if url != link])
    return claim.text.replace(link, other, 1)


def _date_moved(chance: random.Random, claim: Claim, _told: Told, _pair: Pair) -> str | None:
    month = re.search(rf"(?:{MONTHS})", claim.text)
    if month is None:
        return None
    other = chance.choice([word for word in MONTHS.split("|") if word != month[0]])
    return claim.text[: month.start()] + other + claim.text[month.end() :]


def _word_of_ours(chance: random.Random, claim: Claim, told: Told, _pair: Pair) -> str | None:
    vocabulary = sorted(
        {word for _, _, other in list(told.claims())[:300] for word in other.text.split() if word.isalpha()}
    )
    return _at_a_word(
        chance, claim.text, lambda word: [chance.choice([other for other in vocabulary if other != word])]
    )


def _word_of_nobody(chance: random.Random, claim: Claim, _told: Told, _pair: Pair) -> str | None:
    return _at_a_word(chance, claim.text, lambda _: ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=6))])


def _word_dropped(chance: random.Random, claim: Claim, _told: Told, _pair: Pair) -> str | None:
    return _at_a_word(chance, claim.text, lambda _: [])


def _word_doubled(chance: random.Random, claim: Claim, _told: Told, _pair: Pair) -> str | None:
    return _at_a_word(chance, claim.text, lambda word: [word, word])


def _at_a_word(chance: random.Random, text: str, change: Callable[[str], Sequence[str]]) -> str | None:
    words = text.split(" ")
    place = chance.randrange(len(words))
    return " ".join([*words[:place], *change(words[place]), *words[place + 1 :]])


ALTERATIONS: dict[str, Alter] = {
    "digit changed": _digit_changed,
    "digit added": _digit_added,
    "digit removed": _digit_removed,
    "letter of the name": _letter_of_the_name,
    "name of another": _name_of_another,
    "link elsewhere": _link_elsewhere,
    "date moved": _date_moved,
    "word of ours": _word_of_ours,
    "word of nobody": _word_of_nobody,
    "word dropped": _word_dropped,
    "word doubled": _word_doubled,
}


def _altered(told: Told, kinds: Sequence[str], seed: int) -> Iterator[tuple[str, Pair, int, Claim]]:
    """Published sentences in random order, each altered in one of these ways, the ways taking turns."""
    chance = random.Random(seed)
    claims = list(told.claims())
    made: Counter[str] = Counter()
    while sum(made.values()) < SENTENCES:
        pair, number, claim = chance.choice(claims)
        kind = min((kind for kind in kinds), key=lambda kind: (made[kind], chance.random()))
        text = ALTERATIONS[kind](chance, claim, told, pair)
        if text is not None and text != claim.text:
            made[kind] += 1
            yield kind, pair, number, msgspec.structs.replace(claim, text=text)


def _passes(told: Told, pair: Pair, payload: BioPayload) -> bool:
    evidence = told.evidence[pair]
    return judge(payload, evidence.snapshot, name=evidence.name, others=evidence.others).passed


def test_the_guard_refuses_no_published_bio_from_whoever_s_hand(told: Told) -> None:
    refused = [pair for pair in told.published if not _passes(told, pair, told.payload(pair))]
    refused += [pair for pair in told.published if not _passes(told, pair, free_handed(told.payload(pair)))]
    assert refused == []


@pytest.mark.parametrize("seed", [1, 2])
def test_the_guard_catches_each_of_five_hundred_altered_sentences(told: Told, seed: int) -> None:
    missed = [
        (kind, claim.text)
        for kind, pair, number, claim in _altered(told, list(ALTERATIONS), seed)
        if _passes(told, pair, replace_claims(told.payload(pair), {number: claim}))
    ]
    assert missed == []


def test_it_catches_them_too_where_no_form_stands_behind_the_words(told: Told) -> None:
    """As if a model had written them: figures, dates, links and other people's names; words it is free to choose."""
    kinds = ["digit changed", "digit added", "digit removed", "name of another", "link elsewhere", "date moved"]
    missed = [
        (kind, claim.text, told.evidence[pair].name)
        for kind, pair, number, claim in _altered(told, kinds, seed=3)
        if _passes(told, pair, free_handed(replace_claims(told.payload(pair), {number: claim})))
    ]
    assert missed == []


def test_a_recount_catches_what_it_can_see_of_them(told: Told) -> None:
    """The checker is no rubber stamp: altered figures, dates and links are faults to it as well; names it takes so."""
    kinds = ["digit changed", "digit added", "digit removed", "link elsewhere", "date moved"]
    missed = [
        (kind, claim.text)
        for kind, pair, number, claim in _altered(told, kinds, seed=4)
        for name in [told.evidence[pair].name]
        if _times(name, claim.text) == _times(name, told.payload(pair).claims[number].text)
        if not told.recount.check(pair, name, [msgspec.to_builtins(claim)])
    ]
    assert missed == []


def _times(name: str, text: str) -> int:
    return len(re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", text))
