"""What the rest of the project asks an Odoo: fields, rows, ids and counts.

Knows no protocol: `choice` picked one. Remembers nothing beyond one run but `facts`, which the
caller stores and hands back.
"""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final, NamedTuple

from odoosync.memory import drop_frames
from odoosync.odoo.bounds import PAGE, SMALL, Bound
from odoosync.odoo.choice import JSON2_SINCE, ask_version, choose, protocol_for
from odoosync.odoo.domain import Domain
from odoosync.odoo.errors import (
    AnswerTooLarge,
    BadAnswer,
    BrokenAnswer,
    InvalidCredentials,
    NarrowDown,
    ProtocolMissing,
    RequestRejected,
    UnknownDatabase,
)
from odoosync.odoo.facts import ServerFacts
from odoosync.odoo.fields import ATTRIBUTES, Field, Row, is_id
from odoosync.odoo.locating import find_odoo
from odoosync.odoo.login import Login
from odoosync.odoo.messages import Handler
from odoosync.odoo.private_hosts import one_text_for_private
from odoosync.odoo.sealed import NOT_IN_FORM, Sealed, as_rows
from odoosync.odoo.spending import Spending
from odoosync.odoo.wire import Wire

Context = dict[str, Any]
_OF_RECORDS: Final = frozenset({"read", "search_read"})


class IdSum(NamedTuple):
    rows: int
    id_sum: int


async def open_client(
    transport: Handler,
    login: Login,
    *,
    known: ServerFacts | None,
    now: datetime,
    spending: Spending | None = None,
) -> OdooClient:
    """Log in, or with `known` facts of less than a day go straight on without any call.

    Older ones may be wrong in all they say: the version, the login's language.
    `now` is the caller's clock. Raises an OdooError whose `stage` says how far it came.
    Store `client.facts` afterwards: they differ from `known` when the server changed. And
    `client.login.url`: of a typed address it is where Odoo was found.
    """
    if known is not None and known.is_fresh(now):
        wire = Wire(transport, login)
        return OdooClient(wire, known, now=now, remembered=True, spending=spending)
    wire, version = await find_odoo(transport, login)
    with one_text_for_private(wire.meter, login.url.origin.host):
        return OdooClient(wire, await choose(wire, version, now), now=now, spending=spending)


