"""What a verification has found so far: counts, a few examples, and the score. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Self

from odoosync.sync.verify.judging import Verdict

EXAMPLES_OF_A_KIND: Final = 5
MOST_GONE: Final = 1_000
_FIELDS_OF_AN_EXAMPLE: Final = 8
WRONG: Final = ("missing", "stale", "phantom")
KINDS: Final = ("true", *WRONG, "pending", "volatile")


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows by what they are.

    `hidden` rows are marked and out of sight; on `aside` ones Odoo fails, so that nothing is said
    of them; `names` are many2one targets that are called otherwise there; `repaired` rows and names
    were written anew; `examples` hold ids and field names, never values; `gone` are the first ids
    that are pending because Odoo has them no more.
    """

    true: int = 0
    missing: int = 0
    stale: int = 0
    phantom: int = 0
    pending: int = 0
    volatile: int = 0
    hidden: int = 0
    aside: int = 0
    names: int = 0
    repaired: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)

    def having(self, verdicts: Iterable[Verdict], *, true: int = 0, hidden: int = 0) -> Self:
        """Count verdicts, rows that needed none, and rows marked as hidden that are."""
        counts = {kind: getattr(self, kind) for kind in KINDS}
        counts["true"] += true
        shown = list(self.examples)
        for verdict in verdicts:
            counts[verdict.kind] += 1
            if verdict.kind != "true" and _room(shown, verdict.kind):
                shown.append(
                    {
                        "kind": verdict.kind,
                        "id": verdict.odoo_id,
                        "fields": list(verdict.fields[:_FIELDS_OF_AN_EXAMPLE]),
                    }
                )
        return replace(self, **counts, hidden=self.hidden + hidden, examples=shown)

    def adding(
        self, *, aside: int = 0, names: int = 0, repaired: int = 0, gone: Sequence[int] = ()
    ) -> Self:
        return replace(
            self,
            gone=[*self.gone, *gone][:MOST_GONE],
            aside=self.aside + aside,
            names=self.names + names,
            repaired=self.repaired + repaired,
        )

    @property
    def score(self) -> float:
        """As it was found."""
        return score(self.true, wrong=sum(getattr(self, kind) for kind in WRONG))

    def score_left(self, *, repaired: bool, phantoms_left: int) -> float:
        """As a run leaves it: once `repaired`, only what waits for a confirmation is wrong."""
        if not repaired:
            return self.score
        return score(self.true + self.missing + self.stale, wrong=phantoms_left)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        return cls(**document)

    def told(self) -> dict[str, Any]:
        """Render for the history."""
        return {"score_found": self.score, **self.to_json()}


def score(true: int, *, wrong: int) -> float:
    """Return the share of rows that are true among those that either side has.

    Rows that the copy does not promise (yet) are in neither number. 1.0 when there is nothing,
    and never when anything is wrong.
    """
    if wrong == 0:
        return 1.0
    return min(true / (true + wrong), 1 - 1e-9)


def _room(shown: Iterable[Mapping[str, Any]], kind: str) -> bool:
    return [example["kind"] for example in shown].count(kind) < EXAMPLES_OF_A_KIND
