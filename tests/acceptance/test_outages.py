"""A frozen worker, a database server that crashes, a file that loses its last writes."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

import lasting_worker
from postgres import running_server
from service import Service, running_service
from siege import EQUAL, Siege, difference, past_all_doors
from waiting import wait_until
from watched_odoo import Call, WatchedOdoo

ROWS, PAGE, PAGE_S = 3_000, 250, 0.1
SOAK_ROWS = 12_000
CUTS, SOAK_CUTS = 3, 30
_WAL_HEADER, _FRAME_HEADER = 32, 24


@contextmanager
def besieged(folder: Path, database_url: str, *options: str, rows: int = ROWS) -> Iterator[Siege]:
    with (
        WatchedOdoo(folder, rows) as odoo,
        running_service(
            folder, database_url, *options, ODOOSYNC_DEFAULT_ODOO_URL=odoo.url
        ) as service,
        service.signed_in("somebody") as caller,
    ):
        odoo.slow(PAGE_S)
        siege = Siege(service, odoo, caller, random.Random(3))
        siege.prefer(page_size=PAGE)
        yield siege


def is_window_page(call: Call) -> bool:
    return call.is_window_page


def is_second_page(call: Call) -> bool:
    return call.is_window_page and call.after is not None


def assert_exact(siege: Siege, run_id: str) -> None:
    run, total = siege.ended(run_id), siege.total
    assert (run["status"], run["created"], run["fetched"]) == ("succeeded", total, total)
    assert difference(siege) == EQUAL


@contextmanager
def lasting_workers(service: Service, count: int) -> Iterator[dict[int, subprocess.Popen[bytes]]]:
    with ExitStack() as stack, (service.folder / "workers.log").open("ab") as log:
        hired = {}
        for _ in range(count):
            worker = subprocess.Popen(
                [sys.executable, lasting_worker.__file__],
                env=service.environment,
                stdout=log,
                stderr=log,
            )
            stack.callback(worker.wait)
            stack.callback(worker.kill)
            hired[worker.pid] = worker
        yield hired


def holder(siege: Siege) -> int:
    """Return the process that holds the one run there is: its worker's name says it."""
    with past_all_doors(siege.service) as connection:
        name = connection.execute(
            text("SELECT worker_id FROM runs WHERE worker_id IS NOT NULL")
        ).scalar()
    assert name is not None
    return int(name.split("-")[-2])


def freeze(siege: Siege, worker: int) -> bool:
    """Stop a worker and end its lease; False where it held what others need, and goes on."""
    os.kill(worker, signal.SIGSTOP)
    try:
        with past_all_doors(siege.service) as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
            connection.exec_driver_sql("UPDATE runs SET lease_until = 0 WHERE lease_until > 0")
    except OperationalError:
        os.kill(worker, signal.SIGCONT)
        return False
    return True


def test_a_worker_that_was_frozen_longer_than_its_lease_writes_nothing_more(
    tmp_path: Path, database_url: str
) -> None:
    with (
        besieged(tmp_path, database_url, "--no-worker") as siege,
        lasting_workers(siege.service, 2),
    ):
        siege.odoo.hold()
        run_id = siege.ask()
        page = siege.odoo.hold_at(is_window_page, since=0)
        frozen = holder(siege)
        wait_until(lambda: freeze(siege, frozen))
        siege.odoo.hold_at(is_second_page, since=page.asked)
        os.kill(frozen, signal.SIGCONT)
        siege.odoo.let_pass(page)
        wait_until(lambda: "lease_lost" in (siege.service.folder / "workers.log").read_text())
        siege.odoo.let_all_pass()
        assert_exact(siege, run_id)
        assert siege.ended(run_id)["attempts"] > 1


def test_a_sync_outlives_a_crash_of_the_database_server(tmp_path: Path) -> None:
    with running_server() as server, besieged(tmp_path, server.url) as siege:
        siege.odoo.hold()
        run_id = siege.ask()
        since = 0.0
        for _ in range(2):
            page = siege.odoo.hold_at(is_second_page, since=since)
            server.stop()
            server.start()
            siege.odoo.let_pass(page)
            since = page.asked
        siege.odoo.let_all_pass()
        assert_exact(siege, run_id)
        assert siege.service.process is not None
        assert siege.service.process.poll() is None


@contextmanager
def checkpointing(path: Path) -> Iterator[None]:
    """Have another process copy the log into the file all the time; it is killed at the end."""
    program = (
        "import sqlite3, sys\n"
        "database = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)\n"
        "while True: database.execute('PRAGMA wal_checkpoint(PASSIVE)').fetchall()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(path)])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def lose_the_tail(path: Path, chance: random.Random) -> int:
    """Cut the log where a loss of power may: anywhere behind what is in the file already.

    Returns how many frames were lost. Once they are copied, frames have been synced before.
    """
    log, index = Path(f"{path}-wal"), Path(f"{path}-shm")
    shared = index.read_bytes()
    page_size, frames = struct.unpack_from("=HI", shared, 14)
    (copied,) = struct.unpack_from("=I", shared, 96)
    page_size = 65_536 if page_size == 1 else page_size
    kept = chance.randint(copied, frames)
    torn = chance.randrange(page_size) if kept < frames else 0
    os.truncate(log, _WAL_HEADER + kept * (_FRAME_HEADER + page_size) + torn)
    index.unlink()
    return int(frames - kept)


def is_sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as database:
        return bool(database.execute("PRAGMA quick_check").fetchall() == [("ok",)])


def test_a_file_that_loses_its_last_writes_with_the_power_is_whole_and_goes_on(
    tmp_path: Path, sqlite_url: str, request: pytest.FixtureRequest
) -> None:
    soak, path = request.config.getoption("--soak"), Path(sqlite_url.removeprefix("sqlite:///"))
    lost = []
    with besieged(tmp_path, sqlite_url, rows=SOAK_ROWS if soak else ROWS) as siege:
        for number in range(SOAK_CUTS if soak else CUTS):
            run_id = siege.ask(full=True)
            siege.odoo.wait_for(is_window_page, since=siege.runs[run_id])
            with closing(sqlite3.connect(path)) as database:
                database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            with checkpointing(path) if number % 2 else ExitStack():
                time.sleep(siege.chance.uniform(0, 10 * PAGE_S))
                siege.fell("both")
            lost.append(lose_the_tail(path, siege.chance))
            siege.service.start()
            run = siege.ended(run_id)
            assert run["status"] == "succeeded"
            assert run["fetched"] == run["created"] + run["unchanged"] == siege.total
            assert difference(siege) == EQUAL
            assert is_sound(path)
    print(f"\nframes lost: {lost}")  # noqa: T201 - figures for `-s`
