"""What people, crons and database administrators do to an Odoo, one deed at a time.

A deed picks its rows by a number, so that the same numbers do the same. What Odoo refuses (a row
that another transaction holds, a tag that is gone) is simply not done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from odoo_sandbox import World
from odoo_sandbox.refusals import OdooRaised
from odoo_sandbox.transaction import Transaction
from odoo_sandbox.world import Rule

PARTNER, TAG = "res.partner", "res.partner.category"
TEMPLATE, VARIANT = "product.template", "product.product"
LONGEST_S = 200
_SPARED = 3
"""Partners of the company and its users, which nobody deletes."""


@dataclass
class Open:
    """A transaction that has begun, and when."""

    tx: Transaction
    began: float


@dataclass
class Writers:
    """`seconds` is simulated time since the start; transactions end before they are too old."""

    world: World
    move_clock: Callable[[float], None]
    seconds: float = 0.0
    transactions: list[Open] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    buried: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    made: int = 0

    def wait(self, seconds: float) -> None:
        """Let time pass; a transaction ends when it is as old as any may get."""
        end = self.seconds + seconds
        while self.transactions and self.transactions[0].began + LONGEST_S <= end:
            oldest = self.transactions.pop(0)
            self._move(oldest.began + LONGEST_S)
            self._end(oldest.tx, well=True)
        self._move(end)

    def begin(self) -> None:
        self.transactions.append(Open(self.world.transaction(), self.seconds))

    def end(self, number: int, *, well: bool) -> None:
        if self.transactions:
            self._end(self.transactions.pop(number % len(self.transactions)).tx, well=well)

    def end_all(self) -> None:
        while self.transactions:
            self.end(0, well=True)

    def do(self, deed: str, number: int, *, inside: int | None = None) -> None:
        """Do a deed in a transaction of its own, or `inside` one of those that are open."""
        if inside is not None and self.transactions:
            self._try(deed, number, self.transactions[inside % len(self.transactions)].tx)
            return
        with self.world.transaction() as tx:
            self._try(deed, number, tx)

    def _try(self, deed: str, number: int, tx: Transaction) -> None:
        try:
            DEEDS[deed](self, tx, number)
        except OdooRaised:
            return

    def _end(self, tx: Transaction, *, well: bool) -> None:
        if well:
            tx.commit()
        else:
            tx.rollback()

    def _move(self, until: float) -> None:
        self.move_clock(max(0.0, until - self.seconds))
        self.seconds = max(self.seconds, until)

    def pick(self, tx: Transaction, model: str, number: int) -> list[int]:
        """Name one row, or none where there is none."""
        spared = _SPARED if model == PARTNER else 0
        ids = [row_id for row_id in tx.ids(model) if row_id > spared]
        return [ids[number % len(ids)]] if ids else []

    def call(self, tx: Transaction, model: str, method: str, *args: Any) -> Any:
        return self.world.execute(model, method, *args, tx=tx)

    def new_name(self) -> str:
        self.made += 1
        return f"N{self.made}"


Deed = Callable[[Writers, Transaction, int], None]


def _writing(model: str, values: Callable[[Writers, int], dict[str, Any]]) -> Deed:
    def write(by: Writers, tx: Transaction, number: int) -> None:
        ids = by.pick(tx, model, number // 4)
        if ids:
            by.call(tx, model, "write", ids, values(by, number))

    return write


def _unlinking(model: str) -> Deed:
    def unlink(by: Writers, tx: Transaction, number: int) -> None:
        ids = by.pick(tx, model, number)
        if ids:
            by.call(tx, model, "unlink", ids)

    return unlink


def _create_partner(by: Writers, tx: Transaction, number: int) -> None:
    values: dict[str, Any] = {"name": by.new_name(), "is_company": number % 3 == 0}
    if number % 2:
        values["parent_id"] = (by.pick(tx, PARTNER, number // 2) or [False])[0]
    by.call(tx, PARTNER, "create", [values])


def _burst(by: Writers, tx: Transaction, number: int) -> None:
    by.call(tx, PARTNER, "create", [{"name": by.new_name()} for _ in range(number % 5 + 2)])


def _tag_from_its_side(by: Writers, tx: Transaction, number: int) -> None:
    partner, tag = by.pick(tx, PARTNER, number // 2), by.pick(tx, TAG, number)
    if partner and tag:
        by.call(tx, TAG, "write", tag, {"partner_ids": [(4 - number % 2, partner[0])]})


def _create_tag(by: Writers, tx: Transaction, number: int) -> None:
    del number
    by.call(tx, TAG, "create", [{"name": by.new_name()}])


def _create_template(by: Writers, tx: Transaction, number: int) -> None:
    by.call(tx, TEMPLATE, "create", [{"name": by.new_name(), "barcode": f"B{by.made}-{number}"}])


def _add_variant(by: Writers, tx: Transaction, number: int) -> None:
    template = by.pick(tx, TEMPLATE, number)
    if template:
        by.call(tx, VARIANT, "create", [{"product_tmpl_id": template[0]}])


def _sql_load(by: Writers, tx: Transaction, number: int) -> None:
    """Rows that a script loads have no date at all."""
    del number
    name = by.new_name()
    shown = by.world.release.partner_name_column
    values = {"name": name, shown: name, "active": True, "type": "contact", "write_date": False}
    tx.insert(PARTNER, values)


def _sql_forget_date(by: Writers, tx: Transaction, number: int) -> None:
    ids = by.pick(tx, PARTNER, number)
    tx.sql_update(PARTNER, ids, write_date=False, email=f"sql{number}@example.com")


def _sql_move(by: Writers, tx: Transaction, number: int) -> None:
    """A merge moves a required link to what it keeps, and dates nothing."""
    units = list(tx.ids("uom.uom"))
    tx.sql_update(TEMPLATE, by.pick(tx, TEMPLATE, number), uom_id=units[number % len(units)])


def _sql_delete(model: str) -> Deed:
    """Rows go without hooks; the database cascades and empties what pointed at them."""

    def delete(by: Writers, tx: Transaction, number: int) -> None:
        ids = by.pick(tx, model, number)
        if model == PARTNER and ids:
            at = by.world.table(model).at
            row = tx.get(model, ids[0])
            assert row is not None
            by.buried.append((ids[0], {name: row[slot] for name, slot in at.items()}))
        tx.sql_delete(model, ids)

    return delete


def _sql_exhume(by: Writers, tx: Transaction, number: int) -> None:
    """A row comes back as it was, its old date included, from a dump."""
    if not by.buried:
        return
    row_id, values = by.buried.pop(number % len(by.buried))
    parent = values.get("parent_id")
    if tx.get(PARTNER, row_id) is None and (not parent or tx.get(PARTNER, parent)):
        kept = {name: value for name, value in values.items() if name not in {"id", "category_id"}}
        tx.insert(PARTNER, kept, row_id=row_id)


def _hide(by: Writers, tx: Transaction, number: int) -> None:
    """The login loses sight of some rows, at once."""
    model = (PARTNER, TEMPLATE)[number % 2]
    hidden = [row_id for row_id in tx.ids(model) if (row_id + number) % 3 == 0]
    by.rules.append(by.world.add_rule(model, [("id", "not in", hidden)], uids=[2]))


def _show(by: Writers, tx: Transaction, number: int) -> None:
    del tx
    if by.rules:
        by.world.remove_rule(by.rules.pop(number % len(by.rules)))


def _break(by: Writers, tx: Transaction, number: int) -> None:
    """A row, or a field of it, cannot be computed any more; that fails whole pages."""
    for row_id in by.pick(tx, PARTNER, number // 3):
        by.world.make_unreadable(PARTNER, row_id, ("", "comment", "category_id")[number % 3])


def _mend(by: Writers, tx: Transaction, number: int) -> None:
    del tx, number
    by.world.unreadable.clear()


DEEDS: dict[str, Deed] = {
    "create partner": _create_partner,
    "burst": _burst,
    "name": _writing(PARTNER, lambda by, _: {"name": by.new_name()}),
    "email": _writing(PARTNER, lambda _, number: {"email": f"e{number}@example.com"}),
    "clear": _writing(PARTNER, lambda _, __: {"email": False, "phone": False, "comment": False}),
    "touch": _writing(PARTNER, lambda _, __: {}),
    "archive": _writing(PARTNER, lambda _, number: {"active": bool(number % 2)}),
    "unlink": _unlinking(PARTNER),
    "tag": _tag_from_its_side,
    "create tag": _create_tag,
    "unlink tag": _unlinking(TAG),
    "create template": _create_template,
    "template": _writing(TEMPLATE, lambda by, _: {"name": by.new_name()}),
    "price": _writing(TEMPLATE, lambda _, number: {"list_price": float(number)}),
    "archive template": _writing(TEMPLATE, lambda _, number: {"active": bool(number % 2)}),
    "unlink template": _unlinking(TEMPLATE),
    "add variant": _add_variant,
    "cost": _writing(VARIANT, lambda _, number: {"standard_price": number / 4}),
    "barcode": _writing(VARIANT, lambda _, number: {"barcode": f"C{number}"}),
    "code": _writing(VARIANT, lambda _, number: {"default_code": f"D{number}"}),
    "archive variant": _writing(VARIANT, lambda _, number: {"active": bool(number % 2)}),
    "unlink variant": _unlinking(VARIANT),
    "load by SQL": _sql_load,
    "forget date": _sql_forget_date,
    "move by SQL": _sql_move,
    "delete by SQL": _sql_delete(PARTNER),
    "delete template by SQL": _sql_delete(TEMPLATE),
    "exhume": _sql_exhume,
    "break": _break,
    "mend": _mend,
    "hide": _hide,
    "show": _show,
}  # fmt: skip
