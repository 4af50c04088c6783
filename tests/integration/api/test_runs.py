from __future__ import annotations

import httpx
import pytest

from odoosync.api.reading.cursor import write_cursor

Headers = dict[str, str]
CURSORS = (
    ("0001-01-01T00:00:00+14:00", "a"),
    ("9999-12-31T23:59:59-14:00", "a"),
    ("2026-01-01T00:00:00", "a"),
    ("2026-01-01T00:00:00+00:00",),
    ("2026-01-01T00:00:00+00:00", "\0"),
    ("2026-01-01T00:00:00+00:00", 7),
    ("yesterday", "a"),
)


@pytest.mark.parametrize("values", CURSORS)
async def test_a_cursor_that_no_list_of_runs_gave_is_refused(
    client: httpx.AsyncClient, signed_in: Headers, values: tuple[object, ...]
) -> None:
    cursor = write_cursor("runs", *values)
    answer = await client.get("/api/v1/runs", headers=signed_in, params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")
