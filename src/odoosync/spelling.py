"""Which known name was meant by one that nobody has: every surface says it in the same way."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

MAX_NAME: Final = 64
_SIMILARITY: Final = 0.6
_MOST_LISTED: Final = 50


def shown(name: str) -> str:
    """Return a caller's name as messages repeat it: short and harmless, or not at all."""
    return name if name.isprintable() and len(name) <= MAX_NAME else "(a strange name)"


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like this one; capitals count for nothing."""
    spelt = {one.casefold(): one for one in sorted(known, reverse=True)}
    found = get_close_matches(name[:MAX_NAME].casefold(), spelt, n=1, cutoff=_SIMILARITY)
    return spelt[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the question as it follows a sentence, or nothing where no name is close."""
    likely = closest(name, known)
    return f" Did you mean {likely!r}?" if likely else ""


def no_such(
    kind: str, name: str, known: Iterable[str], *, where: str = "", ones: str = "ones"
) -> str:
    """Say that nothing of this kind has the name, which one may be meant, and which there are."""
    names = list(known)
    listed = f" Known {ones} are: {', '.join(names)}." if len(names) <= _MOST_LISTED else ""
    return f"There is no {kind} {shown(name)!r}{where}.{did_you_mean(name, names)}{listed}"
