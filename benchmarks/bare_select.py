"""The floor of reading: the same page by one SELECT, served as bytes by a minimal application.

On the same uvicorn and the same SQLite file as the service: no sign-in, no types, no names of
many2one targets, nothing decoded.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

_PAGE = """
SELECT data FROM records
WHERE tenant_id = ? AND connection_id = ? AND dataset = 'contacts' AND odoo_id > ?
  AND deleted_at IS NULL AND unreachable_at IS NULL
ORDER BY odoo_id LIMIT 100
"""
_HEADERS = [(b"content-type", b"application/json")]
_database = sqlite3.connect(os.environ["BENCH_SQLITE"], check_same_thread=False)
_place = _database.execute("SELECT tenant_id, connection_id FROM records LIMIT 1").fetchone()


async def app(
    scope: dict[str, Any], _receive: object, send: Callable[[dict[str, Any]], Awaitable[None]]
) -> None:
    """Answer the page after the id that the query string is."""
    if scope["type"] != "http":
        return
    after = int(scope["query_string"] or b"0")
    rows = _database.execute(_PAGE, (*_place, after)).fetchall()
    texts = [text if isinstance(text, str) else text.decode() for (text,) in rows]
    body = f'{{"items":[{",".join(texts)}]}}'.encode()
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS, length]})
    await send({"type": "http.response.body", "body": body})
