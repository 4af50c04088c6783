"""What differs between Odoo 16, 17, 18 and 19, in one value.

Sentences are those that the servers answer, to the letter; clients match on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

_OLD_404 = '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<title>404 Not Found</title>\n'
_NEW_404 = "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n"
_404_TEXT = (
    "<h1>Not Found</h1>\n<p>The requested URL was not found on the server. If you entered the URL "
    "manually please check your spelling and try again.</p>\n"
)


@dataclass(frozen=True, slots=True)
class Release:
    """One major version: how it speaks, compares and words its refusals."""

    major: int
    server_header: str
    error_code: int
    debug_last: bool
    has_json2: bool
    compares_whole_seconds: bool
    empty_is_null: bool
    negates_paths_whole: bool
    null_text_sorts_first: bool
    knows_any: bool
    variants_follow_templates: bool
    addresses_flow_upwards: bool
    any_write_touches_family: bool
    shows_archived_variant: bool
    page_not_found: str
    partner_name_column: str
    contact_creation_group: str
    unknown_method: str
    invalid_field_read: str
    invalid_field_condition: str
    hidden_row: str
    hidden_field: str

    def since(self, major: int) -> bool:
        """Tell whether this is that version or a later one."""
        return self.major >= major

    @property
    def serie(self) -> str:
        return f"{self.major}.0"

    @property
    def version_info(self) -> list[object]:
        return [self.major, 0, 0, "final", 0, ""]


_COOKIES = (
    "Uh-oh! Looks like you have stumbled upon some top-secret records.\n\n"
    "Sorry, {user} doesn't have '{operation}' access to:\n- {kind} ({model})\n\n"
    "If you really, really need access, perhaps you can win over your friendly administrator "
    "with a batch of freshly baked cookies."
)
_HIDDEN_FIELDS = (
    'You do not have enough rights to access the fields "{fields}" on {kind} ({model}). '
    "Please contact your system administrator.\n\nOperation: {operation}"
)


_18 = Release(
    major=18,
    server_header="Werkzeug/3.0.1 Python/3.11.7",
    error_code=200,
    debug_last=False,
    has_json2=False,
    compares_whole_seconds=False,
    empty_is_null=True,
    negates_paths_whole=True,
    null_text_sorts_first=False,
    knows_any=True,
    variants_follow_templates=True,
    addresses_flow_upwards=False,
    any_write_touches_family=True,
    shows_archived_variant=True,
    page_not_found=_NEW_404 + _404_TEXT,
    partner_name_column="complete_name",
    contact_creation_group="Extra Rights/Contact Creation",
    unknown_method="The method '{method}' does not exist on the model '{model}'",
    invalid_field_read="Invalid field {field!r} on model {model!r}",
    invalid_field_condition="Invalid field {model}.{field} in leaf {leaf}",
    hidden_row=_COOKIES,
    hidden_field=_HIDDEN_FIELDS,
)
_16 = replace(
    _18,
    major=16,
    server_header="Werkzeug/2.0.3 Python/3.11.7",
    knows_any=False,
    variants_follow_templates=False,
    page_not_found=_OLD_404 + _404_TEXT,
    partner_name_column="display_name",
    any_write_touches_family=False,
    shows_archived_variant=False,
    empty_is_null=False,
    negates_paths_whole=False,
    hidden_row=(
        "Due to security restrictions, you are not allowed to {verb} '{kind}' ({model}) records."
        "\n\nContact your administrator to request access if necessary."
    ),
    hidden_field=_HIDDEN_FIELDS.replace("Operation: {operation}", "(Operation: {operation})"),
)
_17 = replace(
    _18,
    major=17,
    any_write_touches_family=False,
    empty_is_null=False,
    negates_paths_whole=False,
)
_19 = replace(
    _18,
    major=19,
    error_code=0,
    debug_last=True,
    has_json2=True,
    compares_whole_seconds=True,
    null_text_sorts_first=True,
    addresses_flow_upwards=True,
    contact_creation_group="Contact/Creation",
    unknown_method="The method '{model}.{method}' does not exist",
    invalid_field_read="Invalid field {field!r} on {model!r}",
    invalid_field_condition="Invalid field {model}.{field} in condition {leaf}",
    hidden_field=_HIDDEN_FIELDS.replace("the fields", "the field"),
)

RELEASES: Mapping[int, Release] = {release.major: release for release in (_16, _17, _18, _19)}
