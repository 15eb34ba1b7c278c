"""Rows for tests: plain functions that add one thing each and return it, in the caller's session."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from glaze import clock
from glaze.changes.models import EvidenceVersion
from glaze.chat.models import CommentLink, CommentTag, Request, RequestComment
from glaze.chat.words import domain_of
from glaze.consent.models import Hide, OptOut
from glaze.highlights.models import Edition, EditionReceipt, UserProfileHighlight
from glaze.highlights.types import BioPayload, Claim, EditionStatus, ProofPoint, Quote, Receipt, ReceiptKind
from glaze.highlights.wanted import Making
from glaze.jobs.models import Job
from glaze.members.models import Group, GroupMember, User, UserAttribute
from glaze.snapshots.models import Snapshot

LONG_AGO = datetime(2025, 3, 4, 12, 0, tzinfo=UTC)

SCORECARD = {"rules": [{"rule": "has_claims", "passed": True, "detail": ""}]}

_numbers = count(1)
_Row = TypeVar("_Row")


@dataclass(frozen=True)
class Person:
    """A user and their one identity in one group."""

    user: User
    identity: UserAttribute
    group: Group

    @property
    def id(self) -> int:
        return self.user.id


async def make_user(session: AsyncSession, user_id: str | None = None, *, name: str = "") -> User:
    return await _added(session, User(user_id=user_id or f"user-{next(_numbers)}", name=name))


async def make_identity(
    session: AsyncSession, user: User, *, kind: str = "aci", value: str | None = None
) -> UserAttribute:
    return await _added(
        session,
        UserAttribute(
            user_id=user.id,
            home_user_id=user.id,
            kind=kind,
            value=value or f"00000000-0000-4000-8000-{next(_numbers):012d}",
        ),
    )


async def make_group(
    session: AsyncSession, slug: str | None = None, *, title: str | None = None, timezone: str = "UTC"
) -> Group:
    slug = slug or f"group-{next(_numbers)}"
    return await _added(
        session, Group(slug=slug, title=title or slug.title(), titled_as_of=LONG_AGO, timezone=timezone)
    )


async def make_member(
    session: AsyncSession, group: Group, identity: UserAttribute, name: str = "", *, is_member: bool = True
) -> GroupMember:
    return await _added(
        session,
        GroupMember(
            group_id=group.id, identity_id=identity.id, display_name=name, named_as_of=LONG_AGO, is_member=is_member
        ),
    )


async def make_person(
    session: AsyncSession, group: Group, user_id: str | None = None, name: str = "", *, is_member: bool = True
) -> Person:
    user = await make_user(session, user_id)
    identity = await make_identity(session, user)
    await make_member(session, group, identity, name, is_member=is_member)
    return Person(user, identity, group)


async def make_comment(
    session: AsyncSession,
    group: Group,
    author: UserAttribute,
    body: str = "words",
    *,
    sent_at: datetime | None = None,
    links: Sequence[str] = (),
    tags: Sequence[str] = (),
) -> RequestComment:
    sent_at = sent_at or LONG_AGO + timedelta(seconds=next(_numbers))
    request = await _added(session, Request(group_id=group.id, started_at=sent_at))
    comment = await _added(
        session,
        RequestComment(
            group_id=group.id,
            request_id=request.id,
            author_id=author.id,
            sent_at=sent_at,
            kind="text",
            body=body,
            text_as_of=sent_at,
            reactions_as_of=sent_at,
        ),
    )
    key = {"group_id": group.id, "comment_id": comment.id}
    session.add_all(
        CommentLink(**key, position=place, url=url, domain=domain_of(url)) for place, url in enumerate(links)
    )
    session.add_all(CommentTag(**key, position=place, tag=tag) for place, tag in enumerate(tags))
    await session.flush()
    return comment


async def hide(session: AsyncSession, person: Person) -> None:
    await _added(session, Hide(identity_id=person.identity.id, group_id=person.group.id))


async def opt_out(session: AsyncSession, person: Person) -> None:
    await _added(session, OptOut(identity_id=person.identity.id, group_id=person.group.id))


async def make_version(
    session: AsyncSession, person: Person, version: int, reasons: dict[str, int] | None = None
) -> EvidenceVersion:
    return await _added(
        session,
        EvidenceVersion(user_id=person.id, group_id=person.group.id, version=version, reasons=reasons or {}),
    )


async def make_snapshot(
    session: AsyncSession,
    person: Person,
    *,
    message_count: int = 3,
    links: Sequence[str] = (),
    tags: Sequence[str] = (),
    evidence_version: int = 0,
) -> Snapshot:
    """The current snapshot, of evidence in the shape the snapshot room writes."""
    moment = LONG_AGO.isoformat() if message_count else None
    evidence: dict[str, Any] = {
        "timezone": person.group.timezone,
        "message_count": message_count,
        "first_seen_at": moment,
        "last_seen_at": moment,
        "active_days": min(message_count, 1),
        "active_months": min(message_count, 1),
        "top_links": [{"url": url, "domain": domain_of(url), "count": 1, "comments": []} for url in links],
        "link_count": len(links),
        "top_tags": [{"tag": tag, "count": 1} for tag in tags],
        "reaction_counts": {"🎉": 2},
        "reactions_given": {"👍": 1},
        "attachment_counts": {"image/jpeg": 1},
        "mentions_made": 0,
        "mentions_received": 1,
        "quotes_made": 0,
        "quotes_received": 0,
        "quotables": [],
    }
    return await _added(
        session,
        Snapshot(
            user_id=person.id,
            group_id=person.group.id,
            hash=f"{next(_numbers):064x}",
            evidence_version=evidence_version,
            evidence=evidence,
            request_ids=[1, 2],
            is_current=True,
            taken_at=LONG_AGO,
        ),
    )


def counted(text: str = "Alex wrote 3 messages here.", value: str = "3") -> Claim:
    return Claim(text, (Receipt(ReceiptKind.COUNT, "message_count", value),))


def quoting(comment: RequestComment) -> Claim:
    receipt = Receipt(ReceiptKind.QUOTE, "quotables", comment.body, (comment.id,))
    return Claim(f"“{comment.body}” is one of theirs.", (receipt,))


def linking(url: str, *comments: RequestComment) -> Claim:
    receipt = Receipt(ReceiptKind.LINK, "top_links", url, tuple(comment.id for comment in comments))
    return Claim(f"They shared {url} with everybody.", (receipt,))


def bio(
    *paragraphs: Sequence[Claim], quotes: Sequence[RequestComment] = (), points: Sequence[Claim] = ()
) -> BioPayload:
    """A bio of these claims; `points` become proof points, `quotes` quotes."""
    return BioPayload(
        "en",
        tuple(tuple(claims) for claims in paragraphs),
        tuple(ProofPoint(claim.receipts[0].rule, claim.text, claim.receipts[0]) for claim in points),
        tuple(Quote(comment.body, comment.id, comment.sent_at) for comment in quotes),
    )


async def make_edition(
    session: AsyncSession,
    person: Person,
    payload: BioPayload,
    making: Making,
    *,
    status: EditionStatus = EditionStatus.PUBLISHED,
    evidence_version: int = 0,
) -> Edition:
    """An edition with a receipt row for every comment its payload names."""
    edition = await _added(
        session,
        Edition(
            user_id=person.id,
            group_id=person.group.id,
            status=status,
            fingerprint="f" * 64,
            evidence_version=evidence_version,
            snapshot_hash="5" * 64,
            prompt_name=making.prompt.name,
            prompt_version=making.prompt.version,
            prompt_hash=making.prompt.hash,
            style=making.style,
            guard_version=making.guard_version,
            model_asked=making.model_asked,
            provider="offline",
            model_used="offline",
            response_id="response-1",
            prompt_tokens=7,
            payload=msgspec.to_builtins(payload),
            scorecard=SCORECARD,
        ),
    )
    session.add_all(
        EditionReceipt(edition_id=edition.id, claim=number, group_id=person.group.id, comment_id=comment)
        for number, comments in enumerate(payload.rests_on)
        for comment in comments
    )
    await session.flush()
    return edition


async def make_highlight(
    session: AsyncSession,
    person: Person,
    payload: BioPayload,
    making: Making,
    *,
    status: EditionStatus = EditionStatus.PUBLISHED,
    evidence_version: int = 0,
    stale_after: datetime | None = None,
    marked_stale_at: datetime | None = None,
    override_text: str | None = None,
) -> UserProfileHighlight:
    edition = await make_edition(session, person, payload, making, status=status, evidence_version=evidence_version)
    return await _added(
        session,
        UserProfileHighlight(
            user_id=person.id,
            source_group=person.group.id,
            bio_text=payload.bio_text,
            proof_points_json=msgspec.to_builtins(payload.proof_points),
            quotes_json=msgspec.to_builtins(payload.quotes),
            snapshot_hash=edition.snapshot_hash,
            llm_model=edition.model_used,
            generated_at=LONG_AGO,
            stale_after=stale_after or clock.now() + timedelta(days=30),
            manual_override=override_text is not None,
            override_text=override_text,
            edition_id=edition.id,
            evidence_version=evidence_version,
            fingerprint=edition.fingerprint,
            marked_stale_at=marked_stale_at,
        ),
    )


async def make_job(session: AsyncSession, person: Person, **columns: Any) -> Job:
    return await _added(
        session,
        Job(
            **{
                "kind": "glaze",
                "subject": f"{person.id}:{person.group.id}",
                "idem_key": f"key-{next(_numbers)}",
                "payload": {},
                "state": "done",
                **columns,
            }
        ),
    )


async def _added(session: AsyncSession, row: _Row) -> _Row:
    session.add(row)
    await session.flush()
    return row
