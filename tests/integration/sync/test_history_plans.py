"""What is asked of the history goes along an index, however long the history is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select, text

from copies import NOW
from odoosync.db import Database, Tx
from odoosync.jobs.tables import runs
from odoosync.sync.runs import RunFilter, newest_statement
from queue_world import populate


@pytest.fixture
async def connection(database: Database) -> int:
    """One of many connections of a tenant; each has a history, and the planner knows it."""
    made = await populate(database, [1] * 20)
    usual = {"tenant_id": 1, "dataset": "contacts", "mode": "full", "trigger": "test"}
    rows = [
        usual
        | {
            "id": f"{one}-{number}",
            "connection_id": one,
            "number": number,
            "status": "succeeded",
            "created_at": NOW + timedelta(minutes=number),
        }
        for one in made
        for number in range(200)
    ]
    async with database.system() as tx:
        await tx.execute(runs.insert(), rows)
    async with database.engine.connect() as plain:
        if database.dialect == "postgresql":
            await plain.exec_driver_sql("RESET ROLE")
        await plain.exec_driver_sql("ANALYZE runs")
        await plain.commit()
    return made[0]


async def _plan(tx: Tx, statement: Select[Any]) -> str:
    """Return how the database would go about it."""
    compiled = statement.compile(
        dialect=tx.connection.dialect, compile_kwargs={"literal_binds": True}
    )
    word = "EXPLAIN" if tx.dialect == "postgresql" else "EXPLAIN QUERY PLAN"
    rows = (await tx.connection.execute(text(f"{word} {compiled}".replace(":", r"\:")))).all()
    return "\n".join(str(tuple(row)) for row in rows)


@pytest.mark.parametrize("wanted", [{}, {"status": "succeeded"}, {"dataset": "contacts"}])
async def test_the_newest_runs_of_one_connection_are_found_by_its_own_index(
    database: Database, connection: int, wanted: dict[str, str]
) -> None:
    async with database.tenant(1, write=False) as tx:
        asked = RunFilter(connection_id=connection, **wanted)  # type: ignore[arg-type]
        plan = await _plan(tx, newest_statement(tx, asked, limit=1))
    assert "ix_runs_connection_id_created_at" in plan, plan
