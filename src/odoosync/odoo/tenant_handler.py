"""Calls that are made for one tenant: it has look-ups of its own."""

from __future__ import annotations

from dataclasses import dataclass

from odoosync.addresses.lookups import looking_up_for
from odoosync.odoo.messages import Answer, Handler, Request


@dataclass(frozen=True, slots=True)
class TenantHandler:
    """A transport whose calls are counted as one tenant's."""

    transport: Handler
    tenant_id: int

    async def handle(self, request: Request) -> Answer:
        with looking_up_for(self.tenant_id):
            return await self.transport.handle(request)
