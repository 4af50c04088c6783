from __future__ import annotations

import httpx
import pytest

from copies import connect
from odoosync.accounts.cross_tenant import User
from odoosync.crypto import KeyRing
from odoosync.db import Database

Headers = dict[str, str]
CONNECTIONS = "/api/v1/connections"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"extra_fields": 5}', b'{"nothing": 1}'])
async def test_somebody_elses_connection_is_absent_whatever_the_body_is(
    client: httpx.AsyncClient, signed_in: Headers, body: bytes
) -> None:
    headers = {**signed_in, "Content-Type": "application/json"}
    answer = await client.patch(f"{CONNECTIONS}/99", headers=headers, content=body)
    assert answer.status_code == 404


async def test_extra_fields_of_an_unknown_dataset_are_refused(
    client: httpx.AsyncClient, signed_in: Headers, database: Database, key_ring: KeyRing, anna: User
) -> None:
    made = await connect(database, key_ring, anna.tenant_id)
    form = {"extra_fields": {"invoices": ["ref"]}}
    answer = await client.patch(f"{CONNECTIONS}/{made}", headers=signed_in, json=form)
    assert answer.status_code == 422
    assert "contacts, products, product_variants" in answer.json()["detail"]


async def test_a_wrong_extra_field_is_told_by_its_own_name(
    client: httpx.AsyncClient, signed_in: Headers, database: Database, key_ring: KeyRing, anna: User
) -> None:
    made = await connect(database, key_ring, anna.tenant_id)
    form = {"extra_fields": ["x_good", "No Name"]}
    answer = await client.patch(f"{CONNECTIONS}/{made}", headers=signed_in, json=form)
    assert answer.json()["errors"][0]["field"] == "extra_fields.1"


async def test_an_over_long_password_is_told_in_characters(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    form = {"odoo_username": "a", "odoo_password": "x" * 2000, "odoo_database": "d"}
    answer = await client.post("/api/v1/profile/odoo-credentials", headers=signed_in, json=form)
    assert answer.json()["detail"] == "odoo_password: should have at most 1024 characters."
