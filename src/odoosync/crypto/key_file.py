"""The key ring in the data folder: made once, readable by its owner alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from odoosync.crypto.ring import BadKeyRing, KeyRing, new_key_ring, parse_key_ring

KEY_FILE: Final = "secret_keys"


def load_key_ring(configured: str | None, folder: Path) -> KeyRing:
    """Return the configured ring, or that of the data folder, where it is made when absent.

    Raises BadKeyRing.
    """
    if configured is not None:
        return parse_key_ring(configured)
    path = folder / KEY_FILE
    try:
        if not path.exists():
            _create_private(path, new_key_ring().to_text())
        text = path.read_bytes().decode("ascii", errors="replace").strip()
    except OSError as error:
        raise BadKeyRing(
            f"The keys in the data folder cannot be read or made: {error.strerror}. "
            "Make the folder writable for this user, or set ODOOSYNC_SECRET_KEYS."
        ) from error
    try:
        return parse_key_ring(text)
    except BadKeyRing as error:
        raise BadKeyRing(
            f"The file secret_keys in the data folder is damaged. Put it back from your copy of "
            f"the keys; without it no stored Odoo password opens. {error.message}"
        ) from error


def _create_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; whoever comes second leaves the first one's."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())  # what is sealed with them must not outlive them
        os.link(draft, path)  # fails, rather than overwrites, when another process was first
    except FileExistsError:
        return
    finally:
        draft.unlink()
