"""Local times without a zone, as sigexport writes them, to UTC milliseconds (R5)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from glaze.chat.exports.types import Doubt, Tally
from glaze.clock import to_ms


class LocalClock:
    """Reads the times of one chat in the order of the file, in the zone of the machine that wrote them.

    An hour that occurs twice, when the clock is put back, is settled by that order: a time that would go back
    before the one read last belongs to the second round. A time the clock skipped moves forward, with a doubt.
    """

    def __init__(self, zone: ZoneInfo, tally: Tally) -> None:
        self._zone = zone
        self._tally = tally
        self._last = datetime.min.replace(tzinfo=UTC)

    def read(self, written: str) -> int | None:
        """Milliseconds since 1970 UTC of an ISO time, by integers all the way; None if it is no time."""
        try:
            local = datetime.fromisoformat(written)
            self._last = local.astimezone(UTC) if local.tzinfo else self._settle(local)
        except (ValueError, OverflowError):
            return None
        return to_ms(self._last)

    def _settle(self, local: datetime) -> datetime:
        first = local.replace(tzinfo=self._zone, fold=0).astimezone(UTC)
        second = local.replace(tzinfo=self._zone, fold=1).astimezone(UTC)
        if first < self._last <= second:
            return second
        if first > second:
            self._tally.doubt(Doubt.MOVED_TIMES)
        return first
