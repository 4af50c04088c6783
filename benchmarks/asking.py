"""One page of contacts as our sync asks for it, in the words of either protocol.

The bare loop and dlt ask in these same words: same server, fields, order, page size and `load`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from benchmarks.odoo import MODEL, Contacts
from odoosync.sync import pace


@dataclass(frozen=True, slots=True)
class Question:
    """What stays the same from page to page."""

    url: str
    headers: dict[str, str]
    contacts: Contacts

    def body(self, last: int, limit: int) -> bytes:
        return orjson.dumps(self.payload(last, limit))

    def payload(self, last: int, limit: int) -> dict[str, Any]:
        named = {
            "domain": [["id", ">", last]],
            "fields": self.contacts.fields,
            "limit": limit,
            "order": "id",
            "load": None,
            "context": self.contacts.context,
        }
        if self.contacts.protocol == "json2":
            return named
        odoo = self.contacts.odoo
        args = [odoo.database, self.contacts.uid, odoo.secret, MODEL, "search_read", [], named]
        params = {"service": "object", "method": "execute_kw", "args": args}
        return {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}


def question(contacts: Contacts) -> Question:
    odoo, headers = contacts.odoo, {"Content-Type": "application/json"}
    if contacts.protocol != "json2":
        return Question(f"{odoo.url}/jsonrpc", headers, contacts)
    headers |= {"Authorization": f"bearer {odoo.secret}", "X-Odoo-Database": odoo.database}
    return Question(f"{odoo.url}/json/2/{MODEL}/search_read", headers, contacts)


def rows_of(answer: Any) -> list[dict[str, Any]]:
    """Take the rows out of a decoded answer of either protocol."""
    rows: list[dict[str, Any]] = answer if isinstance(answer, list) else answer["result"]
    return rows


FIRST_PAGE = pace.FIRST
next_size = pace.after_page
