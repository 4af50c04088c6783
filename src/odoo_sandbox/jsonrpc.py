"""JSON-RPC as `/jsonrpc` speaks it: the services common, db and object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odoo_sandbox.answers import Answer, rpc_error, rpc_result
from odoo_sandbox.calls import call
from odoo_sandbox.people import Account
from odoo_sandbox.refusals import (
    PYTHON_ERRORS,
    OdooRaised,
    access_denied,
    from_python,
    key_error,
    type_error,
)
from odoo_sandbox.world import World

_CREDENTIALS = 5


def target_of(payload: Mapping[str, Any]) -> tuple[str, str]:
    """Which model and method a request is for; the service and its method otherwise."""
    params = payload.get("params") or {}
    args = params.get("args") or []
    if params.get("service") == "object" and len(args) >= _CREDENTIALS:
        return str(args[3]), str(args[4])
    return str(params.get("service", "")), str(params.get("method", ""))


def answer_rpc(world: World, payload: Mapping[str, Any]) -> Answer:
    request_id = payload.get("id")
    try:
        params = payload.get("params") or {}
        service, method = params.get("service"), params.get("method")
        value = _dispatch(world, str(service), str(method), params.get("args") or [])
    except OdooRaised as error:
        return rpc_error(request_id, error, world.release)
    except PYTHON_ERRORS as error:
        return rpc_error(request_id, from_python(error), world.release)
    return rpc_result(request_id, value)


def version(world: World) -> dict[str, Any]:
    release = world.release
    return {
        "server_version": release.serie,
        "server_version_info": release.version_info,
        "server_serie": release.serie,
        "protocol_version": 1,
    }


def _dispatch(world: World, service: str, method: str, args: Sequence[Any]) -> Any:
    if service == "common":
        return _common(world, method, args)
    if service == "db":
        return _db(world, method, args)
    if service == "object":
        return _object(world, method, args)
    raise key_error(service)


def _common(world: World, method: str, args: Sequence[Any]) -> Any:
    if method == "version":
        return version(world)
    if method in ("authenticate", "login"):
        database, login, secret, *_ = args
        _check_database(world, database)
        account = world.account_of(str(login))
        known = account is not None and account.accepts(str(secret or ""), world.now())
        return account.uid if known and account is not None else False
    raise OdooRaised("builtins.Exception", f"Method not found: {method}")


def _db(world: World, method: str, args: Sequence[Any]) -> Any:
    if method == "list":
        if not world.lists_databases:
            raise access_denied()
        return sorted([world.database, *world.other_databases])
    if method == "db_exist":
        return bool(args) and args[0] == world.database
    if method == "server_version":
        return world.release.serie
    raise access_denied()


def _object(world: World, method: str, args: Sequence[Any]) -> Any:
    if len(args) < _CREDENTIALS:
        raise OdooRaised(
            "builtins.ValueError",
            f"not enough values to unpack (expected at least {_CREDENTIALS}, got {len(args)})",
        )
    database, uid, secret, model, name, *given = args
    _check_database(world, database)
    account = _check_login(world, uid, secret)
    named: dict[str, Any] = {}
    positional: Any = given
    if method == "execute_kw":
        positional = given[0] if given else []
        named = given[1] if len(given) > 1 and given[1] else {}
    elif method != "execute":
        raise OdooRaised("builtins.NameError", f"Method not available {method}")
    if not isinstance(positional, list):
        raise type_error("execute_kw takes its positional arguments as a list")
    return world.run(account.uid, lambda caller: call(caller, model, name, positional, named))


def _check_login(world: World, uid: Any, secret: Any) -> Account:
    account = world.accounts.get(uid) if isinstance(uid, int) else None
    if account is None or not account.accepts(str(secret or ""), world.now()):
        raise access_denied()
    return account


def _check_database(world: World, database: Any) -> None:
    if database == world.database:
        return
    raise OdooRaised(
        "psycopg2.OperationalError",
        'connection to server at "127.0.0.1", port 5432 failed: '
        + world.no_database.format(name=database),
    )
