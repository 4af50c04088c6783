"""Contacts, with the fields that a person expects by name; the others are under `fields`."""

from __future__ import annotations

import strawberry

from odoosync.api.graphql.records import Page, Record, Reference


@strawberry.type(description="A contact: `res.partner` in Odoo.")
class Contact(Record):
    name: str | None
    display_name: str | None
    is_company: bool | None
    parent_id: Reference | None
    type: str | None
    email: str | None
    phone: str | None
    mobile: str | None = strawberry.field(description="Not in Odoo 19 and later.")
    street: str | None
    street2: str | None
    zip: str | None
    city: str | None
    state_id: Reference | None
    country_id: Reference | None
    vat: str | None
    ref: str | None
    website: str | None
    function: str | None
    lang: str | None
    tz: str | None
    category_id: list[int] | None = strawberry.field(description="Ids of the tags.")
    company_id: Reference | None
    comment: str | None
    create_date: str | None


@strawberry.type
class ContactPage(Page):
    items: list[Contact]
