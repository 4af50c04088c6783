"""The longest stretch for which any one request keeps the event loop of the API.

`python -m benchmarks.loop` prints milliseconds for each of the dearest requests: the processor time
of the longest single callback, and of the longest turn of the loop, in which several may run. It is
the time of the loop's own thread, so that other work on the machine leaves it be.
ODOOSYNC_BENCH_DATABASE_URL names an empty PostgreSQL database to measure on instead of SQLite.
"""

from __future__ import annotations

import asyncio
import asyncio.events
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import orjson
import uvicorn
from graphql import get_introspection_query

from benchmarks.odoo import free_port, wait_for
from odoosync.accounts.users import create_user
from odoosync.app import build_app, build_services
from odoosync.clock import utc_now
from odoosync.connections import store
from odoosync.connections.store import Tested
from odoosync.crypto import KeySource, Secret
from odoosync.jobs.tables import runs
from odoosync.log import configure_logging
from odoosync.migrations import upgrade
from odoosync.settings import load_settings
from odoosync.store import labels, writing
from odoosync.store.rows import encode
from odoosync.sync import cursors
from odoosync.sync.datasets import DATASETS
from odoosync.sync.mapping import to_row

ROWS: Final = 1000
EXTRA: Final = 150
ROUNDS: Final = 3
PASSWORD: Final = "bench-password"
TOKEN: Final = "/api/v1/auth/token"
_STRETCH: Final = "/__stretch"
_POINTERS: Final = {
    "parent_id": "res.partner",
    "state_id": "res.country.state",
    "country_id": "res.country",
    "company_id": "res.company",
    "categ_id": "product.category",
    "uom_id": "uom.uom",
    "uom_po_id": "uom.uom",
    "currency_id": "res.currency",
    "product_tmpl_id": "product.template",
}
_LISTS: Final = ("category_id", "product_variant_ids", "product_template_attribute_value_ids")


def _types(dataset: str) -> dict[str, dict[str, Any]]:
    told = {}
    for name in DATASETS[dataset].fields:
        kind, relation = "char", None
        if name in _POINTERS:
            kind, relation = "many2one", _POINTERS[name]
        elif name in _LISTS:
            kind, relation = "many2many", "x"
        elif name in {"active", "is_company", "sale_ok", "purchase_ok"}:
            kind = "boolean"
        told[name] = {"type": kind, "relation": relation, "string": name}
    for number in range(EXTRA):
        relation = f"x.model{number % 40}" if number % 5 == 0 else None
        kind = "many2one" if relation else "char"
        told[f"x_field_{number}"] = {"type": kind, "relation": relation, "string": "Extra"}
    return told


def _row(types: dict[str, dict[str, Any]], odoo_id: int) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, field in types.items():
        match field["type"]:
            case "many2one":
                row[name] = odoo_id
            case "many2many":
                row[name] = list(range(odoo_id, odoo_id + 40))
            case "boolean":
                row[name] = True
            case _:
                row[name] = f"{name} of Grüezi {odoo_id}"
    row["comment"] = "A long text, such as people paste. " * 40
    row["write_date"] = row["create_date"] = "2026-01-01T00:00:00Z"
    for name in ("list_price", "standard_price", "lst_price", "product_variant_count"):
        if name in row:
            row[name] = 12
    return row


async def _seed() -> None:
    settings = load_settings()
    KeySource(settings.configured_keys, settings.data_dir).load_or_make()
    services = build_services(settings)
    user = await create_user(services.accounts, "bench", PASSWORD)
    tested = Tested(
        odoo_url="http://localhost:8069",
        odoo_database="bench",
        odoo_username="admin",
        secret=Secret("admin"),
        server={"serie": "18.0", "protocol": "jsonrpc"},
        odoo_uid=2,
        contact_count=0,
        product_count=0,
    )
    now = utc_now()
    async with services.database.tenant(user.tenant_id) as tx:
        connection_id = await store.add(tx, tested, now)
        await store.put_credentials(tx, services.key_ring, connection_id, tested, now)
        await store.make_active(tx, connection_id, now)
    for name, dataset in DATASETS.items():
        types = _types(name)
        rows = [to_row(dataset, odoo_id, _row(types, odoo_id)) for odoo_id in range(1, ROWS + 1)]
        async with services.database.tenant(user.tenant_id) as tx:
            await writing.write_page(tx, connection_id, name, map(encode, rows), now=now)
            await cursors.write(tx, connection_id, name, fields=types)
            models = {one["relation"] for one in types.values() if one["relation"]}
            for model in models:
                names = {odoo_id: f"{model} number {odoo_id}" for odoo_id in range(1, ROWS + 1)}
                await labels.put(tx, connection_id, model, names, now)
    async with services.database.tenant(user.tenant_id) as tx:
        for number in range(ROWS):
            row = {
                "id": f"run-{number}",
                "connection_id": connection_id,
                "dataset": "contacts",
                "kind": "verify",
                "number": 1000 + number,
                "status": "succeeded",
                "mode": "verify",
                "trigger": "api",
                "created_at": now,
                "started_at": now,
                "finished_at": now,
                "drift": ["mobile"] * 5,
                "detail": {"examples": [{"id": one, "field": "name"} for one in range(20)]},
            }
            await tx.insert(runs, row)
    await services.transport.close()
    await services.database.close()


