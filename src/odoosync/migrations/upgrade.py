"""The one way to run migrations: from `serve`, from `odoosync db upgrade`, and from tests."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError

from odoosync.db.disk import DiskFull, is_disk_full
from odoosync.db.engine import set_sqlite_pragmas
from odoosync.db.home import check_home
from odoosync.errors import OdoosyncError
from odoosync.store.positions import catch_up

_LOCK: Final = 7_305_411_862_001
_NOT_PERMITTED: Final = "42501"


class MigrationFailed(OdoosyncError):
    """The database could not be reached or changed."""

    code = "migration_failed"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _engine(url: str) -> Engine:
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    if parsed.get_backend_name() == "sqlite":
        Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        engine = create_engine(parsed.set(drivername="sqlite"))
        event.listen(engine, "connect", set_sqlite_pragmas)
        event.listen(engine, "connect", _let_go_of_foreign_keys)
        event.listen(
            engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE")
        )
        return engine
    return create_engine(parsed.set(drivername="postgresql+psycopg"))


def _let_go_of_foreign_keys(connection: Any, _record: object) -> None:
    """Let tables be made anew: to drop one would delete what points to it. Checked at the end.

    SQLite takes this word only outside of transactions.
    """
    connection.execute("PRAGMA foreign_keys = OFF")


def _check_foreign_keys(connection: Connection) -> None:
    if broken := connection.execute(text("PRAGMA foreign_key_check")).first():
        raise MigrationFailed(
            f"The database is damaged: a row of {broken[0]} points to no row of {broken[2]}. "
            "Nothing was changed. Restore a backup."
        )


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def head_revision() -> str:
    """Return the revision that this version of the code needs."""
    return _scripts().get_current_head() or ""


def current_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(url: str, *, then: Callable[[Connection], object] | None = None) -> str:
    """Bring the database to head and return its revision.

    `then` is done in the same transaction, after it. Raises MigrationFailed, DiskFull, and
    NotOnThisMachine before anything is written.
    """
    check_home(url)
    try:
        engine = _engine(url)
    except OSError as error:
        raise MigrationFailed(
            f"The folder of the database cannot be made: {error.strerror}. "
            "Set ODOOSYNC_DATA_DIR to one that can be written to."
        ) from error
    try:
        with engine.begin() as connection:
            revision = _upgrade(connection)
            if then is not None:
                then(connection)
            return revision
    except DBAPIError as error:
        if is_disk_full(error):
            raise DiskFull from None
        raise MigrationFailed(_sentence(error)) from error
    finally:
        engine.dispose()


def _upgrade(connection: Connection) -> str:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    found = current_revision(connection)
    config = _config()
    if found not in {None, *(script.revision for script in _scripts().walk_revisions())}:
        raise MigrationFailed(
            f"The database is at revision {found}, which a newer version of Odoosync wrote. "
            "Run that version, or restore a backup that this one wrote."
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.dialect.name == "postgresql":
        connection.execute(catch_up())
    elif found != head_revision():
        _check_foreign_keys(connection)
    return current_revision(connection) or ""


def reason_of(error: DBAPIError) -> str:
    """Return the first line of what the database said."""
    return (str(error.orig).strip().splitlines() or [type(error.orig).__name__])[0]


def _sentence(error: DBAPIError) -> str:
    sentence = f"The database could not be upgraded: {reason_of(error)}."
    if getattr(error.orig, "sqlstate", None) == _NOT_PERMITTED:
        sentence += (
            " An administrator of PostgreSQL has to prepare the login, its database and the two "
            "roles first: see docs/postgresql.md."
        )
    if isinstance(error.orig, sqlite3.OperationalError):
        sentence += (
            " Check that this user may write to the data folder, and that its disk has room."
        )
    return sentence
