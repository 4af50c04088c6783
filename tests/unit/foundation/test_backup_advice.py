from __future__ import annotations

from pathlib import Path

import pytest

from odoosync.cli.backup import backup
from odoosync.errors import InvalidInput


def test_the_advice_for_postgresql_works_for_a_login_without_might(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ODOOSYNC_DATABASE_URL", "postgresql://u:hunter2@db/x")
    with pytest.raises(InvalidInput) as caught:
        backup(tmp_path / "file")
    assert "--enable-row-security" in caught.value.message
    assert "hunter2" not in caught.value.message
