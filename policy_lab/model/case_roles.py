"""The roles that a model's variables play in historical cases: ``cases/roles.toml``.

Names of variables may hold places such as ``{pathway}``, which a fact of the case fills.

    [choices.<fact>]    "word" = { place = "element" }: a fact in words; what else it fills beside its own place
    [constants]         constant = value: set in every case
    [facts.<fact>]      constant; ordinary: holds where a case does not state it; expected: what an outsider would have
                        said beforehand; needed = true
    [fitted.<number>]   constant; ordinary: where it is not fitted
    [drivers.<driver>]  constant; figures: the kind of series it is taken from; growth: a constant for how fast an
                        exponential through the figures grows, which the other drivers grow by too
    [curves.<curve>]    variable; record: the part of a record held against it, one of ``PARTS``; figures: the kind of
                        its series; per: a fact that figures are divided by; unit; limits; decimals; goes_on = true:
                        after a cancellation too
    [fate]              finished = { curve, level }: done where the curve reaches the level; cancelled = { curve, level,
                        margin, scale }: where the curve falls below the level before that (``margin`` and ``scale`` say
                        how near a miss is); planned: the fact with the planned duration
    [causes]            curve: whose causes they are; [causes.terms] name = { variable, sign }: add up to its log odds
    [without]           change = { fact } or { constant, value }: one thing taken away; value "highest" is the end of
                        its range; only = "cancelled": tried for cases that the run cancels
    [threshold]         fact, steps = [[from, to, step], …]: the least value that has a case cancelled is looked for
    [shared]            constants that all cases have in common; votes: the error of a vote that counts one
    [page]              controls: facts and drivers that somebody can change
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from policy_lab.errors import ModelError, PolicyLabError
from policy_lab.model import fields
from policy_lab.model.parts import Core
from policy_lab.runs import Floats

FILE: Final = "roles.toml"
#: Parts of a record. Spending is compared by twelve months, what follows at single moments.
PARTS: Final = ("spending", "staff", "cost_estimate", "votes", "works")
HIGHEST, CANCELLED = "highest", "cancelled"
_SECTIONS: Final = ("choices", "constants", "facts", "fitted", "drivers", "curves", "fate", "causes", "without",
                    "threshold", "shared", "page")  # fmt: skip
Words = Mapping[str, str]


@dataclass(frozen=True)
class FactRole:
    """A stated fact: the constant it sets, and its value where it is ordinary or was expected (None: nobody says)."""

    constant: str
    ordinary: float | None
    expected: float | None
    needed: bool


@dataclass(frozen=True)
class DriverRole:
    """What comes from the record by one rule; ``growth`` is "" for one that grows as another does."""

    constant: str
    figures: str
    growth: str


@dataclass(frozen=True)
class Curve:
    """A variable that is shown, and what of a record is held against it ("" for nothing)."""

    variable: str
    record: str
    figures: str
    per: str
    unit: str
    limits: tuple[float, float] | None
    decimals: int
    goes_on: bool


@dataclass(frozen=True)
class Fate:
    """How a run's fate is read: curve and level of each end; ``planned`` is the fact with the planned duration."""

    finished: str
    built: float
    cancelled: str
    stands: float
    margin: float
    scale: float
    planned: str


@dataclass(frozen=True)
class Without:
    """One thing taken away: a fact as it ordinarily is, or a constant set to ``value`` (``HIGHEST``: its end)."""

    fact: str
    constant: str
    value: float | str
    only_cancelled: bool


