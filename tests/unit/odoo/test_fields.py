from __future__ import annotations

from typing import Any

import pytest

from odoosync.odoo.errors import BadAnswer
from odoosync.odoo.fields import Field, PageDecoder, Row, askable
from unit.odoo.replay import VERSIONS, client, recording

VALUES: list[tuple[str, Any, Any]] = [
    ("boolean", False, False),
    ("boolean", True, True),
    ("char", False, None),
    ("char", "", ""),
    ("text", "a", "a"),
    ("html", "<p>a</p>", "<p>a</p>"),
    ("selection", False, None),
    ("integer", 0, 0),
    ("integer", False, None),
    ("float", 0.0, 0.0),
    ("float", False, None),
    ("monetary", 12.5, 12.5),
    ("date", False, None),
    ("date", "2026-01-31", "2026-01-31"),
    ("datetime", False, None),
    ("datetime", "2026-01-31 12:00:00", "2026-01-31T12:00:00Z"),
    ("datetime", "2026-01-31 12:00:00.123456", "2026-01-31T12:00:00Z"),
    ("many2one", False, None),
    ("many2one", 7, 7),
    ("many2one", [7, "Seven"], 7),
    ("one2many", [3, 1, 2], [1, 2, 3]),
    ("many2many", [], []),
    ("many2many", False, []),
    ("reference", "res.partner,7", "res.partner,7"),
    ("reference", False, None),
    ("many2one_reference", False, None),
    ("many2one_reference", 7, 7),
    ("json", {"a": 1}, {"a": 1}),
    ("json", False, None),
    ("properties", [{"name": "a"}], [{"name": "a"}]),
    ("binary", "aGk=", "aGk="),
    ("of_a_later_version", [1, "x"], [1, "x"]),
]


def field(kind: str, relation: str | None = None) -> dict[str, Field]:
    return {"x": Field("x", kind, relation)}


@pytest.mark.parametrize(("kind", "value", "expected"), VALUES)
def test_a_value_is_decoded_by_the_type_of_its_field(kind: str, value: Any, expected: Any) -> None:
    rows = PageDecoder.of(field(kind), ["x"]).decode([{"id": 1, "x": value}])
    assert rows == [{"id": 1, "x": expected}]
    assert type(rows[0]["x"]) is type(expected)


def test_names_come_apart_from_ids() -> None:
    decoder = PageDecoder.of(field("many2one", "res.country"), ["x"])
    rows: list[Row] = [{"id": 1, "x": [7, "Seven"]}, {"id": 2, "x": False}, {"id": 3, "x": 8}]
    assert decoder.labels(rows) == {"res.country": {7: "Seven"}}


@pytest.mark.parametrize("kind", ["json", "properties"])
def test_a_document_too_deep_to_be_written_down_again_is_a_bad_answer(kind: str) -> None:
    deep: Any = 1
    for _ in range(150):
        deep = {"a": [deep]}
    with pytest.raises(BadAnswer):
        PageDecoder.of(field(kind), ["x"]).decode([{"id": 1, "x": deep}])


def test_a_value_that_the_server_left_out_stays_out() -> None:
    assert PageDecoder.of(field("datetime"), ["x"]).decode([{"id": 1}]) == [{"id": 1}]


def test_only_fields_that_exist_are_asked_for() -> None:
    fields = {name: Field(name, "char") for name in ("name", "email")}
    assert askable(fields, ["email", "mobile", "name", "email"]) == ["email", "name"]


def test_binary_fields_are_left_out_unless_asked_for() -> None:
    assert askable(field("binary"), ["x"]) == []
    assert askable(field("binary"), ["x"], binary=True) == ["x"]


@pytest.mark.parametrize(
    ("told", "volatile"),
    [
        ({"type": "char"}, False),
        ({"type": "char", "store": False}, True),
        ({"type": "many2many"}, True),
        ({"type": "float"}, False),
        ({"type": "float", "company_dependent": True}, True),
        ({"type": "properties"}, True),
        ({"type": "many2one", "relation": "res.country"}, True),
        ({"type": "many2one", "relation": "uom.uom", "required": True}, True),
    ],
)
def test_fields_that_change_unnoticed_are_volatile(told: dict[str, Any], *, volatile: bool) -> None:
    assert Field.of("x", told).is_volatile is volatile


def recorded_fields(version: str, name: str) -> dict[str, Field]:
    """Describe the fields that were asked for when this was recorded, which are not all."""
    return {key: Field.of(key, about) for key, about in recording(version, name).result.items()}


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_recorded_page_is_decoded_by_recorded_fields(version: str) -> None:
    odoo, _ = client(version, "partner.search_read")
    fields = recorded_fields(version, "partner.fields_get")
    company, person, *_ = await odoo.search_read("res.partner", [], list(fields), limit=3)
    PageDecoder.of(fields, fields).decode([company, person])
    assert (company["parent_id"], company["street"], company["is_company"]) == (None, None, True)
    assert person["parent_id"] == company["id"]
    assert company["write_date"].startswith("2026-11-23T16:36:")
    assert company["write_date"].endswith("Z")


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_fields_say_what_they_are(version: str) -> None:
    fields = recorded_fields(version, "product.fields_get")
    assert fields["categ_id"].relation == "product.category"
    assert fields["standard_price"].company_dependent
    assert fields["name"].translate
    assert not fields["list_price"].store


WRONG: list[tuple[str, Any]] = [
    ("datetime", 5),
    ("datetime", {"a": 1}),
    ("many2one", "x"),
    ("many2one", True),
    ("many2one", {"id": 3}),
    ("many2one", [[1], "x"]),
    ("many2one", 2**63),
    ("many2many", "abc"),
    ("one2many", 7),
    ("one2many", [1, "a", None]),
]


@pytest.mark.parametrize(("kind", "value"), WRONG)
def test_a_relation_or_a_date_of_another_shape_is_a_bad_answer(kind: str, value: Any) -> None:
    with pytest.raises(BadAnswer):
        PageDecoder.of(field(kind), ["x"]).decode([{"id": 1, "x": value}])


@pytest.mark.parametrize("told", [None, "char", ["char"], 7])
def test_a_description_of_another_shape_is_a_bad_answer(told: Any) -> None:
    with pytest.raises(BadAnswer):
        Field.of("x", told)
