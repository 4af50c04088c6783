"""What became of one try: values that are the same for a webhook and a mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from odoosync.notifications.retry_schedule import GONE

LONGEST_TEXT: Final = 500
_SUCCESS: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """`status` is HTTP's, or SMTP's; `error` a sentence where it failed; `excerpt` of the answer.

    `retry_after` is in seconds. A failure that is `final` is not tried again.
    """

    took_ms: int
    status: int | None = None
    error: str | None = None
    excerpt: str | None = None
    retry_after: float | None = None
    final: bool = False

    @property
    def is_gone(self) -> bool:
        return self.status == GONE


def answered(took_ms: int, status: int, excerpt: str, retry_after: float | None) -> DeliveryResult:
    """Judge an answer over HTTP: only 2xx is a delivery."""
    if status in _SUCCESS:
        return DeliveryResult(took_ms, status, excerpt=readable(excerpt))
    error = f"The receiver answered {status}."
    if status // 100 == 3:  # noqa: PLR2004 - HTTP's class of redirects
        error = f"The receiver answered {status}, a redirect, which is not followed."
    return DeliveryResult(
        took_ms, status, error, readable(excerpt), retry_after, final=status == GONE
    )


def readable(text: str) -> str | None:
    """Keep the beginning of a foreign text, without signs that no database or terminal takes."""
    kept = "".join(sign if sign.isprintable() else " " for sign in text[: 2 * LONGEST_TEXT])
    return " ".join(kept.split())[:LONGEST_TEXT] or None
