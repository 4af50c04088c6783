"""Kill -9 again and again in the middle of large syncs: nothing lost, nothing doubled."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from service import running_service
from siege import EQUAL, Siege, difference
from watched_odoo import WatchedOdoo

SEED = 7
KILLS, ROWS, PAGE, PAGE_S = 5, 3_000, 250, 0.12
SOAK_KILLS, SOAK_ROWS, SOAK_PAGE_S = 100, 50_000, 0.25
PAGES_WITHIN = 12
"""A blow falls before that many pages are there."""
ON_HAND = 2
"""One page is stored while the next one is asked for, however slow either is."""


@pytest.fixture
def siege(tmp_path: Path, database_url: str, request: pytest.FixtureRequest) -> Iterator[Siege]:
    soak = request.config.getoption("--soak")
    with (
        WatchedOdoo(tmp_path, SOAK_ROWS if soak else ROWS) as odoo,
        running_service(
            tmp_path,
            database_url,
            ODOOSYNC_DEFAULT_ODOO_URL=odoo.url,
            ODOOSYNC_LOG_LEVEL="info",
        ) as service,
        service.signed_in("somebody") as caller,
    ):
        odoo.slow(SOAK_PAGE_S if soak else PAGE_S)
        besieged = Siege(service, odoo, caller, random.Random(SEED))
        if not soak:
            besieged.prefer(page_size=PAGE)
        yield besieged


def test_killed_again_and_again_a_sync_loses_and_doubles_nothing(
    siege: Siege, request: pytest.FixtureRequest
) -> None:
    soak = request.config.getoption("--soak")
    kills, page_s = (SOAK_KILLS, SOAK_PAGE_S) if soak else (KILLS, PAGE_S)
    runs = siege.suffer(kills, within=PAGES_WITHIN * page_s)
    print(f"\n{siege.cost()}")  # noqa: T201 - figures for `-s`
    total = siege.total
    assert {run["status"] for run in runs} == {"succeeded"}
    assert [run["fetched"] for run in runs] == [total] * len(runs)
    assert [run["created"] + run["unchanged"] for run in runs] == [total] * len(runs)
    assert (runs[0]["created"], runs[0]["updated"]) == (total, 0)
    assert difference(siege) == EQUAL
    assert_cheap(siege, rows_needed=total * len(runs))


def assert_cheap(siege: Siege, *, rows_needed: int) -> None:
    """Odoo reads at most the pages on hand twice, and for no other reason than a kill."""
    cost = siege.cost()
    assert siege.served() == rows_needed + sum(cost.rows)
    assert max(cost.pages) <= ON_HAND
