"""One look into the database for all callers of a tenant who wait for the same kind of news."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Generic, TypeVar

LOOK_SECONDS: Final = 0.5
Key = TypeVar("Key")
Value = TypeVar("Value")
Sleep = Callable[[float], Awaitable[None]]


class SharedPoll(Generic[Key, Value]):
    """Looks half a second after the first caller asked; those who asked meanwhile share it."""

    def __init__(self, *, sleep: Sleep = asyncio.sleep) -> None:
        self._sleep = sleep
        self._waiting: dict[int, dict[Key, asyncio.Future[Value | None]]] = {}
        self._looks: set[asyncio.Task[None]] = set()

    async def next(
        self,
        tenant_id: int,
        key: Key,
        look: Callable[[frozenset[Key]], Awaitable[Mapping[Key, Value]]],
    ) -> Value | None:
        """Return what the tenant's next look finds of `key`. Raises what `look` raises.

        `look` is given all keys that are waited for, and is called for the first caller only.
        """
        if tenant_id not in self._waiting:
            self._waiting[tenant_id] = {}
            task = asyncio.create_task(self._look_later(tenant_id, look))
            self._looks.add(task)
            task.add_done_callback(self._looks.discard)
        found = self._waiting[tenant_id].setdefault(key, asyncio.Future())
        return await asyncio.shield(found)

    async def _look_later(
        self, tenant_id: int, look: Callable[[frozenset[Key]], Awaitable[Mapping[Key, Value]]]
    ) -> None:
        await self._sleep(LOOK_SECONDS)
        waiting = self._waiting.pop(tenant_id)
        try:
            found = await look(frozenset(waiting))
        except Exception as error:  # noqa: BLE001 - those who wait raise it
            for future in waiting.values():
                future.set_exception(error)
                future.exception()  # they may all have left
        else:
            for key, future in waiting.items():
                future.set_result(found.get(key))
