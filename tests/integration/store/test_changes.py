from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from odoosync.accounts.tables import tenants
from odoosync.db import Database, open_database
from odoosync.migrations import upgrade
from odoosync.migrations.after_restore import revoke_restored
from odoosync.store import comparing, deletion, writing
from odoosync.store.changes import (
    START,
    Change,
    NoPosition,
    Position,
    horizon,
    read_changes,
)
from odoosync.store.rows import Row, encode
from odoosync.store.tables import records

TENANT = 1
NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def row(odoo_id: int, name: str = "Anna", written: str = "2026-01-01T00:00:00Z") -> Row:
    data = {"name": name, "write_date": written}
    return Row(odoo_id, data, name=name, search=name.lower(), write_date=written)


async def store(database: Database, *rows: Row, connection_id: int = 7) -> None:
    async with database.tenant(TENANT) as tx:
        page = [encode(one) for one in rows]
        await writing.write_page(tx, connection_id, "contacts", page, now=NOW)


async def feed(
    database: Database, after: Position = START, *, connections: tuple[int, ...] = (7,)
) -> list[Change]:
    async with database.tenant(TENANT, write=False) as tx:
        return await read_changes(tx, after, connection_ids=connections, datasets=None, limit=1_000)


def shown(changes: list[Change]) -> list[tuple[str, int]]:
    return [(change.kind, change.record.odoo_id) for change in changes]


async def test_rows_stand_in_the_order_in_which_they_were_stored(database: Database) -> None:
    await store(database, row(3), row(1))
    await store(database, row(2))
    assert shown(await feed(database)) == [("created", 3), ("created", 1), ("created", 2)]


async def test_who_reads_on_sees_what_changed_since(database: Database) -> None:
    await store(database, row(1), row(2))
    reached = (await feed(database))[-1].position
    await store(database, row(1, "Berta"), row(2))
    assert shown(await feed(database, reached)) == [("updated", 1)]


async def test_a_new_date_alone_is_no_change(database: Database) -> None:
    await store(database, row(1))
    reached = (await feed(database))[-1].position
    await store(database, row(1, written="2026-01-02T00:00:00Z"))
    assert await feed(database, reached) == []


async def test_rows_that_are_mended_are_changed_whatever_their_hashes_say(
    database: Database,
) -> None:
    rows = [row(number) for number in range(600)]
    await store(database, *rows)
    reached = (await feed(database))[-1].position
    async with database.tenant(TENANT) as tx:
        await tx.execute(tx.update(records).values(name="Damaged"))
        await comparing.put_whole(tx, 7, "contacts", rows, now=LATER)
    assert shown(await feed(database, reached)) == [("updated", number) for number in range(600)]


async def test_deleted_and_hidden_rows_are_told_apart(database: Database) -> None:
    await store(database, row(1), row(2), row(3))
    reached = (await feed(database))[-1].position
    async with database.tenant(TENANT) as tx:
        await deletion.mark_deleted(tx, 7, "contacts", [3, 1], LATER)
        await deletion.mark_unreachable(tx, 7, "contacts", [2], LATER)
    changes = await feed(database, reached)
    assert sorted(shown(changes)) == [("deleted", 1), ("deleted", 3), ("hidden", 2)]
    assert len({change.position for change in changes}) == 3


async def test_a_row_that_returns_is_updated(database: Database) -> None:
    await store(database, row(1))
    async with database.tenant(TENANT) as tx:
        await deletion.mark_deleted(tx, 7, "contacts", [1], LATER)
    reached = (await feed(database))[-1].position
    await store(database, row(1))
    assert shown(await feed(database, reached)) == [("updated", 1)]


async def test_other_connections_are_left_out(database: Database) -> None:
    await store(database, row(1))
    await store(database, row(2), connection_id=8)
    assert shown(await feed(database, connections=(8,))) == [("created", 2)]
    assert await feed(database, connections=()) == []


async def test_nothing_is_skipped_while_an_earlier_writer_is_still_busy(
    database: Database,
) -> None:
    if database.dialect == "sqlite":
        await store(database, row(1))
        assert len(await feed(database)) == 1
        return
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with database.tenant(TENANT) as tx:
            await writing.write_page(tx, 7, "contacts", [encode(row(1))], now=NOW)
            begun.set()
            await go_on.wait()

    writer = asyncio.create_task(slow())
    await begun.wait()
    await store(database, row(2))
    early = await feed(database)
    go_on.set()
    await writer
    reached = early[-1].position if early else START
    assert {1, 2} == {change.record.odoo_id for change in [*early, *await feed(database, reached)]}


