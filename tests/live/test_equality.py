"""The copy equals what Odoo says, row by row and field by field, before and after changes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from odoosync.sync.datasets import CONTACTS, PRODUCT_VARIANTS, PRODUCTS, Dataset
from raw_odoo import RawOdoo
from service import PROFILE, Caller


@dataclass
class Made:
    """What this test made in Odoo."""

    contacts: list[int]
    tag: int
    templates: list[int]


def assert_equal(caller: Caller, odoo: RawOdoo, dataset: Dataset) -> None:
    """Compare every row that Odoo shows with every row that our list shows."""
    existing = odoo.call(dataset.model, "fields_get", [], attributes=["type"])
    names = [name for name in dataset.fields if name in existing]
    truth = odoo.truth(dataset.model, names)
    kept: dict[int, dict[str, Any]] = {}
    cursor = None
    while True:
        params = {"limit": 500} | ({"cursor": cursor} if cursor else {})
        page = caller.get(f"/api/v1/records/{dataset.name}", **params)
        kept |= {item["odoo_id"]: item for item in page["items"]}
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert kept.keys() == truth.keys()
    for odoo_id, row in truth.items():
        assert {name: kept[odoo_id][name] for name in names} == row


def sync(caller: Caller, noun: str) -> dict[str, Any]:
    answer = caller.post(f"/api/v1/{noun}/sync", {})
    assert answer["success"], answer
    run: dict[str, Any] = answer["run"]
    return run


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
    for dataset in (CONTACTS, PRODUCTS, PRODUCT_VARIANTS):
        assert_equal(caller, odoo, dataset)
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
    for dataset in (CONTACTS, PRODUCTS, PRODUCT_VARIANTS):
        assert_equal(caller, odoo, dataset)
