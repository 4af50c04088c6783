from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import psycopg
import pytest

from copies import connect
from odoosync.accounts.cross_tenant import User
from odoosync.api import health
from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services
from odoosync.crypto import new_key_ring
from odoosync.db import Database, open_database
from served import client_of

pytestmark = pytest.mark.dialect


async def test_the_process_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/readyz"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_many_who_ask_cost_one_look(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    async def look(_database: Database, revision: str) -> list[str]:
        looks.append(revision)
        return []

    monkeypatch.setattr(health, "reasons_not_ready", look)
    monkeypatch.setattr(health, "_SEEN_FOR", 1_000.0)
    answers = await asyncio.gather(*(client.get("/readyz") for _ in range(50)))
    assert [one.status_code for one in answers] == [200] * 50
    assert len(looks) == 1


async def test_an_old_schema_is_not_ready_but_alive(
    services: Services, options: ApiOptions
) -> None:
    app = create_api(services, replace(options, schema_revision="9999"))
    async with client_of(app) as client:
        answer = await client.get("/readyz")
        assert (await client.get("/healthz")).status_code == 200
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert "odoosync db upgrade" in answer.json()["detail"]


@pytest.mark.parametrize("url", ["sqlite", "postgresql://someone:hunter2@127.0.0.1:1/nothing"])
async def test_a_database_that_is_away_is_named_without_its_address(
    services: Services, options: ApiOptions, tmp_path: Path, url: str
) -> None:
    away = open_database(f"sqlite:///{tmp_path}/empty.sqlite3" if url == "sqlite" else url)
    async with client_of(create_api(_on(services, away), options)) as client:
        answer = await client.get("/readyz")
    await away.close()
    assert answer.status_code == 503
    assert "does not answer" in answer.json()["detail"]
    assert "hunter2" not in answer.text


async def test_a_table_without_forced_policies_is_not_ready(
    postgres_url: str, services: Services, options: ApiOptions
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE users NO FORCE ROW LEVEL SECURITY")
    detail = await _not_ready(postgres_url, services, options)
    assert "not forced on users" in detail


async def test_a_role_that_owns_a_table_is_not_ready(
    postgres_url: str, services: Services, options: ApiOptions
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE workers OWNER TO odoosync_app")
    detail = await _not_ready(postgres_url, services, options)
    assert "odoosync_app owns tables" in detail


def _on(services: Services, database: Database) -> Services:
    return replace(services, accounts=replace(services.accounts, database=database))


async def _not_ready(url: str, services: Services, options: ApiOptions) -> str:
    database = open_database(url)
    async with client_of(create_api(_on(services, database), options)) as client:
        answer = await client.get("/readyz")
    await database.close()
    assert answer.status_code == 503
    return str(answer.json()["detail"])


async def test_a_key_that_sealed_something_and_is_away_is_named(
    client: httpx.AsyncClient, services: Services, anna: User
) -> None:
    lost = new_key_ring()
    await connect(services.database, lost, anna.tenant_id)
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert f"{lost.current}, which are not in ODOOSYNC_SECRET_KEYS" in answer.json()["detail"]
