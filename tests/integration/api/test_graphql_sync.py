from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

import httpx
import pytest

from odoosync.accounts import Accounts
from odoosync.accounts.api_keys import create_api_key, owner_of
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.sessions import authenticate, sign_in
from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services
from odoosync.sync.service import SyncAnswer, SyncRequest, SyncService
from odoosync.sync.waiting import IsGone, stays
from people import PASSWORD
from queries import Headers, data_of, error_of, post
from served import client_of

SECRET = "hunter2-hunter2"
MUTATION = "mutation { sync_contacts_from_odoo { success message errors } }"


@dataclass
class FakeSync:
    """Answers at once, and remembers what it was asked."""

    answer: SyncAnswer | Exception
    asked: list[tuple[SyncRequest, bool]] = field(default_factory=list)

    async def sync(
        self, request: SyncRequest, *, wait: bool = True, is_gone: IsGone = stays
    ) -> SyncAnswer:
        del is_gone
        self.asked.append((request, wait))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def sync() -> FakeSync:
    run = {"id": "r1", "status": "succeeded", "fetched": 15, "bytes_received": 2**40}
    message = "Successfully synced 15 contacts from Odoo"
    return FakeSync(SyncAnswer(success=True, message=message, run=run))


@pytest.fixture
async def faked(services: Services, sync: FakeSync) -> AsyncIterator[httpx.AsyncClient]:
    faked = replace(services, sync=cast("SyncService", sync))
    async with client_of(create_api(faked, ApiOptions())) as opened:
        yield opened


async def test_a_sync_answers_with_its_run(faked: httpx.AsyncClient, signed_in: Headers) -> None:
    query = """mutation { sync_contacts_from_odoo { success message errors
        run { id status fetched bytes_received finished_at } } }"""
    assert (await data_of(faked, signed_in, query))["sync_contacts_from_odoo"] == {
        "success": True,
        "message": "Successfully synced 15 contacts from Odoo",
        "errors": [],
        "run": {
            "id": "r1",
            "status": "succeeded",
            "fetched": 15,
            "bytes_received": 2**40,
            "finished_at": None,
        },
    }


async def test_arguments_reach_the_sync(
    faked: httpx.AsyncClient, signed_in: Headers, sync: FakeSync, anna: User
) -> None:
    asked: dict[str, tuple[dict[str, Any], bool]] = {
        "sync_contacts_from_odoo": ({"dataset": "contacts"}, True),
        "sync_products_from_odoo(full: true)": ({"dataset": "products", "full": True}, True),
        'sync_from_odoo(dataset: "x", wait: false, connection_id: 7, confirm_deletions: true)': (
            {"dataset": "x", "connection_id": 7, "confirm_deletions": True},
            False,
        ),
    }
    for call in asked:
        await data_of(faked, signed_in, f"mutation {{ {call} {{ success }} }}")
    assert sync.asked == [
        (SyncRequest(tenant_id=anna.tenant_id, user_id=anna.id, **wanted), wait)
        for wanted, wait in asked.values()
    ]


async def test_a_sync_without_credentials_answers_as_the_seed_says(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    sentence = "User has no Odoo credentials configured"
    assert (await data_of(client, signed_in, MUTATION))["sync_contacts_from_odoo"] == {
        "success": False,
        "message": sentence,
        "errors": [sentence],
    }


async def test_somebody_elses_connection_is_not_there(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    query = "mutation { sync_contacts_from_odoo(connection_id: 99) { success } }"
    code, _ = await error_of(client, signed_in, query)
    assert code == "no_connection"


async def test_an_unknown_error_tells_the_caller_nothing(
    faked: httpx.AsyncClient, signed_in: Headers, sync: FakeSync
) -> None:
    sync.answer = RuntimeError(SECRET)
    answer = await post(faked, signed_in, MUTATION)
    assert answer["errors"][0]["extensions"] == {"code": "internal_error"}
    assert SECRET not in str(answer)


async def test_a_key_that_may_only_read_cannot_sync(
    faked: httpx.AsyncClient, accounts: Accounts, anna: User
) -> None:
    grant = await sign_in(accounts, anna.username, PASSWORD, address="192.0.2.1")
    owner = owner_of(await authenticate(accounts, grant.access_token))
    _, plain = await create_api_key(accounts, owner, "reader", frozenset({"read"}), None)
    code, says = await error_of(faked, {"X-API-Key": plain}, MUTATION)
    assert (code, "'sync'" in says) == ("scope_missing", True)
