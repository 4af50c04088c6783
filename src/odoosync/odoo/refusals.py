"""What Odoo means when it refuses: its exception types become our errors.

This is the door at which `debug`, arguments and SQL are dropped. Only the exception's type and,
for messages that Odoo writes for people, one bounded line of text go on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from odoosync.odoo import errors
from odoosync.odoo.login import Login

LONGEST_TEXT = 4_096
"""Characters of what a server says that are looked at."""
_LONGEST_QUOTE = 200
_LONGEST_NAME = 128
_TYPE = re.compile(r"[A-Za-z_][\w.]{0,99}")
_INVALID_FIELD = re.compile(r"Invalid field '?(?P<path>[\w$]+(\.[\w$]+)*)")
_NO_MODEL = re.compile(r"(?i)\b(object|the model) '?[\w.]+'? does(n't| not) exist")
_NO_LANGUAGE = re.compile(r"Invalid language code: (?P<code>\S{1,64})$")
_NO_METHOD = re.compile(r"The method '[\w.]+' does not exist")
_NO_DATABASE = re.compile(r"does not exist|existiert nicht|n'existe pas|no existe|non esiste")
_PASSING = re.compile(
    r"(?i)starting up|shutting down|recovery mode|accepting connections|too many (clients|conn)"
    r"|connection slots|connection refused|could not connect|timeout expired|timed out"
    r"|closed the connection|terminating connection|connection (has been|was|already) closed"
    r"|connection reset|EOF detected"
)
_ABOUT_THE_ROLE = re.compile(r'(?i)\b(role|user) "|permission denied|pg_hba')
_QUOTE = r"[^\w\s]"  # each language has marks of its own
_BAD_ARGUMENT = re.compile(r"unexpected keyword argument|required (positional )?argument")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal as Odoo sent it; `message` is raw, cut, and must not leave this room."""

    odoo_type: str
    message: str
    model: str
    login: Login

    @property
    def said(self) -> str:
        return quoted(self.message, self.login.secret)


def refused(data: object, *, model: str, login: Login) -> errors.OdooError:
    """Turn the `data` of a JSON-RPC error, or the body of a JSON-2 one, into an error of ours."""
    told = data if isinstance(data, Mapping) else {}
    name, message = told.get("name"), told.get("message")
    refusal = Refusal(
        odoo_type=name if isinstance(name, str) and _TYPE.fullmatch(name) else "",
        message=message[:LONGEST_TEXT] if isinstance(message, str) else "",
        model=model,
        login=login,
    )
    meaning = _MEANINGS.get(refusal.odoo_type.rpartition(".")[2])
    return meaning(refusal) if meaning else _fault(refusal)


def secret_refused(login: Login) -> errors.InvalidCredentials:
    if login.has_api_key:
        return errors.ApiKeyRejected()
    return errors.InvalidCredentials(wrapped=login.is_wrapped, almost_a_key=login.is_almost_a_key)


def quoted(text: str, secret: str) -> str:
    """Give the first line of a text, bounded, printable, without the secret or a part of it."""
    text = text[:LONGEST_TEXT]
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if line.startswith(("Traceback", 'File "')):
        return ""
    is_cut = len(text) == LONGEST_TEXT and text.rstrip().endswith(line)
    line = "".join(character for character in line if character.isprintable())
    if secret:
        line = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "********", line)
    if is_cut:  # at its end there may be the beginning of one
        line = line[: -len(secret) or None]
    if len(line) > _LONGEST_QUOTE:
        line = f"{line[:_LONGEST_QUOTE].rstrip()}…"
    return line


def _fault(refusal: Refusal) -> errors.OdooError:
    return errors.ServerFault(odoo_type=refusal.odoo_type)


def _denied(refusal: Refusal) -> errors.OdooError:
    return secret_refused(refusal.login)


def _access(refusal: Refusal) -> errors.OdooError:
    return errors.AccessRefused(refusal.model, refusal.said)


def _for_people(refusal: Refusal) -> errors.OdooError:
    if _NO_MODEL.match(refusal.message):
        return errors.ModelUnknown(refusal.model)
    if language := _NO_LANGUAGE.match(refusal.message):
        return errors.LanguageMissing(language["code"])
    return errors.RequestRejected(refusal.said)


