"""What can go wrong with a stored connection, beside what `odoo.errors` tells of Odoo itself.

::

    NotFound ── NoConnection      the user has none, or this id is not theirs
    InvalidInput
    ├── MaskSent                  the mask was sent back in the place of the password
    └── BadPreference             Odoo, or this connection, does not have what is wanted
    Conflict
    ├── ConnectionExists          this URL and database have a connection already
    ├── ConnectionPaused          nothing is synced until its owner resumes it
    └── NotDeleted                there is nothing to restore
"""

from __future__ import annotations

from odoosync.errors import Conflict, InvalidInput, NotFound


class NoConnection(NotFound):
    """The message is the seed's, to the letter."""

    code = "no_credentials"

    def __init__(self, message: str = "User has no Odoo credentials configured") -> None:
        super().__init__(message)


class MaskSent(InvalidInput):
    code = "masked_password"

    def __init__(self) -> None:
        super().__init__("send the real password")


class BadPreference(InvalidInput):
    code = "bad_preference"


class ConnectionExists(Conflict):
    code = "connection_exists"

    def __init__(self, connection_id: int) -> None:
        super().__init__(
            f"You have a connection to this database already, with the id {connection_id}. Change "
            "its credentials instead, or delete it first."
        )


class ConnectionPaused(Conflict):
    code = "connection_paused"

    def __init__(self) -> None:
        super().__init__("This connection is paused: nothing is synced. Resume it first.")


class NotDeleted(Conflict):
    code = "connection_not_deleted"

    def __init__(self) -> None:
        super().__init__("This connection is not deleted: there is nothing to restore.")
