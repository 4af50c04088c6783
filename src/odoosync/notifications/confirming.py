"""The address that a user's mails go to, and the email that has it confirmed.

The email is the delivery of an event, as all mails are; the event is told to nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any, Final

from sqlalchemy import Row

from odoosync.accounts import Accounts, audit
from odoosync.accounts.confirming import begin_link, link_of
from odoosync.accounts.errors import NoPublicUrl, NothingToConfirm
from odoosync.accounts.mail_address import (
    MailAddress,
    address_of,
    normal_address,
    store_address,
)
from odoosync.accounts.principal import Principal
from odoosync.accounts.tables import users
from odoosync.clock import Clock
from odoosync.crypto import KeyRing
from odoosync.db import Tx
from odoosync.notifications import fan_out
from odoosync.notifications.errors import NotMailed
from odoosync.notifications.event_types import CONFIRMING
from odoosync.notifications.mailing import Email, quoted
from odoosync.sync import events
from odoosync.sync.schedule_tables import events as event_table

PATH: Final = "/confirm-email/"
_WAITS: Final = (
    "Nothing is mailed to this address until it is confirmed. Follow the link in the email that "
    "was sent there, or ask for it again with POST /api/v1/me/email/confirmation."
)
_CANNOT_BE_CONFIRMED: Final = (
    "Nothing is mailed to this address: it is not confirmed, and no email can be sent for that. "
    "The operator has to set ODOOSYNC_PUBLIC_URL, or to give you the address with "
    "`odoosync user set-email`."
)


@dataclass(frozen=True, slots=True)
class AddressService:
    """Without a `public_url` there is nothing that a link could lead to, and no email."""

    accounts: Accounts
    public_url: str | None = None

    async def show(self, caller: Principal) -> MailAddress:
        async with self.accounts.database.tenant(caller.tenant_id, write=False) as tx:
            return await address_of(tx, caller.user_id)

    def note(self, address: MailAddress) -> str | None:
        """Say why nothing is mailed to an address; None where there is nothing to say."""
        if not address.waits:
            return None
        return _CANNOT_BE_CONFIRMED if self.public_url is None else _WAITS

    async def change(self, caller: Principal, email: str | None) -> MailAddress:
        """Set one's address, or none; one that waits to be confirmed is sent an email.

        Raises BadAddress, TooManyEmails; then nothing has changed.
        """
        address = normal_address(email)
        before = await self.show(caller)
        stays = before.email == address and not before.waits
        nonce = None
        if address is not None and self.public_url is not None and not stays:
            nonce = await begin_link(self.accounts, caller, address)
        async with self.accounts.database.tenant(caller.tenant_id) as tx:
            now = self.accounts.clock()
            stored = await store_address(tx, caller.user_id, address, caller, now)
            if nonce is not None:
                await self._post(tx, caller, nonce)
        return stored

    async def send_again(self, caller: Principal) -> MailAddress:
        """Send another email to an address that waits to be confirmed.

        Raises NothingToConfirm, NoPublicUrl, TooManyEmails.
        """
        address = await self.show(caller)
        if address.email is None or not address.waits:
            raise NothingToConfirm
        if self.public_url is None:
            raise NoPublicUrl
        nonce = await begin_link(self.accounts, caller, address.email)
        async with self.accounts.database.tenant(caller.tenant_id) as tx:
            await self._post(tx, caller, nonce)
        return address

    async def _post(self, tx: Tx, caller: Principal, nonce: str) -> None:
        """Have the workers send an email. The event holds no token, only what it is made of."""
        now, payload = self.accounts.clock(), {"nonce": nonce, "url": f"{self.public_url}{PATH}"}
        event_id = await events.record(tx, CONFIRMING, None, None, payload, at=now)
        taken = tx.update(event_table).where(event_table.c.id == event_id)
        await tx.execute(taken.values(taken_at=now))
        row = {"event_id": event_id, "webhook_id": None, "user_id": caller.user_id}
        await fan_out.add(tx, [row], now)
        detail = {"user_id": caller.user_id}
        await audit.record(tx, "user.confirmation_asked", caller, at=now, detail=detail)


async def confirming_email(tx: Tx, found: Row[Any], key_ring: KeyRing, clock: Clock) -> Email:
    """Write the email that has an address confirmed. Raises NotMailed once its link is void."""
    link = await link_of(tx, key_ring, found.user_id, found.payload["nonce"], clock())
    if link is None:
        raise NotMailed(
            "The link of this email is void: the address was changed or confirmed meanwhile, or a "
            "day has passed. Ask for another email with POST /api/v1/me/email/confirmation."
        )
    named = tx.select(users, users.c.username).where(users.c.id == found.user_id)
    name = quoted(await tx.scalar(named) or "")
    return Email(
        to=link.email,
        subject="Odoosync: confirm your mail address",
        text=(
            f"The user {name} of Odoosync wants mails about trouble with their copies to go to this"
            " address.\n\nIf this is you, open this link and press the button. It works until "
            f"{link.expires_at:%Y-%m-%d %H:%M} UTC, and once:\n\n"
            f"{found.payload['url']}{link.token}\n\n"
            "If it is not, do nothing. Nothing else is mailed to an address that nobody "
            "confirmed.\n"
        ),
        message_id=found.message_id,
        at=format_datetime(found.happened_at),
    )
