"""``checks.yaml``: what must be true of a model's behaviour, one entry a predicate.

An entry, by its keys:

    id        its name in translations (``text/<language>.toml``, ``[checks]``); no two entries have the same
    says      what is claimed, in a sentence; no two entries say the same
    derived   why it must hold: ``logic``, ``essay``, ``data`` or ``numerics``
    of        a variable, a list of them, ``every stock`` or ``every outcome``; an array without its elements is all
              of them
    in        a world or a list of them; every world where it is left out
    with      constants set on top of the world: a number, or ``low`` / ``high`` for the end of its range
    after, until, at    years (or whatever the model's time unit is) that are looked at; all where left out
    definition  true where it follows from what a lever, an event or an index is defined to do, so that it is no finding
    known     why it fails today, where it is known to fail: such an entry must not pass unnoticed either

and exactly one test:

    between         ``[low, high]``, either end may be ``null``
    rising          true: never falls; false: never rises
    below, above    another run or variable: ``{of, in, with, times, plus}``, what is left out is as in the entry;
                    the entry's value is below (above) ``times`` that one ``plus`` a number, at every moment
    same_as         likewise, equal within a part in a million
    halving, rk4    share of the variable's range over the worlds that half the step (fourth-order Runge-Kutta)
                    moves it by at most
    sums_to         a number, or names whose sum equals the sum of ``of``, to a part in 1e9
    account         ``{in: [...], out: [...]}``: what the stocks of ``of`` gain together is what flows in less what
                    flows out
    peaks           ``[low, high]``: the year of the highest value
    reaches         ``{level: x, between: [low, high]}``: the first year at that level, ``never`` in place of the years
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from policy_lab.errors import ModelError, PolicyLabError
from policy_lab.messages import Message
from policy_lab.model.parts import Core
from policy_lab.readers import fold

FILE = "checks.yaml"
DERIVED = ("logic", "essay", "data", "numerics")
TESTS = ("between", "rising", "below", "above", "same_as", "halving", "rk4", "sums_to", "account", "peaks", "reaches")
_KEYS = ("id", "says", "derived", "of", "in", "with", "after", "until", "at", "known", "definition", *TESTS)
_OTHER = ("of", "in", "with", "times", "plus")


@dataclass(frozen=True)
class World:
    """One run that a check looks at: a world ("" for the model file as it is) and constants set on top."""

    key: str
    settings: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Check:
    """One predicate.

    Attributes:
        key: its ``id``, "" where it has none.
        says, derived, known, definition: see above.
        names: variables it looks at, as the model spells them.
        worlds: runs it looks at.
        window: first and last moment, in the model's time unit.
        test: which of ``TESTS``; ``given`` is what it was given.
        other: for ``below``, ``above``, ``same_as``: the runs and variables compared with, one for each of
            ``worlds`` and ``names``.
        line: in ``checks.yaml``.
    """

    says: str
    derived: str
    names: tuple[str, ...]
    worlds: tuple[World, ...]
    window: tuple[float, float]
    test: str
    given: Any
    other: tuple[tuple[World, ...], tuple[str, ...]] = ((), ())
    known: str = ""
    line: int = 0
    key: str = ""
    definition: bool = False

    @property
    def all_worlds(self) -> tuple[World, ...]:
        """Every run it needs."""
        return (*self.worlds, *self.other[0])

    @property
    def all_names(self) -> tuple[str, ...]:
        """Every variable it needs saved; ``account`` needs all stocks, which the judge sees to."""
        extra: Sequence[str] = self.given if self.test == "sums_to" and isinstance(self.given, tuple) else ()
        return (*self.names, *self.other[1], *extra)


def read_checks(model: Core) -> tuple[Check, ...]:
    """The checks of a model; none where it has no ``checks.yaml``.

    Raises:
        ModelError: no valid YAML, an unknown key, a name the model does not have; names the entry and its line.
    """
    place = model.folder / FILE if model.folder else None
    if place is None or not place.is_file():
        return ()
    try:
        entries = _entries(place)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise ModelError("error.file.read", file=place.name, reason=" ".join(str(error).split())) from None
    checks = tuple(_Reader(model, place.name, line).check(entry) for line, entry in entries)
    seen: dict[str, int] = {}
    for check in checks:
        for said in filter(None, (check.says, check.key)):
            if said in seen and seen[said] != check.line:
                raise ModelError("error.check.twice", file=place.name, line=check.line, says=said, first=seen[said])
            seen[said] = check.line
    return checks


def _entries(path: Path) -> list[tuple[int, Any]]:
    """Every entry with its line."""
    text = path.read_text(encoding="utf-8")
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.SequenceNode):
        raise ModelError("error.check.list", file=path.name)
    return list(zip([n.start_mark.line + 1 for n in root.value], yaml.safe_load(text), strict=True))


@dataclass
class _Reader:
    """Reads one entry."""

    model: Core
    file: str
    line: int
    says: str = field(default="")

    def wrong(self, what: str | Message, **values: object) -> ModelError:
        return ModelError(
            "error.check.entry",
            file=self.file,
            line=self.line,
            says=f" ({self.says})" if self.says else "",
            problem=PolicyLabError(what, **values),
        )

    def check(self, entry: Any) -> Check:
        if not isinstance(entry, dict):
            raise self.wrong("error.check.keys")
        self.says = str(entry.get("says", "")).strip()
        for key in entry:
            if key not in _KEYS:
                raise self.wrong("error.check.unknown_key", key=key, possible=", ".join(_KEYS))
        tests = [t for t in TESTS if t in entry]
        if not isinstance(entry.get("definition", False), bool):
            raise self.wrong("error.check.definition")
        if not self.says or entry.get("derived") not in DERIVED or len(tests) != 1:
            raise self.wrong("error.check.needs", derived=", ".join(DERIVED), tests=", ".join(TESTS))
        names = self._names(entry.get("of"))
        worlds = self._worlds(entry.get("in"), entry.get("with"))
        given = entry[tests[0]]
        other: tuple[tuple[World, ...], tuple[str, ...]] = ((), ())
        if tests[0] in ("below", "above", "same_as"):
            given, other = self._other(given, entry, names)
        elif tests[0] == "sums_to" and not isinstance(given, (int, float)):
            given = self._names(given)
        elif tests[0] == "account":
            given = {side: self._names(given.get(side, [])) for side in ("in", "out")}
        self._check_given(tests[0], given)
        return Check(self.says, entry["derived"], names, worlds, self._window(entry), tests[0], given, other,
                     str(entry.get("known", "")), self.line, str(entry.get("id", "")),
                     entry.get("definition", False))  # fmt: skip

    def _names(self, given: Any) -> tuple[str, ...]:
        if given == "every stock":
            program = self.model.program
            return tuple(n for n in program.stocks if not program.equations[n].hidden)
        if given == "every outcome":
            return tuple(self.model.outcomes)
        listed = given if isinstance(given, list) else [given]
        return tuple(dict.fromkeys(name for one in listed for name in self._elements(str(one))))

    def _elements(self, name: str) -> Sequence[str]:
        """A variable, or all elements of an array that is named without them."""
        try:
            return [self.model.find(name)]
        except PolicyLabError as unknown:
            head = fold(name)
            found = [n for n in self.model.program.visible if "[" in n and fold(n.partition("[")[0]) == head]
            if not found:
                raise self.wrong(unknown.message) from None
            return found

    def _worlds(self, keys: Any, settings: Any) -> tuple[World, ...]:
        every = list(self.model.scenarios) or [""]
        named = every if keys is None or keys == "every world" else keys if isinstance(keys, list) else [keys]
        try:
            for key in named:
                if key:
                    self.model.scenario(key)
            return tuple(World(key, self._settings(settings)) for key in named)
        except PolicyLabError as unknown:
            raise self.wrong(unknown.message) from None

    def _settings(self, given: Any) -> tuple[tuple[str, float], ...]:
        found = []
        for name, value in (given or {}).items():
            constant = self.model.constant(str(name))
            if value in ("low", "high"):
                end = self.model.range_of(constant)[value == "high"]
                if end is None:
                    raise self.wrong("error.check.no_end", constant=constant, end=value)
                value = end
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                raise self.wrong("error.check.setting", constant=constant, value=repr(value))
            self.model.check(constant, float(value))
            found.append((constant, float(value)))
        return tuple(found)

    def _other(
        self, given: Any, entry: Mapping[str, Any], names: tuple[str, ...]
    ) -> tuple[dict[str, float], tuple[tuple[World, ...], tuple[str, ...]]]:
        if not isinstance(given, dict) or any(key not in _OTHER for key in given):
            raise self.wrong("error.check.compares", keys=", ".join(_OTHER))
        theirs = self._names(given["of"]) if "of" in given else names
        worlds = self._worlds(given.get("in", entry.get("in")), given.get("with", entry.get("with")))
        mine = self._worlds(entry.get("in"), entry.get("with"))
        if len(theirs) not in (1, len(names)) or len(worlds) not in (1, len(mine)):
            raise self.wrong("error.check.lengths")
        factors = {"times": float(given.get("times", 1.0)), "plus": float(given.get("plus", 0.0))}
        return factors, (worlds, theirs)

    def _window(self, entry: Mapping[str, Any]) -> tuple[float, float]:
        clock = self.model.program.clock
        if "at" in entry:
            return float(entry["at"]), float(entry["at"])
        return float(entry.get("after", clock.initial)), float(entry.get("until", clock.final))

    def _check_given(self, test: str, given: Any) -> None:
        ends = given.get("between") if test == "reaches" and isinstance(given, dict) else given
        numbers = (int, float)
        good = {
            "between": isinstance(given, list) and len(given) == 2
            and all(e is None or isinstance(e, numbers) for e in given),
            "peaks": isinstance(given, list) and len(given) == 2 and all(isinstance(e, numbers) for e in given),
            "rising": isinstance(given, bool),
            "halving": isinstance(given, numbers), "rk4": isinstance(given, numbers),
            "reaches": isinstance(given, dict) and "level" in given
            and (ends == "never" or (isinstance(ends, list) and len(ends) == 2)),
        }.get(test, True)  # fmt: skip
        if not good:
            raise self.wrong("error.check.given", test=test, given=repr(given))
