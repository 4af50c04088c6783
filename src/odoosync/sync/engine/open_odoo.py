"""What a worker lends to each run, and the client of Odoo that is opened with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from odoosync.clock import Clock
from odoosync.connections import store as connections
from odoosync.connections.connection import Connection
from odoosync.crypto import KeyRing
from odoosync.db import Database
from odoosync.log import get_logger
from odoosync.odoo.bounds import PAGE_BYTES
from odoosync.odoo.client import OdooClient, open_client
from odoosync.odoo.facts import ServerFacts
from odoosync.odoo.limiter import RATE_LIMITED, LimitedHandler, Limiters, Pace
from odoosync.odoo.login import Login
from odoosync.odoo.messages import Handler
from odoosync.odoo.rate_limits import RateLimitedHandler
from odoosync.odoo.spending import Spending
from odoosync.odoo.tenant_handler import TenantHandler
from odoosync.odoo.url import parse_odoo_url
from odoosync.quotas import Quotas
from odoosync.sync.deletion_guard import Guard
from odoosync.sync.engine.maker import Maker
from odoosync.sync.patience import AT_FIRST, patiently

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Equipment:
    """What a worker process lends to each run. `page_bytes` is the most that a page may have."""

    database: Database
    transport: Handler
    key_ring: KeyRing
    clock: Clock
    deletion_guard: Guard
    limiters: Limiters = field(default_factory=Limiters)
    maker: Maker = field(default_factory=Maker)
    quotas: Quotas = field(default_factory=Quotas)
    page_bytes: int = PAGE_BYTES


async def open_odoo(
    tools: Equipment, connection: Connection, secret: str, *, anew: bool = False
) -> OdooClient:
    """Open a client with what is known of the server, or `anew`; remember what is new."""
    login = Login(
        url=parse_odoo_url(connection.odoo_url),
        database=connection.odoo_database,
        username=connection.odoo_username,
        secret=secret,
    )
    known = ServerFacts.from_json(connection.server)
    trusted = None if anew else known
    handler = _paced(tools, connection)
    spending = Spending(tools.page_bytes)
    opening = partial(
        open_client, handler, login, known=trusted, now=tools.clock(), spending=spending
    )
    client = await patiently(opening, attempts=AT_FIRST)
    if client.facts != known:
        async with tools.database.tenant(connection.tenant_id) as tx:
            await connections.remember_server(tx, connection.id, client.facts.to_json())
    return client


def _paced(tools: Equipment, connection: Connection) -> Handler:
    """Return a transport that goes at the connection's pace, and remembers a server's 429."""
    wishes, limited = connection.preferences, connection.rate_limited_since is not None
    usual = RATE_LIMITED if limited else Pace()
    pace = Pace(wishes.call_spacing or usual.spacing, wishes.parallel_calls or usual.parallel)
    transport = TenantHandler(tools.transport, connection.tenant_id)
    handler: Handler = transport
    if pace != Pace():
        handler = LimitedHandler(transport, tools.limiters.of(connection.id, pace))
    if limited:
        return handler

    async def remember() -> None:
        async with tools.database.tenant(connection.tenant_id) as tx:
            await connections.note_rate_limit(tx, connection.id, tools.clock())
        log.warning("rate_limited", connection=connection.id)

    return RateLimitedHandler(handler, on_limit=remember)
