"""Users: made, listed, disabled, given a new password, deleted with all that they have.

Usernames are kept in lower case and compared so; they may be e-mail addresses.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from odoosync.accounts import audit, cross_tenant
from odoosync.accounts.api_keys import (
    ApiKey,
    Owner,
    living_api_keys,
    owner_of,
    revoke_api_keys,
)
from odoosync.accounts.audit import OPERATOR, Actor
from odoosync.accounts.context import Accounts
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.errors import BadUsername, UserUnknown, WrongPassword
from odoosync.accounts.mail_address import normal_address, store_address
from odoosync.accounts.passwords import check_new_password
from odoosync.accounts.principal import Principal
from odoosync.accounts.tables import sessions, users
from odoosync.db import Database, Tx

LONGEST_NAME: Final = 150
_REGISTERING: Final = "(registering)"
"""Stands for the new names of one address: whoever registers many waits for themselves."""
_NAME: Final = re.compile(r"\w[\w.@+-]*")
_INVISIBLE: Final = "FILLER"
_JAPANESE: Final = {"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}


def normal_name(username: str) -> str:
    """Return the one spelling under which a username is kept. Raises BadUsername."""
    if len(username) <= LONGEST_NAME:
        name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())
        if _NAME.fullmatch(name) and len(name) <= LONGEST_NAME:
            return name
    raise BadUsername(
        f"A username has 1 to {LONGEST_NAME} letters, digits and the signs . @ + - _, "
        "and begins with a letter or a digit."
    )


def new_name(username: str) -> str:
    """Return the spelling under which a new user's name is kept. Raises BadUsername.

    A name of letters of several scripts can look like another one, as can one with letters that
    nobody sees. Names that were given before can still be used to sign in.
    """
    name = normal_name(username)
    letters = [one for one in name if not (one.isascii() and not one.isalpha())]
    scripts = {_script(one) for one in letters}
    if len(scripts) > 1 or any(_INVISIBLE in unicodedata.name(one, _INVISIBLE) for one in letters):
        raise BadUsername(
            "The letters of a username are of one script, and can be seen; its digits are 0 to 9. "
            "Type it anew, without letters that only look like those that you mean."
        )
    return name


def _script(letter: str) -> str:
    """Return the script of a letter: each letter's Unicode name begins with it."""
    script = unicodedata.name(letter, "").partition(" ")[0]
    return "CJK" if script in _JAPANESE else script


async def create_user(
    accounts: Accounts,
    username: str,
    password: str,
    *,
    is_admin: bool = False,
    email: str | None = None,
    by: Actor = OPERATOR,
) -> User:
    """Make a user with a tenant of their own; an address that is given counts as confirmed.

    Raises BadUsername, BadAddress, BadPassword, UsernameTaken.
    """
    name, address = new_name(username), normal_address(email)
    check_new_password(password)
    async with accounts.passwords.turn(_REGISTERING, by.address):
        password_hash = await accounts.passwords.hash(password)
    made = await cross_tenant.add_user(
        accounts.database, name, password_hash, is_admin=is_admin, now=accounts.clock(), by=by
    )
    if address is not None:
        async with accounts.database.tenant(made.tenant_id) as tx:
            await store_address(tx, made.id, address, by, accounts.clock(), confirmed=True)
    return made


async def list_users(accounts: Accounts) -> list[User]:
    return await cross_tenant.list_users(accounts.database)


async def find_user(database: Database, username: str) -> User:
    """Return the user of this name, however it is spelled. Raises UserUnknown."""
    try:
        name = normal_name(username)
    except BadUsername as error:
        raise UserUnknown("There is no user of this name.") from error
    user = await cross_tenant.find_user(database, name)
    if user is None:
        raise UserUnknown(f"There is no user {name!r}.")
    return user


async def disable_user(accounts: Accounts, username: str) -> User:
    """End all sessions at once; API keys rest until the user is enabled again."""
    user = await find_user(accounts.database, username)
    now = accounts.clock()
    async with accounts.database.tenant(user.tenant_id) as tx:
        await tx.execute(tx.update(users).where(users.c.id == user.id).values(disabled_at=now))
        await revoke_sessions(tx, user.id, accounts)
        await audit.record(tx, "user.disabled", OPERATOR, at=now, detail=_named(user))
    return user


