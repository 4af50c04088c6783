"""What is worth remembering of a server and a login, so that the next client asks nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Self

ProtocolName = Literal["jsonrpc", "json2"]

# An upgrade that breaks nothing is noticed after this long; one that breaks a call, at once.
FRESH = timedelta(days=1)
_SERIE = re.compile(r"(saas[~-])?(\d{1,3})(\.\d{1,3})?")


@dataclass(frozen=True, slots=True)
class Version:
    """`serie` is as Odoo names it, such as `19.0` or `saas~18.3`; `major` is its first number."""

    serie: str
    major: int

    @classmethod
    def of(cls, text: object) -> Self | None:
        """Read `19.0`, `18.0-20250901`, `18.3+e` or `saas~18.3+e`; None when it is none."""
        match = _SERIE.match(text) if isinstance(text, str) else None
        return cls(match[0], int(match[2])) if match else None


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """Holds for one URL, database, username and secret: forget it when one of them changes."""

    serie: str
    major: int
    protocol: ProtocolName
    uid: int
    lang: str | None
    tz: str | None
    checked_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        return timedelta(0) <= now - self.checked_at < FRESH

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "checked_at": self.checked_at.isoformat()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Self | None:
        """Read what `to_json` gave; None for anything else, and the server is asked anew."""
        try:
            values = dict(data or {})
            checked_at = datetime.fromisoformat(values.pop("checked_at"))
            return cls(**values, checked_at=checked_at)
        except (KeyError, TypeError, ValueError):
            return None
