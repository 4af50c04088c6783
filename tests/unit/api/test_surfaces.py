"""What REST tells of a thing, GraphQL tells, too, under the same names."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel
from strawberry.types import get_object_definition

from odoosync.api.graphql import connecting
from odoosync.api.graphql.audit import AuditEntry
from odoosync.api.graphql.connections import Connection
from odoosync.api.graphql.datasets import Dataset
from odoosync.api.graphql.runs import RunLine, SyncRun
from odoosync.api.reading.run_csv import COLUMNS
from odoosync.api.schemas.audit import EntryView
from odoosync.api.schemas.connections import ConnectionView
from odoosync.api.schemas.credentials import CredentialsTested
from odoosync.api.schemas.datasets import DatasetView
from odoosync.api.schemas.records import Record
from odoosync.api.schemas.runs import LineView, RunView

HISTORY = (
    "trigger requested_by requested_name odoo_login odoo_version window_low window_high fetched "
    "created updated unchanged deleted hidden held_back calls bytes_received duration set_aside "
    "drift error_code error"
)


@pytest.mark.parametrize(
    ("rest", "graphql"),
    [
        (RunView, SyncRun),
        (LineView, RunLine),
        (ConnectionView, Connection),
        (CredentialsTested, connecting.TestedConnection),
        (EntryView, AuditEntry),
        (DatasetView, Dataset),
    ],
)
def test_the_fields_are_the_same(rest: type[BaseModel], graphql: Any) -> None:
    told = {field.name for field in get_object_definition(graphql, strict=True).fields}
    assert told == set(rest.model_fields)


def test_the_history_tells_all_that_it_promises_also_as_csv() -> None:
    assert set(HISTORY.split()) <= set(RunView.model_fields)
    assert sorted(COLUMNS) == sorted(RunView.model_fields)


def test_the_document_says_that_fields_may_be_left_out_and_gives_them_no_value() -> None:
    described = Record.model_json_schema()
    assert described["required"] == ["id", "odoo_id"]
    assert not any("default" in one for one in described["properties"].values())
