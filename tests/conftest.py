"""Fixtures that all tiers may use, what CI leaves out, and the order.

What only shows what others have read or written runs on SQLite alone, but for what is marked
`dialect`: there filters, cursors, locks or policies differ between the databases.

Tests are handed to the workers one by one, in this order: what takes longest must not come last.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, zip_longest
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from databases import (
    database,
    database_url,
    empty_url,
    loops_only,
    postgres_server,
    postgres_template,
    postgres_url,
    shared_postgres,
    sqlite_template,
    sqlite_url,
)

__all__ = [
    "database",
    "database_url",
    "empty_url",
    "loops_only",
    "postgres_server",
    "postgres_template",
    "postgres_url",
    "shared_postgres",
    "sqlite_template",
    "sqlite_url",
]


@pytest.fixture
def public_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have loopback told of as a public address is: what fails there is told in its own words."""
    monkeypatch.setattr("odoosync.addresses.sockets.is_public", lambda _address: True)


ROOT = Path(__file__).parent
SURFACES = (
    *("integration/api/", "integration/connections/", "integration/accounts/"),
    "integration/notifications/",
    *(f"acceptance/test_{name}" for name in ("openapi", "commands", "questions", "mail")),
    *(f"acceptance/test_{name}" for name in ("webhooks", "json2", "neighbours", "unfinished")),
)
LONG = (
    "test_openapi",
    "test_fuzzing",
    "test_kills",
    "test_kills_at_stages",
    "test_verify_fuzzing",
    "test_outages",
    "test_a_day",
    "test_survival",
    "test_worker_chaos",
    "test_machines",
)
"""The files whose tests take more than ten seconds, but for those of the acceptance tests' shared
service: it runs until the end, so what needs it comes late."""


settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--soak", action="store_true", help="Thousands of examples, hundreds of kills: takes hours."
    )
    parser.addoption(
        "--both",
        action="store_true",
        help="All on PostgreSQL, too, what is the same there as well.",
    )


def _is_the_same_on_sqlite(item: pytest.Item) -> bool:
    """Tell a test on PostgreSQL which is the same one on SQLite."""
    callspec = getattr(item, "callspec", None)
    on_postgresql = callspec is not None and "postgresql" in callspec.params.values()
    place = item.path.relative_to(ROOT).as_posix()
    return on_postgresql and place.startswith(SURFACES) and not item.get_closest_marker("dialect")


def _left_out(config: pytest.Config, items: Iterable[pytest.Item]) -> list[pytest.Item]:
    if config.getoption("--soak"):
        return []
    both = config.getoption("--both")
    return [
        item
        for item in items
        if item.get_closest_marker("soak") or (not both and _is_the_same_on_sqlite(item))
    ]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put long tests first, one of each file in turn: some compute while others wait."""
    left_out = _left_out(config, items)
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]
    long: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.path.stem in LONG:
            long[item.path.stem].append(item)
    piles = [long[stem] for stem in LONG]
    dealt = [item for item in chain.from_iterable(zip_longest(*piles)) if item is not None]
    items[:] = dealt + [item for item in items if item.path.stem not in LONG]


def pytest_collection_finish() -> None:
    """Leave what was loaded so far out of every search for garbage to come."""
    gc.collect()
    gc.freeze()
