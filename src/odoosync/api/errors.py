"""What can be wrong with a request before any room sees it.

::

    InvalidInput
    ├── WrongMediaType       the body is of a kind that this operation does not read
    ├── InvalidJson          the body is not JSON
    ├── UnusableText         a NUL sign in the address or the body; no database keeps one
    ├── BadForm              fields and parameters that are wrong, said one by one
    └── BadCursor            not one that a list of ours gave
    Unavailable
    └── NotReady             the service should get no requests yet; says why
"""

from __future__ import annotations

from collections.abc import Sequence

from odoosync.errors import InvalidInput, Unavailable


class WrongMediaType(InvalidInput):
    code = "unsupported_media_type"


class InvalidJson(InvalidInput):
    code = "invalid_json"


class UnusableText(InvalidInput):
    code = "unusable_text"


class BadForm(InvalidInput):
    """`fields` are problems as REST shows them: each with `field`, `message` and `code`."""

    code = "invalid_request"

    def __init__(self, fields: Sequence[dict[str, str]]) -> None:
        super().__init__("; ".join(f"{one['field']}: {one['message']}" for one in fields) + ".")
        self.fields = list(fields)


class NotReady(Unavailable):
    code = "not_ready"


class BadCursor(InvalidInput):
    code = "bad_cursor"

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message or "This cursor is not one of ours. Send `next_cursor` as a list gave it."
        )
