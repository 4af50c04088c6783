"""Products: templates with one to six variants, categories, units, translated names."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any

from odoo_sandbox.fields import Row
from odoo_sandbox.seeding import words
from odoo_sandbox.seeding.stamps import Stamps
from odoo_sandbox.table import Table
from odoo_sandbox.world import World

_TRANSLATED_TO = "fr_FR"
_SEVERAL_SHARE = 0.15
_ARCHIVED_SHARE = 0.04


def seed_products(world: World, count: int, rng: Random, *, now: datetime) -> None:
    categories = _categories(world)
    _install_language(world)
    templates, variants = world.table("product.template"), world.table("product.product")
    stamps = Stamps(now, rng)
    template_rows: list[Row] = []
    variant_rows: list[Row] = []
    for number in range(count):
        template, own = _product(templates, variants, number, rng, categories, stamps.pair())
        template_rows.append(template)
        variant_rows.extend(own)
        if number % 3 == 0:
            name = template[templates.at["name"]]
            templates.set_sparse(f"name@{_TRANSLATED_TO}", template[0], f"{name} (traduit)")
    templates.put(template_rows)
    variants.put(variant_rows)


def _install_language(world: World) -> None:
    with world.transaction(uid=1) as tx:
        known = tx.index("res.lang", "code").get(_TRANSLATED_TO, ())
        tx.update("res.lang", known, {"active": True})


def _categories(world: World) -> list[int]:
    with world.transaction(uid=1) as tx:
        return [
            tx.insert("product.category", {"name": name, "parent_id": 1})
            for name in ("Saleable", "Consumables", "Möbel", "Services")
        ]


def _product(  # noqa: PLR0917
    templates: Table,
    variants: Table,
    number: int,
    rng: Random,
    categories: list[int],
    stamps: tuple[int, int],
) -> tuple[Row, list[Row]]:
    several = rng.random() < _SEVERAL_SHARE
    active = rng.random() >= _ARCHIVED_SHARE
    code = f"P{number:06d}" if number % 6 else False
    logged = {
        "create_date": stamps[0],
        "write_date": stamps[1],
        "create_uid": 2,
        "write_uid": 2,
        "active": active,
    }
    template_id = templates.take_id()
    template = {
        **logged,
        "name": f"{rng.choice(words.QUALITIES)} {rng.choice(words.THINGS)} {number}",
        "sequence": 1,
        "type": "service" if number % 9 == 0 else "consu",
        "detailed_type": "service" if number % 9 == 0 else "consu",
        "categ_id": rng.choice(categories),
        "list_price": round(rng.random() * 900, 2),
        "sale_ok": number % 11 != 0,
        "purchase_ok": number % 7 != 0,
        "uom_id": 1 + (number % 10 == 0),
        "uom_po_id": 1 + (number % 10 == 0),
        "description_sale": f"Prêt à l'emploi, N° {number}" if number % 2 else False,
        "default_code": False if several else code,
    }
    own = [
        {
            **logged,
            "product_tmpl_id": template_id,
            "default_code": f"{code}-{place}" if code and several else code,
            "barcode": f"76{number:08d}{place:03d}" if number % 4 else False,
            "standard_price": round(rng.random() * 400, 2),
            "combination_indices": str(place) if several else "",
        }
        for place in range(rng.randint(2, 6) if several else 1)
    ]
    made = [_row(variants, variants.take_id(), values) for values in own]
    return _row(templates, template_id, template), made


def _row(table: Table, row_id: int, values: dict[str, Any]) -> Row:
    slots = list(table.blank)
    slots[0] = row_id
    for name, value in values.items():
        if name in table.at:
            slots[table.at[name]] = value
    return tuple(slots)
