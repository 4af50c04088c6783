"""`odoosync serve`: the service, with hands of its own."""

from __future__ import annotations

import asyncio
import socket
from typing import Annotated

import typer
import uvicorn

from odoosync.accounts.known_keys import begin_with_keys
from odoosync.api.edge.connection_limits import ConnectionLimits, limited_protocol
from odoosync.app import build_app
from odoosync.clock import utc_now
from odoosync.crypto import KeySource
from odoosync.db import open_database
from odoosync.db.home import this_machine
from odoosync.errors import Conflict
from odoosync.jobs.one_machine import check_alone
from odoosync.log import configure_logging
from odoosync.migrations import upgrade
from odoosync.settings import Settings, load_settings

_SHUTDOWN_S = 10


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
    *,
    worker: Annotated[bool, typer.Option(help="Also work the syncs, in a child process.")] = True,
) -> None:
    """Bring the database up to date, then serve the API until stopped."""
    settings = load_settings()
    _check_address(host, port)
    configure_logging(settings.log_level, settings.log_format)
    upgrade(settings.effective_database_url)
    asyncio.run(_begin(settings))
    uvicorn.run(
        build_app(settings, with_worker=worker),
        host=host,
        port=port,
        http=limited_protocol(_limits(settings)),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the application itself believes ODOOSYNC_TRUSTED_PROXIES alone
        timeout_graceful_shutdown=_SHUTDOWN_S,
    )


def _limits(settings: Settings) -> ConnectionLimits:
    limits = ConnectionLimits(
        overall=settings.max_clients,
        per_address=settings.max_clients_per_address,
        trusted=settings.trusted_proxies,
    )
    return limits.within_open_files()


def _check_address(host: str, port: int) -> None:
    """Raise Conflict before anything is started that would have to be stopped again."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "not a host name"
        raise Conflict(
            f"Nothing can listen on {host}, port {port}: {why}. Choose another --host or --port."
        ) from error


async def _begin(settings: Settings) -> None:
    """Make sure of the machine and the keys. Raises NotOnThisMachine, KeysMissing, BadKeyRing."""
    database = open_database(settings.effective_database_url)
    try:
        await check_alone(database, this_machine())
        keys = KeySource(settings.configured_keys, settings.data_dir)
        await begin_with_keys(database, keys, utc_now(), makes=True)
    finally:
        await database.close()
