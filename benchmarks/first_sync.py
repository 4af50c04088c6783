"""The first sync of N contacts against a bare loop that fetches the same bytes and drops them.

Same server, fields, page size and `load`; in turn, so that both meet the same machine. What counts
is the ratio; seconds are this machine's.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from odoosync.accounts.context import open_accounts
from odoosync.accounts.users import create_user
from odoosync.clock import utc_now
from odoosync.connections import store
from odoosync.connections.testing import run_test
from odoosync.crypto import load_key_ring
from odoosync.db import Database, open_database
from odoosync.migrations import upgrade
from odoosync.odoo import domain as domains
from odoosync.odoo.client import open_client
from odoosync.odoo.login import Login
from odoosync.odoo.transport import open_transport
from odoosync.odoo.url import parse_odoo_url
from odoosync.settings import Settings
from odoosync.sync.datasets import CONTACTS
from odoosync.sync.pace import FIRST, LARGEST
from odoosync.sync.service import SyncRequest, SyncService
from odoosync.worker import work

ROUNDS = 3
PORT = 18_769
URL = f"http://127.0.0.1:{PORT}"
LOGIN = Login(parse_odoo_url(URL), "odoo_db", "admin", "admin")


@contextmanager
def sandbox(contacts: int) -> Iterator[None]:
    """Run the sandbox in a process of its own, so that it does not share our interpreter."""
    command = "from odoosync.cli.main import main; main()"
    arguments = ["sandbox", "--port", str(PORT), "--contacts", str(contacts), "--products", "1"]
    with subprocess.Popen(
        [sys.executable, "-c", command, *arguments], stdout=subprocess.DEVNULL
    ) as process:
        try:
            _wait_until_it_answers()
            yield
        finally:
            process.terminate()


def _wait_until_it_answers() -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{URL}/web/version").close()
        except urllib.error.URLError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(URL)


async def bare_loop() -> float:
    """Fetch everything as the first sync does, and drop it; returns seconds."""
    transport = open_transport(URL, [])
    client = await open_client(transport, LOGIN, known=None, now=utc_now())
    fields = await client.fields_get(CONTACTS.model)
    names = [name for name in CONTACTS.fields if name in fields]
    context = {"active_test": False, "lang": client.facts.lang}
    started, last, size = time.perf_counter(), 0, FIRST
    while rows := await client.search_read(
        CONTACTS.model, domains.after(last), names, limit=size, context=context
    ):
        last, size = rows[-1]["id"], min(LARGEST, size * 2)
    seconds = time.perf_counter() - started
    await transport.close()
    return seconds


async def first_sync(folder: Path) -> float:
    """Sync into an empty database through lane and worker; returns seconds."""
    settings = Settings(data_dir=folder, default_odoo_url=URL)
    upgrade(settings.effective_database_url)
    database = open_database(settings.effective_database_url)
    tenant_id = await _connected(settings, database)
    stop = asyncio.Event()
    working = asyncio.create_task(work(settings, stop))
    await asyncio.sleep(2)
    service = SyncService(database, clock=utc_now, wait_s=3_600)
    started = time.perf_counter()
    answer = await service.sync(SyncRequest(tenant_id, None, CONTACTS.name))
    seconds = time.perf_counter() - started
    assert answer.success, answer.message
    stop.set()
    await working
    await database.close()
    return seconds


async def _connected(settings: Settings, database: Database) -> int:
    keys = load_key_ring(settings.configured_keys, settings.data_dir)
    user = await create_user(open_accounts(database, keys), "bench", "bench-password")
    transport = open_transport(URL, [])
    tested = await run_test(transport, LOGIN, clock=utc_now)
    await transport.close()
    async with database.tenant(user.tenant_id) as tx:
        await store.save_tested(tx, keys, tested, extra_fields=None, now=utc_now())
    return user.tenant_id


def measure(rows: int) -> dict[str, Any]:
    """Return seconds of each round, and the median ratio."""
    bare, ours = [], []
    with sandbox(rows):
        for _ in range(ROUNDS):
            bare.append(asyncio.run(bare_loop()))
            with tempfile.TemporaryDirectory() as folder:
                ours.append(asyncio.run(first_sync(Path(folder))))
    ratios = [mine / theirs for mine, theirs in zip(ours, bare, strict=True)]
    return {
        "rows": rows,
        "bare_loop_s": [round(value, 3) for value in bare],
        "first_sync_s": [round(value, 3) for value in ours],
        "ratio": round(statistics.median(ratios), 3),
    }
