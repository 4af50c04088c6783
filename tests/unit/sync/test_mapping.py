from __future__ import annotations

from odoosync.sync.datasets import CONTACTS, DATASETS, PRODUCTS
from odoosync.sync.mapping import search_text, to_row


def test_a_contact_promotes_what_lists_filter_by() -> None:
    row = to_row(CONTACTS, 7, {"name": "Ada", "email": "A@x", "ref": "R1", "active": True})
    assert (row.odoo_id, row.name, row.email, row.reference, row.active) == (
        7,
        "Ada",
        "A@x",
        "R1",
        1,
    )


def test_a_products_reference_is_its_internal_reference() -> None:
    assert to_row(PRODUCTS, 1, {"default_code": "P-1", "barcode": "4"}).reference == "P-1"


def test_only_an_archived_row_is_inactive() -> None:
    assert to_row(CONTACTS, 1, {}).active
    assert not to_row(CONTACTS, 1, {"active": False}).active


def test_the_search_text_is_folded_and_holds_each_value_once() -> None:
    data = {"name": "STRASSE Ä", "display_name": "STRASSE Ä", "email": None, "city": "Bern"}
    assert search_text(data, ("name", "display_name", "email", "city")) == "strasse ä\nbern"


def test_each_dataset_asks_for_what_it_promotes_and_searches() -> None:
    for dataset in DATASETS.values():
        wanted = {*dataset.search, "write_date", "active", "display_name"}
        assert wanted <= set(dataset.fields)
        assert all(companion in DATASETS for companion in dataset.companions)


def test_what_is_no_text_is_kept_and_not_promoted() -> None:
    row = to_row(CONTACTS, 1, {"name": {"a": 1}, "email": 5, "write_date": ["x"]})
    assert (row.name, row.email, row.write_date, row.data["email"]) == (None, None, None, 5)