class Monitor:
    """Serves the application, and tells of the longest turn of the loop since it was last asked."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.callback = self.turn = 0.0
        run_handle = asyncio.events.Handle._run  # noqa: SLF001 - each callback goes through it
        run_once = asyncio.BaseEventLoop._run_once  # type: ignore[attr-defined] # noqa: SLF001

        def measured_handle(handle: asyncio.events.Handle) -> None:
            begun = time.thread_time()
            run_handle(handle)
            self.callback = max(self.callback, time.thread_time() - begun)

        def measured_turn(loop: asyncio.BaseEventLoop) -> None:
            begun = time.thread_time()
            run_once(loop)
            self.turn = max(self.turn, time.thread_time() - begun)

        asyncio.events.Handle._run = measured_handle  # type: ignore[assignment,method-assign] # noqa: SLF001
        asyncio.BaseEventLoop._run_once = measured_turn  # type: ignore[attr-defined] # noqa: SLF001

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != _STRETCH:
            await self.app(scope, receive, send)
            return
        body = json.dumps([1000 * self.callback, 1000 * self.turn]).encode()
        self.callback = self.turn = 0.0
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


def serve(port: int) -> None:
    settings = load_settings()
    configure_logging(settings.log_level, "json")
    app = build_app(settings)
    gc.collect()
    gc.freeze()
    uvicorn.run(Monitor(app), port=port, loop="asyncio", log_config=None, access_log=False)


Ask = Callable[[str, bytes | None], Any]


def _graphql(query: str, **variables: Any) -> bytes:
    return orjson.dumps({"query": query, "variables": variables})


def _fields(dataset: str) -> str:
    own = [name for name in DATASETS[dataset].fields if name not in {"active", "write_date"}]
    shown = [f"{name} {{ id name }}" if name in _POINTERS else name for name in own]
    return "id odoo_id active write_date synced_at deleted_at fields " + " ".join(shown)


def requests() -> dict[str, tuple[str, bytes | None]]:
    """Return the dearest requests by name: path, and body if it is a POST."""
    contacts, variants = _fields("contacts"), _fields("product_variants")
    run = "id connection_id dataset status mode trigger created_at started_at detail drift fetched"
    ids = ",".join(map(str, range(1, ROWS + 1)))
    aliases = " ".join(
        f"a{number}: contacts(limit: 66) {{ items {{ {contacts} }} }}" for number in range(15)
    )
    repeated = " ".join(f"f{number}: fields" for number in range(15))
    in_lists = [{"field": "city", "op": "in", "value": ["x" * 60] * 950}] * 2
    many = [{"field": "city", "value": "x"}] * 660
    fragments = " ".join(f"fragment F{n} on Query {{ me {{ id }} }}" for n in range(80))
    spread = " ".join(f"...F{n}" for n in range(80))
    listing = "query($f: [FilterInput!]) { contacts(filters: $f) { next_cursor } }"
    gql = "/graphql"
    return {
        "openapi.json": ("/openapi.json", None),
        "graphql introspection": (gql, _graphql(get_introspection_query())),
        "rest contacts": ("/api/v1/contacts?limit=1000", None),
        "rest products": ("/api/v1/products?limit=1000", None),
        "rest variants": ("/api/v1/records/product_variants?limit=1000", None),
        "rest 1000 ids": (f"/api/v1/contacts?limit=1000&id__in={ids}", None),
        "rest changes": ("/api/v1/changes?limit=1000", None),
        "rest runs": ("/api/v1/runs?limit=1000", None),
        "rest runs.csv": ("/api/v1/runs.csv", None),
        "rest audit": ("/api/v1/audit?limit=1000", None),
        "rest search": ("/api/v1/contacts?limit=1000&search=gr%C3%BCezi", None),
        "graphql contacts": (
            gql,
            _graphql(f"{{ contacts(limit: 1000) {{ items {{ {contacts} }} }} }}"),
        ),
        "graphql variants": (
            gql,
            _graphql(f"{{ product_variants(limit: 1000) {{ items {{ {variants} }} }} }}"),
        ),
        "graphql fields x 15": (
            gql,
            _graphql(f"{{ contacts(limit: 1000) {{ items {{ {repeated} }} }} }}"),
        ),
        "graphql 15 aliases": (gql, _graphql(f"{{ {aliases} }}")),
        "graphql changes": (
            gql,
            _graphql("{ changes(limit: 1000) { items { position kind record { id fields } } } }"),
        ),
        "graphql runs": (gql, _graphql(f"{{ sync_runs(limit: 1000) {{ items {{ {run} }} }} }}")),
        "graphql two lists": (gql, _graphql(listing, f=in_lists)),
        "graphql many filters": (gql, _graphql(listing, f=many)),
        "graphql same field": (gql, _graphql("{ me { " + "id " * 990 + "} }")),
        "graphql same list": (gql, _graphql("{ " + "me { id } " * 245 + "}")),
        "graphql fragments": (gql, _graphql(f"{{ {spread} }} {fragments}")),
        "graphql unknown names": (
            gql,
            _graphql("{ contacts { items { " + " ".join(f"nam{n}" for n in range(980)) + " } } }"),
        ),
        "graphql comment": (gql, _graphql("{ me { id } }" + "#" + "x" * 99_000)),
        "graphql text": (
            gql,
            _graphql('{ contacts(search: """' + ' \\""" ' * 12_000 + '""") { next_cursor } }'),
        ),
        "graphql deep": (gql, _graphql("{ me " * 900 + "}" * 900)),
        "rest 20000 filters": ("/api/v1/contacts?" + "&".join(["a=b"] * 15_000), None),
        "form of many fields": (TOKEN, b"&".join([b"a=b"] * 32_000)),
        "form of short fields": (TOKEN, b"a&" * 60_000),
        "body of lists": ("/api/v1/contacts/sync", b"[" + b"[]," * 43_000 + b"[]]"),
        "body of wrong fields": (
            "/api/v1/contacts/sync",
            b"{" + b",".join(b'"f%d":1' % n for n in range(11_500)) + b"}",
        ),
        "body of wrong values": (
            "/api/v1/connections/1/verify",
            b'{"datasets":[' + b",".join([b"1"] * 65_000) + b"]}",
        ),
        "body with NUL": (
            "/api/v1/contacts/sync",
            b'["\\u0000",' + b",".join([b"1"] * 65_000) + b"]",
        ),
    }


