"""Where the key ring is: in the setting, or in a private file of the data folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from odoosync.crypto.ring import BadKeyRing, KeyRing, new_key_ring, parse_key_ring

KEY_FILE: Final = "secret_keys"
KEYS_SETTING: Final = "ODOOSYNC_SECRET_KEYS"


class NoKeys(BadKeyRing):
    """There is no key ring where the settings say."""

    code = "not_installed"


@dataclass(frozen=True, slots=True)
class KeySource:
    """`configured` is the ring's text where it is set apart from the data `folder`."""

    configured: str | None
    folder: Path

    @property
    def place(self) -> str:
        """Name the place that is looked at."""
        return KEYS_SETTING if self.configured is not None else str(self._path)

    @property
    def _path(self) -> Path:
        return self.folder.resolve() / KEY_FILE

    def load(self) -> KeyRing:
        """Return the ring that is there. Raises NoKeys, BadKeyRing."""
        if self.configured is not None:
            return parse_key_ring(self.configured)
        try:
            text = self._path.read_bytes().decode("ascii", errors="replace").strip()
        except FileNotFoundError as error:
            raise NoKeys(
                f"There are no keys in {self._path.parent}. Set ODOOSYNC_DATA_DIR to the data "
                f"folder of your service, or {KEYS_SETTING} to its keys."
            ) from error
        except OSError as error:
            raise _unusable(error) from error
        try:
            return parse_key_ring(text)
        except BadKeyRing as error:
            raise BadKeyRing(
                "The file secret_keys in the data folder is damaged. Put it back from your copy of "
                f"the keys; without it no stored Odoo password opens. {error.message}"
            ) from error

    def load_or_make(self) -> KeyRing:
        """Return the ring that is there, or make one. Raises BadKeyRing."""
        try:
            return self.load()
        except NoKeys:
            try:
                _create_private(self._path, new_key_ring().to_text())
            except OSError as error:
                raise _unusable(error) from error
            return self.load()


def _unusable(error: OSError) -> BadKeyRing:
    return BadKeyRing(
        f"The keys in the data folder cannot be read or made: {error.strerror}. "
        f"Make the folder writable for this user, or set {KEYS_SETTING}."
    )


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
