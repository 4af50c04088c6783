"""Asking for the next page before this one is decoded saves time, and never costs a row."""

from __future__ import annotations

from typing import Any

import pytest

from integration.sync.copying import EQUAL, Copy
from odoosync.odoo.errors import CutOff
from odoosync.sync import pace
from odoosync.sync.engine import ahead, pages

PAGE = 10
Body = bytes


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "FIRST", PAGE)
    monkeypatch.setattr(pace, "LARGEST", PAGE)


def begins(copy: Copy) -> list[int]:
    """Return after which id each page of whole rows was asked for, in order."""
    pages_asked = [body for body in copy.odoo.payloads if "write_date" in body.get("fields", ())]
    asked = [body["domain"] for body in pages_asked]
    return [domain[-1][2] for domain in asked if domain and domain[-1][0] == "id"]


async def test_every_page_is_asked_for_once(copy: Copy) -> None:
    run = await copy.sync(full=True)
    assert await copy.difference() == EQUAL
    pages_after_the_first = (run.fetched - 1) // PAGE
    assert len(begins(copy)) == len(set(begins(copy))) == pages_after_the_first


@pytest.mark.parametrize("off", [-3, 1, 1_000_000])
async def test_a_wrong_guess_costs_a_call_and_no_row(
    copy: Copy, off: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(body: Body, size: int) -> int | None:
        last = ahead.last_id_of(body, size)
        return None if last is None else last + off

    monkeypatch.setattr(pages, "last_id_of", wrong)
    await copy.sync(full=True)
    assert await copy.difference() == EQUAL


async def test_a_page_that_fails_on_its_way_is_asked_for_again(copy: Copy) -> None:
    failed: list[Any] = []

    def cut(_model: str, method: str) -> None:
        if method == "search_read" and len(begins(copy)) == 3 and not failed:
            failed.append(method)
            raise CutOff

    copy.odoo.before = cut
    await copy.sync(full=True)
    assert failed
    assert await copy.difference() == EQUAL
