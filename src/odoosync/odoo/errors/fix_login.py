"""Errors of the login: the database, the login or the secret must change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from odoosync.odoo.errors.kinds import FixLogin, Stage

_WRAPPED = (
    "The password begins or ends with a blank, a line end or a quotation mark, or begins with"
    " Bearer: check whether that belongs to it."
)
_ALMOST_A_KEY = (
    "This looks like an API key that was not copied whole. A key has 40 characters, each a digit or"
    " a small letter from a to f."
)
_MOMENT = "%Y-%m-%d %H:%M:%S UTC"
KEY_HOW_TO = (
    "In Odoo open Preferences, Account Security, New API Key, and store that key here"
    " in the place of the password."
)


class UnknownDatabase(FixLogin):
    code = "odoo_unknown_database"
    stage: Stage = "database"
    sentence = "This Odoo has no database of that name. Check its spelling, capitals included."
    hint = (
        "On Odoo Online it is the first part of the address, on Odoo.sh such as"
        " project-branch-1234567."
    )

    def __init__(self, names: Sequence[str] = ()) -> None:
        """`names` are those that the server lists, the likeliest first."""
        super().__init__()
        if names:
            self.hint = f"It has: {', '.join(names)}."


class InvalidCredentials(FixLogin):
    code = "odoo_invalid_credentials"
    sentence = "Invalid Odoo credentials"
    hint = (
        "Check the login and the password. A user with two-factor authentication needs an API key."
        f" {KEY_HOW_TO}"
    )

    def __init__(self, *, wrapped: bool = False, almost_a_key: bool = False) -> None:
        """Hint at what may be wrong with the secret; `wrapped` as in `Login.is_wrapped`."""
        super().__init__()
        doubts = ((_ALMOST_A_KEY, almost_a_key), (_WRAPPED, wrapped and not almost_a_key))
        self.hint = " ".join([*(doubt for doubt, is_so in doubts if is_so), self.hint]).rstrip()

    def worked_until(self, moment: datetime) -> None:
        """Say when these credentials were accepted last: they were right once."""
        self.hint = (
            f"They were accepted until {moment:{_MOMENT}}: was the password changed? {self.hint}"
        )


class ApiKeyRejected(InvalidCredentials):
    code = "odoo_api_key_rejected"
    sentence = (
        "Odoo does not accept this API key. It may have ended, as keys do from Odoo 18 on, been"
        f" removed, or belong to another login. {KEY_HOW_TO}"
    )
    hint = ""

    def worked_until(self, moment: datetime) -> None:
        self.message = (
            f"Odoo does not accept this API key any more; it worked until {moment:{_MOMENT}}. From"
            " Odoo 18 on keys end, after 90 days unless an administrator allows more. It may also"
            f" have been removed. {KEY_HOW_TO} With a new key the sync goes on where it was."
        )


class ApiKeyNeeded(FixLogin):
    code = "odoo_api_key_needed"
    sentence = f"This Odoo takes API keys only, no passwords. {KEY_HOW_TO}"

    def __init__(self, *, almost_a_key: bool = False) -> None:
        super().__init__()
        self.hint = _ALMOST_A_KEY if almost_a_key else ""


class WrongKeyOwner(FixLogin):
    code = "odoo_wrong_key_owner"
    sentence = (
        "This API key belongs to another Odoo login. Use that login, or a key made by this one."
    )


class PortalUser(FixLogin):
    code = "odoo_portal_user"
    stage: Stage = "rights"
    sentence = (
        "This is a portal login, which sees hardly any data. Use an internal user of Odoo instead."
    )
