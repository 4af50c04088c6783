"""The seed's own sequence over HTTP, told on the screen: sign in, set, test, sync, read, change."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import aiohttp
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from odoosync.errors import Unavailable

_ODOO: Final = {
    "odoo_username": "admin",
    "odoo_password": "admin",
    "odoo_database": "odoo_db",
}
_PROFILE: Final = "/api/v1/profile/odoo-credentials"
_LOOK_S: Final = 0.2
_WITH_MORE_TO_SEE: Final = {
    "contacts": "&country_id__isnull=false",
    "products": "&default_code__isnull=false",
}


class Tour:
    """Walks through the API as a new user would; raises Unavailable where it fails."""

    def __init__(self, console: Console, service: str, odoo: str) -> None:
        self._console = console
        self._service = service
        self._odoo = odoo
        self._headers: dict[str, str] = {}

    async def run(self, username: str, password: str) -> str:
        """Take the tour; returns the access token, for whoever wants to look around."""
        async with aiohttp.ClientSession() as session:
            await self._sign_in(session, username, password)
            await self._credentials(session)
            await self._sync(session, "contacts", "sync_contacts_from_odoo")
            await self._sync(session, "products", "sync_products_from_odoo")
            await self._show(session, "contacts", ("name", "email", "city", "country_id"))
            await self._show(
                session, "products", ("name", "default_code", "list_price", "categ_id")
            )
            await self._change(session)
        return self._headers["Authorization"]

    async def _sign_in(self, session: aiohttp.ClientSession, username: str, password: str) -> None:
        form = {"username": username, "password": password}
        async with session.post(f"{self._service}/api/v1/auth/token", data=form) as answer:
            token = (await self._json(answer))["access_token"]
        self._headers = {"Authorization": f"Bearer {token}"}
        self._console.print(f"[green]✓[/green] signed in as {username}")

    async def _credentials(self, session: aiohttp.ClientSession) -> None:
        tested = await self._post(session, f"{_PROFILE}/test", _ODOO)
        self._console.print(
            f"[green]✓[/green] {tested['message']}: {tested['contact_count']:,} contacts, "
            f"{tested['product_count']:,} products at {tested['odoo_url']}"
        )
        stored = await self._post(session, _PROFILE, _ODOO)
        self._console.print(f"[green]✓[/green] {stored['message']}")

    async def _sync(self, session: aiohttp.ClientSession, dataset: str, mutation: str) -> None:
        """Run the seed's mutation; show how far it is while it goes."""
        query = f"mutation {{ {mutation} {{ success message run {{ id }} }} }}"
        syncing = asyncio.create_task(self._post(session, "/graphql", {"query": query}))
        with Progress(
            TextColumn(f"  {dataset:9}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
        ) as progress:
            bar = progress.add_task(dataset, total=None)
            while not syncing.done():
                await asyncio.wait({syncing}, timeout=_LOOK_S)
                newest = await self._get(session, f"/api/v1/runs?dataset={dataset}&limit=1")
                for run in newest["items"]:
                    progress.update(bar, total=run["total"], completed=run["fetched"])
        outcome = (await syncing)["data"][mutation]
        if not outcome["success"]:
            raise Unavailable(outcome["message"])
        self._console.print(f"[green]✓[/green] {outcome['message']}")

    async def _show(
        self, session: aiohttp.ClientSession, dataset: str, columns: tuple[str, ...]
    ) -> None:
        page = await self._get(session, f"/api/v1/{dataset}?limit=5{_WITH_MORE_TO_SEE[dataset]}")
        table = Table(title=f"Some {dataset} of the copy", title_justify="left")
        for column in ("odoo_id", *columns):
            table.add_column(column)
        for item in page["items"]:
            table.add_row(*(_cell(item.get(column)) for column in ("odoo_id", *columns)))
        self._console.print(table)

    async def _change(self, session: aiohttp.ClientSession) -> None:
        """Change one contact in Odoo, sync again, and find just that one."""
        item = (await self._get(session, "/api/v1/contacts?limit=1"))["items"][0]
        arguments = ["odoo_db", 2, "admin", "res.partner", "write"]
        payload = {
            "jsonrpc": "2.0",
            "method": "call",
            "params": {
                "service": "object",
                "method": "execute_kw",
                "args": [*arguments, [[item["odoo_id"]], {"email": "changed@example.com"}]],
            },
        }
        async with session.post(f"{self._odoo}/jsonrpc", json=payload) as answer:
            await self._json(answer)
        outcome = await self._post(session, "/api/v1/contacts/sync", {})
        run = outcome["run"]
        self._console.print(
            f"[green]✓[/green] changed {item['name']!r} in Odoo; the {run['mode']} sync found "
            f"{run['updated']} updated, {run['created']} created, {run['deleted']} deleted"
        )
        if not outcome["success"] or run["updated"] != 1:
            raise Unavailable("The sync did not find just the one change.")

    async def _get(self, session: aiohttp.ClientSession, path: str) -> Any:
        async with session.get(f"{self._service}{path}", headers=self._headers) as answer:
            return await self._json(answer)

    async def _post(self, session: aiohttp.ClientSession, path: str, body: dict[str, Any]) -> Any:
        address = f"{self._service}{path}"
        async with session.post(address, json=body, headers=self._headers) as answer:
            return await self._json(answer)

    async def _json(self, answer: aiohttp.ClientResponse) -> Any:
        body = await answer.json(content_type=None)
        if answer.status >= 400:  # noqa: PLR2004 - HTTP's errors
            raise Unavailable(f"{answer.method} {answer.url.path} answered {answer.status}: {body}")
        return body


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("name"))
    return "" if value is None else str(value)
