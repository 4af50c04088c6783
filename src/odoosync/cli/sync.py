"""`odoosync sync`: ask for runs, show how far they are, say how they went."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from sqlalchemy import Row

from odoosync.accounts.audit import OPERATOR
from odoosync.accounts.users import find_user
from odoosync.cli.opening import existing_keys, opened_database
from odoosync.clock import utc_now
from odoosync.db import Database
from odoosync.jobs.workers import live_workers
from odoosync.settings import Settings
from odoosync.sync import runs
from odoosync.sync.service import SyncRequest, SyncService
from odoosync.worker import work

HELD_BACK: Final = 3
"""The exit code of a sync that went well, but for deletions that wait for a confirmation."""
_LOOK_S: Final = 0.25


def sync(
    user: Annotated[str, typer.Option(help="Whose copy.")],
    dataset: Annotated[
        list[str] | None, typer.Argument(help="Datasets; contacts and products when left out.")
    ] = None,
    connection: Annotated[
        int | None, typer.Option(help="A connection's id; the active one when left out.")
    ] = None,
    *,
    full: Annotated[bool, typer.Option("--full", help="Read everything again.")] = False,
    confirm_deletions: Annotated[
        bool, typer.Option("--confirm-deletions", help="Mark deletions however many they are.")
    ] = False,
) -> None:
    """Sync a user's copy now, with a bar; works it itself where no worker is alive.

    Exits 1 when a sync failed, and 3 when deletions are held back: they wait for a confirmation.
    """
    wanted = dataset or ["contacts", "products"]
    options = {"full": full, "confirm_deletions": confirm_deletions, "connection_id": connection}
    end(asyncio.run(_sync(user, wanted, options)))


async def _sync(username: str, datasets: Sequence[str], options: dict[str, Any]) -> list[Row[Any]]:
    async with opened_database() as (settings, database):
        owner = await find_user(database, username)
        service = SyncService(database, clock=utc_now, wait_s=settings.sync_wait)
        run_ids: list[str] = []
        for name in datasets:
            request = SyncRequest(
                owner.tenant_id, owner.id, name, trigger="command", by=OPERATOR, **options
            )
            run_ids += await service.ask(request)
        async with hands(settings, database):
            return await watch(database, owner.tenant_id, list(dict.fromkeys(run_ids)))


def end(ended: Sequence[Row[Any]]) -> None:
    """Print how runs went, a line each; raises Exit where that is no plain success."""
    for run in ended:
        typer.echo(told(run))
    if not all(run.status == "succeeded" for run in ended):
        raise typer.Exit(1)
    if any(run.held_back for run in ended):
        raise typer.Exit(HELD_BACK)


@asynccontextmanager
async def hands(settings: Settings, database: Database) -> AsyncIterator[None]:
    """Work here until the block ends, unless somebody else is alive to do it."""
    if await live_workers(database):
        yield
        return
    await existing_keys(settings, database)  # or the work would make new ones
    stop = asyncio.Event()
    working = asyncio.create_task(work(settings, stop))
    try:
        yield
    finally:
        stop.set()
        await working


async def watch(database: Database, tenant_id: int, run_ids: Sequence[str]) -> list[Row[Any]]:
    """Show a bar a run until all have ended, or wait for an Odoo that does not answer."""
    columns = (
        TextColumn("{task.description:18}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    service = SyncService(database, clock=utc_now, wait_s=0)
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bars = {run_id: progress.add_task("", total=None) for run_id in run_ids}
        while True:
            async with database.tenant(tenant_id, write=False) as tx:
                found = [await runs.get(tx, run_id) for run_id in run_ids]
            for run in found:
                total = run.fetched if run.status == "succeeded" else run.total
                progress.update(
                    bars[run.id], description=run.dataset, total=total, completed=run.fetched
                )
            if all(run.status in runs.ENDED for run in found):
                return found
            if (held := await service.held(tenant_id, found)) is not None:
                typer.echo(held.message, err=True)
                return found
            await asyncio.sleep(_LOOK_S)


def told(run: Row[Any]) -> str:
    of = f"; connection {run.connection_id}"
    if run.status != "succeeded":
        return f"{run.dataset}: {run.status}{of}. {run.error or ''}".rstrip()
    counts = ", ".join(
        f"{getattr(run, name):,} {name}" for name in ("fetched", "created", "updated", "deleted")
    )
    held_back = f", {run.held_back:,} held back" if run.held_back else ""
    return f"{run.dataset}: {counts}{held_back}{of}" + (f". {run.note}" if run.note else "")
