"""A refresh token that comes a second time: a client's repetition, or a thief."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from odoosync.accounts import Accounts, open_accounts
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.errors import RefreshRefused, SessionEnded
from odoosync.accounts.sessions import authenticate, refresh, sign_in, sign_out
from odoosync.accounts.tables import refresh_tokens
from odoosync.crypto import KeyRing, new_key_ring
from odoosync.db import open_database
from people import PASSWORD, HeldClock, actions, cheap_passwords

pytestmark = pytest.mark.dialect


@pytest.fixture
async def token(accounts: Accounts, anna: User) -> str:
    return (await sign_in(accounts, anna.username, PASSWORD, address="192.0.2.1")).refresh_token


@pytest.fixture
async def elsewhere(
    database_url: str, key_ring: KeyRing, clock: HeldClock
) -> AsyncIterator[Accounts]:
    """The accounts as another process sees them, which has connections of its own."""
    database = open_database(database_url)
    yield open_accounts(database, key_ring, clock=clock, passwords=cheap_passwords())
    await database.close()


async def test_refreshes_at_once_get_the_same_successor(
    accounts: Accounts, elsewhere: Accounts, token: str
) -> None:
    tabs = (accounts, elsewhere) * 4
    grants = await asyncio.gather(*(refresh(tab, token) for tab in tabs))
    (successor,) = {grant.refresh_token for grant in grants}
    for grant in grants:
        assert await authenticate(accounts, grant.access_token)
    assert await refresh(accounts, successor)


async def test_a_lost_answer_is_given_again_for_thirty_seconds(
    accounts: Accounts, anna: User, token: str, clock: HeldClock
) -> None:
    first = await refresh(accounts, token)
    clock.forward(seconds=30)
    assert (await refresh(accounts, token)).refresh_token == first.refresh_token
    assert "session.refresh_reused" not in await actions(accounts, anna)


async def test_repeating_does_not_make_the_thirty_seconds_longer(
    accounts: Accounts, token: str, clock: HeldClock
) -> None:
    await refresh(accounts, token)
    clock.forward(seconds=20)
    await refresh(accounts, token)
    clock.forward(seconds=11)
    with pytest.raises(RefreshRefused):
        await refresh(accounts, token)


async def test_a_used_token_that_comes_later_ends_the_whole_family(
    accounts: Accounts, anna: User, token: str, clock: HeldClock
) -> None:
    second = await refresh(accounts, token)
    third = await refresh(accounts, second.refresh_token)
    clock.forward(seconds=31)
    with pytest.raises(RefreshRefused):
        await refresh(accounts, token)
    with pytest.raises(RefreshRefused):
        await refresh(accounts, third.refresh_token)
    with pytest.raises(SessionEnded):
        await authenticate(accounts, third.access_token)
    assert "session.refresh_reused" in await actions(accounts, anna)


async def test_a_repetition_gets_its_own_successor_though_that_was_used(
    accounts: Accounts, token: str
) -> None:
    second = await refresh(accounts, token)
    third = await refresh(accounts, second.refresh_token)
    assert (await refresh(accounts, token)).refresh_token == second.refresh_token
    assert (await refresh(accounts, second.refresh_token)).refresh_token == third.refresh_token


async def test_the_same_successor_is_known_after_the_keys_were_rotated(
    accounts: Accounts, key_ring: KeyRing, clock: HeldClock, token: str
) -> None:
    first = await refresh(accounts, token)
    newer = KeyRing(new_key_ring("newer").masters + key_ring.masters)
    restarted = open_accounts(accounts.database, newer, clock=clock, passwords=cheap_passwords())
    assert (await refresh(restarted, token)).refresh_token == first.refresh_token


async def test_no_repetition_outlives_signing_out(accounts: Accounts, token: str) -> None:
    grant = await refresh(accounts, token)
    await sign_out(accounts, await authenticate(accounts, grant.access_token))
    with pytest.raises(RefreshRefused):
        await refresh(accounts, token)


async def test_no_successor_stands_in_the_database(accounts: Accounts, token: str) -> None:
    successor = (await refresh(accounts, token)).refresh_token
    async with accounts.database.system(write=False) as tx:
        kept = [str(tuple(row)) for row in await tx.all(select(refresh_tokens))]
    assert len(kept) == 2
    assert successor not in "".join(kept)
