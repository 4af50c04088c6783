"""Pages of the runs' history, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row

from odoosync.api.errors import BadCursor
from odoosync.api.reading.cursor import read_cursor, write_cursor
from odoosync.api.reading.errors import BadLimit
from odoosync.api.reading.listing import LARGEST_PAGE
from odoosync.clock import iso
from odoosync.connections import store as connections
from odoosync.db import Database, Tx
from odoosync.event_loop import paced
from odoosync.sync import run_log, runs
from odoosync.sync.run_view import run_view

_LOG: Final = "runs"


@dataclass(frozen=True, slots=True)
class RunPage:
    """Runs as every surface shows them."""

    items: list[dict[str, Any]]
    next_cursor: str | None


async def list_runs(
    database: Database,
    tenant_id: int,
    wanted: runs.RunFilter,
    *,
    limit: int,
    cursor: str | None = None,
) -> RunPage:
    """Return one page. Raises BadLimit, BadCursor, NoConnection."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise BadLimit(LARGEST_PAGE)
    before = _read_cursor(cursor)
    async with database.tenant(tenant_id, write=False) as tx:
        await check_connection(tx, wanted)
        found = await runs.newest(tx, wanted, limit=limit + 1, before=before)
    shown = found[:limit]
    more = len(found) > limit
    items = [run_view(run) async for run in paced(shown)]
    return RunPage(items, _write_cursor(shown[-1]) if more else None)


async def check_connection(tx: Tx, wanted: runs.RunFilter) -> None:
    """Raise NoConnection for one that is not the tenant's; a deleted one has a history still."""
    if wanted.connection_id is not None:
        await connections.get(tx, wanted.connection_id, include_deleted=True)


async def run_lines(database: Database, tenant_id: int, run_id: str) -> list[dict[str, Any]]:
    """Return the notable log lines of a run, oldest first. Raises NoRun."""
    async with database.tenant(tenant_id, write=False) as tx:
        await runs.get(tx, run_id)
        lines = await run_log.lines_of(tx, run_id)
    return [
        {"at": iso(line.at), "level": line.level, "message": line.message, "fields": line.fields}
        for line in lines
    ]


def _write_cursor(run: Row[Any]) -> str:
    return write_cursor(_LOG, run.created_at.isoformat(), run.id)


def _read_cursor(cursor: str | None) -> tuple[datetime, str] | None:
    values = read_cursor(_LOG, cursor, str, str)
    if values is None:
        return None
    moment, run_id = values
    try:
        parsed = datetime.fromisoformat(moment)
        if parsed.tzinfo is None:
            raise BadCursor
        return parsed.astimezone(UTC), run_id
    except (ValueError, OverflowError) as error:
        raise BadCursor from error
