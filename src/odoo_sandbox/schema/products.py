"""product.template, product.product and what they refer to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from odoo_sandbox.caller import Caller
from odoo_sandbox.fields import (
    Compute,
    Field,
    Model,
    Row,
    boolean,
    char,
    decimal,
    html,
    integer,
    many2one,
    selection,
    text,
)
from odoo_sandbox.hooks.products import only_variant, variants_of
from odoo_sandbox.people import PRODUCT_CREATION, SYSTEM, USER
from odoo_sandbox.releases import Release
from odoo_sandbox.schema.declaring import Access, access, declare, path_names, per_row
from odoo_sandbox.values import getter, inactive_ids

_TEMPLATE, _VARIANT = "product.template", "product.product"
_OLD_TYPES = {"consu": "Consumable", "service": "Service"}
_NEW_TYPES = {"consu": "Goods", "service": "Service", "combo": "Combo"}
_NOT_BORROWED = frozenset(
    [
        "active",
        "default_code",
        "barcode",
        "standard_price",
        "weight",
        "volume",
        "create_uid",
        "create_date",
        "write_uid",
        "write_date",
        "display_name",
        "product_variant_id",
        "image_128",
        "image_1920",
    ]
)


def product_models(release: Release) -> list[Model]:
    template = _templates(release)
    return [_categories(release), _units(release), template, _variants(release, template)]


def _rights(release: Release) -> Access:
    """16 knows no product managers of its own."""
    change = SYSTEM if not release.since(17) else PRODUCT_CREATION
    return access((USER, change), (change,))


def _categories(release: Release) -> Model:
    fields = [
        char("name", "Name", required=True),
        many2one("parent_id", "Parent Category", "product.category", on_delete="cascade"),
        Field("child_id", "one2many", "Child Categories", "product.category", inverse="parent_id"),
        char(
            "complete_name",
            "Complete Name",
            compute=path_names("product.category", " / "),
            readonly=True,
        ),
    ]
    return declare(
        release,
        "product.category",
        "Product Category",
        fields,
        order="complete_name, id",
        display=path_names("product.category", " / "),
        rights=_rights(release),
    )


def _units(release: Release) -> Model:
    fields = [
        char("name", "Unit of Measure" if not release.since(19) else "Unit Name",
             required=True, translate=True),
        decimal("factor", "Ratio" if not release.since(19) else "Absolute Quantity", default=1.0,
                required=not release.since(19), readonly=release.since(19)),
        boolean("active", "Active", default=True),
    ]  # fmt: skip
    return declare(
        release,
        "uom.uom",
        "Product Unit of Measure",
        fields,
        order="name, id" if not release.since(19) else "id",
        rights=access((SYSTEM, USER), (SYSTEM,))
        if not release.since(19)
        else access((PRODUCT_CREATION, SYSTEM, USER), (PRODUCT_CREATION, SYSTEM)),
    )


def _templates(release: Release) -> Model:
    return declare(
        release,
        _TEMPLATE,
        "Product",
        [*_template_columns(release), *_template_computed(release)],
        order="name, id" if not release.since(18) else "is_favorite desc, name, id",
        display=_display(_TEMPLATE),
        rights=_rights(release),
    )


def _template_columns(release: Release) -> list[Field]:
    old = not release.since(18)
    sold, bought = ("Can be Sold", "Can be Purchased") if old else ("Sales", "Purchase")
    before_19 = not release.since(19)
    unit = "Unit of Measure" if before_19 else "Unit"
    return [
        char("name", "Name", required=True, translate=True),
        integer("sequence", "Sequence", default=1),
        html("description", "Description", translate=True),
        text("description_purchase", "Purchase Description", translate=True),
        text("description_sale", "Sales Description", translate=True),
        selection("detailed_type", "Product Type", _OLD_TYPES, required=True, default="consu",
                  until=17),
        selection("type", "Type" if old else "Product Type", _OLD_TYPES if old else _NEW_TYPES,
                  required=not old, default="consu"),
        many2one("categ_id", "Product Category", "product.category", required=before_19,
                 default=1 if before_19 else False, on_delete="restrict"),
        decimal("list_price", "Sales Price", default=1.0),
        boolean("sale_ok", sold, default=True),
        boolean("purchase_ok", bought, default=True),
        boolean("is_favorite", "Favorite", since=18),
        many2one("uom_id", unit, "uom.uom", required=True, default=1, on_delete="restrict"),
        many2one("uom_po_id", "Purchase Unit" if release.since(17) else "Purchase UoM",
                 "uom.uom", required=True, default=1,
                 on_delete="restrict", until=18),
        many2one("company_id", "Company", "res.company"),
        decimal("weight", "Weight"),
        decimal("volume", "Volume"),
        boolean("active", "Active", default=True),
        integer("color", "Color Index"),
        char("default_code", "Internal Reference"),
        Field("image_128", "binary", "Image 128", sparse=True, readonly=True),
        Field("image_1920", "binary", "Image", sparse=True),
    ]  # fmt: skip


def _template_computed(release: Release) -> list[Field]:
    return [
        decimal("standard_price", "Cost", compute=_of_only_variant("standard_price", 0.0),
                stored=False, group=USER),
        char("barcode", "Barcode", stored=False,
             compute=_of_only_variant("barcode", empty=False, archived_too=True)),
        Field("product_variant_ids", "one2many", "Products", _VARIANT, inverse="product_tmpl_id",
              required=True),
        many2one("product_variant_id", "Product", _VARIANT, compute=per_row(_first_variant),
                 stored=False, readonly=True, searchable=False),
        integer("product_variant_count", "# Product Variants", compute=_variant_counts,
                stored=False, readonly=True, searchable=False),
        many2one("currency_id", "Currency", "res.currency", compute=per_row(_currency),
                 stored=False, readonly=True, searchable=False),
        many2one("cost_currency_id", "Cost Currency", "res.currency", compute=per_row(_currency),
                 stored=False, readonly=True, searchable=False),
        char("uom_name", "Unit of Measure Name" if not release.since(19) else "Unit Name",
             compute=per_row(_unit_name), stored=False, readonly=True, translate=True),
    ]  # fmt: skip


def _variants(release: Release, template: Model) -> Model:
    own = [
        char("default_code", "Internal Reference"),
        boolean("active", "Active", default=True),
        many2one("product_tmpl_id", "Product Template", _TEMPLATE, required=True,
                 on_delete="cascade"),
        char("barcode", "Barcode"),
        decimal("standard_price", "Cost", company_dependent=True, stored=release.since(17),
                group=USER),
        char("combination_indices", "Combination Indices", readonly=True),
        decimal("weight", "Weight"),
        decimal("volume", "Volume"),
        decimal("price_extra", "Variant Price Extra", stored=False, readonly=True,
                searchable=False),
        decimal("lst_price", "Sales\xa0Price", compute=per_row(_variant_price), stored=False,
                searchable=False),
        Field("image_128", "binary", "Image 128", sparse=True, readonly=True, stored=False,
              searchable=False),
        Field("image_1920", "binary", "Image", sparse=True, stored=False, searchable=False),
    ]  # fmt: skip
    borrowed = [
        replace(
            field,
            via="product_tmpl_id",
            compute=None,
            inverse="",
            stored=field.name == "is_favorite" and release.since(19),
        )
        for field in template.fields.values()
        if field.name not in _NOT_BORROWED
    ]
    followed = release.variants_follow_templates
    return declare(
        release,
        _VARIANT,
        "Product Variant",
        [*own, *borrowed],
        order="is_favorite desc, default_code, name, id"
        if release.since(18) and not release.since(19)
        else "default_code, name, id",
        display=_display(_VARIANT),
        rights=_rights(release),
        write_string="Write Date" if followed else "Last Updated on",
    )


def _display(model: str) -> Compute:
    """`[CODE] Name`, unless the context leaves the code away."""

    def names(caller: Caller, rows: list[Row]) -> list[Any]:
        declared = caller.model(model)
        name = getter(caller, declared, declared.fields["name"])
        code = caller.slot(model, "default_code")
        with_code = caller.context.get("display_default_code", True)
        return [
            f"[{row[code]}] {name(row)}" if with_code and row[code] else name(row) for row in rows
        ]

    return names


def _of_only_variant(column: str, empty: Any, *, archived_too: bool = False) -> Compute:
    def values(caller: Caller, rows: list[Row]) -> list[Any]:
        declared = caller.model(_VARIANT)
        get = getter(caller, declared, declared.fields[column])
        variants = caller.tx.rows(_VARIANT)
        only = [only_variant(caller, row[0], archived_too=archived_too) for row in rows]
        return [empty if one is None else get(variants[one]) for one in only]

    return values


def _first_variant(caller: Caller, row: Row) -> Any:
    ids = variants_of(caller, row[0], active=True)
    return ids[0] if ids else False


def _variant_counts(caller: Caller, rows: list[Row]) -> list[int]:
    index, archived = caller.tx.index(_VARIANT, "product_tmpl_id"), inactive_ids(caller, _VARIANT)
    return [sum(one not in archived for one in index.get(row[0], ())) for row in rows]


def _currency(caller: Caller, row: Row) -> Any:
    own = row[caller.slot(_TEMPLATE, "company_id")]
    return caller.tx.value("res.company", own or caller.company, "currency_id")


def _unit_name(caller: Caller, row: Row) -> Any:
    return caller.tx.value("uom.uom", row[caller.slot(_TEMPLATE, "uom_id")], "name")


def _variant_price(caller: Caller, row: Row) -> float:
    template = row[caller.slot(_VARIANT, "product_tmpl_id")]
    extra = row[caller.slot(_VARIANT, "price_extra")]
    return float(caller.tx.value(_TEMPLATE, template, "list_price") + extra)
