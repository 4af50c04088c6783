"""An answer that was not read yet, so that it can be read elsewhere: in a thread or a process.

Imports little, for a process that does nothing else starts soon and stays small.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Self

import orjson

from odoosync.odoo.bounds import PAGE, Bound
from odoosync.odoo.errors import AnswerTooLarge, BadAnswer, BrokenAnswer
from odoosync.odoo.fields import Row, is_id

_LIST: Final = re.compile(rb"\s*\[")
_REPLY: Final = re.compile(
    rb'\s*\{\s*"jsonrpc"\s*:\s*"2\.0"\s*,\s*"id"\s*:\s*\d+\s*,\s*"result"\s*:\s*\['
)
_KEY: Final = re.compile(rb'\{"id": ?')
_ID: Final = re.compile(rb'\{"id": ?(\d{1,19})[,}]')
# Numbers that are none, as Python writes them, and halves of surrogate pairs: no JSON, strictly.
_ONLY_BEGUN: Final = frozenset(
    bytes((first, last)) for first in b"[{" for last in range(256) if last not in b"]}"
)
NOT_IN_FORM: Final = (
    "What came is JSON, but not in Odoo's form. A proxy before it may have sent it. Try again."
)
_BEYOND_JSON: Final = (b"NaN", b"Infinity", b"\\ud", b"\\uD")


def begins_as_list(head: bytes) -> bool:
    """Tell by its beginning whether an answer, or the result of a reply, is a list."""
    return bool(_REPLY.match(head) or _LIST.match(head))


_PIECE: Final = 64 * 1024
"""Bytes that are read at once: what they become stays in the processor's cache until it is used."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What a page seems to hold: how many rows, and the ids of the first and the last of them."""

    rows: int
    first_id: int
    last_id: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """The bytes of an answer that begins as a list does, from `start` on.

    The list is the answer, or the `result` of a reply.
    """

    body: bytes
    start: int
    in_reply: bool

    @classmethod
    def of(cls, body: bytes, *, in_reply: bool) -> Self | None:
        """Seal what begins as a list; None for all else, which is to be read at once."""
        begins = (_REPLY if in_reply else _LIST).match(body)
        return cls(body, begins.end(), in_reply) if begins else None

    def rows(self) -> list[Row]:
        """Read them. Raises BadAnswer, BrokenAnswer, AnswerTooLarge."""
        told = read_json(self.body)
        if self.in_reply:
            told = told["result"] if isinstance(told, dict) and told.get("error") is None else None
        return as_rows(told)

    def glance(self) -> Glance | None:
        """Find the ids that rows begin with; None where there is any other brace than a row's.

        None, too, unless ids go up. Whoever reads all pieces must find just so many rows, and that
        last one; else only `rows` tells it right: rows may hold rows.
        """
        if not self.body.rstrip().endswith(b"}]}" if self.in_reply else b"}]"):
            return None
        ids = [int(found) for found in _ID.findall(self.body, self.start)]
        if not ids or self.body.count(b"{", self.start) != len(ids):
            return None
        if not all(one < other for one, other in pairwise(ids)):
            return None
        return Glance(len(ids), ids[0], ids[-1])

    def pieces(self) -> Iterator[list[Row]]:
        """Yield the rows, some hundred at a time, of a page that `glance` tells of.

        Raises BrokenAnswer, too, where a row holds rows: `rows` reads those.
        """
        key = _KEY.match(self.body, self.start)
        if key is None:
            raise BrokenAnswer
        start, end = self.start, self.body.rstrip().rfind(b"]")
        between = (b"}, " if key[0].endswith(b" ") else b"},") + key[0]
        while start < end:
            found = self.body.find(between, start + _PIECE, end)
            cut = end if found < 0 else found + 1
            yield as_rows(read_json(b"[%b]" % self.body[start:cut]))
            start = end if found < 0 else found + len(between) - len(key[0])


def as_rows(told: Any) -> list[Row]:
    """Give a list of rows as such. Raises BrokenAnswer for no list, BadAnswer for other rows."""
    if not isinstance(told, list):
        raise BrokenAnswer(NOT_IN_FORM)
    if set(map(type, told)) - {dict}:
        raise BadAnswer
    if not all(is_id(row.get("id")) for row in told):
        raise BadAnswer
    return told


def read_json(body: bytes, bound: Bound = PAGE) -> Any:
    """Read JSON as strictly as it is written, or as Python writes it.

    Raises BrokenAnswer, and AnswerTooLarge before anything is made of more values than `bound` has.
    """
    if not bound.holds(body):
        raise AnswerTooLarge
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        immense, ends = "infinity" in error.msg, "end of data" in error.msg
    if immense or any(word in body for word in _BEYOND_JSON):
        with suppress(ValueError, RecursionError):
            return json.loads(
                body,
                parse_constant=lambda _word: None,
                parse_int=_number,
                parse_float=_number,
            )
    # Out here, for the decoder's error holds the whole text.
    raise BrokenAnswer(_what_came(body, ends=ends))


def _what_came(body: bytes, *, ends: bool) -> str:
    if not body.strip():
        return "Odoo's answer was empty. A proxy before it may have sent that. Try again."
    if ends or body[:1] + body.rstrip()[-1:] in _ONLY_BEGUN:
        return "Odoo's answer ended in the middle. A proxy before it may have cut it. Try again."
    return "What came is not JSON, as Odoo's answers are. A proxy before it may have sent it."


def _number(text: str) -> Any:
    """Read one as the strict reader does; a JSON field may hold one that is beyond any float."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
