from __future__ import annotations

from pathlib import Path

import pytest

from odoosync.crypto import BadKeyRing, KeySource


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"k1:short", b"<html>"])
def test_a_damaged_key_file_is_named_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret_keys"
    path.write_bytes(content)
    with pytest.raises(BadKeyRing, match="secret_keys in the data folder is damaged"):
        KeySource(None, tmp_path).load_or_make()
    assert path.read_bytes() == content


def test_a_folder_that_takes_no_file_is_told_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    with pytest.raises(BadKeyRing, match="ODOOSYNC_SECRET_KEYS"):
        KeySource(None, tmp_path / "data").load_or_make()


def test_no_draft_is_left_beside_the_keys(tmp_path: Path) -> None:
    KeySource(None, tmp_path).load_or_make()
    assert [path.name for path in tmp_path.iterdir()] == ["secret_keys"]
