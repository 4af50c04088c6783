"""`odoosync set-aside`: what Odoo fails on."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import typer
from sqlalchemy import Row

from odoosync.accounts.users import find_user
from odoosync.cli.listing import say_empty
from odoosync.cli.opening import opened_database
from odoosync.cli.options import OrActive
from odoosync.clock import iso
from odoosync.connections import store as connections
from odoosync.sync.datasets import dataset_named
from odoosync.sync.set_aside import Place, listed

_AT_ONCE: Final = 1_000


def set_aside(
    user: Annotated[str, typer.Option(help="Whose copy.")],
    dataset: Annotated[
        str | None, typer.Argument(help="A dataset; all of them when left out.")
    ] = None,
    connection: OrActive = None,
) -> None:
    """List what Odoo fails on, with the reason: fields, rows, and fields of single rows.

    A field that fails on many rows is left out of the copy and tried again once a day. Rows are
    tried again, one row with each sync.
    """
    if dataset is not None:
        dataset_named(dataset)
    if not asyncio.run(_tell(user, dataset, connection)):
        say_empty("Nothing is set aside; nothing is to do.")


async def _tell(username: str, dataset: str | None, connection_id: int | None) -> int:
    """Print them page by page; returns how many."""
    told, after = 0, None
    async with opened_database() as (_, database):
        owner = await find_user(database, username)
        while True:
            async with database.tenant(owner.tenant_id, write=False) as tx:
                chosen = await connections.chosen(tx, connection_id)
                page = await listed(tx, chosen.id, dataset=dataset, limit=_AT_ONCE, after=after)
            for row in page:
                typer.echo(_told(row))
            told += len(page)
            if len(page) < _AT_ONCE:
                return told
            after = Place(page[-1].dataset, page[-1].odoo_id, page[-1].field)


def _told(row: Row[Any]) -> str:
    place = (row.odoo_id, row.field) if row.odoo_id is not None else ("field", row.field)
    where = " ".join(str(one) for one in place if one != "")
    when = f"{iso(row.first_at)} to {iso(row.last_at)}"
    what = f"connection {row.connection_id}  {row.dataset} {where}"
    return f"{what}: {row.error_code}, {when}. {row.reason}"
