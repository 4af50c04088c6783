"""One Odoo database: transactions, and calls as a user; no sockets, no clock of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from odoo_sandbox.caller import Caller
from odoo_sandbox.calls import call
from odoo_sandbox.ground import ROOT, lay_ground, lay_users, new_user
from odoo_sandbox.people import Account
from odoo_sandbox.releases import RELEASES
from odoo_sandbox.schema import models_of
from odoo_sandbox.state import EPOCH, Rule, State
from odoo_sandbox.transaction import Transaction

__all__ = ["EPOCH", "Rule", "World"]

Answer = TypeVar("Answer")


class World(State):
    """A new database, as a fresh install has it."""

    def __init__(
        self,
        version: int = 19,
        *,
        clock: Callable[[], datetime],
        database: str = "odoo_db",
        currency: str = "USD",
    ) -> None:
        release = RELEASES[version]
        super().__init__(release, models_of(release), clock=clock, database=database)
        with self.transaction(ROOT) as tx:
            lay_ground(tx, currency=currency)
        with self.transaction(ROOT) as tx:
            lay_users(tx)

    def add_user(self, account: Account) -> Account:
        """Add a login with its row in res.users; its partner must be there."""
        with self.transaction(ROOT) as tx:
            return new_user(tx, account)

    def transaction(self, uid: int = 2) -> Transaction:
        """Begin one: its `write_date` is taken now, its rows become visible at its commit."""
        with self.lock:
            number = self.begin()
            return Transaction(self, uid=uid, number=number, began=self.commits, stamp=self.stamp())

    def execute(
        self,
        model: str,
        method: str,
        *args: Any,
        uid: int = 2,
        tx: Transaction | None = None,
        context: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> Any:
        """Call a method as a user; inside `tx`, or in a transaction of its own."""
        named = {**keywords, "context": context} if context else keywords
        return self.run(uid, lambda caller: call(caller, model, method, args, named), tx=tx)

    def run(
        self, uid: int, work: Callable[[Caller], Answer], *, tx: Transaction | None = None
    ) -> Answer:
        """Do some work as a user; inside `tx`, or in a transaction of its own."""
        with self.lock:
            if tx is not None:
                return work(Caller(tx, uid, {}))
            with self.transaction(uid) as own:
                return work(Caller(own, uid, {}))
