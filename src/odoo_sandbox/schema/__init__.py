"""The models of each version, declared field by field."""

from __future__ import annotations

from odoo_sandbox.fields import Model
from odoo_sandbox.releases import Release
from odoo_sandbox.schema.contacts import contact_models
from odoo_sandbox.schema.ground import ground_models
from odoo_sandbox.schema.products import product_models


def models_of(release: Release) -> dict[str, Model]:
    models = [*ground_models(release), *contact_models(release), *product_models(release)]
    return {model.name: model for model in models}
