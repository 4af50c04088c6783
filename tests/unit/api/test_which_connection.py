"""Which connection is meant when none is named: REST, GraphQL and commands say it alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import typer
from fastapi import FastAPI

from odoosync.api.graphql.schema import build_schema
from odoosync.api.openapi import documented
from odoosync.api.parameters import ALL_CONNECTIONS, THE_ACTIVE_ONE
from odoosync.api.rest import ROUTERS
from odoosync.cli.main import app_with

HISTORIES: Final = {"/api/v1/runs", "/api/v1/runs.csv", "/api/v1/changes", "/api/v1/audit"}
FIELDS_OF_ALL: Final = {"sync_runs", "changes", "audit", "create_webhook", "change_webhook"}
COMMANDS_OF_ALL: Final = {"runs", "audit", "webhook add"}
ARGUMENTS: Final = """{ __schema { queryType { ...of } mutationType { ...of } } } fragment of on
    __Type { fields { name args { name description type { kind } } } }"""


def test_rest_says_it_of_every_parameter() -> None:
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)
    said = {
        path: one["description"]
        for path, item in documented(app)()["paths"].items()
        for operation in item.values()
        for one in operation.get("parameters", ())
        if (one["in"], one["name"]) == ("query", "connection_id")
    }
    assert set(said.values()) == {ALL_CONNECTIONS, THE_ACTIVE_ONE}
    assert {path for path, says in said.items() if says == ALL_CONNECTIONS} == HISTORIES


async def test_graphql_says_it_of_every_argument() -> None:
    answer = await build_schema().execute(ARGUMENTS)
    assert answer.data is not None
    said = {
        field["name"]: one["description"]
        for root in answer.data["__schema"].values()
        for field in root["fields"]
        for one in field["args"]
        if one["name"] == "connection_id" and one["type"]["kind"] != "NON_NULL"
    }
    assert set(said.values()) == {ALL_CONNECTIONS, THE_ACTIVE_ONE}
    assert {name for name, says in said.items() if says == ALL_CONNECTIONS} == FIELDS_OF_ALL


def options(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    for word, inner in getattr(command, "commands", {}).items():
        yield from options(inner, f"{name} {word}".strip())
    for parameter in command.params:
        yield name, parameter


def test_commands_say_it_of_every_option() -> None:
    root = typer.main.get_command(app_with())
    said = {name: one.help for name, one in options(root) if one.name == "connection"}
    for name, says in said.items():
        meant = "all of them" if name in COMMANDS_OF_ALL else "the active one"
        assert says == f"A connection's id; {meant} when left out.", name
    assert set(said) > COMMANDS_OF_ALL
