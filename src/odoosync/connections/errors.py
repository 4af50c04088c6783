"""What can go wrong with a stored connection, beside what `odoo.errors` tells of Odoo itself.

::

    NotFound
    ├── NoConnection              no connection of the user's has this id
    └── NoCredentials             the user has no connection at all
    InvalidInput
    ├── MaskSent                  the mask was sent back in the place of the password
    └── BadPreference             Odoo, or this connection, does not have what is wanted
    Conflict
    ├── NoActiveConnection        there are connections, and none of them is active
    ├── ConnectionExists          this URL and database have a connection already
    ├── ConnectionPaused          nothing is synced until its owner resumes it
    └── NotDeleted                there is nothing to restore
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from odoosync.errors import Conflict, InvalidInput, NotFound, TooMany

_MAX_NAMED: Final = 20


class NoConnection(NotFound):
    code = "no_connection"

    def __init__(self) -> None:
        super().__init__("There is no connection with this id.")


class NoCredentials(NotFound):
    """The message is the seed's, to the letter."""

    code = "no_credentials"

    def __init__(self) -> None:
        super().__init__("User has no Odoo credentials configured")


class MaskSent(InvalidInput):
    code = "masked_password"

    def __init__(self) -> None:
        super().__init__("send the real password")


class BadPreference(InvalidInput):
    code = "bad_preference"


class NoActiveConnection(Conflict):
    """`connection_ids` are those that can be activated."""

    code = "no_active_connection"

    def __init__(self, connection_ids: Sequence[int]) -> None:
        named = ", ".join(str(one) for one in connection_ids[:_MAX_NAMED])
        more = ", …" if len(connection_ids) > _MAX_NAMED else ""
        which = f"one of {named}{more}" if len(connection_ids) > 1 else f"connection {named}"
        super().__init__(f"No connection is active; activate {which}")


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


class TooManyWrongPasswords(TooMany):
    code = "too_many_wrong_passwords"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "Too many wrong logins were tried at this Odoo, or by you."
            f" Try again in {seconds} seconds.",
            retry_after=seconds,
        )
