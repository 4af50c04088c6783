"""What every resolver is handed: who calls, and the services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import strawberry

from odoosync.accounts import Principal, Scope
from odoosync.api.services import Services


@dataclass(frozen=True)
class Context:
    services: Services
    caller: Principal

    def need(self, scope: Scope) -> Principal:
        """Return the caller. Raises ScopeMissing."""
        self.caller.need(scope)
        return self.caller


Info = strawberry.Info[Context, Any]
