from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from odoosync.accounts.tables import tenants
from odoosync.cli.backup import backup, restore
from odoosync.db import Database, open_database
from odoosync.jobs.errors import LeaseLost
from odoosync.migrations import upgrade
from odoosync.migrations.after_restore import revoke_restored
from odoosync.store.changes import START, Change, Position, read_changes
from pages import NOW, row, write
from queue_world import advance, ask, claim_one, populate

TENANT = 1


async def _feed(database: Database, after: Position = START) -> list[Change]:
    async with database.tenant(TENANT, write=False) as tx:
        return await read_changes(tx, after, connection_ids=[7], datasets=None, limit=100)


async def test_a_reader_of_changes_who_is_ahead_of_a_restored_backup_misses_nothing(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ODOOSYNC_DATABASE_URL", sqlite_url)
    database, file = open_database(sqlite_url), tmp_path / "backup"
    async with database.system() as tx:
        await tx.execute(tenants.insert().values(id=TENANT, name="x", created_at=NOW))
    await write(database, [row(1, name="Anna")])
    await asyncio.to_thread(backup, file)
    await write(database, [row(2, name="Bert"), row(3, name="Carl")])
    reached = (await _feed(database))[-1].position
    for again in (1, 2):
        restore(file, yes=True)
        await write(database, [row(4, name=f"Dora {again}")])
        changes = await _feed(database, reached)
        assert [change.record.odoo_id for change in changes] == [4]
        reached = changes[-1].position
    await database.close()


async def test_a_run_that_goes_on_while_its_database_is_put_back_begins_anew_where_that_is(
    database: Database,
) -> None:
    (connection,) = await populate(database, [TENANT])
    await ask(database, connection)
    held = await claim_one(database)
    await advance(database, held, {"page": 1})
    await asyncio.to_thread(upgrade, database.url, then=lambda to: revoke_restored(to, None, NOW))
    with pytest.raises(LeaseLost):
        await advance(database, held, {"page": 9})
    again = await claim_one(database)
    assert (again.run_id, again.checkpoint, again.failures) == (held.run_id, {"page": 1}, 0)


async def test_no_fence_that_was_given_after_a_backup_is_given_again(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ODOOSYNC_DATABASE_URL", sqlite_url)
    database, file = open_database(sqlite_url), tmp_path / "backup"
    (connection,) = await populate(database, [TENANT])
    await ask(database, connection)
    await asyncio.to_thread(backup, file)
    held = await claim_one(database)
    restore(file, yes=True)
    again = await claim_one(database)
    await database.close()
    assert again.fence > held.fence
