"""What clocks, proxies, fields and SQL do to a real Odoo must not make the copy untrue."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import psycopg
import pytest

from faulty_proxy import CUT, MAINTENANCE, Answer, Call, FaultyProxy, rate_limited
from live.copies import assert_equal, kept, sync
from odoosync.sync.datasets import CONTACTS, PRODUCTS
from raw_odoo import RawOdoo
from service import PROFILE, Caller

FAILING_FIELDS = {
    "expected singleton": "self['{name}'] = self.name",
    "access error": (
        "public = self.env.ref('base.public_user')\n"
        "self.env['res.partner'].with_user(public).create({{'name': 'x'}})"
    ),
}
"""Why a computed field fails, and the code that makes it fail."""


@pytest.fixture
def proxy(odoo: RawOdoo) -> Iterator[FaultyProxy]:
    with FaultyProxy(odoo.url).running() as running:
        yield running


@dataclass
class Company:
    """A contact of this test alone, written to past the proxy."""

    odoo: RawOdoo
    id: int

    def rename(self) -> str:
        name = f"Renamed {uuid.uuid4().hex[:8]}"
        self.odoo.call("res.partner", "write", [self.id], {"name": name})
        return name


@contextmanager
def made_company(odoo: RawOdoo) -> Iterator[Company]:
    made = odoo.call("res.partner", "create", {"name": "Faults", "is_company": True})
    try:
        yield Company(odoo, made)
    finally:
        odoo.call("res.partner", "unlink", [made])


@pytest.fixture
def company(odoo: RawOdoo) -> Iterator[Company]:
    with made_company(odoo) as made:
        yield made


def connect(caller: Caller, odoo: RawOdoo, proxy: FaultyProxy) -> None:
    caller.post(PROFILE, odoo.credentials | {"odoo_url": proxy.url})


@pytest.mark.parametrize(
    "offset",
    [timedelta(minutes=10), timedelta(days=3), timedelta(minutes=-10), timedelta(days=-3)],
    ids=str,
)
def test_a_rename_is_seen_whatever_the_proxys_clock_says(
    caller: Caller, odoo: RawOdoo, proxy: FaultyProxy, company: Company, offset: timedelta
) -> None:
    proxy.clock_offset = offset
    connect(caller, odoo, proxy)
    for _ in range(2):
        sync(caller, "contacts")
        name = company.rename()
        sync(caller, "contacts")
        assert kept(caller, CONTACTS)[company.id]["name"] == name


@contextmanager
def failing_field(odoo: RawOdoo, code: str) -> Iterator[str]:
    """Add a computed field to contacts that raises wherever several are read."""
    name = f"x_fault_{uuid.uuid4().hex[:8]}"
    (model,) = odoo.call("ir.model", "search", [("model", "=", "res.partner")])
    values = {
        "name": name,
        "model_id": model,
        "field_description": "Fails",
        "ttype": "char",
        "state": "manual",
        "store": False,
        "compute": code.format(name=name),
    }
    made = odoo.call("ir.model.fields", "create", values)
    try:
        yield name
    finally:
        odoo.call("ir.model.fields", "unlink", [made])


@pytest.mark.parametrize("code", FAILING_FIELDS.values(), ids=FAILING_FIELDS)
def test_a_field_that_fails_is_bisected_once(
    caller: Caller, odoo: RawOdoo, proxy: FaultyProxy, code: str
) -> None:
    with failing_field(odoo, code) as name:
        connect(caller, odoo, proxy)
        (connection,) = caller.get("/api/v1/connections")["items"]
        path = f"/api/v1/connections/{connection['id']}"
        caller.ok(caller.http.patch(path, json={"extra_fields": {"contacts": [name]}}))
        sync(caller, "contacts")
        before = len(proxy.calls)
        sync(caller, "contacts")
        assert len(proxy.calls) - before <= 10
        assert_equal(caller, odoo, [CONTACTS])


def _is_read(call: Call) -> bool:
    return call.model == "res.partner" and call.method in {"search_read", "read", "search"}


@pytest.mark.parametrize(
    "fault", [MAINTENANCE, CUT, Answer(502, b"<html/>")], ids=lambda f: f.status
)
def test_a_broken_answer_is_waited_for_within_the_run(
    caller: Caller, odoo: RawOdoo, proxy: FaultyProxy, company: Company, fault: Answer
) -> None:
    connect(caller, odoo, proxy)
    sync(caller, "contacts")
    name = company.rename()
    proxy.show(fault, times=2, when=_is_read)
    run = sync(caller, "contacts", full=True)
    assert (proxy.unshown, run["deleted"]) == (0, 0)
    assert kept(caller, CONTACTS)[company.id]["name"] == name
    assert_equal(caller, odoo, [CONTACTS])


def test_a_rate_limit_is_waited_for_while_credentials_are_tested(
    caller: Caller, odoo: RawOdoo, proxy: FaultyProxy
) -> None:
    proxy.show(rate_limited(1))
    tested = caller.post(f"{PROFILE}/test", odoo.credentials | {"odoo_url": proxy.url})
    assert (proxy.unshown, tested["odoo_uid"]) == (0, odoo.uid)


def sql_of(odoo: RawOdoo) -> str:
    """Name the database of this Odoo as PostgreSQL's clients do; see docs/live-tests.md."""
    for key, value in os.environ.items():
        if key.startswith("ODOOSYNC_LIVE_") and key.endswith("_URL") and value == odoo.url:
            return os.environ[key.removesuffix("_URL") + "_SQL"]
    raise AssertionError("no variable names this Odoo")


