"""The story of two users with several Odoos, as acceptance and live tests tell it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from raw_odoo import RawOdoo
from service import Caller

CONNECTIONS = "/api/v1/connections"
PARTNER = "res.partner"
EVERY = {"active_test": False}


@dataclass(frozen=True)
class Copy:
    """All that one user keeps of one Odoo's contacts: rows, changes, runs, how fresh it is."""

    rows: dict[str, Any]
    changes: list[Any]
    runs: list[Any]
    completed_at: str

    @property
    def names(self) -> dict[int, str]:
        return {row["odoo_id"]: row["name"] for row in self.rows.values() if row["name"]}


@dataclass(frozen=True)
class Place:
    """A connection of a user's, and the Odoo that it leads to."""

    caller: Caller
    odoo: RawOdoo
    id: int

    @classmethod
    def made(cls, caller: Caller, odoo: RawOdoo) -> Place:
        return cls(caller, odoo, caller.post(CONNECTIONS, odoo.credentials)["id"])

    def sync(self) -> dict[str, Any]:
        answer = self.caller.post("/api/v1/contacts/sync", {"connection_id": self.id})
        assert answer["success"], answer
        run: dict[str, Any] = answer["run"]
        assert run["connection_id"] == self.id
        return run

    def copy(self) -> Copy:
        rows = self._all("/api/v1/contacts", "cursor", "next_cursor")
        (fresh,) = self.caller.get(f"{CONNECTIONS}/{self.id}/freshness")["items"]
        return Copy(
            rows={row["id"]: row for row in rows},
            changes=self._all("/api/v1/changes", "after", "next_after"),
            runs=self._all("/api/v1/runs", "cursor", "next_cursor"),
            completed_at=fresh["completed_at"],
        )

    def _all(self, path: str, sent: str, told: str) -> list[Any]:
        found: list[Any] = []
        place: dict[str, Any] = {}
        while True:
            page = self.caller.get(path, connection_id=self.id, limit=1000, **place)
            found += page["items"]
            if not page.get("more", page.get("next_cursor")):
                return found
            place = {sent: page[told]}

    def truth(self) -> dict[int, str]:
        named = [("name", "!=", False)]  # an address may have none
        rows = self.odoo.call(PARTNER, "search_read", named, fields=["name"], context=EVERY)
        return {row["id"]: row["name"] for row in rows}


@contextmanager
def a_contact(odoo: RawOdoo) -> Iterator[int]:
    """Make a contact that is removed again."""
    made: int = odoo.call(PARTNER, "create", {"name": f"Apart {uuid.uuid4().hex}"})
    yield made
    odoo.call(PARTNER, "unlink", [made])


def live_apart(anna: Caller, bert: Caller, odoos: Sequence[RawOdoo]) -> None:
    """Sync all, switch, sync again, delete: whatever is done to one copy, the others stay."""
    places = [Place.made(anna, odoo) for odoo in odoos[:-1]]
    places += [Place.made(bert, odoo) for odoo in (odoos[-1], odoos[-2])]
    _all_hold_what_their_odoo_has(places)
    _a_change_arrives_where_it_is_synced_and_nowhere_else(places)
    _again_nothing_is_new(places)
    _one_is_deleted_and_the_others_stay(places)


def _of_one_odoo(places: Sequence[Place]) -> tuple[Place, Place]:
    """Return anna's and bert's connections to the same Odoo."""
    last = places[-1]
    return next(one for one in places if one.odoo is last.odoo), last


def _all_hold_what_their_odoo_has(places: Sequence[Place]) -> None:
    for place in places:
        assert place.sync()["mode"] == "full"
        copy = place.copy()
        assert copy.names == place.truth()
        assert [run["connection_id"] for run in copy.runs] == [place.id]
        assert {key.partition("-")[0] for key in copy.rows} == {str(place.id)}


def _a_change_arrives_where_it_is_synced_and_nowhere_else(places: Sequence[Place]) -> None:
    switched, same_odoo = _of_one_odoo(places)
    switched.caller.post(f"{CONNECTIONS}/{switched.id}/activate")
    before = {place.id: place.copy() for place in places}
    with a_contact(switched.odoo) as made:
        run = switched.caller.post("/api/v1/contacts/sync", {})["run"]
        assert (run["connection_id"], run["mode"], run["created"]) == (
            switched.id,
            "incremental",
            1,
        )
        shown = switched.caller.get(f"/api/v1/contacts/{made}")
        assert shown["id"] == f"{switched.id}-{made}"
        for place in places:
            assert (place.copy() == before[place.id]) == (place is not switched)
        assert same_odoo.sync()["created"] == 1


def _again_nothing_is_new(places: Sequence[Place]) -> None:
    for place in places:
        place.sync()
        run = place.sync()
        assert (run["mode"], run["created"], run["deleted"]) == ("incremental", 0, 0)
        assert place.copy().names.keys() == place.truth().keys()


def _one_is_deleted_and_the_others_stay(places: Sequence[Place]) -> None:
    """Not even those of the same user, or of another user's at the same Odoo."""
    gone, _ = _of_one_odoo(places)
    others = [place for place in places if place is not gone]
    before = [place.copy() for place in others]
    gone.caller.ok(gone.caller.http.delete(f"{CONNECTIONS}/{gone.id}"))
    answer = gone.caller.http.get("/api/v1/contacts", params={"connection_id": gone.id})
    assert answer.status_code == 404
    assert [place.copy() for place in others] == before
    for place in others:
        place.sync()
