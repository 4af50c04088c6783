from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select

from odoosync.accounts import Accounts
from odoosync.accounts.cross_tenant import User, find_credentials
from odoosync.accounts.errors import (
    RefreshRefused,
    SessionEnded,
    TokenExpired,
    TooManyGuesses,
    UserDisabled,
    WrongCredentials,
)
from odoosync.accounts.sessions import (
    Grant,
    _hold_password,
    authenticate,
    refresh,
    sign_in,
    sign_out,
)
from odoosync.accounts.tables import audit_trail, refresh_tokens, sessions
from odoosync.accounts.users import disable_user, enable_user, set_password
from odoosync.quotas import Quotas
from people import PASSWORD, HeldClock, actions

pytestmark = pytest.mark.dialect

HERE = "192.0.2.1"


async def _sign_in(accounts: Accounts, username: str = "anna", password: str = PASSWORD) -> Grant:
    return await sign_in(accounts, username, password, address=HERE)


async def test_a_signed_in_user_is_recognised(accounts: Accounts, anna: User) -> None:
    grant = await _sign_in(accounts, "ANNA")
    caller = await authenticate(accounts, grant.access_token)
    assert (caller.user_id, caller.tenant_id, caller.kind) == (anna.id, anna.tenant_id, "password")
    assert caller.auth_time == accounts.clock()
    assert grant.expires_in == 3600


@pytest.mark.parametrize("username", ["anna", "nobody", "", "not a name"])
async def test_a_wrong_password_says_the_same_for_any_name(
    accounts: Accounts, anna: User, username: str
) -> None:
    del anna
    with pytest.raises(WrongCredentials, match=r"^The username or the password is not right\.$"):
        await _sign_in(accounts, username, "wrong_password")


async def test_the_audit_has_sign_ins_and_refusals(accounts: Accounts, anna: User) -> None:
    await _sign_in(accounts)
    with pytest.raises(WrongCredentials):
        await _sign_in(accounts, password="wrong_password")
    assert await actions(accounts, anna) == ["user.created", "session.started", "session.refused"]


async def test_guessing_is_slowed_even_when_the_next_guess_is_right(
    accounts: Accounts, anna: User, clock: HeldClock
) -> None:
    del anna
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            await _sign_in(accounts, password="wrong_password")
    with pytest.raises(TooManyGuesses):
        await _sign_in(accounts)
    clock.forward(seconds=30)
    assert await _sign_in(accounts)


async def test_guesses_sent_all_at_once_are_counted(accounts: Accounts, anna: User) -> None:
    del anna
    guesses = [_sign_in(accounts, password=f"wrong_{n:04}") for n in range(40)]
    errors = await asyncio.gather(*guesses, return_exceptions=True)
    assert 10 <= sum(isinstance(error, WrongCredentials) for error in errors) <= 14


async def test_many_sign_ins_at_once_all_succeed(accounts: Accounts, anna: User) -> None:
    del anna
    assert len(await asyncio.gather(*(_sign_in(accounts) for _ in range(30)))) == 30


async def test_a_refreshed_token_keeps_the_time_of_the_password(
    accounts: Accounts, anna: User, clock: HeldClock
) -> None:
    del anna
    first = await _sign_in(accounts)
    given = clock.now
    clock.forward(hours=2)
    with pytest.raises(TokenExpired):
        await authenticate(accounts, first.access_token)
    caller = await authenticate(
        accounts, (await refresh(accounts, first.refresh_token)).access_token
    )
    assert (caller.kind, caller.auth_time) == ("refresh", given)


async def test_a_refresh_token_lives_thirty_days(
    accounts: Accounts, anna: User, clock: HeldClock
) -> None:
    del anna
    token = (await _sign_in(accounts)).refresh_token
    clock.forward(days=29)
    token = (await refresh(accounts, token)).refresh_token
    clock.forward(days=30)
    with pytest.raises(RefreshRefused):
        await refresh(accounts, token)


async def test_signing_out_ends_this_session_only(accounts: Accounts, anna: User) -> None:
    del anna
    here, there = await _sign_in(accounts), await _sign_in(accounts)
    await sign_out(accounts, await authenticate(accounts, here.access_token))
    with pytest.raises(SessionEnded):
        await authenticate(accounts, here.access_token)
    with pytest.raises(RefreshRefused):
        await refresh(accounts, here.refresh_token)
    assert await authenticate(accounts, there.access_token)


async def test_a_new_password_ends_every_session(accounts: Accounts, anna: User) -> None:
    del anna
    grant = await _sign_in(accounts)
    await set_password(accounts, "Anna", "another_password")
    with pytest.raises(SessionEnded):
        await authenticate(accounts, grant.access_token)
    with pytest.raises(WrongCredentials):
        await _sign_in(accounts)
    assert await _sign_in(accounts, password="another_password")


async def test_a_sign_in_that_a_new_password_overtakes_starts_nothing(
    accounts: Accounts, anna: User
) -> None:
    found = await find_credentials(accounts.database, "anna")
    assert found is not None
    await set_password(accounts, "anna", "another_password")
    async with accounts.database.tenant(anna.tenant_id) as tx:
        with pytest.raises(WrongCredentials):
            await _hold_password(tx, anna.id, found[1], found[1])


async def test_a_disabled_user_is_out_at_once_and_stays_out_until_enabled(
    accounts: Accounts, anna: User
) -> None:
    del anna
    grant = await _sign_in(accounts)
    await disable_user(accounts, "anna")
    with pytest.raises(SessionEnded):
        await authenticate(accounts, grant.access_token)
    with pytest.raises(UserDisabled):
        await _sign_in(accounts)
    await enable_user(accounts, "anna")
    with pytest.raises(SessionEnded):
        await authenticate(accounts, grant.access_token)
    assert await _sign_in(accounts)


async def test_the_tables_hold_no_token_and_old_sessions_go(
    accounts: Accounts, anna: User, clock: HeldClock
) -> None:
    old = await _sign_in(accounts)
    clock.forward(days=31)
    new = await _sign_in(accounts)
    async with accounts.database.system() as tx:
        kept = [row.token_hash for row in await tx.all(select(refresh_tokens))]
        left = await tx.all(select(sessions.c.user_id))
    assert len(kept) == 1
    assert kept[0] not in {old.refresh_token, new.refresh_token}
    assert [row.user_id for row in left] == [anna.id]


async def test_a_session_stands_for_its_own_user_alone(accounts: Accounts, anna: User) -> None:
    grant = await _sign_in(accounts)
    claims = accounts.tokens.read(grant.access_token, accounts.clock())
    swapped = replace(claims, user_id=anna.id + 1)
    with pytest.raises(SessionEnded):
        await authenticate(accounts, accounts.tokens.issue(swapped, accounts.clock()))


async def test_the_oldest_session_ends_when_there_are_too_many(
    accounts: Accounts, anna: User, clock: HeldClock
) -> None:
    few = replace(accounts, quotas=Quotas(sessions=2))
    grants = []
    for _ in range(3):
        clock.forward(seconds=1)
        grants.append(await _sign_in(few))
    with pytest.raises(SessionEnded):
        await authenticate(few, grants[0].access_token)
    for standing in grants[1:]:
        assert (await authenticate(few, standing.access_token)).user_id == anna.id
    async with accounts.database.system(write=False) as tx:
        started = await tx.all(select(audit_trail.c.detail).order_by(audit_trail.c.id))
    assert [entry.detail for entry in started[-3:]] == [{}, {}, {"oldest_ended": 1}]
