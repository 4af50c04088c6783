"""Records of the copy, as all surfaces take and show them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from odoosync.api.parameters import OrActive
from odoosync.api.reading.cursor import LONGEST as LONGEST_CURSOR
from odoosync.api.reading.listing import (
    LARGEST_PAGE,
    LONGEST_FIELDS,
    LONGEST_SEARCH,
    USUAL_PAGE,
)

Fields = Annotated[
    str | None,
    Field(
        max_length=LONGEST_FIELDS,
        description="Names of fields with commas between them, such as `name,email`: only these "
        "are shown, beside `id` and `odoo_id`. Without it all are.",
    ),
]


class RecordQuery(BaseModel):
    """Which records to list."""

    model_config = ConfigDict(extra="allow")

    limit: int = Field(default=USUAL_PAGE, ge=1, le=LARGEST_PAGE)
    cursor: str | None = Field(
        default=None, max_length=LONGEST_CURSOR, description="`next_cursor` of a list."
    )
    order: str | None = Field(
        default=None,
        max_length=255,
        description="A field to sort by, such as `name`; `-write_date` has the latest first. "
        "Records without a value come last. It can be `id`, `name`, `email`, `barcode`, `ref` "
        "of contacts, `default_code` of products, `active`, `write_date` or `synced_at`. "
        "Capital letters come before small ones.",
    )
    fields: Fields = None
    search: str | None = Field(
        default=None,
        max_length=LONGEST_SEARCH,
        description="Words that all stand in what names the record (its name, numbers, mail, city) "
        "or in extra fields of type char or text.",
    )
    active: bool | None = Field(default=None, description="Archived records have `false`.")
    include_deleted: bool = Field(
        default=False,
        description="Show records, too, that are gone from Odoo or from its sight. A filter on "
        "`deleted_at` or `unreachable_at` means it.",
    )
    connection_id: OrActive = None


def _drop_defaults(schema: dict[str, Any]) -> None:
    """Tell that a field may be left out, not that it has a value then."""
    for described in schema["properties"].values():
        described.pop("default", None)


class Record(BaseModel):
    """One record: Odoo's fields by Odoo's names, and these, where `fields` names them."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_drop_defaults)

    id: str = Field(examples=["1-42"])
    odoo_id: int
    active: bool = True
    write_date: str | None = None
    synced_at: str = ""
    deleted_at: str | None = None


class Records(BaseModel):
    items: list[Record]
    next_cursor: str | None


class OneQuery(BaseModel):
    """Which one is meant, whether it may be deleted, and what is shown of it."""

    include_deleted: bool = False
    fields: Fields = None
    connection_id: OrActive = None
