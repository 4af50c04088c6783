"""What every resolver is handed: who calls, the services, and what may still be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import strawberry

from odoosync.accounts import Principal, Scope
from odoosync.api.reading.budget import RecordBudget
from odoosync.api.services import Services
from odoosync.sync.waiting import IsGone, stays


@dataclass(frozen=True)
class Context:
    services: Services
    caller: Principal
    budget: RecordBudget = field(default_factory=RecordBudget)
    is_gone: IsGone = stays

    def need(self, scope: Scope) -> Principal:
        """Return the caller. Raises ScopeMissing."""
        self.caller.need(scope)
        return self.caller


Info = strawberry.Info[Context, Any]
