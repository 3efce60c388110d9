"""Quoted numbers: what a story says a number is, computed and compared.

In braces, its parts separated by bars:

=========================================  ========================================================================
``{0.47 | Coherence | 2050}``              a value in the run of the step
``{0.35 | Coherence | 2050 | Status quo}`` in another: a scenario, a historical case, or a block's ``name``
``{0.12 | Coherence | 2050 | A - B}``      the difference of two runs; ``A / B`` how many times as much
``{1.9 | Tension | max}``                  the highest value of the run; ``min`` the lowest
``{2041 | Coherence > 0.3}``               when the run passes a value; ``<`` falls below it
``{36% | Coherence > 0.3 | 2050}``        the share of futures in which that is so in that year; with ``A - B``,
                                           in which the difference of the two is above it
``{10% | seed funding}``                  what a lever or another constant is set to
``{1993 | "Riordan and others 2015"}``     no number of the model's: where it is from
=========================================  ========================================================================

A number counts as right if the model's, rounded as the story rounds, is the same; a year as such if the moment lies in
it. After ``~`` zeros at the end are rounding: ``{~1,200 | …}``. ``$126 billion`` is read as money, whatever unit of
money the model counts in (``story.amount`` of the catalogue has the words).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from policy_lab.errors import PolicyLabError, StoryError
from policy_lab.messages import Language
from policy_lab.runs import Floats
from policy_lab.stories.runs import Bench, Run, first_passing
from policy_lab.stories.vocabulary import Vocabulary, chosen

_PASSES: Final = re.compile(r"(?P<name>.+?)\s*(?P<sign>[<>])\s*(?P<level>.+)")
_WRITTEN: Final = re.compile(r"(?P<about>~?)(?P<before>[^\d]*?)(?P<digits>\d[\d.,\u00a0\u202f]*)(?P<after>.*)")
_TWO_RUNS: Final = re.compile(r"(?P<one>.+?)\s+(?P<sign>[-−/])\s+(?P<other>.+)")
_MONEY: Final = re.compile(r"(k|m|million|b|bn|billion)?\s*(?:US)?\$", re.IGNORECASE)
_SCALE: Final = {"": 1.0, "k": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9}
_EXTREMES: Final[dict[str, Callable[[Floats], float]]] = {
    "max": lambda values: float(np.nanmax(values)),
    "min": lambda values: float(np.nanmin(values)),
}


@dataclass(frozen=True)
class Written:
    """A number as somebody wrote it: ``before``, digits, ``after``.

    Attributes:
        value: in units, percent as a share of one.
        factor: what the digits count: 0.01 for percent, a million for millions.
        places: decimals; negative for zeros at the end that are rounding.
        money: whether it is money, in single dollars.
        digits, before, after: the text.
    """

    value: float
    factor: float
    places: int
    money: bool
    before: str
    digits: str
    after: str

    @property
    def step(self) -> float:
        """The size of the last digit that counts."""
        return self.factor * 10.0**-self.places

    @property
    def whole(self) -> bool:
        """Whether it can be a year."""
        return self.factor == 1 and not self.places

    def text(self, digits: str = "") -> str:
        """As people see it; other digits may be put in."""
        return f"{self.before.replace('-', '−')}{digits or self.digits}{self.after}"


@dataclass(frozen=True)
class Condition:
    """A variable above or below a level."""

    name: str
    above: bool
    level: float

    def holds(self, values: Floats) -> Floats:
        """Where it does, as ones and zeros."""
        found: Floats = np.asarray(values > self.level if self.above else values < self.level, dtype=float)
        return found


@dataclass(frozen=True)
class Figures:
    """Computes quoted numbers.

    Attributes:
        vocabulary: names in the story's language.
        bench: makes the runs.
        words: the language's signs of numbers.
        run_named: a run by its words in the story.
    """

    vocabulary: Vocabulary
    bench: Bench
    words: Language
    run_named: Callable[[str], Run]

    def shown(self, text: str, run: Run) -> str:
        """What stands in braces as people see it.

        Raises:
            PolicyLabError: it cannot be read, names something that does not exist, or is not what the model gives.
        """
        parts = [" ".join(part.split()) for part in text.split("|")]
        if not 2 <= len(parts) <= 4 or not all(parts):
            raise StoryError("error.story.figure", text=text.strip())
        written = self.written(parts[0])
        if re.fullmatch(r'["“„].{3,}["”“]', parts[1]):
            return written.text()
        found, what = self._value(parts[1:], run)
        if found is None:
            raise StoryError("error.story.never", value=parts[0], what=what)
        if written.money:
            found *= self._dollars(parts[1], run)
        same = abs(found - written.value) <= written.step * (0.5 + 1e-9)
        passing = bool(re.search("[<>]", parts[1])) and not any(map(self._is_moment, parts[2:]))
        if passing and written.whole:
            same = math.floor(found + 1e-9) == written.value
        if not same:
            given = self._as_written(found, written, passing)
            raise StoryError("error.story.differs", value=parts[0], what=what, given=given)
        return written.text()

    def written(self, text: str) -> Written:
        """A number in the signs of the language, with words around it; raises StoryError."""
        found = _WRITTEN.fullmatch(text)
        decimal, thousands = self.words.texts["number.decimal"], self.words.texts["number.thousands"]
        if not found:
            raise StoryError("error.story.number", text=text)
        digits = found["digits"].rstrip(".,")
        after = found["digits"][len(digits) :] + found["after"]
        bare = re.sub(rf"[{re.escape(thousands)}\u00a0\u202f]", "", digits).replace(decimal, ".")
        try:
            value = float(bare)
        except ValueError:
            raise StoryError("error.story.number", text=text) from None
        factor = self._factor(after)
        places = len(bare.partition(".")[2])
        if found["about"] and not places:
            places = len(bare.rstrip("0")) - len(bare)
        sign = -1.0 if found["before"].rstrip().endswith(("-", "−")) else 1.0
        money = any(word in found["before"] + after for word in self.words.texts["story.amount.money"].split("|"))
        return Written(sign * value * factor, factor, places, money, found["before"], digits, after)

    def condition(self, text: str, run: Run) -> Condition:
        """``Coherence > 0.3`` of a run as data; raises PolicyLabError."""
        found = _PASSES.fullmatch(text)
        if not found:
            raise StoryError("error.story.condition", text=text)
        name, level = self.variable(found["name"], run), self.written(found["level"])
        value = level.value / (self._money(name) if level.money else 1.0)
        return Condition(name, found["sign"] == ">", value)

    def moment(self, run: Run, text: str) -> float:
        """A year of a run; raises StoryError."""
        try:
            value = self.written(text).value
        except StoryError:
            raise StoryError("error.story.moment", text=text) from None
        first, last = self.bench.span(run)
        if not first <= value <= last:
            raise StoryError("error.story.outside", value=text, first=first, last=last)
        return value

    def _factor(self, after: str) -> float:
        word = after.strip().split(" ")[0].split("\u00a0")[0]
        if word.startswith("%"):
            return 0.01
        for key, factor in (("percent", 0.01), ("thousand", 1e3), ("million", 1e6), ("billion", 1e9)):
            if word in self.words.texts[f"story.amount.{key}"].split("|"):
                return factor
        return 1.0

    def _value(self, parts: list[str], run: Run) -> tuple[float | None, str]:
        """What the model gives, None where a run never gets there, and what that is in words."""
        what, rest = parts[0], parts[1:]
        when = rest.pop(0) if rest and self._is_moment(rest[0]) else ""
        one, sign, other = run, "", run
        if rest:
            one, sign, other = self._runs(rest.pop(0))
        if rest:
            raise StoryError("error.story.figure", text=" | ".join(parts))
        if sign in ("-", "−") and when and re.search("[<>]", what):
            return self._share_of_differences(self.condition(what, one), when, one, other), " | ".join(parts)
        first = self._in_run(what, when, one)
        if sign and first is not None:
            second = self._in_run(what, when, other)
            first = None if second is None else first - second if sign in "-−" else first / second
        return first, " | ".join(parts)

    def _is_moment(self, text: str) -> bool:
        return text in _EXTREMES or bool(re.fullmatch(r"[\d.,]+", text))

    def _runs(self, text: str) -> tuple[Run, str, Run]:
        try:
            run = self.run_named(text)
        except PolicyLabError:
            two = _TWO_RUNS.fullmatch(text)
            if not two:
                raise
            return self.run_named(two["one"]), two["sign"], self.run_named(two["other"])
        return run, "", run

    def _in_run(self, what: str, when: str, run: Run) -> float | None:
        if "<" in what or ">" in what:
            return self._passing(self.condition(what, run), when, run)
        if not when:
            return self._setting(what, run)
        name = self.variable(what, run)
        times, values = self.bench.curve(run, name)
        if when in _EXTREMES:
            return _EXTREMES[when](values)
        value = float(np.interp(self.moment(run, when), times, values))
        return value if math.isfinite(value) else None

    def _share_of_differences(self, condition: Condition, when: str, one: Run, other: Run) -> float:
        """The share of futures, each with both runs, in which their difference meets a condition."""
        times, mine = self.bench.futures(one, condition.name)
        _, theirs = self.bench.futures(other, condition.name)
        row = int(np.abs(times - self.moment(one, when)).argmin())
        return float(condition.holds(mine[:, row] - theirs[:, row]).mean())

    def _passing(self, condition: Condition, when: str, run: Run) -> float | None:
        if when:
            times, every = self.bench.futures(run, condition.name)
            row = int(np.abs(times - self.moment(run, when)).argmin())
            return float(condition.holds(every[:, row]).mean())
        times, values = self.bench.curve(run, condition.name)
        return first_passing(times, values, condition.above, condition.level)

    def variable(self, words: str, run: Run) -> str:
        """A variable by its label; in a case also by the label of a curve; raises PolicyLabError."""
        if not run.case:
            return self.vocabulary.variable(words)
        case, curves = self.bench.model.cases[run.case], self.vocabulary.said_of_cases("curves")
        try:
            key = chosen("variable", words, curves)
        except PolicyLabError:
            return self.vocabulary.variable(words)
        return self.bench.model.find(case.name(case.roles.curves[key].variable))

    def _setting(self, words: str, run: Run) -> float:
        if run.case:
            case, facts = self.bench.model.cases[run.case], self.vocabulary.said_of_cases("facts")
            known = {label: key for label, key in facts.items() if key in case.facts}
            return float(case.facts[chosen("variable", words, known)].value)
        try:
            name = self.vocabulary.lever(words)
        except PolicyLabError:
            name = self.vocabulary.variable(words)
        if name not in self.bench.model.program.constants:
            raise StoryError("error.story.no_year", name=words)
        return self.bench.constant(run, name)

    def _money(self, name: str) -> float:
        """Dollars in one unit of a variable of money; facts of a case are in millions."""
        equation = self.bench.model.program.equations.get(name)
        found = _MONEY.match(equation.unit if equation else "M$")
        return _SCALE[(found[1] or "").casefold()] if found else 1.0

    def _dollars(self, words: str, run: Run) -> float:
        """The same, of what a quoted number is about."""
        try:
            return self._money(self.variable(words, run))
        except PolicyLabError:
            return self._money("")

    def _as_written(self, found: float, written: Written, passing: bool) -> str:
        """The model's number in the story's rounding, so that it can be put in its place."""
        shown = found / written.factor
        if passing and written.whole:
            shown = math.floor(shown + 1e-9)
        elif written.places < 0:
            shown = round(shown, written.places)
        digits = self.words.fixed(abs(shown), max(0, written.places))
        year = written.whole and 1000 <= shown < 3000 and len(written.digits) == 4
        sign = "−" if shown < 0 and not written.before.rstrip().endswith(("-", "−")) else ""
        if year:
            digits = f"{shown:.0f}"
        return sign + written.text(digits)
