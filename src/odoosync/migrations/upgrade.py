"""The one way to run migrations: from `serve`, from `odoosync db upgrade`, and from tests."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError

from odoosync.db.engine import set_sqlite_pragmas
from odoosync.errors import OdoosyncError

_LOCK: Final = 7_305_411_862_001


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
        event.listen(
            engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE")
        )
        return engine
    return create_engine(parsed.set(drivername="postgresql+psycopg"))


def head_revision() -> str:
    """Return the revision that this version of the code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(url: str) -> str:
    """Bring the database to head and return its revision. Raises MigrationFailed."""
    engine = _engine(url)
    config = _config()
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            return current_revision(connection) or ""
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise MigrationFailed(f"The database could not be upgraded: {reason}") from error
    finally:
        engine.dispose()
