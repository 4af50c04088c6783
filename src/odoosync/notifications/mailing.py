"""Mail to owners: the mail server of the settings, and what an event reads like.

A mail is for what waits for a person. It says what happened and where to look, in plain text.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any, Final, Literal, get_args
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
from sqlalchemy import Row

from odoosync.accounts.mail_address import address_of, is_address
from odoosync.connections.tables import connections
from odoosync.db import Tx
from odoosync.notifications.delivery_result import DeliveryResult, readable
from odoosync.notifications.errors import BadMailServer, NotMailed

SETTING: Final = "ODOOSYNC_SMTP_URL"
TIMEOUT_S: Final = 30.0
_PORTS: Final = {"smtp": 587, "smtps": 465}
_PERMANENT: Final = 500
LONGEST_NAME: Final = 40
NOT_CONFIRMED: Final = (
    "This mail was not sent: the user has no mail address that is confirmed. GET /api/v1/me says "
    "what to do."
)
_NOT_IN_A_NAME: Final = re.compile(r"[^\w -]")
_CODE: Final = re.compile(r"[a-z_]{1,64}")
Tls = Literal["on", "off"]


@dataclass(frozen=True, slots=True)
class MailServer:
    """`wrapped` speaks TLS from the first byte; else STARTTLS begins it, unless `tls` is off."""

    host: str
    port: int
    sender: str
    wrapped: bool
    tls: Tls = "on"
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def read_mail_server(url: str) -> MailServer:
    """Read `smtp://user:password@host:587/?from=address`. Raises BadMailServer, without the URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadMailServer(f"{SETTING} cannot be read.") from None
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    tls, sender = options.get("tls", "on"), options.get("from", "")
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BadMailServer(f"{SETTING} begins with smtp:// or smtps:// and names a host.")
    if tls not in get_args(Tls):
        raise BadMailServer(f"{SETTING} says `tls=on` or `tls=off`.")
    if not is_address(parseaddr(sender)[1]):
        raise BadMailServer(f"{SETTING} names the sender's address: `?from=odoosync@example.com`.")
    return MailServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        sender=sender,
        wrapped=parts.scheme == "smtps",
        tls="off" if tls == "off" else "on",
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


@dataclass(frozen=True, slots=True)
class Email:
    to: str
    subject: str
    text: str
    message_id: str
    at: str


class Mailer:
    """Sends one email a connection."""

    def __init__(self, server: MailServer, tls: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._tls = tls

    async def send(self, email: Email) -> DeliveryResult:
        """Hand an email to the mail server and say what became of it."""
        begun = time.monotonic()
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await self._hand_over(self._composed(email))
        except aiosmtplib.SMTPRecipientsRefused as error:
            code = max(one.code for one in error.recipients)
            final = code >= _PERMANENT  # below that it says: not yet
            return _failed(begun, "The mail server refused the address.", code, final=final)
        except aiosmtplib.SMTPResponseException as error:
            return _failed(begun, f"The mail server answered {error.code}.", error.code)
        except (aiosmtplib.SMTPException, OSError):
            return _failed(begun, "The mail server did not take the mail.")
        return DeliveryResult(_ms(begun), 250, excerpt=readable(answer))

    async def _hand_over(self, message: EmailMessage) -> str:
        server = self._server
        _, answer = await aiosmtplib.send(
            message,
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.wrapped,
            start_tls=not server.wrapped and server.tls == "on",
            tls_context=self._tls,
            timeout=TIMEOUT_S,
        )
        return answer

    def _composed(self, email: Email) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._server.sender
        message["To"] = Address(addr_spec=email.to)
        message["Subject"] = email.subject
        message["Date"] = email.at
        message["Message-ID"] = f"<{email.message_id}@odoosync>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(email.text)
        return message


def open_mailer(smtp_url: str | None, tls: ssl.SSLContext | None = None) -> Mailer | None:
    """Return what sends mails; None where no mail server is set. Raises BadMailServer."""
    return None if smtp_url is None else Mailer(read_mail_server(smtp_url), tls)


def _failed(
    begun: float, error: str, status: int | None = None, *, final: bool = False
) -> DeliveryResult:
    return DeliveryResult(_ms(begun), status, error, final=final)


def _ms(begun: float) -> int:
    return int((time.monotonic() - begun) * 1000)


async def email_of(tx: Tx, found: Row[Any]) -> Email:
    """Write the email of a delivery to a user. Raises NotMailed."""
    to = (await address_of(tx, found.user_id)).mailed_to
    if to is None:
        raise NotMailed(NOT_CONFIRMED)
    named = tx.select(connections, connections.c.name).where(
        connections.c.id == found.connection_id
    )
    subject, sentence = told(found, await tx.scalar(named) or "")
    return Email(
        to=to,
        subject=readable(f"Odoosync: {subject}") or "",
        text=f"{sentence}\n\nAt {found.happened_at:%Y-%m-%d %H:%M:%S} UTC. You are told once.\n",
        message_id=found.message_id,
        at=format_datetime(found.happened_at),
    )


def quoted(name: object) -> str:
    """Quote a name that a user gave, short and without what a mail program makes a link of."""
    words = " ".join(_NOT_IN_A_NAME.sub(" ", str(name)).split())
    return f"“{words[:LONGEST_NAME].strip() or '…'}”"


def _because(about: dict[str, Any]) -> str:
    """Give the code of what failed. Its sentence may quote an Odoo, which may be anybody's."""
    code = str(about.get("code") or about.get("error_code") or "")
    return f" ({code})" if _CODE.fullmatch(code) else ""


def told(found: Row[Any], connection: str) -> tuple[str, str]:
    """Return subject and text of a kind that is mailed."""
    about: dict[str, Any] = found.payload
    run: dict[str, Any] = about.get("run") or {}
    connection = quoted(connection)
    what = f"{found.dataset} of {connection}"
    match found.kind:
        case "dataset.stale":
            subject = f"{what} is stale"
            text = f"The last complete sync of {what}: {about.get('completed_at') or 'never'}."
        case "dataset.failing":
            subject = f"{what} fails"
            text = f"Scheduled syncs of {what} fail{_because(run)}. The history says why."
        case "credentials.rejected":
            subject = f"{connection} rejects its credentials"
            text = (
                f"Odoo rejects the stored login of {connection}{_because(run)}.\n"
                "Nothing is synced until new credentials are set."
            )
        case "deletions.held_back":
            subject = f"deletions of {what} wait for you"
            text = (
                f"{run.get('held_back')} rows of {what} are gone from Odoo. They stay until you "
                "confirm it: /api/v1/connections/…/deletions, or `odoosync deletions list`."
            )
        case "connection.failing":
            subject = f"{connection} does not answer"
            text = (
                f"{connection} has not answered since {about.get('since')}{_because(about)}.\n"
                "It is asked again by itself, ever more rarely."
            )
        case _:
            subject = "a webhook was disabled"
            why = "is gone" if about.get("why") == "gone" else "failed for days"
            text = f"The webhook {quoted(about.get('name'))} was disabled: its receiver {why}."
    return subject, text
