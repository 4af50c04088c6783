"""The keys that a database needs: no process may begin with other ones, or go on without one.

Who begins with a key ring leaves its newest key's fingerprint here. So a second machine with a ring
of its own is noticed before it seals anything, and so is another key under an id that is known.
These functions look across tenants: keys belong to the installation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from odoosync.accounts.tables import secret_keys
from odoosync.crypto import CannotOpen, KeyRing, KeySource, NoKeys, given_up
from odoosync.db import Database, Tx, sealed_columns

_LOCK: Final = 7_305_411_862_013
_WAY_OUT: Final = (
    "Put them back, behind the newest key where there is one. "
    "`odoosync keys forget` gives up a key that is lost for good, and what it sealed."
)


class KeysMissing(CannotOpen):
    """What is stored here was sealed with keys that this process does not have."""

    code = "keys_missing"


async def keys_in_use(tx: Tx) -> set[str]:
    """Return the ids of the keys that stored secrets are sealed with; opens none of them."""
    found: set[str] = set()
    for column in sealed_columns():
        if tx.dialect == "postgresql":
            key_id = func.split_part(column, ".", 2)
        else:
            after = func.substr(column, 3)
            key_id = func.substr(after, 1, func.instr(after, ".") - 1)
        sealed = select(key_id.label("key_id")).where(column.like("_%.%.%"), column.not_like("0.%"))
        found |= {row.key_id for row in await tx.all(sealed.distinct())}
    return found


async def missing_keys(database: Database, ring: KeyRing) -> list[str]:
    """Return the ids of the keys that something is sealed with, and that the ring lacks."""
    async with database.system(write=False) as tx:
        return sorted(one for one in await keys_in_use(tx) if one not in ring)


def without(missing: Iterable[str], place: str) -> str:
    """Say which keys are missing, and where they were looked for."""
    return (
        f"Stored secrets need the keys {', '.join(missing)}, which are not in {place}. {_WAY_OUT}"
    )


async def check_keys(database: Database, source: KeySource) -> KeyRing:
    """Return the ring that is there, changing nothing. Raises NoKeys, BadKeyRing, KeysMissing."""
    async with database.system(write=False) as tx:
        return await _checked(tx, source)


async def _checked(tx: Tx, source: KeySource) -> KeyRing:
    known = {row.id: row.fingerprint for row in await tx.all(select(secret_keys))}
    used = await keys_in_use(tx)
    needed = sorted(used or known)
    try:
        ring = source.load()
    except NoKeys as error:
        if needed:
            raise KeysMissing(
                f"{error.message} This database needs {', '.join(needed)}. {_WAY_OUT}"
            ) from None
        raise
    if missing := sorted(one for one in used if one not in ring):
        raise KeysMissing(without(missing, source.place))
    if known and not any(one in ring for one in known):
        raise KeysMissing(
            f"This database belongs to the keys {', '.join(sorted(known))}, and {source.place} "
            f"has others. {_WAY_OUT}"
        )
    if others := [one for one in known if one in ring and ring.fingerprint(one) != known[one]]:
        raise KeysMissing(
            f"{source.place} has another key under the id {', '.join(sorted(others))} than the one "
            f"that this database knows. {_WAY_OUT}"
        )
    return ring


async def begin_with_keys(
    database: Database, source: KeySource, now: datetime, *, makes: bool
) -> KeyRing:
    """Return the ring, noting its newest key. Where the database needs none yet, `makes` one.

    Raises NoKeys, BadKeyRing, KeysMissing.
    """
    async with database.system() as tx:
        if tx.dialect == "postgresql":  # or two machines would begin with keys of their own
            await tx.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        try:
            ring = await _checked(tx, source)
        except NoKeys:
            if not makes:
                raise
            ring = source.load_or_make()
        insert = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
        newest = {"id": ring.current, "fingerprint": ring.fingerprint(ring.current)}
        await tx.execute(
            insert(secret_keys).values(**newest, added_at=now).on_conflict_do_nothing()
        )
    return ring


async def forget_key(tx: Tx, key_id: str) -> int:
    """Give up a key that is lost, and what it sealed; returns how many secrets that were."""
    count = 0
    for column in sealed_columns():
        sealed = update(column.table).where(column.like(f"_%.{key_id}.%"))
        sealed = sealed.where(column.not_like("0.%"))
        count += (await tx.execute(sealed.values({column.name: given_up(key_id)}))).rowcount
    await tx.execute(secret_keys.delete().where(secret_keys.c.id == key_id))
    return count


async def forget_unused(tx: Tx, ring: KeyRing) -> Sequence[str]:
    """Take keys that seal nothing any more off the list; returns their ids."""
    used = await keys_in_use(tx) | {ring.current}
    gone = secret_keys.delete().where(secret_keys.c.id.not_in(used)).returning(secret_keys.c.id)
    return sorted((await tx.execute(gone)).scalars().all())
