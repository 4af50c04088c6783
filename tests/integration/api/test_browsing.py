from __future__ import annotations

import re

import httpx
import pytest

from odoosync.accounts.cross_tenant import User
from odoosync.api.app import ApiOptions, create_api
from odoosync.api.browsing.assets import NAMES
from odoosync.api.services import Services
from people import PASSWORD
from queries import data_of
from served import client_of

PAGES = ("/docs", "/graphql")
LOADED = re.compile(r'(?:src|href)="([^"]+)"')


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_loads_nothing_from_elsewhere(client: httpx.AsyncClient, page: str) -> None:
    answer = await client.get(page)
    addresses = [found for found in LOADED.findall(answer.text) if found != "data:,"]
    statuses = [(await client.get(address)).status_code for address in addresses]
    assert addresses
    assert all(address.startswith("/docs/assets/") for address in addresses)
    assert set(statuses) == {200}


@pytest.mark.parametrize("page", PAGES)
async def test_a_browser_is_told_to_load_nothing_from_elsewhere(
    client: httpx.AsyncClient, page: str
) -> None:
    policy = (await client.get(page)).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy


async def test_graphiql_signs_in_with_a_user_and_a_password(
    client: httpx.AsyncClient, anna: User
) -> None:
    page = (await client.get("/graphql")).text
    assert re.findall('<input name="([a-z]+)"', page) == ["username", "password"]
    (address,) = re.findall('data-token-url="(.+?)"', page)
    form = {"username": anna.username, "password": PASSWORD}
    token = (await client.post(address, data=form)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    found = await data_of(client, headers, "{ me { username } }")
    assert found == {"me": {"username": "anna"}}
    assert "PASTE" not in page


@pytest.mark.parametrize("name", sorted(NAMES))
async def test_an_asset_is_the_same_packed_and_unpacked(
    client: httpx.AsyncClient, name: str
) -> None:
    packed, plain = [
        await client.get(f"/docs/assets/{name}", headers={"Accept-Encoding": encoding})
        for encoding in ("gzip", "identity")
    ]
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content


@pytest.mark.parametrize("name", ["nothing.js", "README.md", "..%2F__init__.py"])
async def test_no_other_file_is_an_asset(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/docs/assets/{name}")).status_code == 404


async def test_behind_a_proxy_the_pages_find_what_they_load(services: Services) -> None:
    async with client_of(create_api(services, ApiOptions(root_path="/odoosync"))) as proxied:
        pages = [(await proxied.get(f"/odoosync{page}")).text for page in PAGES]
    assert all('src="/odoosync/docs/assets/' in page for page in pages)
    assert 'data-token-url="/odoosync/api/v1/auth/token"' in pages[1]
    assert "'/odoosync/openapi.json'" in pages[0] or '"/odoosync/openapi.json"' in pages[0]
