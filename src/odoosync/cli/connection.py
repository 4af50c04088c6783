"""`odoosync connection`: a user's Odoo instances, one of them active."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

import orjson
import typer

from odoosync.api.reading.connection_problem import troubles
from odoosync.api.schemas.connections import ConnectionChange, ConnectionView, connection_view
from odoosync.api.schemas.credentials import LoginToTest, NewConnection, NewLogin
from odoosync.api.validation import read_form
from odoosync.cli.confirming import Yes, confirm
from odoosync.cli.connecting import ConnectionId, Desk, User, at_desk
from odoosync.cli.listing import show_list
from odoosync.cli.passwords import PasswordStdin, read_password
from odoosync.cli.prefer import prefer
from odoosync.connections import store
from odoosync.connections.activation import ActivationResult
from odoosync.connections.connection import Connection
from odoosync.connections.errors import NoActiveConnection, NoCredentials
from odoosync.connections.service import Change
from odoosync.connections.store import Tested
from odoosync.db import Tx
from odoosync.odoo.login import Login

connection = typer.Typer(help="A user's Odoo instances.", no_args_is_help=True)
connection.command()(prefer)

OrActive = Annotated[
    int | None, typer.Argument(help="A connection's id; the active one when left out.")
]
Username = Annotated[
    str | None, typer.Option(help="The login in Odoo; the stored one when left out.")
]
Json = Annotated[bool, typer.Option("--json", help="A JSON object a line.")]


@connection.command("list")
def list_connections(
    user: User,
    *,
    deleted: Annotated[
        bool, typer.Option("--deleted", help="Show those, too, that can be restored.")
    ] = False,
    json: Json = False,
) -> None:
    """List a user's connections, a line each; the active one has a star."""

    async def work(desk: Desk) -> list[ConnectionView]:
        async with desk.service.database.tenant(desk.owner.tenant_id, write=False) as tx:
            return await _views(tx, await store.every(tx, include_deleted=deleted))

    show_list(
        (view.model_dump_json() if json else _line(view) for view in at_desk(user, work)),
        if_empty="There is no connection. Add one with `odoosync connection add`.",
    )


