"""A rival: dlt with an equivalent REST source, into DuckDB, the destination of its own tutorials.

Same questions as ours, paged by id. Lists stay one column, and rows are appended to an empty table,
which is the least that dlt can be asked to do: it keeps neither updates nor deletions that way. It
loads JSON lines, which takes it a fraction of the time of its default, INSERT statements.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt
from dlt.sources.helpers import requests

from benchmarks.asking import Question, question, rows_of
from benchmarks.odoo import Contacts
from benchmarks.processes import Took, carried_out

PAGE = 5_000
_BOOLEANS = frozenset({"active", "is_company"})


def _pages(asked: Question, seen: list[int]) -> Iterator[list[dict[str, Any]]]:
    last, more = 0, True
    with requests.Client().session as session:
        while more:
            answer = session.post(asked.url, data=asked.body(last, PAGE), headers=asked.headers)
            answer.raise_for_status()
            page = rows_of(answer.json())
            seen.append(len(page))
            more = len(page) == PAGE
            last = page[-1]["id"] if page else last
            yield page


def _with_nulls(page: list[dict[str, Any]], kept: frozenset[str]) -> list[dict[str, Any]]:
    """Say null where Odoo says `false` for no value; else dlt makes two columns of such a field."""
    return [
        {
            name: None if value is False and name not in kept else value
            for name, value in row.items()
        }
        for row in page
    ]


def copy(contacts: Contacts, *, nulls: bool = False) -> Took:
    """Extract, normalise and load all contacts once; `nulls`: as who knows Odoo would."""
    seen: list[int] = []
    with tempfile.TemporaryDirectory(prefix="odoosync-bench-") as folder:
        os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
        pipeline = dlt.pipeline(
            "contacts",
            pipelines_dir=folder,
            destination=dlt.destinations.duckdb(str(Path(folder) / "copy.duckdb")),
            dataset_name="odoo",
        )
        pages = _pages(question(contacts), seen)
        if nulls:
            pages = (_with_nulls(page, _BOOLEANS) for page in pages)
        resource = dlt.resource(pages, name="contacts", max_table_nesting=0)
        started = time.perf_counter()
        pipeline.run(resource, write_disposition="append", loader_file_format="jsonl")
        seconds = time.perf_counter() - started
        with pipeline.sql_client() as client:
            stored = client.execute_sql("SELECT count(*) FROM contacts")[0][0]
    return Took(seconds, int(stored), len(seen))


if __name__ == "__main__":
    carried_out(copy)
