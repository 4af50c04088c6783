"""Contacts made in an Odoo for a while: over JSON-RPC, which all versions speak."""

from __future__ import annotations

import urllib.request
from types import TracebackType
from typing import Any, Final, Self

import orjson

from benchmarks.odoo import MODEL, Contacts

_AT_ONCE: Final = 500


class Writer:
    """Makes contacts and changes them; at the end of its block they are deleted."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self._ids: list[int] = []

    def create(self, count: int) -> None:
        rows = [
            {"name": f"Benchmark {n}", "email": f"bench-{n}@mail.example"} for n in range(count)
        ]
        for start in range(0, count, _AT_ONCE):
            self._ids += self._call("create", [rows[start : start + _AT_ONCE]])

    def write(self, values: dict[str, Any]) -> None:
        for start in range(0, len(self._ids), _AT_ONCE):
            self._call("write", [self._ids[start : start + _AT_ONCE], values])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for start in range(0, len(self._ids), _AT_ONCE):
            self._call("unlink", [self._ids[start : start + _AT_ONCE]])

    def _call(self, method: str, positional: list[Any]) -> Any:
        odoo = self._contacts.odoo
        args = [odoo.database, self._contacts.uid, odoo.secret, MODEL, method, positional]
        params = {"service": "object", "method": "execute_kw", "args": args}
        payload = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        request = urllib.request.Request(
            f"{odoo.url}/jsonrpc", orjson.dumps(payload), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=600) as answer:
            told = orjson.loads(answer.read())
        if "error" in told:
            raise RuntimeError(told["error"]["data"]["message"])
        return told["result"]
