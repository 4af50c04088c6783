"""A restored backup brings back no session, key, password or user that was taken away since."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from commands import Run, command
from copies import connect
from integration.notifications.telling import LOOPBACK
from odoosync.accounts import Accounts, audit
from odoosync.accounts.api_keys import (
    Owner,
    authenticate_api_key,
    create_api_key,
    list_api_keys,
    release_api_key,
    revoke_api_key,
)
from odoosync.accounts.audit import OPERATOR
from odoosync.accounts.confirming import begin_link, link_of
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.errors import KeyRests, NotSignedIn, SessionEnded, UserDisabled
from odoosync.accounts.mail_address import store_address
from odoosync.accounts.sessions import authenticate, refresh, sign_in
from odoosync.accounts.users import create_user, delete_user, disable_user, set_password
from odoosync.connections import service as connection_service
from odoosync.connections import store
from odoosync.db import Database
from odoosync.migrations.after_restore import read_newer
from odoosync.notifications.service import WebhookService
from people import NOW, PASSWORD, HeldClock

__all__ = ["command"]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def restored(command: Run, tmp_path: Path) -> Any:
    """Save now; what is called later restores that, and returns what the command said."""
    file = tmp_path / "backup"

    async def restore() -> str:
        return await asyncio.to_thread(command, "restore", str(file), "--yes")

    async def save() -> Any:
        await asyncio.to_thread(command, "backup", str(file))
        return restore

    return save


async def test_sessions_end(accounts: Accounts, anna: User, restored: Any) -> None:
    grant = await sign_in(accounts, anna.username, PASSWORD, address="")
    restore = await restored()
    assert "1 sessions were ended." in await restore()
    with pytest.raises(SessionEnded):
        await authenticate(accounts, grant.access_token)
    with pytest.raises(NotSignedIn):
        await refresh(accounts, grant.refresh_token)


async def test_api_keys_rest_until_each_is_released(
    accounts: Accounts, anna: User, restored: Any
) -> None:
    owner = Owner(anna.tenant_id, anna.id)
    kept, plain = await create_api_key(accounts, owner, "kept", frozenset({"read"}), None)
    gone, leaked = await create_api_key(accounts, owner, "gone", frozenset({"read"}), None)
    restore = await restored()
    await revoke_api_key(accounts, owner, gone.id)
    assert "1 API keys rest" in await restore()
    assert [one.id for one in await list_api_keys(accounts, owner) if one.resting_since] == [
        kept.id
    ]
    with pytest.raises(KeyRests):
        await authenticate_api_key(accounts, plain)
    await release_api_key(accounts, owner, kept.id)
    assert (await authenticate_api_key(accounts, plain)).key_id == kept.id
    with pytest.raises(NotSignedIn, match="not valid"):
        await authenticate_api_key(accounts, leaked)


async def test_links_that_confirm_an_address_end(
    accounts: Accounts, anna: User, restored: Any
) -> None:
    grant = await sign_in(accounts, anna.username, PASSWORD, address="")
    caller = await authenticate(accounts, grant.access_token)
    nonce = await begin_link(accounts, caller, "anna@example.com")
    async with accounts.database.tenant(anna.tenant_id) as tx:
        await store_address(tx, anna.id, "anna@example.com", caller, NOW)
    restore = await restored()
    await restore()
    async with accounts.database.tenant(anna.tenant_id, write=False) as tx:
        key_ring = accounts.tokens.key_ring
        assert await link_of(tx, key_ring, anna.id, nonce, NOW) is None


@pytest.mark.usefixtures("anna")
async def test_who_was_disabled_or_deleted_since_stays_out_and_is_named(
    accounts: Accounts, restored: Any
) -> None:
    await create_user(accounts, "bert", PASSWORD)
    restore = await restored()
    await disable_user(accounts, "anna")
    await delete_user(accounts, "bert")
    assert "or deleted since: anna, bert." in await restore()
    for name in ("anna", "bert"):
        with pytest.raises(UserDisabled):
            await sign_in(accounts, name, PASSWORD, address="")


@pytest.mark.usefixtures("anna")
async def test_an_old_password_stays_old(accounts: Accounts, restored: Any) -> None:
    restore = await restored()
    await set_password(accounts, "anna", "another_password")
    assert "had before this: anna." in await restore()
    await sign_in(accounts, "anna", "another_password", address="")
    with pytest.raises(NotSignedIn):
        await sign_in(accounts, "anna", PASSWORD, address="")


async def test_connections_and_webhooks_that_were_deleted_come_back_paused(
    database: Database, key_ring: Any, clock: HeldClock, anna: User, restored: Any
) -> None:
    made = await connect(database, key_ring, anna.tenant_id)
    owner = connection_service.Owner(anna.tenant_id, OPERATOR)
    hooks = WebhookService(database, key_ring, LOOPBACK, clock, most=20)
    view, _ = await hooks.create(owner, "http://127.0.0.1/hook")
    restore = await restored()
    await hooks.remove(owner, view["id"])
    async with database.tenant(anna.tenant_id) as tx:
        await store.delete(tx, made, NOW, grace=NOW - NOW)
        await audit.record(tx, "connection.deleted", OPERATOR, at=NOW, connection_id=made)
    await restore()
    async with database.tenant(anna.tenant_id, write=False) as tx:
        assert (await store.get(tx, made)).paused_at is not None
    assert (await hooks.show(owner, view["id"]))["paused_at"] is not None


@pytest.mark.usefixtures("anna")
async def test_saving_and_restoring_leave_entries(command: Run, restored: Any) -> None:
    restore = await restored()
    before = await asyncio.to_thread(command, "audit", "--kind", "database", "--json")
    await restore()
    after = await asyncio.to_thread(command, "audit", "--kind", "database", "--json")
    (saved,), (entry,) = map(str.splitlines, (before, after))
    assert json.loads(saved)["kind"] == "database.saved"
    assert (json.loads(entry)["kind"], json.loads(entry)["detail"]["compared"]) == (
        "database.restored",
        True,
    )


async def test_what_other_tools_put_back_is_told_what_to_do_for(
    accounts: Accounts, anna: User, command: Run
) -> None:
    grant = await sign_in(accounts, anna.username, PASSWORD, address="")
    told = await asyncio.to_thread(command, "db", "upgrade", "--after-restore")
    assert "cannot be known: look at `odoosync user list`" in told
    with pytest.raises(SessionEnded):
        await authenticate(accounts, grant.access_token)


def test_a_file_that_cannot_be_read_is_compared_with_nothing(tmp_path: Path) -> None:
    (tmp_path / "damaged").write_bytes(b"nonsense" * 1000)
    assert read_newer(tmp_path / "damaged") is None
