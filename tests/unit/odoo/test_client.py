from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from odoosync.odoo import errors
from odoosync.odoo.client import IdSum, OdooClient
from odoosync.odoo.messages import Answer
from odoosync.odoo.wire import Wire
from unit.odoo.replay import KEY, NOW, Replay, client, facts, html, json, login

REFUSED_LOAD = json(
    {"name": "builtins.TypeError", "message": "got an unexpected keyword argument 'load'"}, 422
)


def answering(
    *answers: Answer | Exception, version: str = "19.0", lang: str | None = None
) -> tuple[OdooClient, Replay]:
    transport = Replay(list(answers))
    wire = Wire(transport, login(KEY))
    protocol = "json2" if version >= "19" else "jsonrpc"
    return OdooClient(wire, facts(version, protocol, lang), now=NOW), transport  # type: ignore[arg-type]


def rpc(result: object) -> Answer:
    return json({"jsonrpc": "2.0", "id": 1, "result": result})


def named(transport: Replay, position: int = -1) -> dict[str, Any]:
    """Give the named arguments of a JSON-RPC call."""
    arguments: dict[str, Any] = transport.sent[position]["body"]["params"]["args"][-1]
    return arguments


async def test_a_page_asks_for_bare_ids() -> None:
    odoo, transport = answering(json([]))
    await odoo.search_read("res.partner", [], ["name"], limit=5)
    assert transport.sent[0]["body"] == {
        "domain": [],
        "fields": ["name"],
        "order": "id",
        "limit": 5,
        "load": None,
    }


async def test_names_are_left_to_the_default_of_odoo() -> None:
    odoo, transport = answering(json([]))
    await odoo.search_read("res.partner", [], ["name"], names=True)
    assert "load" not in transport.sent[0]["body"]


async def test_a_server_that_refuses_bare_ids_is_asked_without_from_then_on() -> None:
    odoo, transport = answering(REFUSED_LOAD, json([{"id": 1}]), json([{"id": 2}]))
    assert await odoo.read("res.partner", [1], ["name"]) == [{"id": 1}]
    assert await odoo.read("res.partner", [2], ["name"]) == [{"id": 2}]
    assert ["load" in sent["body"] for sent in transport.sent] == [True, False, False]


async def test_the_language_of_the_user_is_pinned() -> None:
    odoo, transport = answering(json([]), lang="de_DE")
    await odoo.search("res.partner", [], context={"active_test": False})
    assert transport.sent[0]["body"]["context"] == {"lang": "de_DE", "active_test": False}


async def test_a_context_may_set_another_language() -> None:
    odoo, transport = answering(rpc(0), version="18.0", lang="de_DE")
    await odoo.search_count("res.partner", [], context={"lang": "fr_FR"})
    assert named(transport)["context"] == {"lang": "fr_FR"}


async def test_domains_go_by_position_where_their_name_has_changed() -> None:
    odoo, transport = answering(rpc([3]), version="16.0")
    await odoo.search("res.partner", [["id", ">", 2]])
    assert transport.sent[0]["body"]["params"]["args"][5:] == [[[["id", ">", 2]]], {"order": "id"}]


async def test_count_and_sum_come_from_one_call_before_19() -> None:
    odoo, transport = answering(rpc([{"__count": 3, "id": 6, "__domain": []}]), version="18.0")
    assert await odoo.count_and_sum_of_ids("res.partner", []) == IdSum(3, 6)
    assert transport.sent[0]["body"]["params"]["args"][4] == "read_group"


async def test_count_and_sum_come_from_one_call_from_19_on() -> None:
    odoo, _ = answering(json([{"__count": 3, "id:sum": 6, "__extra_domain": []}]))
    assert await odoo.count_and_sum_of_ids("res.partner", []) == IdSum(3, 6)


@pytest.mark.parametrize("groups", [[], [{"__count": 0, "id:sum": None}], [{"id:sum": False}]])
async def test_no_rows_count_and_sum_to_nothing(groups: list[dict[str, Any]]) -> None:
    odoo, _ = answering(json(groups))
    assert await odoo.count_and_sum_of_ids("res.partner", []) == IdSum(0, 0)


async def test_no_ids_cost_no_call() -> None:
    odoo, _ = answering()
    assert await odoo.read("res.partner", [], ["name"]) == []


@pytest.mark.parametrize("share", [True, False])
async def test_a_portal_login_is_told_by_its_share(share: bool) -> None:  # noqa: FBT001
    odoo, _ = answering(json([{"id": 2, "share": share}]))
    assert await odoo.is_portal() is share


