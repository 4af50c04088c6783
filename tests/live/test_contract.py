"""The seed's calls and answers, against a real Odoo."""

from __future__ import annotations

import pytest

from raw_odoo import RawOdoo
from service import PROFILE, Caller

MUTATION = "mutation { sync_contacts_from_odoo { success message errors } }"


def test_set_test_get_sync_and_delete(caller: Caller, odoo: RawOdoo) -> None:
    tested = caller.post(f"{PROFILE}/test", odoo.credentials)
    assert tested["odoo_uid"] == odoo.uid
    assert tested["contact_count"] == odoo.call("res.partner", "search_count", [])
    assert tested["product_count"] == odoo.call("product.template", "search_count", [])
    stored = caller.post(PROFILE, odoo.credentials)
    assert stored["message"] == "Odoo credentials updated successfully"
    assert caller.get(PROFILE) == odoo.credentials
    for noun, plural in (("contacts", "contacts"), ("products", "products")):
        answer = caller.graphql(f"mutation {{ sync_{noun}_from_odoo {{ success message }} }}")
        answer = answer[f"sync_{noun}_from_odoo"]
        assert answer["success"], answer
        assert answer["message"].startswith("Successfully synced ")
        assert answer["message"].endswith(f" {plural} from Odoo")
    caller.ok(caller.http.delete(PROFILE))
    assert caller.get("/api/v1/contacts")["items"] == []


def test_the_seeds_first_error_answer(caller: Caller, odoo: RawOdoo) -> None:
    del odoo
    sentence = "User has no Odoo credentials configured"
    assert caller.graphql(MUTATION)["sync_contacts_from_odoo"] == {
        "success": False,
        "message": sentence,
        "errors": [sentence],
    }


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"odoo_password": "wrong-password"}, "odoo_invalid_credentials"),
        ({"odoo_password": "0123456789abcdef" * 2 + "01234567"}, "odoo_api_key_rejected"),
        ({"odoo_username": "nobody@nowhere"}, None),
        ({"odoo_database": "no_such_database"}, "odoo_unknown_database"),
        ({"odoo_url": "http://127.0.0.1:1"}, "odoo_unreachable"),
        ({"odoo_url": "http://no-such-host.invalid"}, "odoo_host_not_found"),
        ({"odoo_url": "http://169.254.169.254"}, "odoo_address_refused"),
    ],
)
def test_what_is_wrong_is_told_apart_and_nothing_is_saved(
    caller: Caller, odoo: RawOdoo, wrong: dict[str, str], code: str | None
) -> None:
    answer = caller.http.post(PROFILE, json=odoo.credentials | wrong)
    told = answer.json()
    assert answer.status_code == 422
    assert {"code", "stage", "detail"} <= set(told)
    assert code in {None, told["code"]}
    assert caller.http.get(PROFILE).status_code == 404
