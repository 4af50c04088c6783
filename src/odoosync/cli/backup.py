"""`odoosync backup` and `restore`: the SQLite file, whole, while the service goes on.

Keys are not in a backup: whoever finds one alone reads no secret.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from sqlalchemy.engine import make_url

from odoosync.accounts.audit import OPERATOR
from odoosync.accounts.cross_tenant import record_of_stranger
from odoosync.cli.confirming import Yes, confirm
from odoosync.cli.opening import revision_there
from odoosync.cli.restored import say_what_was_taken_back
from odoosync.clock import utc_now
from odoosync.db import open_database
from odoosync.db.disk import DiskFull, free_bytes, is_disk_full, readable_size
from odoosync.errors import Conflict, InvalidInput, NotFound
from odoosync.migrations import upgrade
from odoosync.migrations.after_restore import Restored, read_newer, revoke_restored
from odoosync.settings import Settings, load_settings

_BUSY_TIMEOUT_S = 30


def backup(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Write a consistent copy of the database to FILE, also while serving (SQLite)."""
    settings = _sqlite_settings(
        "pg_dump --enable-row-security --format=custom --file=FILE DATABASE_URL"
    )
    revision_there(settings)
    source = _database_file(settings)
    if file.exists():
        raise Conflict(f"{file} exists already. Name another file, or move it away.")
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _copy(source, draft)
        os.link(draft, file)
    except OSError as error:
        if is_disk_full(error):
            raise _no_room(source, draft.parent) from None
        raise InvalidInput(
            f"{file} cannot be written: {error.strerror}. Name a file in a folder of yours."
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    asyncio.run(_note_backup(settings, file))
    typer.echo(f"The database was saved to {file}.")
    typer.echo(
        "Its keys are not in it. Keep them apart: "
        + (
            "they are in ODOOSYNC_SECRET_KEYS."
            if settings.secret_keys
            else f"they are in {settings.data_dir / 'secret_keys'}."
        )
    )


async def _note_backup(settings: Settings, file: Path) -> None:
    database = open_database(settings.effective_database_url)
    try:
        about = {"file": file.name}
        await record_of_stranger(database, "database.saved", OPERATOR, utc_now(), about)
    finally:
        await database.close()


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")], *, yes: Yes = False
) -> None:
    """Put the database back to what FILE holds, also while serving (SQLite)."""
    settings = _sqlite_settings(
        "pg_restore --clean --if-exists --no-owner --dbname=DATABASE_URL FILE"
    )
    if not file.exists():
        raise NotFound(f"{file} does not exist.")
    _check_backup(file)
    target = _database_file(settings)
    confirm(f"Replace the database {target} by {file}? What was stored since is lost.", yes=yes)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    revision, done = _put_back(file, target)
    typer.echo(f"The database was restored from {file}, at revision {revision}.")
    say_what_was_taken_back(done)


def _put_back(file: Path, target: Path) -> tuple[str, Restored]:
    """Bring a copy of the backup up to date, then put it in place; returns its revision.

    What was taken away since is taken away in the copy, too: `migrations.after_restore`.
    """
    done: list[Restored] = []
    newer = read_newer(target) if target.exists() else None
    with TemporaryDirectory(dir=target.parent, prefix=".restoring-") as folder:
        draft = Path(folder) / "odoosync.sqlite3"
        _copy(file, draft)
        revision = upgrade(
            f"sqlite:///{draft}", then=lambda to: done.append(revoke_restored(to, newer, utc_now()))
        )
        _copy(draft, target)
    return revision, done[0]


def _sqlite_settings(command: str) -> Settings:
    settings = load_settings()
    if settings.effective_database_url.startswith("postgres"):
        raise InvalidInput(
            f"This database is PostgreSQL. Use its own tool (docs/postgresql.md): {command}"
        )
    return settings


def _database_file(settings: Settings) -> Path:
    return Path(make_url(settings.effective_database_url).database or "")


def _copy(source: Path, target: Path) -> None:
    """Copy by SQLite's own backup: a snapshot, whatever writes at the same time."""
    with (
        closing(sqlite3.connect(_read_only(source), uri=True, timeout=_BUSY_TIMEOUT_S)) as old,
        closing(sqlite3.connect(target, timeout=_BUSY_TIMEOUT_S)) as new,
    ):
        try:
            old.backup(new)
        except sqlite3.OperationalError as error:
            if is_disk_full(error):
                raise _no_room(source, target.parent) from None
            raise Conflict(f"The copy did not succeed: {error}. Try again.") from error


def _no_room(source: Path, folder: Path) -> DiskFull:
    files = (source, source.with_name(f"{source.name}-wal"))
    needed = readable_size(sum(one.stat().st_size for one in files if one.exists()))
    free = readable_size(free_bytes(folder))
    return DiskFull(
        f"The disk of {folder.resolve()} is full: the copy needs up to {needed}, and {free} are"
        " free. Make room there, or use another disk. Nothing was changed."
    )


def _read_only(file: Path) -> str:
    return f"{file.resolve().as_uri()}?mode=ro"


def _check_backup(file: Path) -> None:
    try:
        with closing(sqlite3.connect(_read_only(file), uri=True)) as connection:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            sound = connection.execute("PRAGMA quick_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise InvalidInput(f"{file} is not a backup of Odoosync.") from error
    if not found or sound != ("ok",):
        raise InvalidInput(f"{file} is damaged, or not a backup of Odoosync. Nothing was changed.")
