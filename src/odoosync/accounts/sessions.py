"""Sessions: signing in, going on with a refresh token, being authenticated, signing out.

A session is what a password login starts and what signing out, a new password or disabling ends.
Each refresh token has one successor. For `REPEATABLE` after its first use a token is answered with
that same successor: two tabs may send it at once, and a client may have lost the answer. A used
token that comes later was copied. So its session ends, and only whoever knows the password goes on.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from odoosync.accounts import audit, cross_tenant
from odoosync.accounts.audit import Actor
from odoosync.accounts.context import Accounts
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.errors import (
    BadUsername,
    RefreshRefused,
    SessionEnded,
    UserDisabled,
    WrongCredentials,
)
from odoosync.accounts.principal import ALL_SCOPES, Principal
from odoosync.accounts.tables import refresh_tokens, sessions, users
from odoosync.accounts.tokens import (
    ACCESS_LIFETIME,
    REFRESH_LIFETIME,
    Claims,
    new_refresh_token,
    sha256,
)
from odoosync.accounts.users import normal_name
from odoosync.db import Tx

REPEATABLE: Final = timedelta(seconds=30)
_WRONG: Final = "The username or the password is not right."


@dataclass(frozen=True, repr=False)
class Grant:
    """What a sign-in or a refresh gives; `expires_in` is in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int = int(ACCESS_LIFETIME.total_seconds())


async def sign_in(accounts: Accounts, username: str, password: str, *, address: str) -> Grant:
    """Start a session. Raises WrongCredentials, UserDisabled, TooMany."""
    user, checked_hash, newer_hash = await _check_password(accounts, username, password, address)
    if user.disabled_at is not None:
        await _record_refusal(accounts, user, address, accounts.clock(), "disabled")
        raise UserDisabled("This user is disabled. Ask an administrator to enable it.")
    now, session_id, refresh = accounts.clock(), str(uuid.uuid4()), new_refresh_token()
    async with accounts.database.tenant(user.tenant_id) as tx:
        await _hold_password(tx, user.id, checked_hash, newer_hash or checked_hash)
        expired = tx.delete(sessions).where(sessions.c.user_id == user.id)
        await tx.execute(expired.where(sessions.c.expires_at < now))
        await tx.insert(
            sessions,
            {
                "id": session_id,
                "user_id": user.id,
                "auth_time": now,
                "expires_at": now + REFRESH_LIFETIME,
            },
        )
        ended = await _end_oldest(tx, user.id, accounts.quotas.sessions, now)
        await _add_refresh_token(tx, session_id, refresh, now)
        detail = {"oldest_ended": ended} if ended else {}
        await audit.record(
            tx, "session.started", _with_password(user, address), at=now, detail=detail
        )
    claims = Claims(user.id, user.tenant_id, session_id, "password", now)
    return Grant(accounts.tokens.issue(claims, now), refresh)


async def _end_oldest(tx: Tx, user_id: int, most: int, now: datetime) -> int:
    """End the sessions that are too many, those that began first before others; count them."""
    standing = (sessions.c.user_id == user_id, sessions.c.revoked_at.is_(None))
    newest = sessions.c.auth_time.desc(), sessions.c.id
    older = tx.select(sessions, sessions.c.id).where(*standing).order_by(*newest).offset(most)
    ids = [row.id for row in await tx.all(older.limit(most))]
    if ids:
        ended = tx.update(sessions).where(sessions.c.id.in_(ids))
        await tx.execute(ended.values(revoked_at=now))
    return len(ids)


async def _hold_password(tx: Tx, user_id: int, checked: str, newer: str) -> None:
    """Raise WrongCredentials when the password was changed, or the user disabled, meanwhile.

    Whoever does that ends all sessions; one that starts with the old password must not survive it.
    """
    unchanged = tx.update(users).where(
        users.c.id == user_id, users.c.password_hash == checked, users.c.disabled_at.is_(None)
    )
    if (await tx.execute(unchanged.values(password_hash=newer))).rowcount != 1:
        raise WrongCredentials(_WRONG)


async def _check_password(
    accounts: Accounts, username: str, password: str, address: str
) -> tuple[User, str, str | None]:
    try:
        name = normal_name(username)
    except BadUsername:
        name = ""  # nobody's; goes through the same motions
    accounts.login_throttle.check(name, address, accounts.clock())  # who has to wait takes no turn
    async with accounts.passwords.turn(name, address):
        now = accounts.clock()
        accounts.login_throttle.check(name, address, now)
        found = await cross_tenant.find_credentials(accounts.database, name)
        right, newer = await accounts.passwords.verify(password, found[1] if found else None)
        if not right:
            accounts.login_throttle.wrong(name, address, now)
    if not found or not right:
        user = found[0] if found else None
        accounts.background.add(_record_refusal(accounts, user, address, now, "password"))
        raise WrongCredentials(_WRONG)
    accounts.login_throttle.right(name, address)
    return *found, newer


def _with_password(user: User, address: str) -> Actor:
    return Actor(user.id, user.username, "password", address)


async def _record_refusal(
    accounts: Accounts, user: User | None, address: str, now: datetime, reason: str
) -> None:
    """Keep it with the user's tenant, or with none: a name that nobody has may be a password."""
    left_out = accounts.failed_logins.admit(user.username if user else "", now)
    if left_out is None:
        return
    detail = {"reason": reason} | ({"not_recorded": left_out} if left_out else {})
    claimed = Actor(user.id, user.username, "none", address) if user else None
    await cross_tenant.record_of_stranger(
        accounts.database,
        "session.refused",
        claimed or Actor(None, None, "none", address),
        now,
        detail,
        tenant_id=user.tenant_id if user else None,
    )


