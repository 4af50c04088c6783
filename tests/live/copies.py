"""One caller's copy of a real Odoo: sync it, and compare it with what Odoo shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoosync.sync.datasets import CONTACTS, PRODUCT_VARIANTS, PRODUCTS, Dataset
from raw_odoo import RawOdoo
from service import Caller

ALL = (CONTACTS, PRODUCTS, PRODUCT_VARIANTS)


def sync(caller: Caller, noun: str, **wishes: Any) -> dict[str, Any]:
    answer = caller.post(f"/api/v1/{noun}/sync", wishes)
    assert answer["success"], answer
    run: dict[str, Any] = answer["run"]
    return run


def kept(caller: Caller, dataset: Dataset) -> dict[int, dict[str, Any]]:
    """List the copy by Odoo's ids, page by page."""
    rows: dict[int, dict[str, Any]] = {}
    cursor = None
    while True:
        params = {"limit": 500} | ({"cursor": cursor} if cursor else {})
        page = caller.get(f"/api/v1/records/{dataset.name}", **params)
        rows |= {item["odoo_id"]: item for item in page["items"]}
        cursor = page["next_cursor"]
        if cursor is None:
            return rows


def assert_equal(caller: Caller, odoo: RawOdoo, datasets: Iterable[Dataset] = ALL) -> None:
    """Compare every row that Odoo shows with every row that our lists show."""
    for dataset in datasets:
        existing = odoo.call(dataset.model, "fields_get", [], attributes=["type"])
        names = [name for name in dataset.fields if name in existing]
        truth, copy = odoo.truth(dataset.model, names), kept(caller, dataset)
        assert copy.keys() == truth.keys()
        wrong = {
            (odoo_id, name): (copy[odoo_id][name], row[name])
            for odoo_id, row in truth.items()
            for name in names
            if copy[odoo_id][name] != row[name]
        }
        assert not wrong


def verified(caller: Caller) -> list[dict[str, Any]]:
    """Verify the active connection; returns what each dataset's run found."""
    (connection,) = caller.get("/api/v1/connections")["items"]
    answer = caller.post(f"/api/v1/connections/{connection['id']}/verify", {})
    assert all(run["status"] == "succeeded" for run in answer["runs"]), answer
    return [run["detail"] | {"truth": run["truth"]} for run in answer["runs"]]


def assert_true(caller: Caller, *, quiet: bool = True) -> None:
    """Hold the copy to its promise; when Odoo is `quiet`, nothing is left pending either."""
    wrong = ("missing", "stale", "phantom", *(("pending", "volatile") if quiet else ()))
    for found in verified(caller):
        assert (found["truth"], {kind: found[kind] for kind in wrong}) == (
            1.0,
            dict.fromkeys(wrong, 0),
        ), found
