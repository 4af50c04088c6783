from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoosync.store.rows import LOOKUP_LENGTH, NotStorable, Row, encode

ROW = Row(odoo_id=1, data={"name": "Anna", "city": "Bern"}, name="Anna", search="anna")


def test_the_order_of_keys_makes_no_difference() -> None:
    turned = ROW._replace(data={"city": "Bern", "name": "Anna"})
    assert encode(turned).content_hash == encode(ROW).content_hash


def test_a_changed_value_changes_the_hash() -> None:
    changed = ROW._replace(data={"name": "Anna", "city": None})
    assert encode(changed).content_hash != encode(ROW).content_hash


def test_a_changed_search_text_changes_the_hash() -> None:
    assert encode(ROW._replace(search="anna b")).content_hash != encode(ROW).content_hash


def test_an_empty_text_is_not_no_text() -> None:
    empty, none = ROW._replace(email=""), ROW._replace(email=None)
    assert encode(empty).content_hash != encode(none).content_hash


def test_the_write_date_is_kept_and_not_hashed() -> None:
    dated = ROW._replace(data={**ROW.data, "write_date": "2026-01-01 00:00:00"})
    assert encode(dated).content_hash == encode(ROW).content_hash
    assert orjson.loads(encode(dated).data) == dated.data


def test_a_row_of_a_write_date_alone_is_json() -> None:
    assert encode(Row(odoo_id=1, data={"write_date": None})).data == b'{"write_date":null}'


def test_nul_and_lone_surrogates_are_dropped_wherever_they_are() -> None:
    data = {"a\0": ["\0x", {"b": "\ud800y"}], "c": "\\u0000"}
    assert orjson.loads(encode(Row(1, data)).data) == {"a": ["x", {"b": "y"}], "c": "\\u0000"}


def test_a_promoted_value_is_cut_to_what_an_index_takes() -> None:
    encoded = encode(ROW._replace(email="é" * 1000))
    assert encoded.email == "é" * LOOKUP_LENGTH


@given(
    st.dictionaries(
        st.text(), st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text()
    )
)
def test_whatever_comes_is_encoded_as_json_that_a_database_takes(data: dict[str, object]) -> None:
    encoded = encode(Row(1, data))
    assert b"\\u0000" not in encoded.data.replace(b"\\\\", b"")
    assert isinstance(orjson.loads(encoded.data), dict)


def test_a_value_nested_beyond_the_encoder_is_refused_in_a_sentence() -> None:
    nested: list[object] = []
    for _ in range(900):
        nested = [nested]
    with pytest.raises(NotStorable, match="cannot be stored"):
        encode(ROW._replace(data={"name": nested}))