@asynccontextmanager
async def writing_by_hand(database: Database) -> AsyncIterator[Callable[[Row], Awaitable[None]]]:
    """Open a transaction that writes when it is told to, and commits at the end of the block."""
    async with database.tenant(TENANT) as tx:

        async def write(one: Row) -> None:
            await writing.write_page(tx, 7, "contacts", [encode(one)], now=NOW)

        yield write


async def test_writers_whose_transactions_interleave_leave_no_gap(postgres_url: str) -> None:
    database = open_database(postgres_url)
    seen: list[int] = []
    reached = START

    async def read_on() -> None:
        nonlocal reached
        for change in await feed(database, reached):
            seen.append(change.record.odoo_id)
            reached = change.position

    async with writing_by_hand(database) as first:
        await first(row(1))
        async with writing_by_hand(database) as second:
            await second(row(2))
            await first(row(3))
            await second(row(4))
            await read_on()
        await read_on()
        await first(row(5))
        async with writing_by_hand(database) as third:
            await third(row(6))
        await read_on()
        assert seen == []
    await read_on()
    assert sorted(seen) == [1, 2, 3, 4, 5, 6]
    await database.close()


async def test_whoever_goes_on_at_the_horizon_misses_nothing(database: Database) -> None:
    """Readers go on there while writers come and go, and end with all that was written."""
    seen: list[int] = []
    busy = True

    async def read_on() -> None:
        reached = START
        last_look = False
        while not last_look:
            last_look = not busy
            async with database.tenant(TENANT, write=False) as tx:
                beyond = await horizon(tx)
                found = await read_changes(
                    tx, reached, connection_ids=[7], datasets=None, limit=1_000
                )
            seen.extend(change.record.odoo_id for change in found)
            reached = max([reached, beyond, *(change.position for change in found)])
            await asyncio.sleep(0)

    async def write(start: int) -> None:
        for number in range(start, start + 10):
            await store(database, row(number))

    reader = asyncio.create_task(read_on())
    await asyncio.gather(*(write(start) for start in (0, 10, 20, 30)))
    busy = False
    await reader
    assert sorted(seen) == list(range(40))


async def test_the_horizon_lies_before_a_writer_who_is_still_busy(postgres_url: str) -> None:
    database = open_database(postgres_url)
    async with writing_by_hand(database) as write:
        await write(row(1))
        await store(database, row(2))
        async with database.tenant(TENANT, write=False) as tx:
            reached = await horizon(tx)
    assert shown(await feed(database, reached)) == [("created", 1), ("created", 2)]
    await database.close()


async def test_a_copy_restored_on_a_young_server_goes_on_behind_what_it_holds(
    database: Database,
) -> None:
    await store(database, row(1))
    async with database.system() as tx:
        await tx.execute(tenants.insert().values(id=TENANT, name="x", created_at=NOW))
    async with database.tenant(TENANT) as tx:
        await tx.execute(text("UPDATE records SET change_xid = 4000000000000"))
    await asyncio.to_thread(upgrade, database.url)
    reached = (await feed(database))[-1].position
    await store(database, row(2))
    if database.dialect == "postgresql":
        assert shown(await feed(database, reached)) == [("created", 2)]
    assert reached.xid == 4_000_000_000_000


async def test_what_changes_in_a_database_that_was_put_back_lies_beyond_all_that_was_seen(
    database: Database,
) -> None:
    async with database.system() as tx:
        await tx.execute(tenants.insert().values(id=TENANT, name="x", created_at=NOW))
    reached = Position(10**9, 0) if database.dialect == "postgresql" else Position(0, 10**9)
    for number in (1, 2):
        await asyncio.to_thread(
            upgrade, database.url, then=lambda to: revoke_restored(to, None, NOW)
        )
        await store(database, row(number))
        changes = await feed(database, reached)
        assert shown(changes) == [("created", number)]
        reached = changes[-1].position


@pytest.mark.parametrize("written", ["", "-", "a", "1-", "-1", "1-2-3", "9" * 40, "1-9" + "9" * 30])
def test_what_is_no_position_is_refused(written: str) -> None:
    with pytest.raises(NoPosition):
        Position.read(written)


def test_a_position_is_read_as_it_is_written() -> None:
    for position in (START, Position(0, 12), Position(77, 3)):
        assert Position.read(str(position)) == position
