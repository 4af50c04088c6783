from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoosync.api.errors import BadCursor
from odoosync.api.reading.cursor import (
    check_record_cursor,
    read_cursor,
    read_record_cursor,
    write_cursor,
    write_record_cursor,
)
from odoosync.api.reading.errors import BadFilter
from odoosync.api.reading.values import typed
from odoosync.store.filtering import OPERATORS, Filter

KINDS = sorted({*OPERATORS, "binary"})


@pytest.mark.parametrize(
    ("kind", "op", "given_value", "expected"),
    [
        ("integer", "eq", "7", 7),
        ("integer", "eq", 7, 7),
        ("many2one", "in", "1,2", [1, 2]),
        ("many2one", "in", [1, 2], [1, 2]),
        ("float", "eq", "1.50", 1.5),
        ("float", "gt", 2, 2),
        ("monetary", "lt", "-3", -3),
        ("boolean", "eq", "True", True),
        ("boolean", "eq", False, False),
        ("char", "isnull", "1", True),
        ("char", "in", "a,b", ["a", "b"]),
        ("date", "eq", "2026-01-31", "2026-01-31"),
        ("datetime", "eq", "2026-01-31", "2026-01-31T00:00:00Z"),
        ("datetime", "eq", "2026-01-31 12:00:00", "2026-01-31T12:00:00Z"),
        ("datetime", "gte", "2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z"),
        ("datetime", "gte", "2026-01-31T12:00:00 02:00", "2026-01-31T10:00:00Z"),
        ("datetime", "gte", "2026-01-31T12:00:00.1Z", "2026-01-31T12:00:01Z"),
        ("datetime", "gt", "2026-01-31T12:00:00.1Z", "2026-01-31T12:00:00Z"),
        ("datetime", "eq", "0987-01-31", "0987-01-31T00:00:00Z"),
    ],
)
def test_a_value_gets_its_fields_type(kind: str, op: str, given_value: Any, expected: Any) -> None:
    assert typed(Filter("field", op, given_value), kind).value == expected


@pytest.mark.parametrize(
    ("kind", "op", "value", "says"),
    [
        ("integer", "eq", "seven", "whole number"),
        ("integer", "eq", True, "whole number"),
        ("many2one", "eq", "9" * 19, "an id"),
        ("many2one", "eq", "9" * 5000, "an id"),
        ("float", "eq", "nan", "a number"),
        ("float", "eq", "1e999", "a number"),
        ("float", "eq", None, "a number"),
        ("boolean", "eq", "perhaps", "true or false"),
        ("char", "isnull", "perhaps", "true or false"),
        ("char", "eq", "a\0", "a text"),
        ("char", "eq", "\ud800", "a text"),
        ("char", "eq", "x" * 2001, "2000 characters"),
        ("char", "eq", 7, "a text"),
        ("char", "in", 7, "a list"),
        ("integer", "in", [1] * 1001, "1000 values"),
        ("date", "eq", "yesterday", "2026-01-31"),
        ("datetime", "gte", "soon", "a moment"),
        ("datetime", "gte", "0001-01-01T00:00:00+23:00", "a moment"),
        ("datetime", "gte", "9999-12-31T23:59:59.9Z", "a moment"),
    ],
)
def test_a_wrong_value_is_told_what_is_wanted(kind: str, op: str, value: Any, says: str) -> None:
    with pytest.raises(BadFilter, match=says):
        typed(Filter("field", op, value), kind)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(KINDS), st.sampled_from(["eq", "in", "gte", "isnull"]), _JSON)
def test_whatever_is_sent_is_a_value_or_refused(kind: str, op: str, value: Any) -> None:
    with suppress(BadFilter):
        assert typed(Filter("field", op, value), kind).field == "field"


def test_a_cursor_comes_back_as_it_was_given() -> None:
    cursor = write_record_cursor(7, "contacts", "-name", "Zoë", 2**63 - 1)
    assert read_record_cursor(cursor, 7, "contacts", "-name") == ("Zoë", 2**63 - 1)


@given(st.text())
def test_whatever_is_sent_as_a_cursor_is_refused_in_one_way(cursor: str) -> None:
    with pytest.raises(BadCursor):
        check_record_cursor(cursor, "contacts")


@pytest.mark.parametrize("values", [[], ["7"], [True, 7], [2**63], [None], ["\0"], [1.5], [[]]])
def test_a_cursor_with_other_values_than_its_lists_is_refused(values: list[Any]) -> None:
    with pytest.raises(BadCursor):
        read_cursor("runs", write_cursor("runs", *values), int)
