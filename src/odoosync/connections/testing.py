"""The staged test of credentials: name, network, version, database, login, rights, a sample.

Each stage's failure is an `odoo.errors` class with its own code and sentence; the first five
belong to opening a client. Nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from odoosync.clock import Clock
from odoosync.connections.store import Tested
from odoosync.crypto import Secret
from odoosync.odoo.bounds import SMALL
from odoosync.odoo.choice import at_stage
from odoosync.odoo.client import OdooClient, open_client
from odoosync.odoo.errors import ModelUnknown, PortalUser, Stage, TimedOut
from odoosync.odoo.login import Login
from odoosync.odoo.messages import Handler

TEST_SECONDS: Final = 25.0
"""So that whoever waits has an answer within 30, also of an Odoo that hangs."""
_SAMPLE: Final = ["name", "write_date"]
_HUNG: Final[Mapping[Stage, str]] = {
    "version": "It hung when it was asked for its version.",
    "login": "It hung at the login.",
    "rights": "It hung when it was asked for the rights of this login.",
    "read": "It hung while contacts and products were counted and read.",
}


async def run_test(transport: Handler, login: Login, *, clock: Clock) -> Tested:
    """Log in and look around. Raises an OdooError whose `stage` says how far it came.

    The address that is returned is where Odoo was found, of those that were typed.
    """
    with _telling_where_it_hung():
        client = await open_client(transport, login, known=None, now=clock())
        with at_stage("rights"):
            portal = await client.is_portal()
        if portal:
            raise PortalUser
        contacts = await client.search_count("res.partner", [])
        products = await _count_products(client)
        await client.search_read("res.partner", [], _SAMPLE, limit=1, bound=SMALL)
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


@contextmanager
def _telling_where_it_hung() -> Iterator[None]:
    try:
        yield
    except TimedOut as error:
        error.hint = _HUNG.get(error.stage, "")
        raise
