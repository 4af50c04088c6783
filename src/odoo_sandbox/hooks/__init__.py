"""What single models do besides storing what they were sent."""

from __future__ import annotations

from odoo_sandbox.hooks.partners import PartnerHooks
from odoo_sandbox.hooks.products import TemplateHooks, VariantHooks
from odoo_sandbox.hooks.seam import Hooks

HOOKS: dict[str, Hooks] = {
    "res.partner": PartnerHooks(),
    "product.template": TemplateHooks(),
    "product.product": VariantHooks(),
}

__all__ = ["HOOKS", "Hooks"]
