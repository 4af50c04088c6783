"""Lists of records and single ones, of the connection that a request means."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from odoosync.api.errors import BadCursor
from odoosync.api.reading.choosing import read_fields, read_order
from odoosync.api.reading.cursor import check_record_cursor, read_record_cursor, write_record_cursor
from odoosync.api.reading.errors import BadFilter, BadLimit
from odoosync.api.reading.items import FieldTypes, Item, to_items
from odoosync.api.reading.values import plain_ids, typed_all, usable_text
from odoosync.connections import store as connections
from odoosync.connections.connection import Connection
from odoosync.connections.errors import NoConnection, NoCredentials
from odoosync.db import Database, Tx
from odoosync.errors import NotFound
from odoosync.store import reading
from odoosync.store.filtering import ALWAYS_KNOWN, Filter, UnknownFilterField, means_gone
from odoosync.store.ordering import Order, Place
from odoosync.sync import cursors
from odoosync.sync.datasets import Dataset, dataset_named

LARGEST_PAGE: Final = 1000
USUAL_PAGE: Final = 100
MOST_FILTERS: Final = 50
LONGEST_SEARCH: Final = 200
LONGEST_FIELDS: Final = 10_000
_SEARCHED_KINDS: Final = frozenset({"char", "text"})
"""Of extra fields. The others are no words; markup, and pages of it, would be found in html."""
_USUAL_ORDER: Final = "id"
_RECORD_ID: Final = re.compile(r"(?:([0-9]{1,18})-)?(-?[0-9]{1,18})")


class NoRecord(NotFound):
    code = "no_record"

    def __init__(self) -> None:
        super().__init__("There is no record with this id.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list was asked for; values of `filters` are still as the caller wrote them.

    `parameters` are filters whose names are as in a URL: `field`, or `field__op`. `order` is a
    field, with a `-` before it for the largest first; `fields` are names with commas.
    """

    dataset: str
    limit: int = USUAL_PAGE
    cursor: str | None = None
    search: str | None = None
    active: bool | None = None
    include_deleted: bool = False
    connection_id: int | None = None
    order: str | None = None
    fields: str | None = None
    filters: Sequence[Filter] = ()
    parameters: Sequence[tuple[str, str]] = ()

    def filters_on(self, known: Collection[str]) -> list[Filter]:
        """Return all filters; of a name that is a `known` field's no end is an operator."""
        return [*self.filters, *(_filter_of(*one, known) for one in self.parameters)]


def _filter_of(name: str, value: str, known: Collection[str]) -> Filter:
    field, _, op = name.rpartition("__")
    if not field or name in known:
        return Filter(name, "eq", value)
    return Filter(field, op, value)


@dataclass(frozen=True, slots=True)
class Listing:
    """One page; `query` is what it is a page of, None where there can be nothing.

    `fields` are those to show, None for all.
    """

    items: list[Item]
    next_cursor: str | None = None
    query: reading.Query | None = None
    fields: tuple[str, ...] | None = None


async def list_records(database: Database, tenant_id: int, wanted: Wanted) -> Listing:
    """Return a page of the copy; an empty one for a user without a connection.

    Raises UnknownDataset, NoConnection, NoActiveConnection, BadCursor, BadLimit, BadFilter,
    BadOrder, BadFields and UnknownFilter.
    """
    dataset = _checked(wanted)
    async with database.tenant(tenant_id, write=False) as tx:
        connection = await _chosen(tx, wanted.connection_id)
        if connection is None:
            _check_names(wanted, dataset, dataset.fields)
            return Listing([])
        fields = await cursors.field_types(tx, connection.id, dataset.name)
        if not fields:
            extra = connection.wanted_extra(dataset.name)
            _check_names(wanted, dataset, (*dataset.fields, *extra))
            return Listing([])
        order = wanted.order or _USUAL_ORDER
        place = read_record_cursor(wanted.cursor, connection.id, dataset.name, order)
        shown = read_fields(wanted.fields, fields)
        query = _query(dataset, connection.id, wanted, fields)
        after = None if place is None else _place(query.order, *place)
        found = await reading.read_page(tx, query, limit=wanted.limit + 1, after=after)
        page = found[: wanted.limit]
        items = await to_items(tx, connection.id, page, fields)
    more = len(found) > len(page)
    next_cursor = None
    if more:
        last = page[-1]
        where = (connection.id, dataset.name, order)
        next_cursor = write_record_cursor(*where, last.place, last.odoo_id)
    return Listing(items, next_cursor, query, shown)


