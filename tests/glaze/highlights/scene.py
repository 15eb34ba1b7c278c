"""A small group in the tables, and what may happen to it, for the tests that publish."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select, text

from glaze import clock
from glaze.audit.models import AuditEntry
from glaze.changes.store import raise_versions
from glaze.changes.types import ChangeReason
from glaze.chat.models import CommentReaction, RequestComment
from glaze.db.engine import Database
from glaze.highlights.compose import generate_bio
from glaze.highlights.conclude import Generated
from glaze.highlights.evidence import Evidence, Pair, read_evidence
from glaze.highlights.freshness import Standing, stale_reasons
from glaze.highlights.generate import write_bios
from glaze.highlights.model import model_for
from glaze.highlights.models import Edition, UserProfileHighlight
from glaze.highlights.types import StaleReason
from glaze.highlights.wanted import making_of
from glaze.jobs.models import Job
from glaze.members.models import GroupKey
from glaze.settings import Settings
from tests.factories import LONG_AGO, Person, make_comment, make_group, make_person

SAID = "The view was worth every single step."
URL = "https://example.org/trail"


@dataclass(frozen=True)
class Scene:
    """Ada, of whom bios speak; Bea, who reacts to her; two comments of Ada's: one quotable, one with a link."""

    database: Database
    ada: Person
    bea: Person
    said: RequestComment
    shared: RequestComment

    @property
    def pair(self) -> Pair:
        return (self.ada.id, self.ada.group.id)

    @property
    def pair_of_bea(self) -> Pair:
        return (self.bea.id, self.bea.group.id)


async def set_scene(
    database: Database, *, said: str = SAID, ada: str = "Ada Quill", bea: str = "Bea Lindqvist"
) -> Scene:
    """The group as it stands, with evidence at version 1."""
    async with database.transaction() as session:
        group = await make_group(session, "climbing")
        session.add(GroupKey(key="id:climbing", group_id=group.id))
        of_ada = await make_person(session, group, "ada", ada)
        of_bea = await make_person(session, group, "bea", bea)
        quoted = await make_comment(session, group, of_ada.identity, said, sent_at=LONG_AGO)
        shared = await make_comment(
            session, group, of_ada.identity, f"See {URL}", sent_at=LONG_AGO + timedelta(days=3), links=[URL]
        )
        await make_comment(session, group, of_bea.identity, "Well said.", sent_at=LONG_AGO + timedelta(days=4))
        await react(session, of_bea, quoted, "🎉")
        pairs = [(of_ada.id, group.id), (of_bea.id, group.id)]
        await raise_versions(session, pairs, ChangeReason.EVIDENCE_CHANGED)
    return Scene(database, of_ada, of_bea, quoted, shared)


async def react(session: Any, by: Person, to: RequestComment, emoji: str) -> None:
    await session.execute(
        insert(CommentReaction).values(
            group_id=to.group_id, comment_id=to.id, reactor_id=by.identity.id, emoji=emoji, reacted_at=LONG_AGO
        )
    )


def settings_of(**more: Any) -> Settings:
    """Settings of the feature switched on, offline unless told otherwise."""
    return Settings(_env_file=None, PROFILE_SIGNAL_GLAZE=True, **more)


def settings_with(model: Any, **more: Any) -> Settings:
    """Settings that ask this scripted model."""
    given = {
        "GLAZE_PROVIDER": "openai",
        "SIGNAL_PROFILE_GLAZE_MODEL": "scripted-asked",
        "GLAZE_MODEL_BASE_URL": model.url,
        "GLAZE_MODEL_API_KEY": "sk-test-5up3rs3cret",
        "GLAZE_MODEL_TOTAL_SECONDS": 5.0,
    }
    return settings_of(**given | more)


