"""SQL's LIKE in Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any


def like(operator: str, value: Any) -> Callable[[Any], bool]:
    """Make a test for `like`, `ilike`, `=like`, `=ilike`; NULL (False) never matches."""
    ignore_case = "ilike" in operator
    pattern = str(value)
    if not operator.startswith("="):
        if not any(sign in pattern for sign in "%_\\"):
            return _containing(pattern, ignore_case=ignore_case)
        pattern = f"%{pattern}%"
    matches = re.compile(_regex(pattern), re.DOTALL | (re.IGNORECASE if ignore_case else 0)).match
    return lambda text: text is not False and matches(_text(text)) is not None


def _containing(part: str, *, ignore_case: bool) -> Callable[[Any], bool]:
    if ignore_case:
        lower = part.lower()
        return lambda text: text is not False and lower in _text(text).lower()
    return lambda text: text is not False and part in _text(text)


def _regex(pattern: str) -> str:
    parts, signs = [], iter(pattern)
    for sign in signs:
        if sign == "\\":
            parts.append(re.escape(next(signs, "\\")))
        else:
            parts.append({"%": ".*", "_": "."}.get(sign) or re.escape(sign))
    return "".join(parts) + r"\Z"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)
