"""`odoosync` in a process where one name under odoo.com is this machine.

The service paces itself by the name of the host, and there is no setting to have it do so: this
process resolves the name, and everything else is as it is shipped.
"""

from __future__ import annotations

import socket
from typing import Any, Final

from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver

from odoosync.cli.main import main

NAME: Final = "bench.odoo.com"


class _Resolver(ThreadedResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return await super().resolve("127.0.0.1" if host == NAME else host, port, family)


def _resolve_by_ours() -> None:
    connector: Any = __import__("aiohttp.connector", fromlist=["DefaultResolver"])
    connector.DefaultResolver = _Resolver


if __name__ == "__main__":
    _resolve_by_ours()
    main()
