"""What can be wrong with a request before any room sees it.

::

    InvalidInput
    ├── WrongMediaType       the body is of a kind that this operation does not read
    ├── UnusableText         a NUL sign in the address; no database keeps one
    ├── BadForm              fields that another surface than REST was sent, said one by one
    └── BadCursor            not one that a list of ours gave
    Unavailable
    └── NotReady             the service should get no requests yet; says why
"""

from __future__ import annotations

from odoosync.errors import InvalidInput, Unavailable


class WrongMediaType(InvalidInput):
    code = "unsupported_media_type"


class UnusableText(InvalidInput):
    code = "unusable_text"


class BadForm(InvalidInput):
    code = "invalid_request"


class NotReady(Unavailable):
    code = "not_ready"


class BadCursor(InvalidInput):
    code = "bad_cursor"

    def __init__(self) -> None:
        super().__init__("This cursor is not one of ours. Send `next_cursor` as a list gave it.")
