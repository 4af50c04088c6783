"""The root of every error that this project raises on purpose.

Each room draws its own tree below one of these, named by what the caller can do about it::

    OdoosyncError            everything of ours; carries `code` and a sentence for a person
    ├── InvalidInput         the caller sent something wrong and can send it right
    ├── NotFound             it is not there, or it is not the caller's
    ├── Refused              the caller may not do this
    ├── Conflict             it contradicts what is there now
    ├── TooMany              slower, please; carries `retry_after` in seconds
    └── Unavailable          a dependency is not there now; trying later helps

A message is always safe to show: no secret, no server traceback, no path of a machine.
"""

from __future__ import annotations


class OdoosyncError(Exception):
    """Root of the tree. `code` is stable for machines; the message says what to do."""

    code = "internal_error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code

    @property
    def advice(self) -> str:
        """The message, and what more there is to do about it."""
        return self.message


class InvalidInput(OdoosyncError):
    code = "invalid_input"


class NotFound(OdoosyncError):
    code = "not_found"


class Refused(OdoosyncError):
    code = "refused"


class Conflict(OdoosyncError):
    code = "conflict"


class TooMany(OdoosyncError):
    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after: float, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class Unavailable(OdoosyncError):
    code = "unavailable"
