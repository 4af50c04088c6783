"""Odoo passwords are not guessed through this service."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from integration.connections.calling import ADMIN, PROFILE, Calls
from odoosync.connections import guessing
from odoosync.connections.guessing import OF_TENANT_AT_LOGIN, WITHIN
from people import HeldClock

WRONG = ADMIN | {"odoo_password": "wrong"}
TEST = f"{PROFILE}/test"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "OF_ALL_AT_LOGIN", 3)
    monkeypatch.setattr(guessing, "OF_TENANT_AT_SERVER", 4)


async def status(calls: Calls, path: str, form: dict[str, Any]) -> int:
    return (await calls.ask("POST", path, form)).status_code


async def test_a_login_is_guessed_at_ten_times_and_then_it_waits(
    calls: Calls, clock: HeldClock
) -> None:
    for number in range(OF_TENANT_AT_LOGIN):
        path, name = (PROFILE, "Admin ") if number % 2 else (TEST, "admin")
        assert await status(calls, path, WRONG | {"odoo_username": name}) == 422
    refused = await calls.ask("POST", TEST, ADMIN)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_wrong_passwords")
    assert int(refused.headers["Retry-After"]) > 0
    clock.forward(seconds=WITHIN / timedelta(seconds=1))
    assert await status(calls, TEST, ADMIN) == 200


async def test_guesses_at_once_are_no_more(calls: Calls) -> None:
    told = await asyncio.gather(
        *(status(calls, TEST, WRONG) for _ in range(3 * OF_TENANT_AT_LOGIN))
    )
    assert set(told) <= {422, 429}
    left = OF_TENANT_AT_LOGIN - told.count(422)
    assert 0 <= left < OF_TENANT_AT_LOGIN
    for _ in range(left):
        assert await status(calls, TEST, WRONG) == 422
    assert await status(calls, TEST, WRONG) == 429


async def test_a_guess_that_ends_while_another_is_checked_counts(
    calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One ends between what the other has read and what the other makes of that."""
    for _ in range(OF_TENANT_AT_LOGIN - 1):
        assert await status(calls, TEST, WRONG) == 422
    both_have_read, first_has_ended = asyncio.Barrier(2), asyncio.Event()
    read = guessing._wrong

    async def read_beside_the_other(*args: Any) -> Any:
        rows = await read(*args)
        is_the_second = bool(await both_have_read.wait())
        if is_the_second:
            await first_has_ended.wait()
        return rows

    monkeypatch.setattr(guessing, "_wrong", read_beside_the_other)
    two = [asyncio.create_task(status(calls, TEST, WRONG)) for _ in range(2)]
    done, (other,) = await asyncio.wait(two, return_when=asyncio.FIRST_COMPLETED)
    first_has_ended.set()
    assert [await one for one in done] + [await other] == [422, 429]


async def test_right_passwords_never_wait(calls: Calls) -> None:
    for _ in range(OF_TENANT_AT_LOGIN + 2):
        assert await status(calls, TEST, ADMIN) == 200


@pytest.mark.usefixtures("few")
async def test_many_tenants_guess_no_more_at_one_login(calls: Calls, bert: Calls) -> None:
    for one in (calls, bert, calls):
        assert await status(one, TEST, WRONG) == 422
    assert await status(bert, TEST, WRONG) == 429
    assert await status(bert, TEST, ADMIN | {"odoo_username": "demo"}) != 429


@pytest.mark.usefixtures("few")
async def test_many_logins_of_one_server_are_guessed_at_no_more(calls: Calls) -> None:
    for number in range(4):
        assert await status(calls, TEST, WRONG | {"odoo_username": f"user{number}"}) == 422
    assert await status(calls, TEST, WRONG | {"odoo_username": "user9"}) == 429