@connection.command()
def add(
    user: User,
    database: Annotated[str, typer.Option(help="The database in Odoo.")],
    username: Annotated[str, typer.Option(help="The login in Odoo.")],
    url: Annotated[
        str | None, typer.Option(help="Where Odoo is; ODOOSYNC_DEFAULT_ODOO_URL when left out.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    *,
    activate: Annotated[bool, typer.Option("--activate", help="Make it the active one.")] = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Store an Odoo whose credentials log in; the first one is active."""
    given = {
        "odoo_username": username,
        "odoo_password": read_password(from_stdin=password_stdin),
        "odoo_database": database,
        "odoo_url": url,
        "name": name,
    }
    form = read_form(NewConnection, given)

    async def work(desk: Desk) -> ActivationResult:
        login = Login.typed(
            url=form.odoo_url or desk.settings.default_odoo_url,
            database=form.odoo_database,
            username=form.odoo_username,
            secret=form.odoo_password.get_secret_value(),
        )
        change = Change(name=form.name)
        return await desk.service.create(desk.owner, login, change, activate=activate)

    _tell_activation(at_desk(user, work))


@connection.command()
def show(user: User, connection_id: OrActive = None, *, json: Json = False) -> None:
    """Show a connection, its secret never."""

    async def work(desk: Desk) -> ConnectionView:
        async with desk.service.database.tenant(desk.owner.tenant_id, write=False) as tx:
            return (await _views(tx, [await store.chosen(tx, connection_id)]))[0]

    view = at_desk(user, work)
    if json:
        typer.echo(view.model_dump_json())
        return
    for name, value in view.model_dump().items():
        told = orjson.dumps(value).decode() if isinstance(value, dict | bool) else value
        typer.echo(f"{name}: {'-' if told is None else told}")


@connection.command()
def rename(
    user: User,
    connection_id: ConnectionId,
    name: Annotated[str, typer.Argument(help="What people call it.", show_default=False)],
) -> None:
    """Give a connection another name."""
    form = read_form(ConnectionChange, {"name": name})
    change = Change(name=form.name)
    _tell(at_desk(user, lambda desk: desk.service.change(desk.owner, connection_id, change)))


@connection.command()
def credentials(
    user: User,
    connection_id: ConnectionId,
    username: Username = None,
    *,
    password_stdin: PasswordStdin = False,
) -> None:
    """Store another login or secret, once it has logged in to the same database."""
    login = _login(username, from_stdin=password_stdin)
    _tell(
        at_desk(
            user, lambda desk: desk.service.change_credentials(desk.owner, connection_id, *login)
        )
    )


@connection.command("test")
def try_connection(
    user: User,
    connection_id: OrActive = None,
    username: Username = None,
    *,
    password_stdin: PasswordStdin = False,
) -> None:
    """Log in with what is stored, or with what is given, and save nothing."""
    password = read_password(from_stdin=True) if password_stdin else None
    form = read_form(LoginToTest, {"odoo_username": username, "odoo_password": password})

    async def work(desk: Desk) -> Tested:
        meant = await _chosen(desk, connection_id)
        return await desk.service.test(desk.owner, meant.id, form.odoo_username, form.secret())

    seen = at_desk(user, work)
    typer.echo(
        f"{seen.odoo_username} logs in to {seen.odoo_database} at {seen.odoo_url} and sees "
        f"{seen.contact_count:,} contacts and {seen.product_count:,} products."
    )


@connection.command()
def activate(user: User, connection_id: ConnectionId) -> None:
    """Have it meant wherever no connection is named."""
    _tell_activation(at_desk(user, lambda desk: desk.service.activate(desk.owner, connection_id)))


@connection.command()
def pause(user: User, connection_id: ConnectionId) -> None:
    """Sync nothing, by schedule or by hand, until it is resumed."""
    _act(user, connection_id, lambda desk: desk.service.pause)


@connection.command()
def resume(user: User, connection_id: ConnectionId) -> None:
    """Let a paused connection be synced again."""
    _act(user, connection_id, lambda desk: desk.service.resume)


@connection.command()
def delete(user: User, connection_id: ConnectionId, *, yes: Yes = False) -> None:
    """Remove the secret at once, and the copy after a grace period; no other becomes active."""

    async def work(desk: Desk) -> None:
        meant = await _chosen(desk, connection_id)
        active = ", the active one" if meant.is_active else ""
        confirm(f"Delete connection {meant.id}, {meant.name}{active}?", yes=yes)
        _tell(await desk.service.delete(desk.owner, meant.id))
        try:
            await _chosen(desk, None)
        except NoActiveConnection as error:
            typer.echo(f"Note: {error.message}.")
        except NoCredentials:
            pass

    at_desk(user, work)


@connection.command()
def restore(
    user: User,
    connection_id: ConnectionId,
    username: Username = None,
    *,
    password_stdin: PasswordStdin = False,
) -> None:
    """Bring a deleted connection back with its copy, by credentials that log in."""
    login = _login(username, from_stdin=password_stdin)
    _tell_activation(
        at_desk(user, lambda desk: desk.service.restore(desk.owner, connection_id, *login))
    )


def _act(
    user: str, connection_id: int, verb: Callable[[Desk], Callable[..., Awaitable[Connection]]]
) -> None:
    _tell(at_desk(user, lambda desk: verb(desk)(desk.owner, connection_id)))


async def _chosen(desk: Desk, connection_id: int | None) -> Connection:
    async with desk.service.database.tenant(desk.owner.tenant_id, write=False) as tx:
        return await store.chosen(tx, connection_id)


def _login(username: str | None, *, from_stdin: bool) -> tuple[str | None, str]:
    given = {"odoo_username": username, "odoo_password": read_password(from_stdin=from_stdin)}
    form = read_form(NewLogin, given)
    return form.odoo_username, form.odoo_password.get_secret_value()


async def _views(tx: Tx, found: list[Connection]) -> list[ConnectionView]:
    told = await troubles(tx, found)
    return [connection_view(one, told.get(one.id)) for one in found]


def _tell(one: Connection) -> None:
    typer.echo(_line(connection_view(one)))


def _tell_activation(result: ActivationResult) -> None:
    _tell(result.connection)
    if result.note:
        typer.echo(f"Note: {result.note}.")


def _line(one: ConnectionView) -> str:
    marks = [f"Odoo {one.odoo_version}"] if one.odoo_version else []
    if one.deleted_at:
        marks.append(f"deleted, can be restored until {one.removed_from}")
    elif one.paused_at:
        marks.append(f"paused since {one.paused_at}")
    if one.rate_limited_since:
        marks.append(f"asked slowly since {one.rate_limited_since}, when its Odoo answered 429")
    if one.trouble:
        marks.append(f"failing since {one.trouble.since}: {one.trouble.reason}")
    where = f"{one.odoo_username} in {one.odoo_database} at {one.odoo_url}"
    return f"{one.id:>5} {'*' if one.is_active else ' '} {one.name}: {', '.join([where, *marks])}"
