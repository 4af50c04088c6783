"""What readers of the change feed see of a connection that was deleted and restored."""

from __future__ import annotations

from typing import Any

import pytest

from copies import ANNA, BERT, keep
from integration.connections.calling import CONNECTIONS, Calls
from odoo_sandbox import SandboxServer
from odoosync.accounts.cross_tenant import User
from odoosync.connections import returning
from odoosync.connections.returning import tell_returned
from odoosync.db import Database

pytestmark = pytest.mark.dialect

PASSWORD = {"odoo_password": "admin"}


async def _changes(calls: Calls, after: str = "0") -> tuple[list[tuple[int, int]], str]:
    """Return whose which rows changed, and where to go on."""
    feed: Any = await calls.ok("GET", f"/api/v1/changes?after={after}")
    items = feed["items"]
    told = [(one["connection_id"], one["record"]["odoo_id"]) for one in items]
    return told, str(feed["next_after"])


@pytest.fixture
async def both(
    calls: Calls, database: Database, anna: User, other: SandboxServer
) -> tuple[int, int]:
    """Two connections with rows; the second is deleted."""
    first, second = await calls.create(), await calls.create(odoo_url=other.url)
    await keep(database, anna.tenant_id, second["id"], {1: ANNA, 2: BERT, 3: ANNA})
    await calls.ok("DELETE", f"{CONNECTIONS}/{second['id']}")
    await keep(database, anna.tenant_id, first["id"], {7: ANNA})
    return first["id"], second["id"]


async def test_a_reader_who_went_on_while_it_was_deleted_sees_all_its_rows_once_it_is_back(
    calls: Calls, database: Database, both: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returning, "AT_ONCE", 2)
    first, second = both
    told, reached = await _changes(calls)
    assert told == [(first, 7)]
    await calls.act(second, "restore", PASSWORD)
    await tell_returned(database)
    told, reached = await _changes(calls, reached)
    assert told == [(second, 1), (second, 2), (second, 3)]
    await tell_returned(database)
    assert await _changes(calls, reached) == ([], reached)


async def test_other_connections_are_not_told_anew(
    calls: Calls, database: Database, both: tuple[int, int]
) -> None:
    _, second = both
    await calls.act(second, "restore", PASSWORD)
    await tell_returned(database)
    told, _ = await _changes(calls)
    assert len(told) == 4


async def test_credentials_of_what_was_not_deleted_tell_nothing_anew(
    calls: Calls, database: Database, both: tuple[int, int]
) -> None:
    first, _ = both
    _, reached = await _changes(calls)
    await calls.ok("PUT", f"{CONNECTIONS}/{first}/credentials", PASSWORD)
    await tell_returned(database)
    assert await _changes(calls, reached) == ([], reached)
