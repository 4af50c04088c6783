"""What can go wrong with an Odoo, named by what one can do about it.

::

    OdooError                     carries `code`, `stage`, `retriable`, `hint`
    ├── RetryLater                the same call may work in a while (all are retriable)
    │   ├── TimedOut              too slow: to connect, between two reads, or in total
    │   ├── ServerBusy            429, 502, 503, 504, no database connection left; `retry_after`
    │   ├── DatabaseFailed        PostgreSQL refused, and not in words that are known to pass
    │   ├── ServerConflict        serialization failure, lock, deadlock
    │   ├── CutOff                the connection was lost before the answer was whole
    │   │   └── BrokenAnswer      a page of HTML, nothing, or a part of JSON came as the answer
    │   └── Unreachable           nothing listens there, or no route
    ├── FixAddress                the URL must change, or the network around it
    │   ├── HostNotFound          the name does not resolve
    │   ├── TlsFailed             the certificate or the handshake
    │   ├── NotOdoo               something answers, but not as Odoo does
    │   │   └── ProtocolMissing   JSON-RPC or JSON-2 is not offered there
    │   ├── RedirectRefused       it points elsewhere; `target` is the address to store instead
    │   ├── AddressRefused        the guard forbids this address
    │   └── ProxyRefused          the outbound proxy does not let this call through
    ├── FixLogin                  database, login or secret must change
    │   ├── UnknownDatabase
    │   ├── InvalidCredentials
    │   │   └── ApiKeyRejected    the secret has the form of an API key
    │   ├── ApiKeyNeeded          a password, and the server takes only API keys
    │   ├── WrongKeyOwner         the API key works, but for another login
    │   └── PortalUser            a login without the rights of an internal user
    ├── FixRights                 someone must grant rights in Odoo
    │   └── AccessRefused
    ├── FixRequest                this call can never work; skip what it asked for
    │   ├── FieldUnknown
    │   ├── LanguageMissing       no language of that code is active there
    │   ├── ModelUnknown
    │   ├── RecordMissing
    │   ├── RequestRejected
    │   └── RowLeftOut            a search shows it; what is read of it asks for what is gone
    └── NarrowDown                ask for less, to find the row or field at fault
        ├── AnswerTooLarge
        ├── BadAnswer
        │   └── EndlessAnswer     more rows than the server itself counts
        └── ServerFault

Each message is a sentence for a person. None holds a secret, a server's traceback or SQL:
what Odoo said is quoted only through `refusals.quoted`, one bounded line of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal, Self

from odoosync.errors import OdoosyncError

Stage = Literal["dns", "connect", "tls", "version", "database", "login", "rights", "read"]

ON_THE_WAY: tuple[Stage, ...] = ("dns", "connect", "tls")
"""Stages at which the address may be at fault, before anything is asked."""

_BLANKS = (
    "The password begins or ends with a blank or a line end: check whether that belongs to it."
)
_MOMENT = "%Y-%m-%d %H:%M:%S UTC"
KEY_HOW_TO = (
    "In Odoo open Preferences, Account Security, New API Key, and store that key here"
    " in the place of the password."
)


class OdooError(OdoosyncError):
    """`stage` tells how far the way to the data went; `hint` adds to a message that is fixed.

    `place` is the address that is meant, where the address may be at fault.
    """

    code = "odoo_error"
    stage: Stage = "read"
    retriable: bool = False
    hint: str = ""
    place: str = ""
    sentence: ClassVar[str] = "Odoo could not be read."

    def __init__(
        self,
        message: str | None = None,
        *,
        stage: Stage | None = None,
        retriable: bool | None = None,
    ) -> None:
        super().__init__(message or self.sentence)
        self.stage = stage or self.stage
        self.retriable = self.retriable if retriable is None else retriable

    def at(self, place: str) -> Self:
        """Name the address at the end of the first sentence, once."""
        if not self.place:
            self.place = place
            first, _, rest = self.message.partition(". ")
            self.message = f"{first.rstrip('.')} ({place}). {rest}".rstrip()
            self.args = (self.message,)
        return self

    @property
    def advice(self) -> str:
        """The message, and what more there is to do about it."""
        return f"{self.message.rstrip('.')}. {self.hint}" if self.hint else self.message


class RetryLater(OdooError):
    retriable = True


class FixAddress(OdooError):
    stage: Stage = "connect"


class FixLogin(OdooError):
    stage: Stage = "login"


class FixRights(OdooError):
    stage: Stage = "rights"


class FixRequest(OdooError):
    pass


class NarrowDown(OdooError):
    pass


class TimedOut(RetryLater):
    code = "odoo_timed_out"
    sentence = "Odoo did not answer in time. Try again later, or ask for less at once."


class ServerBusy(RetryLater):
    """`retry_after` is in seconds, when the server said so."""

    code = "odoo_busy"
    sentence = "The Odoo server is busy or being restarted. Try again in a while."

    def __init__(self, message: str | None = None, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ServerConflict(RetryLater):
    code = "odoo_conflict"
    sentence = "Odoo was changing the same records at that moment. Try again."


class DatabaseFailed(RetryLater):
    """`names_it`: PostgreSQL named the database when it refused, in whatever language."""

    code = "odoo_database_failed"
    stage: Stage = "database"
    sentence = (
        "Odoo could not open this database. Check its name, and that its PostgreSQL runs, or try"
        " again later."
    )

    def __init__(self, *, names_it: bool = False) -> None:
        super().__init__()
        self.names_it = names_it


class CutOff(RetryLater):
    code = "odoo_cut_off"
    sentence = "The connection to Odoo was lost before its answer was complete. Try again."


class BrokenAnswer(CutOff):
    """A proxy, a maintenance page or a crash came in between: these bytes are not Odoo's answer."""

    code = "odoo_broken_answer"
    sentence = "What came is not Odoo's answer: a proxy before it may have sent it. Try again."