async def enable_user(accounts: Accounts, username: str) -> User:
    user = await find_user(accounts.database, username)
    async with accounts.database.tenant(user.tenant_id) as tx:
        await tx.execute(tx.update(users).where(users.c.id == user.id).values(disabled_at=None))
        now = accounts.clock()
        await audit.record(tx, "user.enabled", OPERATOR, at=now, detail=_named(user))
    return user


async def set_address(accounts: Accounts, username: str, email: str | None) -> str | None:
    """Give a user the address that mails go to, or none; the operator's word confirms it.

    Raises UserUnknown, BadAddress.
    """
    address, user = normal_address(email), await find_user(accounts.database, username)
    async with accounts.database.tenant(user.tenant_id) as tx:
        await store_address(tx, user.id, address, OPERATOR, accounts.clock(), confirmed=True)
    return address


def _named(user: User) -> dict[str, object]:
    return {"user_id": user.id, "username": user.username}


@dataclass(frozen=True)
class PasswordChanged:
    """What became of the API keys: they are no sessions, and do not end with the password."""

    revoked: int
    living: list[ApiKey]


async def set_password(
    accounts: Accounts, username: str, password: str, *, revoke_api_keys: bool = False
) -> PasswordChanged:
    """Give a new password and end all sessions. Raises UserUnknown, BadPassword."""
    check_new_password(password)
    user = await find_user(accounts.database, username)
    owner = Owner(user.tenant_id, user.id)
    return await _store_password(accounts, owner, password, revoke_keys=revoke_api_keys)


async def change_password(
    accounts: Accounts,
    principal: Principal,
    current: str,
    new: str,
    *,
    address: str,
    revoke_api_keys: bool = False,
) -> PasswordChanged:
    """Change one's own password, which ends all sessions, this one too.

    Raises BadPassword, WrongPassword (it counts as a guess), TooManyGuesses, SessionNeeded.
    """
    owner = owner_of(principal)
    check_new_password(new)
    async with accounts.passwords.turn(principal.username, address):
        now = accounts.clock()
        accounts.login_throttle.check(principal.username, address, now)
        found = await cross_tenant.find_credentials(accounts.database, principal.username)
        right, _ = await accounts.passwords.verify(current, found[1] if found else None)
        if not right:
            accounts.login_throttle.wrong(principal.username, address, now)
            async with accounts.database.tenant(principal.tenant_id) as tx:
                await audit.record(tx, "user.password_refused", principal, at=now)
            raise WrongPassword("The current password is not right.")
    return await _store_password(accounts, owner, new, revoke_keys=revoke_api_keys)


async def _store_password(
    accounts: Accounts, owner: Owner, password: str, *, revoke_keys: bool
) -> PasswordChanged:
    async with accounts.passwords.turn(owner.by.name or "", owner.by.address):
        password_hash = await accounts.passwords.hash(password)
    async with accounts.database.tenant(owner.tenant_id) as tx:
        changed = tx.update(users).where(users.c.id == owner.user_id)
        await tx.execute(changed.values(password_hash=password_hash))
        await revoke_sessions(tx, owner.user_id, accounts)
        now, detail = accounts.clock(), {"user_id": owner.user_id}
        await audit.record(tx, "user.password_changed", owner.by, at=now, detail=detail)
        revoked = await revoke_api_keys(tx, owner.user_id, owner.by, now) if revoke_keys else 0
        return PasswordChanged(revoked, await living_api_keys(tx, owner.user_id, now))


async def delete_user(accounts: Accounts, username: str) -> User:
    """Delete the user with all data of their tenant."""
    user = await find_user(accounts.database, username)
    await cross_tenant.remove_user(accounts.database, user, accounts.clock())
    return user


async def revoke_sessions(tx: Tx, user_id: int, accounts: Accounts) -> None:
    """End every session of a user; their access tokens are refused from the next request on."""
    standing = tx.update(sessions).where(
        sessions.c.user_id == user_id, sessions.c.revoked_at.is_(None)
    )
    await tx.execute(standing.values(revoked_at=accounts.clock()))
