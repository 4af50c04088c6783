"""What a database that was put back to an older state must not bring back with it.

Sessions end, and so do links that confirm a mail address. API keys rest until somebody looks at
them. Where the database that is replaced can
still be read, what was taken away since is taken away again: users who were disabled, keys that
were revoked, passwords that were changed. Users, connections and webhooks that were deleted since
come back, for that may be what the backup is for; but disabled, or paused.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson
from sqlalchemy import ColumnElement, Connection, Table, func, select

from odoosync.accounts.audit import OPERATOR
from odoosync.accounts.tables import api_keys, audit_trail, email_confirmations, sessions, users
from odoosync.connections.tables import connections
from odoosync.jobs.claiming import revoke_all_leases
from odoosync.notifications.tables import webhooks
from odoosync.store.positions import leap

_DELETED: Final = ("user.deleted", "connection.deleted", "webhook.deleted")


@dataclass(frozen=True, slots=True)
class Newer:
    """What the replaced database knows.

    `users` as (id, created_at, hash, disabled_at); `deleted` by its audit trail, as the entry's
    id, its kind, and the id of what was deleted.
    """

    users: tuple[tuple[int, str, str, str | None], ...] = ()
    revoked_keys: tuple[str, ...] = ()
    deleted: tuple[tuple[int, str, int], ...] = ()


@dataclass(slots=True)
class Restored:
    """What was taken back, for the audit trail and for whoever restores."""

    sessions_ended: int = 0
    keys_resting: int = 0
    keys_revoked: int = 0
    users_disabled: list[str] = field(default_factory=list)
    passwords_kept: list[str] = field(default_factory=list)
    connections_paused: list[int] = field(default_factory=list)
    webhooks_paused: list[int] = field(default_factory=list)
    compared: bool = False
    """Whether the replaced database could be read."""


def read_newer(file: Path) -> Newer | None:
    """Read a SQLite file that is about to be replaced; None where it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as old:
            found = old.execute("SELECT id, created_at, password_hash, disabled_at FROM users")
            people = tuple(found.fetchall())
            revoked = old.execute("SELECT key_hash FROM api_keys WHERE revoked_at IS NOT NULL")
            hashes = tuple(row[0] for row in revoked)
            marks = ", ".join("?" * len(_DELETED))
            trail = old.execute(
                f"SELECT id, kind, connection_id, detail FROM audit_trail WHERE kind IN ({marks})",  # noqa: S608
                _DELETED,
            )
            deleted = tuple(_deleted(*row) for row in trail)
    except sqlite3.DatabaseError:
        return None
    return Newer(people, hashes, deleted)


def _deleted(entry: int, kind: str, connection_id: int | None, detail: str) -> tuple[int, str, int]:
    about = orjson.loads(detail)
    own = {"user.deleted": "user_id", "webhook.deleted": "webhook_id"}.get(kind)
    return entry, kind, int((about.get(own) if own else connection_id) or 0)


def revoke_restored(connection: Connection, newer: Newer | None, now: datetime) -> Restored:
    """Take back what must not come back, and leave an entry in the audit trail.

    Readers of the change feed have seen more than this state holds: what changes from now on is put
    behind that. Runs go on from where it has them, and no worker holds one any more.
    """
    connection.execute(leap(connection.dialect.name))
    connection.execute(revoke_all_leases())
    done = Restored(compared=newer is not None)
    if newer is not None:
        _take_away_again(connection, newer, now, done)
    standing = sessions.update().where(sessions.c.revoked_at.is_(None))
    done.sessions_ended = connection.execute(standing.values(revoked_at=now)).rowcount
    links = email_confirmations.update().where(email_confirmations.c.ended_at.is_(None))
    connection.execute(links.values(ended_at=now))
    rested = api_keys.update().where(
        api_keys.c.revoked_at.is_(None), api_keys.c.resting_since.is_(None)
    )
    done.keys_resting = connection.execute(rested.values(resting_since=now)).rowcount
    entry = {"at": now, "kind": "database.restored", "via": OPERATOR.via, "detail": asdict(done)}
    connection.execute(audit_trail.insert().values(entry))
    return done


def _take_away_again(connection: Connection, newer: Newer, now: datetime, done: Restored) -> None:
    for user_id, created_at, password_hash, disabled_at in newer.users:
        mine = users.c.id == user_id
        before = connection.execute(select(users).where(mine)).first()
        if before is None or before.created_at != datetime.fromisoformat(f"{created_at}+00:00"):
            continue  # another installation's
        if before.password_hash != password_hash:
            connection.execute(users.update().where(mine).values(password_hash=password_hash))
            done.passwords_kept.append(before.username)
        if disabled_at is not None and before.disabled_at is None:
            connection.execute(users.update().where(mine).values(disabled_at=now))
            done.users_disabled.append(before.username)
    gone = api_keys.c.key_hash.in_(newer.revoked_keys) & api_keys.c.revoked_at.is_(None)
    revoked = api_keys.update().where(gone).values(revoked_at=now)
    done.keys_revoked = connection.execute(revoked).rowcount
    seen = connection.scalar(select(func.max(audit_trail.c.id))) or 0
    since = [(kind, one) for entry, kind, one in newer.deleted if entry > seen]
    deleted = {kind: [one for what, one in since if what == kind] for kind in _DELETED}
    back = users.c.id.in_(deleted["user.deleted"]) & users.c.disabled_at.is_(None)
    disabled = users.update().where(back).values(disabled_at=now).returning(users.c.username)
    done.users_disabled += connection.execute(disabled).scalars()
    still = connections.c.deleted_at.is_(None) & connections.c.id.in_(deleted["connection.deleted"])
    done.connections_paused += _paused(connection, connections, still, now)
    done.webhooks_paused += _paused(
        connection, webhooks, webhooks.c.id.in_(deleted["webhook.deleted"]), now
    )


def _paused(
    connection: Connection, table: Table, chosen: ColumnElement[bool], now: datetime
) -> Iterable[int]:
    paused = table.update().where(chosen, table.c.paused_at.is_(None)).values(paused_at=now)
    return connection.execute(paused.returning(table.c.id)).scalars().all()
