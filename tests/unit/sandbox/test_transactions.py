"""What PostgreSQL promises about transactions, as far as a sync can notice."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from odoo_sandbox.refusals import SerializationFailure
from odoo_sandbox.world import World


def partner(world: World, **values: Any) -> int:
    made: int = world.execute("res.partner", "create", {"name": "Ada", **values})
    return made


def read(world: World, row_id: int, *fields: str) -> dict[str, Any]:
    (row,) = world.execute("res.partner", "read", [row_id], list(fields))
    assert isinstance(row, dict)
    return row


def test_write_date_is_the_start_of_the_transaction(world: World, clock: Any) -> None:
    with world.transaction() as tx:
        clock.advance(90)
        row_id = world.execute("res.partner", "create", {"name": "Ada"}, tx=tx)
    assert read(world, row_id, "write_date")["write_date"] == "2026-03-01 12:00:00"


def test_nobody_sees_a_row_before_its_commit(world: World) -> None:
    tx = world.transaction()
    row_id = world.execute("res.partner", "create", {"name": "Ada"}, tx=tx)
    assert world.execute("res.partner", "search", [["id", "=", row_id]]) == []
    tx.commit()
    assert world.execute("res.partner", "search", [["id", "=", row_id]]) == [row_id]


def test_a_transaction_sees_its_own_changes(world: World) -> None:
    row_id = partner(world)
    with world.transaction() as tx:
        world.execute("res.partner", "write", [row_id], {"name": "Bo"}, tx=tx)
        found = world.execute("res.partner", "search", [["name", "=", "Bo"]], tx=tx)
    assert found == [row_id]


def test_an_exception_rolls_everything_back(world: World) -> None:
    row_id = partner(world)
    with suppress(RuntimeError), world.transaction() as tx:
        world.execute("res.partner", "write", [row_id], {"name": "Bo"}, tx=tx)
        raise RuntimeError
    assert read(world, row_id, "name")["name"] == "Ada"


def test_ids_are_used_up_by_a_rollback(world: World) -> None:
    tx = world.transaction()
    lost = world.execute("res.partner", "create", {"name": "Ada"}, tx=tx)
    tx.rollback()
    assert partner(world) == lost + 1


def test_a_later_transaction_may_commit_first(world: World, clock: Any) -> None:
    early = world.transaction()
    first = world.execute("res.partner", "create", {"name": "Slow"}, tx=early)
    clock.advance(60)
    second = partner(world)
    early.commit()
    order = "write_date, id"
    found = world.execute("res.partner", "search", [["id", "in", [first, second]]], order=order)
    assert found == [first, second]


def test_two_writers_of_one_row_cannot_both_win(world: World) -> None:
    row_id = partner(world)
    first, second = world.transaction(), world.transaction()
    world.execute("res.partner", "write", [row_id], {"city": "Bern"}, tx=first)
    with pytest.raises(SerializationFailure):
        world.execute("res.partner", "write", [row_id], {"city": "Basel"}, tx=second)


def test_a_row_changed_since_the_start_is_a_conflict(world: World) -> None:
    row_id = partner(world)
    late = world.transaction()
    world.execute("res.partner", "write", [row_id], {"city": "Bern"})
    with pytest.raises(SerializationFailure):
        world.execute("res.partner", "write", [row_id], {"city": "Basel"}, tx=late)


def test_a_lock_is_let_go_at_the_end(world: World) -> None:
    row_id = partner(world)
    first = world.transaction()
    world.execute("res.partner", "write", [row_id], {"city": "Bern"}, tx=first)
    first.rollback()
    world.execute("res.partner", "write", [row_id], {"city": "Basel"})
    assert read(world, row_id, "city")["city"] == "Basel"


def test_tags_and_columns_written_at_once_both_stay(world: World) -> None:
    row_id, tag = partner(world), world.execute("res.partner.category", "create", {"name": "VIP"})
    writer, tagger = world.transaction(), world.transaction()
    world.execute("res.partner", "write", [row_id], {"city": "Bern"}, tx=writer)
    command = {"partner_ids": [[4, row_id]]}
    world.execute("res.partner.category", "write", [tag], command, tx=tagger)
    writer.commit()
    tagger.commit()
    row = read(world, row_id, "city", "category_id")
    assert (row["city"], row["category_id"]) == ("Bern", [tag])


def test_raw_sql_may_leave_write_date_null(world: World) -> None:
    row_id = partner(world)
    with world.transaction() as tx:
        tx.sql_update("res.partner", [row_id], write_date=False)
    assert read(world, row_id, "write_date")["write_date"] is False
    assert world.execute("res.partner", "search", [["write_date", "=", False]]) == [row_id]


def test_raw_sql_forgets_the_stamp(world: World, clock: Any) -> None:
    row_id = partner(world)
    clock.advance(60)
    with world.transaction() as tx:
        tx.sql_update("res.partner", [row_id], city="Bern")
    assert read(world, row_id, "city", "write_date") == {
        "id": row_id,
        "city": "Bern",
        "write_date": "2026-03-01 12:00:00",
    }


def test_a_bulk_write_stamps_all_rows_alike(world: World, clock: Any) -> None:
    ids = world.execute("res.partner", "create", [{"name": f"P{n}"} for n in range(50)])
    clock.advance(5)
    world.execute("res.partner", "write", ids, {"color": 3})
    slot = world.table("res.partner").at["write_date"]
    assert len({world.table("res.partner").rows[one][slot] for one in ids}) == 1


def test_an_sql_delete_cascades_without_a_trace(world: World) -> None:
    template = world.execute("product.template", "create", {"name": "Desk"})
    (variant,) = world.execute("product.product", "search", [["product_tmpl_id", "=", template]])
    with world.transaction() as tx:
        tx.sql_delete("product.template", [template])
    assert world.execute("product.product", "read", [variant], ["name"]) == []


def test_an_sql_delete_of_a_parent_leaves_its_children_unstamped(world: World, clock: Any) -> None:
    parent = partner(world, is_company=True)
    child = partner(world, parent_id=parent)
    clock.advance(60)
    with world.transaction() as tx:
        tx.sql_delete("res.partner", [parent])
    row = read(world, child, "parent_id", "write_date")
    assert (row["parent_id"], row["write_date"]) == (False, "2026-03-01 12:00:00")
