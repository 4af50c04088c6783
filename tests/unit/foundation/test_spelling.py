from __future__ import annotations

import pytest

from odoosync.spelling import closest, no_such

KNOWN = ("contacts", "products", "product_variants")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("contact", "contacts"),
        ("Contacts", "contacts"),
        ("prodcuts", "products"),
        ("product-variants", "product_variants"),
        ("invoices", None),
        ("", None),
        ("contacts" * 1000, None),
    ],
)
def test_the_closest_name_is_found_where_one_is_close(name: str, meant: str | None) -> None:
    assert closest(name, KNOWN) == meant


def test_a_sentence_names_what_was_sent_what_may_be_meant_and_what_there_is() -> None:
    assert no_such("dataset", "contact", KNOWN) == (
        "There is no dataset 'contact'. Did you mean 'contacts'? "
        "Known ones are: contacts, products, product_variants."
    )


@pytest.mark.parametrize("name", ["x" * 65, "a\nb"])
def test_a_strange_name_is_not_repeated(name: str) -> None:
    assert name not in no_such("dataset", name, KNOWN)