async def test_calls_bytes_and_the_last_clock_of_the_server_are_kept() -> None:
    late = datetime(2026, 11, 23, 18, tzinfo=UTC)
    odoo, _ = answering(Answer(200, {}, b"[1]", late), Answer(200, {}, b"[1, 2]", NOW))
    await odoo.search("res.partner", [])
    await odoo.search("res.partner", [])
    assert (odoo.calls, odoo.bytes_received, odoo.server_now) == (2, 9, NOW)


@pytest.mark.parametrize(("method", "repeatable"), [("search_read", True), ("write", False)])
async def test_only_reads_may_be_sent_twice(method: str, repeatable: bool) -> None:  # noqa: FBT001
    odoo, transport = answering(json([]))
    await odoo.call("res.partner", method, [1])
    assert transport.sent[0]["repeatable"] is repeatable


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{", b"\xff\xfe", b"nul", b"[" * 5_000, b'{"a": 1'], ids=repr
)
async def test_garbage_is_a_broken_answer(body: bytes) -> None:
    odoo, _ = answering(Answer(200, {"content-type": "application/json"}, body, None))
    with pytest.raises(errors.BrokenAnswer) as caught:
        await odoo.search("res.partner", [])
    assert caught.value.__context__ is None


@pytest.mark.parametrize("result", [[7], [[1]]])
async def test_a_page_of_another_shape_is_a_bad_answer(result: object) -> None:
    odoo, _ = answering(json(result))
    with pytest.raises(errors.BadAnswer):
        await odoo.search_read("res.partner", [], ["name"])


@pytest.mark.parametrize("reply", [[], {}, "x", {"result": 7}])
async def test_a_reply_that_is_no_json_rpc_is_a_broken_answer(reply: object) -> None:
    odoo, _ = answering(json(reply), version="18.0")
    with pytest.raises(errors.BrokenAnswer):
        await odoo.search_count("res.partner", [])


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.RequestRejected),
        (401, errors.NotOdoo),
        (403, errors.NotOdoo),
        (404, errors.ProtocolMissing),
        (405, errors.ProtocolMissing),
        (413, errors.RequestRejected),
        (418, errors.NotOdoo),
        (429, errors.ServerBusy),
        (500, errors.ServerFault),
        (502, errors.ServerBusy),
        (503, errors.ServerBusy),
        (504, errors.ServerBusy),
        (522, errors.ServerBusy),
        (599, errors.ServerFault),
    ],
)
@pytest.mark.parametrize("version", ["18.0", "19.0"])
async def test_a_status_that_is_not_from_odoo_has_its_class(
    version: str, status: int, kind: type[errors.OdooError]
) -> None:
    odoo, _ = answering(html(status), version=version)
    with pytest.raises(errors.OdooError) as caught:
        await odoo.search_count("res.partner", [])
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7.0),
        ("Mon, 23 Nov 2026 17:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 16:00:00 GMT", 0.0),
        ("99999999999", 86_400.0),
        ("soon", None),
        ("", None),
    ],
)
async def test_a_busy_server_may_say_how_long(told: str, seconds: float | None) -> None:
    odoo, _ = answering(Answer(503, {"retry-after": told}, b"", NOW))
    with pytest.raises(errors.ServerBusy) as caught:
        await odoo.search("res.partner", [])
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("model", ["res.partner/../x", "a b", "", "res.partner?x", "é"])
async def test_a_model_that_is_no_name_never_reaches_a_path(model: str) -> None:
    odoo, transport = answering(json([]))
    with pytest.raises(errors.RequestRejected):
        await odoo.search(model, [])
    assert transport.sent == []


@pytest.mark.parametrize("value", ["\ud800", 2**70])
async def test_what_json_cannot_carry_is_refused_before_it_is_sent(value: object) -> None:
    odoo, transport = answering(rpc(1), version="18.0")
    with pytest.raises(errors.RequestRejected) as caught:
        await odoo.search_count("res.partner", [["name", "=", value]])
    assert transport.sent == []
    assert caught.value.__context__ is None


async def test_json_rpc_without_a_result_is_null() -> None:
    odoo, _ = answering(json({"jsonrpc": "2.0", "id": 1}), version="18.0")
    assert await odoo.call("res.partner", "action") is None


async def test_no_client_shows_its_secret() -> None:
    odoo, _ = client("19.0")
    assert KEY not in f"{odoo!r} {vars(odoo)!r} {odoo.login!r}"
