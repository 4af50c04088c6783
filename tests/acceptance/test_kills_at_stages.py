"""Kill -9 in every stage of a sync and of a repair, in turn, within the same run."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from service import Service, running_service
from siege import EQUAL, PARTNER, Siege, difference, past_all_doors
from waiting import wait_until
from watched_odoo import Call, WatchedOdoo

Stage = Callable[[Call], bool]
ROWS = 1_500
COUNTS = ("created", "updated", "deleted", "hidden", "held_back")


def is_window_page(call: Call) -> bool:
    return call.is_window_page


def is_volatile_page(call: Call) -> bool:
    read_in_pages = call.method == "search_read" and call.limit is not None
    return read_in_pages and not call.by_ids and not call.is_window_page


def is_names(call: Call) -> bool:
    return call.method == "search_read" and call.limit is None and call.by_ids


def is_second_look(call: Call) -> bool:
    return call.method == "search_read" and call.limit is not None and call.by_ids


def is_id_scan(call: Call) -> bool:
    return (call.model, call.method) == (PARTNER, "search")


def is_telling_apart(call: Call) -> bool:
    return (call.model, call.method) == (PARTNER, "read")


STAGES = (is_window_page, is_names, is_volatile_page, is_id_scan, is_telling_apart)
REPAIR_STAGES = (is_window_page, is_second_look, is_id_scan, is_telling_apart)


in_turn = pytest.mark.parametrize(
    ("database_url", "turn"),
    [
        ("sqlite", 0),
        ("postgresql", 1),
        pytest.param("sqlite", 1, marks=pytest.mark.soak),
        pytest.param("postgresql", 0, marks=pytest.mark.soak),
    ],
    indirect=["database_url"],
)
"""CI kills at the one moment of each stage on one database, at the other moment on the other."""


@pytest.fixture
def service(tmp_path: Path, database_url: str, odoo: WatchedOdoo) -> Iterator[Service]:
    settings = {"ODOOSYNC_DEFAULT_ODOO_URL": odoo.url, "ODOOSYNC_REGISTRATION": "open"}
    with running_service(tmp_path, database_url, **settings) as running:
        yield running


@pytest.fixture
def odoo(tmp_path: Path) -> Iterator[WatchedOdoo]:
    with WatchedOdoo(tmp_path, ROWS) as watched:
        yield watched


@pytest.fixture
def sieges(service: Service, odoo: WatchedOdoo) -> Iterator[tuple[Siege, Siege]]:
    """Two users who have synced the same Odoo: one will be struck, the other one left alone."""
    with ExitStack() as stack:
        made = [
            Siege(service, odoo, stack.enter_context(service.registered()), random.Random(1))
            for _ in range(2)
        ]
        for siege in made:
            assert siege.ended(siege.ask())["status"] == "succeeded"
        yield made[0], made[1]


def kill_at(siege: Siege, stages: Sequence[Stage], since: float, turn: int) -> None:
    """Kill in each stage: while a call is on its way, or as soon as it was answered, in turn."""
    for number, stage in enumerate(stages):
        call = siege.odoo.hold_at(stage, since=since)
        if (number + turn) % 2:
            siege.odoo.let_pass(call)
            wait_until(partial(was_answered, siege.odoo, call))
        since = siege.strike("both")
    siege.odoo.let_all_pass()


def was_answered(odoo: WatchedOdoo, call: Call) -> bool:
    odoo.look()
    return call.answered is not None


def change(odoo: WatchedOdoo) -> None:
    """Change what every stage is there for."""
    people = odoo.raw.call(PARTNER, "search", [["parent_id", "!=", False]])
    odoo.raw.call(PARTNER, "write", people[:40], {"phone": "+41 31 000 00 00"})
    country = odoo.raw.call("res.country", "create", {"name": "Newland", "code": "NL9"})
    odoo.raw.call(PARTNER, "write", people[:1], {"country_id": country})
    tag = odoo.raw.call("res.partner.category", "create", {"name": "New tag"})
    odoo.raw.call("res.partner.category", "write", [tag], {"partner_ids": [[4, people[50]]]})
    odoo.raw.call(PARTNER, "unlink", people[60:90])


@in_turn
def test_killed_in_every_stage_a_sync_ends_as_if_nothing_had_been(
    sieges: tuple[Siege, Siege], turn: int
) -> None:
    struck, calm = sieges
    change(struck.odoo)
    expected = calm.ended(calm.ask())
    struck.odoo.hold()
    run_id = struck.ask()
    kill_at(struck, STAGES, struck.runs[run_id], turn)
    run = struck.ended(run_id)
    assert {name: run[name] for name in COUNTS} == {name: expected[name] for name in COUNTS}
    assert (run["status"], run["deleted"]) == ("succeeded", 30)
    assert difference(struck) == EQUAL


def damage(siege: Siege) -> None:
    """Make rows missing, stale and phantom."""
    place = f"WHERE connection_id = {siege.connection} AND dataset = 'contacts' AND odoo_id"
    with past_all_doors(siege.service) as connection:
        newest = connection.execute(text(f"SELECT max(odoo_id) FROM records {place} > 0")).scalar()
        assert newest is not None
        for change in (
            f"DELETE FROM records {place} BETWEEN {newest - 900} AND {newest - 880}",
            f"UPDATE records SET data = '{{}}' {place} BETWEEN {newest - 700} AND {newest - 600}",
            f"UPDATE records SET odoo_id = odoo_id + 1000000 {place} > {newest - 5}",
        ):
            connection.exec_driver_sql(change)


@in_turn
def test_killed_in_every_stage_a_repair_leaves_a_true_copy(
    sieges: tuple[Siege, Siege], turn: int
) -> None:
    siege, _ = sieges
    damage(siege)
    assert difference(siege) != EQUAL
    siege.odoo.hold()
    verify = f"/api/v1/connections/{siege.connection}/verify"
    wish = {"datasets": ["contacts"], "repair": True, "wait": False}
    since = time.monotonic()
    run_id = siege.caller.post(verify, wish)["runs"][0]["id"]
    kill_at(siege, REPAIR_STAGES, since, turn)
    run = siege.ended(run_id)
    assert (run["status"], run["truth"]) == ("succeeded", 1.0)
    assert difference(siege) == EQUAL
