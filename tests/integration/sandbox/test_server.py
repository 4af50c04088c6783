"""Both protocols over a real connection, and what an operator can set while it serves."""

from __future__ import annotations

import time
import warnings
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from odoo_sandbox import SandboxServer, World, seed_world
from odoo_sandbox.seeding import ADMIN_KEY
from odoo_sandbox.server import NotListening
from odoosync.clock import utc_now
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


def read_dates(client: httpx.Client) -> tuple[timedelta | None, timedelta]:
    """How far ahead of us `Date` is, and the `write_date` of a row that is made now."""
    made = client.post("/json/2/res.partner/create", json={"vals_list": [{"name": "New"}]})
    asked = {"ids": made.json(), "fields": ["write_date"]}
    answer = client.post("/json/2/res.partner/read", json=asked)
    written = datetime.fromisoformat(answer.json()[0]["write_date"]).replace(tzinfo=UTC)
    told, now = answer.headers.get("date"), utc_now()
    return parsedate_to_datetime(told) - now if told else None, written - now


@pytest.mark.parametrize("seconds", [86_400, -86_400])
def test_clocks_can_be_set_wrong_and_are_put_right(client: httpx.Client, seconds: int) -> None:
    wrong, near = timedelta(seconds=seconds), timedelta(minutes=10)
    for kind, (proxy, database) in {
        "proxy_clock": (wrong, timedelta(0)),
        "database_clock": (timedelta(0), wrong),
    }.items():
        client.post("/sandbox/faults", json={"kind": kind, "seconds": seconds})
        told, written = read_dates(client)
        assert told is not None
        assert (abs(told - proxy) < near, abs(written - database) < near) == (True, True)
        client.delete("/sandbox/faults")


def test_a_proxy_may_tell_no_time(client: httpx.Client) -> None:
    client.post("/sandbox/faults", json={"kind": "proxy_clock"})
    assert read_dates(client)[0] is None


def test_a_transaction_that_took_long_dates_its_rows_at_its_start(client: httpx.Client) -> None:
    slow = {"kind": "long_transaction", "method": "create", "seconds": 7_200, "times": 1}
    client.post("/sandbox/faults", json=slow)
    assert read_dates(client)[1] < -timedelta(hours=1)
    assert read_dates(client)[1] > -timedelta(hours=1)


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
    with pytest.raises(NotListening, match=f":{server.port}; is the port taken"):
        SandboxServer(server.world, port=server.port)