def test_a_required_link_that_sql_moves_without_a_date_is_followed(
    caller: Caller, odoo: RawOdoo
) -> None:
    mark = uuid.uuid4().hex[:8]
    before, after = odoo.call("product.category", "create", [{"name": f"{n} {mark}"} for n in "ab"])
    # The newest rows are read again anyway: the one that is moved must not be among them.
    made = [{"name": f"{mark} {n}", "categ_id": before} for n in range(30)]
    product, *newer = odoo.call("product.template", "create", made)
    try:
        with psycopg.connect(sql_of(odoo), autocommit=True) as connection:
            age = "UPDATE product_template SET write_date = now() - interval '3 days' WHERE id = %s"
            connection.execute(age, (product,))
            caller.post(PROFILE, odoo.credentials)
            sync(caller, "products")
            move = "UPDATE product_template SET categ_id = %s WHERE id = %s"
            connection.execute(move, (after, product))
        sync(caller, "products")
        assert kept(caller, PRODUCTS)[product]["categ_id"]["id"] == after
        assert_equal(caller, odoo, [PRODUCTS])
    finally:
        odoo.call("product.template", "unlink", [product, *newer])
        odoo.call("product.category", "unlink", [before, after])


def test_after_a_new_key_a_sync_goes_on_where_it_was(caller: Caller, json2_odoo: RawOdoo) -> None:
    odoo = json2_odoo
    with made_company(odoo) as company:
        caller.post(PROFILE, odoo.credentials)
        sync(caller, "contacts")
        with ended_key(odoo):
            name = company.rename()
            refused = caller.post("/api/v1/contacts/sync", {})
            (connection,) = caller.get("/api/v1/connections")["items"]
        assert refused["errors"] == ["Invalid Odoo credentials"]
        assert "until" in connection["trouble"]["reason"]
        caller.post(PROFILE, odoo.credentials)
        assert sync(caller, "contacts")["mode"] == "incremental"
        assert kept(caller, CONTACTS)[company.id]["name"] == name


@contextmanager
def ended_key(odoo: RawOdoo) -> Iterator[None]:
    """Let Odoo find the key no more: it looks keys up by their first eight characters."""
    assert odoo.api_key is not None
    change = "UPDATE res_users_apikeys SET index = %s WHERE index = %s"
    found, lost = odoo.api_key[:8], "ended" + odoo.api_key[5:8]
    with psycopg.connect(sql_of(odoo), autocommit=True) as connection:
        connection.execute(change, (lost, found))
        try:
            yield
        finally:
            connection.execute(change, (found, lost))
