"""What most commands need first: settings, logging, and a database of this version's schema.

Only commands that begin an installation make a database, keys or a folder. All others look for
what is there, and say where they looked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import odoosync.tables  # noqa: F401 - whoever deletes a user goes by all tables
from odoosync.accounts.known_keys import begin_with_keys
from odoosync.clock import utc_now
from odoosync.crypto import KeyRing, KeySource
from odoosync.db import Database, open_database
from odoosync.db.home import check_home
from odoosync.errors import Conflict, NotFound
from odoosync.log import configure_logging
from odoosync.migrations import head_revision, installed_revision, upgrade
from odoosync.settings import Settings, load_settings

_BEGIN: Final = "To begin a new one, run `odoosync serve` or `odoosync user create`."


class NotInstalled(NotFound):
    """There is no database, or there are no keys, where the settings say."""

    code = "not_installed"


class OtherRevision(Conflict):
    """The database has the schema of an older or a newer version."""

    code = "other_revision"


@asynccontextmanager
async def opened_database(*, creates: bool = False) -> AsyncIterator[tuple[Settings, Database]]:
    """Open the configured database; works beside a running `serve` and without one.

    Where the command `creates` it is made, and migrated. Raises NotInstalled, OtherRevision.
    """
    settings = load_settings()
    chosen = "log_level" in settings.model_fields_set
    configure_logging(settings.log_level if chosen else "warning", settings.log_format)
    url = settings.effective_database_url
    if creates:
        await asyncio.to_thread(upgrade, url)
    else:
        await asyncio.to_thread(check_revision, settings)
    database = open_database(url)
    try:
        yield settings, database
    finally:
        await database.close()


def check_revision(settings: Settings) -> None:
    """Raise NotInstalled where there is no database, OtherRevision where it has another schema.

    And NotOnThisMachine where it lies on a network file system.
    """
    check_home(settings.effective_database_url)
    found, head = revision_there(settings), head_revision()
    if found != head:
        raise OtherRevision(
            f"The database is at revision {found}, and this version of Odoosync needs {head}. "
            "Run `odoosync db upgrade`, or restart `odoosync serve`, of the newest version."
        )


def revision_there(settings: Settings) -> str:
    """Return the revision of the database. Raises NotInstalled where there is none."""
    found = installed_revision(settings.effective_database_url)
    if found is None and settings.database_url:
        raise NotInstalled(
            "There is nothing of Odoosync in the database that ODOOSYNC_DATABASE_URL names. "
            f"Set it to the database of your service. {_BEGIN}"
        )
    if found is None:
        raise NotInstalled(
            f"There is no database in {settings.data_dir.resolve()}. Set ODOOSYNC_DATA_DIR to the "
            f"data folder of your service, or ODOOSYNC_DATABASE_URL to its PostgreSQL. {_BEGIN}"
        )
    return found


async def existing_keys(settings: Settings, database: Database) -> KeyRing:
    """Load the keys, and make none. Raises NoKeys, BadKeyRing, KeysMissing."""
    return await begin_with_keys(database, key_source(settings), utc_now(), makes=False)


def key_source(settings: Settings) -> KeySource:
    return KeySource(settings.configured_keys, settings.data_dir)
