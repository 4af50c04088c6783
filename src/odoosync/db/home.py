"""Where a SQLite file lies: one machine's own disk, or it is no place for it.

SQLite's locks and the shared memory of its WAL reach as far as one kernel. Over a network file
system two machines write into each other, and neither sees it.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from odoosync.errors import Conflict

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_MOUNTS: Final = Path("/proc/self/mountinfo")
_BY_NETWORK: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "lustre", "beegfs", "afs"}
    | {"gfs2", "ocfs2", "fuse.glusterfs", "fuse.sshfs", "fuse.ceph-fuse", "fuse.s3fs"}
    | {"fuse.rclone", "fuse.juicefs", "fuse.mfs"}
)
_ESCAPES: Final = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}
USE_POSTGRESQL: Final = (
    "Set ODOOSYNC_DATABASE_URL to a PostgreSQL, which any number of machines may share"
)


class NotOnThisMachine(Conflict):
    """A SQLite file that other machines can reach, or do."""

    code = "sqlite_not_local"


def this_machine() -> str:
    """Name the kernel that runs this process: containers on it share it, another start does not.

    Where there is no such name (not Linux) it is the host's.
    """
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return socket.gethostname()[:64]


def check_home(url: str) -> None:
    """Raise NotOnThisMachine for a SQLite file on a network file system, as far as Linux tells."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return
    try:
        mounts = _MOUNTS.read_text(errors="replace").splitlines()
    except OSError:
        return
    kind = filesystem_of(Path(parsed.database).resolve(), mounts)
    if kind in _BY_NETWORK:
        raise NotOnThisMachine(
            f"The SQLite file lies on a network file system ({kind}), which cannot keep it safe. "
            f"{USE_POSTGRESQL}, or ODOOSYNC_DATA_DIR to a folder on a disk of this machine."
        )


def filesystem_of(path: Path, mounts: Iterable[str]) -> str | None:
    """Return the kind of file system that a path lies on, by lines of `/proc/self/mountinfo`.

    Of mounts that cover it the longest counts, and of equal ones the last: it hides the others.
    """
    best, kind = -1, None
    for line in mounts:
        head, _, tail = line.partition(" - ")
        fields, told = head.split(), tail.split()
        if len(fields) > 4 and told and path.is_relative_to(point := _plain(fields[4])):  # noqa: PLR2004 - the mount point's field
            length = len(Path(point).parts)
            if length >= best:
                best, kind = length, told[0]
    return kind


def _plain(escaped: str) -> str:
    for code, character in _ESCAPES.items():
        escaped = escaped.replace(code, character)
    return escaped