class Unreachable(RetryLater):
    code = "odoo_unreachable"
    stage: Stage = "connect"
    sentence = "Nothing answers at this address. Check the URL, its port, and that Odoo runs."


class HostNotFound(FixAddress):
    code = "odoo_host_not_found"
    stage: Stage = "dns"
    sentence = "The host name of the Odoo URL was not found. Check its spelling."


class TlsFailed(FixAddress):
    code = "odoo_tls_failed"
    stage: Stage = "tls"
    sentence = "No secure connection to Odoo could be made. Check the server's certificate."


class NotOdoo(FixAddress):
    code = "odoo_not_odoo"
    stage: Stage = "version"
    sentence = "Something answers at this address, but it is not Odoo. Check the URL."


class ProtocolMissing(NotOdoo):
    code = "odoo_protocol_missing"
    sentence = (
        "This Odoo does not offer the interface that is needed. Check that a proxy before it lets"
        " /jsonrpc and /json/2 through."
    )


class RedirectRefused(FixAddress):
    """`target` is the address that the server points to, or None when it is not readable.

    `page` is the path of another page of the same server that it points to.
    """

    code = "odoo_redirect_refused"
    stage: Stage = "version"

    def __init__(self, target: str | None, page: str = "") -> None:
        if page:
            told = (
                f"This address sends callers to its page {page}, which is not followed."
                " It may ask for a login or tell of maintenance."
            )
        elif target:
            told = (
                f"This address sends callers to {target}, which is not followed."
                f" If that is your Odoo, use {target} as its URL."
            )
        else:
            told = "This address sends callers elsewhere, which is not followed. Check the URL."
        super().__init__(told)
        self.target = target


class AddressRefused(FixAddress):
    code = "odoo_address_refused"


