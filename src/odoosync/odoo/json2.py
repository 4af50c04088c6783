"""JSON-2, Odoo 19 and later: one address a method, named arguments, an API key as bearer."""

from __future__ import annotations

import re
from typing import Any

from odoosync.odoo.bounds import Bound, bound_of
from odoosync.odoo.errors import (
    OdooError,
    ProtocolMissing,
    RequestRejected,
    ServerConflict,
    UnknownDatabase,
)
from odoosync.odoo.messages import Answer
from odoosync.odoo.refusals import refused
from odoosync.odoo.sealed import Sealed
from odoosync.odoo.wire import Wire, is_json, not_from_odoo

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_NO_DATABASE = b"No database is selected"
_OK, _NOT_FOUND, _CONFLICT = 200, 404, 409


class Json2:
    """Calls for one login; the key alone says who that is."""

    def __init__(self, wire: Wire, *, reads: frozenset[str] = frozenset()) -> None:
        self._wire = wire
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
        if not (_NAME.fullmatch(model) and _NAME.fullmatch(method)):
            raise RequestRejected("The names of a model and a method hold letters, digits, _ and .")
        payload = dict(kwargs)
        if ids is not None:
            payload["ids"] = ids
        if context:
            payload["context"] = context
        login = self._wire.login
        answer = await self._wire.post(
            f"/json/2/{model}/{method}",
            payload,
            headers={
                "Authorization": f"bearer {login.secret}",
                "X-Odoo-Database": login.database,
            },
            repeatable=method in self._reads,
            bound=bound,
        )
        if answer.status == _OK:
            page = Sealed.of(answer.body, in_reply=False) if sealed else None
            return page or await self._wire.decoded(answer, bound)
        raise await self._error(answer, model, bound)

    async def _error(self, answer: Answer, model: str, bound: Bound) -> OdooError:
        """Odoo's own errors are JSON; HTML is a route that it does not know, or a proxy."""
        login = self._wire.login
        if is_json(answer):
            return refused(await self._wire.decoded(answer, bound), model=model, login=login)
        if answer.status == _NOT_FOUND and _NO_DATABASE in answer.body:
            return UnknownDatabase()
        if answer.status in {_NOT_FOUND, 405, 410}:
            return ProtocolMissing()
        if answer.status == _CONFLICT:
            return ServerConflict()
        return not_from_odoo(answer)
