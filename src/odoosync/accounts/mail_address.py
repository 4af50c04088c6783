"""Where mails for a user go. Only what comes back from there tells that the address is theirs.

Until an address is confirmed nothing is mailed to it but the email that asks for that. One that
the operator gives is confirmed at once: the operator answers for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from odoosync.accounts import audit
from odoosync.accounts.audit import Actor
from odoosync.accounts.errors import BadAddress
from odoosync.accounts.principal import Principal
from odoosync.accounts.tables import email_confirmations, users
from odoosync.db import Tx

LONGEST: Final = 254
_SHAPE: Final = re.compile(r"[A-Za-z0-9_.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True, slots=True)
class MailAddress:
    """A user's address, and since when it is confirmed; None where it is not, or there is none."""

    email: str | None = None
    confirmed_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Tell whether it is yet to be confirmed."""
        return self.email is not None and self.confirmed_at is None

    @property
    def mailed_to(self) -> str | None:
        """Where mails about trouble go."""
        return self.email if self.confirmed_at is not None else None


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


def mailbox_of(address: str) -> str:
    """Return who reads what goes to an address: many ways of writing it can reach one person.

    Capital letters, dots and what follows a `+` are left out. Few emails go to one mailbox; that
    two people share them, because their addresses differ by a dot, does no harm.
    """
    name, _, domain = address.lower().rpartition("@")
    return f"{name.partition('+')[0].replace('.', '')}@{domain}"


async def store_address(
    tx: Tx,
    user_id: int,
    address: str | None,
    by: Actor | Principal,
    now: datetime,
    *,
    confirmed: bool = False,
) -> MailAddress:
    """Give a user an address, or none; links that were sent to another one become void.

    The address that is there already stays as confirmed as it is.
    """
    before = await address_of(tx, user_id)
    since = before.confirmed_at if before.email == address else None
    stored = MailAddress(address, since or (now if confirmed and address else None))
    values = {"email": stored.email, "email_confirmed_at": stored.confirmed_at}
    await tx.execute(tx.update(users).where(users.c.id == user_id).values(**values))
    await end_links(tx, user_id, now, but_of=stored.email if stored.waits else None)
    detail = {"user_id": user_id, "removed": address is None}
    await audit.record(tx, "user.address_changed", by, at=now, detail=detail)
    return stored


async def end_links(tx: Tx, user_id: int, now: datetime, *, but_of: str | None = None) -> set[str]:
    """End the links of a user, `but_of` one address; returns the hashes of their tokens."""
    open_ones = tx.update(email_confirmations).where(
        email_confirmations.c.user_id == user_id, email_confirmations.c.ended_at.is_(None)
    )
    if but_of is not None:
        open_ones = open_ones.where(email_confirmations.c.email != but_of)
    ended = open_ones.values(ended_at=now).returning(email_confirmations.c.token_hash)
    return {row.token_hash for row in await tx.all(ended)}


async def address_of(tx: Tx, user_id: int) -> MailAddress:
    found = await tx.first(
        tx.select(users, users.c.email, users.c.email_confirmed_at).where(users.c.id == user_id)
    )
    return MailAddress(*found) if found else MailAddress()
