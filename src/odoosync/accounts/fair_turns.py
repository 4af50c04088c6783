"""Who computes a hash next: all networks in turn, and within one all names in turn.

Whoever asks for many at once waits for themselves, and is refused once their queue is long. A
network is what one caller holds; all who come through a proxy that is not trusted are one.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from odoosync.accounts.errors import TooManySignIns

_Queue = deque[asyncio.Future[None]]


@dataclass
class FairTurns:
    """Lets `at_once` go on together, one of each name, and one less than all of a network.

    Of a name at a network `of_name` may wait, of a network `of_network`, and `of_all`.
    """

    at_once: int
    of_name: int = 30
    of_network: int = 60
    of_all: int = 300
    _busy_networks: Counter[str] = field(init=False, default_factory=Counter)
    _busy_names: set[str] = field(init=False, default_factory=set)
    _waiting: OrderedDict[str, OrderedDict[str, _Queue]] = field(
        init=False, default_factory=OrderedDict
    )

    @asynccontextmanager
    async def turn(self, network: str, name: str) -> AsyncIterator[None]:
        """Wait for a turn and keep it for as long as the block lasts. Raises TooManySignIns."""
        if self._is_free(network, name):
            self._begin(network, name)
        else:
            await self._wait(network, name)
        try:
            yield
        finally:
            self._end(network, name)

    def _is_free(self, network: str, name: str) -> bool:
        return (
            self._busy_networks.total() < self.at_once
            and self._busy_networks[network] < max(1, self.at_once - 1)
            and name not in self._busy_names
        )

    def _begin(self, network: str, name: str) -> None:
        self._busy_networks[network] += 1
        self._busy_names.add(name)

    def _end(self, network: str, name: str) -> None:
        self._busy_networks[network] -= 1
        if not self._busy_networks[network]:
            del self._busy_networks[network]
        self._busy_names.discard(name)
        self._let_next_begin()

    async def _wait(self, network: str, name: str) -> None:
        names = self._waiting.get(network, OrderedDict[str, _Queue]())
        here = sum(map(len, names.values()))
        if (
            len(names.get(name, ())) >= self.of_name
            or here >= self.of_network
            or sum(len(one) for some in self._waiting.values() for one in some.values())
            >= self.of_all
        ):
            raise TooManySignIns(here + 1)
        turn = asyncio.get_running_loop().create_future()
        queue = self._waiting.setdefault(network, OrderedDict()).setdefault(name, deque())
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._end(network, name)
            else:
                self._leave(network, name, turn)
            raise

    def _leave(self, network: str, name: str, turn: asyncio.Future[None]) -> None:
        """Take one out who left, unless that was found out when its turn came."""
        queue = self._waiting.get(network, OrderedDict[str, _Queue]()).get(name, ())
        if turn in queue:
            self._waiting[network][name].remove(turn)
            self._forget_empty(network, name)

    def _forget_empty(self, network: str, name: str) -> None:
        if not self._waiting[network][name]:
            del self._waiting[network][name]
        if not self._waiting[network]:
            del self._waiting[network]

    def _let_next_begin(self) -> None:
        while (found := next(self._who_may_begin(), None)) is not None:
            network, name = found
            turn = self._waiting[network][name].popleft()
            if not turn.cancelled():
                self._begin(network, name)
                turn.set_result(None)
                self._waiting[network].move_to_end(name)
                self._waiting.move_to_end(network)
            self._forget_empty(network, name)

    def _who_may_begin(self) -> Iterator[tuple[str, str]]:
        for network, names in self._waiting.items():
            for name in names:
                if self._is_free(network, name):
                    yield network, name
