"""The reasons a lower room can give for raising an evidence version (R13, R15)."""

from enum import StrEnum


class ChangeReason(StrEnum):
    """What happened to the evidence; the same words as the stale reasons they cause."""

    EVIDENCE_CHANGED = "EVIDENCE_CHANGED"
    COMMENT_EDITED = "COMMENT_EDITED"
    COMMENT_DELETED = "COMMENT_DELETED"
    EXCLUDED = "EXCLUDED"
    DISPUTED = "DISPUTED"
    IDENTITY_LINKED = "IDENTITY_LINKED"
    ANALYSIS_CHANGED = "ANALYSIS_CHANGED"
    RETENTION_APPLIED = "RETENTION_APPLIED"
