"""`odoosync webhook`: who is told of what happens to a user's copies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Final

import typer

from odoosync.accounts import audit
from odoosync.accounts.users import find_user
from odoosync.api.reading.delivery_log import DeliveryStatus
from odoosync.api.reading.moments import needed_moment
from odoosync.api.schemas.webhooks import NewWebhook
from odoosync.api.validation import read_form
from odoosync.cli.listing import show_list
from odoosync.cli.opening import existing_keys, opened_database
from odoosync.cli.options import OrAll
from odoosync.clock import utc_now
from odoosync.connections.service import Owner
from odoosync.errors import InvalidInput, Unavailable
from odoosync.notifications.http_delivery import webhook_guard
from odoosync.notifications.service import WebhookService

webhook = typer.Typer(help="Webhooks of a user.", no_args_is_help=True)

User = Annotated[str, typer.Option(help="Whose.")]
Id = Annotated[int, typer.Argument(help="The webhook's id.", show_default=False)]
_LOOK_S: Final = 0.2
_PATIENCE_S: Final = 20.0


@dataclass(frozen=True)
class _Desk:
    service: WebhookService
    owner: Owner


@asynccontextmanager
async def _desk(username: str) -> AsyncIterator[_Desk]:
    async with opened_database() as (settings, database):
        keys = await existing_keys(settings, database)
        found = await find_user(database, username)
        guard = webhook_guard(settings.allowed_webhook_hosts)
        service = WebhookService(database, keys, guard, utc_now, most=settings.quotas.webhooks)
        yield _Desk(service, Owner(found.tenant_id, audit.OPERATOR))


@webhook.command("list")
def list_webhooks(user: User) -> None:
    """List webhooks, a line each."""

    async def run() -> list[dict[str, Any]]:
        async with _desk(user) as desk:
            return await desk.service.show_all(desk.owner)

    show_list(
        map(_line_of, asyncio.run(run())),
        if_empty="There is no webhook. Make one with `odoosync webhook add`.",
    )


@webhook.command()
def add(
    url: Annotated[str, typer.Argument(help="Where events are sent to.", show_default=False)],
    user: User,
    kind: Annotated[
        list[str] | None, typer.Option(help="Such as run.failed; may be repeated; all if none.")
    ] = None,
    connection: OrAll = None,
    name: Annotated[
        str | None, typer.Option(help="What people call it; the URL's host when left out.")
    ] = None,
) -> None:
    """Make a webhook and print its secret: the only time that it is shown."""
    given = {"url": url, "name": name, "kinds": kind or None, "connection_id": connection}
    form = read_form(NewWebhook, given)

    async def run() -> tuple[dict[str, Any], str]:
        async with _desk(user) as desk:
            made, secret = await desk.service.create(
                desk.owner,
                form.url,
                name=form.name or "",
                kinds=form.kinds,
                connection_id=form.connection_id,
            )
            return made, secret.reveal()

    made, secret = asyncio.run(run())
    typer.echo(_line_of(made))
    typer.echo(secret)


@webhook.command()
def remove(webhook_id: Id, user: User) -> None:
    """Remove a webhook with the log of its deliveries."""

    async def run() -> None:
        async with _desk(user) as desk:
            await desk.service.remove(desk.owner, webhook_id)

    asyncio.run(run())
    typer.echo(f"Removed webhook {webhook_id}.")


@webhook.command()
def pause(webhook_id: Id, user: User) -> None:
    """Send nothing until it is resumed."""

    async def run() -> dict[str, Any]:
        async with _desk(user) as desk:
            return await desk.service.pause(desk.owner, webhook_id)

    typer.echo(_line_of(asyncio.run(run())))


@webhook.command()
def resume(webhook_id: Id, user: User) -> None:
    """Send again, also where it had been disabled."""

    async def run() -> dict[str, Any]:
        async with _desk(user) as desk:
            return await desk.service.resume(desk.owner, webhook_id)

    typer.echo(_line_of(asyncio.run(run())))


@webhook.command("rotate-secret")
def rotate_secret(
    webhook_id: Id,
    user: User,
    *,
    now: Annotated[
        bool, typer.Option("--now", help="The old one leaked: it signs nothing any more.")
    ] = False,
) -> None:
    """Give it a new secret and print it; for a day the old one signs beside it."""

    async def run() -> str:
        async with _desk(user) as desk:
            _, secret = await desk.service.rotate(desk.owner, webhook_id, overlaps=not now)
            return secret.reveal()

    typer.echo(asyncio.run(run()))


@webhook.command()
def test(webhook_id: Id, user: User) -> None:
    """Have a webhook.test sent by a running worker, and say how that went."""

    async def run() -> dict[str, Any]:
        async with _desk(user) as desk:
            made = await desk.service.test(desk.owner, webhook_id)
            return await _tried(desk, webhook_id, made["id"])

    found = asyncio.run(run())
    typer.echo(_delivery_line(found))
    if found["status"] != "delivered":
        raise typer.Exit(1)


async def _tried(desk: _Desk, webhook_id: int, delivery_id: int) -> dict[str, Any]:
    """Wait until a worker has made the first try. Raises Unavailable where none does."""
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        found = await desk.service.show_delivery(desk.owner, webhook_id, delivery_id)
        if found["tries"]:
            return found
        await asyncio.sleep(_LOOK_S)
    raise Unavailable("It was not sent within 20 seconds. Does a worker run? See `doctor`.")


@webhook.command()
def deliveries(
    webhook_id: Id,
    user: User,
    status: Annotated[str | None, typer.Option(help="pending, delivered or failed.")] = None,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=10_000)] = 50,
) -> None:
    """List what was sent, and will be, newest first."""
    states: dict[str | None, DeliveryStatus | None] = {
        None: None,
        "pending": "pending",
        "delivered": "delivered",
        "failed": "failed",
    }
    if status not in states:
        raise InvalidInput("--status is pending, delivered or failed.")

    async def run() -> list[dict[str, Any]]:
        async with _desk(user) as desk:
            page = await desk.service.log(
                desk.owner, webhook_id, limit=limit, status=states[status]
            )
            return page.items

    show_list(
        map(_delivery_line, asyncio.run(run())),
        if_empty="No such delivery. `odoosync webhook test` sends one."
        if status
        else "No deliveries yet. `odoosync webhook test` sends one.",
    )


@webhook.command()
def replay(
    webhook_id: Id,
    user: User,
    delivery: Annotated[int | None, typer.Option(help="The id of one delivery.")] = None,
    since: Annotated[
        str | None, typer.Option(help="All that failed or was missed from this moment on.")
    ] = None,
    *,
    delivered: Annotated[
        bool, typer.Option("--delivered", help="With --since: what arrived, too.")
    ] = False,
) -> None:
    """Send one delivery again, or what failed or was missed since a moment.

    Nothing of what happened before the webhook was made.
    """
    if (delivery is None) == (since is None):
        raise InvalidInput("Name either --delivery or --since.")

    async def run() -> int:
        async with _desk(user) as desk:
            if delivery is not None:
                await desk.service.replay(desk.owner, webhook_id, delivery)
                return 1
            moment = needed_moment("since", since or "")
            return await desk.service.replay_since(
                desk.owner, webhook_id, moment, delivered=delivered
            )

    typer.echo(f"{asyncio.run(run()):,} will be sent.")


def _line_of(one: dict[str, Any]) -> str:
    kinds = "all kinds" if one["all_kinds"] else ", ".join(one["kinds"])
    of = f", connection {one['connection_id']}" if one["connection_id"] else ""
    state = "disabled" if one["disabled_at"] else "paused" if one["paused_at"] else ""
    failing = f"failing since {one['failing_since']}" if one["failing_since"] else ""
    told = "; ".join(filter(None, (f"{kinds}{of}", state, failing)))
    return f"{one['id']:>5}  {one['name']}  {one['url']}  {told}"


def _delivery_line(one: dict[str, Any]) -> str:
    tries = f"{one['tries']} {'try' if one['tries'] == 1 else 'tries'}"
    of = f"; connection {one['connection_id']}" if one["connection_id"] else ""
    why = f"; {one['last_error']}" if one["last_error"] and one["status"] != "delivered" else ""
    again = f"; again at {one['next_try_at']}" if one["next_try_at"] else ""
    return (
        f"{one['id']:>7}  {one['happened_at']}  {one['kind']:<22}  {one['status']}, {tries}"
        f"{of}{why}{again}"
    )
