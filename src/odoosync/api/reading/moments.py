"""Moments as callers write them: ISO 8601, a day or a time, in UTC unless it says otherwise."""

from __future__ import annotations

from datetime import UTC, datetime

from odoosync.api.reading.errors import BadFilter


def read_moment(name: str, text: str | None) -> datetime | None:
    """Return the moment that the parameter `name` holds, if any. Raises BadFilter."""
    return None if text is None else needed_moment(name, text)


def needed_moment(name: str, text: str) -> datetime:
    """Return the moment that the parameter `name` holds. Raises BadFilter."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadFilter(
            f"`{name}` is a moment such as 2026-01-31 or 2026-01-31T12:00:00Z."
        ) from error
