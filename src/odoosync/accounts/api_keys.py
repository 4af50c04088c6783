"""API keys: for programs, with scopes and an end. The key itself is shown once and kept as a hash.

A key never makes or removes keys: otherwise one that ends could live on in another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, or_

from odoosync.accounts import audit, cross_tenant
from odoosync.accounts.audit import OPERATOR, Actor
from odoosync.accounts.context import Accounts
from odoosync.accounts.errors import (
    BadExpiry,
    KeyRests,
    KeyUnknown,
    NotSignedIn,
    TokenExpired,
    UserDisabled,
)
from odoosync.accounts.principal import Principal, parse_scopes
from odoosync.accounts.tables import api_keys
from odoosync.accounts.tokens import new_api_key, sha256
from odoosync.db import Tx
from odoosync.quotas import check_quota

LONGEST_NAME: Final = 255
MOST_DAYS: Final = 3650
_NOTE_USE_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class ApiKey:
    id: int
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    resting_since: datetime | None


@dataclass(frozen=True)
class Owner:
    """Whose keys are meant, when it is not the caller who asks but the operator."""

    tenant_id: int
    user_id: int
    by: Actor = OPERATOR


def owner_of(principal: Principal) -> Owner:
    """Return whose keys the caller may see and change. Raises SessionNeeded for an API key."""
    principal.need_session()
    return Owner(principal.tenant_id, principal.user_id, Actor.of(principal))


async def create_api_key(
    accounts: Accounts, owner: Owner, name: str, scopes: frozenset[str], days: int | None
) -> tuple[ApiKey, str]:
    """Make a key for `days`, or without an end; the second value is the key, shown this once.

    Raises BadScopes, BadExpiry.
    """
    known = sorted(parse_scopes(scopes))
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise BadExpiry(f"An API key lives 1 to {MOST_DAYS} days.")
    now = accounts.clock()
    prefix, plain = new_api_key()
    values: dict[str, Any] = {
        "name": name[:LONGEST_NAME],
        "prefix": prefix,
        "scopes": known,
        "created_at": now,
        "expires_at": now + timedelta(days=days) if days is not None else None,
    }
    secret = {"user_id": owner.user_id, "key_hash": sha256(plain)}
    async with accounts.database.tenant(owner.tenant_id) as tx:
        held = tx.select(api_keys, func.count()).where(api_keys.c.revoked_at.is_(None))
        check_quota(int(await tx.scalar(held) or 0), accounts.quotas.api_keys, "API keys")
        key_id = await tx.insert(api_keys, values | secret)
        detail = {"id": key_id, "prefix": prefix, "scopes": known, "days": days}
        await audit.record(tx, "api_key.created", owner.by, detail=detail, at=now)
    made = values | {"scopes": tuple(known)}
    made |= dict.fromkeys(("revoked_at", "last_used_at", "resting_since"))
    return ApiKey(id=key_id, **made), plain


async def list_api_keys(accounts: Accounts, owner: Owner) -> list[ApiKey]:
    """Return the keys that were not revoked, expired ones included, oldest first."""
    async with accounts.database.tenant(owner.tenant_id, write=False) as tx:
        standing = tx.select(api_keys).where(
            api_keys.c.user_id == owner.user_id, api_keys.c.revoked_at.is_(None)
        )
        rows = await tx.all(standing.order_by(api_keys.c.id))
    return [_api_key(row) for row in rows]


def _api_key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        resting_since=row.resting_since,
    )


async def revoke_api_key(accounts: Accounts, owner: Owner, key_id: int) -> None:
    """Raise KeyUnknown when it is not there, not theirs, or revoked before."""
    now = accounts.clock()
    async with accounts.database.tenant(owner.tenant_id) as tx:
        standing = tx.update(api_keys).where(
            api_keys.c.id == key_id,
            api_keys.c.user_id == owner.user_id,
            api_keys.c.revoked_at.is_(None),
        )
        revoked = await tx.execute(standing.values(revoked_at=now))
        if revoked.rowcount != 1:
            raise KeyUnknown
        await audit.record(tx, "api_key.revoked", owner.by, detail={"id": key_id}, at=now)


async def living_api_keys(tx: Tx, user_id: int, now: datetime) -> list[ApiKey]:
    """Return the keys that open something, or will once they are released; oldest first."""
    living = tx.select(api_keys).where(*_living(user_id, now))
    return [_api_key(row) for row in await tx.all(living.order_by(api_keys.c.id))]


async def revoke_api_keys(tx: Tx, user_id: int, by: Actor | Principal, now: datetime) -> int:
    """Revoke all that live, and return how many there were."""
    living = tx.update(api_keys).where(*_living(user_id, now))
    revoked = await tx.all(living.values(revoked_at=now).returning(api_keys.c.id))
    for row in revoked:
        await audit.record(tx, "api_key.revoked", by, detail={"id": row.id}, at=now)
    return len(revoked)


def _living(user_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        api_keys.c.user_id == user_id,
        api_keys.c.revoked_at.is_(None),
        or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > now),
    )


async def release_api_key(accounts: Accounts, owner: Owner, key_id: int) -> None:
    """Let a key that rests be used again. Raises KeyUnknown when it does not rest."""
    now = accounts.clock()
    async with accounts.database.tenant(owner.tenant_id) as tx:
        resting = tx.update(api_keys).where(
            api_keys.c.id == key_id,
            api_keys.c.user_id == owner.user_id,
            api_keys.c.revoked_at.is_(None),
            api_keys.c.resting_since.is_not(None),
        )
        released = await tx.execute(resting.values(resting_since=None))
        if released.rowcount != 1:
            raise KeyUnknown
        await audit.record(tx, "api_key.released", owner.by, detail={"id": key_id}, at=now)


async def authenticate_api_key(accounts: Accounts, plain: str) -> Principal:
    """Return whom a key stands for. Raises NotSignedIn, TokenExpired, UserDisabled, KeyRests."""
    now = accounts.clock()
    found = await cross_tenant.find_api_key(accounts.database, sha256(plain))
    if found is None or found.revoked:
        raise NotSignedIn("The API key is not valid. Make a new one at /api/v1/api-keys.")
    if found.expires_at is not None and found.expires_at <= now:
        raise TokenExpired("The API key has expired. Make a new one at /api/v1/api-keys.")
    if found.user.disabled_at is not None:
        raise UserDisabled("This user is disabled. Ask an administrator to enable it.")
    if found.rests:
        raise KeyRests
    if found.last_used_at is None or now - found.last_used_at >= _NOTE_USE_EVERY:
        await _note_use(accounts, found.user.tenant_id, found.id, now)
    return Principal(
        user_id=found.user.id,
        tenant_id=found.user.tenant_id,
        username=found.user.username,
        is_admin=found.user.is_admin,
        scopes=parse_scopes(found.scopes),
        kind="api_key",
        key_id=found.id,
    )


async def _note_use(accounts: Accounts, tenant_id: int, key_id: int, now: datetime) -> None:
    used = api_keys.c.last_used_at
    async with accounts.database.tenant(tenant_id) as tx:
        stale = tx.update(api_keys).where(
            api_keys.c.id == key_id, or_(used.is_(None), used <= now - _NOTE_USE_EVERY)
        )
        await tx.execute(stale.values(last_used_at=now))
