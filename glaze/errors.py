"""What can go wrong in the domain: typed errors, each one sentence that says what to do."""


class GlazeError(Exception):
    """Base of every expected failure; its message is a sentence for the person who asked.

    A message never holds chat text, names, numbers or keys: it may end in a log.
    """

    code = "ERROR"


class InvalidInputError(GlazeError):
    """What was given cannot be used; nothing was changed. `field` names the input at fault."""

    code = "INVALID_INPUT"

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NotFoundError(GlazeError):
    """It does not exist, or the asker may not see it: one answer for both (R21)."""

    code = "NOT_FOUND"


class ConflictError(GlazeError):
    """Somebody else changed it meanwhile; read again, then decide."""

    code = "CONFLICT"


class UnreadableExportError(InvalidInputError):
    """A path that holds no Signal export we know, or one too broken to use."""

    code = "UNREADABLE_EXPORT"


class FlagOffError(GlazeError):
    """`PROFILE_SIGNAL_GLAZE` is off, so nothing is shown and nothing automatic runs (R22)."""

    code = "FLAG_OFF"


class UnavailableError(GlazeError):
    """A server this needs cannot be reached or is not migrated; the sentence says which and what to run."""

    code = "UNAVAILABLE"
