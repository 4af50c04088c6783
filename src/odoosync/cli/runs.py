"""`odoosync runs`: the history, a line a run or as CSV, and one run's log."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from odoosync.accounts.users import find_user
from odoosync.api.reading.history import check_connection, run_lines
from odoosync.api.reading.moments import read_moment
from odoosync.api.reading.run_csv import csv_lines
from odoosync.cli.listing import show_list
from odoosync.cli.opening import opened_database
from odoosync.cli.options import OrAll
from odoosync.clock import iso
from odoosync.db import Database
from odoosync.sync.run_view import run_view
from odoosync.sync.runs import RunFilter, newest


def runs(
    user: Annotated[str, typer.Option(help="Whose history.")],
    *,
    connection: OrAll = None,
    dataset: Annotated[str | None, typer.Option(help="One dataset.")] = None,
    status: Annotated[str | None, typer.Option(help="succeeded, failed, cancelled, …")] = None,
    trigger: Annotated[str | None, typer.Option(help="api, command, schedule.")] = None,
    mode: Annotated[str | None, typer.Option(help="full, incremental, verify, repair.")] = None,
    kind: Annotated[str | None, typer.Option(help="sync, or verify.")] = None,
    since: Annotated[str | None, typer.Option(help="From this day or moment on.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this day or moment.")] = None,
    limit: Annotated[int | None, typer.Option(help="How many at most: 20, or all as CSV.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="All columns, for a spreadsheet.")] = False,
    log: Annotated[
        str | None, typer.Option(help="Show the log lines of the run of this id.")
    ] = None,
) -> None:
    """Show a user's history of runs, newest first; or the log of one."""
    span = (read_moment("since", since), read_moment("until", until))
    wanted = RunFilter(connection, dataset, status, trigger, mode, *span, kind)
    asyncio.run(_show(user, wanted, limit, csv=csv, run_id=log))


async def _show(
    username: str, wanted: RunFilter, limit: int | None, *, csv: bool, run_id: str | None
) -> None:
    async with opened_database() as (_, database):
        owner = await find_user(database, username)
        async with database.tenant(owner.tenant_id, write=False) as tx:
            await check_connection(tx, wanted)
        if run_id is not None:
            show_list(
                map(_log_line, await run_lines(database, owner.tenant_id, run_id)),
                if_empty="This run has no log lines: it has not begun, or they are past keeping.",
            )
        elif csv:
            async for text in csv_lines(database, owner.tenant_id, wanted, most=limit):
                typer.echo(text, nl=False)
        else:
            await _list(database, owner.tenant_id, wanted, limit or 20)


async def _list(database: Database, tenant_id: int, wanted: RunFilter, limit: int) -> None:
    async with database.tenant(tenant_id, write=False) as tx:
        found = await newest(tx, wanted, limit=limit)
    show_list(
        (_line_of(run_view(run) | {"at": iso(run.created_at)}) for run in found),
        if_empty="No runs yet. Start one with `odoosync sync`."
        if wanted == RunFilter()
        else "No run matches. Leave options out to see more.",
    )


def _log_line(line: dict[str, Any]) -> str:
    fields = " ".join(f"{name}={value}" for name, value in line["fields"].items())
    return f"{line['at']}  {line['level']:<8} {line['message']}  {fields}".rstrip()


def _line_of(run: dict[str, Any]) -> str:
    took = f"{run['duration']:.1f} s" if run["duration"] is not None else "-"
    counts = ", ".join(f"{run[name]:,} {name}" for name in ("fetched", "created", "updated"))
    who = run["requested_name"] or "-"
    where = f"connection {run['connection_id']}  {run['dataset']:<18}"
    head = f"{run['at']}  {run['id']}  {where} {run['mode']:<11} {run['status']:<9}"
    told = f"{head}  {run['trigger']} ({who})  {took}  {counts}, {run['deleted']:,} deleted"
    held_back = f", {run['held_back']:,} held back" if run["held_back"] else ""
    why = f"  {run['error_code']}: {run['error']}" if run["error_code"] else ""
    return told + held_back + (f"  {run['note']}" if run["note"] else "") + why
