"""What one Odoo database holds between transactions: tables, logins, rules, clocks and faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any, Literal

from odoo_sandbox.fields import Field, Model
from odoo_sandbox.people import Account, ApiKey
from odoo_sandbox.refusals import user_error
from odoo_sandbox.releases import Release
from odoo_sandbox.table import Table

Failure = Literal["singleton", "access", "error"]
"""How a field fails: its computation takes one row only, its reader lacks a right, it has a bug."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rule:
    """A record rule: who (nobody named: everybody but root) sees which rows.

    Its domain may depend on the caller.
    """

    model: str
    domain: Callable[[Any], Sequence[Any]]
    uids: frozenset[int] | None = None
    name: str = ""


class State:
    """Tests reach in from the thread of their own: every change takes the lock."""

    def __init__(
        self,
        release: Release,
        models: Mapping[str, Model],
        *,
        clock: Callable[[], datetime],
        database: str,
    ) -> None:
        self.release = release
        self.clock = clock
        self.database = database
        self.lock = RLock()
        self.tables = {name: Table(model) for name, model in models.items()}
        self.accounts: dict[int, Account] = {}
        self.rules: list[Rule] = []
        self.unreadable: dict[str, dict[int, str]] = {}
        self.failing: dict[str, dict[str, Failure]] = {}
        self.dangling: dict[str, dict[str, frozenset[int]]] = {}
        self.lists_databases = True
        self.other_databases: list[str] = []
        self.no_database = 'FATAL:  database "{name}" does not exist\n'
        self.proxy_ahead: timedelta | None = timedelta(0)
        self.database_ahead = timedelta(0)
        self.commits = 0
        self._begun = 0
        self._open: set[int] = set()

    # Time and transactions

    def now(self) -> datetime:
        return self.clock()

    def date_header(self) -> datetime | None:
        """Return what `Date` says: the time of what stands before Odoo; None: it sends none."""
        return None if self.proxy_ahead is None else self.clock() + self.proxy_ahead

    def stamp(self) -> int:
        """Now by the database, in microseconds since 1970, as `write_date` keeps it."""
        since = self.clock() + self.database_ahead - EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds

    @contextmanager
    def long_transactions(self, seconds: float) -> Iterator[None]:
        """Let transactions that begin meanwhile have begun so long ago."""
        before = self.database_ahead
        self.database_ahead = before - timedelta(seconds=seconds)
        try:
            yield
        finally:
            self.database_ahead = before

    def right_clocks(self) -> None:
        self.proxy_ahead = self.database_ahead = timedelta(0)

    def begin(self) -> int:
        """Give the next transaction its number."""
        self._begun += 1
        self._open.add(self._begun)
        return self._begun

    def end(self, number: int) -> None:
        self._open.discard(number)

    def next_commit(self) -> int:
        self.commits += 1
        return self.commits

    # Tables, fields, rows

    def table(self, model: str) -> Table:
        try:
            return self.tables[model]
        except KeyError:
            raise user_error(f"Object {model} doesn't exist") from None

    def add_field(self, model: str, field: Field) -> None:
        """Add a custom field (`x_…`), or one that an upgrade brings."""
        with self.lock:
            self.table(model).add_field(field)

    def set_next_id(self, model: str, next_id: int) -> None:
        self.table(model).next_id = next_id

    # People and what they may see

    def add_account(self, account: Account) -> Account:
        self.accounts[account.uid] = account
        return account

    def account_of(self, login: str) -> Account | None:
        return next((found for found in self.accounts.values() if found.login == login), None)

    def add_key(self, login: str, secret: str, *, expires: datetime | None = None) -> None:
        account = self.account_of(login)
        if account is None:
            raise user_error(f"There is no login {login}")
        account.keys.append(ApiKey(secret, expires))

    def add_rule(
        self,
        model: str,
        domain: Sequence[Any] | Callable[[Any], Sequence[Any]],
        *,
        uids: Iterable[int] | None = None,
        name: str = "",
    ) -> Rule:
        """Let these users (nobody named: everybody) see only what the domain matches."""
        asked = domain if callable(domain) else lambda _caller: domain
        rule = Rule(model, asked, None if uids is None else frozenset(uids), name)
        self.rules.append(rule)
        return rule

    def remove_rule(self, rule: Rule) -> None:
        self.rules.remove(rule)

    def make_unreadable(self, model: str, row_id: int, field: str = "") -> None:
        """Let any read of this row, or of this field of it, raise."""
        self.unreadable.setdefault(model, {})[row_id] = field

    def make_failing(self, model: str, field: str, how: Failure = "singleton") -> None:
        """Let reads of this field raise: of several rows at once, or of any row."""
        self.failing.setdefault(model, {})[field] = how

    def make_dangling(self, model: str, field: str, row_ids: Iterable[int]) -> None:
        """Let this field of these rows ask for a record that is gone: reads leave them out."""
        self.dangling.setdefault(model, {})[field] = frozenset(row_ids)

    def mend(self) -> None:
        """Let everything be read again, and all clocks be right."""
        self.right_clocks()
        self.unreadable.clear()
        self.failing.clear()
        self.dangling.clear()
