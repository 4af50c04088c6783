"""Real Odoos, named by environment variables; see docs/live-tests.md.

For each name N in `ODOOSYNC_LIVE` (such as `16 18 19`): `ODOOSYNC_LIVE_N_URL`, `…_DATABASE`,
`…_USERNAME`, `…_PASSWORD`, and `…_API_KEY` where JSON-2 is to be spoken, too. The tests make and
remove records of their own in that database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from databases import new_database
from raw_odoo import RawOdoo
from service import Caller, Service, running_service


def _named() -> Iterator[tuple[str, RawOdoo]]:
    for name in os.environ.get("ODOOSYNC_LIVE", "").split():

        def value(key: str, name: str = name) -> str | None:
            return os.environ.get(f"ODOOSYNC_LIVE_{name}_{key}")

        words = [value(key) or "" for key in ("URL", "DATABASE", "USERNAME", "PASSWORD")]
        assert all(words), f"ODOOSYNC_LIVE names {name}: its URL, DATABASE, USERNAME and PASSWORD"
        url, database, username, password = words
        with_password = RawOdoo(url, database, username, password)
        yield f"odoo{name}-password", with_password
        if key := value("API_KEY"):
            yield f"odoo{name}-key", replace(with_password, api_key=key)


TARGETS = dict(_named())
JSON2_SINCE = 19


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "odoo" in metafunc.fixturenames:
        assert TARGETS, "No real Odoo is named. See docs/live-tests.md."
        metafunc.parametrize("odoo", list(TARGETS.values()), ids=list(TARGETS))
    if "json2_odoo" in metafunc.fixturenames:
        found = {name: odoo for name, odoo in TARGETS.items() if _speaks_json2(odoo)}
        assert found, "No real Odoo 19 with an API key is named. See docs/live-tests.md."
        metafunc.parametrize("json2_odoo", list(found.values()), ids=list(found))


def _speaks_json2(odoo: RawOdoo) -> bool:
    version = odoo.rpc("common", "version")["server_version_info"][0]
    return odoo.api_key is not None and version >= JSON2_SINCE


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """One running service a database; each test has a user of its own."""
    folder = tmp_path_factory.mktemp(request.param)
    url = f"sqlite:///{folder / 'data' / 'odoosync.sqlite3'}"
    if request.param == "postgresql":
        url = new_database(request.getfixturevalue("postgres_server"))
    hosts = {f"{urlsplit(odoo.url).hostname}:*" for odoo in TARGETS.values()}
    allowed = {"ODOOSYNC_ALLOWED_ODOO_HOSTS": ",".join(sorted({*hosts, "127.0.0.1:*"}))}
    with running_service(folder, url, ODOOSYNC_REGISTRATION="open", **allowed) as running:
        yield running


@pytest.fixture
def caller(service: Service) -> Iterator[Caller]:
    with service.registered() as signed_in:
        yield signed_in


@pytest.fixture
def odoos() -> list[RawOdoo]:
    """All that are named, by their passwords."""
    found = [odoo for odoo in TARGETS.values() if odoo.api_key is None]
    assert len(found) > 1, "Name two real Odoos or more. See docs/live-tests.md."
    return found
