"""A database that does not open: the answer says what is known of why, in whatever language."""

from __future__ import annotations

from typing import Any

import pytest

from integration.connections.calling import ADMIN, PROFILE, Calls
from odoo_sandbox import Fault, SandboxServer

LANGUAGES = [
    'FATAL:  database "{name}" does not exist\n',
    "FATAL:  Datenbank »{name}« existiert nicht\n",
    "FATAL:  la base de données « {name} » n'existe pas\n",
    "FATAL:  no existe la base de datos «{name}»\n",
    'ВАЖНО:  база данных "{name}" не существует\n',
    'FATAL:  数据库 "{name}" 不存在\n',
    'FATAL:  データベース"{name}"は存在しません\n',
    'KATASTROFALNY:  baza danych "{name}" nie istnieje\n',
]
ELSEWHERE = ADMIN | {"odoo_database": "Odoo_DB"}
TEST = f"{PROFILE}/test"


async def refused(calls: Calls, form: dict[str, str]) -> dict[str, Any]:
    answer = await calls.ask("POST", TEST, form)
    assert answer.status_code == 422
    problem: dict[str, Any] = answer.json()
    return problem


@pytest.mark.parametrize("words", LANGUAGES)
async def test_a_database_that_is_not_there_is_told_in_every_language_of_postgresql(
    calls: Calls, odoo: SandboxServer, words: str
) -> None:
    odoo.world.no_database = words
    for lists in (True, False):
        odoo.world.lists_databases = lists
        problem = await refused(calls, ELSEWHERE)
        assert (problem["code"], problem["stage"]) == ("odoo_unknown_database", "database")


async def test_the_names_that_the_server_lists_are_offered_the_nearest_first(
    calls: Calls, odoo: SandboxServer
) -> None:
    odoo.world.other_databases = ["accounts", "odoo_db_old"]
    problem = await refused(calls, ELSEWHERE)
    assert problem["detail"].endswith(" It has: odoo_db, odoo_db_old, accounts.")


async def test_where_none_are_listed_the_usual_patterns_are(
    calls: Calls, odoo: SandboxServer
) -> None:
    odoo.world.lists_databases = False
    detail = (await refused(calls, ELSEWHERE))["detail"]
    assert "On Odoo Online" in detail
    assert "project-branch-1234567" in detail
    assert "odoo_db" not in detail


async def test_a_fault_in_unknown_words_is_not_called_a_passing_one(
    calls: Calls, odoo: SandboxServer
) -> None:
    name, words = "psycopg2.OperationalError", "FATAL:  das Datenbanksystem startet\n"
    odoo.faults.add(Fault("odoo_error", method="authenticate", name=name, message=words))
    problem = await refused(calls, ADMIN)
    assert problem["code"] == "odoo_database_failed"
    assert "busy" not in problem["detail"]


async def test_words_that_cannot_be_read_do_not_hide_that_the_name_is_wrong(
    calls: Calls, odoo: SandboxServer
) -> None:
    name, words = "builtins.UnicodeDecodeError", "'utf-8' codec can't decode byte 0xbb"
    odoo.faults.add(Fault("odoo_error", method="authenticate", name=name, message=words))
    assert (await refused(calls, ELSEWHERE))["code"] == "odoo_unknown_database"


async def test_while_postgresql_is_away_no_name_is_called_wrong(
    calls: Calls, odoo: SandboxServer
) -> None:
    name, words = "psycopg2.OperationalError", 'FATAL: 用户 "odoo_db" 认证失败'
    odoo.faults.add(Fault("odoo_error", model="common", name=name, message=words, skip=1))
    odoo.faults.add(Fault("odoo_error", model="db", name=name, message=words))
    assert (await refused(calls, ADMIN))["code"] == "odoo_database_failed"
