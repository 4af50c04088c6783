"""What the functions of this room work with, put together once a process."""

from __future__ import annotations

from dataclasses import dataclass, field

from odoosync.accounts.audit import Afterwards
from odoosync.accounts.guessing import Guesses
from odoosync.accounts.passwords import Passwords
from odoosync.accounts.refusals import Refusals
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
    guesses: Guesses = field(default_factory=Guesses)
    refusals: Refusals = field(default_factory=Refusals)
    afterwards: Afterwards = field(default_factory=Afterwards)
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
