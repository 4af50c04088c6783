"""Where mails for a user go. An address is taken as it is given: only a mail tells if it exists."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from odoosync.accounts import audit
from odoosync.accounts.audit import Actor
from odoosync.accounts.errors import BadAddress
from odoosync.accounts.principal import Principal
from odoosync.accounts.tables import users
from odoosync.db import Tx

LONGEST: Final = 254
_SHAPE: Final = re.compile(r"[A-Za-z0-9_.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def is_address(text: str) -> bool:
    """Tell whether a text can be a mail address; whether one exists, only a mail tells."""
    return len(text) <= LONGEST and _SHAPE.fullmatch(text) is not None


def normal_address(text: str | None) -> str | None:
    """Return a mail address as it is kept, None for none. Raises BadAddress."""
    address = (text or "").strip()
    if not address:
        return None
    if not is_address(address):
        raise BadAddress("This is no mail address. Send one such as anna@example.com.")
    return address


async def store_address(
    tx: Tx, user_id: int, address: str | None, by: Actor | Principal, now: datetime
) -> None:
    await tx.execute(tx.update(users).where(users.c.id == user_id).values(email=address))
    detail = {"user_id": user_id, "removed": address is None}
    await audit.record(tx, "user.address_changed", by, at=now, detail=detail)


async def address_of(tx: Tx, user_id: int) -> str | None:
    """Return where mails for a user go."""
    address: str | None = await tx.scalar(
        tx.select(users, users.c.email).where(users.c.id == user_id)
    )
    return address
