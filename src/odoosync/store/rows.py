"""A record as the store takes it, and its one encoding, from which the content hash is made.

`write_date` stands beside the content: a bump that changed nothing else is stored, but is no
change. NUL characters, which PostgreSQL refuses, and lone surrogates, which UTF-8 cannot say,
are dropped here once for both databases.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final, NamedTuple

import orjson

from odoosync.errors import InvalidInput

WRITE_DATE: Final = "write_date"
_WRITE_DATE: Final = b'"%b":' % WRITE_DATE.encode()
_ESCAPED_NUL: Final = b"\\u0000"
LOOKUP_LENGTH: Final = 500
"""Promoted values are cut here: an index entry of PostgreSQL holds 2,704 bytes. `data` is whole."""
_ABSENT: Final = object()


class NotStorable(InvalidInput):
    code = "not_storable"

    def __init__(self) -> None:
        super().__init__(
            "A record holds a value that cannot be stored: lists in lists some hundred deep, or a "
            "number beyond 64 bits. Leave its field out."
        )


class Row(NamedTuple):
    """One record. `data` is everything that is kept; the rest is taken from it by the caller.

    `search` is lower-case text that a search looks into. `write_date` is text that sorts by time.
    """

    odoo_id: int
    data: dict[str, Any]
    name: str | None = None
    email: str | None = None
    reference: str | None = None
    barcode: str | None = None
    active: bool = True
    search: str = ""
    write_date: str | None = None


class EncodedRow(NamedTuple):
    """A row ready for the database, in the order of `COLUMNS`."""

    odoo_id: int
    data: bytes
    name: str | None
    email: str | None
    reference: str | None
    barcode: str | None
    active: bool
    search: str
    odoo_write_date: str | None
    content_hash: bytes


COLUMNS: Final = EncodedRow._fields
"""The columns of a record that come with the row; the others say whose and when."""


def encode(row: Row) -> EncodedRow:
    """Encode once, keys sorted, and hash what was encoded together with the promoted values."""
    odoo_id, content, name, email, reference, barcode, active, search, moment = row
    email = email and email[:LOOKUP_LENGTH]
    reference = reference and reference[:LOOKUP_LENGTH]
    barcode = barcode and barcode[:LOOKUP_LENGTH]
    promoted = (name, email, reference, barcode, search)
    hashed = _utf8("".join(["\0" if text is None else f"\0={text}" for text in promoted]))
    if hashed is None or hashed.count(0) != len(promoted):
        return encode(_cleaned(row))
    written = content.pop(WRITE_DATE, _ABSENT)
    try:
        data = _dumps(content)
    finally:
        if written is not _ABSENT:
            content[WRITE_DATE] = written
    digest = blake2b(b"%b\0%d%b" % (data, active, hashed), digest_size=16).digest()
    if written is not _ABSENT:
        data = _with_write_date(data, _dumps(written))
    if moment is not None:
        moment = clean(moment)
    return EncodedRow(
        odoo_id, data, name, email, reference, barcode, active, search, moment, digest
    )


def _utf8(text: str) -> bytes | None:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return None


def _cleaned(row: Row) -> Row:
    return row._replace(
        name=clean(row.name),
        email=clean(row.email),
        reference=clean(row.reference),
        barcode=clean(row.barcode),
        search=clean(row.search) or "",
    )


def _with_write_date(encoded: bytes, moment: bytes) -> bytes:
    # Half as long as by a format.
    return b"".join((encoded[:-1], b"" if encoded == b"{}" else b",", _WRITE_DATE, moment, b"}"))


def _dumps(data: Any) -> bytes:
    try:
        encoded = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return _dumps_clean(data)
    # One byte is found several times as fast as six.
    return _dumps_clean(data) if b"\\" in encoded and _ESCAPED_NUL in encoded else encoded


def _dumps_clean(data: Any) -> bytes:
    try:
        return orjson.dumps(_clean_value(data), option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONEncodeError, RecursionError):
        pass
    raise NotStorable  # out here, for the encoder's error holds the row


def is_storable(value: Any) -> bool:
    """Tell whether a value of a record can be kept."""
    try:
        _dumps(value)
    except NotStorable:
        return False
    return True


def clean(text: str | None) -> str | None:
    """Drop the characters that a database or UTF-8 refuses."""
    if text is None or (text.isascii() and "\0" not in text):
        return text
    return text.replace("\0", "").encode(errors="ignore").decode()


def _clean_value(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): _clean_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean_value(item) for item in value]
    return value
