"""Bad and good input over every operation of the OpenAPI document, as a fuzzer makes it up.

Each answer must be one that the document promises: status, media type and shape, and never a 500.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from odoosync.api.problems import MEDIA_TYPE
from service import Service, running_service

EXAMPLES = 4
SOAK_EXAMPLES = 1000
FRESH = timedelta(minutes=1)
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    response_schema_conformance,
    content_type_conformance,
]
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


@pytest.fixture
def fuzzed(tmp_path: Path, database_url: str) -> Iterator[Service]:
    """A service without an Odoo, that never slows the fuzzer down."""
    with running_service(
        tmp_path,
        database_url,
        ODOOSYNC_RATE_LIMIT="100000",
        ODOOSYNC_REGISTRATION="open",
        ODOOSYNC_TRUSTED_PROXIES="127.0.0.1",
        ODOOSYNC_DEFAULT_ODOO_URL="http://127.0.0.1:1",
    ) as running:
        yield running


@pytest.fixture
def examples(request: pytest.FixtureRequest) -> int:
    return SOAK_EXAMPLES if request.config.getoption("--soak") else EXAMPLES


def _bearer(service: Service, username: str, password: str) -> dict[str, str]:
    """Sign in from another address than the fuzzer's, whose guesses are slowed down."""
    form, elsewhere = {"username": username, "password": password}, {"X-Forwarded-For": "192.0.2.1"}
    answer = httpx.post(f"{service.url}/api/v1/auth/token", data=form, headers=elsewhere)
    return {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}


def _is_signed_in(service: Service, headers: dict[str, str]) -> bool:
    """Tell whether an operation before has signed out, or a minute has passed."""
    answer = httpx.get(f"{service.url}/api/v1/me", headers=headers)
    if not answer.is_success:
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
        case.call_and_validate(headers=headers, checks=CHECKS, timeout=60)

    # An operation without parameters cannot be called wrongly.
    with suppress(Unsatisfiable):
        answers_as_documented()


@pytest.mark.timeout(0)
def test_every_operation_answers_as_its_document_says(fuzzed: Service, examples: int) -> None:
    made = fuzzed.run("user", "create", "fuzzer", "--password-stdin", stdin="fuzzer_password")
    assert made.returncode == 0, made.stderr
    schema = schemathesis.openapi.from_url(f"{fuzzed.url}/openapi.json")
    operations = [cast("Any", found).ok() for found in schema.get_all_operations()]
    headers: dict[str, str] = {}
    for operation, mode in product(operations, MODES):
        if not _is_signed_in(fuzzed, headers):
            headers = _bearer(fuzzed, "fuzzer", "fuzzer_password")
        _fuzz(operation, mode, examples, headers)
    assert len(operations) > 10


def test_every_operation_needs_a_token_or_is_known_to_need_none(fuzzed: Service) -> None:
    document = httpx.get(f"{fuzzed.url}/openapi.json").json()
    open_to_all = {
        path
        for path, item in document["paths"].items()
        for operation in item.values()
        if not operation.get("security")
    }
    signing_in = {"/api/v1/auth/token", "/api/v1/auth/register"}
    # /metrics takes a token of its own, or callers of this machine alone.
    assert open_to_all == {"/healthz", "/readyz", "/metrics"} | signing_in


def test_every_documented_error_is_a_problem_document(fuzzed: Service) -> None:
    document = httpx.get(f"{fuzzed.url}/openapi.json").json()
    kinds = {
        (path, status, kind)
        for path, item in document["paths"].items()
        for operation in item.values()
        for status, answer in operation["responses"].items()
        for kind in answer.get("content", {})
        if status >= "400"
    }
    assert {kind for _, _, kind in kinds} == {MEDIA_TYPE}