@contextmanager
def _serving(environment: dict[str, str]) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.loop", "serve", str(port)]
    with subprocess.Popen(command, env=os.environ | environment) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _ask(url: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
    asked = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def measure(only: str = "") -> dict[str, Any]:
    """Return the longest stretches in ms for each request, the least of some rounds."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"ODOOSYNC_DATA_DIR": folder, "ODOOSYNC_RATE_LIMIT": "10000"}
        if named := os.environ.get("ODOOSYNC_BENCH_DATABASE_URL"):
            environment["ODOOSYNC_DATABASE_URL"] = named
        os.environ.update(environment)
        upgrade(load_settings().effective_database_url)
        asyncio.run(_seed())
        with _serving(environment) as url:
            form = f"username=bench&password={PASSWORD}".encode()
            token = json.loads(_ask(url + TOKEN, form, {})[1])["access_token"]
            return {
                name: _stretches(url, name, *asked, token)
                for name, asked in requests().items()
                if only in name
            }


def _stretches(url: str, name: str, path: str, body: bytes | None, token: str) -> dict[str, float]:
    headers = {"Authorization": f"Bearer {token}"}
    if path != TOKEN:
        headers["Content-Type"] = "application/json"
    found = []
    for _ in range(ROUNDS):
        _ask(url + _STRETCH, None, {})
        status, answer = _ask(url + path, body, headers)
        found.append(json.loads(_ask(url + _STRETCH, None, {})[1]))
    callback, turn = (round(min(one), 1) for one in zip(*found, strict=True))
    print(f"{name:24} {callback:7} {turn:7}  {status} {len(answer):>9} {answer[:60]!r}", flush=True)
    return {"callback": callback, "turn": turn}


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(int(sys.argv[2]))
    else:
        measure(*sys.argv[1:2])
