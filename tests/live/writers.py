"""Several people who write to a real Odoo at once, over RPC, until they are told to stop.

Each keeps to what these writers made. What Odoo refuses (a row that another one deleted or holds,
a barcode that is taken) is simply not done; that nothing at all is done would be a failure.
"""

from __future__ import annotations

import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from raw_odoo import RawOdoo
from waiting import PATIENCE_S

PARTNER, TAG = "res.partner", "res.partner.category"
TEMPLATE, VARIANT = "product.template", "product.product"
_EVERYTHING = {"active_test": False}
_LONG = 400
"""Rows of one call: a transaction of several seconds, visible at its end under its first moment."""


@dataclass
class Writers:
    """What they made, by a mark in its name; `done` counts deeds, `refused` what Odoo refused."""

    odoo: RawOdoo
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self, count: int = 3) -> None:
        """Begin with so many rows that what one sync sees deleted stays a small share."""
        contacts = [{"name": f"Contact {number} {self.mark}"} for number in range(100)]
        self.odoo.call(PARTNER, "create", contacts)
        products = [{"name": f"Product {number} {self.mark}"} for number in range(60)]
        self.odoo.call(TEMPLATE, "create", products)
        for number in range(count):
            one = _Writer(self, replace(self.odoo, http=httpx.Client(timeout=PATIENCE_S)), number)
            thread = threading.Thread(target=one.write_until, args=(self._stopping,))
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def made(self, odoo: RawOdoo, model: str, limit: int | None = None) -> list[int]:
        found: list[int] = odoo.call(
            model, "search", [("name", "ilike", self.mark)], context=_EVERYTHING, limit=limit
        )
        return found

    def remove_all(self) -> None:
        for model in (PARTNER, VARIANT, TEMPLATE, TAG):
            ids = self.made(self.odoo, model)
            if ids:
                self.odoo.call(model, "unlink", ids)


@contextmanager
def writers_at(odoo: RawOdoo) -> Iterator[Writers]:
    """Let writers work inside; in the end they stop, and what they made is removed."""
    writers = Writers(odoo)
    writers.start()
    try:
        yield writers
    finally:
        writers.stop()
        writers.remove_all()


class _Writer:
    def __init__(self, writers: Writers, odoo: RawOdoo, number: int) -> None:
        self._all = writers
        self._odoo = odoo
        self._random = random.Random(number)

    def write_until(self, stopping: threading.Event) -> None:
        names, weights = list(_DEEDS), [weight for _, weight in _DEEDS.values()]
        while not stopping.is_set():
            (deed,) = self._random.choices(names, weights)
            try:
                _DEEDS[deed][0](self)
            except AssertionError:
                self._all.refused[deed] += 1
            else:
                self._all.done[deed] += 1

    def call(self, model: str, method: str, *arguments: Any, **options: Any) -> Any:
        return self._odoo.call(model, method, *arguments, **options)

    def name(self) -> str:
        return f"{self._random.choice(('Ærø', 'Zoë', '漢字', 'שלום'))} {self._all.mark}"

    def some(self, model: str, count: int = 1) -> list[int]:
        ids = self._all.made(self._odoo, model)
        return self._random.sample(ids, min(count, len(ids)))

    def write(self, model: str, count: int, **values: Any) -> None:
        if ids := self.some(model, count):
            self.call(model, "write", ids, values)

    def create_contacts(self) -> None:
        parent = self.some(PARTNER)
        values = {"name": self.name(), "parent_id": self._random.choice([False, *parent])}
        self.call(PARTNER, "create", [values, {**values, "is_company": True}])

    def create_long(self) -> None:
        self.call(PARTNER, "create", [{"name": self.name()} for _ in range(_LONG)])

    def create_products(self) -> None:
        price = self._random.choice((0.1, 1e7, 3.005))
        values = {"name": self.name(), "list_price": price}
        self.call(TEMPLATE, "create", [values] * self._random.randint(1, 3))

    def create_tag(self) -> None:
        self.call(TAG, "create", {"name": self.name()})

    def unlink(self, model: str, count: int) -> None:
        if ids := self.some(model, count):
            self.call(model, "unlink", ids)

    def tag_from_its_side(self) -> None:
        command = self._random.choice((3, 4))
        changes = [(command, one) for one in self.some(PARTNER, 5)]
        self.write(TAG, 1, partner_ids=changes)

    def move(self) -> None:
        self.write(PARTNER, 1, parent_id=self._random.choice([False, *self.some(PARTNER)]))


def _writing(model: str, count: int, **values: Any) -> Callable[[_Writer], None]:
    return lambda by: by.write(model, count, **values)


def _number(by: _Writer) -> float:
    return by._random.randint(1, 10**6) / 100


_DEEDS: dict[str, tuple[Callable[[_Writer], None], int]] = {
    "create contacts": (_Writer.create_contacts, 8),
    "create many": (_Writer.create_long, 1),
    "create products": (_Writer.create_products, 4),
    "create tag": (_Writer.create_tag, 2),
    "rename": (lambda by: by.write(PARTNER, 1, name=by.name()), 6),
    "move": (_Writer.move, 4),
    "touch": (_writing(PARTNER, 20), 2),
    "write many": (lambda by: by.write(PARTNER, 200, comment=f"<p>{_number(by)}</p>"), 1),
    "fill": (_writing(PARTNER, 3, email="a@example.com", phone="+41 44 111 22 33"), 4),
    "clear": (_writing(PARTNER, 3, email=False, phone=False, comment=False), 4),
    "archive": (_writing(PARTNER, 2, active=False), 4),
    "unarchive": (_writing(PARTNER, 2, active=True), 4),
    "unlink contacts": (lambda by: by.unlink(PARTNER, 2), 6),
    "tag": (_Writer.tag_from_its_side, 6),
    "unlink tag": (lambda by: by.unlink(TAG, 1), 1),
    "price": (lambda by: by.write(TEMPLATE, 1, list_price=_number(by)), 4),
    "archive template": (_writing(TEMPLATE, 1, active=False), 2),
    "unarchive template": (_writing(TEMPLATE, 1, active=True), 2),
    "unlink template": (lambda by: by.unlink(TEMPLATE, 1), 2),
    "cost": (lambda by: by.write(VARIANT, 1, standard_price=_number(by)), 4),
    "code": (lambda by: by.write(VARIANT, 1, default_code=f"C{_number(by)}"), 3),
    "barcode": (lambda by: by.write(VARIANT, 1, barcode=f"B{uuid.uuid4().hex[:12]}"), 3),
    "archive variant": (_writing(VARIANT, 1, active=False), 2),
    "unlink variant": (lambda by: by.unlink(VARIANT, 1), 1),
}
