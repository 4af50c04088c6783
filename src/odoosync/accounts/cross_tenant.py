"""Everything of this room that looks across tenants, in one file, each with its reason.

A caller's tenant is known once they are authenticated; these functions are what comes before that,
and what an administrator does to whole tenants. All else goes through the tenant's own door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import CursorResult, Row, Select, and_, func, or_, select
from sqlalchemy.exc import IntegrityError

from odoosync.accounts import audit
from odoosync.accounts.audit import OPERATOR, Actor
from odoosync.accounts.audit_kinds import Kind
from odoosync.accounts.errors import TooManyEmails, UsernameTaken
from odoosync.accounts.tables import (
    api_keys,
    audit_trail,
    email_confirmations,
    refresh_tokens,
    sessions,
    tenants,
    users,
)
from odoosync.db import Database, Tx, goes_with_its_tenant, metadata

_EMAIL_LOCK: Final = 7_305_411_862_014


@dataclass(frozen=True)
class User:
    id: int
    tenant_id: int
    username: str
    is_admin: bool
    created_at: datetime
    disabled_at: datetime | None


USER_COLUMNS: Final = (
    users.c.id,
    users.c.tenant_id,
    users.c.username,
    users.c.is_admin,
    users.c.created_at,
    users.c.disabled_at,
)


def _user(row: Row[Any]) -> User:
    return User(*(row._mapping[column] for column in USER_COLUMNS))  # noqa: SLF001 - its public name


async def find_user(database: Database, username: str) -> User | None:
    """Across tenants: a username is unique over all of them, and is all that the caller names."""
    async with database.system(write=False) as tx:
        row = await tx.first(select(*USER_COLUMNS).where(users.c.username == username))
    return _user(row) if row else None


async def find_credentials(database: Database, username: str) -> tuple[User, str] | None:
    """Across tenants: at sign-in the tenant is what is to be found out. Returns the hash, too."""
    query = select(*USER_COLUMNS, users.c.password_hash).where(users.c.username == username)
    async with database.system(write=False) as tx:
        row = await tx.first(query)
    return (_user(row), row.password_hash) if row else None


async def list_users(database: Database) -> list[User]:
    """Across tenants: the operator's list is of all users."""
    async with database.system(write=False) as tx:
        rows = await tx.all(select(*USER_COLUMNS).order_by(users.c.username))
    return [_user(row) for row in rows]


async def add_user(
    database: Database,
    username: str,
    password_hash: str,
    *,
    is_admin: bool,
    now: datetime,
    by: Actor = OPERATOR,
) -> User:
    """Across tenants: the personal tenant is made here, with its user. Raises UsernameTaken."""
    try:
        async with database.system() as tx:
            own = {"name": username, "created_at": now} | await _unused_id(tx)
            tenant_id = _new_id(await tx.execute(tenants.insert().values(**own)))
            values = {"tenant_id": tenant_id, "username": username, "is_admin": is_admin}
            added = await tx.execute(
                users.insert().values(**values, password_hash=password_hash, created_at=now)
            )
            user_id = _new_id(added)
            detail = {"user_id": user_id, "username": username, "is_admin": is_admin}
            await audit.record(tx, "user.created", by, at=now, detail=detail, tenant_id=tenant_id)
    except IntegrityError as error:
        raise UsernameTaken(
            f"There is a user {username!r} already. Choose another name."
        ) from error
    return User(user_id, tenant_id, username, is_admin, now, None)


async def _unused_id(tx: Tx) -> dict[str, int]:
    """Choose an id that the audit trail does not know: SQLite gives the last one out again."""
    if tx.dialect == "postgresql":
        return {}
    highest = [
        await tx.scalar(select(func.max(column))) or 0
        for column in (tenants.c.id, audit_trail.c.tenant_id)
    ]
    return {"id": max(highest) + 1}


def _new_id(result: CursorResult[Any]) -> int:
    return int((result.inserted_primary_key or (0,))[0])


async def remove_user(database: Database, user: User, now: datetime, by: Actor = OPERATOR) -> None:
    """Across tenants: the user's whole tenant goes, whichever rooms keep rows of it."""
    detail = {"user_id": user.id, "username": user.username}
    async with database.system() as tx:
        await audit.record(tx, "user.deleted", by, at=now, detail=detail, tenant_id=user.tenant_id)
        for table in reversed(metadata.sorted_tables):
            if goes_with_its_tenant(table):
                await tx.execute(table.delete().where(table.c.tenant_id == user.tenant_id))
        await tx.execute(tenants.delete().where(tenants.c.id == user.tenant_id))


def _with_user(*columns: Any) -> Select[Any]:
    return select(*columns, *USER_COLUMNS).select_from(users)


@dataclass(frozen=True)
class FoundRefresh:
    user: User
    session_id: str
    auth_time: datetime
    expires_at: datetime
    revoked: bool


