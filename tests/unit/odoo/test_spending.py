from __future__ import annotations

import asyncio

import pytest

from odoosync.odoo.bounds import PAGE
from odoosync.odoo.errors import AnswerTooLarge, CutOff, TooMuchRefused
from odoosync.odoo.spending import PAGES, Spending, note_taken

MIB = 2**20


def take(spending: Spending, size: int, error: BaseException | None = None) -> None:
    with spending.of_call():
        note_taken(size)
        if error is not None:
            raise error


def refuse(spending: Spending, size: int, error: BaseException | None = None) -> None:
    with pytest.raises(BaseException):  # noqa: B017, PT011 - the one that is raised within
        take(spending, size, error or CutOff())


def test_no_call_is_made_once_too_much_was_of_no_use() -> None:
    spending = Spending(MIB)
    for _ in range(PAGES):
        refuse(spending, MIB)
    take(spending, 0)
    refuse(spending, 1)
    with pytest.raises(TooMuchRefused, match=r"8 MB.*lost before.*ODOOSYNC_PAGE_MEGABYTES"):
        take(spending, 0)


def test_as_much_as_was_of_use_may_be_refused_on_top() -> None:
    spending = Spending(MIB)
    take(spending, 5 * MIB)
    for _ in range(PAGES + 5):
        refuse(spending, MIB)
    take(spending, 0)


@pytest.mark.parametrize("error", [AnswerTooLarge(), TimeoutError(), asyncio.CancelledError()])
def test_what_was_taken_counts_whatever_ended_the_call(error: BaseException) -> None:
    spending = Spending(MIB)
    refuse(spending, 1_000, error)
    assert (spending.refused, spending.used) == (1_000, 0)


def test_a_page_that_turns_out_to_be_of_no_use_is_taken_back() -> None:
    spending = Spending(MIB)
    take(spending, 1_000)
    spending.take_back(1_000, CutOff())
    assert (spending.refused, spending.used) == (1_000, 0)


def test_many_rows_have_a_part_once_a_page_was_too_large_and_one_row_has_all() -> None:
    spending = Spending(8 * MIB)
    assert spending.bound_of(1_000) == PAGE
    refuse(spending, MIB, AnswerTooLarge())
    assert (spending.bound_of(2).size, spending.bound_of(1)) == (MIB, PAGE)


def test_calls_beside_each_other_count_apart() -> None:
    spending = Spending(MIB)

    async def call(size: int) -> None:
        with spending.of_call():
            await asyncio.sleep(0)
            note_taken(size)

    async def both() -> None:
        await asyncio.gather(call(1), call(2))

    asyncio.run(both())
    assert spending.used == 3
