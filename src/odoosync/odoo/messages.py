"""What goes to an Odoo and comes back: requests, answers, and who carries them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

from odoosync.clock import utc_now
from odoosync.odoo.bounds import SMALL, Bound

TOO_MANY_REQUESTS: Final = 429
_MAX_RETRY_AFTER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request.

    `timeout` is its whole time in seconds, None for the transport's own. A `repeatable` one (a
    read) is sent a second time when the kept connection that it went over had been closed
    meanwhile. `bound` is what its answer may be.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    timeout: float | None = None
    repeatable: bool = False
    bound: Bound = SMALL


@dataclass(frozen=True, slots=True)
class Answer:
    """`date` is the server's clock, from its `Date` header. Header names are lower-case.

    `private` is the address that answered, where it is no public one.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    date: datetime | None
    private: str = ""

    @property
    def retry_after(self) -> float | None:
        """Seconds until the server wants to be asked again, at most a day; None: it did not say.

        A date is counted from the server's own clock, where that is known.
        """
        text = self.headers.get("retry-after", "").strip()
        if text.isdecimal() and text.isascii():
            return min(float(text), _MAX_RETRY_AFTER.total_seconds())
        moment = _moment(text)
        if moment is None:
            return None
        wait = moment - (self.date or utc_now())
        return max(timedelta(0), min(wait, _MAX_RETRY_AFTER)).total_seconds()


class Handler(Protocol):
    """Carries requests: the transport itself, or what stands before one and adds something."""

    async def handle(self, request: Request) -> Answer: ...


def date_of(headers: Mapping[str, str]) -> datetime | None:
    return _moment(headers.get("date", ""))


def _moment(text: str) -> datetime | None:
    """Read a date as HTTP writes it."""
    try:
        date = parsedate_to_datetime(text)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
