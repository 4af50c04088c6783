"""Every recorded request is put to a world set up like the recorded server; the answers agree."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from odoo_sandbox.http import sandbox_app
from odoo_sandbox.people import PORTAL_GROUPS, Account
from odoo_sandbox.world import World

RECORDINGS = Path(__file__).parents[2] / "data" / "odoo-recordings"
KEY = "the-recorded-key"
NAMES = [
    (folder.name, one.stem) for folder in sorted(RECORDINGS.iterdir()) for one in folder.iterdir()
]

NEXT_IDS = {
    16: {"res.partner": 63, "product.template": 31, "product.product": 39},
    18: {"res.partner": 64, "product.template": 38, "product.product": 47},
    19: {"res.partner": 68, "product.template": 38, "product.product": 56},
}
LIMITED_UID = {16: 8, 18: 8, 19: 7}
JSON2_WRITES = ["json2.create", "json2.write", "json2.create.missing_required"]


def recorded_world(version: int) -> World:
    """As the recorded server was: its next ids, its money, a user who sees only himself."""
    now = datetime(2026, 11, 23, 16, 36, 23, 555_597, tzinfo=UTC)
    world = World(version, clock=lambda: now, currency="EUR" if version == 16 else "USD")
    partner = world.execute("res.partner", "create", {"name": "Limited"})
    uid = LIMITED_UID[version]
    world.add_user(Account(uid, "limited", "limited", partner, PORTAL_GROUPS, "Limited"))
    world.add_rule("res.partner", [("id", "child_of", partner)], uids=[uid])
    world.add_key("admin", KEY)
    world.set_next_id("res.partner.category", 11)
    for model, next_id in NEXT_IDS[version].items():
        world.set_next_id(model, next_id)
    return world


def in_order(recording: dict[str, Any]) -> tuple[int, int]:
    """Logins first, JSON-2 between the reads and the deletions, as they were recorded."""
    body = recording["request"]["body"] or {}
    if "/json/2/" in recording["request"]["path"]:
        name = recording["name"]
        return (41, 1 + JSON2_WRITES.index(name) if name in JSON2_WRITES else 0)
    number = body.get("id") or 0
    return (number if number <= 40 else number + 1, 0)


@cache
def replayed(version: str) -> dict[str, tuple[dict[str, Any], httpx.Response]]:
    recordings = [json.loads(one.read_text()) for one in (RECORDINGS / version).iterdir()]
    return asyncio.run(_replay(int(version[:2]), sorted(recordings, key=in_order)))


async def _replay(
    version: int, recordings: list[dict[str, Any]]
) -> dict[str, tuple[dict[str, Any], httpx.Response]]:
    transport = httpx.ASGITransport(sandbox_app(recorded_world(version)))
    answers = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://odoo.test") as client:
        for recording in recordings:
            asked = json.loads(json.dumps(recording["request"]).replace("<API_KEY>", KEY))
            answer = await client.request(
                asked["method"], asked["path"], headers=asked["headers"], json=asked["body"]
            )
            answers[recording["name"]] = (recording["response"], answer)
    return answers


def normalised(body: Any) -> str:
    """Leave out what differs from one second, and one fork, to the next; keep the order of keys."""
    text = json.dumps(body, ensure_ascii=False)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "<moment>", text)
    text = re.sub(r'"debug": "(?:[^"\\]|\\.)*"', '"debug": "<left out>"', text)
    text = re.sub(r"\\nLINE 1: (?:[^\"\\]|\\.)*", "<where>", text)
    return text.replace("Qplexity Server Error", "Odoo Server Error")


def body_of(response: httpx.Response) -> Any:
    is_json = response.headers["content-type"].startswith("application/json")
    return response.json() if is_json else {"__text__": response.text}


@pytest.mark.parametrize(("version", "name"), NAMES)
def test_the_sandbox_answers_as_the_recorded_server(version: str, name: str) -> None:
    recorded, answer = replayed(version)[name]
    assert answer.status_code == recorded["status"]
    if "fields_get" in name:
        assert body_of(answer) == recorded["body"]
    else:
        assert normalised(body_of(answer)) == normalised(recorded["body"])


@pytest.mark.parametrize(("version", "name"), NAMES)
def test_the_headers_are_those_of_the_recorded_server(version: str, name: str) -> None:
    recorded, answer = replayed(version)[name]
    for header in ("content-type", "www-authenticate", "server"):
        assert answer.headers.get(header) == recorded["headers"].get(header)


@pytest.mark.parametrize("version", ["16.0", "18.0", "19.0"])
def test_the_date_header_is_the_clock_of_the_world(version: str) -> None:
    _recorded, answer = replayed(version)["common.version"]
    assert answer.headers["date"] == "Mon, 23 Nov 2026 16:36:23 GMT"
