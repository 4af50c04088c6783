"""Somebody who attacks the service: an address, a login and, where it is needed, an Odoo."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from aiohttp import ClientError, ClientSession

from service import PASSWORD, PROFILE

TOKEN: Final = "/api/v1/auth/token"
REGISTER: Final = "/api/v1/auth/register"
SYNC: Final = "/api/v1/contacts/sync"
CHANGES: Final = "/api/v1/changes"
HUNG_UP: Final = "hung up"
SERVER_FAILS: Final = 500


@dataclass
class Attacker:
    """`answers` counts the statuses of what was sent, and how often the service hung up.

    Where a whole attack does something a hundred times, one of this `scale` does it that much less.
    """

    http: ClientSession
    address: str
    port: int
    odoo: str = ""
    receiver: str = ""
    victims: tuple[str, ...] = ()
    scale: int = 1
    username: str = field(default_factory=lambda: f"attacker-{uuid.uuid4().hex[:12]}")
    answers: Counter[str] = field(default_factory=Counter)

    @property
    def credentials(self) -> dict[str, str]:
        login = {"odoo_username": "admin", "odoo_password": "admin", "odoo_database": "odoo_db"}
        return login | {"odoo_url": self.odoo}

    async def send(self, method: str, path: str, **options: Any) -> Any:
        """Send a request and count its answer; returns what the JSON of it says."""
        try:
            async with self.http.request(method, path, **options) as answer:
                body = await answer.read()
        except (ClientError, OSError) as error:
            self.answers[f"{HUNG_UP} {error!r}"] += 1
            return None
        told = orjson.loads(body) if body else None
        code = f" {told['code']}" if answer.status >= SERVER_FAILS and told else ""
        self.answers[f"{answer.status}{code}"] += 1
        return told

    async def together(self, count: int, send: Callable[[int], Awaitable[Any]]) -> None:
        """Do so many at once, each with its number."""
        await asyncio.gather(*(send(number) for number in range(-(-count // self.scale))))

    async def send_often(self, count: int, method: str, path: str, **options: Any) -> None:
        """Send the same request as many times, at once."""
        await self.together(count, lambda _: self.send(method, path, **options))

    async def join(self) -> None:
        """Register, sign in, and sync the Odoo if there is one."""
        form = {"username": self.username, "password": PASSWORD}
        await self.send("POST", REGISTER, json=form)
        token = (await self.send("POST", TOKEN, data=form))["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"
        if self.odoo:
            await self.connect()
            await self.send("POST", SYNC, json={})

    async def connect(self) -> None:
        """Have the Odoo, which is sound now, asked anew whatever it did before."""
        await self._odoo("DELETE")
        await self.send("POST", PROFILE, json=self.credentials)

    async def spoil(self, **fault: Any) -> None:
        """Have the Odoo answer so from now on, and not as before."""
        await self._odoo("DELETE")
        await self._odoo("POST", json=fault)

    async def _odoo(self, method: str, **options: Any) -> None:
        url = f"{self.odoo}/sandbox/faults"
        async with ClientSession() as http, http.request(method, url, **options) as answer:
            answer.raise_for_status()

    def take_answers(self) -> dict[str, int]:
        """Return what was counted, and begin anew."""
        taken, self.answers = dict(self.answers), Counter()
        return taken
