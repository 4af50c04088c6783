"""res.partner and its tags and titles."""

from __future__ import annotations

from typing import Any

from odoo_sandbox.caller import Caller
from odoo_sandbox.fields import (
    Field,
    Model,
    Row,
    boolean,
    char,
    html,
    integer,
    many2one,
    selection,
)
from odoo_sandbox.hooks.partners import commercial
from odoo_sandbox.people import CONTACT_CREATION, PORTAL, USER
from odoo_sandbox.releases import Release
from odoo_sandbox.schema.declaring import access, declare, name_column, path_names, per_row

_TYPES = {
    "contact": "Contact",
    "invoice": "Invoice Address",
    "delivery": "Delivery Address",
    "other": "Other Address",
}
_SHORT_TYPES = {name: label.removesuffix(" Address") for name, label in _TYPES.items()}
_COMPANY_TYPES = {"person": "Person", "company": "Company"}


def contact_models(release: Release) -> list[Model]:
    models = [_tags(release), _partners(release)]
    return models if release.since(19) else [*models, _titles(release)]


def _tags(release: Release) -> Model:
    fields = [
        char("name", "Name" if release.since(17) else "Tag Name", required=True, translate=True),
        integer("color", "Color"),
        many2one("parent_id", "Category" if release.since(17) else "Parent Category",
                 "res.partner.category", on_delete="cascade"),
        Field("child_ids", "one2many", "Child Tags", "res.partner.category", inverse="parent_id"),
        boolean("active", "Active", default=True),
        Field("partner_ids", "many2many", "Partners", "res.partner", inverse="category_id"),
    ]  # fmt: skip
    return declare(
        release,
        "res.partner.category",
        "Partner Tags",
        fields,
        order="name, id",
        display=path_names("res.partner.category", " / "),
        rights=access((USER, CONTACT_CREATION), (CONTACT_CREATION,)),
    )


def _titles(release: Release) -> Model:
    fields = [
        char("name", "Title", required=True, translate=True),
        char("shortcut", "Abbreviation", translate=True),
    ]
    rights = access((USER,), (CONTACT_CREATION,))
    return declare(
        release, "res.partner.title", "Partner Title", fields, order="name, id", rights=rights
    )


def _partners(release: Release) -> Model:
    types = _TYPES if not release.since(19) else _SHORT_TYPES
    return declare(
        release,
        "res.partner",
        "Contact",
        [*_identity(types), *_address(), *_relations(), *_computed()],
        order=f"{release.partner_name_column}, id desc",
        display=name_column(release.partner_name_column, "res.partner"),
        search_names=(release.partner_name_column, "email", "ref", "vat", "company_registry"),
        rights=access((USER, PORTAL, CONTACT_CREATION), (CONTACT_CREATION,)),
    )


def _identity(types: dict[str, str]) -> list[Field]:
    return [
        Field("image_1920", "binary", "Image", sparse=True),
        Field("image_128", "binary", "Image 128", sparse=True, readonly=True),
        char("name", "Name"),
        char("complete_name", "Complete Name", readonly=True, since=17),
        char("display_name", "Display Name", readonly=True, until=16),
        many2one("title", "Title", "res.partner.title", until=18),
        char("ref", "Reference"),
        selection("lang", "Language", {}),
        selection("tz", "Timezone", {}),
        char("vat", "Tax ID"),
        char("company_registry", "Company ID"),
        char("website", "Website Link"),
        html("comment", "Notes"),
        boolean("active", "Active", default=True),
        boolean("employee", "Employee"),
        char("function", "Job Position"),
        selection("type", "Address Type", types, default="contact"),
        char("email", "Email"),
        char("phone", "Phone"),
        char("mobile", "Mobile", until=18),
        boolean("is_company", "Is a Company"),
        char("company_name", "Company Name"),
        integer("color", "Color Index"),
    ]


def _address() -> list[Field]:
    return [
        char("street", "Street"),
        char("street2", "Street2"),
        char("zip", "Zip"),
        char("city", "City"),
        many2one("state_id", "State", "res.country.state", on_delete="restrict"),
        many2one("country_id", "Country", "res.country", on_delete="restrict"),
    ]


def _relations() -> list[Field]:
    return [
        many2one("parent_id", "Related Company", "res.partner"),
        Field(
            "child_ids", "one2many", "Contact", "res.partner", inverse="parent_id", active_only=True
        ),
        many2one("user_id", "Salesperson", "res.users"),
        Field("user_ids", "one2many", "Users", "res.users", inverse="partner_id"),
        Field("category_id", "many2many", "Tags", "res.partner.category"),
        many2one("company_id", "Company", "res.company"),
    ]


def _computed() -> list[Field]:
    return [
        selection(
            "company_type",
            "Company Type",
            _COMPANY_TYPES,
            compute=per_row(_company_type),
            stored=False,
            searchable=False,
        ),
        many2one(
            "commercial_partner_id",
            "Commercial Entity",
            "res.partner",
            compute=per_row(lambda caller, row: commercial(caller, row[0])),
            readonly=True,
        ),
        char(
            "email_formatted",
            "Formatted Email",
            compute=per_row(_email_formatted),
            stored=False,
            searchable=False,
            readonly=True,
        ),
        boolean(
            "partner_share",
            "Share Partner",
            compute=per_row(_is_shared),
            readonly=True,
        ),
    ]


def _company_type(caller: Caller, row: Row) -> str:
    return "company" if row[caller.slot("res.partner", "is_company")] else "person"


def _email_formatted(caller: Caller, row: Row) -> Any:
    email = row[caller.slot("res.partner", "email")]
    return f'"{row[caller.slot("res.partner", "name")] or ""}" <{email}>' if email else False


def _is_shared(caller: Caller, row: Row) -> bool:
    users = caller.tx.index("res.users", "partner_id").get(row[0], ())
    accounts = [caller.world.accounts.get(uid) for uid in users]
    return all(account is None or account.share for account in accounts)
