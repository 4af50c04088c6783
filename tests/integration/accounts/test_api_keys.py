from __future__ import annotations

import pytest

from odoosync.accounts import Accounts
from odoosync.accounts.api_keys import (
    Owner,
    authenticate_api_key,
    create_api_key,
    list_api_keys,
    revoke_api_key,
)
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.errors import (
    BadExpiry,
    BadScopes,
    KeyUnknown,
    NotSignedIn,
    TokenExpired,
    UserDisabled,
)
from odoosync.accounts.users import create_user, disable_user, enable_user, set_password
from people import PASSWORD, HeldClock, actions

READ = frozenset({"read"})


@pytest.fixture
def owner(anna: User) -> Owner:
    return Owner(anna.tenant_id, anna.id)


async def test_a_key_stands_for_its_user_with_its_scopes(accounts: Accounts, owner: Owner) -> None:
    _, plain = await create_api_key(accounts, owner, "report", READ, 90)
    caller = await authenticate_api_key(accounts, plain)
    assert (caller.user_id, caller.scopes, caller.kind) == (owner.user_id, READ, "api_key")
    assert caller.session_id is None
    assert caller.auth_time is None


async def test_a_key_ends_on_its_day(accounts: Accounts, owner: Owner, clock: HeldClock) -> None:
    _, plain = await create_api_key(accounts, owner, "report", READ, 1)
    _, endless = await create_api_key(accounts, owner, "report", READ, None)
    clock.forward(days=1)
    with pytest.raises(TokenExpired):
        await authenticate_api_key(accounts, plain)
    assert await authenticate_api_key(accounts, endless)


async def test_a_revoked_key_is_refused_and_gone_from_the_list(
    accounts: Accounts, anna: User, owner: Owner
) -> None:
    key, plain = await create_api_key(accounts, owner, "report", READ, 90)
    await revoke_api_key(accounts, owner, key.id)
    with pytest.raises(NotSignedIn):
        await authenticate_api_key(accounts, plain)
    assert await list_api_keys(accounts, owner) == []
    assert (await actions(accounts, anna))[-2:] == ["api_key.created", "api_key.revoked"]


async def test_a_key_of_another_user_is_not_there(accounts: Accounts, owner: Owner) -> None:
    key, _ = await create_api_key(accounts, owner, "report", READ, 90)
    bert = await create_user(accounts, "bert", PASSWORD)
    with pytest.raises(KeyUnknown):
        await revoke_api_key(accounts, Owner(bert.tenant_id, bert.id), key.id)


async def test_keys_rest_while_the_user_is_disabled(accounts: Accounts, owner: Owner) -> None:
    _, plain = await create_api_key(accounts, owner, "report", READ, 90)
    await disable_user(accounts, "anna")
    with pytest.raises(UserDisabled):
        await authenticate_api_key(accounts, plain)
    await enable_user(accounts, "anna")
    assert await authenticate_api_key(accounts, plain)


async def test_a_new_password_leaves_keys_alone(accounts: Accounts, owner: Owner) -> None:
    _, plain = await create_api_key(accounts, owner, "report", READ, 90)
    await set_password(accounts, "anna", "another_password")
    assert await authenticate_api_key(accounts, plain)


async def test_the_last_use_is_noted_once_a_minute(
    accounts: Accounts, owner: Owner, clock: HeldClock
) -> None:
    _, plain = await create_api_key(accounts, owner, "report", READ, 90)
    noted = []
    for seconds in (0, 59, 1):
        clock.forward(seconds=seconds)
        await authenticate_api_key(accounts, plain)
        noted.append((await list_api_keys(accounts, owner))[0].last_used_at)
    assert noted[0] == noted[1]
    assert noted[2] == clock.now


@pytest.mark.parametrize("plain", ["", "osk_", "osk_12345678_guess", "ÿ"])
async def test_what_is_no_key_is_refused(accounts: Accounts, plain: str) -> None:
    with pytest.raises(NotSignedIn):
        await authenticate_api_key(accounts, plain)


async def test_a_key_needs_a_known_scope_and_a_sensible_end(
    accounts: Accounts, owner: Owner
) -> None:
    with pytest.raises(BadScopes):
        await create_api_key(accounts, owner, "report", frozenset({"all"}), 90)
    with pytest.raises(BadExpiry):
        await create_api_key(accounts, owner, "report", READ, 0)
