"""The one place that knows what time it is."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """The present moment, in UTC. Leases use the database's clock instead (R26)."""
    return datetime.now(UTC)


def from_ms(ms: int) -> datetime:
    """The moment `ms` milliseconds after 1970-01-01 UTC, without floating point (a float loses milliseconds)."""
    return _EPOCH + timedelta(milliseconds=ms)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970-01-01 UTC, the inverse of `from_ms`."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