@dataclass(frozen=True)
class Roles:
    """Everything of ``roles.toml``; see above."""

    choices: Mapping[str, Mapping[str, Words]]
    constants: Mapping[str, float]
    facts: Mapping[str, FactRole]
    fitted: Mapping[str, tuple[str, float]]
    drivers: Mapping[str, DriverRole]
    curves: Mapping[str, Curve]
    fate: Fate
    cause_of: str
    terms: Mapping[str, tuple[str, float]]
    without: Mapping[str, Without]
    threshold: tuple[str, Floats] | None
    shared: tuple[str, ...]
    vote_error: float
    controls: tuple[str, ...]

    def curve_of(self, part: str) -> str | None:
        """The curve that a part of a record is held against."""
        return next((key for key, curve in self.curves.items() if curve.record == part), None)

    def words(self, stated: Words) -> dict[str, str]:
        """Place to what fills it, from the facts that are stated in words."""
        filled = dict(stated)
        for fact, word in stated.items():
            filled.update(self.choices[fact][word])
        return filled

    def variables(self) -> Iterator[str]:
        """Names of variables that cases read, places unfilled."""
        yield from (curve.variable for curve in self.curves.values())
        yield from (variable for variable, _ in self.terms.values())


def filled(name: str, words: Words) -> str:
    """A variable's name with its places filled."""
    for place, word in words.items():
        name = name.replace(f"{{{place}}}", word)
    return name


def read_roles(model: Core, folder: Path) -> Roles:
    """The roles of a model, from the folder with its cases.

    Raises:
        ModelError: no such file, a key that is missing or unknown, a name that the model does not have.
    """
    where = f"{folder.name}/{FILE}"
    if not (folder / FILE).is_file():
        raise ModelError("error.case.roles", where=where, model=model.name)
    data = fields.read_toml(folder / FILE, where)
    fields.known(data, _SECTIONS, where)
    reader = _Reader(model, data, where)
    return reader.roles()


