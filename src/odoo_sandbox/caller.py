"""Who asks, in which context, inside which transaction: what every answer depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from odoo_sandbox.refusals import access_error

if TYPE_CHECKING:
    from odoo_sandbox.fields import Model, Row
    from odoo_sandbox.people import Account
    from odoo_sandbox.releases import Release
    from odoo_sandbox.state import State
    from odoo_sandbox.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Caller:
    """Odoo's environment: user, context and transaction; `sudo` sets rights aside."""

    tx: Transaction
    uid: int
    context: Mapping[str, Any]
    sudo: bool = False

    @property
    def world(self) -> State:
        return self.tx.world

    @property
    def release(self) -> Release:
        return self.tx.world.release

    @property
    def account(self) -> Account:
        return self.world.accounts[self.uid]

    @property
    def lang(self) -> str:
        return str(self.context.get("lang") or "en_US")

    @property
    def active_test(self) -> bool:
        return bool(self.context.get("active_test", True))

    @property
    def companies(self) -> tuple[int, ...]:
        """The companies in use; asking for one that is not the user's is refused."""
        own = self.account.companies
        asked = self.context.get("allowed_company_ids")
        if not asked:
            return own
        if not self.sudo and not set(asked) <= set(own):
            raise access_error("Access to unauthorized or invalid companies.")
        return tuple(asked)

    @property
    def company(self) -> int:
        return self.companies[0]

    def model(self, name: str) -> Model:
        return self.world.table(name).model

    def row(self, model: str, row_id: int) -> Row | None:
        return self.tx.get(model, row_id)

    def slot(self, model: str, column: str) -> int:
        return self.world.table(model).at[column]

    def with_context(self, **more: Any) -> Caller:
        return replace(self, context={**self.context, **more})

    def as_root(self) -> Caller:
        return replace(self, sudo=True)
