"""Products: a template and its variants show each other's values; what bumps whom is the point.

A variant's cost and barcode appear on its template without a new `write_date` there; its code is
kept on the template, so that one bumps. From 17 on a template's stamp is handed to its variants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odoo_sandbox.caller import Caller
from odoo_sandbox.coercion import coerce
from odoo_sandbox.hooks.seam import Hooks, Values
from odoo_sandbox.values import storage_key

ON_VARIANT = ("default_code", "barcode", "standard_price", "weight", "volume")
KEPT_ON_TEMPLATE = ("default_code", "weight", "volume")
TEMPLATE, VARIANT = "product.template", "product.product"


class TemplateHooks(Hooks):
    def before_create(self, caller: Caller, values: Values) -> Values:
        return _with_type(caller, values)

    def after_create(self, caller: Caller, row_id: int, values: Mapping[str, Any]) -> None:
        if caller.context.get("create_product_product") is False:
            return
        own = _own_values(caller, values)
        active = caller.tx.value(TEMPLATE, row_id, "active")
        caller.tx.insert(
            VARIANT, {"product_tmpl_id": row_id, "active": active, "combination_indices": "", **own}
        )

    def before_write(self, caller: Caller, ids: Sequence[int], values: Values) -> Values:  # noqa: ARG002
        return _with_type(caller, values)

    def after_write(self, caller: Caller, ids: Sequence[int], values: Mapping[str, Any]) -> None:
        own = _own_values(caller, values)
        for row_id in ids:
            if own:
                _write_only_variant(caller, row_id, own)
            if values.get("active") is False:
                caller.tx.update(VARIANT, variants_of(caller, row_id), {"active": False})
            elif values.get("active") and not variants_of(caller, row_id, active=True):
                caller.tx.update(VARIANT, variants_of(caller, row_id), {"active": True})
        follow_templates(caller, ids)


class VariantHooks(Hooks):
    def before_create(self, caller: Caller, values: Values) -> Values:  # noqa: ARG002
        values.setdefault("combination_indices", "")
        _price_to_template(values, 0.0)
        return values

    def after_create(self, caller: Caller, row_id: int, values: Mapping[str, Any]) -> None:  # noqa: ARG002
        keep_on_template(caller, [row_id])

    def before_write(self, caller: Caller, ids: Sequence[int], values: Values) -> Values:
        _price_to_template(values, caller.tx.value(VARIANT, ids[0], "price_extra") if ids else 0.0)
        return values

    def after_write(self, caller: Caller, ids: Sequence[int], values: Mapping[str, Any]) -> None:
        if not set(KEPT_ON_TEMPLATE).isdisjoint(values):
            keep_on_template(caller, ids)

    def before_unlink(self, caller: Caller, ids: Sequence[int]) -> dict[str, list[int]]:
        """Let a template go along with its last variant."""
        templates = {caller.tx.value(VARIANT, row_id, "product_tmpl_id") for row_id in ids}
        last = [one for one in templates if set(variants_of(caller, one)) <= set(ids)]
        return {TEMPLATE: sorted(last)}


def _own_values(caller: Caller, values: Mapping[str, Any]) -> Values:
    """Pick what a template is given for its only variant."""
    variant = caller.model(VARIANT)
    return {
        name: coerce(caller, variant, variant.fields[name], values[name])
        for name in ON_VARIANT
        if name in values
    }


def variants_of(caller: Caller, template: int, *, active: bool = False) -> list[int]:
    """Ids of a template's variants, archived ones among them unless `active`."""
    ids = caller.tx.index(VARIANT, "product_tmpl_id").get(template, ())
    return [one for one in ids if not active or caller.tx.value(VARIANT, one, "active")]


def only_variant(caller: Caller, template: int, *, archived_too: bool = False) -> int | None:
    """Find the one variant whose values its template shows; None when there are several.

    When all are archived, 17 and later show those of an only archived one (16: its barcode).
    """
    active = variants_of(caller, template, active=True)
    if not active and (archived_too or caller.release.shows_archived_variant):
        active = variants_of(caller, template)
    return active[0] if len(active) == 1 else None


def keep_on_template(caller: Caller, variants: Sequence[int]) -> None:
    """Recompute what the template keeps of its only variant: a changed value bumps the template."""
    changed = []
    fields = caller.model(TEMPLATE).fields
    for template in {caller.tx.value(VARIANT, one, "product_tmpl_id") for one in variants}:
        only = only_variant(caller, template)
        kept = {
            name: fields[name].empty if only is None else caller.tx.value(VARIANT, only, name)
            for name in KEPT_ON_TEMPLATE
        }
        if any(kept[name] != caller.tx.value(TEMPLATE, template, name) for name in kept):
            caller.tx.update(TEMPLATE, [template], kept)
            changed.append(template)
    follow_templates(caller, changed)


def follow_templates(caller: Caller, templates: Sequence[int]) -> None:
    if caller.release.variants_follow_templates:
        for template in templates:
            ids = variants_of(caller, template)
            caller.tx.update(VARIANT, ids, {"write_date": caller.tx.stamp}, touch=False)


def _write_only_variant(caller: Caller, template: int, own: Mapping[str, Any]) -> None:
    ids = variants_of(caller, template, active=True) or variants_of(caller, template)
    if len(ids) != 1:
        return
    fields = caller.model(VARIANT).fields
    values = {storage_key(caller, fields[name]): value for name, value in own.items()}
    caller.tx.update(VARIANT, ids, values)


def _price_to_template(values: Values, extra: float) -> None:
    """Turn a variant's sales price into its template's, less what the variant costs extra."""
    if "lst_price" in values:
        values["list_price"] = float(values.pop("lst_price") or 0.0) - extra


def _with_type(caller: Caller, values: Values) -> Values:
    """Let `type` follow `detailed_type`, in 16 and 17."""
    if "detailed_type" in caller.model(TEMPLATE).fields and values.get("detailed_type"):
        values["type"] = values["detailed_type"]
    return values
