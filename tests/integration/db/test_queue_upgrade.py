"""An upgrade from lanes: histories stay, and what was queued or running goes on as runs."""

from __future__ import annotations

from typing import Any, Final

import orjson
import pytest
from alembic import command
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection

from odoosync.clock import utc_now
from odoosync.db import open_database
from odoosync.db.engine import async_url
from odoosync.jobs import run_queue
from odoosync.migrations import upgrade
from odoosync.migrations.upgrade import _config
from odoosync.sync import run_log, runs
from queue_world import claim, run_of

_WHEN: Final = "2026-01-31 12:00:00.000000"
_PAGE: Final = orjson.dumps({"page": 3}).decode()
_LEFT: Final = orjson.dumps({"page": 7}).decode()
_CONNECTION: Final = (
    f"(1, 1, 'c', 'http://odoo', 'db', 'admin', 1, '{{}}', true, '{_WHEN}', '{_WHEN}')"
)
_LANES: Final = (
    f"(1, 1, 'contacts', 3, 3, 1, 2, 'going', 'next', 1000, '{_PAGE}', 2, 'x', 9e11, 'w')",
    "(1, 1, 'products', 1, 1, 0, NULL, NULL, 'asked', 0, NULL, 0, NULL, NULL, NULL)",
    "(1, 1, 'contacts:verify', 1, 1, 0, 1, 'check', NULL, 1000, NULL, 0, NULL, NULL, NULL)",
    "(1, 1, 'product_variants', 1, 1, 1, NULL, NULL, NULL, 0, NULL, 0, NULL, NULL, NULL)",
)
_RUNS: Final = (
    ("past", "contacts", 1, "succeeded", "full", True),
    ("going", "contacts", 2, "running", "incremental", True),
    ("next", "contacts", 3, "queued", "incremental", False),
    ("asked", "products", 1, "queued", "full", False),
    ("check", "contacts:verify", 1, "running", "verify", True),
    ("failed", "product_variants", 1, "failed", "full", True),
)


@pytest.fixture
def old_url(empty_url: str) -> str:
    """A database with lanes: one that runs with the next one queued, one queued, one at rest."""
    engine = create_engine(async_url(empty_url).replace("+aiosqlite", ""))
    with engine.begin() as connection:
        _fill(connection)
    engine.dispose()
    return empty_url


def _fill(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "0023")
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL ROLE odoosync_system"))
    for statement in (
        f"INSERT INTO tenants (id, name, created_at) VALUES (1, 'anna', '{_WHEN}')",
        (
            "INSERT INTO connections (tenant_id, id, name, odoo_url, odoo_database, odoo_username,"
            " secret_version, extra_fields, is_active, created_at, updated_at) VALUES"
            f" {_CONNECTION}"
        ),
        *(
            "INSERT INTO runs (tenant_id, id, connection_id, dataset, generation, status, mode,"
            f" trigger, created_at, started_at) VALUES (1, '{name}', 1, '{dataset}', {number},"
            f" '{status}', '{mode}', 'api', '{_WHEN}', {repr(_WHEN) if begun else 'NULL'})"
            for name, dataset, number, status, mode, begun in _RUNS
        ),
        (
            "INSERT INTO run_log (tenant_id, run_id, seq, at, level, message, fields)"
            f" VALUES (1, 'going', 1, '{_WHEN}', 'info', 'told', '{{}}')"
        ),
        *(
            "INSERT INTO lanes (tenant_id, connection_id, dataset, asked, want, done, running_gen,"
            " run_id, queued_run_id, started_at, checkpoint, attempts, failed_with, lease_until,"
            f" worker_id) VALUES {lane}"
            for lane in _LANES
        ),
        (
            "INSERT INTO cursors (tenant_id, connection_id, dataset, unfinished)"
            f" VALUES (1, 1, 'product_variants', '{_LEFT}')"
        ),
    ):
        connection.exec_driver_sql(statement)


async def _upgraded(url: str) -> Any:
    upgrade(url)
    return open_database(url)


async def test_what_ran_goes_on_from_its_checkpoint_under_a_new_fence(old_url: str) -> None:
    database = await _upgraded(old_url)
    (going,) = [held for held in await claim(database) if held.run_id == "going"]
    assert (going.checkpoint, going.failures, going.failed_with) == ({"page": 3}, 2, "x")
    assert going.stalled_s > 0
    await database.close()


async def test_what_was_queued_is_queued_and_begins_in_its_turn(old_url: str) -> None:
    database = await _upgraded(old_url)
    taken = await claim(database)
    assert {held.run_id for held in taken} == {"going", "asked", "check"}
    (going,) = [held for held in taken if held.run_id == "going"]
    async with database.tenant(1) as tx:
        await runs.finish(tx, going, "succeeded", utc_now())
    assert [held.run_id for held in await claim(database)] == ["next"]
    await database.close()


async def test_a_verification_is_one_of_its_dataset(old_url: str) -> None:
    database = await _upgraded(old_url)
    check = await run_of(database, "check")
    assert (check.dataset, check.kind, check.server) == ("contacts", "verify", "http://odoo")
    await database.close()


async def test_the_history_stays_with_its_log_and_where_a_failed_run_came_to(old_url: str) -> None:
    database = await _upgraded(old_url)
    async with database.tenant(1, write=False) as tx:
        left = await runs.last_checkpoint(tx, 1, "product_variants")
        past = await runs.last_success(tx, 1, "contacts", "sync")
        lines = await run_log.lines_of(tx, "going")
    assert (left, past and past.id, [line.message for line in lines]) == (
        {"page": 7},
        "past",
        ["told"],
    )
    await database.close()


async def test_the_next_run_has_the_next_number(old_url: str) -> None:
    database = await _upgraded(old_url)
    history = {"mode": "full", "trigger": "api", "created_at": utc_now()}
    async with database.tenant(1) as tx:
        wish = await run_queue.enqueue(
            tx, 1, "product_variants", "sync", server="http://odoo", values=history
        )
    assert (await run_of(database, wish.run_id)).number == 2
    await database.close()
