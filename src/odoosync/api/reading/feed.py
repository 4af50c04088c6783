"""The change feed as the surfaces show it: changes with their records, and where to go on."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from odoosync.api.reading.items import Item, to_items
from odoosync.api.shared_poll import SharedPoll
from odoosync.connections import store as connections
from odoosync.db import Database, Tx
from odoosync.store.changes import Change, Position, check_position, horizon, read_changes
from odoosync.sync import cursors
from odoosync.sync.datasets import dataset_named

LONGEST_WAIT_S: Final = 30


@dataclass(frozen=True, slots=True)
class WantedChanges:
    """`after` is a `next_after`, or `0` for the beginning."""

    after: str = "0"
    connection_id: int | None = None
    dataset: str | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Feed:
    """Changes with their records; `next_after` is where to go on, also when there is nothing."""

    changes: list[tuple[Change, Item]]
    next_after: str
    more: bool

    def to_json(self) -> dict[str, Any]:
        """Render it for `encode`: the items are made as they are taken."""
        items = (
            {
                "position": str(change.position),
                "kind": change.kind,
                "connection_id": change.connection_id,
                "dataset": change.dataset,
                "record": item.flat(),
            }
            for change, item in self.changes
        )
        return {"items": items, "next_after": self.next_after, "more": self.more}


async def list_changes(database: Database, tenant_id: int, wanted: WantedChanges) -> Feed:
    """Return what changed after a position, of one connection or of all that are not deleted.

    Raises NoPosition, BeyondTheEnd, NoConnection and UnknownDataset.
    """
    datasets = [dataset_named(wanted.dataset).name] if wanted.dataset else None
    after = Position.read(wanted.after)
    async with database.tenant(tenant_id, write=False) as tx:
        await check_position(tx, after)
        seen = await horizon(tx)
        if wanted.connection_id is None:
            ids = [connection.id for connection in await connections.every(tx)]
        else:
            ids = [(await connections.get(tx, wanted.connection_id)).id]
        found = await read_changes(
            tx, after, connection_ids=ids, datasets=datasets, limit=wanted.limit + 1
        )
        page = found[: wanted.limit]
        items = await _items(tx, page)
    more = len(found) > len(page)
    reached = page[-1].position if page else after
    if not more:  # what this reader does not want is not looked at again
        reached = max(reached, seen)
    return Feed(list(zip(page, items, strict=True)), str(reached), more)


async def wait_for_changes(
    database: Database,
    tenant_id: int,
    wanted: WantedChanges,
    poll: SharedPoll[None, Position],
    *,
    wait_s: float,
    is_gone: Callable[[], Awaitable[bool]],
) -> Feed:
    """Return what changed as soon as something has, with nothing in it after `wait_s`.

    Changes are listed again only when `poll` sees that the tenant has new ones. Waiting ends, too,
    when `is_gone` says that nobody waits any more. Raises what `list_changes` does.
    """

    async def look(_: frozenset[None]) -> dict[None, Position]:
        async with database.tenant(tenant_id, write=False) as tx:
            return {None: await horizon(tx)}

    end = time.monotonic() + wait_s
    feed = await list_changes(database, tenant_id, wanted)
    while not feed.changes and (left := end - time.monotonic()) > 0 and not await is_gone():
        try:
            async with asyncio.timeout(left):
                newest = await poll.next(tenant_id, None, look)
        except TimeoutError:
            return feed
        if newest is not None and newest > Position.read(feed.next_after):
            feed = await list_changes(database, tenant_id, replace(wanted, after=feed.next_after))
    return feed


async def _items(tx: Tx, page: list[Change]) -> list[Item]:
    """Build items a dataset at once, and give them back in the order of the page."""
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    for place, change in enumerate(page):
        groups[change.connection_id, change.dataset].append(place)
    items: dict[int, Item] = {}
    for (connection_id, dataset), places in groups.items():
        fields = await cursors.field_types(tx, connection_id, dataset)
        records = [page[place].record for place in places]
        made = await to_items(tx, connection_id, records, fields)
        items.update(zip(places, made, strict=True))
    return [items[place] for place in range(len(page))]
