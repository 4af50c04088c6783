from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from odoosync.migrations import MigrationFailed, head_revision, upgrade
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


def test_a_database_of_a_newer_version_is_left_alone(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(MigrationFailed, match="9999, which a newer version of Odoosync wrote"):
        upgrade(sqlite_url)


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MigrationFailed, match="ODOOSYNC_DATA_DIR"):
        upgrade(f"sqlite:///{tmp_path}/file/data/odoosync.sqlite3")


def test_a_file_that_cannot_be_opened_is_told_with_what_to_look_at(tmp_path: Path) -> None:
    with pytest.raises(MigrationFailed, match="disk has room"):
        upgrade(f"sqlite:///{tmp_path}")