def _missing_page(refusal: Refusal) -> errors.OdooError:
    if _NO_MODEL.match(refusal.message):
        return errors.ModelUnknown(refusal.model)
    if _NO_METHOD.match(refusal.message):
        return _no_method(refusal)
    return errors.ProtocolMissing()


def _no_method(refusal: Refusal) -> errors.OdooError:
    return errors.RequestRejected(quoted(refusal.message, refusal.login.secret))


def _value(refusal: Refusal) -> errors.OdooError:
    match = _INVALID_FIELD.search(refusal.message)
    if match is None:
        return _fault(refusal)
    return errors.FieldUnknown(refusal.model, match["path"].rpartition(".")[2][:_LONGEST_NAME])


def _key(refusal: Refusal) -> errors.OdooError:
    if refusal.message == "res.users":  # a PostgreSQL database that holds no Odoo
        return errors.UnknownDatabase()
    if refusal.message == refusal.model:
        return errors.ModelUnknown(refusal.model)
    return _value(refusal)


def _attribute(refusal: Refusal) -> errors.OdooError:
    return _no_method(refusal) if _NO_METHOD.match(refusal.message) else _fault(refusal)


def _arguments(refusal: Refusal) -> errors.OdooError:
    if _BAD_ARGUMENT.search(refusal.message):
        return errors.RequestRejected(refusal.said)
    return _fault(refusal)


def _database(refusal: Refusal) -> errors.OdooError:
    """PostgreSQL's own words, which name hosts and ports: read here and never shown."""
    if _PASSING.search(refusal.message):
        return errors.ServerBusy()
    name = re.escape(refusal.login.database)
    names_it = re.search(rf"{_QUOTE}\s*{name}\s*{_QUOTE}", refusal.message) is not None
    if _ABOUT_THE_ROLE.search(refusal.message):  # which is often called as the database is
        return errors.DatabaseFailed()
    if names_it and _NO_DATABASE.search(refusal.message):
        return errors.UnknownDatabase()
    return errors.DatabaseFailed(names_it=names_it)


def _table(refusal: Refusal) -> errors.OdooError:
    return errors.UnknownDatabase() if "res_users" in refusal.message else _fault(refusal)


def _always(kind: type[errors.OdooError]) -> Callable[[Refusal], errors.OdooError]:
    return lambda _refusal: kind()


_BUSY = _always(errors.ServerBusy)
_CONFLICT = _always(errors.ServerConflict)
_UNQUOTED = _always(errors.RequestRejected)

# By the last part of the type's name: `odoo.exceptions.`, `werkzeug.exceptions.`, `builtins.`
# and `psycopg2.errors.` do not overlap, and packages have moved between versions.
_MEANINGS: dict[str, Callable[[Refusal], errors.OdooError]] = {
    "AccessDenied": _denied,
    "Unauthorized": _denied,
    "SessionExpiredException": _denied,
    "AccessError": _access,
    "Forbidden": _access,
    "MissingError": lambda refusal: errors.RecordMissing(refusal.model),
    "UserError": _for_people,
    "ValidationError": _for_people,
    "RedirectWarning": _for_people,
    "NotFound": _missing_page,
    "UnprocessableEntity": _for_people,
    "BadRequest": _for_people,
    "ValueError": _value,
    "KeyError": _key,
    "AttributeError": _attribute,
    "TypeError": _arguments,
    "MemoryError": _always(errors.AnswerTooLarge),
    "LockError": _CONFLICT,
    "ConcurrencyError": _CONFLICT,
    "SerializationFailure": _CONFLICT,
    "DeadlockDetected": _CONFLICT,
    "LockNotAvailable": _CONFLICT,
    "TransactionRollbackError": _CONFLICT,
    "QueryCanceled": _always(errors.TimedOut),
    "QueryCanceledError": _always(errors.TimedOut),
    "OperationalError": _database,
    "InvalidCatalogName": _always(errors.UnknownDatabase),
    "UndefinedTable": _table,
    "InterfaceError": _BUSY,
    "PoolError": _BUSY,
    "AdminShutdown": _BUSY,
    "CannotConnectNow": _BUSY,
    "TooManyConnections": _BUSY,
    "ServiceUnavailable": _BUSY,
    "InvalidTextRepresentation": _UNQUOTED,
    "DataError": _UNQUOTED,
    "NotNullViolation": _UNQUOTED,
    "UniqueViolation": _UNQUOTED,
    "ForeignKeyViolation": _UNQUOTED,
}