async def write(scene: Scene, settings: Settings | None = None, pairs: Sequence[Pair] = (), **more: Any) -> Generated:
    """Write bios as the commands do: Ada's unless others are named."""
    settings = settings or settings_of()
    model = model_for(settings)
    try:
        return await write_bios(scene.database, settings, list(pairs) or [scene.pair], model=model, **more)
    finally:
        if model is not None:
            await model.aclose()


async def evidence_of(scene: Scene, pair: Pair | None = None) -> Evidence:
    async with scene.database.reading_evidence() as session:
        return (await read_evidence(session, [pair or scene.pair])).evidence[pair or scene.pair]


async def say(scene: Scene, body: str = "One more.", *, reason: ChangeReason = ChangeReason.EVIDENCE_CHANGED) -> None:
    """Ada writes another comment, and the evidence moves."""
    async with scene.database.transaction() as session:
        await make_comment(session, scene.ada.group, scene.ada.identity, body, sent_at=LONG_AGO + timedelta(days=9))
        await raise_versions(session, [scene.pair], reason)


async def move(scene: Scene, reason: ChangeReason = ChangeReason.EVIDENCE_CHANGED) -> None:
    """The evidence version moves, and the evidence comes to the same."""
    async with scene.database.transaction() as session:
        await raise_versions(session, [scene.pair], reason)


async def delete(scene: Scene, *comments: RequestComment) -> None:
    """Comments are deleted for everyone, as an import does it."""
    await do(
        scene.database,
        "UPDATE request_comments SET deleted = true, body = '' WHERE id = ANY(:ids)",
        ids=[comment.id for comment in comments],
    )
    await move(scene, ChangeReason.COMMENT_DELETED)


async def do(database: Database, statement: str, **binds: Any) -> None:
    """Do something to the tables that no verb does."""
    async with database.transaction() as session:
        await session.execute(text(statement), binds)


async def highlight_of(scene: Scene, pair: Pair | None = None) -> UserProfileHighlight | None:
    async with scene.database.reading() as session:
        return await session.get(UserProfileHighlight, pair or scene.pair)


async def editions(scene: Scene) -> list[Edition]:
    """All editions, oldest first."""
    async with scene.database.reading() as session:
        return list((await session.execute(select(Edition).order_by(Edition.id))).scalars())


async def audit(scene: Scene) -> list[AuditEntry]:
    async with scene.database.reading() as session:
        return list((await session.execute(select(AuditEntry).order_by(AuditEntry.id))).scalars())


async def jobs(scene: Scene) -> list[Any]:
    """All jobs, oldest first, with the seconds until they are due."""
    due = func.extract("epoch", Job.run_at - func.clock_timestamp()).label("due_in")
    async with scene.database.reading() as session:
        return list((await session.execute(select(*Job.__table__.columns, due).order_by(Job.id))).all())


async def stale(scene: Scene, settings: Settings | None = None) -> tuple[StaleReason, ...]:
    """Why Ada's highlight is stale now."""
    async with scene.database.reading() as session:
        row = (
            await session.execute(
                text(
                    "SELECT e.prompt_hash, e.model_asked, e.guard_version, h.evidence_version AS known_version,"
                    " v.version AS evidence_version, v.reasons AS evidence_reasons, h.stale_after, h.marked_stale_at"
                    " FROM user_profile_highlights h JOIN editions e ON e.id = h.edition_id"
                    " JOIN evidence_versions v ON v.user_id = h.user_id AND v.group_id = h.source_group"
                    " WHERE h.user_id = :user AND h.source_group = :group"
                ),
                {"user": scene.pair[0], "group": scene.pair[1]},
            )
        ).one()
    return stale_reasons(Standing(**row._mapping), making_of(settings or settings_of()).wanted, clock.now())


async def offline_words(scene: Scene) -> str:
    """What the offline writer says of Ada."""
    evidence = await evidence_of(scene)
    return generate_bio(evidence.snapshot, name=evidence.name, others=evidence.others).bio_text


def came_to(done: Generated) -> dict[str, int]:
    """The counts of a batch that are not zero."""
    return {what: count for what, count in done.counts.items() if count}
