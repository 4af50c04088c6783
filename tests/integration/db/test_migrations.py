from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from odoosync.migrations import head_revision, upgrade
from odoosync.tables import metadata


def test_migrations_end_in_the_schema_that_the_rooms_declare(database_url: str) -> None:
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_several_processes_may_upgrade_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'odoosync.sqlite3'}"
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(upgrade, [url] * 4)) == {head_revision()}


def test_a_second_upgrade_changes_nothing(database_url: str) -> None:
    assert upgrade(database_url) == head_revision()
