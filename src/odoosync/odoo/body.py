"""The body of an answer: unpacked in small steps, and no further than is wanted of it."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Final

import aiohttp

from odoosync.odoo.bounds import FIELDS, SMALL
from odoosync.odoo.errors import AnswerTooLarge, BrokenAnswer
from odoosync.odoo.sealed import begins_as_list
from odoosync.odoo.spending import note_taken

ENCODINGS: Final = "gzip, deflate"
"""What is asked for: packings that can be undone a step at a time."""
_STEP: Final = 64 * 1024
_ENOUGH_TO_TELL: Final = 64
_BY_ITS_HEADER: Final = zlib.MAX_WBITS | 32
_BARE: Final = -zlib.MAX_WBITS
_BEFORE_TEXT: Final = b"\xef\xbb\xbf \t\r\n"
_MOST_OF_A_PAGE: Final = SMALL.size or 0
_MOST_BUT_LISTS: Final = FIELDS.size or 0
"""Errors among them: what is read of one, and what is said of it, is a multiple in memory."""
_GZIP: Final = b"\x1f"
_LARGEST_RATIO: Final = 250
_FREE_OF_RATIO: Final = 4 * 1024 * 1024
_NOT_UNPACKED: Final = (
    "Odoo's answer could not be unpacked. A proxy before it may have damaged it. Try again."
)


def is_web_page(body: bytes) -> bool:
    return body[:_STEP].lstrip(_BEFORE_TEXT).startswith(b"<")


async def take_body(response: aiohttp.ClientResponse, most: int) -> bytes:
    """Read a body that is not unpacked yet. Raises AnswerTooLarge, BrokenAnswer.

    Of a web page only the beginning is taken: it stands in an answer's place, whatever was asked.
    What does not begin as a list has `_MOST_BUT_LISTS` at most.
    """
    parts: list[bytes] = []
    size, taken, page, wanted = 0, 0, False, most
    promised = response.content_length or 0
    async with aclosing(_unpacked(response)) as unpacked:
        async for received, part in unpacked:
            parts.append(part)
            size += len(part)
            note_taken(max(size, received) - taken)
            taken = max(size, received)
            if size - len(part) < _ENOUGH_TO_TELL:
                head = b"".join(parts)
                page = is_web_page(head)
                most = wanted if begins_as_list(head) else min(wanted, _MOST_BUT_LISTS)
            if page and size >= _MOST_OF_A_PAGE:
                response.close()
                break
            too_much = max(size, received, promised) > most
            if not page and (too_much or size > max(_FREE_OF_RATIO, _LARGEST_RATIO * received)):
                response.close()
                parts.clear()  # the error's traceback would keep them
                raise AnswerTooLarge
    return b"".join(parts)[: _MOST_OF_A_PAGE if page else None]


async def _unpacked(response: aiohttp.ClientResponse) -> AsyncGenerator[tuple[int, bytes]]:
    """Yield how many bytes came so far, with each step of what they are; others run between."""
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    if packing not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise BrokenAnswer(
            f"Odoo's answer is packed in a way that was not asked for ({packing[:40]}). A proxy"
            f" before it did that: have it send {ENCODINGS}, or nothing packed."
        )
    unpacking = _Unpacking() if packing not in {"", "identity"} else None
    received = 0
    async for chunk in response.content.iter_any():
        received += len(chunk)
        for part in unpacking.steps(chunk) if unpacking else (chunk,):
            yield received, part
            await asyncio.sleep(0)
    if unpacking and unpacking.is_cut:
        raise BrokenAnswer(_NOT_UNPACKED)


class _Unpacking:
    """Undoes gzip and deflate, the latter with or without its header."""

    def __init__(self) -> None:
        self._undo: zlib._Decompress | None = None

    @property
    def is_cut(self) -> bool:
        return self._undo is not None and not self._undo.eof

    def steps(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what a chunk holds, a step at a time. Raises BrokenAnswer."""
        while True:
            if self._undo is None or self._undo.eof:
                if self._undo is not None and chunk[:1] != _GZIP:
                    return  # what follows the end, and is no further member, is nobody's
                bare = chunk[:1] != _GZIP and chunk[0] & 0x0F != zlib.DEFLATED
                self._undo = zlib.decompressobj(_BARE if bare else _BY_ITS_HEADER)
            part = self._step(self._undo, chunk)
            yield part
            chunk = self._undo.unconsumed_tail or self._undo.unused_data
            if not chunk and len(part) < _STEP:
                return

    def _step(self, undo: zlib._Decompress, chunk: bytes) -> bytes:
        try:
            return undo.decompress(chunk, _STEP)
        except zlib.error:
            pass
        raise BrokenAnswer(_NOT_UNPACKED)
