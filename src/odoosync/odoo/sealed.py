"""An answer that was not read yet, so that it can be read elsewhere: in a thread or a process.

Imports little, for a process that does nothing else starts soon and stays small.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Self

import orjson

from odoosync.odoo.errors import BadAnswer
from odoosync.odoo.fields import Row, is_id

_LIST: Final = re.compile(rb"\s*\[")
_RESULT: Final = re.compile(
    rb'\s*\{\s*"jsonrpc"\s*:\s*"2\.0"\s*,\s*"id"\s*:\s*\d+\s*,\s*"result"\s*:\s*\['
)
_FIRST_ROW: Final = re.compile(rb'\[(\{"id": ?)')
_DIGITS: Final = re.compile(rb"\d{1,19}")
_LONGEST_START: Final = 200
# Numbers that are none, as Python writes them, and halves of surrogate pairs: no JSON, strictly.
_BEYOND_JSON: Final = (b"NaN", b"Infinity", b"\\ud", b"\\uD")


_PIECE: Final = 64 * 1024
"""Bytes that are read at once: what they become stays in the processor's cache until it is used."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What a page seems to hold: how many rows, and the last one's id."""

    rows: int
    last_id: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """The bytes of an answer that begins as a list does, as it is or as `result` of a reply."""

    body: bytes
    in_reply: bool

    @classmethod
    def of(cls, body: bytes) -> Self | None:
        """Seal what begins as a list; None for all else, which is to be read at once."""
        if _LIST.match(body):
            return cls(body, in_reply=False)
        return cls(body, in_reply=True) if _RESULT.match(body) else None

    def rows(self) -> list[Row]:
        """Read them. Raises BadAnswer."""
        told = read_json(self.body)
        if self.in_reply:
            told = told["result"] if isinstance(told, dict) and told.get("error") is None else None
        return as_rows(told)

    def glance(self) -> Glance | None:
        """Count the rows by their beginnings; None where there may be braces of something else.

        Whoever reads all pieces must find just so much in them; else only `rows` tells it right.
        """
        first = _FIRST_ROW.search(self.body, 0, _LONGEST_START)
        if first is None or not self.body.rstrip().endswith(b"}]}" if self.in_reply else b"}]"):
            return None
        key = first[1]
        rows, start = self.body.count(key), self.body.rfind(key) + len(key)
        if self.body.count(b"{") != rows + self.in_reply:
            return None
        last = _DIGITS.match(self.body, start)
        return Glance(rows, int(last[0])) if last else None

    def pieces(self) -> Iterator[list[Row]]:
        """Yield the rows, some hundred at a time, of a page that `glance` can count.

        Raises BadAnswer, too, where a row holds rows: `rows` reads those.
        """
        first = _FIRST_ROW.search(self.body, 0, _LONGEST_START)
        if first is None:
            raise BadAnswer
        key, start = first[1], first.start(1)
        end = self.body.rstrip().rfind(b"]")
        between = (b"}, " if key.endswith(b" ") else b"},") + key
        while start < end:
            found = self.body.find(between, start + _PIECE, end)
            cut = end if found < 0 else found + 1
            yield as_rows(read_json(b"[%b]" % self.body[start:cut]))
            start = end if found < 0 else found + len(between) - len(key)


def as_rows(told: Any) -> list[Row]:
    """Give a list of rows as such. Raises BadAnswer unless it is one of records with ids."""
    if not isinstance(told, list) or set(map(type, told)) - {dict}:
        raise BadAnswer
    if not all(is_id(row.get("id")) for row in told):
        raise BadAnswer
    return told


def read_json(body: bytes) -> Any:
    """Read JSON as strictly as it is written, or as Python writes it; raises BadAnswer."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        immense = "infinity" in error.msg
    if immense or any(word in body for word in _BEYOND_JSON):
        with suppress(ValueError, RecursionError):
            return json.loads(
                body,
                parse_constant=lambda _word: None,
                parse_int=_number,
                parse_float=_number,
            )
    raise BadAnswer  # out here, for the decoder's error holds the whole text


def _number(text: str) -> Any:
    """Read one as the strict reader does; a JSON field may hold one that is beyond any float."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
