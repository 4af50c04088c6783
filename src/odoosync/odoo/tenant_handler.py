"""Calls that are made for one tenant: it has look-ups of its own."""

from __future__ import annotations

from dataclasses import dataclass

from odoosync.addresses.lookups import looking_up_for
from odoosync.odoo.bounds import SMALL, Bound
from odoosync.odoo.transport import Answer
from odoosync.odoo.wire import Sender


@dataclass(frozen=True, slots=True)
class TenantSender:
    """A transport whose calls are counted as one tenant's."""

    transport: Sender
    tenant_id: int

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as in Transport
        repeatable: bool = False,
        bound: Bound = SMALL,
    ) -> Answer:
        with looking_up_for(self.tenant_id):
            return await self.transport.send(
                method,
                url,
                headers=headers,
                body=body,
                timeout=timeout,
                repeatable=repeatable,
                bound=bound,
            )