async def find_refresh_token(database: Database, token_hash: str) -> FoundRefresh | None:
    """Across tenants: a refresh token is random and names nobody."""
    query = (
        _with_user(refresh_tokens, sessions.c.auth_time, sessions.c.revoked_at)
        .join(sessions, sessions.c.user_id == users.c.id)
        .join(refresh_tokens, refresh_tokens.c.session_id == sessions.c.id)
        .where(refresh_tokens.c.token_hash == token_hash)
    )
    async with database.system(write=False) as tx:
        row = await tx.first(query)
    if row is None:
        return None
    return FoundRefresh(
        user=_user(row),
        session_id=row.session_id,
        auth_time=row.auth_time,
        expires_at=row.expires_at,
        revoked=row.revoked_at is not None,
    )


@dataclass(frozen=True)
class FoundKey:
    user: User
    id: int
    scopes: frozenset[str]
    expires_at: datetime | None
    revoked: bool
    last_used_at: datetime | None
    rests: bool


async def find_api_key(database: Database, key_hash: str) -> FoundKey | None:
    """Across tenants: an API key is random and names nobody."""
    key = api_keys.c
    query = (
        _with_user(
            key.id.label("key_id"),
            key.scopes,
            key.expires_at,
            key.revoked_at,
            key.last_used_at,
            key.resting_since,
        )
        .join(api_keys, key.user_id == users.c.id)
        .where(key.key_hash == key_hash)
    )
    async with database.system(write=False) as tx:
        row = await tx.first(query)
    if row is None:
        return None
    return FoundKey(
        user=_user(row),
        id=row.key_id,
        scopes=frozenset(row.scopes),
        expires_at=row.expires_at,
        revoked=row.revoked_at is not None,
        last_used_at=row.last_used_at,
        rests=row.resting_since is not None,
    )


EMAIL_LIMITS: Final = (
    ("tenant_id", 5, timedelta(hours=1)),
    ("tenant_id", 20, timedelta(days=1)),
    ("mailbox", 3, timedelta(hours=1)),
    ("mailbox", 10, timedelta(days=1)),
)
"""How many links may be sent within which time, by a tenant and to a mailbox."""


async def add_link(database: Database, values: Mapping[str, Any], now: datetime) -> None:
    """Across tenants: whoever has many users must not fill one mailbox. Raises TooManyEmails."""
    links, longest = email_confirmations, max(within for _, _, within in EMAIL_LIMITS)
    async with database.system() as tx:
        if tx.dialect == "postgresql":  # SQLite writes one at a time anyway
            await tx.execute(select(func.pg_advisory_xact_lock(_EMAIL_LOCK)))
        await tx.execute(links.delete().where(links.c.asked_at <= now - longest))
        same = or_(*(links.c[one] == values[one] for one in ("tenant_id", "mailbox")))
        rows = await tx.all(select(links).where(same).order_by(links.c.asked_at.desc()))
        for column, most, within in EMAIL_LIMITS:
            sent = [row for row in rows if row._mapping[column] == values[column]]  # noqa: SLF001 - its public name
            if len(sent) >= most and (since := sent[most - 1].asked_at) > now - within:
                raise TooManyEmails((since + within - now).total_seconds())
        await tx.execute(links.insert().values(**values))


async def count_unconfirmed(database: Database) -> int:
    """Across tenants: the operator is told how many addresses get no mails."""
    waiting = users.c.email.is_not(None) & users.c.email_confirmed_at.is_(None)
    async with database.system(write=False) as tx:
        return int(await tx.scalar(select(func.count()).where(waiting)) or 0)


@dataclass(frozen=True)
class FoundLink:
    """The address that a link confirms, and whose it is."""

    tenant_id: int
    user_id: int
    username: str
    email: str


async def find_link(database: Database, token_hash: str, since: datetime) -> FoundLink | None:
    """Across tenants: a link names nobody, and whoever follows it need not be signed in."""
    link = email_confirmations.c
    query = (
        select(users.c.tenant_id, users.c.id, users.c.username, link.email)
        .select_from(users)
        .join(email_confirmations, and_(link.user_id == users.c.id, link.email == users.c.email))
        .where(
            link.token_hash == token_hash,
            link.ended_at.is_(None),
            link.asked_at > since,
            users.c.disabled_at.is_(None),
        )
    )
    async with database.system(write=False) as tx:
        row = await tx.first(query)
    return FoundLink(row.tenant_id, row.id, row.username, row.email) if row else None


async def record_of_stranger(
    database: Database,
    kind: Kind,
    actor: Actor,
    now: datetime,
    detail: Mapping[str, object],
    *,
    tenant_id: int | None = None,
) -> None:
    """Across tenants: what a stranger did to a tenant, or to none, takes nothing of its share."""
    async with database.system() as tx:
        await audit.record(tx, kind, actor, at=now, detail=detail, tenant_id=tenant_id)