@dataclass(frozen=True)
class _Reader:
    model: Core
    data: Mapping[str, Any]
    where: str

    def roles(self) -> Roles:
        choices = {fact: {word: dict(more) for word, more in words.items()}
                   for fact, words in self._table("choices", needed=False).items()}  # fmt: skip
        facts, curves = self._each("facts", self._fact), self._each("curves", self._curve)
        drivers, cause_of, terms = self._each("drivers", self._driver), *self._causes(curves)
        shared = self._table("shared", needed=False)
        controls = tuple(self._table("page", needed=False).get("controls", ()))
        roles = Roles(
            choices, {name: float(value) for name, value in self._table("constants", needed=False).items()}, facts,
            self._each("fitted", self._fitted), drivers, curves, self._fate(curves, facts), cause_of, terms,
            self._each("without", self._without), self._threshold(facts), tuple(shared.get("constants", ())),
            float(shared.get("votes", 0.1)), controls,
        )  # fmt: skip
        for control in controls:
            self._one_of(control, [*facts, *drivers], "[page] controls")
        self._check(roles)
        return roles

    def _table(self, key: str, needed: bool = True) -> Mapping[str, Any]:
        return fields.table(self.data, key, self.where, needed)

    def _each(self, key: str, read: Any) -> dict[str, Any]:
        found = {}
        for name, given in self._table(key, needed=key == "curves").items():
            place = f"{self.where}: [{key}.{name}]"
            if not isinstance(given, dict):
                raise ModelError("error.case.roles_table", place=place)
            found[name] = read(given, place)
        return found

    def _one_of(self, name: str, possible: Any, place: str) -> str:
        return fields.one_of({"it": name}, "it", possible, f"{self.where}: {place}")

    @staticmethod
    def _optional(given: Mapping[str, Any], key: str, place: str) -> float | None:
        return fields.number(given, key, place) if key in given else None

    def _fact(self, given: Mapping[str, Any], place: str) -> FactRole:
        fields.known(given, ("constant", "ordinary", "expected", "needed"), place)
        ordinary, expected = (self._optional(given, key, place) for key in ("ordinary", "expected"))
        return FactRole(fields.text(given, "constant", place), ordinary, expected, fields.flag(given, "needed", place))

    def _fitted(self, given: Mapping[str, Any], place: str) -> tuple[str, float]:
        fields.known(given, ("constant", "ordinary"), place)
        return fields.text(given, "constant", place), fields.number(given, "ordinary", place)

    def _driver(self, given: Mapping[str, Any], place: str) -> DriverRole:
        fields.known(given, ("constant", "figures", "growth"), place)
        constant, figures = (fields.text(given, key, place) for key in ("constant", "figures"))
        return DriverRole(constant, figures, str(given.get("growth", "")))

    def _curve(self, given: Mapping[str, Any], place: str) -> Curve:
        known = ("variable", "record", "figures", "per", "unit", "limits", "decimals", "goes_on")
        fields.known(given, known, place)
        record = fields.one_of(given, "record", PARTS, place) if "record" in given else ""
        limits = given.get("limits")
        return Curve(
            fields.text(given, "variable", place), record, fields.text(given, "figures", place) if record else "",
            str(given.get("per", "")), str(given.get("unit", "")), (float(limits[0]), float(limits[1])) if limits else
            None, int(given.get("decimals", 0)), fields.flag(given, "goes_on", place),
        )  # fmt: skip

    def _fate(self, curves: Mapping[str, Curve], facts: Mapping[str, FactRole]) -> Fate:
        given, place = self._table("fate"), f"{self.where}: [fate]"
        fields.known(given, ("finished", "cancelled", "planned"), place)
        done, gone = (fields.table(given, end, place) for end in ("finished", "cancelled"))
        curve = [fields.one_of(end, "curve", curves, place) for end in (done, gone)]
        level = [fields.number(end, "level", place) for end in (done, gone)]
        margin, scale = (
            fields.number({"margin": 0.0, "scale": 1.0, **gone}, key, place) for key in ("margin", "scale")
        )
        planned = fields.one_of(given, "planned", facts, place)
        return Fate(curve[0], level[0], curve[1], level[1], margin, scale, planned)

    def _causes(self, curves: Mapping[str, Curve]) -> tuple[str, dict[str, tuple[str, float]]]:
        given, place = self._table("causes", needed=False), f"{self.where}: [causes]"
        if not given:
            return "", {}
        terms = {}
        for name, term in fields.table(given, "terms", place).items():
            terms[name] = (fields.text(term, "variable", f"{place} {name}"), float(term.get("sign", 1)))
        return fields.one_of(given, "curve", curves, place), terms

    def _without(self, given: Mapping[str, Any], place: str) -> Without:
        fields.known(given, ("fact", "constant", "value", "only"), place)
        only = "only" in given and bool(fields.one_of(given, "only", (CANCELLED,), place))
        if "fact" in given:
            fact = fields.one_of(given, "fact", self._table("facts"), place)
            return Without(fact, "", fields.number(self._table("facts")[fact], "ordinary", f"{place} {fact}"), only)
        value = given.get("value")
        value = HIGHEST if value == HIGHEST else fields.number(given, "value", place)
        return Without("", fields.text(given, "constant", place), value, only)

    def _threshold(self, facts: Mapping[str, FactRole]) -> tuple[str, Floats] | None:
        given, place = self._table("threshold", needed=False), f"{self.where}: [threshold]"
        if not given:
            return None
        fact = fields.one_of(given, "fact", facts, place)
        return fact, np.concatenate([np.arange(*(float(x) for x in steps)) for steps in given.get("steps", ())])

    def _check(self, roles: Roles) -> None:
        """Every name in the model, whatever a case chooses; raises ModelError with the first that is not."""
        constants = [*roles.constants, *(r.constant for r in roles.facts.values()), *roles.shared,
                     *(name for name, _ in roles.fitted.values()), *(r.constant for r in roles.drivers.values()),
                     *(r.growth for r in roles.drivers.values() if r.growth),
                     *(w.constant for w in roles.without.values() if w.constant)]  # fmt: skip
        every = itertools.product(*([(fact, word) for word in words] for fact, words in roles.choices.items()))
        for chosen in every:
            words = roles.words(dict(chosen))
            try:
                for name in constants:
                    self.model.constant(filled(name, words))
                for name in roles.variables():
                    self.model.find(filled(name, words))
            except PolicyLabError as unknown:
                raise ModelError("error.in", where=self.where, problem=unknown) from None
