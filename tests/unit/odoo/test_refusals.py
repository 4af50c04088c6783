from __future__ import annotations

from typing import Any

import pytest

from odoosync.odoo import errors
from odoosync.odoo.refusals import quoted, refused
from unit.odoo.replay import KEY, TRACEBACK, login

TABLE: list[tuple[str, str, type[errors.OdooError]]] = [
    ("odoo.exceptions.AccessDenied", "Access Denied", errors.InvalidCredentials),
    ("odoo.http.SessionExpiredException", "Session expired", errors.InvalidCredentials),
    ("odoo.exceptions.AccessError", "You are not allowed", errors.AccessRefused),
    ("odoo.exceptions.MissingError", "gone", errors.RecordMissing),
    ("odoo.exceptions.UserError", "Object res.partner doesn't exist", errors.ModelUnknown),
    ("odoo.exceptions.UserError", "Invalid language code: de_DE", errors.LanguageMissing),
    ("odoo.exceptions.UserError", "Invalid language code: sr-Latn@rs", errors.LanguageMissing),
    ("odoo.exceptions.UserError", "No.", errors.RequestRejected),
    ("odoo.exceptions.LockError", "locked", errors.ServerConflict),
    ("odoo.exceptions.ConcurrencyError", "again", errors.ServerConflict),
    ("psycopg2.errors.SerializationFailure", "could not serialize", errors.ServerConflict),
    ("psycopg2.errors.DeadlockDetected", "deadlock", errors.ServerConflict),
    ("psycopg2.errors.LockNotAvailable", "lock", errors.ServerConflict),
    ("psycopg2.errors.QueryCanceled", "statement timeout", errors.TimedOut),
    ("psycopg2.OperationalError", 'FATAL: database "x" does not exist', errors.UnknownDatabase),
    ("psycopg2.OperationalError", "FATAL: Datenbank »x« existiert nicht", errors.UnknownDatabase),
    (
        "psycopg2.OperationalError",
        "FATAL: base de données « x » n'existe pas",
        errors.UnknownDatabase,
    ),
    ("psycopg2.OperationalError", 'FATAL: databasen "x" finns inte', errors.DatabaseFailed),
    ("psycopg2.OperationalError", 'ВАЖНО: база данных "x" не существует', errors.DatabaseFailed),
    ("psycopg2.OperationalError", 'FATAL: データベース"x"は存在しません', errors.DatabaseFailed),
    ("psycopg2.OperationalError", 'FATAL: role "x" does not exist', errors.DatabaseFailed),
    (
        "psycopg2.OperationalError",
        'FATAL: permission denied for database "x"',
        errors.DatabaseFailed,
    ),
    ("psycopg2.OperationalError", "FATAL: das Datenbanksystem startet", errors.DatabaseFailed),
    ("psycopg2.OperationalError", "never heard of", errors.DatabaseFailed),
    ("psycopg2.OperationalError", "FATAL: too many connections", errors.ServerBusy),
    ("psycopg2.OperationalError", 'too many connections for database "x"', errors.ServerBusy),
    ("psycopg2.OperationalError", "FATAL: sorry, too many clients already", errors.ServerBusy),
    ("psycopg2.OperationalError", "the database system is starting up", errors.ServerBusy),
    ("psycopg2.OperationalError", "the database system is shutting down", errors.ServerBusy),
    ("psycopg2.OperationalError", "connection failed: Connection refused", errors.ServerBusy),
    ("psycopg2.OperationalError", "SSL SYSCALL error: EOF detected", errors.ServerBusy),
    ("psycopg2.errors.UndefinedTable", 'relation "res_users" missing', errors.UnknownDatabase),
    ("psycopg2.errors.UndefinedTable", 'relation "x_table" missing', errors.ServerFault),
    ("builtins.KeyError", "res.users", errors.UnknownDatabase),
    ("builtins.KeyError", "res.partner", errors.ModelUnknown),
    ("builtins.KeyError", "x", errors.ServerFault),
    ("odoo.sql_db.PoolError", "The Connection Pool Is Full", errors.ServerBusy),
    ("builtins.MemoryError", "", errors.AnswerTooLarge),
    ("builtins.ValueError", "Invalid field 'x' on model 'res.partner'", errors.FieldUnknown),
    ("builtins.ValueError", "something else", errors.ServerFault),
    ("builtins.TypeError", "got an unexpected keyword argument 'load'", errors.RequestRejected),
    ("builtins.TypeError", "unsupported operand", errors.ServerFault),
    ("builtins.AttributeError", "'NoneType' has no attribute 'x'", errors.ServerFault),
    ("builtins.ZeroDivisionError", "division by zero", errors.ServerFault),
    ("werkzeug.exceptions.NotFound", "404 Not Found", errors.ProtocolMissing),
    ("<script>", "x", errors.ServerFault),
]


def refusal(name: object, message: object, secret: str = "hunter2") -> errors.OdooError:
    data = {"name": name, "message": message, "debug": TRACEBACK, "arguments": [TRACEBACK]}
    return refused(data, model="res.partner", login=login(secret, database="x"))


@pytest.mark.parametrize(("name", "message", "kind"), TABLE)
def test_the_type_of_a_refusal_gives_its_class(
    name: str, message: str, kind: type[errors.OdooError]
) -> None:
    assert type(refusal(name, message)) is kind


@pytest.mark.parametrize("data", [None, [], "text", {}, {"name": 7, "message": None}])
def test_a_refusal_in_no_known_form_is_a_fault_of_the_server(data: Any) -> None:
    assert type(refused(data, model="res.partner", login=login())) is errors.ServerFault


def test_a_denied_key_is_a_rejected_key() -> None:
    denied = refusal("odoo.exceptions.AccessDenied", "Access Denied", KEY)
    assert isinstance(denied, errors.ApiKeyRejected)


@pytest.mark.parametrize(
    "message",
    [
        "Invalid field 'mobile' on model 'res.partner'",
        "Invalid field 'mobile' on 'res.partner'",
        "Invalid field res.partner.mobile in leaf ('mobile', '=', 1)",
        "Invalid field res.partner.mobile in condition ('mobile', '=', 1)",
    ],
)
def test_an_unknown_field_is_named(message: str) -> None:
    error = refusal("builtins.ValueError", message)
    assert isinstance(error, errors.FieldUnknown)
    assert error.field == "mobile"


@pytest.mark.parametrize(("name", "message", "kind"), TABLE)
def test_no_refusal_shows_traceback_or_secret(
    name: str, message: str, kind: type[errors.OdooError]
) -> None:
    error = refusal(name, f"{message} hunter2\n{TRACEBACK}")
    shown = f"{error} {error!r} {vars(error)} {kind}"
    assert "hunter2" not in shown
    assert "dispatch" not in shown


def test_a_quote_is_one_bounded_printable_line() -> None:
    assert quoted("\n  First\x1b[31m line \n second", "") == "First[31m line"
    assert len(quoted("x" * 5_000, "")) == 201


def test_a_quote_masks_the_secret_but_not_inside_of_words() -> None:
    assert quoted("admin, ask the administrator", "admin") == "********, ask the administrator"
    assert quoted("see (p+q) here", "(p+q)") == "see ******** here"


def test_a_traceback_is_not_quoted() -> None:
    assert not quoted(TRACEBACK, "")
