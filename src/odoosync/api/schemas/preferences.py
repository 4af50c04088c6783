"""Preferences of a connection as both surfaces take and show them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from odoosync.api.forms import DatasetName, Form, shaped
from odoosync.connections.errors import BadPreference
from odoosync.connections.preferences import Preferences
from odoosync.spelling import no_such
from odoosync.sync.datasets import DATASETS

FieldName = Annotated[
    str,
    StringConstraints(max_length=255),
    shaped(
        r"[^\W\d][\w$]*",
        "should be a field's name as Odoo shows it: letters, digits, _ and $, no digit first",
    ),
]
"""What Odoo allows: Studio makes names with capitals, and modules in Python any identifier."""
FieldNames = Annotated[list[FieldName], Field(max_length=200)]
_Language = Annotated[
    str,
    StringConstraints(max_length=64),
    shaped(
        r"[^\s\x00-\x1f\x7f]+",
        "should be the code of a language in Odoo, without blanks, such as de_DE",
    ),
]
"""Such as de_DE, es_419, sr@Cyrl, sw, zh_Hans: administrators add others, and Odoo decides."""
_CompanyId = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]


class PreferencesView(BaseModel):
    """How a connection is synced; what is null or empty is the usual way."""

    datasets: list[str] | None
    fields: dict[str, list[str]]
    language: str | None
    company_ids: list[int] | None
    lookback: int | None
    page_size: int | None
    call_spacing: float | None
    parallel_calls: int | None


class PreferencesForm(Form):
    """What to change; null goes back to the usual way."""

    datasets: list[DatasetName] | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Those to sync; others are refused. Null for all.",
    )
    fields: dict[str, Annotated[FieldNames, Field(min_length=1)]] | None = Field(
        default=None,
        max_length=100,
        description="Narrows datasets down to these fields, beside `display_name`, `active`, "
        "`write_date` and `extra_fields`.",
    )
    language: _Language | None = Field(
        default=None, description="Of translated values. Null for the login's own."
    )
    company_ids: Annotated[list[_CompanyId], Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="Companies to read as, the first being the current one. Null for all of the "
        "login's.",
    )
    lookback: int | None = Field(
        default=None,
        ge=60,
        le=86_400,
        description="Seconds by which a sync reaches back before the last one; null for 300. It "
        "must be longer than Odoo's longest transaction.",
    )
    page_size: int | None = Field(
        default=None, ge=1, le=5_000, description="The most rows to ask for at once."
    )
    call_spacing: float | None = Field(
        default=None,
        ge=0,
        le=60,
        description="Seconds between the starts of two calls, in each worker process.",
    )
    parallel_calls: int | None = Field(
        default=None,
        ge=1,
        le=16,
        description="Calls under way at once, in each worker process.",
    )


def preferences_view(preferences: Preferences) -> PreferencesView:
    return PreferencesView(
        datasets=_list(preferences.datasets),
        fields={name: list(names) for name, names in preferences.fields.items()},
        language=preferences.language,
        company_ids=_list(preferences.company_ids),
        lookback=preferences.lookback,
        page_size=preferences.page_size,
        call_spacing=preferences.call_spacing,
        parallel_calls=preferences.parallel_calls,
    )


def changes_of(form: PreferencesForm | None) -> dict[str, Any]:
    """Return what the form sets, as values of Preferences. Raises BadPreference."""
    if form is None:
        return {}
    given = {name: getattr(form, name) for name in form.model_fields_set}
    for name in (*(given.get("datasets") or ()), *(given.get("fields") or ())):
        if name not in DATASETS:
            raise BadPreference(no_such("dataset", name, DATASETS))
    if "fields" in given:
        narrowed = given["fields"] or {}
        given["fields"] = {name: tuple(dict.fromkeys(names)) for name, names in narrowed.items()}
    for name in ("datasets", "company_ids"):
        if given.get(name) is not None:
            given[name] = tuple(dict.fromkeys(given[name]))
    return given


def _list(values: tuple[Any, ...] | None) -> list[Any] | None:
    return None if values is None else list(values)
