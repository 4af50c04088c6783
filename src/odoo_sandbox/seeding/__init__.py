"""Worlds that look lived in: the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from odoo_sandbox.people import LIMITED_GROUPS, PORTAL_GROUPS, Account
from odoo_sandbox.seeding.contacts import seed_contacts
from odoo_sandbox.seeding.places import seed_places
from odoo_sandbox.seeding.products import seed_products
from odoo_sandbox.world import World

ADMIN_KEY = "5a4db0c5" * 5
"""Forty hexadecimal digits, as Odoo makes its keys: our client tells a key by its form."""


def seed_world(
    version: int = 19,
    contacts: int = 2_000,
    products: int = 500,
    seed: int = 1,
    *,
    clock: Callable[[], datetime],
    api_key: str = ADMIN_KEY,
) -> World:
    """Database `odoo_db`; logins admin/admin, limited/limited, portal/portal; a key for admin.

    `products` counts templates. Everything was written before the clock's now.
    """
    now = clock()
    world = World(version, clock=lambda: now - timedelta(days=800))
    rng = Random(seed)  # noqa: S311 - rows of a demo, not secrets
    places = seed_places(world)
    _add_people(world)
    seed_contacts(world, places, contacts, rng, now=now)
    seed_products(world, products, rng, now=now)
    world.add_key("admin", api_key)
    world.clock = clock
    return world


def _add_people(world: World) -> None:
    people = (
        (6, "limited", "Lina Limited", LIMITED_GROUPS),
        (7, "portal", "Paul Portal", PORTAL_GROUPS),
    )
    for uid, login, name, groups in people:
        (partner,) = world.execute(
            "res.partner", "create", [{"name": name, "email": f"{login}@yourcompany.example"}]
        )
        world.add_user(Account(uid, login, login, partner, groups, name))
        if groups == PORTAL_GROUPS:
            world.add_rule(
                "res.partner", [("id", "child_of", partner)], uids=[uid], name="portal partner"
            )
