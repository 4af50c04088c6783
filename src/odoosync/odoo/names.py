"""Names that are kept of what a server says: each has a form, and is checked where it arrives.

They go into indexes, logs and pages of ours, so none is longer than Odoo's own can be.
"""

from __future__ import annotations

import re
from typing import Any, Final, TypeGuard

LONGEST_LABEL: Final = 200
LONGEST_NAME: Final = 4_096
_FIELD: Final = re.compile(r"[^\W\d][\w$]{0,127}")
_MODEL: Final = re.compile(r"[A-Za-z0-9_.]{1,128}")
_TYPE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LANGUAGE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
_TIME_ZONE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{0,63}")


def is_field(name: object) -> TypeGuard[str]:
    return isinstance(name, str) and _FIELD.fullmatch(name) is not None


def is_model(name: object) -> TypeGuard[str]:
    return isinstance(name, str) and _MODEL.fullmatch(name) is not None


def is_type(name: object) -> TypeGuard[str]:
    return isinstance(name, str) and _TYPE.fullmatch(name) is not None


def is_language(code: object) -> TypeGuard[str]:
    return isinstance(code, str) and _LANGUAGE.fullmatch(code) is not None


def is_time_zone(name: object) -> TypeGuard[str]:
    return isinstance(name, str) and _TIME_ZONE.fullmatch(name) is not None


def label_of(told: Any) -> str:
    """Return what a person reads of a field: one line, without signs that cannot be shown."""
    text = told[: 2 * LONGEST_LABEL] if isinstance(told, str) else ""
    return "".join(filter(str.isprintable, " ".join(text.split())))[:LONGEST_LABEL]


def display_name(told: Any) -> str:
    """Return a record's name as it is shown; Odoo says `false` for an empty one."""
    if isinstance(told, int | float) and not isinstance(told, bool):
        return str(told)
    return told[:LONGEST_NAME] if isinstance(told, str) else ""
