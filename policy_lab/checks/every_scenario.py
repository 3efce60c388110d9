"""What is claimed of one scenario, asked in all of them: how far it carries.

A row of ``loops.csv`` claims what cutting its loop does in one scenario; a predicate that is known to fail is a
weakness of the runs that it names. Both may be true of few scenarios or of all, and a reader wants to know which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from policy_lab.checks.verdicts import judge, run_worlds
from policy_lab.errors import PolicyLabError
from policy_lab.messages import Message, Name
from policy_lab.model import Model
from policy_lab.model.checks import Check, World
from policy_lab.model.loops import loop_rows

#: A change below this share of the value is none.
LOOP_MOVES = 0.005


@dataclass(frozen=True)
class Elsewhere:
    """Where a claim holds, by keys of scenarios.

    Attributes:
        claim: the loop, or what the predicate says.
        right: where it is as claimed; of a weakness, where the predicate fails.
        opposite: where it is the other way round; of a weakness, where the predicate holds.
        still: where nothing, or next to nothing, moves; where a predicate cannot be asked.
    """

    claim: Name
    right: tuple[str, ...]
    opposite: tuple[str, ...]
    still: tuple[str, ...] = ()

    @property
    def asked(self) -> int:
        """In how many scenarios it was asked."""
        return len(self.right) + len(self.opposite) + len(self.still)

    @property
    def words(self) -> Message:
        """Of a loop that is not as claimed in every scenario, where it is not."""
        told = {"loop": self.claim, "right": len(self.right), "all": self.asked, "still": len(self.still)}
        told |= {"opposite": [Name(key, "scenario") for key in self.opposite]}
        return Message("test.anomaly.reversed" if self.opposite else "test.anomaly.elsewhere", told)


def loops_everywhere(model: Model) -> list[Elsewhere]:
    """For each loop with a switch, what cutting it does to its row's outcome in every scenario at its row's moment."""
    rows = [row for row in loop_rows(model) if row["switch"] and row["world"] in model.scenarios]
    if not rows:
        return []
    off = {row["name"]: ((model.constant(row["switch"]), 0.0),) for row in rows}
    names = list(dict.fromkeys(model.find(row["outcome"]) for row in rows))
    worlds = [World(key, settings) for key in model.scenarios for settings in ((), *off.values())]
    batch = run_worlds(model, worlds, names)
    found = []
    for row in rows:
        at, outcome = int(np.abs(batch.runs.time - float(row["year"])).argmin()), model.find(row["outcome"])
        where: dict[str, list[str]] = {"higher": [], "lower": [], "": []}
        for key in model.scenarios:
            whole, cut = (float(batch.of(World(key, s), outcome)[at]) for s in ((), off[row["name"]]))
            change = (cut - whole) / max(abs(whole), 1e-12)
            where["" if abs(change) <= LOOP_MOVES else "higher" if change > 0 else "lower"].append(key)
        other = "lower" if row["when_cut"] == "higher" else "higher"
        named = Name(row["name"], "loop")
        found.append(Elsewhere(named, *(tuple(where[way]) for way in (row["when_cut"], other, ""))))
    return found


def weaknesses_everywhere(model: Model, checks: Sequence[Check]) -> list[Elsewhere]:
    """For each predicate that is known to fail, in which scenarios it does.

    What a predicate sets beside its scenario stays; where it compares two scenarios, the first gives way to each.
    """
    found = []
    for check in (check for check in checks if check.known):
        where: dict[bool | None, list[str]] = {False: [], True: [], None: []}
        for key in model.scenarios:
            asked = replace(check, known="", worlds=_moved(check.worlds, check, key))
            asked = replace(asked, other=(_moved(check.other[0], check, key), check.other[1]))
            try:
                where[all(verdict.passed for verdict in judge(model, [asked]))].append(key)
            except PolicyLabError:
                where[None].append(key)
        named = Name(check.key, "check", check.says)
        found.append(Elsewhere(named, *(tuple(where[held]) for held in (False, True, None))))
    return found


def _moved(worlds: Sequence[World], check: Check, key: str) -> tuple[World, ...]:
    """The first run that a check looks at, or compares with, in another scenario instead of the check's own."""
    return tuple(replace(w, key=key) if w.key == check.worlds[0].key else w for w in worlds[:1])


def told(found: Sequence[Elsewhere]) -> list[Message]:
    """What is said of loops asked in every scenario: which do as claimed in all, and of each other one where not."""
    if not found:
        return []
    everywhere = [one.claim for one in found if len(one.right) == one.asked]
    said = [Message("test.anomaly.everywhere", {"all": found[0].asked, "loops": everywhere})] if everywhere else []
    return [*said, *(one.words for one in found if len(one.right) < one.asked)]
