"""A field of Odoo's that is called like one of ours is never kept, whatever was stored before."""

from __future__ import annotations

import pytest

from odoosync.api.graphql.records import Record
from odoosync.api.schemas.records import Record as RestRecord
from odoosync.connections.connection import Connection
from odoosync.connections.preferences import Preferences
from odoosync.sync.choosing import wanted_fields
from odoosync.sync.datasets import CONTACTS
from odoosync.sync.field_names import OURS, ReservedField, refuse_ours
from people import NOW


@pytest.mark.parametrize("name", OURS)
def test_it_is_refused_with_what_the_name_means_here(name: str) -> None:
    with pytest.raises(ReservedField) as caught:
        refuse_ours(["city", name])
    assert name in str(caught.value)
    assert OURS[name] in str(caught.value)


def test_it_is_not_asked_for_where_it_was_stored_before() -> None:
    connection = Connection(
        id=1,
        tenant_id=1,
        name="Sales",
        odoo_url="https://odoo.example",
        odoo_database="odoo_db",
        odoo_username="admin",
        server=None,
        extra_fields={"*": ["deleted_at"], "contacts": ["odoo_id", "x_colour"]},
        preferences=Preferences(fields={"contacts": ("name", "synced_at")}),
        is_active=True,
        secret_version=1,
        created_at=NOW,
        tested_at=None,
        paused_at=None,
        deleted_at=None,
        removed_from=None,
        rate_limited_since=None,
    )
    wanted = wanted_fields(connection, CONTACTS)
    assert wanted == ["name", "display_name", "active", "write_date", "x_colour"]


def test_all_that_a_record_has_of_its_own_is_ours_or_means_the_same_in_odoo() -> None:
    same = {"id", "active", "write_date"}
    graphql = {field for field in Record.__annotations__ if field != "fields"}
    assert graphql - same == set(OURS)
    assert set(RestRecord.model_fields) - same <= set(OURS)
