"""Bad and good input over every operation of the OpenAPI document, as a fuzzer makes it up.

Each answer must be one that the document promises: status, media type and shape, and never a 500.
The application is called in this process; `--soak` calls the service as people have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.python.asgi import shutdown_lifespans
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.types import ASGIApp, Receive, Scope, Send

from odoosync.accounts import passwords
from odoosync.api.problems import MEDIA_TYPE
from odoosync.app import build_app
from odoosync.crypto import KeySource
from odoosync.settings import load_settings
from people import cheap_hasher
from service import running_service
from waiting import PATIENCE_S

EXAMPLES = 4
SOAK_EXAMPLES = 1000
FRESH = timedelta(minutes=1)
ELSEWHERE = {"X-Forwarded-For": "192.0.2.1"}
"""The fuzzer's own address is slowed down for its guesses."""
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    response_schema_conformance,
    content_type_conformance,
]
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
OPTIONS = {
    "ODOOSYNC_RATE_LIMIT": "100000",
    "ODOOSYNC_REGISTRATION": "open",
    "ODOOSYNC_TRUSTED_PROXIES": "127.0.0.1",
    "ODOOSYNC_DEFAULT_ODOO_URL": "http://127.0.0.1:1",
}
ANYBODY = {"username": "fuzzer", "password": "fuzzer_password"}


def called_from_here(app: ASGIApp) -> ASGIApp:
    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "client": ("127.0.0.1", 50_000)}, receive, send)

    return call


@pytest.fixture
def schema(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Any]:
    """What an application says of itself that has no Odoo, and never slows the fuzzer down."""
    if request.config.getoption("--soak"):
        with running_service(tmp_path, database_url, **OPTIONS) as service:
            yield schemathesis.openapi.from_url(f"{service.url}/openapi.json")
        return
    places = {"ODOOSYNC_DATABASE_URL": database_url, "ODOOSYNC_DATA_DIR": str(tmp_path / "data")}
    for name, value in (OPTIONS | places).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(passwords, "Argon2Hasher", cheap_hasher)
    KeySource(None, tmp_path / "data").load_or_make()
    app = called_from_here(build_app(load_settings()))
    yield schemathesis.openapi.from_asgi("/openapi.json", app)
    shutdown_lifespans()


@pytest.fixture
def examples(request: pytest.FixtureRequest) -> int:
    return SOAK_EXAMPLES if request.config.getoption("--soak") else EXAMPLES


def _call(schema: Any, method: str, path: str, headers: dict[str, str], **given: Any) -> Any:
    case = schema[f"/api/v1/{path}"][method].Case(**given)
    return case.call(headers=headers, timeout=PATIENCE_S)


def _bearer(schema: Any) -> dict[str, str]:
    form = {"body": ANYBODY, "media_type": "application/x-www-form-urlencoded"}
    answer = _call(schema, "POST", "auth/token", ELSEWHERE, **form)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def _is_signed_in(schema: Any, headers: dict[str, str]) -> bool:
    """Tell whether an operation before has signed out, or a minute has passed."""
    answer = _call(schema, "GET", "me", headers)
    if answer.status_code != 200:
        return False
    return datetime.now(UTC) - datetime.fromisoformat(answer.json()["auth_time"]) < FRESH


def _fuzz(operation: Any, mode: Any, examples: int, headers: dict[str, str]) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    def answers_as_documented(case: Any) -> None:
        if isinstance(case.query, dict) and case.query.get("wait") in range(31):
            case.query["wait"] = 0  # nothing will change, however long it is waited for
        case.call_and_validate(headers=headers, checks=CHECKS, timeout=PATIENCE_S)

    # An operation without parameters cannot be called wrongly.
    with suppress(Unsatisfiable):
        answers_as_documented()


def test_every_operation_answers_as_its_document_says(schema: Any, examples: int) -> None:
    made = {"body": ANYBODY, "media_type": "application/json"}
    assert _call(schema, "POST", "auth/register", ELSEWHERE, **made).status_code == 201
    operations = [cast("Any", found).ok() for found in schema.get_all_operations()]
    headers: dict[str, str] = {}
    for operation, mode in product(operations, MODES):
        if not _is_signed_in(schema, headers):
            headers = _bearer(schema)
        _fuzz(operation, mode, examples, headers)
    assert len(operations) > 10


def test_every_operation_needs_a_token_or_is_known_to_need_none(schema: Any) -> None:
    open_to_all = {
        path
        for path, item in schema.raw_schema["paths"].items()
        for operation in item.values()
        if not operation.get("security")
    }
    signing_in = {"/api/v1/auth/token", "/api/v1/auth/register"}
    # /metrics takes a token of its own, or callers of this machine alone.
    assert open_to_all == {"/healthz", "/readyz", "/metrics"} | signing_in


def test_every_documented_error_is_a_problem_document(schema: Any) -> None:
    kinds = {
        (path, status, kind)
        for path, item in schema.raw_schema["paths"].items()
        for operation in item.values()
        for status, answer in operation["responses"].items()
        for kind in answer.get("content", {})
        if status >= "400"
    }
    assert {kind for _, _, kind in kinds} == {MEDIA_TYPE}
