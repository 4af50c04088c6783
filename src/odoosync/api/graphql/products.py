"""Products, as templates and as variants; fields beyond these are under `fields`."""

from __future__ import annotations

import strawberry

from odoosync.api.graphql.records import Page, Record, Reference


@strawberry.type
class AnyProduct(Record):
    name: str | None
    display_name: str | None
    default_code: str | None = strawberry.field(description="The internal reference.")
    barcode: str | None
    list_price: float | None
    standard_price: float | None = strawberry.field(description="The cost.")
    type: str | None
    detailed_type: str | None = strawberry.field(description="In Odoo 16 and 17 only.")
    is_storable: bool | None = strawberry.field(
        description="Whether stock is tracked; in Odoo 18 and later, with its Inventory app."
    )
    categ_id: Reference | None
    uom_id: Reference | None
    uom_po_id: Reference | None = strawberry.field(description="Not in Odoo 19 and later.")
    currency_id: Reference | None
    company_id: Reference | None
    description: str | None
    description_sale: str | None
    description_purchase: str | None
    sale_ok: bool | None
    purchase_ok: bool | None
    create_date: str | None


@strawberry.type(description="A product: `product.template` in Odoo.")
class Product(AnyProduct):
    product_variant_ids: list[int] | None
    product_variant_count: int | None


@strawberry.type(description="A variant: `product.product` in Odoo.")
class ProductVariant(AnyProduct):
    lst_price: float | None
    product_tmpl_id: Reference | None
    product_template_attribute_value_ids: list[int] | None


@strawberry.type
class ProductPage(Page):
    items: list[Product]


@strawberry.type
class ProductVariantPage(Page):
    items: list[ProductVariant]
