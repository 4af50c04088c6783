"""A second, independent way to an Odoo: bare JSON-RPC, none of our client in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx

from waiting import PATIENCE_S


@dataclass
class RawOdoo:
    """Calls models with a password (or an API key in its place), and compares what lists show."""

    url: str
    database: str
    username: str
    password: str
    api_key: str | None = None
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=PATIENCE_S))

    @property
    def credentials(self) -> dict[str, str]:
        return {
            "odoo_url": self.url,
            "odoo_database": self.database,
            "odoo_username": self.username,
            "odoo_password": self.api_key or self.password,
        }

    def rpc(self, service: str, method: str, *arguments: Any) -> Any:
        params = {"service": service, "method": method, "args": list(arguments)}
        payload = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = self.http.post(f"{self.url}/jsonrpc", json=payload).json()
        assert "error" not in answer, answer["error"]["data"]["message"]
        return answer["result"]

    @cached_property
    def uid(self) -> int:
        uid = self.rpc("common", "authenticate", self.database, self.username, self.password, {})
        assert isinstance(uid, int)
        return uid

    def call(self, model: str, method: str, *arguments: Any, **options: Any) -> Any:
        login = (self.database, self.uid, self.password)
        return self.rpc("object", "execute_kw", *login, model, method, list(arguments), options)

    def truth(self, model: str, names: list[str]) -> dict[int, dict[str, Any]]:
        """Read everything, archived included, as our lists are expected to show it."""
        types = self.call(model, "fields_get", names, attributes=["type"])
        context = {"active_test": False, "lang": "en_US"}
        rows = self.call(model, "search_read", [], fields=names, context=context)
        return {
            row["id"]: {name: shown(types[name]["type"], row[name]) for name in types}
            for row in rows
        }


def shown(kind: str, value: Any) -> Any:
    """Render Odoo's value as the contract says: null for false, `{id, name}`, UTC with a Z."""
    if kind == "boolean":
        return value
    if kind in {"one2many", "many2many"}:
        return sorted(value or [])
    if value is False:
        return None
    if kind == "many2one":
        return {"id": value[0], "name": value[1]}
    if kind == "datetime":
        return f"{value[:10]}T{value[11:]}Z"
    return value
