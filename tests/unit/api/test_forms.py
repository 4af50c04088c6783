"""Bodies: numbers are numbers, and what does not fit is told by a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from odoosync.api.errors import BadForm
from odoosync.api.graphql import graphql_router
from odoosync.api.openapi import documented
from odoosync.api.rest import ROUTERS
from odoosync.api.routing import Route
from odoosync.api.schemas.preferences import PreferencesForm
from odoosync.api.schemas.runs import SyncForm
from odoosync.api.validation import read_form


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_in(field.annotation)
    for inner in get_args(annotation):
        yield from models_in(inner)


def body_numbers() -> Iterator[tuple[type[BaseModel], str]]:
    """Yield each number of each form that a body is read into."""
    routes = [route for router in (*ROUTERS, graphql_router()) for route in router.routes]
    forms = {form for one in routes if isinstance(one, Route) for form in models_in(one.form)}
    for form in sorted(forms, key=lambda one: one.__name__):
        for name, field in form.model_fields.items():
            if {int, float} & {field.annotation, *get_args(field.annotation)}:
                yield form, name


def problems_of(form: type[BaseModel], given: dict[str, Any]) -> dict[str, str]:
    try:
        read_form(form, given)
    except BadForm as error:
        return {one["field"]: one["message"] for one in error.fields}
    return {}


@pytest.mark.parametrize(("form", "name"), list(body_numbers()))
@pytest.mark.parametrize("value", [True, False, "1", "", "true"])
def test_no_number_is_read_from_a_flag_or_a_text(
    form: type[BaseModel], name: str, value: Any
) -> None:
    assert problems_of(form, {name: value})[name].startswith("should be a ")


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert SyncForm.model_validate({"connection_id": 1.0}).connection_id == 1
    assert "connection_id" in problems_of(SyncForm, {"connection_id": 1.5})


def test_companies_are_numbers() -> None:
    for value in (True, "1"):
        assert problems_of(PreferencesForm, {"company_ids": [value]}) != {}


@pytest.mark.parametrize("language", ["", " ", "de DE", "de_DE ", "\n"])
def test_a_language_that_cannot_be_is_told_by_a_sentence(language: str) -> None:
    told = problems_of(PreferencesForm, {"language": language})["language"]
    assert told.endswith("without blanks, such as de_DE")


@pytest.mark.parametrize("name", ["", " ", "1st", "a b", "a.b", "x'", 'x"', "a\n"])
def test_a_name_of_a_field_that_cannot_be_is_told_by_a_sentence(name: str) -> None:
    (told,) = problems_of(PreferencesForm, {"fields": {"contacts": [name]}}).values()
    assert "should be a field's name as Odoo shows it" in told


def test_no_form_and_no_parameter_is_bound_by_a_pattern_that_an_answer_would_repeat() -> None:
    app = FastAPI()
    for router in (*ROUTERS, graphql_router()):
        app.include_router(router)
    assert list(patterns_in(documented(app)())) == []


def patterns_in(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        if isinstance(document.get("pattern"), str):
            yield document["pattern"]
        document = list(document.values())
    for inner in document if isinstance(document, list) else ():
        yield from patterns_in(inner)
