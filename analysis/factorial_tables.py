"""The stored factorial study as tables of the page of conclusions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from analysis.claims import BY_DEFINITION, DEFINITION, FINDING, ROUTE, STRUCTURE
from policy_lab.checks.twelve_tests import AGAINST, SETTLED
from policy_lab.model import Model
from policy_lab.studies import Findings

STUDY = "route_rules_money"
_RHO = "rho "
#: Head of a column of labels.
WHAT = "what it is"


@dataclass(frozen=True)
class Table:
    """Title, heads and rows."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def percent(share: float) -> str:
    """A share as people say it, without rounding what is nearly all to all."""
    places = 0 if share in (0.0, 1.0) or 0.01 <= share <= 0.99 else 1 if 0.001 <= share <= 0.999 else 2
    return f"{100 * share:.{places}f}%"


def figure(value: float) -> str:
    """Two significant digits as people write them: 13,000 and 0.26; what is next to nothing is 0."""
    if value == 0 or abs(value) < 0.0005:
        return "0"
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 10 else f"{rounded:g}"


class FactorialTables:
    """Tables of a stored factorial study.

    Args:
        model: that was studied.
        findings: of the study.
    """

    def __init__(self, model: Model, findings: Findings) -> None:
        self.model, self.findings = model, findings
        self.levels: dict[str, list[str]] = findings.provenance["choices"]
        self._compared: list[dict[str, Any]] = findings.provenance["comparisons"]
        keys = ["index", "outcome", "time", "factor"]
        self._value: dict[tuple[str, str, float, str], float] = findings.table.set_index(keys)["value"].to_dict()
        rho = findings.table[findings.table["index"].str.startswith(_RHO)]
        self._rho = {
            (row.outcome, row.time, row.factor): (str(row.index_)[len(_RHO) :], float(row.value))
            for row in rho.rename(columns={"index": "index_"}).itertuples()
        }

    def outcome(self, name: str) -> str:
        """What an outcome is called."""
        known = self.model.outcomes.get(name)
        return known.label if known else name

    def level(self, choice: str, key: str) -> str:
        """What a level is called."""
        return self.model.choices[choice].levels[key].label

    def variance(self, year: float) -> Table:
        """What each choice and each interaction explains, and luck."""
        terms = list(dict.fromkeys(self.findings.of("share", time=year)["factor"]))
        heads = [" × ".join(self.model.choices[c].label for c in str(term).split(" × ")) for term in terms]
        keys = [*(("share", str(term)) for term in terms), ("of everything", "luck")]
        rows = [
            [self.outcome(o), *(percent(self._value[index, o, year, factor]) for index, factor in keys)]
            for o in self.findings.outcomes
        ]
        return Table(f"What explains the differences in {year:.0f}", ["outcome", *heads, "luck"], rows)

    def effects(self, year: float) -> Table:
        """From the first level of each choice to its last."""
        heads = []
        for c, keys in self.levels.items():
            heads += [f"{self.model.choices[c].label}: {self.level(c, keys[0])} → {self.level(c, keys[-1])}", WHAT]
        rows = []
        for outcome in self.findings.outcomes:
            found = self.findings.of("effect", outcome, year).set_index("factor")
            cells = []
            for c in self.levels:
                ends = (figure(float(found.loc[c, column])) for column in ("value", "low", "high"))
                cells += ["{} ({} to {})".format(*ends), self.label(c, outcome, year, self.ends(c))]
            rows.append([self.outcome(outcome), *cells])
        return Table(f"What each choice does over its full span by {year:.0f}", ["outcome", *heads], rows)

    def in_short(self, year: float) -> list[str]:
        """What each choice decides, and where the first level of the route does better or worse than the last."""
        said = []
        for choice in self.levels:
            most = [(self._value["share", o, year, choice], o) for o in self._decided_by(choice, year)]
            told = ", ".join(f"{self.outcome(o).lower()} ({percent(share)})" for share, o in sorted(most, reverse=True))
            label = self.model.choices[choice].label
            said.append(f"“{label}” explains more than the other choices do of {told or 'nothing'}.")
        return [*said, *self._routes_in_short(year)]

    def _decided_by(self, choice: str, year: float) -> list[str]:
        """Outcomes of which a choice explains more than any other does."""
        shares = {o: {c: self._value["share", o, year, c] for c in self.levels} for o in self.findings.outcomes}
        return [o for o, of in shares.items() if max(of, key=of.__getitem__) == choice]

    def _routes_in_short(self, year: float) -> list[str]:
        average, *cells = self.ends(ROUTE)
        first, last = (self.level(ROUTE, self.levels[ROUTE][end]) for end in (0, -1))
        found: dict[str, list[str]] = {}
        for outcome in self.findings.outcomes:
            better = self.model.outcomes[outcome].better != "neither"
            share = self._value["first better", outcome, year, average["key"]]
            label = self.label(ROUTE, outcome, year, cells)
            side = "nearly never" if share <= AGAINST else "nearly always" if share >= SETTLED else "in some futures"
            word = "does better" if better else "has more"
            found.setdefault(f"{first} {word} than {last.lower()} {side}", []).append(
                f"{self.outcome(outcome).lower()} ({percent(share)}, {label})"
            )
        return [f"{head}: {', '.join(told)}." for head, told in sorted(found.items())]

    def ends(self, choice: str) -> list[dict[str, Any]]:
        """The first level of a choice against its last: on average over the other choices, then in each cell."""
        first, last = self.levels[choice][0], self.levels[choice][-1]
        return [c for c in self._compared if (c["choice"], c["first"], c["second"]) == (choice, first, last)]

    def routes(self, year: float) -> Table:
        """Who leads, first level against last, at equal rules and money."""
        _, *cells = self.ends(ROUTE)
        across, down = [c for c in self.levels if c != ROUTE][::-1][:2]
        rows = []
        for outcome, level in product(self.findings.outcomes, self.levels[down]):
            those = [cell for cell in cells if cell["others"][down] == level]
            shares = [self._share(outcome, year, cell["key"]) for cell in those]
            label = self.label(ROUTE, outcome, year, those)
            name = [self.outcome(outcome), self.level(down, level)]
            rows.append([*name, *shares, label, self._hangs_on(outcome, year, those) if label == FINDING else ""])
        first, last = (self.level(ROUTE, self.levels[ROUTE][end]) for end in (0, -1))
        heads = ["outcome", self.model.choices[down].label, *(self.level(across, k) for k in self.levels[across])]
        title = f"{first} against {last.lower()} in {year:.0f}"
        return Table(title, [*heads, WHAT, "hangs on"], rows)

    def ahead(self, outcome: str, year: float) -> str:
        """How often the first level of the route does better: on average, and least and most at equal choices."""
        average, *cells = self.ends(ROUTE)
        each = [self._value["first better", outcome, year, cell["key"]] for cell in cells]
        mean = self._value["first better", outcome, year, average["key"]]
        return f"{percent(mean)} ({percent(min(each))} to {percent(max(each))})"

    def label(self, choice: str, outcome: str, year: float, cells: Sequence[dict[str, Any]]) -> str:
        """Whether there are futures on both sides in any comparison, or the answer follows from a definition."""
        if (choice, outcome) in BY_DEFINITION:
            return DEFINITION
        keys = [(outcome, year, str(cell["key"])) for cell in cells]
        sides = [[self._value[f"{side} better", *key] for key in keys] for side in ("first", "second")]
        return FINDING if (np.minimum(*sides) > 0).any() else STRUCTURE

    def _share(self, outcome: str, year: float, key: str) -> str:
        better, tie = (self._value[index, outcome, year, key] for index in ("first better", "tie"))
        return f"{percent(better)} ({percent(tie)} ties)" if tie else percent(better)

    def _hangs_on(self, outcome: str, year: float, cells: Sequence[dict[str, Any]]) -> str:
        """The uncertain constant that goes most with the difference, in the cell that is least decided."""
        least = min(cells, key=lambda cell: abs(self._value["first better", outcome, year, cell["key"]] - 0.5))
        return hangs_on(*self._rho[outcome, year, least["key"]])


def hangs_on(name: str, rho: float) -> str:
    """A constant and its rank correlation."""
    return f"{name} (ρ {rho:+.2f})".replace("-", "−")
