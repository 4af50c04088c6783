"""What can go wrong with users, their sign-in and their keys, named by what one can do about it.

::

    Refused                       the caller may not do this
    ├── NotSignedIn               sign in (again): no valid token of ours came with the call
    │   ├── WrongCredentials      username or password is wrong; never says which
    │   ├── UserDisabled          an administrator has to enable the user
    │   ├── TokenExpired          refresh, or sign in again
    │   ├── KeyRests              the database was restored; its owner has to release the key
    │   ├── SessionEnded          signed out, disabled, or the password was changed
    │   └── RefreshRefused        this refresh token buys nothing (any more)
    ├── ScopeMissing              use a key with the scope that the message names
    ├── AdminNeeded               ask an administrator to do it
    ├── SessionNeeded             an API key may not do this; sign in with the password
    ├── WrongPassword             the current password, asked for again, is wrong
    └── RegistrationOff           the operator makes users here
    InvalidInput: BadUsername, BadPassword, BadAddress, BadScopes, BadExpiry; UnknownKind
                  (in audit_kinds)
    Conflict: UsernameTaken, NothingToConfirm, NoPublicUrl
    NotFound: UserUnknown, KeyUnknown, LinkNotValid
    TooMany: TooManyGuesses, TooManySignIns, TooManyEmails
"""

from __future__ import annotations

from odoosync.errors import Conflict, InvalidInput, NotFound, Refused, TooMany


class NotSignedIn(Refused):
    code = "not_signed_in"


class WrongCredentials(NotSignedIn):
    code = "wrong_credentials"


class UserDisabled(NotSignedIn):
    code = "user_disabled"


class TokenExpired(NotSignedIn):
    code = "token_expired"


class SessionEnded(NotSignedIn):
    code = "session_ended"


class KeyRests(NotSignedIn):
    code = "api_key_rests"

    def __init__(self) -> None:
        super().__init__(
            "This API key rests since the database was restored. Its owner looks at it at "
            "/api/v1/api-keys, and releases or revokes it."
        )


class RefreshRefused(NotSignedIn):
    code = "refresh_refused"


class ScopeMissing(Refused):
    code = "scope_missing"


class AdminNeeded(Refused):
    code = "admin_needed"


class SessionNeeded(Refused):
    code = "session_needed"


class WrongPassword(Refused):
    code = "wrong_password"


class RegistrationOff(Refused):
    code = "registration_off"


class BadUsername(InvalidInput):
    code = "bad_username"


class BadAddress(InvalidInput):
    code = "bad_email"


class BadPassword(InvalidInput):
    code = "bad_password"


class BadScopes(InvalidInput):
    code = "bad_scopes"


class BadExpiry(InvalidInput):
    code = "bad_expiry"


class UsernameTaken(Conflict):
    code = "username_taken"


class UserUnknown(NotFound):
    code = "user_unknown"


class NothingToConfirm(Conflict):
    code = "nothing_to_confirm"

    def __init__(self) -> None:
        super().__init__(
            "There is no mail address that waits to be confirmed. Set one first, with PATCH "
            "/api/v1/me."
        )


class NoPublicUrl(Conflict):
    code = "no_public_url"

    def __init__(self) -> None:
        super().__init__(
            "No letter can be sent: this service does not know its own URL. The operator sets "
            "ODOOSYNC_PUBLIC_URL, or gives you the address with `odoosync user set-email`."
        )


class LinkNotValid(NotFound):
    code = "link_not_valid"

    def __init__(self) -> None:
        super().__init__(
            "This link is not valid. It was used before, is older than a day, or the address was "
            "changed since."
        )


class KeyUnknown(NotFound):
    code = "key_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such API key.")


class TooManyGuesses(TooMany):
    code = "too_many_guesses"


class TooManySignIns(TooMany):
    code = "too_many_sign_ins"

    def __init__(self, retry_after: float) -> None:
        super().__init__(
            "Too many passwords wait to be checked, of this name or from this address. Try again "
            f"in {retry_after:.0f} seconds.",
            retry_after=retry_after,
        )


class TooManyEmails(TooMany):
    code = "too_many_emails"

    def __init__(self, retry_after: float) -> None:
        super().__init__(
            "So many emails were sent to confirm this address, or by you, that the next one has "
            f"to wait. Try again in {retry_after:.0f} seconds.",
            retry_after=retry_after,
        )
