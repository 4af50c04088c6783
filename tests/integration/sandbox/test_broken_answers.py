"""Each fault as a client meets it on the wire."""

from __future__ import annotations

import httpx
import pytest

from odoo_sandbox import Fault, SandboxServer
from odoo_sandbox.answers import TRACEBACK_MARK
from waiting import PATIENCE_S

READ = "/json/2/res.partner/search_read"
IMPATIENT = httpx.Timeout(PATIENCE_S, read=0.2)
PAGE = {"domain": [], "fields": ["name", "email"], "order": "id", "limit": 50}


def test_a_hanging_server_accepts_and_never_answers(
    server: SandboxServer, client: httpx.Client
) -> None:
    server.faults.add(Fault("hang"))
    with pytest.raises(httpx.ReadTimeout):
        client.post(READ, json=PAGE, timeout=IMPATIENT)


def test_a_hanging_server_still_stops(server: SandboxServer, client: httpx.Client) -> None:
    server.faults.add(Fault("hang"))
    with pytest.raises(httpx.ReadTimeout):
        client.post(READ, json=PAGE, timeout=IMPATIENT)
    server.stop()
    assert not server._thread.is_alive()


def test_latency_delays_a_true_answer(server: SandboxServer, client: httpx.Client) -> None:
    server.faults.add(Fault("latency", seconds=0.2))
    answer = client.post(READ, json=PAGE)
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.2


def test_a_cut_answer_ends_too_early(server: SandboxServer, client: httpx.Client) -> None:
    server.faults.add(Fault("cut"))
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(READ, json=PAGE)


def test_an_answer_may_end_between_two_chunks(server: SandboxServer, client: httpx.Client) -> None:
    server.faults.add(Fault("cut_chunks"))
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(READ, json=PAGE)


@pytest.mark.parametrize("kind", ["shortened", "cut_gzip"])
def test_a_shortened_answer_has_the_length_that_it_tells(
    server: SandboxServer, client: httpx.Client, kind: str
) -> None:
    whole = client.post(READ, json=PAGE)
    server.faults.add(Fault(kind))
    answer = client.post(READ, json=PAGE)
    assert answer.status_code == 200
    assert whole.content.startswith(answer.content)
    assert len(answer.content) < len(whole.content)


@pytest.mark.parametrize(
    ("kind", "starts"), [("page", "<!DOCTYPE"), ("json_page", '{"status"'), ("empty", "")]
)
def test_a_proxy_may_say_that_all_is_well(
    server: SandboxServer, client: httpx.Client, kind: str, starts: str
) -> None:
    server.faults.add(Fault(kind))
    answer = client.post(READ, json=PAGE)
    assert (answer.status_code, answer.text[: len(starts) or None]) == (200, starts)


def test_a_redirect_leads_where_it_was_told(server: SandboxServer, client: httpx.Client) -> None:
    server.faults.add(Fault("redirect", location="https://sso.example/in"))
    answer = client.post(READ, json=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (302, "https://sso.example/in")


def test_a_dripping_answer_takes_its_time_and_is_whole(
    server: SandboxServer, client: httpx.Client
) -> None:
    whole = client.post(READ, json=PAGE)
    server.faults.add(Fault("drip", size=len(whole.content) // 4, seconds=0.05))
    with client.stream("POST", READ, json=PAGE) as answer:
        received = answer.read()
    assert received == whole.content
    assert answer.elapsed.total_seconds() >= 0.15


@pytest.mark.parametrize("status", [502, 503, 429])
def test_a_proxy_in_between_answers_in_html(
    server: SandboxServer, client: httpx.Client, status: int
) -> None:
    server.faults.add(Fault("status", status=status, retry_after=7))
    answer = client.post(READ, json=PAGE)
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "7")
    assert answer.headers["content-type"].startswith("text/html")


def test_garbage_claims_to_be_json(server: SandboxServer, client: httpx.Client) -> None:
    server.faults.add(Fault("garbage"))
    answer = client.post(READ, json=PAGE)
    assert answer.headers["content-type"].startswith("application/json")
    with pytest.raises(ValueError, match=r"codec|Expecting"):
        answer.json()


def test_a_huge_answer_tells_no_length(server: SandboxServer, client: httpx.Client) -> None:
    server.faults.add(Fault("huge", size=1_000_000))
    with client.stream("POST", READ, json=PAGE) as answer:
        received = sum(len(piece) for piece in answer.iter_raw())
    assert "content-length" not in answer.headers
    assert received > 1_000_000


def test_a_redirect_loop_leads_back_to_itself(server: SandboxServer, client: httpx.Client) -> None:
    server.faults.add(Fault("redirect_loop"))
    with pytest.raises(httpx.TooManyRedirects):
        client.post(READ, json=PAGE, follow_redirects=True)


def test_a_serialization_failure_names_itself_and_carries_a_traceback(
    server: SandboxServer, client: httpx.Client
) -> None:
    server.faults.add(Fault("serialization_failure", times=1))
    answer = client.post(READ, json=PAGE)
    assert answer.status_code == 500
    assert answer.json()["name"] == "psycopg2.errors.SerializationFailure"
    assert TRACEBACK_MARK in answer.json()["debug"]
    assert client.post(READ, json=PAGE).status_code == 200


def test_faults_can_be_set_and_cleared_over_http(client: httpx.Client) -> None:
    fault = {"kind": "status", "status": 502, "model": "res.partner", "times": 1}
    assert client.post("/sandbox/faults", json=fault).json() == {"faults": 1}
    assert [client.post(READ, json=PAGE).status_code for _ in range(2)] == [502, 200]


def test_one_unreadable_row_can_be_set_over_http(client: httpx.Client) -> None:
    fault = {"kind": "unreadable", "model": "res.partner", "row_id": 3, "field": "email"}
    client.post("/sandbox/faults", json=fault)
    assert client.post(READ, json=PAGE).json()["message"].startswith("Expected singleton")
    assert client.post(READ, json={**PAGE, "fields": ["name"]}).status_code == 200
    client.delete("/sandbox/faults")
    assert client.post(READ, json=PAGE).status_code == 200


def test_a_fault_that_makes_no_sense_is_refused(client: httpx.Client) -> None:
    answer = client.post("/sandbox/faults", json={"kind": "earthquake"})
    assert answer.status_code == 422
    assert "There is no fault" in answer.json()["detail"]
