"""Contacts by the thousand: companies, their people, and people on their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

from odoo_sandbox.fields import Row
from odoo_sandbox.seeding import words
from odoo_sandbox.seeding.places import Places
from odoo_sandbox.seeding.stamps import Stamps
from odoo_sandbox.world import World

_COMPANY_SHARE, _EMPLOYEE_SHARE = 0.25, 0.85
_ARCHIVED_SHARE = 0.03
_BATCH = 10_000


def seed_contacts(world: World, places: Places, count: int, rng: Random, *, now: datetime) -> None:
    with world.transaction(uid=1) as tx:
        tags = [
            tx.insert("res.partner.category", {"name": one, "active": True}) for one in words.TAGS
        ]
    table = world.table("res.partner")
    maker = _Maker(world, places, tags, rng, now)
    batch: list[Row] = []
    for row in maker.rows(count):
        batch.append(row)
        if len(batch) == _BATCH:
            table.put(batch)
            batch.clear()
    table.put(batch)


class _Maker:
    """Makes rows as tuples at once; a dictionary for each of a million would cost too much."""

    def __init__(
        self, world: World, places: Places, tags: list[int], rng: Random, now: datetime
    ) -> None:
        self._table = world.table("res.partner")
        self._shown = world.release.partner_name_column
        self._places = places
        self._rng = rng
        self._stamps = Stamps(now, rng)
        self._tag_sets = [(), (), (), *((one,) for one in tags)]
        self._tag_sets += [tuple(sorted(rng.sample(tags, 3))) for _ in range(20)]
        self._comments = [False] * 6 + [
            f"<p>Ünïcode ✓ &amp; <b>{word}</b></p>" for word in words.TRADES
        ]
        self._company: tuple[int, dict[str, Any]] | None = None

    def rows(self, count: int) -> Iterator[Row]:
        table, rng = self._table, self._rng
        names = list(table.at)[1:]
        blank = dict(zip(names, table.blank[1:], strict=True))
        for number in range(count):
            row_id = table.take_id()
            is_company = number == 0 or rng.random() < _COMPANY_SHARE
            values = self._company_values(number) if is_company else self._person_values(number)
            made, written = self._stamps.pair()
            values |= {
                "active": rng.random() >= _ARCHIVED_SHARE,
                "create_date": made,
                "write_date": written,
            }
            if is_company:
                self._company = (row_id, values)
            yield (row_id, *{**blank, **values}.values())

    def _company_values(self, number: int) -> dict[str, Any]:
        rng = self._rng
        name = (
            f"{rng.choice(words.LAST_NAMES)} {rng.choice(words.TRADES)} "
            f"{rng.choice(words.LEGAL_FORMS)}"
        )
        return {
            **self._shared(number),
            **self._address(),
            "name": name,
            self._shown: name,
            "is_company": True,
            "email": f"office@company-{number}.example",
            "website": f"https://company-{number}.example" if number % 3 else False,
            "vat": f"CHE-{number:09d}" if number % 4 else False,
            "ref": f"C{number:06d}" if number % 2 else False,
        }

    def _person_values(self, number: int) -> dict[str, Any]:
        rng = self._rng
        name = f"{rng.choice(words.FIRST_NAMES)} {rng.choice(words.LAST_NAMES)}"
        values = {
            **self._shared(number),
            "name": name,
            self._shown: name,
            "email": f"person-{number}@mail.example" if number % 7 else False,
            "function": rng.choice(words.FUNCTIONS) if number % 3 else False,
        }
        if self._company is None or rng.random() >= _EMPLOYEE_SHARE:
            return values | self._address()
        company_id, company = self._company
        values["parent_id"] = company_id
        values[self._shown] = f"{company['name']}, {name}"
        for inherited in ("street", "zip", "city", "state_id", "country_id", "vat"):
            values[inherited] = company[inherited]
        return values

    def _shared(self, number: int) -> dict[str, Any]:
        rng = self._rng
        shared = {
            "type": "contact",
            "lang": "en_US",
            "phone": f"+41 44 {number // 10_000:03d} {number % 10_000:04d}"
            if number % 5
            else False,
            "comment": rng.choice(self._comments),
            "category_id": rng.choice(self._tag_sets),
            "create_uid": 2,
            "write_uid": 2,
        }
        if "mobile" in self._table.at and number % 2:
            shared["mobile"] = f"+41 79 {number // 10_000:03d} {number % 10_000:04d}"
        return shared

    def _address(self) -> dict[str, Any]:
        rng = self._rng
        chance = rng.random()
        if chance < 0.1:  # noqa: PLR2004 - one in ten has no address
            return dict.fromkeys(("street", "zip", "city", "state_id", "country_id"), False)
        country = rng.choice(self._places.countries)
        states = self._places.states[country]
        return {
            "street": f"{rng.choice(words.STREETS)} {int(chance * 200)}",
            "zip": f"{int(chance * 9000) + 1000}",
            "city": rng.choice(words.CITIES),
            "state_id": rng.choice(states) if states else False,
            "country_id": country,
        }
