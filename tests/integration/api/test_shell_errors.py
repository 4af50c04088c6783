from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError

import odoosync
from odoosync.api import problems
from odoosync.errors import OdoosyncError
from served import client_of

SECRET = "hunter2-hunter2"
ABOVE = ("cli", "app", "worker", "migrations", "sandbox", "console")
PASSWORD = "/api/v1/me/password"


def _subclasses(of: type[OdoosyncError]) -> Iterator[type[OdoosyncError]]:
    for one in of.__subclasses__():
        yield one
        yield from _subclasses(one)


def test_every_error_of_the_rooms_below_has_a_status() -> None:
    for module in pkgutil.walk_packages(odoosync.__path__, "odoosync."):
        if module.name.split(".")[1] not in ABOVE:
            importlib.import_module(module.name)
    below = [
        one
        for one in _subclasses(OdoosyncError)
        if one.__module__.startswith("odoosync.") and one.__module__.split(".")[1] not in ABOVE
    ]
    unmapped = [
        one.__name__
        for one in below
        if next(ancestor for ancestor in one.__mro__ if ancestor in problems.STATUS)
        is OdoosyncError
    ]
    assert unmapped == []
    assert len(below) > 30


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/api/v1/me/", 404, "not_found"),
        ("GET", "/api/v1/me/%2e%2e/%2e%2e/etc/passwd", 404, "not_found"),
        ("PUT", "/api/v1/me", 405, "method_not_allowed"),
        ("GET", "/api/v1/me?x=%00", 422, "unusable_text"),
        ("GET", "/api/v1/%00", 422, "unusable_text"),
    ],
)
async def test_what_is_not_there_is_a_problem_document(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail", "code"}


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (b"{", "application/json", (400, "line 1")),
        (b"\xff", "application/json", (400, "not valid JSON")),
        (b'{"a": NaN}', "application/json", (400, "not valid JSON")),
        (b"{'a': true}", "application/json", (400, "not valid JSON")),
        (b"{}{}", "application/json", (400, "not valid JSON")),
        (b" ", "application/json", (400, "not valid JSON")),
        (b'{"a": "\\ud800"}', "application/json", (400, "not valid JSON")),
        (b"[" * 100_000, "application/json", (400, "not valid JSON")),
        (b'{"a": "x\\u0000"}', "application/json", (422, "\\u0000")),
        (b"[]", "application/json", (422, "JSON object")),
        (b"null", "application/json", (422, "JSON object")),
        (b"", "application/json", (422, "missing")),
        (b'{"current_password": 7}', "application/json", (422, "current_password")),
        (b"{}", "text/plain", (415, "application/json")),
        (b"a=b", "application/x-www-form-urlencoded", (415, "application/json")),
        (b"{}", "application/json; charset=nonsense", (422, "missing")),
    ],
)
async def test_a_bad_body_is_told_what_is_wrong(
    client: httpx.AsyncClient,
    signed_in: dict[str, str],
    body: bytes,
    kind: str,
    says: tuple[int, str],
) -> None:
    headers = signed_in | {"content-type": kind}
    answer = await client.post(PASSWORD, content=body, headers=headers)
    assert answer.status_code == says[0]
    assert says[1] in answer.json()["detail"]


async def test_who_calls_is_decided_before_the_body_is_looked_at(client: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/json"}
    assert (await client.post(PASSWORD, content=b"{", headers=headers)).status_code == 401


async def _pieces() -> AsyncIterator[bytes]:
    for _ in range(3):
        yield b" " * 2**19


async def test_a_body_over_a_mebibyte_is_refused_announced_or_not(
    client: httpx.AsyncClient, signed_in: dict[str, str]
) -> None:
    headers = signed_in | {"content-type": "application/json"}
    announced = await client.post(PASSWORD, content=b" " * (2**20 + 1), headers=headers)
    streamed = await client.post(PASSWORD, content=_pieces(), headers=headers)
    assert announced.status_code == streamed.status_code == 413
    assert announced.json() == streamed.json()


@pytest.mark.parametrize(
    "body",
    [
        {"current_password": [SECRET], "new_password": SECRET},
        {"current_password": SECRET * 100, "new_password": SECRET},
        {"current_password": {"a": SECRET}, "new_password": SECRET},
        {"current_password": "x", "new_password": SECRET, "more": SECRET},
        {"current_password": "x", "new_password": SECRET, SECRET * 10: 1},
        [SECRET],
        SECRET,
    ],
)
async def test_no_value_is_ever_repeated(
    client: httpx.AsyncClient, signed_in: dict[str, str], body: object
) -> None:
    answer = await client.post(PASSWORD, json=body, headers=signed_in)
    assert answer.status_code == 422
    assert SECRET not in answer.text


def _failing(app: FastAPI, error: Exception) -> None:
    @app.get("/fail")
    async def fail() -> None:
        raise error


async def test_an_unknown_error_tells_the_caller_nothing(app: FastAPI) -> None:
    _failing(app, RuntimeError(SECRET))
    async with client_of(app) as client:
        answer = await client.get("/fail", headers={"x-secret": SECRET})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert SECRET not in answer.text
    assert answer.headers["x-request-id"]


async def test_a_database_that_is_away_is_503(app: FastAPI) -> None:
    _failing(app, OperationalError("SELECT 1", {"password": SECRET}, Exception(SECRET)))
    async with client_of(app) as client:
        answer = await client.get("/fail")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert SECRET not in answer.text
