"""A stored password is sent where it was stored for, whatever the database says afterwards."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from commands import Run
from integration.connections.calling import ADMIN, ADMIN_OPTIONS, CONNECTIONS, PROFILE, Calls
from odoo_sandbox import SandboxServer
from odoosync.connections.tables import connections
from odoosync.crypto import KeyRing, Secret, new_key_ring, parse_key_ring
from odoosync.db import Database, open_database

pytestmark = pytest.mark.dialect


async def edit(database: Database, **values: Any) -> None:
    async with database.system() as tx:
        await tx.execute(update(connections).values(**values))


async def sealed(database: Database) -> list[str]:
    async with database.system(write=False) as tx:
        return [row.sealed_secret for row in await tx.all(select(connections))]


async def seal_as_before(database: Database, ring: KeyRing) -> None:
    """Seal the password as versions did that bound it to its row alone."""
    async with database.system(write=False) as tx:
        (row,) = await tx.all(select(connections))
    context = f"tenant:{row.tenant_id}/connections:{row.id}/secret"
    await edit(database, sealed_secret="1" + ring.seal(Secret("admin"), context)[1:])


@pytest.mark.parametrize("column", ["odoo_url", "odoo_database", "odoo_username"])
async def test_a_password_whose_row_was_edited_goes_nowhere(
    calls: Calls, database: Database, other: SandboxServer, column: str
) -> None:
    made = await calls.create()
    edited = {"odoo_url": other.url, "odoo_database": "other_db", "odoo_username": "demo"}
    await edit(database, **{column: edited[column]})
    path = f"{CONNECTIONS}/{made['id']}"
    assert (await calls.refused("POST", f"{path}/test"))[1] == "secret_unreadable"
    change = {"extra_fields": {"contacts": ["comment"]}}
    assert (await calls.refused("PATCH", path, change))[1] == "secret_unreadable"
    assert (await calls.refused("GET", PROFILE))[1] == "secret_unreadable"


async def test_another_login_is_sealed_for_itself(calls: Calls) -> None:
    made = await calls.create()
    login = {"odoo_username": "limited", "odoo_password": "limited"}
    await calls.ok("PUT", f"{CONNECTIONS}/{made['id']}/credentials", login)
    await calls.act(made["id"], "test")
    assert (await calls.ok("GET", PROFILE))["odoo_password"] == "limited"


async def test_what_an_older_version_sealed_opens_for_nobody_but_the_operator(
    calls: Calls, database: Database, key_ring: KeyRing, other: SandboxServer
) -> None:
    made = await calls.create()
    await seal_as_before(database, key_ring)
    await edit(database, odoo_url=other.url)
    answer = await calls.ask("POST", f"{CONNECTIONS}/{made['id']}/test")
    assert answer.json()["code"] == "secret_unreadable"
    assert "odoosync keys rotate --old-format" in answer.json()["detail"]


async def test_stored_again_it_is_sealed_in_the_new_way(
    calls: Calls, database: Database, key_ring: KeyRing
) -> None:
    await calls.create()
    await seal_as_before(database, key_ring)
    await calls.ok("POST", PROFILE, ADMIN)
    assert (await calls.ok("GET", PROFILE))["odoo_password"] == "admin"


def ring_of(folder: Path) -> KeyRing:
    return parse_key_ring((folder / "secret_keys").read_text().strip())


async def _seal_as_before(url: str, ring: KeyRing) -> None:
    database = open_database(url)
    await seal_as_before(database, ring)
    await database.close()


@pytest.fixture
def made(of_anna: Run) -> str:
    """The id of a connection that the operator added."""
    return of_anna("add", *ADMIN_OPTIONS, stdin="admin").split()[0]


def test_the_operator_sees_where_old_secrets_go_and_seals_them_anew(
    run: Run, of_anna: Run, made: str, odoo: SandboxServer, database_url: str, tmp_path: Path
) -> None:
    asyncio.run(_seal_as_before(database_url, ring_of(tmp_path / "data")))
    for words in (("keys", "rotate"), ("doctor",)):
        with pytest.raises(SystemExit, match="1"):
            run(*words)
    told = run("keys", "rotate", "--old-format", "--yes")
    line = f"connection {made} of anna: the password of admin in odoo_db goes to {odoo.url}"
    assert (line in told, "sees" in of_anna("test")) == (True, True)
    assert '"keys.rotated"' in run("audit", "--kind", "keys", "--json")
    assert "ok    secrets" in run("doctor")


def test_after_a_rotation_the_older_key_may_go(
    run: Run, of_anna: Run, made: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del made
    older, newest = ring_of(tmp_path / "data"), new_key_ring()
    monkeypatch.setenv("ODOOSYNC_SECRET_KEYS", f"{newest.to_text()},{older.to_text()}")
    assert f"Nothing needs {older.current} any more." in run("keys", "rotate")
    monkeypatch.setenv("ODOOSYNC_SECRET_KEYS", newest.to_text())
    assert "sees" in of_anna("test")
