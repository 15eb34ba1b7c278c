"""The enums of the contract: each value with the sentence that explains it."""

from enum import Enum

import strawberry


def _value(value: str, description: str) -> str:
    return strawberry.enum_value(value, description=description)  # type: ignore[return-value] # Strawberry unwraps it


@strawberry.enum(description="How the server wants a highlight shown. A client obeys it and decides nothing itself.")
class Display(Enum):
    """R18."""

    FULL = _value("FULL", "The bio, which holds.")
    NEEDS_REFRESH = _value("NEEDS_REFRESH", "The bio, with a chip that says why it is stale.")
    BASELINE = _value("BASELINE", "No bio may be shown: the figures in `baseline` and the sentence in `fallbackCopy`.")
    NONE = _value("NONE", "Nothing can be proven of this member yet: the sentence in `fallbackCopy` alone.")


@strawberry.enum(description="Whether a bio still holds.")
class FreshnessState(Enum):
    """R15."""

    FRESH = _value("FRESH", "It holds.")
    STALE = _value("STALE", "Something has changed since; `reasons` says what.")
    MISSING = _value("MISSING", "There is no bio yet.")


@strawberry.enum(description="Why a bio no longer holds in full.")
class StaleReason(Enum):
    """R15."""

    EVIDENCE_CHANGED = _value("EVIDENCE_CHANGED", "The chat knows more, or less, than when it was written.")
    COMMENT_EDITED = _value("COMMENT_EDITED", "A comment was edited.")
    COMMENT_DELETED = _value("COMMENT_DELETED", "A comment was deleted.")
    EXCLUDED = _value("EXCLUDED", "The member took conversations back. Shown to the member and to admins only.")
    DISPUTED = _value("DISPUTED", "The member disputed a receipt. Shown to the member and to admins only.")
    IDENTITY_LINKED = _value("IDENTITY_LINKED", "An account was linked to the member, or unlinked.")
    ANALYSIS_CHANGED = _value("ANALYSIS_CHANGED", "Comments were labelled anew.")
    RETENTION_APPLIED = _value("RETENTION_APPLIED", "Old comments are past their retention.")
    PROMPT_REVISED = _value("PROMPT_REVISED", "The prompt is another now.")
    STYLE_SURPASSED = _value("STYLE_SURPASSED", "Another style serves better now.")
    MODEL_CHANGED = _value("MODEL_CHANGED", "Another model is asked now.")
    GUARD_REVISED = _value("GUARD_REVISED", "The guard's rules are others now.")
    EXPIRED = _value("EXPIRED", "It has reached its age.")
    MARKED_BY_ADMIN = _value("MARKED_BY_ADMIN", "An admin marked it.")


@strawberry.enum(description="What a receipt proves.")
class ReceiptKind(Enum):
    """R11."""

    COUNT = _value("COUNT", "A number the chat was counted to.")
    DATE = _value("DATE", "A day in the group's time zone, as `2025-03-04`.")
    LINK = _value("LINK", "A link the member shared.")
    QUOTE = _value("QUOTE", "The member's own words, verbatim.")


@strawberry.enum(description="Where a job stands.")
class JobState(Enum):
    """The states of the jobs table."""

    QUEUED = _value("QUEUED", "It waits for a worker, for the first time or again.")
    RUNNING = _value("RUNNING", "A worker is at it.")
    DONE = _value("DONE", "It is done. An end.")
    DEAD = _value("DEAD", "It failed for good; an operator looks at it. An end.")
    SUPERSEDED = _value("SUPERSEDED", "Another job took its place: see `supersededBy`. An end.")
    CANCELLED = _value("CANCELLED", "Somebody called it off. An end.")


@strawberry.enum(description="What went wrong, for a client to branch on.")
class UserErrorCode(Enum):
    """The codes of errors in payloads."""

    NOT_FOUND = _value("NOT_FOUND", "It does not exist, or you may not see it.")
    INVALID_INPUT = _value("INVALID_INPUT", "The input cannot be used; `field` says which.")
    CONFLICT = _value("CONFLICT", "Somebody else changed it meanwhile: read again, then decide.")
    FLAG_OFF = _value("FLAG_OFF", "The feature is switched off.")