class ProxyRefused(FixAddress):
    """`status` is what the proxy answered."""

    code = "odoo_proxy_refused"

    def __init__(self, status: int) -> None:
        super().__init__(
            "The outbound proxy wants a login. Put its user and password into"
            " ODOOSYNC_OUTBOUND_PROXY."
            if status == 407  # noqa: PLR2004 - HTTP's status for just this
            else f"The outbound proxy refuses to connect to this Odoo (status {status}). Let it"
            " through there: for https:// the proxy is asked for the address, not for the name."
        )
        self.status = status


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

    def __init__(self, *, blanks: bool = False) -> None:
        """`blanks`: the password has some around it, as when it was copied with one too many."""
        super().__init__()
        if blanks:
            self.hint = f"{_BLANKS} {self.hint}"

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


class AccessRefused(FixRights):
    """`model` is the one that was asked for."""

    code = "odoo_access_refused"

    def __init__(self, model: str, said: str = "") -> None:
        super().__init__(
            f"Odoo does not let this login do that with {model}."
            f" Ask its administrator for access.{_odoo_said(said)}"
        )
        self.model = model


class FieldUnknown(FixRequest):
    code = "odoo_field_unknown"

    def __init__(self, model: str, field: str | None) -> None:
        which = f"the field {field}" if field else "one of the fields"
        super().__init__(f"{model} has no longer, or not yet, {which} in this Odoo. Leave it out.")
        self.model = model
        self.field = field


class LanguageMissing(FixRequest):
    code = "odoo_language_missing"

    def __init__(self, language: str) -> None:
        super().__init__(
            f"The language {language} is not active in this Odoo. Activate it there, or choose"
            " another one for this connection."
        )


class ModelUnknown(FixRequest):
    code = "odoo_model_unknown"

    def __init__(self, model: str) -> None:
        super().__init__(
            f"This Odoo has no model {model}. Install the app that brings it, or leave it out."
        )
        self.model = model


class RecordMissing(FixRequest):
    code = "odoo_record_missing"

    def __init__(self, model: str) -> None:
        super().__init__(f"A record of {model} is no longer there. Read the list anew.")
        self.model = model


class RequestRejected(FixRequest):
    code = "odoo_request_rejected"

    def __init__(self, said: str = "") -> None:
        super().__init__(f"Odoo refused this call as it stands.{_odoo_said(said)}")


class RowLeftOut(FixRequest):
    """Odoo's `read` drops rows whose computation meets a MissingError, and does not say so."""

    code = "odoo_row_left_out"

    def __init__(self, model: str) -> None:
        super().__init__(
            f"Odoo leaves records of {model} out of an answer that holds this field. Its"
            " computation asks for another record that is gone. Ask its maker to mind that."
        )
        self.model = model


class AnswerTooLarge(NarrowDown):
    code = "odoo_answer_too_large"
    sentence = "Odoo's answer is larger than is accepted here. Ask for fewer rows or fields."


class BadAnswer(NarrowDown):
    code = "odoo_bad_answer"
    sentence = "Odoo's answer could not be understood. A proxy before it may have changed it."


class EndlessAnswer(BadAnswer):
    """`seen` rows came where the server counts `count`."""

    code = "odoo_endless_answer"

    def __init__(self, seen: int, count: int) -> None:
        super().__init__(
            f"Odoo sends many more rows than it says that it has: {seen:,} came, of {count:,}. No"
            " more were read. A proxy before it, or a change to its search, may be the reason."
        )
        self.seen = seen
        self.count = count


class ServerFault(NarrowDown):
    """`odoo_type` is the name of the server's exception, such as `builtins.ValueError`."""

    code = "odoo_server_fault"
    sentence = "Odoo failed inside while answering. Its administrator finds the reason in its log."

    def __init__(self, message: str | None = None, *, odoo_type: str = "") -> None:
        super().__init__(message)
        self.odoo_type = odoo_type


def _odoo_said(said: str) -> str:
    return f" Odoo said: {said}" if said else ""
