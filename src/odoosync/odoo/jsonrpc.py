"""JSON-RPC, Odoo 16 to 21: the secret goes with every call, errors come with status 200."""

from __future__ import annotations

from itertools import count
from typing import Any

from odoosync.odoo.bounds import SMALL, Bound, bound_of
from odoosync.odoo.errors import BrokenAnswer, ProtocolMissing
from odoosync.odoo.fields import is_id
from odoosync.odoo.messages import Answer
from odoosync.odoo.refusals import refused
from odoosync.odoo.sealed import NOT_IN_FORM, Sealed
from odoosync.odoo.wire import Wire, is_json, not_from_odoo

PATH = "/jsonrpc"
# Their first parameter was renamed from `args` to `domain` in 17: handed over by position.
_LEADING = {"search": ("domain",), "search_count": ("domain",)}
_OK = 200
_ids = count(1)


class JsonRpc:
    """`execute_kw` for one login whose uid is known."""

    def __init__(self, wire: Wire, uid: int, *, reads: frozenset[str] = frozenset()) -> None:
        self._wire = wire
        self._uid = uid
        self._reads = reads

    async def call(
        self,
        model: str,
        method: str,
        ids: list[int] | None,
        kwargs: dict[str, Any],
        context: dict[str, Any] | None,
        *,
        sealed: bool = False,
        bound: Bound | None = None,
    ) -> Any:
        bound = bound or bound_of(method, kwargs)
        named = {**kwargs, "context": context} if context else dict(kwargs)
        positional: list[Any] = [] if ids is None else [ids]
        positional += [named.pop(name) for name in _LEADING.get(method, ()) if name in named]
        login = self._wire.login
        args = [login.database, self._uid, login.secret, model, method, positional, named]
        reads = method in self._reads
        answer = await _ask(self._wire, "object", "execute_kw", args, repeatable=reads, bound=bound)
        page = Sealed.of(answer.body, in_reply=True) if sealed and answer.status == _OK else None
        return page or await result_of(self._wire, answer, model, bound)


async def authenticate(wire: Wire) -> int | None:
    """Give the uid, or None when Odoo does not know this login with this secret."""
    login = wire.login
    args = [login.database, login.username, login.secret, {}]
    uid = await service(wire, "common", "authenticate", args, model="res.users", repeatable=True)
    return uid if is_id(uid) and uid > 0 else None


async def service(
    wire: Wire, name: str, method: str, args: list[Any], *, model: str, repeatable: bool
) -> Any:
    answer = await _ask(wire, name, method, args, repeatable=repeatable)
    return await result_of(wire, answer, model)


async def _ask(
    wire: Wire,
    name: str,
    method: str,
    args: list[Any],
    *,
    repeatable: bool,
    bound: Bound = SMALL,
) -> Answer:
    payload = {
        "jsonrpc": "2.0",
        "method": "call",
        "id": next(_ids),
        "params": {"service": name, "method": method, "args": args},
    }
    return await wire.post(PATH, payload, repeatable=repeatable, bound=bound)


async def result_of(wire: Wire, answer: Answer, model: str, bound: Bound = SMALL) -> Any:
    """Give the result; raises what the error in its place means. Null has no `result` at all."""
    if answer.status in {404, 405, 410} and not is_json(answer):
        raise ProtocolMissing
    if answer.status != _OK and not is_json(answer):
        raise not_from_odoo(answer)
    reply = await wire.decoded(answer, bound)
    if not isinstance(reply, dict) or "jsonrpc" not in reply:
        raise BrokenAnswer(NOT_IN_FORM)
    error = reply.get("error")
    if error is None:
        return reply.get("result")
    raise refused(
        error.get("data") if isinstance(error, dict) else None, model=model, login=wire.login
    )
