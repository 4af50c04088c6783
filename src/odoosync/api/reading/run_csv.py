"""The history as CSV: a line a run, newest first, streamed page by page.

No cell begins like a formula: whoever opens the file in a spreadsheet runs nothing that an Odoo, or
a person, wrote into a text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

import orjson

from odoosync.db import Database
from odoosync.sync import runs
from odoosync.sync.run_view import run_view
from odoosync.sync.runs import COUNTS, RunFilter

COLUMNS: Final = (
    "id",
    "connection_id",
    "dataset",
    "kind",
    "status",
    "mode",
    "trigger",
    "requested_by",
    "requested_name",
    "created_at",
    "started_at",
    "finished_at",
    "duration",
    "copy_age",
    "total",
    *COUNTS,
    "changed",
    "attempts",
    "odoo_login",
    "odoo_version",
    "window_low",
    "window_high",
    "drift",
    "truth",
    "detail",
    "error_code",
    "error",
    "note",
)
_LIKE_A_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - spreadsheets take these, too
_AT_ONCE: Final = 200


def safe(value: Any) -> Any:
    """Return what a cell holds: text that a spreadsheet could take for a formula gets a quote."""
    if isinstance(value, list | dict):
        value = orjson.dumps(value).decode()
    if isinstance(value, str) and value.startswith(_LIKE_A_FORMULA):
        return f"'{value}"
    return value


async def csv_lines(
    database: Database, tenant_id: int, wanted: RunFilter, *, most: int | None = None
) -> AsyncIterator[str]:
    """Yield the header, then lines, some hundred runs at once; no transaction is held between."""
    yield _rendered([COLUMNS])
    before = None
    told = 0
    while most is None or told < most:
        limit = _AT_ONCE if most is None else min(_AT_ONCE, most - told)
        async with database.tenant(tenant_id, write=False) as tx:
            page = await runs.newest(tx, wanted, limit=limit, before=before)
        if page:
            views = [run_view(run) for run in page]
            yield _rendered([[safe(view[name]) for name in COLUMNS] for view in views])
            before = (page[-1].created_at, page[-1].id)
        told += len(page)
        if len(page) < limit:
            return


def _rendered(rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
