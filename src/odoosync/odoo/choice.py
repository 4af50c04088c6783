"""Which version a server runs, which protocol to speak with it, and whose login this is.

The server is asked, never the user. Each step that fails says how far it came (`stage`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from odoosync.odoo import jsonrpc
from odoosync.odoo.bounds import SMALL
from odoosync.odoo.databases import explained
from odoosync.odoo.errors import (
    ApiKeyNeeded,
    ApiKeyRejected,
    BadAnswer,
    BrokenAnswer,
    DatabaseFailed,
    NarrowDown,
    NotOdoo,
    OdooError,
    ProtocolMissing,
    RedirectRefused,
    RequestRejected,
    ServerFault,
    Stage,
    UnknownDatabase,
    WrongKeyOwner,
)
from odoosync.odoo.facts import ServerFacts, Version
from odoosync.odoo.fields import is_id
from odoosync.odoo.json2 import Json2
from odoosync.odoo.jsonrpc import JsonRpc
from odoosync.odoo.names import is_language, is_time_zone
from odoosync.odoo.refusals import secret_refused
from odoosync.odoo.sealed import NOT_IN_FORM, as_rows
from odoosync.odoo.url import origin_of
from odoosync.odoo.wire import Calls, Wire

JSON2_SINCE = 19
READS = frozenset(
    {
        "check_access_rights",
        "context_get",
        "fields_get",
        "formatted_read_group",
        "has_access",
        "has_group",
        "name_search",
        "read",
        "read_group",
        "search",
        "search_count",
        "search_read",
    }
)


@dataclass(frozen=True, slots=True)
class _Who:
    uid: int
    lang: str | None
    tz: str | None


def protocol_for(wire: Wire, facts: ServerFacts) -> Calls:
    if facts.protocol == "json2":
        return Json2(wire, reads=READS)
    return JsonRpc(wire, facts.uid, reads=READS)


async def choose(wire: Wire, version: Version, now: datetime) -> ServerFacts:
    """Log in by the best protocol that the server and the secret allow."""
    if not wire.login.database.isprintable():
        raise UnknownDatabase
    refusal: OdooError | None = None
    if version.major >= JSON2_SINCE and wire.login.has_api_key:
        try:
            return _facts(version, "json2", await _by_json2(wire), now)
        except (ApiKeyRejected, ProtocolMissing, UnknownDatabase) as error:
            refusal = error
    try:
        return _facts(version, "jsonrpc", await _by_jsonrpc(wire), now)
    except ProtocolMissing:
        if refusal is not None:
            raise refusal from None
        if version.major >= JSON2_SINCE:
            raise ApiKeyNeeded(almost_a_key=wire.login.is_almost_a_key) from None
        raise


async def ask_version(wire: Wire) -> Version:
    """Ask in the three ways that versions know; raises NotOdoo when none is answered."""
    came = ""
    for ask in (_web_version, _common_version, _version_info):
        with at_stage("version"):
            try:
                version = await _attempt(ask(wire), wire)
            except BrokenAnswer as error:
                came = f" {error.message}"
            else:
                if version is not None:
                    return version
    raise NotOdoo(f"{NotOdoo.sentence}{came}")


async def _attempt(asking: Awaitable[object], wire: Wire) -> Version | None:
    """Let one way of asking fail for what it got back, not for what keeps all of them away.

    Raises BrokenAnswer where that was no answer at all.
    """
    try:
        told = await asking
    except RedirectRefused as error:
        # Some set-ups send unknown pages of the same host to their front page.
        if error.target is None or origin_of(error.target) != wire.login.url.origin:
            raise
        return None
    except (ProtocolMissing, NarrowDown, RequestRejected):
        return None
    return Version.of(told)


async def _web_version(wire: Wire) -> object:
    answer = await wire.get("/web/version")
    if answer.status != 200:  # noqa: PLR2004 - HTTP's OK
        raise BadAnswer
    told = await wire.decoded(answer)
    return told.get("version") if isinstance(told, dict) else None


async def _common_version(wire: Wire) -> object:
    told = await jsonrpc.service(wire, "common", "version", [], model="", repeatable=True)
    return _server_version(told)


async def _version_info(wire: Wire) -> object:
    payload = {"jsonrpc": "2.0", "method": "call", "params": {}}
    answer = await wire.post("/web/webclient/version_info", payload, repeatable=True)
    return _server_version(await jsonrpc.result_of(wire, answer, ""))


def _server_version(told: object) -> object:
    """Prefer `server_version`, which says `saas~18.3` where the series says less."""
    if not isinstance(told, dict):
        return None
    return told.get("server_version") or told.get("server_serie")


async def _by_json2(wire: Wire) -> _Who:
    calls = Json2(wire, reads=READS)
    with at_stage("login"):
        who = _who(await calls.call("res.users", "context_get", None, {}, None))
        rows = await calls.call(
            "res.users", "read", [who.uid], {"fields": ["login"]}, None, bound=SMALL
        )
        users = as_rows(rows)
    owner = users[0].get("login") if users else None
    if not isinstance(owner, str) or owner.casefold() != wire.login.username.strip().casefold():
        raise WrongKeyOwner
    return who


async def _by_jsonrpc(wire: Wire) -> _Who:
    with at_stage("login"):
        try:
            uid = await jsonrpc.authenticate(wire)
        except (UnknownDatabase, DatabaseFailed, ServerFault) as error:
            refusal = await explained(wire, error)
            raise refusal from None
        if uid is None:
            raise secret_refused(wire.login)
        calls = JsonRpc(wire, uid, reads=READS)
        return _who(await calls.call("res.users", "context_get", None, {}, None), uid)


def _who(told: object, uid: int | None = None) -> _Who:
    """Read a user's context. Raises BrokenAnswer."""
    if not isinstance(told, dict):
        raise BrokenAnswer(NOT_IN_FORM)
    uid = uid or told.get("uid")
    lang, tz = told.get("lang") or None, told.get("tz")
    if not isinstance(uid, int) or not is_id(uid) or not (lang is None or is_language(lang)):
        raise BrokenAnswer(NOT_IN_FORM)
    return _Who(uid, lang, tz if is_time_zone(tz) else None)


def _facts(version: Version, protocol: Any, who: _Who, now: datetime) -> ServerFacts:
    return ServerFacts(version.serie, version.major, protocol, who.uid, who.lang, who.tz, now)


@contextmanager
def at_stage(stage: Stage) -> Iterator[None]:
    """Say of errors that could happen anywhere where it was that they happened."""
    try:
        yield
    except OdooError as error:
        if error.stage == "read":
            error.stage = stage
        raise
