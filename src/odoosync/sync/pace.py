"""How many rows to ask for at once, by seconds and bytes, never by timestamps. Pure."""

from __future__ import annotations

from typing import Final

FIRST: Final = 1_000
SMALLEST: Final = 1
LARGEST: Final = 5_000
_BRISK_SECONDS: Final = 2.0
_SLOW_SECONDS: Final = 10.0
_MANY_BYTES: Final = 8_000_000
_ONE_ROW_SECONDS: Final = 15.0
_EACH_ROW_SECONDS: Final = 0.075


def after_page(
    size: int, *, seconds: float, received: int, largest: int = LARGEST, may_grow: bool = True
) -> int:
    """Grow while pages come briskly and stay small, shrink when they do not."""
    if seconds > _SLOW_SECONDS or received > 2 * _MANY_BYTES:
        return max(SMALLEST, size // 2)
    if may_grow and seconds < _BRISK_SECONDS and received < _MANY_BYTES // 2:
        size *= 2
    return min(size, largest)


def after_failure(size: int) -> int | None:
    """Halve after a page that was too large; None when it cannot be smaller."""
    return size // 2 if size > SMALLEST else None


def after_timeout(size: int) -> int | None:
    """Quarter after a page that was too slow: each further one costs its whole patience."""
    return max(SMALLEST, size // 4) if size > SMALLEST else None


def patience(size: int) -> float:
    """Return seconds that so many rows may take, once more of them took too long."""
    return _ONE_ROW_SECONDS + size * _EACH_ROW_SECONDS
