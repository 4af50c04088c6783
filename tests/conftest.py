"""Fixtures that all tiers may use, and `--soak` for what takes longer than CI allows."""

from __future__ import annotations

import pytest

from databases import (
    database,
    database_url,
    postgres_server,
    postgres_template,
    postgres_url,
    sqlite_template,
    sqlite_url,
)

__all__ = [
    "database",
    "database_url",
    "postgres_server",
    "postgres_template",
    "postgres_url",
    "sqlite_template",
    "sqlite_url",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--soak", action="store_true", help="Thousands of examples, hundreds of kills: takes hours."
    )
