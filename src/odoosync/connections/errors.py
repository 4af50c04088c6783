"""What can go wrong with a stored connection, beside what `odoo.errors` tells of Odoo itself.

::

    NotFound ── NoConnection      the user has none, or this id is not theirs
    InvalidInput ── MaskSent      the mask was sent back in the place of the password
"""

from __future__ import annotations

from odoosync.errors import InvalidInput, NotFound


class NoConnection(NotFound):
    """The message is the seed's, to the letter."""

    code = "no_credentials"

    def __init__(self, message: str = "User has no Odoo credentials configured") -> None:
        super().__init__(message)


class MaskSent(InvalidInput):
    code = "masked_password"

    def __init__(self) -> None:
        super().__init__("send the real password")
