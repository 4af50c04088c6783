"""The staged test of credentials: name, network, version, database, login, rights, a sample.

Each stage's failure is an `odoo.errors` class with its own code and sentence; the first five
belong to opening a client. Nothing is stored here.
"""

from __future__ import annotations

from odoosync.clock import Clock
from odoosync.connections.store import Tested
from odoosync.crypto import Secret
from odoosync.odoo.client import OdooClient, open_client
from odoosync.odoo.errors import ModelUnknown, PortalUser
from odoosync.odoo.login import Login
from odoosync.odoo.transport import Transport

_SAMPLE = ["name", "write_date"]


async def run_test(transport: Transport, login: Login, *, clock: Clock) -> Tested:
    """Log in and look around. Raises an OdooError whose `stage` says how far it came.

    The address that is returned is where Odoo was found, of those that were typed.
    """
    client = await open_client(transport, login, known=None, now=clock())
    if await client.is_portal():
        raise PortalUser
    contacts = await client.search_count("res.partner", [])
    products = await _count_products(client)
    await client.search_read("res.partner", [], _SAMPLE, limit=1, order="id")
    return Tested(
        odoo_url=str(client.login.url),
        odoo_database=login.database,
        odoo_username=login.username,
        secret=Secret(login.secret),
        server=client.facts.to_json(),
        odoo_uid=client.facts.uid,
        contact_count=contacts,
        product_count=products,
    )


async def _count_products(client: OdooClient) -> int:
    """Count templates; an Odoo without the product app has none."""
    try:
        return await client.search_count("product.template", [])
    except ModelUnknown:
        return 0
