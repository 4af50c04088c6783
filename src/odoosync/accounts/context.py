"""What the functions of this room work with, put together once a process."""

from __future__ import annotations

from dataclasses import dataclass, field

from odoosync.accounts.audit import BackgroundTasks
from odoosync.accounts.failed_login_audit import FailedLoginAudit
from odoosync.accounts.login_throttle import LoginThrottle
from odoosync.accounts.passwords import Passwords
from odoosync.accounts.tokens import Tokens
from odoosync.clock import Clock, utc_now
from odoosync.crypto import KeyRing
from odoosync.db import Database
from odoosync.quotas import Quotas


@dataclass(frozen=True)
class Accounts:
    database: Database
    passwords: Passwords
    tokens: Tokens
    clock: Clock = utc_now
    login_throttle: LoginThrottle = field(default_factory=LoginThrottle)
    failed_logins: FailedLoginAudit = field(default_factory=FailedLoginAudit)
    background: BackgroundTasks = field(default_factory=BackgroundTasks)
    quotas: Quotas = field(default_factory=Quotas)


def open_accounts(
    database: Database,
    key_ring: KeyRing,
    *,
    clock: Clock = utc_now,
    passwords: Passwords | None = None,
    quotas: Quotas | None = None,
) -> Accounts:
    return Accounts(
        database=database,
        passwords=passwords or Passwords(),
        tokens=Tokens(key_ring),
        clock=clock,
        quotas=quotas or Quotas(),
    )