async def _add_refresh_token(tx: Tx, session_id: str, token: str, now: datetime) -> None:
    await tx.insert(
        refresh_tokens,
        {
            "token_hash": sha256(token),
            "session_id": session_id,
            "issued_at": now,
            "expires_at": now + REFRESH_LIFETIME,
        },
    )


async def refresh(accounts: Accounts, token: str) -> Grant:
    """Trade a refresh token for new tokens. Raises RefreshRefused, UserDisabled."""
    now = accounts.clock()
    found = await cross_tenant.find_refresh_token(accounts.database, sha256(token))
    if found is None or found.revoked or found.expires_at <= now:
        raise RefreshRefused("The refresh token is not valid any more. Sign in again.")
    if found.user.disabled_at is not None:
        raise UserDisabled("This user is disabled. Ask an administrator to enable it.")
    async with accounts.database.tenant(found.user.tenant_id) as tx:
        if await _use_up(tx, token, now):
            successor: str | None = await _go_on(tx, accounts, found.session_id, token, now)
        elif await _is_repeatable(tx, token, now):
            successor = await _find_successor(tx, accounts, found.session_id, token)
        else:
            await _end(tx, found.session_id, now)
            holder = Actor(found.user.id, found.user.username, "refresh")
            await audit.record(tx, "session.refresh_reused", holder, at=now)
            successor = None
    if successor is None:
        raise RefreshRefused("The refresh token was used before. Sign in again.")
    claims = Claims(
        found.user.id, found.user.tenant_id, found.session_id, "refresh", found.auth_time
    )
    return Grant(accounts.tokens.issue(claims, now), successor)


async def _use_up(tx: Tx, token: str, now: datetime) -> bool:
    """Mark the token as used; False if it was used before, by another process, too."""
    unused = tx.update(refresh_tokens).where(
        refresh_tokens.c.token_hash == sha256(token), refresh_tokens.c.used_at.is_(None)
    )
    return (await tx.execute(unused.values(used_at=now))).rowcount == 1


async def _go_on(tx: Tx, accounts: Accounts, session_id: str, token: str, now: datetime) -> str:
    past = tx.delete(refresh_tokens).where(refresh_tokens.c.session_id == session_id)
    await tx.execute(past.where(refresh_tokens.c.expires_at < now))
    session = tx.update(sessions).where(sessions.c.id == session_id)
    await tx.execute(session.values(expires_at=now + REFRESH_LIFETIME))
    successor = accounts.tokens.successors(token)[0]
    await _add_refresh_token(tx, session_id, successor, now)
    return successor


async def _is_repeatable(tx: Tx, token: str, now: datetime) -> bool:
    used = tx.select(refresh_tokens, refresh_tokens.c.used_at)
    used_at = await tx.scalar(used.where(refresh_tokens.c.token_hash == sha256(token)))
    return used_at is not None and now - used_at <= REPEATABLE


async def _find_successor(tx: Tx, accounts: Accounts, session_id: str, token: str) -> str | None:
    """Return the successor that was given; None if this process lacks the key it was made with."""
    hashes = {sha256(one): one for one in accounts.tokens.successors(token)}
    given = tx.select(refresh_tokens, refresh_tokens.c.token_hash).where(
        refresh_tokens.c.session_id == session_id, refresh_tokens.c.token_hash.in_(hashes)
    )
    token_hash = await tx.scalar(given)
    return hashes[token_hash] if token_hash else None


async def authenticate(accounts: Accounts, access_token: str) -> Principal:
    """Return whom a token stands for. Raises NotSignedIn, TokenExpired, SessionEnded."""
    now = accounts.clock()
    claims = accounts.tokens.read(access_token, now)
    async with accounts.database.tenant(claims.tenant_id, write=False) as tx:
        row = await tx.first(
            tx.select(sessions, sessions.c.auth_time, users.c.username, users.c.is_admin)
            .join(users, users.c.id == sessions.c.user_id)
            .where(
                users.c.tenant_id == claims.tenant_id,
                users.c.disabled_at.is_(None),
                sessions.c.id == claims.session_id,
                sessions.c.user_id == claims.user_id,
                sessions.c.revoked_at.is_(None),
                sessions.c.expires_at > now,
            )
        )
    if row is None:
        raise SessionEnded("This session has ended. Sign in again.")
    return Principal(
        user_id=claims.user_id,
        tenant_id=claims.tenant_id,
        username=row.username,
        is_admin=row.is_admin,
        scopes=ALL_SCOPES,
        kind=claims.kind,
        session_id=claims.session_id,
        auth_time=row.auth_time,
    )


async def sign_out(accounts: Accounts, principal: Principal) -> None:
    """End the caller's session. Raises SessionNeeded for an API key."""
    session_id = principal.need_session()
    now = accounts.clock()
    async with accounts.database.tenant(principal.tenant_id) as tx:
        await _end(tx, session_id, now)
        await audit.record(tx, "session.ended", principal, at=now)


async def _end(tx: Tx, session_id: str, now: datetime) -> None:
    standing = tx.update(sessions).where(
        sessions.c.id == session_id, sessions.c.revoked_at.is_(None)
    )
    await tx.execute(standing.values(revoked_at=now))
