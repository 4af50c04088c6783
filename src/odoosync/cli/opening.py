"""What most commands need first: settings, logging, and a database of this version's schema."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from odoosync.db import Database, open_database
from odoosync.log import configure_logging
from odoosync.migrations import upgrade
from odoosync.settings import Settings, load_settings


@asynccontextmanager
async def opened_database() -> AsyncIterator[tuple[Settings, Database]]:
    """Open the configured database, migrated; works beside a running `serve` and without one."""
    settings = load_settings()
    chosen = "log_level" in settings.model_fields_set
    configure_logging(settings.log_level if chosen else "warning", settings.log_format)
    url = settings.effective_database_url
    await asyncio.to_thread(upgrade, url)
    database = open_database(url)
    try:
        yield settings, database
    finally:
        await database.close()
