"""Which of the addresses that a person may have meant is an Odoo's: each is asked for its version.

No secret is sent before that is known. The shortest is asked first: it is what most people mean,
and a page that is not there can cost an Odoo seconds. So the paths below one that answers have a
short time to do so, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from odoosync.odoo.choice import ask_version
from odoosync.odoo.errors import NotOdoo, OdooError, RetryLater, Unreachable
from odoosync.odoo.facts import Version
from odoosync.odoo.login import Login
from odoosync.odoo.messages import Handler
from odoosync.odoo.private_hosts import one_text_for_private
from odoosync.odoo.url import OdooUrl
from odoosync.odoo.wire import Meter, Wire

BELOW_ANOTHER_S: Final = 5.0
_ON_THE_WAY: Final = ("dns", "connect", "tls", "version")

Found = tuple[Wire, Version]


async def find_odoo(transport: Handler, login: Login) -> Found:
    """Return the line to the address that answers as Odoo does, and its version.

    Of two that do it is the longer one. Raises the error that tells most where none does.
    """
    search = _Search(transport, login)
    with one_text_for_private(search.meter, login.url.origin.host):
        return await _search(search)


async def _search(search: _Search) -> Found:
    login = search.login
    for _, urls in groupby(login.candidates, key=lambda url: url.origin):
        found = await search.at(list(urls))
        if found is not None:
            return found
    told = max(login.candidates, key=lambda url: _tells(search.failures[url]))
    raise search.failures[told].at(str(told))


@dataclass(slots=True)
class _Search:
    transport: Handler
    login: Login
    meter: Meter = field(default_factory=Meter)
    failures: dict[OdooUrl, OdooError] = field(default_factory=dict)

    async def at(self, urls: list[OdooUrl]) -> Found | None:
        """Look at one server; `urls` are paths, the root, and codes of languages."""
        end = next((place for place, url in enumerate(urls) if not url.path), len(urls) - 1) + 1
        for place in reversed(range(end)):
            found = await self._first(urls[place : place + 1])
            if found is not None:
                return await self._below(urls[:place]) or found
        return await self._first(urls[end:])

    async def _below(self, urls: list[OdooUrl]) -> Found | None:
        try:
            async with asyncio.timeout(BELOW_ANOTHER_S):
                return await self._first(urls)
        except (TimeoutError, RetryLater):
            return None

    async def _first(self, urls: Iterable[OdooUrl]) -> Found | None:
        """Return the first that answers. Raises RetryLater where it may answer in a while."""
        for url in urls:
            wire = Wire(self.transport, self.login.at(url), self.meter)
            try:
                return wire, await ask_version(wire)
            except OdooError as error:
                if isinstance(error, RetryLater) and not isinstance(error, Unreachable):
                    raise error.at(str(url)) from None
                self.failures[url] = error
        return None


def _tells(error: OdooError) -> tuple[int, bool]:
    """Rank by how far it came; that something is not Odoo tells less than why."""
    far = _ON_THE_WAY.index(error.stage) if error.stage in _ON_THE_WAY else len(_ON_THE_WAY)
    return far, error.message != NotOdoo.sentence
