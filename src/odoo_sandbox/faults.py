"""What goes wrong, on demand: which calls it strikes, how often; `broken` does the damage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from threading import Lock
from typing import Any

KINDS = frozenset(
    {
        "latency", "hang", "stall", "drip", "cut", "cut_chunks", "cut_gzip", "shortened", "empty",
        "status", "page", "json_page", "garbage", "huge", "redirect", "redirect_loop",
        "serialization_failure", "odoo_error", "long_transaction", "forged", "unsized",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble; `times` calls long (None: until cleared), after `skip` that pass.

    `model` and `method` narrow it (`common` and `authenticate` for logins); empty is any call.
    `seconds`: latency before the answer, or between the chunks of a drip, or how long ago a long
    transaction began that commits with this call; `size`: bytes of a chunk, of what comes before a
    cut, or of a huge body. What `stall`s hangs after its headers. A `cut` breaks its promise of a
    length, what is `shortened` keeps it. A `page` is HTML with status 200; a `redirect` leads to
    `location`. What is `forged` has the JSON `result` as its result; with a `size`, a list of that
    again and again, of so many bytes; `packing` is `gzip`, `deflate`, or one that is not known. An
    `odoo_error` with a `size` has a message of so many characters. What is `unsized` does not tell
    its length.
    """

    kind: str
    times: int | None = None
    skip: int = 0
    model: str = ""
    method: str = ""
    seconds: float = 0.0
    size: int = 0
    status: int = 502
    retry_after: int | str | None = None
    location: str = "/web/login"
    name: str = "odoo.exceptions.UserError"
    message: str = "Something went wrong"
    result: str = "[]"
    packing: str = ""

    def strikes(self, model: str, method: str) -> bool:
        return self.model in ("", model) and self.method in ("", method)


class UnknownFault(ValueError):
    """No fault of this kind, or not with these values; says what there is."""


class Faults:
    """The faults that are set; asking for those of a call uses them up."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._set: list[Fault] = []
        self.calls: list[tuple[str, str]] = []
        self.closing = False

    def add(self, fault: Fault) -> None:
        if fault.kind not in KINDS:
            raise UnknownFault(f"There is no fault {fault.kind!r}; there are {sorted(KINDS)}.")
        with self._lock:
            self._set.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._set.clear()

    def take(self, model: str, method: str) -> list[Fault]:
        """Return the faults that strike this call: any latency, and the first of the others."""
        with self._lock:
            self.calls.append((model, method))
            struck: list[Fault] = []
            kept: list[Fault] = []
            for fault in self._set:
                other = fault.kind == "latency" or all(one.kind == "latency" for one in struck)
                if not (fault.strikes(model, method) and other):
                    kept.append(fault)
                elif fault.skip:
                    kept.append(replace(fault, skip=fault.skip - 1))
                else:
                    struck.append(fault)
                    kept.extend(_used(fault))
            self._set = kept
            return struck


def fault_from_json(given: Mapping[str, Any]) -> Fault:
    """Read a fault as `POST /sandbox/faults` takes it."""
    known = {one.name for one in fields(Fault)}
    unknown = set(given) - known
    if unknown or "kind" not in given:
        raise UnknownFault(f"A fault has a `kind`, and of these what it needs: {sorted(known)}.")
    return Fault(**given)


def _used(fault: Fault) -> list[Fault]:
    if fault.times is None:
        return [fault]
    return [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
