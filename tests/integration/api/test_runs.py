from __future__ import annotations

import base64

import httpx
import pytest

Headers = dict[str, str]
CURSORS = (
    "0001-01-01T00:00:00+14:00|a",
    "9999-12-31T23:59:59-14:00|a",
    "2026-01-01T00:00:00|a",
    "2026-01-01T00:00:00+00:00|",
    "2026-01-01T00:00:00+00:00|\0",
    "yesterday|a",
)


@pytest.mark.parametrize("text", CURSORS)
async def test_a_cursor_that_no_list_of_runs_gave_is_refused(
    client: httpx.AsyncClient, signed_in: Headers, text: str
) -> None:
    cursor = base64.urlsafe_b64encode(f"runs/{text}".encode()).decode()
    answer = await client.get("/api/v1/runs", headers=signed_in, params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")
