from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from odoosync.accounts import Accounts, audit
from odoosync.accounts.audit import OPERATOR
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.errors import WrongCredentials
from odoosync.accounts.sessions import sign_in
from odoosync.accounts.tables import audit_trail
from odoosync.accounts.users import create_user, delete_user
from odoosync.db import Database, Tx, open_database
from people import NOW, PASSWORD, actions

pytestmark = pytest.mark.dialect

HERE = "192.0.2.1"


async def _entries(accounts: Accounts) -> list[Any]:
    await accounts.background.drain()
    async with accounts.database.system(write=False) as tx:
        return list(await tx.all(select(audit_trail).order_by(audit_trail.c.id)))


async def _refuse(accounts: Accounts, username: str) -> None:
    with pytest.raises(WrongCredentials):
        await sign_in(accounts, username, "wrong_password", address=HERE)


async def test_an_entry_tells_who_from_where_and_by_what(accounts: Accounts, anna: User) -> None:
    await sign_in(accounts, "anna", PASSWORD, address=HERE)
    made, started = await _entries(accounts)
    assert (made.kind, made.via, made.detail["username"]) == ("user.created", "command", "anna")
    assert (started.kind, started.via, started.address) == ("session.started", "password", HERE)
    assert (started.user_id, started.actor, started.at) == (anna.id, "anna", accounts.clock())


async def test_a_refused_name_that_nobody_has_belongs_to_no_tenant_and_is_not_kept(
    accounts: Accounts,
) -> None:
    await _refuse(accounts, "my_password_by_mistake")
    (entry,) = await _entries(accounts)
    assert (entry.tenant_id, entry.kind, entry.address) == (None, "session.refused", HERE)
    assert "mistake" not in repr(entry)


async def test_an_entry_without_a_tenant_is_shown_to_no_tenant(
    accounts: Accounts, anna: User
) -> None:
    await _refuse(accounts, "nobody")
    assert await actions(accounts, anna) == ["user.created"]


async def test_detail_that_a_secret_slipped_into_is_masked(
    database: Database, accounts: Accounts, anna: User
) -> None:
    async with database.tenant(anna.tenant_id) as tx:
        at, detail = accounts.clock(), {"odoo_password": "hunter2"}
        await audit.record(tx, "credentials.set", OPERATOR, at=at, detail=detail)
    assert (await _entries(accounts))[-1].detail == {"odoo_password": "********"}


async def test_an_act_that_fails_leaves_no_entry(database: Database, anna: User) -> None:
    async def act() -> None:
        async with database.tenant(anna.tenant_id) as tx:
            await audit.record(tx, "credentials.set", OPERATOR, at=anna.created_at)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await act()
    async with database.tenant(anna.tenant_id) as tx:
        assert len(await tx.all(tx.select(audit_trail))) == 1


async def _execute(door: AbstractAsyncContextManager[Tx], statement: Any) -> None:
    async with door as tx:
        await tx.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        update(audit_trail).values(kind="session.ended"),
        delete(audit_trail),
        delete(audit_trail).where(audit_trail.c.at < text("'2999-01-01'")),
    ],
    ids=["update", "delete", "delete some"],
)
async def test_no_door_changes_or_deletes_an_entry(
    database: Database, anna: User, statement: Any
) -> None:
    own = statement.where(audit_trail.c.tenant_id == anna.tenant_id)
    for door in (database.tenant(anna.tenant_id), database.system()):
        with pytest.raises(DatabaseError, match=r"append-only|permission denied"):
            await _execute(door, own)


async def test_no_entry_is_replaced_by_one_of_the_same_id(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    entry = {"id": 1, "at": NOW, "kind": "x", "via": "none", "detail": {}}
    async with database.system() as tx:
        await tx.execute(insert(audit_trail).values(**entry))
    again = insert(audit_trail).prefix_with("OR REPLACE").values(**entry)
    with pytest.raises(DatabaseError, match="append-only"):
        await _execute(database.system(), again)
    await database.close()


async def test_entries_outlive_their_user_and_are_shown_to_no_later_one(
    accounts: Accounts, anna: User
) -> None:
    await delete_user(accounts, "anna")
    bert = await create_user(accounts, "bert", PASSWORD)
    assert bert.tenant_id != anna.tenant_id
    assert await actions(accounts, bert) == ["user.created"]
    told = [(entry.tenant_id, entry.kind) for entry in await _entries(accounts)]
    assert told[:2] == [(anna.tenant_id, "user.created"), (anna.tenant_id, "user.deleted")]
