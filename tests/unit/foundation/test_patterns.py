"""No pattern takes time that grows faster than the text that it is held against."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import odoosync

LENGTH = 100_000
LIMIT_S = 300
"""For all texts, on a machine that is busy: a single pattern that is quadratic takes longer."""
METHODS = {"match", "fullmatch", "search", "sub", "findall", "finditer", "split"}
PIECES = [
    "://:", "://a:", "://a@", "a@", "@a.", "a.a-", "a-", "-", "_", ".", "/", "//", ":", " ", "\t",
    "\n", "\0", "a", "0", "a0", "A", "é", "'", '"', "\\", "<title", "<title>", "</title", "<", "[",
    "{", '{"id":', '{"id": 1', "password", "password = ", "password='", "bearer ", "basic ", "=",
    "Invalid field '", "Invalid field a.", "object ", "the model ", "object 'a", "The method '",
    "does not exist", "required ", "https:/", "http:", "localhost.", "a.localhost", ".local",
    "saas~1.", "1.", "T12 ", "T 00:00", "1-1-", "x/1/", "a/1", "en_US", "en@", '"jsonrpc" : ',
    "\u200b", "\ufeff", " \u200b", "@", "?", "#", "user:pass@", "/web", "/json/2", "timed ", "0x",
]  # fmt: skip
ENDS = ["", "!"]


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(odoosync.__path__, "odoosync."):
        if ".sandbox" not in found.name and ".migrations" not in found.name:
            yield importlib.import_module(found.name)


def uses() -> Iterator[tuple[str, re.Pattern[Any], str]]:
    """Find each pattern that a module compiles, with the methods that it calls of it."""
    for module in modules():
        names = {name for name, value in vars(module).items() if isinstance(value, re.Pattern)}
        found = set()
        if names:
            for node in ast.walk(ast.parse(inspect.getsource(module))):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                    found.add((node.value.id, node.attr))
        for name in names:
            for method in {method for one, method in found if one == name} & METHODS:
                yield f"{module.__name__}.{name}", getattr(module, name), method


def hold_all_against(pieces: list[str]) -> None:
    """Hold every pattern, as it is used, against long texts that are made of these pieces."""
    found = list(uses())
    for piece in pieces:
        for end in ENDS:
            text: Any = piece * (LENGTH // len(piece)) + end
            for _, pattern, method in found:
                hold(pattern, method, text)


def hold(pattern: re.Pattern[Any], method: str, text: str) -> None:
    given: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
    if method == "sub":
        pattern.sub(given[:0], given)
    elif method == "finditer":
        list(pattern.finditer(given))
    else:
        getattr(pattern, method)(given)


def test_no_pattern_is_slow_on_the_worst_of_texts() -> None:
    """In a process of its own: a pattern that goes on for ever listens to nobody."""
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from unit.foundation.test_patterns import PIECES, hold_all_against\n"
        "hold_all_against(PIECES)"
    )
    command = [sys.executable, "-c", code, *sys.path]
    subprocess.run(command, check=True, timeout=LIMIT_S)


def test_every_pattern_is_looked_at() -> None:
    seen = {name for name, _, _ in uses()}
    assert {"odoosync.log._USER", "odoosync.odoo.refusals._NO_MODEL"} <= seen
    assert len(seen) > 30
