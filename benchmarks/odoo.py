"""The Odoo that is measured against: the sandbox as a process of its own, or a real one.

A real one is named by ODOOSYNC_BENCH_ODOO_URL, _DATABASE, _USERNAME and _PASSWORD (an API key
will do). The sandbox answers several times faster than a real Odoo does: what is measured against
it alone is measured against a server that nobody has. So it can be told to take its time.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from odoo_sandbox.seeding import ADMIN_KEY
from odoosync.clock import utc_now
from odoosync.odoo.client import OdooClient, open_client
from odoosync.odoo.login import Login
from odoosync.odoo.transport import open_transport
from odoosync.odoo.url import parse_odoo_url
from odoosync.sync.datasets import CONTACTS

COMMAND = (sys.executable, "-c", "from odoosync.cli.main import main; main()")
MODEL = CONTACTS.model
REAL_PACES = (10.0, 20.0)
"""MB/s of an Odoo 19 over JSON-2, pages of 5,000 contacts, bare ids: 7 on two cores shared with us,
20 by what was seen of a faster machine. What the first sync's ratio is hangs on it."""


@dataclass(frozen=True, slots=True)
class Odoo:
    """A server and a login; `ours` when it may be written to as one likes.

    `pace` is the most that ours sends, in MB/s.
    """

    url: str
    database: str
    username: str
    secret: str = field(repr=False)
    ours: bool = True
    pace: float | None = None

    @property
    def login(self) -> Login:
        return Login(parse_odoo_url(self.url), self.database, self.username, self.secret)


@dataclass(frozen=True, slots=True)
class Contacts:
    """How the contacts of an Odoo are read, as our own sync reads them."""

    odoo: Odoo
    serie: str
    protocol: str
    uid: int
    lang: str | None
    fields: list[str]
    rows: int

    @property
    def context(self) -> dict[str, Any]:
        return {"active_test": False} | ({"lang": self.lang} if self.lang else {})

    @property
    def server(self) -> str:
        kind = "sandbox" if self.odoo.ours else "Odoo"
        protocol = "JSON-2" if self.protocol == "json2" else "JSON-RPC"
        pace = f", {self.odoo.pace:g} MB/s" if self.odoo.pace else ""
        return f"{kind} {self.serie} over {protocol}{pace}"


@contextmanager
def odoo_with(contacts: int, *, pace: float | None = None) -> Iterator[Contacts]:
    """Give the real Odoo that the environment names, else a sandbox with so many contacts."""
    named = _named_by_environment()
    if named is not None:
        yield described(named)
        return
    with sandbox(contacts, pace=pace) as started:
        yield described(started)


def _named_by_environment() -> Odoo | None:
    parts = [
        os.environ.get(f"ODOOSYNC_BENCH_ODOO_{part}", "")
        for part in ("URL", "DATABASE", "USERNAME", "PASSWORD")
    ]
    if not any(parts):
        return None
    if not all(parts):
        raise SystemExit(
            "Set all four of ODOOSYNC_BENCH_ODOO_URL, _DATABASE, _USERNAME, _PASSWORD."
        )
    url, database, username, secret = parts
    return Odoo(url, database, username, secret, ours=False)


@contextmanager
def sandbox(contacts: int, *, pace: float | None = None) -> Iterator[Odoo]:
    """Run a sandbox in a process of its own, so that it shares no interpreter with anything."""
    port = free_port()
    arguments = ["sandbox", "--port", str(port), "--contacts", str(contacts), "--products", "1"]
    arguments += ["--megabytes-per-second", str(pace)] if pace else []
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.DEVNULL) as process:
        try:
            wait_for(f"{url}/web/version", process)
            yield Odoo(url, "odoo_db", "admin", ADMIN_KEY, pace=pace)
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str, process: subprocess.Popen[Any], *, seconds: float = 120) -> None:
    """Wait until a server answers; raises when its process ends before."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The server at {url} ended with status {process.returncode}.")
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)


def described(odoo: Odoo) -> Contacts:
    return asyncio.run(_describe(odoo))


async def _describe(odoo: Odoo) -> Contacts:
    transport = open_transport(odoo.url, [])
    try:
        client = await open_client(transport, odoo.login, known=None, now=utc_now())
        return await _contacts(odoo, client)
    finally:
        await transport.close()


async def _contacts(odoo: Odoo, client: OdooClient) -> Contacts:
    there, facts = await client.fields_get(MODEL), client.facts
    return Contacts(
        odoo=odoo,
        serie=facts.serie,
        protocol=facts.protocol,
        uid=facts.uid,
        lang=facts.lang,
        fields=[name for name in CONTACTS.fields if name in there],
        rows=await client.search_count(MODEL, [], context={"active_test": False}),
    )
