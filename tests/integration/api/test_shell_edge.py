from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from structlog.testing import capture_logs

from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services
from people import HeldClock
from served import client_of


@pytest.fixture
def options() -> ApiOptions:
    return ApiOptions(
        rate_limit=2,
        cors_origins=("https://app.example",),
        trusted_proxies=("10.0.0.0/8",),
        root_path="/odoosync",
    )


async def _statuses(client: httpx.AsyncClient, times: int, **headers: str) -> list[int]:
    answers = [await client.get("/api/v1/me", headers=headers) for _ in range(times)]
    return [answer.status_code for answer in answers]


async def test_a_burst_of_ten_seconds_passes_and_then_the_rate(
    client: httpx.AsyncClient, clock: HeldClock
) -> None:
    assert await _statuses(client, 22) == [401] * 20 + [429] * 2
    clock.forward(seconds=1)
    assert await _statuses(client, 3) == [401] * 2 + [429]


async def test_the_refusal_says_when_to_come_back(client: httpx.AsyncClient) -> None:
    await _statuses(client, 20)
    answer = await client.get("/api/v1/me")
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["code"] == "too_many_requests"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_signed_in_user_is_not_slowed_by_strangers_of_the_same_address(
    client: httpx.AsyncClient, signed_in: dict[str, str]
) -> None:
    await _statuses(client, 20)
    forged = signed_in["Authorization"] + "x"
    assert await _statuses(client, 1, Authorization=forged) == [429]
    assert await _statuses(client, 1, **signed_in) == [200]


async def test_probes_are_never_slowed(client: httpx.AsyncClient) -> None:
    answers = [(await client.get("/healthz")).status_code for _ in range(30)]
    assert answers == [200] * 30


async def test_only_a_trusted_proxy_speaks_for_others(
    services: Services, options: ApiOptions
) -> None:
    app = create_api(services, options)
    async with client_of(app, "10.1.2.3") as proxy, client_of(app, "192.0.2.9") as liar:
        await _statuses(proxy, 20, **{"X-Forwarded-For": "203.0.113.1"})
        assert await _statuses(proxy, 1, **{"X-Forwarded-For": "203.0.113.1"}) == [429]
        assert await _statuses(proxy, 1, **{"X-Forwarded-For": "203.0.113.2"}) == [401]
        assert await _statuses(liar, 1, **{"X-Forwarded-For": "203.0.113.1"}) == [401]


async def test_behind_tls_browsers_are_told_to_stay_there(
    services: Services, options: ApiOptions
) -> None:
    async with client_of(create_api(services, options), "10.1.2.3") as proxy:
        plain = await proxy.get("/healthz")
        secure = await proxy.get("/healthz", headers={"X-Forwarded-Proto": "https"})
    assert "strict-transport-security" not in plain.headers
    assert "strict-transport-security" in secure.headers


async def test_a_page_of_a_named_origin_may_call(client: httpx.AsyncClient) -> None:
    for origin, allowed in (("https://app.example", True), ("https://evil.example", False)):
        answer = await client.get("/healthz", headers={"Origin": origin})
        assert ("access-control-allow-origin" in answer.headers) is allowed


async def test_without_named_origins_no_page_may_call(
    services: Services, options: ApiOptions
) -> None:
    async with client_of(create_api(services, replace(options, cors_origins=()))) as client:
        answer = await client.get("/healthz", headers={"Origin": "https://app.example"})
    assert "access-control-allow-origin" not in answer.headers


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/nowhere"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'")


async def test_the_paths_in_the_document_start_where_the_proxy_shows_them(
    client: httpx.AsyncClient,
) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["servers"] == [{"url": "/odoosync"}]


async def test_the_log_has_one_line_a_request_and_nothing_secret(
    client: httpx.AsyncClient, signed_in: dict[str, str]
) -> None:
    form = {"name": "secret-name", "scopes": ["secret-scope"]}
    with capture_logs() as lines:
        await client.post("/api/v1/api-keys?q=secret-query", json=form, headers=signed_in)
        await client.delete("/api/v1/api-keys/12345", headers=signed_in)
        await client.get("/secret-path")
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("POST", "/api/v1/api-keys", 422),
        ("DELETE", "/api/v1/api-keys/{key_id}", 404),
        ("GET", "(no route)", 404),
    ]
    assert "secret" not in str(lines)


@pytest.mark.parametrize("path", ["/api/v1/me", "/odoosync/api/v1/me"])
async def test_the_proxy_may_take_its_prefix_off_or_leave_it(
    client: httpx.AsyncClient, signed_in: dict[str, str], path: str
) -> None:
    assert (await client.get(path, headers=signed_in)).status_code == 200
