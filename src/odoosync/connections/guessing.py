"""Guessing passwords of an Odoo through this service: so many wrong ones, then it waits.

The audit trail holds each test with its result, so that all processes count the same. Wrong ones at
one login count over all tenants, too, for anybody may register more: this alone looks across them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, func, or_, select

from odoosync.accounts.tables import audit_trail
from odoosync.connections.errors import TooManyWrongPasswords
from odoosync.db import Database
from odoosync.odoo.errors import ApiKeyRejected, InvalidCredentials, UnknownDatabase, WrongKeyOwner
from odoosync.odoo.login import Login
from odoosync.odoo.url import origin_of

WITHIN: Final = timedelta(minutes=15)
OF_TENANT_AT_LOGIN: Final = 10
OF_ALL_AT_LOGIN: Final = 30
OF_TENANT_AT_SERVER: Final = 30
OF_TENANT: Final = 60
_WRONG: Final = frozenset(
    one.code for one in (ApiKeyRejected, InvalidCredentials, UnknownDatabase, WrongKeyOwner)
)
_MOST_LOOKED_AT: Final = 2_000
_under_way: Counter[tuple[int, str, str]] = Counter()
_Counts = Callable[[Row[Any]], bool]


@asynccontextmanager
async def one_guess(
    database: Database, tenant_id: int, login: Login, now: datetime
) -> AsyncIterator[None]:
    """Try a password in this block. Raises TooManyWrongPasswords when the next one has to wait.

    Those that are tried at this moment count as wrong ones until it is known. They are counted
    before the audit trail is read: one that ends meanwhile counts twice at worst, and never not
    at all.
    """
    key = (tenant_id, login.url.origin.host, _folded(login.username))
    if _under_way[key] >= OF_TENANT_AT_LOGIN:
        raise TooManyWrongPasswords(1)
    _under_way[key] += 1
    try:
        await _check(database, *key, now, under_way=_under_way[key])
        yield
    finally:
        _under_way[key] -= 1
        if not _under_way[key]:
            del _under_way[key]


async def _check(
    database: Database, tenant_id: int, host: str, name: str, now: datetime, *, under_way: int
) -> None:
    wrong = await _wrong(database, tenant_id, name, now - WITHIN)

    def mine(row: Row[Any]) -> bool:
        return bool(row.tenant_id == tenant_id)

    def there(row: Row[Any]) -> bool:
        origin = origin_of(str(row.detail.get("odoo_url", "")))
        return origin is not None and origin.host == host

    def same(row: Row[Any]) -> bool:
        return _folded(row.odoo_login or "") == name

    limits: tuple[tuple[int, _Counts], ...] = (
        (OF_TENANT_AT_LOGIN, lambda row: mine(row) and there(row) and same(row)),
        (OF_ALL_AT_LOGIN, lambda row: there(row) and same(row)),
        (OF_TENANT_AT_SERVER, lambda row: mine(row) and there(row)),
        (OF_TENANT, mine),
    )
    waits = [_wait([row.at for row in wrong if counts(row)], most, now) for most, counts in limits]
    wait = max(waits)
    tried = len([row for row in wrong if mine(row) and there(row) and same(row)])
    if tried + under_way > OF_TENANT_AT_LOGIN:
        wait = max(wait, 1.0)
    if wait > 0:
        raise TooManyWrongPasswords(math.ceil(wait))


async def _wrong(database: Database, tenant_id: int, name: str, since: datetime) -> list[Row[Any]]:
    """List the tests with a wrong login since then, of a tenant or at a login, newest first."""
    query = (
        select(
            audit_trail.c.tenant_id,
            audit_trail.c.at,
            audit_trail.c.odoo_login,
            audit_trail.c.detail,
        )
        .where(
            audit_trail.c.at > since,
            audit_trail.c.kind == "credentials.tested",
            or_(
                audit_trail.c.tenant_id == tenant_id,
                func.lower(func.trim(audit_trail.c.odoo_login)) == name,
            ),
        )
        .order_by(audit_trail.c.at.desc())
        .limit(_MOST_LOOKED_AT)
    )
    async with database.system(write=False) as tx:
        rows = await tx.all(query)
    return [row for row in rows if row.detail.get("result") in _WRONG]


def _folded(username: str) -> str:
    return username.strip().lower()


def _wait(moments: list[datetime], most: int, now: datetime) -> float:
    """Return the seconds until fewer than `most` are left of these, which are newest first."""
    if len(moments) < most:
        return 0.0
    return (moments[most - 1] + WITHIN - now).total_seconds()
