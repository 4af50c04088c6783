"""The key ring in the data folder: made once, readable by its owner alone."""

from __future__ import annotations

import os
from pathlib import Path

from odoosync.crypto.ring import KeyRing, new_key_ring, parse_key_ring


def load_key_ring(configured: str | None, folder: Path) -> KeyRing:
    """Return the configured ring, or that of the data folder, where it is made when absent.

    Raises BadKeyRing.
    """
    if configured is not None:
        return parse_key_ring(configured)
    path = folder / "secret_keys"
    if not path.exists():
        _create_private(path, new_key_ring().to_text())
    return parse_key_ring(path.read_text().strip())


def _create_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; whoever comes second leaves the first one's."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
    try:
        os.link(draft, path)  # fails, rather than overwrites, when another process was first
    except FileExistsError:
        return
    finally:
        draft.unlink()