def _place(order: Order, value: Any, odoo_id: int) -> Place:
    """Return where a page ended. Raises BadCursor for a value that the order's column has not."""
    try:
        return Place(odoo_id, order.read(value))
    except ValueError as error:
        raise BadCursor from error


async def count_records(database: Database, tenant_id: int, listing: Listing) -> int:
    """Return how many records a listing has on all its pages."""
    if listing.query is None:
        return 0
    async with database.tenant(tenant_id, write=False) as tx:
        return await reading.count(tx, listing.query)


async def show_record(
    database: Database,
    tenant_id: int,
    dataset: str,
    record_id: str,
    *,
    include_deleted: bool = False,
    connection_id: int | None = None,
) -> Item:
    """Return one record, by the `id` of a list or by its id in a connection's Odoo.

    The active connection is meant when none is named. Raises UnknownDataset, NoConnection,
    NoActiveConnection and NoRecord.
    """
    declared = dataset_named(dataset)
    match = _RECORD_ID.fullmatch(record_id)
    if match is None:
        raise NoRecord
    within = int(match[1]) if match[1] else None
    async with database.tenant(tenant_id, write=False) as tx:
        if connection_id is not None:
            await connections.get(tx, connection_id)
        if None not in {connection_id, within} and connection_id != within:
            raise NoRecord
        try:
            connection = await connections.chosen(tx, connection_id or within)
        except (NoConnection, NoCredentials) as error:
            raise NoRecord from error
        record = await reading.get(
            tx, connection.id, declared.name, int(match[2]), include_deleted=include_deleted
        )
        if record is None:
            raise NoRecord
        fields = await cursors.field_types(tx, connection.id, declared.name)
        return (await to_items(tx, connection.id, [record], fields))[0]


def _checked(wanted: Wanted) -> Dataset:
    dataset = dataset_named(wanted.dataset)
    if not 1 <= wanted.limit <= LARGEST_PAGE:
        raise BadLimit(LARGEST_PAGE)
    check_record_cursor(wanted.cursor, dataset.name)
    if len(wanted.filters) + len(wanted.parameters) > MOST_FILTERS:
        raise BadFilter(f"A list takes at most {MOST_FILTERS} filters.")
    if len(wanted.search or "") > LONGEST_SEARCH:
        raise BadFilter(f"`search` is a text of at most {LONGEST_SEARCH} characters.")
    try:
        usable_text(wanted.search or "")
    except ValueError as error:
        raise BadFilter("`search` holds characters that cannot be searched for.") from error
    return dataset


async def _chosen(tx: Tx, connection_id: int | None) -> Connection | None:
    try:
        return await connections.chosen(tx, connection_id)
    except NoCredentials:
        return None


def _check_names(wanted: Wanted, dataset: Dataset, known: Sequence[str]) -> None:
    """Before the first sync nothing is known of fields but the names that will be asked for."""
    read_order(wanted.order, dataset, known)
    read_fields(wanted.fields, known)
    for asked in wanted.filters_on(known):
        if asked.field not in known and asked.field not in ALWAYS_KNOWN:
            raise UnknownFilterField(asked.field, {*known, *ALWAYS_KNOWN})


def _query(
    dataset: Dataset, connection_id: int, wanted: Wanted, fields: FieldTypes
) -> reading.Query:
    kinds = {name: str(field.get("type")) for name, field in fields.items()}
    asked = [plain_ids(one, connection_id) for one in wanted.filters_on(kinds)]
    filters = typed_all(asked, kinds)
    if wanted.active is not None:
        filters.append(Filter("active", "eq", wanted.active))
    extra = [name for name in kinds if name not in dataset.fields]
    columns = {"email": "email", "barcode": "barcode"}
    if dataset.reference:
        columns[dataset.reference] = "reference"
    return reading.Query(
        connection_id=connection_id,
        dataset=dataset.name,
        filters=tuple(filters),
        search=wanted.search,
        searched=[name for name in extra if kinds[name] in _SEARCHED_KINDS],
        include_deleted=wanted.include_deleted or any(map(means_gone, filters)),
        kinds=kinds,
        columns=columns,
        order=read_order(wanted.order, dataset, kinds),
    )
