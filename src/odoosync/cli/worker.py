"""`odoosync worker`: more hands for the service."""

from __future__ import annotations

from typing import Annotated

import typer

from odoosync.log import configure_logging
from odoosync.migrations import upgrade
from odoosync.settings import load_settings
from odoosync.worker import run_worker


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
