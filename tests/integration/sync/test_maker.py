"""Pages that are made ready in a process of their own, or in a thread, are the same to the copy."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from integration.sync.copying import EQUAL, Copy
from odoosync.odoo import sealed
from odoosync.odoo.sealed import Glance, Sealed
from odoosync.sync import pace
from odoosync.sync.engine import maker, making
from odoosync.sync.engine.maker import Maker

PAGE = 20
PARTNER = "res.partner"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small pages be as large ones are: made ready apart, in several parts."""
    monkeypatch.setattr(pace, "FIRST", PAGE)
    monkeypatch.setattr(pace, "LARGEST", PAGE)
    monkeypatch.setattr(maker, "_LARGE", 1)
    monkeypatch.setattr(making, "_PART", PAGE // 4)


@pytest.fixture
async def apart(copy: Copy) -> AsyncIterator[Copy]:
    """A copy whose pages are made ready in a process; it is there already, and stays."""
    own = Maker(in_process=True)
    async with own.lent():
        await process_of(own)._start()
        yield replace(copy, maker=own)


def process_of(own: Maker) -> maker._Process:
    assert own._apart is not None
    return own._apart


def pid_of(own: Maker) -> int | None:
    running = process_of(own)._running
    return running.process.pid if running else None


def change_all(copy: Copy) -> None:
    ids = copy.world.execute(PARTNER, "search", [], context={"active_test": False})
    copy.world.execute(PARTNER, "write", ids, {"comment": "changed"})


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_process_makes_all_pages_ready_and_ends_with_its_worker(
    apart: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_here: list[Any] = []
    monkeypatch.setattr(maker, "_make_here", lambda *given: made_here.append(given))
    pid = pid_of(apart.maker)
    run = await apart.sync(full=True)
    assert (run.status, run.note, made_here) == ("succeeded", None, [])
    assert pid_of(apart.maker) == pid is not None
    assert await apart.difference() == EQUAL
    await apart.maker.close()
    assert pid is not None
    assert not is_there(pid)


def test_it_is_told_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODOOSYNC_SECRET", "unmistakable")
    running = maker._started()
    try:
        told = Path(f"/proc/{running.process.pid}/environ").read_text()
        assert "PATH=" in told
        assert "ODOOSYNC" not in told
    finally:
        running.end()


async def test_one_that_dies_costs_no_row_and_is_started_again(apart: Copy) -> None:
    process, killed = process_of(apart.maker), list[int]()

    def kill(_model: str, method: str) -> None:
        pid = pid_of(apart.maker)
        if method == "search_read" and pid is not None and not killed:
            killed.append(pid)
            os.kill(pid, signal.SIGKILL)

    apart.odoo.after = kill
    run = await apart.sync(full=True)
    assert (run.status, len(killed)) == ("succeeded", 1)
    assert await apart.difference() == EQUAL
    await apart.sync(full=True)
    assert process._starting is not None
    await process._starting
    assert pid_of(apart.maker) not in {None, *killed}


async def test_one_that_stands_still_is_ended_and_costs_no_row(
    apart: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maker, "_LIMIT_S", 0.2)
    pid = pid_of(apart.maker)
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    run = await apart.sync(full=True)
    assert run.status == "succeeded"
    assert not is_there(pid)
    assert await apart.difference() == EQUAL


async def test_it_goes_with_the_last_window_that_is_read(copy: Copy) -> None:
    own = Maker(in_process=True)
    synced = replace(copy, maker=own)
    await synced.sync(full=True)
    assert pid_of(own) is None
    async with own.lent():
        await process_of(own)._start()
        pid = pid_of(own)
        assert pid is not None
        await synced.sync(full=True)
        assert pid_of(own) == pid
    assert not is_there(pid)
    assert await synced.difference() == EQUAL


async def test_whoever_waits_for_one_that_is_ended_loses_no_row(apart: Copy) -> None:
    ended: list[int | None] = []

    def end(_model: str, method: str) -> None:
        if method == "search_read" and not ended and pid_of(apart.maker):
            ended.append(pid_of(apart.maker))
            ending.append(asyncio.ensure_future(process_of(apart.maker).end()))

    ending: list[asyncio.Future[None]] = []
    apart.odoo.after = end
    run = await apart.sync(full=True)
    await asyncio.gather(*ending)
    assert (run.status, len(ended)) == ("succeeded", 1)
    assert await apart.difference() == EQUAL


async def test_where_it_cannot_be_started_a_thread_does(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maker, "_COMMAND", ("/nowhere/python",))
    own = Maker(in_process=True)
    run = await replace(copy, maker=own).sync(full=True)
    await own.close()
    assert run.status == "succeeded"
    assert await copy.difference() == EQUAL


@pytest.mark.parametrize("off", [(-1, 0), (1, 0), (0, 1), (0, 500), (9_999, 0)])
async def test_a_glance_that_is_wrong_costs_no_row(
    copy: Copy, off: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that are here already: the comparison of ids would not find what a window missed."""
    await copy.sync()
    change_all(copy)
    glance = Sealed.glance

    def wrong(page: Sealed) -> Glance | None:
        seen = glance(page)
        return seen and Glance(seen.rows + off[0], seen.first_id, seen.last_id + off[1])

    monkeypatch.setattr(Sealed, "glance", wrong)
    run = await copy.sync()
    assert (run.status, run.mode) == ("succeeded", "incremental")
    assert await copy.difference() == EQUAL


async def test_rows_out_of_order_move_no_checkpoint(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    await copy.sync()
    change_all(copy)
    monkeypatch.setattr(making, "_PART", 1)
    monkeypatch.setattr(sealed, "_PIECE", 1)
    of, disordered = Sealed.of, list[bytes]()

    def mixed(body: bytes, *, in_reply: bool) -> Sealed | None:
        page = of(body, in_reply=in_reply)
        if page is None or disordered or body.count(b'"id":') != PAGE:
            return page
        disordered.append(body)
        rows = page.rows()
        rows.insert(-1, rows.pop(1))
        told = {"jsonrpc": "2.0", "id": 1, "result": rows} if in_reply else rows
        return of(orjson.dumps(told), in_reply=in_reply)

    monkeypatch.setattr(Sealed, "of", mixed)
    run = await copy.sync()
    assert (run.error_code, run.mode, len(disordered)) == ("odoo_bad_answer", "incremental", 1)
    run = await copy.sync()
    assert (run.status, run.mode) == ("succeeded", "incremental")
    assert await copy.difference() == EQUAL


async def test_an_answer_that_is_broken_in_its_middle_is_asked_for_again(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    of, broken = Sealed.of, list[bytes]()

    def spoilt(body: bytes, *, in_reply: bool) -> Sealed | None:
        if not broken and body.count(b'"id":') == PAGE:
            broken.append(body)
            middle = body.rindex(b'"id":') - 3
            body = body[:middle] + b"?" + body[middle:]
        return of(body, in_reply=in_reply)

    monkeypatch.setattr(Sealed, "of", spoilt)
    run = await copy.sync(full=True)
    assert (run.status, len(broken)) == ("succeeded", 1)
    assert await copy.difference() == EQUAL


async def test_pages_that_tell_their_rows_in_text_are_read_at_length(copy: Copy) -> None:
    """Braces in a text keep a glance from counting, and must not keep rows from the copy."""
    texts: list[Any] = ['{"id":1,"name":"x"},{"id":2', "}]", "{", '[{"id": 5}]']
    for text in texts:
        copy.world.execute(PARTNER, "create", {"name": text, "comment": text})
    await copy.sync(full=True)
    assert await copy.difference() == EQUAL
