"""`odoosync user`: who may use the service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from odoosync.accounts import Accounts, open_accounts, users
from odoosync.accounts.api_keys import (
    ApiKey,
    Owner,
    create_api_key,
    list_api_keys,
    release_api_key,
    revoke_api_key,
)
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.known_keys import begin_with_keys
from odoosync.cli.confirming import Yes, confirm
from odoosync.cli.listing import show_list
from odoosync.cli.opening import key_source, opened_database
from odoosync.cli.passwords import PasswordStdin, read_password
from odoosync.clock import iso, utc_now

user = typer.Typer(help="Users: make, list, disable, delete.", no_args_is_help=True)
key = typer.Typer(help="API keys of a user.", no_args_is_help=True)
user.add_typer(key, name="key")

Name = Annotated[str, typer.Argument(help="The username.", show_default=False)]
_Result = TypeVar("_Result")


def _with_accounts(
    work: Callable[[Accounts], Awaitable[_Result]], *, creates: bool = False
) -> _Result:
    async def run() -> _Result:
        async with opened_database(creates=creates) as (settings, database):
            source = key_source(settings)
            keys = await begin_with_keys(database, source, utc_now(), makes=creates)
            return await work(open_accounts(database, keys, quotas=settings.quotas))

    return asyncio.run(run())


@user.command()
def create(
    name: Name,
    *,
    password_stdin: PasswordStdin = False,
    admin: Annotated[bool, typer.Option("--admin", help="Make an administrator.")] = False,
    email: Annotated[
        str | None, typer.Option(help="Where mails about trouble go; it counts as confirmed.")
    ] = None,
) -> None:
    """Make a user with a tenant of their own."""
    password = read_password(from_stdin=password_stdin, twice=True)
    made = _with_accounts(
        lambda to: users.create_user(to, name, password, is_admin=admin, email=email),
        creates=True,
    )
    typer.echo(f"Created user {made.username} (id {made.id}).")


@user.command(name="list")
def list_all() -> None:
    """List the users, a line each."""
    show_list(
        map(_line_of, _with_accounts(users.list_users)),
        if_empty="There is no user. Make one with `odoosync user create`.",
    )


def _line_of(one: User) -> str:
    marks = [mark for mark, on in (("admin", one.is_admin), ("disabled", one.disabled_at)) if on]
    return f"{one.id:>5}  {one.username:<30}  {iso(one.created_at)}  {' '.join(marks)}".rstrip()


@user.command()
def disable(name: Name) -> None:
    """Let the user in no more: sessions end, API keys rest, nothing is synced or sent."""
    changed = _with_accounts(lambda to: users.disable_user(to, name))
    typer.echo(f"Disabled user {changed.username}.")


@user.command()
def enable(name: Name) -> None:
    """Let a disabled user in again; schedules and deliveries go on."""
    changed = _with_accounts(lambda to: users.enable_user(to, name))
    typer.echo(f"Enabled user {changed.username}.")


@user.command(name="set-password")
def set_password(
    name: Name,
    *,
    password_stdin: PasswordStdin = False,
    revoke_api_keys: Annotated[
        bool, typer.Option("--revoke-api-keys", help="Also revoke all API keys of the user.")
    ] = False,
) -> None:
    """Give a new password; all sessions of the user end at once, and API keys where told so."""
    password = read_password(from_stdin=password_stdin, twice=True)

    async def work(to: Accounts) -> tuple[User, users.PasswordChanged]:
        changed = await users.set_password(to, name, password, revoke_api_keys=revoke_api_keys)
        return await users.find_user(to.database, name), changed

    found, changed = _with_accounts(work)
    typer.echo(f"Changed the password of user {found.username}.")
    if changed.revoked:
        typer.echo(f"Revoked {_counted(changed.revoked)}.")
    if changed.living:
        lives = "lives" if len(changed.living) == 1 else "live"
        typer.echo(f"{_counted(len(changed.living))} {lives} on; --revoke-api-keys revokes all:")
    for one in changed.living:
        typer.echo(_key_line(one))


def _counted(keys: int) -> str:
    return "1 API key" if keys == 1 else f"{keys} API keys"


@user.command(name="set-email")
def set_email(
    name: Name,
    email: Annotated[str, typer.Argument(help="The address; none when left out.")] = "",
) -> None:
    """Set where mails about trouble go. It counts as confirmed: the operator says so."""
    address = _with_accounts(lambda to: users.set_address(to, name, email))
    typer.echo(f"Mails go to {address}." if address else "Mails go nowhere.")


@user.command()
def delete(
    name: Name,
    *,
    yes: Yes = False,
) -> None:
    """Delete the user with all their data: connections, copies, runs, keys."""
    confirm(f"Delete user {name} with all data?", yes=yes)
    gone = _with_accounts(lambda to: users.delete_user(to, name))
    typer.echo(f"Deleted user {gone.username} with all data.")


async def _owner(accounts: Accounts, name: str) -> Owner:
    found = await users.find_user(accounts.database, name)
    return Owner(found.tenant_id, found.id)


@key.command(name="create")
def create_key(
    name: Name,
    *,
    scope: Annotated[list[str], typer.Option(help="read, sync or manage; may be repeated.")],
    days: Annotated[int, typer.Option(help="Days until it expires; 0 for never.")] = 90,
    label: Annotated[str, typer.Option("--name", help="What the key is for.")] = "command line",
) -> None:
    """Make an API key and print it: the only time that it is shown."""

    async def work(accounts: Accounts) -> str:
        owner = await _owner(accounts, name)
        span = None if days == 0 else days
        _, plain = await create_api_key(accounts, owner, label, frozenset(scope), span)
        return plain

    typer.echo(_with_accounts(work))


@key.command(name="list")
def list_keys(name: Name) -> None:
    """List a user's API keys, a line each."""

    async def work(accounts: Accounts) -> list[ApiKey]:
        return await list_api_keys(accounts, await _owner(accounts, name))

    show_list(
        map(_key_line, _with_accounts(work)),
        if_empty="There is no API key. Make one with `odoosync user key create`.",
    )


def _key_line(one: ApiKey) -> str:
    until = iso(one.expires_at) or "for ever"
    rests = f"  rests since {iso(one.resting_since)}" if one.resting_since else ""
    used = f"used {iso(one.last_used_at)}" if one.last_used_at else "never used"
    about = f"{until}  {one.name}  made {iso(one.created_at)}, {used}"
    return f"{one.id:>5}  {one.prefix}…  {','.join(one.scopes)}  {about}{rests}"


@key.command(name="revoke")
def revoke_key(
    name: Name,
    key_id: Annotated[int, typer.Argument(help="The key's id.", show_default=False)],
) -> None:
    """Revoke an API key at once."""

    async def work(accounts: Accounts) -> None:
        await revoke_api_key(accounts, await _owner(accounts, name), key_id)

    _with_accounts(work)
    typer.echo(f"Revoked API key {key_id}.")


@key.command(name="release")
def release_key(
    name: Name,
    key_id: Annotated[int, typer.Argument(help="The key's id.", show_default=False)],
) -> None:
    """Let an API key that rests since the database was restored be used again."""

    async def work(accounts: Accounts) -> None:
        await release_api_key(accounts, await _owner(accounts, name), key_id)

    _with_accounts(work)
    typer.echo(f"Released API key {key_id}.")
