"""Calls of one signed-in user, in the words of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

CONNECTIONS = "/api/v1/connections"
PROFILE = "/api/v1/profile/odoo-credentials"
ADMIN = {"odoo_username": "admin", "odoo_password": "admin", "odoo_database": "odoo_db"}

ADMIN_OPTIONS = ("--database", "odoo_db", "--username", "admin", "--password-stdin")


@dataclass(frozen=True)
class Calls:
    client: httpx.AsyncClient
    headers: dict[str, str]

    async def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        json = {} if body is None else {"json": body}
        return await self.client.request(method, path, headers=self.headers, **json)

    async def ok(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.ask(method, path, body)
        assert answer.status_code < 400, (answer.status_code, answer.text)
        return answer.json()

    async def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Return status and code of a problem."""
        answer = await self.ask(method, path, body)
        return answer.status_code, answer.json()["code"]

    async def create(self, **form: Any) -> Any:
        return await self.ok("POST", CONNECTIONS, ADMIN | form)

    async def act(self, connection_id: int, action: str, body: Any = None) -> Any:
        return await self.ok("POST", f"{CONNECTIONS}/{connection_id}/{action}", body)

    async def listed(self, *, include_deleted: bool = False) -> list[Any]:
        answer = await self.ok("GET", f"{CONNECTIONS}?include_deleted={include_deleted}")
        items: list[Any] = answer["items"]
        return items


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and description of each operation of an OpenAPI document."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation
