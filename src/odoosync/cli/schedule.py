"""`odoosync schedule`: when a user's datasets are synced by themselves, and how fresh they are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer

from odoosync.accounts.audit import OPERATOR
from odoosync.accounts.users import find_user
from odoosync.cli.listing import show_list
from odoosync.cli.opening import opened_database
from odoosync.cli.options import OrActive
from odoosync.clock import utc_now
from odoosync.connections import store as connections
from odoosync.sync.freshness.view import freshness_views
from odoosync.sync.schedules import planning
from odoosync.sync.schedules.planning import USUAL, Planner, Wish
from odoosync.sync.schedules.rhythm import parse_interval

schedule = typer.Typer(help="Schedules of a user's datasets.", no_args_is_help=True)

User = Annotated[str, typer.Option(help="Whose copy.")]
All = Annotated[list[str] | None, typer.Argument(help="Datasets; all when left out.")]
_Result = TypeVar("_Result")


def _plan(
    username: str, connection_id: int | None, work: Callable[[Planner], Awaitable[_Result]]
) -> _Result:
    async def run() -> _Result:
        async with opened_database() as (_, database):
            owner = await find_user(database, username)
            who = Planner(database, utc_now, owner.tenant_id, owner.id, OPERATOR, connection_id)
            return await work(who)

    return asyncio.run(run())


@schedule.command("list")
def list_schedules(user: User, connection: OrActive = None) -> None:
    """List schedules, a line a dataset, with how fresh each copy is."""

    async def work(who: Planner) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
        found = await planning.show(who)
        async with who.database.tenant(who.tenant_id, write=False) as tx:
            chosen = await connections.chosen(tx, connection)
            fresh = await freshness_views(tx, chosen.id, utc_now())
        return found, {one["dataset"]: one for one in fresh}

    found, fresh = _plan(user, connection, work)
    show_list(
        (_line(one, fresh[one["dataset"]]) for one in found),
        if_empty="Nothing is scheduled. Set a schedule with `odoosync schedule set`.",
    )


@schedule.command("set")
def set_schedule(
    user: User,
    dataset: Annotated[
        list[str] | None, typer.Argument(help="Datasets; contacts and products when left out.")
    ] = None,
    connection: OrActive = None,
    *,
    every: Annotated[
        str | None, typer.Option(help="Time between two syncs: 300 (seconds), 5m, 1h or 1d.")
    ] = None,
    cron: Annotated[
        str | None, typer.Option(help="Minute, hour, day of month, month, day of week.")
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="Of --cron; UTC when left out.")] = None,
) -> None:
    """Sync datasets by themselves, at an interval or by a cron line."""
    wish = Wish(None if every is None else parse_interval(every), cron, timezone)
    _tell(_plan(user, connection, lambda who: planning.set_schedules(who, dataset or USUAL, wish)))


@schedule.command()
def pause(user: User, dataset: All = None, connection: OrActive = None) -> None:
    """Follow schedules no more until they are resumed."""
    _tell(_plan(user, connection, lambda who: planning.pause(who, dataset)))


@schedule.command()
def resume(user: User, dataset: All = None, connection: OrActive = None) -> None:
    """Follow schedules again, from their next moment on."""
    _tell(_plan(user, connection, lambda who: planning.resume(who, dataset)))


@schedule.command()
def remove(user: User, dataset: All = None, connection: OrActive = None) -> None:
    """Remove schedules."""
    _plan(user, connection, lambda who: planning.remove(who, dataset))
    typer.echo("Removed.")


def _tell(found: list[dict[str, Any]]) -> None:
    for one in found:
        typer.echo(_line(one))


def _line(one: dict[str, Any], fresh: dict[str, Any] | None = None) -> str:
    rhythm = f"every {one['every']} s" if one["every"] else f"{one['cron']} ({one['timezone']})"
    coming = f"next at {one['next_run_at']}" if one["next_run_at"] else "paused"
    failed = f", {one['failures']} failed in a row" if one["failures"] else ""
    line = f"connection {one['connection_id']}  {one['dataset']}: {rhythm}, {coming}{failed}"
    if fresh is None:
        return line
    if fresh["completed_at"] is None:
        return f"{line}; never synced{', stale' if fresh['stale'] else ''}"
    return f"{line}; synced {fresh['age']:,.0f} s ago{', stale' if fresh['stale'] else ''}"
