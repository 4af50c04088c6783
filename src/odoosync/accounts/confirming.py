"""Links that confirm a mail address: whoever follows one can read what is sent there.

A link's token is the HMAC, under a key of the ring, of a nonce that its email keeps. So the email
can be written at each try, and the database holds no token, only hashes. A token is for one user
and one address, lives a day, and is used once. Another address makes it void.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from odoosync.accounts import audit, cross_tenant
from odoosync.accounts.audit import Actor
from odoosync.accounts.context import Accounts
from odoosync.accounts.cross_tenant import FoundLink
from odoosync.accounts.errors import LinkNotValid
from odoosync.accounts.mail_address import address_of, end_links, mailbox_of
from odoosync.accounts.principal import Principal
from odoosync.accounts.tables import email_confirmations, users
from odoosync.accounts.tokens import sha256
from odoosync.crypto import KeyRing
from odoosync.db import Tx

LIFETIME: Final = timedelta(hours=24)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Link:
    """What an email holds: where it goes, and the token of its link until `expires_at`."""

    email: str
    token: str
    expires_at: datetime


async def begin_link(accounts: Accounts, principal: Principal, email: str) -> str:
    """Make a link for an address, and return its nonce. Raises TooManyEmails."""
    now, nonce = accounts.clock(), secrets.token_urlsafe(32)
    values = {
        "tenant_id": principal.tenant_id,
        "user_id": principal.user_id,
        "email": email,
        "mailbox": mailbox_of(email),
        "token_hash": sha256(_tokens(accounts.tokens.key_ring, nonce)[0]),
        "asked_at": now,
    }
    await cross_tenant.add_link(accounts.database, values, now)
    return nonce


async def link_of(
    tx: Tx, key_ring: KeyRing, user_id: int, nonce: str, now: datetime
) -> Link | None:
    """Return the link of a nonce; None when it is void by now."""
    hashes = {sha256(token): token for token in _tokens(key_ring, nonce)}
    found = await tx.first(
        tx.select(email_confirmations).where(
            email_confirmations.c.user_id == user_id,
            email_confirmations.c.token_hash.in_(hashes),
            email_confirmations.c.ended_at.is_(None),
            email_confirmations.c.asked_at > now - LIFETIME,
        )
    )
    address = await address_of(tx, user_id)
    if found is None or not address.waits or found.email != address.email:
        return None
    return Link(found.email, hashes[found.token_hash], found.asked_at + LIFETIME)


async def find_link(accounts: Accounts, token: str) -> FoundLink:
    """Return what a token confirms. Raises LinkNotValid, the same for all that confirm nothing."""
    if not _TOKEN.fullmatch(token):
        raise LinkNotValid
    since = accounts.clock() - LIFETIME
    found = await cross_tenant.find_link(accounts.database, sha256(token), since)
    if found is None:
        raise LinkNotValid
    return found


async def confirm_address(accounts: Accounts, token: str, *, caller: str) -> FoundLink:
    """Confirm the address that a token is for, from `caller`'s address. Raises LinkNotValid."""
    found, now = await find_link(accounts, token), accounts.clock()
    async with accounts.database.tenant(found.tenant_id) as tx:
        # Whoever changes the address meanwhile locks the user first, too.
        waiting = tx.update(users).where(
            users.c.id == found.user_id,
            users.c.email == found.email,
            users.c.disabled_at.is_(None),
        )
        confirmed = await tx.execute(waiting.values(email_confirmed_at=now))
        ended = await end_links(tx, found.user_id, now)
        if confirmed.rowcount != 1 or sha256(token) not in ended:
            raise LinkNotValid
        reader = Actor(None, None, "none", caller)
        detail = {"user_id": found.user_id}
        await audit.record(tx, "user.address_confirmed", reader, at=now, detail=detail)
    return found


def _tokens(key_ring: KeyRing, nonce: str) -> list[str]:
    """Return the token of a nonce under each key, the newest key first."""
    return [
        _token(nonce, key_ring.key("confirm address", key_id)) for key_id, _ in key_ring.masters
    ]


def _token(nonce: str, key: bytes) -> str:
    digest = hmac.digest(key, nonce.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
