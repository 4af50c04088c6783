"""Accounts for tests: a clock that is moved by hand, and a hasher that does next to no work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from odoosync.accounts import Accounts, open_accounts
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.passwords import Passwords
from odoosync.accounts.tables import audit_trail
from odoosync.accounts.users import create_user
from odoosync.crypto import KeyRing, new_key_ring
from odoosync.db import Database

NOW = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)
PASSWORD = "api_password"


class HeldClock:
    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


def cheap_hasher(**_usual: int) -> Argon2Hasher:
    return Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)


def cheap_passwords() -> Passwords:
    return Passwords(cheap_hasher())


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def key_ring() -> KeyRing:
    return new_key_ring()


@pytest.fixture
async def accounts(
    database: Database, key_ring: KeyRing, clock: HeldClock
) -> AsyncIterator[Accounts]:
    opened = open_accounts(database, key_ring, clock=clock, passwords=cheap_passwords())
    yield opened
    await opened.background.drain()


@pytest.fixture
async def anna(accounts: Accounts) -> User:
    return await create_user(accounts, "anna", PASSWORD)


async def actions(accounts: Accounts, user: User) -> list[str]:
    """Return what the audit kept about a user, oldest first."""
    await accounts.background.drain()
    async with accounts.database.tenant(user.tenant_id, write=False) as tx:
        rows = await tx.all(tx.select(audit_trail).order_by(audit_trail.c.id))
    return [row.kind for row in rows]
