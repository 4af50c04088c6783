"""`odoosync serve` and `odoosync worker`: the service, and more hands for it."""

from __future__ import annotations

from typing import Annotated

import typer
import uvicorn

from odoosync.app import build_app
from odoosync.log import configure_logging
from odoosync.migrations import upgrade
from odoosync.settings import load_settings
from odoosync.worker import run_worker

_SHUTDOWN_S = 10


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
    *,
    worker: Annotated[bool, typer.Option(help="Also work the syncs, in a child process.")] = True,
) -> None:
    """Bring the database up to date, then serve the API until stopped."""
    settings = load_settings()
    configure_logging(settings.log_level, settings.log_format)
    upgrade(settings.effective_database_url)
    uvicorn.run(
        build_app(settings, with_worker=worker),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies) or None,
        timeout_graceful_shutdown=_SHUTDOWN_S,
    )


def worker(
    concurrency: Annotated[
        int | None, typer.Option(help="Syncs at the same time.", min=1, max=64)
    ] = None,
) -> None:
    """Work syncs that others asked for, until stopped; any number of these may run."""
    settings = load_settings()
    configure_logging(settings.log_level, settings.log_format)
    if concurrency is not None:
        settings = settings.model_copy(update={"worker_concurrency": concurrency})
    upgrade(settings.effective_database_url)
    run_worker(settings)
