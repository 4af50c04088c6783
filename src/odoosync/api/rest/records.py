"""The copy: lists of contacts, products and any dataset, and single records."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Path, Query, Request, Response

from odoosync.accounts import Principal
from odoosync.api.auth import Reader
from odoosync.api.json_answer import json_answer
from odoosync.api.reading.choosing import chosen, read_fields
from odoosync.api.reading.listing import (
    MOST_FILTERS,
    Wanted,
    list_records,
    show_record,
)
from odoosync.api.reading.values import MOST_VALUES
from odoosync.api.routing import new_router
from odoosync.api.schemas.records import OneQuery, Record, RecordQuery, Records
from odoosync.api.services import Services, ServicesDep
from odoosync.store.filtering import OPERATORS, UnknownFilterField

router = new_router(prefix="/api/v1", tags=["records"])


_OPERATORS: Final = frozenset(name for names in OPERATORS.values() for name in names)


_FILTERS: Final = (
    "Any other parameter filters by a field of the records: `city=Bern`, or with an operator "
    "`write_date__gte=2026-01-31T12:00:00Z`. Operators are "
    + ", ".join(f"`{name}`" for name in sorted(_OPERATORS))
    + f"; `in` takes values with commas between them, at most {MOST_VALUES}. Where a field refers "
    f"to records, its value is an id. A list takes at most {MOST_FILTERS} filters."
)


RecordId = Annotated[
    str,
    Path(max_length=64, description="`id` of a list, or the id in the connection's Odoo."),
]


DatasetName = Annotated[str, Path(max_length=255, description="Such as `product_variants`.")]


QueryDep = Annotated[RecordQuery, Query()]


_DECLARED: Final = frozenset(RecordQuery.model_fields)


async def _list(
    dataset: str, query: RecordQuery, request: Request, caller: Principal, services: Services
) -> Response:
    asked = request.query_params.multi_items()
    wanted = Wanted(
        dataset=dataset,
        limit=query.limit,
        cursor=query.cursor,
        search=query.search,
        active=query.active,
        include_deleted=query.include_deleted,
        connection_id=query.connection_id,
        order=query.order,
        fields=query.fields,
        parameters=[(name, value) for name, value in asked if name not in _DECLARED],
    )
    try:
        page = await list_records(services.database, caller.tenant_id, wanted)
    except UnknownFilterField as error:  # it may be a parameter that is misspelt
        raise UnknownFilterField(error.name, error.known | _DECLARED) from None
    items = (chosen(item.flat(), page.fields) for item in page.items)
    return await json_answer({"items": items, "next_cursor": page.next_cursor})


OneQueryDep = Annotated[OneQuery, Query()]


async def _show(
    dataset: str, record_id: str, caller: Principal, services: Services, query: OneQuery
) -> Response:
    item = await show_record(
        services.database,
        caller.tenant_id,
        dataset,
        record_id,
        include_deleted=query.include_deleted,
        connection_id=query.connection_id,
    )
    fields = read_fields(query.fields, item.fields)
    return await json_answer(chosen(item.flat(), fields))


@router.get("/contacts", response_model=Records, summary="List contacts", description=_FILTERS)
async def list_contacts(
    query: QueryDep, request: Request, caller: Reader, services: ServicesDep
) -> Response:
    return await _list("contacts", query, request, caller, services)


@router.get(
    "/products",
    response_model=Records,
    summary="List products",
    description=f"Product templates; their variants are a dataset of their own. {_FILTERS}",
)
async def list_products(
    query: QueryDep, request: Request, caller: Reader, services: ServicesDep
) -> Response:
    return await _list("products", query, request, caller, services)


@router.get(
    "/records/{dataset}", response_model=Records, summary="List any dataset", description=_FILTERS
)
async def list_any(
    dataset: DatasetName, query: QueryDep, request: Request, caller: Reader, services: ServicesDep
) -> Response:
    return await _list(dataset, query, request, caller, services)


@router.get("/contacts/{record_id}", response_model=Record, summary="Show a contact")
async def show_contact(
    record_id: RecordId, caller: Reader, services: ServicesDep, query: OneQueryDep
) -> Response:
    return await _show("contacts", record_id, caller, services, query)


@router.get("/products/{record_id}", response_model=Record, summary="Show a product")
async def show_product(
    record_id: RecordId, caller: Reader, services: ServicesDep, query: OneQueryDep
) -> Response:
    return await _show("products", record_id, caller, services, query)


@router.get(
    "/records/{dataset}/{record_id}", response_model=Record, summary="Show a record of any dataset"
)
async def show_any(
    dataset: DatasetName,
    record_id: RecordId,
    caller: Reader,
    services: ServicesDep,
    query: OneQueryDep,
) -> Response:
    return await _show(dataset, record_id, caller, services, query)
