"""The copy equals what Odoo says, row by row and field by field, before and after changes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from live.copies import assert_equal, sync
from raw_odoo import RawOdoo
from service import PROFILE, Caller


@dataclass
class Made:
    """What this test made in Odoo."""

    contacts: list[int]
    tag: int
    templates: list[int]


@pytest.fixture
def made(odoo: RawOdoo) -> Iterator[Made]:
    mark = uuid.uuid4().hex[:8]
    country = odoo.call("res.country", "search", [("code", "=", "US")])[0]
    state = odoo.call("res.country.state", "search", [("country_id", "=", country)], limit=1)[0]
    tag = odoo.call("res.partner.category", "create", {"name": f"Tag {mark}"})
    company = {
        "name": f"Ünïcode & Söhne «{mark}» 漢字 🎉",
        "is_company": True,
        "email": f"office@{mark}.example",
        "phone": "+41 44 000 00 00",
        "street": "Straße 1",
        "street2": "c/o Ада",
        "zip": "08001",
        "city": "Zürich",
        "country_id": country,
        "state_id": state,
        "website": "https://example.com",
        "comment": '<p>He said "hi" &amp; left</p>',
        "category_id": [(6, 0, [tag])],
    }
    first = odoo.call("res.partner", "create", company)
    people = [
        {
            "name": f"Person {n} {mark}",
            "parent_id": first,
            "function": "Buyer",
            "ref": f"{mark}-{n}",
        }
        for n in range(30)
    ]
    contacts = [first, *odoo.call("res.partner", "create", people)]
    odoo.call("res.partner", "write", contacts[-3:], {"active": False})
    templates = odoo.call(
        "product.template",
        "create",
        [
            {"name": f"Product {n} {mark}", "list_price": 12.345 * n, "default_code": f"{mark}-{n}"}
            for n in range(20)
        ],
    )
    yield Made(contacts, tag, templates)
    odoo.call(
        "res.partner",
        "unlink",
        odoo.call(
            "res.partner", "search", [("id", "in", contacts)], context={"active_test": False}
        ),
    )
    odoo.call("res.partner.category", "unlink", [tag])
    odoo.call(
        "product.template",
        "unlink",
        odoo.call(
            "product.template", "search", [("id", "in", templates)], context={"active_test": False}
        ),
    )


def test_the_copy_equals_odoo_before_and_after_changes(
    caller: Caller, odoo: RawOdoo, made: Made
) -> None:
    caller.post(PROFILE, odoo.credentials)
    sync(caller, "contacts")
    sync(caller, "products")
    assert_equal(caller, odoo)
    odoo.call("res.partner", "write", made.contacts[:1], {"phone": False, "name": "Renamed GmbH"})
    odoo.call("res.partner", "write", made.contacts[5:6], {"active": False})
    odoo.call("res.partner", "unlink", made.contacts[10:12])
    odoo.call("res.partner.category", "write", [made.tag], {"partner_ids": [(4, made.contacts[2])]})
    odoo.call("product.template", "write", made.templates[:1], {"name": "Renamed", "list_price": 1})
    variants = odoo.call("product.product", "search", [("product_tmpl_id", "=", made.templates[1])])
    odoo.call("product.product", "write", variants, {"standard_price": 3.5, "barcode": "40000001"})
    odoo.call("product.template", "unlink", made.templates[-1:])
    contacts, products = sync(caller, "contacts"), sync(caller, "products")
    assert (contacts["mode"], contacts["deleted"]) == ("incremental", 2)
    assert (products["mode"], products["deleted"]) == ("incremental", 1)
    assert_equal(caller, odoo)
