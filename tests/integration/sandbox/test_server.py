"""Both protocols over a real connection, and what an operator can set while it serves."""

from __future__ import annotations

import time
import warnings
from typing import Any

import httpx
import pytest

from odoosync.clock import utc_now
from odoosync.errors import Unavailable
from odoosync.sandbox import SandboxServer, World, seed_world
from odoosync.sandbox.seeding import ADMIN_KEY
from waiting import PATIENCE_S

READ = "/json/2/res.partner/search_read"
PAGE = {"domain": [], "fields": ["name"], "order": "id", "limit": 3}


def rpc(client: httpx.Client, *args: Any) -> Any:
    params = {"service": "object", "method": "execute_kw", "args": ["odoo_db", 2, "admin", *args]}
    payload = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
    return client.post("/jsonrpc", json=payload).json()


def test_both_protocols_read_the_same_rows(client: httpx.Client) -> None:
    over_json2 = client.post(READ, json=PAGE).json()
    over_rpc = rpc(client, "res.partner", "search_read", [], PAGE)["result"]
    assert len(over_json2) == 3
    assert over_json2 == over_rpc


def test_a_change_made_in_the_world_is_there_at_once(
    server: SandboxServer, client: httpx.Client
) -> None:
    row_id = server.world.execute("res.partner", "create", {"name": "Brand-new"})
    body = {"ids": [row_id], "fields": ["name"]}
    answer = client.post("/json/2/res.partner/read", json=body)
    assert answer.json() == [{"id": row_id, "name": "Brand-new"}]


def test_it_names_the_one_database_that_it_has(client: httpx.Client) -> None:
    answer = client.post("/web/database/list", json={"jsonrpc": "2.0", "params": {}})
    assert answer.json()["result"] == ["odoo_db"]


def test_a_paced_one_sends_no_faster_than_it_was_told_to() -> None:
    world = seed_world(19, contacts=50, products=1, clock=utc_now)
    bearer = {"Authorization": f"bearer {ADMIN_KEY}", "X-Odoo-Database": "odoo_db"}
    with SandboxServer(world, bytes_per_second=20_000) as server:
        started = time.monotonic()
        answer = httpx.post(
            f"{server.url}{READ}", json=PAGE | {"limit": 50}, headers=bearer, timeout=PATIENCE_S
        )
        took = time.monotonic() - started
    assert len(answer.json()) == 50
    assert took >= len(answer.content) / 20_000


def test_a_body_that_is_no_json_is_a_bad_request(client: httpx.Client) -> None:
    assert client.post(READ, content=b"{nope").status_code == 400
    assert client.post("/jsonrpc", content=b"{nope").status_code == 400


def test_an_expired_key_is_an_invalid_one(server: SandboxServer, client: httpx.Client) -> None:
    server.world.add_key("admin", "old", expires=utc_now())
    answer = client.post(READ, json=PAGE, headers={"Authorization": "bearer old"})
    assert (answer.status_code, answer.json()["message"]) == (401, "Invalid apikey")


@pytest.mark.parametrize(
    ("keys", "status"),
    [({"limit": "x"}, 500), ({"fields": ["nope"]}, 500), ({"domain": [["a"]]}, 500)],
)
def test_bad_arguments_never_break_the_server(
    client: httpx.Client, keys: dict[str, Any], status: int
) -> None:
    answer = client.post(READ, json={**PAGE, **keys})
    assert answer.status_code == status
    assert answer.json()["name"].startswith("builtins.")


def test_it_may_close_each_connection_as_threaded_odoo_does() -> None:
    with SandboxServer(World(19, clock=utc_now), keep_alive=False) as server:
        answer = httpx.get(f"{server.url}/web/version", timeout=PATIENCE_S)
    assert answer.headers["connection"] == "close"


def test_a_stopped_server_leaves_its_port_and_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        server = SandboxServer(World(19, clock=utc_now)).start()
        server.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.url}/web/version", timeout=PATIENCE_S)


def test_a_port_that_is_taken_is_named(server: SandboxServer) -> None:
    with pytest.raises(Unavailable, match=f":{server.port}; is the port taken"):
        SandboxServer(server.world, port=server.port)
