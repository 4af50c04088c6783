"""`odoosync doctor`: is this installation sound? Each check says what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import typer

from odoosync.accounts.cross_tenant import count_unconfirmed
from odoosync.accounts.known_keys import check_keys
from odoosync.addresses.outbound import Outbound
from odoosync.api.health import reasons_not_ready
from odoosync.cli.opening import key_source, opened_database
from odoosync.connections import resealing as connections
from odoosync.crypto import KEY_FILE
from odoosync.db import Database, DiskFull
from odoosync.db.disk import free_bytes, readable_size
from odoosync.errors import Conflict, OdoosyncError
from odoosync.jobs.workers import live_workers
from odoosync.migrations import head_revision
from odoosync.notifications import resealing as webhooks
from odoosync.notifications.http_delivery import webhook_guard
from odoosync.notifications.mailing import read_mail_server
from odoosync.odoo.transport import odoo_guard
from odoosync.settings import Settings, load_settings
from odoosync.sync import clocks

_LEAST_FREE: Final = 100_000_000
Check = Callable[[Settings, Database], Awaitable[str]]


class _Remark(OdoosyncError):
    """What an operator should know, and what is no fault of this installation."""


def doctor() -> None:
    """Check settings, keys, database, roles, workers, clocks; exits 1 when something is wrong."""
    if not asyncio.run(_examine()):
        raise typer.Exit(1)


async def _examine() -> bool:
    """Make every check, and change nothing. What needs a database is left out without one."""
    settings = load_settings()
    sound = await _passes("addresses", _addresses(settings))
    sound &= await _passes("mail", _mail(settings))
    try:
        async with opened_database() as (_, database):
            for name, check in _OF_DATABASE.items():
                sound &= await _passes(name, check(settings, database))
    except OdoosyncError as error:
        sound = False
        typer.echo(f"WRONG database: {error.message}")
    return sound


async def _passes(name: str, check: Awaitable[str]) -> bool:
    try:
        typer.echo(f"ok    {name}: {await check}")
    except _Remark as remark:
        typer.echo(f"note  {name}: {remark.message}")
    except OdoosyncError as error:
        typer.echo(f"WRONG {name}: {error.message}")
        return False
    return True


async def _keys(settings: Settings, database: Database) -> str:
    ring = await check_keys(database, key_source(settings))
    return f"{len(ring.masters)} in the ring, {ring.current!r} seals"


async def _secrets(_settings: Settings, database: Database) -> str:
    async with database.system(write=False) as tx:
        old = len(await connections.list_old(tx)) + len(await webhooks.list_old(tx))
    if old:
        raise Conflict(
            f"{old} were sealed by an older version and are not opened: nothing is synced or sent "
            "with them. Seal them anew with `odoosync keys rotate --old-format`."
        )
    return "all are bound to where they are sent"


async def _addresses(settings: Settings) -> str:
    odoo_guard(settings.default_odoo_url, settings.allowed_odoo_hosts)
    allowed = ", ".join(settings.allowed_odoo_hosts) or "none"
    webhook_guard(settings.allowed_webhook_hosts)
    receivers = ", ".join(settings.allowed_webhook_hosts) or "none"
    outbound = Outbound.of(settings.ca_file, settings.configured_outbound_proxy)
    way = f"by the proxy {outbound.proxy}" if outbound.proxy else "by no proxy"
    trusted = f", with the authorities of {settings.ca_file}" if settings.ca_file else ""
    return (
        f"{settings.default_odoo_url} by default; private ones allowed: {allowed}; "
        f"for webhooks: {receivers}; {way}{trusted}"
    )


async def _mail(settings: Settings) -> str:
    if settings.configured_smtp_url is None:
        return "none is sent; ODOOSYNC_SMTP_URL names a mail server"
    server = read_mail_server(settings.configured_smtp_url)
    way = f"by {server.host}:{server.port}, from {server.sender}"
    if settings.public_url is None:
        raise _Remark(f"{way}; users cannot confirm addresses: ODOOSYNC_PUBLIC_URL is not set")
    return f"{way}; its links lead to {settings.public_url}"


async def _confirmed(_settings: Settings, database: Database) -> str:
    if waiting := await count_unconfirmed(database):
        raise _Remark(
            f"{waiting} are not confirmed, and get no mails. Their users follow the link in a "
            "letter (POST /api/v1/me/email/confirmation); or set them with `odoosync user "
            "set-email`."
        )
    return "all are confirmed"


async def _schema(_settings: Settings, database: Database) -> str:
    problems = await reasons_not_ready(database, head_revision())
    if problems:
        raise OdoosyncError(" ".join(problems))
    return f"{database.dialect}, at revision {head_revision()}, its role owns nothing it serves"


async def _disk(settings: Settings, database: Database) -> str:
    folder = settings.data_dir.resolve()
    free = free_bytes(folder)
    told = f"{readable_size(free)} free in {folder}"
    if free < _LEAST_FREE:
        raise DiskFull(f"{told}. Make room there: syncs fail once nothing can be written.")
    if database.dialect == "postgresql":
        return f"{told}; how full PostgreSQL's own disk is cannot be seen from here"
    return told


def _is_open(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & 0o077)


async def _modes(settings: Settings, _database: Database) -> str:
    """See that nobody else of this machine reads the copy, or the keys."""
    folder = settings.data_dir.resolve()
    keys, copy = folder / KEY_FILE, folder / "odoosync.sqlite3"
    if _is_open(keys):
        raise OdoosyncError(f"Others on this machine may read {keys}: chmod 600 it.")
    if _is_open(folder) and _is_open(copy):
        raise OdoosyncError(f"Others on this machine may read {copy}: chmod 700 {folder}.")
    return "the data folder and the keys are this user's alone"


async def _workers(_settings: Settings, database: Database) -> str:
    alive = await live_workers(database, within_s=10.0)
    return f"{alive} alive" if alive else "none alive; `odoosync serve` starts one"


async def _clocks(_settings: Settings, database: Database) -> str:
    if told := await clocks.remarks(database):
        raise _Remark(f"{'; '.join(told)}. Nothing is lost; set the wrong clock right.")
    return "those of all Odoos agreed with ours at the last sync"


_OF_DATABASE: dict[str, Check] = {
    "keys": _keys,
    "database": _schema,
    "secrets": _secrets,
    "mail addresses": _confirmed,
    "modes": _modes,
    "disk": _disk,
    "workers": _workers,
    "clocks": _clocks,
}
