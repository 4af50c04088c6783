"""The models of each version, declared field by field."""

from __future__ import annotations

from odoosync.sandbox.fields import Model
from odoosync.sandbox.releases import Release
from odoosync.sandbox.schema.contacts import contact_models
from odoosync.sandbox.schema.ground import ground_models
from odoosync.sandbox.schema.products import product_models


def models_of(release: Release) -> dict[str, Model]:
    models = [*ground_models(release), *contact_models(release), *product_models(release)]
    return {model.name: model for model in models}
