from __future__ import annotations

from pathlib import Path

import pytest

from odoosync.db import home
from odoosync.db.home import NotOnThisMachine, check_home, filesystem_of, this_machine

MOUNTS = (
    "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw",
    "30 22 0:40 / /srv rw,relatime - nfs4 files:/srv rw",
    "31 30 254:2 / /srv/local rw - xfs /dev/vdb rw",
    "32 22 0:41 / /mnt/our\\040files rw master:3 - cifs //files/ours rw",
    "33 22 0:42 / /twice rw - tmpfs tmpfs rw",
    "34 33 0:43 / /twice rw - fuse.sshfs files: rw",
)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/odoosync", "ext4"),
        ("/srv/odoosync", "nfs4"),
        ("/srv/local/odoosync", "xfs"),
        ("/srvs", "ext4"),
        ("/mnt/our files/data", "cifs"),
        ("/twice/data", "fuse.sshfs"),
    ],
)
def test_a_path_lies_on_the_mount_that_is_nearest_and_newest(path: str, kind: str) -> None:
    assert filesystem_of(Path(path), MOUNTS) == kind


def test_no_mounts_tell_nothing() -> None:
    assert filesystem_of(Path("/data"), ["", "garbage - "]) is None


def test_a_sqlite_file_on_a_network_file_system_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mounts := tmp_path / "mountinfo").write_text("\n".join(MOUNTS))
    monkeypatch.setattr(home, "_MOUNTS", mounts)
    with pytest.raises(NotOnThisMachine, match=r"nfs4.*ODOOSYNC_DATABASE_URL.*ODOOSYNC_DATA_DIR"):
        check_home("sqlite:////srv/data/odoosync.sqlite3")
    check_home("sqlite:////var/data/odoosync.sqlite3")
    check_home("postgresql://host/odoosync")


def test_where_nothing_tells_of_mounts_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "_MOUNTS", tmp_path / "none")
    check_home("sqlite:////srv/data/odoosync.sqlite3")


def test_the_machine_is_the_same_until_it_starts_again() -> None:
    assert this_machine() == this_machine()
    assert 0 < len(this_machine()) <= 64
