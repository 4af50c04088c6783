"""`odoosync audit`: the audit trail, a line an entry, newest first."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import orjson
import typer
from sqlalchemy import Row

from odoosync.accounts.audit_query import AuditFilter
from odoosync.accounts.users import find_user
from odoosync.api.reading.audit import entry_view, newest_entries
from odoosync.api.reading.moments import read_moment
from odoosync.cli.listing import show_list
from odoosync.cli.opening import opened_database
from odoosync.cli.options import OrAll


def audit(
    user: Annotated[str | None, typer.Option(help="Whose; everybody's when left out.")] = None,
    kind: Annotated[
        str | None, typer.Option(help="Such as session.started, or all of session.")
    ] = None,
    connection: OrAll = None,
    since: Annotated[str | None, typer.Option(help="From this day or moment on.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this day or moment.")] = None,
    *,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=100_000)] = 50,
    json: Annotated[bool, typer.Option("--json", help="A JSON object a line.")] = False,
) -> None:
    """Show who did what, when and from where, newest first."""
    wanted = AuditFilter(kind, connection, read_moment("since", since), read_moment("until", until))
    views = map(entry_view, asyncio.run(_entries(user, wanted, limit)))
    show_list(
        (orjson.dumps(view).decode() if json else _line_of(view) for view in views),
        if_empty="No entry matches. Leave options out to see more."
        if wanted != AuditFilter()
        else "No entries yet. What people and commands do is written down here.",
    )


async def _entries(username: str | None, wanted: AuditFilter, limit: int) -> list[Row[Any]]:
    async with opened_database() as (_, database):
        tenant_id = None
        if username is not None:
            tenant_id = (await find_user(database, username)).tenant_id
        return await newest_entries(database, tenant_id, wanted, limit=limit)


def _line_of(view: dict[str, Any]) -> str:
    who = f"{view['actor'] or '-'} ({view['via']}{', ' if view['address'] else ''}"
    about = {name: view[name] for name in ("connection_id", "run_id", "odoo_login") if view[name]}
    told = " ".join(f"{name}={value}" for name, value in (about | view["detail"]).items())
    return f"{view['at']}  {view['kind']:<24}  {who}{view['address'] or ''})  {told}".rstrip()