class OdooClient:
    """One login's view of its Odoo. `facts` may change once, when the server was upgraded."""

    def __init__(
        self,
        wire: Wire,
        facts: ServerFacts,
        *,
        now: datetime,
        remembered: bool = False,
        spending: Spending | None = None,
    ) -> None:
        self.facts = facts
        self.spending = spending or Spending()
        self._wire = wire
        self._calls = protocol_for(wire, facts)
        self._now = now
        self._may_choose_again = remembered
        self._takes_load: bool | None = None

    @property
    def login(self) -> Login:
        return self._wire.login

    @property
    def calls(self) -> int:
        return self._wire.meter.calls

    @property
    def bytes_received(self) -> int:
        return self._wire.meter.bytes_received

    @property
    def server_now(self) -> datetime | None:
        """The last `Date` header; None when the server sent none yet."""
        return self._wire.meter.server_now

    async def call(
        self,
        model: str,
        method: str,
        ids: list[int] | None = None,
        *,
        context: Context | None = None,
        **kwargs: Any,
    ) -> Any:
        """Call any method by named arguments. The user's language is set unless `context` does."""
        return await self._call(model, method, ids, kwargs, context)

    async def _call(
        self,
        model: str,
        method: str,
        ids: list[int] | None,
        kwargs: dict[str, Any],
        context: Context | None,
        *,
        sealed: bool = False,
        bound: Bound | None = None,
    ) -> Any:
        if self.facts.lang:
            context = {"lang": self.facts.lang, **(context or {})}

        async def call() -> Any:
            with self.spending.of_call():
                return await self._calls.call(
                    model, method, ids, kwargs, context, sealed=sealed, bound=bound
                )

        try:
            with self._one_text():
                return await call()
        except (ProtocolMissing, InvalidCredentials, UnknownDatabase):
            if not self._may_choose_again:
                raise
        except NarrowDown as error:
            drop_frames(error)  # it may be kept until less was asked for, and the answer with it
            # By its code: one from a private address may be told as something else.
            if error.code == AnswerTooLarge.code and method in _OF_RECORDS:
                error.hint = AnswerTooLarge.page_hint
            raise
        # All three mean that the call did not happen, so that repeating it is safe.
        with self._one_text():
            await self._choose_again()
            return await call()

    def _one_text(self) -> AbstractContextManager[None]:
        return one_text_for_private(self._wire.meter, self.login.url.origin.host)

    async def fields_get(self, model: str, *, context: Context | None = None) -> dict[str, Field]:
        told = await self.call(model, "fields_get", context=context, attributes=list(ATTRIBUTES))
        if not isinstance(told, dict) or "id" not in told:  # each model has one
            raise BrokenAnswer(NOT_IN_FORM)
        return {name: Field.of(name, about) for name, about in told.items()}

    async def search_read(
        self,
        model: str,
        domain: Domain,
        fields: list[str],
        *,
        limit: int | None = None,
        order: str = "id",
        context: Context | None = None,
        names: bool = False,
        bound: Bound = PAGE,
    ) -> list[Row]:
        """Read one consistent page. Without `names`, many2one values are bare ids."""
        kwargs = _search(domain, fields, order, limit)
        return as_rows(
            await self._read(model, "search_read", None, kwargs, context, names=names, bound=bound)
        )

    async def search_read_sealed(
        self,
        model: str,
        domain: Domain,
        fields: list[str],
        *,
        limit: int,
        context: Context | None = None,
        bound: Bound = PAGE,
    ) -> Sealed | list[Row]:
        """Fetch a page of bare ids by id, and read it only if it seems to be no page at all."""
        kwargs = _search(domain, fields, "id", limit)
        page = await self._read(
            model, "search_read", None, kwargs, context, names=False, sealed=True, bound=bound
        )
        return page if isinstance(page, Sealed) else as_rows(page)

    async def read(
        self,
        model: str,
        ids: list[int],
        fields: list[str],
        *,
        context: Context | None = None,
        names: bool = False,
        bound: Bound = PAGE,
    ) -> list[Row]:
        """Read by id. Deleted ids are left out; one hidden id fails the call: AccessRefused."""
        if not ids:
            return []
        kwargs = {"fields": fields}
        return as_rows(
            await self._read(model, "read", ids, kwargs, context, names=names, bound=bound)
        )

    async def search(
        self,
        model: str,
        domain: Domain,
        *,
        order: str = "id",
        limit: int | None = None,
        context: Context | None = None,
    ) -> list[int]:
        kwargs: dict[str, Any] = {"domain": domain, "order": order}
        if limit is not None:
            kwargs["limit"] = limit
        ids = await self.call(model, "search", context=context, **kwargs)
        if not isinstance(ids, list):
            raise BrokenAnswer(NOT_IN_FORM)
        if not all(map(is_id, ids)):
            raise BadAnswer
        return ids

    async def search_count(
        self, model: str, domain: Domain, *, context: Context | None = None
    ) -> int:
        count = await self.call(model, "search_count", context=context, domain=domain)
        if type(count) is not int:
            raise BrokenAnswer(NOT_IN_FORM)
        if not is_id(count) or count < 0:  # no bool, and what a database can hold
            raise BadAnswer
        return int(count)

    async def count_and_sum_of_ids(
        self, model: str, domain: Domain, *, context: Context | None = None
    ) -> IdSum:
        """Ask for the count of rows and the sum of their ids, in one cheap call."""
        if self.facts.major >= JSON2_SINCE:
            method, key = "formatted_read_group", "id:sum"
            kwargs: dict[str, Any] = {"groupby": [], "aggregates": ["__count", key]}
        else:
            method, key = "read_group", "id"
            kwargs = {"fields": ["id:sum"], "groupby": []}
        groups = await self.call(model, method, context=context, domain=domain, **kwargs)
        if not isinstance(groups, list):
            raise BrokenAnswer(NOT_IN_FORM)
        group = groups[0] if groups else {}
        if not isinstance(group, dict):
            raise BadAnswer
        rows, id_sum = group.get("__count") or 0, group.get(key) or 0
        if not isinstance(rows, int | float) or not isinstance(id_sum, int | float):
            raise BadAnswer
        return IdSum(int(rows), int(id_sum))

    async def is_portal(self) -> bool:
        """Tell a login that is not an internal user: each may read its own `share` (16 to 19)."""
        rows = await self.read("res.users", [self.facts.uid], ["share"], bound=SMALL)
        return bool(rows and rows[0].get("share"))

    async def _read(
        self,
        model: str,
        method: str,
        ids: list[int] | None,
        kwargs: dict[str, Any],
        context: Context | None,
        *,
        names: bool,
        sealed: bool = False,
        bound: Bound = PAGE,
    ) -> Any:
        def call(asked: dict[str, Any]) -> Awaitable[Any]:
            return self._call(model, method, ids, asked, context, sealed=sealed, bound=bound)

        if names or self._takes_load is False:
            return await call(kwargs)
        try:
            told = await call({"load": None, **kwargs})
        except RequestRejected:
            if self._takes_load:
                raise
            told = await call(kwargs)
            self._takes_load = False
        else:
            self._takes_load = True
        return told

    async def _choose_again(self) -> None:
        version = await ask_version(self._wire)
        self.facts = await choose(self._wire, version, self._now)
        self._may_choose_again = False
        self._calls = protocol_for(self._wire, self.facts)


def _search(domain: Domain, fields: list[str], order: str, limit: int | None) -> dict[str, Any]:
    kwargs: dict[str, Any] = {"domain": domain, "fields": fields, "order": order}
    if limit is not None:
        kwargs["limit"] = limit
    return kwargs
