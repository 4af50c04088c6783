"""Each recorded answer of Odoo 16.0, 18.0 and 19.0, through the client."""

from __future__ import annotations

import contextlib
import traceback

import pytest

from odoosync.odoo import errors
from unit.odoo.replay import KEY, TRACEBACK, VERSIONS, client, names, recording, replay

# Not calls of methods of models: played in test_opening.py.
OPENING = {name for name in names("19.0") if name.startswith(("common.", "web."))}
JSONRPC = [n for n in names("19.0") if not n.startswith("json2.") and n not in OPENING]
JSON2 = [name for name in names("19.0") if name.startswith("json2.")]
REFUSED = {
    "execute.wrong_password": errors.ApiKeyRejected,
    "limited.access_error.users": errors.AccessRefused,
    "model.unknown": errors.ModelUnknown,
    "partner.create.invalid_value": errors.RequestRejected,
    "partner.create.missing_required": errors.RequestRejected,
    "partner.no_such_method": errors.RequestRejected,
    "partner.search_read.invalid_domain_field": errors.FieldUnknown,
    "partner.search_read.invalid_field": errors.FieldUnknown,
    "partner.write.invalid_field": errors.FieldUnknown,
    "partner.write.missing_record": errors.RecordMissing,
    "json2.create.missing_required": errors.RequestRejected,
    "json2.invalid_domain_field": errors.FieldUnknown,
    "json2.invalid_field": errors.FieldUnknown,
    "json2.missing_argument": errors.RequestRejected,
    "json2.no_database_header": errors.UnknownDatabase,
    "json2.no_key": errors.ApiKeyRejected,
    "json2.password_as_key": errors.ApiKeyRejected,
    "json2.unexpected_argument": errors.RequestRejected,
    "json2.unknown_database": errors.UnknownDatabase,
    "json2.unknown_method": errors.RequestRejected,
    "json2.unknown_model": errors.ModelUnknown,
    "json2.wrong_key": errors.ApiKeyRejected,
}
# 19.0 says nothing but the name there, which any failing lookup does.
EXCEPTIONS = {("19.0", "partner.write.invalid_field"): errors.ServerFault}
SUCCEEDED = [name for name in JSONRPC if name not in REFUSED]
JSON2_SUCCEEDED = [name for name in JSON2 if name not in REFUSED]


async def outcome(version: str, name: str) -> object:
    protocol = "json2" if name.startswith("json2.") else "jsonrpc"
    odoo, _ = client(version, name, protocol=protocol)  # type: ignore[arg-type]
    call = recording(version, name).call
    return await odoo.call(call.model, call.method, call.ids, **call.kwargs)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", SUCCEEDED)
async def test_a_json_rpc_call_gives_what_odoo_answered(version: str, name: str) -> None:
    assert await outcome(version, name) == recording(version, name).result


@pytest.mark.parametrize("name", JSON2_SUCCEEDED)
async def test_a_json_2_call_gives_what_odoo_answered(name: str) -> None:
    assert await outcome("19.0", name) == recording("19.0", name).result


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", sorted(set(REFUSED) & set(JSONRPC)))
async def test_a_json_rpc_refusal_has_its_class(version: str, name: str) -> None:
    with pytest.raises(errors.OdooError) as caught:
        await outcome(version, name)
    assert type(caught.value) is EXCEPTIONS.get((version, name), REFUSED[name])


@pytest.mark.parametrize("name", sorted(set(REFUSED) & set(JSON2)))
async def test_a_json_2_refusal_has_its_class(name: str) -> None:
    with pytest.raises(errors.OdooError) as caught:
        await outcome("19.0", name)
    assert type(caught.value) is REFUSED[name]


@pytest.mark.parametrize("version", ["16.0", "18.0"])
@pytest.mark.parametrize("name", JSON2)
async def test_versions_before_19_do_not_offer_json_2(version: str, name: str) -> None:
    with pytest.raises(errors.ProtocolMissing):
        await outcome(version, name)


@pytest.mark.parametrize("name", [n for n in JSON2 if "database" not in n and "key" not in n])
async def test_a_json_2_request_goes_out_as_it_was_recorded(name: str) -> None:
    odoo, transport = client("19.0", name, protocol="json2")
    recorded = recording("19.0", name)
    call = recorded.call
    with contextlib.suppress(errors.OdooError):
        await odoo.call(call.model, call.method, call.ids, **call.kwargs)
    sent = transport.sent[0]
    headers = {k: v.replace("<API_KEY>", KEY) for k, v in recorded.request["headers"].items()}
    assert sent["body"] == recorded.request["body"]
    assert headers.items() <= sent["headers"].items()
    assert sent["url"] == f"https://odoo.example{recorded.request['path']}"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", sorted(REFUSED))
async def test_no_error_keeps_the_traceback_of_the_server(version: str, name: str) -> None:
    with pytest.raises(errors.OdooError) as caught:
        await outcome(version, name)
    shown = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert TRACEBACK.splitlines()[1] not in shown
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", sorted(REFUSED))
async def test_no_error_shows_the_words_of_the_database(version: str, name: str) -> None:
    with pytest.raises(errors.OdooError) as caught:
        await outcome(version, name)
    assert "LINE 1" not in str(caught.value)
    assert "psycopg" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("version", VERSIONS)
def test_all_versions_have_the_same_recordings(version: str) -> None:
    assert names(version) == names("19.0")
    assert replay(version, *names(version)).answers
