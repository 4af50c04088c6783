"""What contacts and products refer to: places, money, languages, companies, users."""

from __future__ import annotations

from typing import Any

from odoo_sandbox.caller import Caller
from odoo_sandbox.fields import (
    Field,
    Model,
    Row,
    boolean,
    char,
    decimal,
    integer,
    many2one,
    selection,
    text,
)
from odoo_sandbox.people import CONTACT_CREATION, PORTAL, SYSTEM, USER
from odoo_sandbox.releases import Release
from odoo_sandbox.schema.declaring import access, declare, name_column, per_row


def ground_models(release: Release) -> list[Model]:
    return [
        _countries(release),
        _states(release),
        _currencies(release),
        _languages(release),
        _companies(release),
        _users(release),
        _models(release),
        _parameters(release),
    ]


def _countries(release: Release) -> Model:
    fields = [
        char("name", "Country Name", required=True, translate=True),
        char("code", "Country Code", required=release.since(17)),
        integer("phone_code", "Country Calling Code"),
        many2one("currency_id", "Currency", "res.currency"),
        Field("state_ids", "one2many", "States", "res.country.state", inverse="country_id"),
    ]
    rights = access((USER, PORTAL, CONTACT_CREATION), (SYSTEM,))
    return declare(
        release,
        "res.country",
        "Country",
        fields,
        order="name, id",
        rights=rights,
        search_names=("name", "code"),
    )


def _states(release: Release) -> Model:
    def shown(caller: Caller, row: Row) -> str:
        at = caller.world.table("res.country.state").at
        code = caller.tx.value("res.country", row[at["country_id"]], "code")
        return f"{row[at['name']]} ({code})"

    fields = [
        many2one("country_id", "Country", "res.country", required=True),
        char("name", "State Name", required=True),
        char("code", "State Code", required=True),
    ]
    return declare(
        release,
        "res.country.state",
        "Country state",
        fields,
        order="code, id",
        display=per_row(shown),
        rights=access((USER, PORTAL), (CONTACT_CREATION,)),
    )


def _currencies(release: Release) -> Model:
    fields = [
        char("name", "Currency", required=True),
        char("full_name", "Name"),
        char("symbol", "Symbol", required=True),
        decimal("rounding", "Rounding Factor", default=0.01),
        boolean("active", "Active", default=True),
    ]
    return declare(release, "res.currency", "Currency", fields, order="active desc, name, id")


def _languages(release: Release) -> Model:
    fields = [
        char("name", "Name", required=True),
        char("code", "Locale Code", required=True),
        char("iso_code", "ISO code"),
        boolean("active", "Active"),
    ]
    return declare(release, "res.lang", "Languages", fields, order="active desc, name, id")


def _companies(release: Release) -> Model:
    fields = [
        char("name", "Company Name", required=True),
        many2one("partner_id", "Partner", "res.partner", required=True, on_delete="restrict"),
        many2one("currency_id", "Currency", "res.currency", required=True, on_delete="restrict"),
        many2one("parent_id", "Parent Company", "res.company"),
        boolean("active", "Active", default=True),
        integer("sequence", "Sequence", default=10),
    ]
    rights = access((USER, PORTAL), (SYSTEM,))
    return declare(
        release, "res.company", "Companies", fields, order="sequence, name, id", rights=rights
    )


def _users(release: Release) -> Model:
    def partner_value(column: str) -> Any:
        def get(caller: Caller, row: Row) -> Any:
            partner = row[caller.slot("res.users", "partner_id")]
            return caller.tx.value("res.partner", partner, column)

        return per_row(get)

    fields = [
        char("login", "Login", required=True),
        char("name", "Name", compute=partner_value("name"), stored=False),
        char("email", "Email", compute=partner_value("email"), stored=False),
        selection("lang", "Language", {}, compute=partner_value("lang"), stored=False),
        many2one(
            "partner_id", "Related Partner", "res.partner", required=True, on_delete="restrict"
        ),
        many2one("company_id", "Company", "res.company", required=True, on_delete="restrict"),
        Field("company_ids", "many2many", "Companies", "res.company"),
        boolean("share", "Share User", readonly=True),
        boolean("active", "Active", default=True),
    ]
    return declare(
        release,
        "res.users",
        "User",
        fields,
        order="name, login, id",
        display=partner_value("name"),
        rights=access((USER, PORTAL), (SYSTEM,)),
    )


def _models(release: Release) -> Model:
    fields = [char("name", "Model Description", required=True), char("model", "Model")]
    return declare(
        release,
        "ir.model",
        "Models",
        fields,
        order="model, id",
        rights=access((SYSTEM,), ()),
    )


def _parameters(release: Release) -> Model:
    fields = [char("key", "Key", required=True), text("value", "Value", required=True)]
    return declare(
        release,
        "ir.config_parameter",
        "System Parameter",
        fields,
        order="key, id",
        display=name_column("key", "ir.config_parameter"),
        rights=access((SYSTEM,), (SYSTEM,)),
    )
