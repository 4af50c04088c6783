"""What a process needs to tell owners, from values of the settings."""

from __future__ import annotations

import ssl
from collections.abc import Iterable

from odoosync.addresses.guard import AddressGuard
from odoosync.notifications.mailing import Mailer, read_mail_server
from odoosync.notifications.posting import SETTING


def webhook_guard(allowed: Iterable[str]) -> AddressGuard:
    """Return what guards the way to receivers of webhooks. Raises InvalidInput."""
    return AddressGuard.of(SETTING, allowed)


def open_mailer(smtp_url: str | None, tls: ssl.SSLContext | None = None) -> Mailer | None:
    """Return what sends mails; None where no mail server is set. Raises BadMailServer."""
    return None if smtp_url is None else Mailer(read_mail_server(smtp_url), tls)
