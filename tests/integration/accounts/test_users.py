from __future__ import annotations

import pytest
from sqlalchemy import func, select

from odoosync.accounts import Accounts
from odoosync.accounts.api_keys import (
    Owner,
    authenticate_api_key,
    create_api_key,
    list_api_keys,
)
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.errors import (
    BadPassword,
    SessionNeeded,
    UsernameTaken,
    UserUnknown,
    WrongPassword,
)
from odoosync.accounts.sessions import authenticate, sign_in
from odoosync.accounts.tables import tenants, users
from odoosync.accounts.users import (
    change_password,
    create_user,
    delete_user,
    list_users,
    set_password,
)
from odoosync.connections.tables import connections
from odoosync.db import goes_with_its_tenant
from odoosync.tables import metadata
from people import PASSWORD, actions

pytestmark = pytest.mark.dialect

HERE = "192.0.2.1"


async def test_each_user_gets_a_tenant_of_their_own(accounts: Accounts, anna: User) -> None:
    bert = await create_user(accounts, "bert", PASSWORD, is_admin=True)
    assert bert.tenant_id != anna.tenant_id
    assert [(one.username, one.is_admin) for one in await list_users(accounts)] == [
        ("anna", False),
        ("bert", True),
    ]


async def test_a_name_is_taken_in_any_case(accounts: Accounts, anna: User) -> None:
    del anna
    with pytest.raises(UsernameTaken):
        await create_user(accounts, "ANNA", PASSWORD)
    async with accounts.database.system() as tx:
        assert await tx.scalar(select(func.count()).select_from(tenants)) == 1


async def test_the_database_holds_no_password(accounts: Accounts, anna: User) -> None:
    async with accounts.database.tenant(anna.tenant_id) as tx:
        row = await tx.first(tx.select(users))
    assert row is not None
    assert row.password_hash.startswith("$argon2id$")
    assert PASSWORD not in row.password_hash


async def test_a_user_changes_their_password_by_knowing_it(accounts: Accounts, anna: User) -> None:
    grant = await sign_in(accounts, "anna", PASSWORD, address=HERE)
    caller = await authenticate(accounts, grant.access_token)
    with pytest.raises(WrongPassword):
        await change_password(accounts, caller, "wrong_password", "new_password", address=HERE)
    with pytest.raises(BadPassword):
        await change_password(accounts, caller, PASSWORD, "short", address=HERE)
    await change_password(accounts, caller, PASSWORD, "new_password", address=HERE)
    assert await sign_in(accounts, "anna", "new_password", address=HERE)
    assert "user.password_changed" in await actions(accounts, anna)


async def test_a_changed_password_revokes_ones_own_keys_alone_and_is_audited(
    accounts: Accounts, anna: User
) -> None:
    bert = await create_user(accounts, "bert", PASSWORD)
    mine, theirs = Owner(anna.tenant_id, anna.id), Owner(bert.tenant_id, bert.id)
    for owner, days in ((mine, 1), (mine, None), (theirs, None)):
        await create_api_key(accounts, owner, "k", frozenset({"read"}), days)
    accounts.clock.forward(days=2)  # type: ignore[attr-defined]
    changed = await set_password(accounts, "anna", "another_password", revoke_api_keys=True)
    assert (changed.revoked, changed.living) == (1, [])  # the other one has expired
    assert len(await list_api_keys(accounts, theirs)) == 1
    assert (await actions(accounts, anna))[-2:] == ["user.password_changed", "api_key.revoked"]


async def test_an_api_key_changes_no_password(accounts: Accounts, anna: User) -> None:
    owner = Owner(anna.tenant_id, anna.id)
    _, plain = await create_api_key(accounts, owner, "k", frozenset({"manage"}), None)
    caller = await authenticate_api_key(accounts, plain)
    with pytest.raises(SessionNeeded):
        await change_password(accounts, caller, PASSWORD, "new_password", address=HERE)


async def test_whoever_is_not_there_cannot_be_deleted(accounts: Accounts) -> None:
    for name in ("nobody", "not a name"):
        with pytest.raises(UserUnknown):
            await delete_user(accounts, name)


async def test_deleting_a_user_leaves_no_row_of_theirs_but_the_audit_trail(
    accounts: Accounts, anna: User
) -> None:
    bert = await create_user(accounts, "bert", PASSWORD)
    for one in (anna, bert):
        await _fill(accounts, one)
    await delete_user(accounts, "Anna")
    async with accounts.database.system() as tx:
        for table in metadata.tables.values():
            if goes_with_its_tenant(table):
                left = await tx.all(select(table.c.tenant_id).distinct())
                assert {row.tenant_id for row in left} <= {bert.tenant_id}, table.name
        assert await tx.scalar(select(func.count()).select_from(tenants)) == 1
    assert await sign_in(accounts, "bert", PASSWORD, address=HERE)


async def _fill(accounts: Accounts, user: User) -> None:
    await sign_in(accounts, user.username, PASSWORD, address=HERE)
    await create_api_key(accounts, Owner(user.tenant_id, user.id), "k", frozenset({"read"}), None)
    async with accounts.database.tenant(user.tenant_id) as tx:
        await tx.insert(
            connections,
            {
                "name": "one",
                "odoo_url": "http://odoo",
                "odoo_database": "db",
                "odoo_username": "admin",
                "secret_version": 1,
                "extra_fields": {},
                "is_active": True,
                "created_at": accounts.clock(),
                "updated_at": accounts.clock(),
            },
        )
