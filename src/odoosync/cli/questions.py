"""`odoosync deletions` and `odoosync confirm-restored`: what syncs ask of a person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from sqlalchemy import Row

from odoosync.accounts import audit
from odoosync.accounts.users import find_user
from odoosync.cli.listing import show_list
from odoosync.cli.opening import opened_database
from odoosync.cli.options import OrActive
from odoosync.cli.sync import end, hands, watch
from odoosync.clock import utc_now
from odoosync.db import Database
from odoosync.settings import Settings
from odoosync.sync.confirming import (
    Answering,
    ask_to_take_back,
    open_questions,
    yes_to_deletions,
)
from odoosync.sync.questions import NothingAsked
from odoosync.sync.service import SyncService

deletions = typer.Typer(help="Deletions that are held back.", no_args_is_help=True)

User = Annotated[str, typer.Option(help="Whose copy.")]


@dataclass(frozen=True)
class _Desk:
    """What a command of this file works with."""

    settings: Settings
    database: Database
    service: SyncService
    who: Answering

    async def see_through(self, run_ids: Sequence[str]) -> list[Row[Any]]:
        async with hands(self.settings, self.database):
            return await watch(self.database, self.who.tenant_id, list(dict.fromkeys(run_ids)))


@asynccontextmanager
async def _desk(username: str, connection_id: int | None) -> AsyncIterator[_Desk]:
    async with opened_database() as (settings, database):
        owner = await find_user(database, username)
        service = SyncService(database, clock=utc_now, wait_s=settings.sync_wait)
        who = Answering(owner.tenant_id, owner.id, audit.OPERATOR, connection_id, trigger="command")
        yield _Desk(settings, database, service, who)


@deletions.command("list")
def list_deletions(user: User, connection: OrActive = None) -> None:
    """List deletions that wait for a confirmation, a line a dataset."""

    async def run() -> list[dict[str, Any]]:
        async with _desk(user, connection) as desk:
            return await open_questions(desk.database, desk.who.tenant_id, connection, "deletions")

    show_list(map(_line, asyncio.run(run())), if_empty="Nothing is held back; nothing is to do.")


@deletions.command()
def confirm(
    user: User,
    dataset: Annotated[
        list[str] | None, typer.Argument(help="Datasets; all that wait when left out.")
    ] = None,
    connection: OrActive = None,
    fingerprint: Annotated[
        str | None, typer.Option(help="Confirm only if these rows are still what waits.")
    ] = None,
) -> None:
    """Have held-back rows marked; more that are gone by now are asked about anew.

    Exits 1 when a sync failed, and 3 when other deletions are held back now.
    """

    async def run() -> list[Row[Any]]:
        async with _desk(user, connection) as desk:
            names = dataset or await _waiting(desk)
            run_ids: list[str] = []
            for name in names:
                first = yes_to_deletions(desk.who, name, fingerprint, utc_now)
                run_ids += await desk.service.ask(desk.who.request(name), first=first)
            return await desk.see_through(run_ids)

    end(asyncio.run(run()))


def confirm_restored(user: User, connection: OrActive = None) -> None:
    """Confirm that an Odoo database was restored: full syncs take the copy back, too."""

    async def run() -> list[Row[Any]]:
        async with _desk(user, connection) as desk:
            run_ids = await ask_to_take_back(desk.service, desk.database, desk.who, utc_now)
            return await desk.see_through(run_ids)

    end(asyncio.run(run()))


async def _waiting(desk: _Desk) -> list[str]:
    """Return the datasets that something is held back of. Raises NothingAsked."""
    connection_id = desk.who.connection_id
    found = await open_questions(desk.database, desk.who.tenant_id, connection_id, "deletions")
    if not found:
        raise NothingAsked
    return [one["dataset"] for one in found]


def _line(one: dict[str, Any]) -> str:
    examples = ", ".join(str(odoo_id) for odoo_id in one["examples"])
    confirmed = f", confirmed {one['confirmed_at']}" if one["confirmed_at"] else ""
    return (
        f"connection {one['connection_id']}  {one['dataset']}: "
        f"{one['gone']:,} of {one['kept']:,} rows gone since {one['since']}, "
        f"by their looks {one['seems']}{confirmed}; fingerprint {one['fingerprint']}; "
        f"ids {examples}{' ...' if one['gone'] > len(one['examples']) else ''}"
    )
