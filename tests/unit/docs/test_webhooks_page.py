"""docs/webhooks.md is held to the code: the kinds, what they mean and hold, and the waits."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from doc_pages import DOCS
from odoosync.notifications.event_types import MAILED, MEANINGS
from odoosync.notifications.retry_schedule import DELAYS
from odoosync.notifications.signing import new_secret, signed_headers
from odoosync.sync.freshness.view import Freshness, view_of

PAGE: Final = (DOCS / "webhooks.md").read_text()
UNITS: Final = {"s": "seconds", "min": "minutes", "h": "hours"}


def rows() -> dict[str, list[str]]:
    """Return the cells of the table of kinds, by kind."""
    found = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (.*) \|$", PAGE, re.MULTILINE)
    return {kind: [cell.strip() for cell in rest.split("|")] for kind, rest in found}


def test_the_page_lists_every_kind_with_its_meaning() -> None:
    assert {kind: cells[0] for kind, cells in rows().items()} == MEANINGS


def test_the_page_says_what_is_mailed() -> None:
    assert {kind for kind, cells in rows().items() if cells[2] == "yes"} == MAILED


@pytest.mark.parametrize("kind", ["dataset.stale", "dataset.fresh_again"])
def test_the_page_says_what_freshness_holds(kind: str) -> None:
    state = Freshness("contacts", None, None, None, None, is_stale=True, alert_since=None)
    named = set(re.findall(r"`(\w+)`", rows()[kind][1]))
    assert named == set(view_of(state)) - {"dataset"}


def test_the_page_tells_the_waits() -> None:
    (told,) = re.findall(r"^\| after the one before \| at once \| (.*) \|$", PAGE, re.MULTILINE)
    waits = [cell.split() for cell in told.split("|")]
    assert tuple(timedelta(**{UNITS[unit]: int(number)}) for number, unit in waits) == DELAYS


@pytest.mark.parametrize("tail", ["", "x"])
def test_the_lines_that_verify_by_hand_verify(tail: str) -> None:
    secret, body = new_secret(), '{"a": "ü"}'
    headers = signed_headers([new_secret(), secret], "msg_1", body, datetime.now(UTC))
    (lines,) = re.findall(r"```python\n(import base64.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {
        "secret": secret.reveal(),
        "headers": headers,
        "body": (body + tail).encode(),
    }
    exec(lines, names)
    assert names["valid"] == (not tail)
