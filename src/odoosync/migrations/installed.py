"""Which revision a database is at: only a look, nothing is made or changed by it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import DBAPIError

from odoosync.migrations.upgrade import MigrationFailed, current_revision, reason_of


def installed_revision(url: str) -> str | None:
    """Return the revision of a database; None where there is none of Odoosync's.

    Raises MigrationFailed where it cannot be read.
    """
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    if parsed.get_backend_name() == "sqlite":
        return _revision_of_file(Path(parsed.database or ""))
    engine = create_engine(parsed.set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            return current_revision(connection)
    except DBAPIError as error:
        raise MigrationFailed(f"The database cannot be reached: {reason_of(error)}.") from error
    finally:
        engine.dispose()


def _revision_of_file(file: Path) -> str | None:
    """Read it as it is: to open a file that is not there would make it."""
    if not file.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise MigrationFailed(f"The database {file} cannot be read: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise MigrationFailed(f"{file} is not a database of Odoosync.") from error
    return str(found[0]) if found else None
