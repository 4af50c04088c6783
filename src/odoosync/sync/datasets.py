"""What is kept of which model. A dataset is a declaration; a new one needs no migration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from odoosync.errors import NotFound
from odoosync.spelling import no_such


@dataclass(frozen=True, slots=True)
class Dataset:
    """`fields` are wanted where they exist; versions of Odoo differ.

    `reference` and `search` name the fields that lists can be searched by. `also_changed_by` are
    dotted dates of other rows whose change shows here without a new `write_date` of our row.
    `companions` are datasets that a person means, too, when naming this one.
    """

    name: str
    model: str
    noun: str
    plural: str
    fields: tuple[str, ...]
    search: tuple[str, ...]
    reference: str | None = None
    also_changed_by: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()


_CONTACT_FIELDS: Final = (
    "name display_name is_company parent_id type email phone mobile street street2 zip city "
    "state_id country_id vat ref website function lang tz category_id company_id comment active "
    "create_date write_date"
)
_PRODUCT_FIELDS: Final = (
    "name display_name default_code barcode list_price standard_price type detailed_type "
    "is_storable categ_id uom_id uom_po_id currency_id company_id description description_sale "
    "description_purchase sale_ok purchase_ok active create_date write_date"
)

CONTACTS: Final = Dataset(
    name="contacts",
    model="res.partner",
    noun="contact",
    plural="contacts",
    fields=tuple(_CONTACT_FIELDS.split()),
    search=("name", "display_name", "email", "ref", "phone", "mobile", "city", "vat"),
    reference="ref",
)
PRODUCTS: Final = Dataset(
    name="products",
    model="product.template",
    noun="product",
    plural="products",
    fields=(*_PRODUCT_FIELDS.split(), "product_variant_ids", "product_variant_count"),
    search=("name", "display_name", "default_code", "barcode"),
    reference="default_code",
    also_changed_by=("product_variant_ids.write_date",),
    companions=("product_variants",),
)
PRODUCT_VARIANTS: Final = Dataset(
    name="product_variants",
    model="product.product",
    noun="product variant",
    plural="product variants",
    fields=(
        *_PRODUCT_FIELDS.split(),
        "lst_price",
        "product_tmpl_id",
        "product_template_attribute_value_ids",
    ),
    search=("name", "display_name", "default_code", "barcode"),
    reference="default_code",
    also_changed_by=("product_tmpl_id.write_date",),
)

DATASETS: Final = {dataset.name: dataset for dataset in (CONTACTS, PRODUCTS, PRODUCT_VARIANTS)}
DATASET_OF_MODEL: Final = {dataset.model: dataset.name for dataset in DATASETS.values()}


class UnknownDataset(NotFound):
    code = "unknown_dataset"


def dataset_named(name: str) -> Dataset:
    """Return the declaration. Raises UnknownDataset, which lists those there are."""
    try:
        return DATASETS[name]
    except KeyError:
        raise UnknownDataset(no_such("dataset", name, DATASETS)) from None
