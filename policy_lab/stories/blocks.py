"""Fenced blocks as parts of a story. A block that does not fit is None, and a fault says why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from policy_lab.cases.causes import taken_away
from policy_lab.errors import PolicyLabError, StoryError, UnknownName
from policy_lab.model import Setting
from policy_lab.model.parts import TIMING
from policy_lab.stories.document import Block
from policy_lab.stories.faults import Faults
from policy_lab.stories.figures import Figures
from policy_lab.stories.runs import Run, case_run, default_run, run_of
from policy_lab.stories.story import KNOTS, Chart, Curve, Demand, Predict, Show
from policy_lab.stories.vocabulary import Vocabulary, chosen

OF_RUN: Final = ("name", "scenario", "levers", "assumptions", "without", "case", "changed")
OF_CASE: Final = ("name", "case", "changed")
MOST_CHARTS: Final = 3
MOST_SLIDERS: Final = 6
WORDS_OF_SHAPES: Final = (2, 6)


@dataclass
class Blocks:
    """Reads the blocks of one story.

    Attributes:
        vocabulary: names in its language; ``faults`` of its file.
        named: runs by the words they are called, filled while blocks are read.
        runs: every run the story speaks of.
        ready: computes numbers; set before parts are made.
    """

    vocabulary: Vocabulary
    faults: Faults
    named: dict[str, Run] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    ready: Figures | None = None

    @property
    def figures(self) -> Figures:
        """What computes numbers."""
        assert self.ready is not None
        return self.ready

    # ---- runs -----------------------------------------------------------------------------------------------------

    def run(self, block: Block, otherwise: Run | None = None) -> Run:
        """The run of a block; ``otherwise`` where it names none. A run with a ``name`` can be quoted by it."""
        if not any(key in block.data for key in OF_RUN):
            run = otherwise or default_run(self.vocabulary.model)
        elif "case" in block.data:
            run = self._case(block)
        else:
            run = self._policy(block)
        name = block.data.get("name")
        if name is not None:
            if not isinstance(name, str) or not name.strip():
                self.faults.add(block.line_of("name"), StoryError("error.story.no_words", value=str(name)))
            elif self.named.setdefault(name.strip(), run) != run:
                self.faults.add(block.line_of("name"), StoryError("error.story.name_twice", name=name))
        self.runs.append(run)
        return run

    def run_named(self, words: str) -> Run:
        """A run by its name in a block, a scenario's title or a case's; raises UnknownName."""
        if words.strip() in self.named:
            return self.named[words.strip()]
        try:
            return Run(self.vocabulary.scenario(words))
        except UnknownName:
            pass
        try:
            return self._as_case(words)
        except UnknownName:
            pass
        titles = [self.vocabulary.title(key) for key in self.vocabulary.model.scenarios]
        chosen("scenario", words, {one: one for one in (*self.named, *titles)})
        raise AssertionError(words)

    def _as_case(self, words: str) -> Run:
        return case_run(self.vocabulary.model, self.vocabulary.case(words), {})

    def _policy(self, block: Block) -> Run:
        model, data = self.vocabulary.model, block.data
        scenario = default_run(model).scenario
        if "scenario" in data:
            line = block.line_of("scenario")
            scenario = self.faults.tried(line, lambda: self.vocabulary.scenario(str(data["scenario"])), scenario)
        values: dict[str, float] = {}
        for key, find in (("levers", self.vocabulary.lever), ("assumptions", self.vocabulary.variable)):
            for words, given in self._table(block, key).items():
                made = self._set(block.line_of(key, words), words, given, find)
                values.update(made)
        for words in self._list(block, "without"):
            line = block.line_of("without", words)
            switch = self.faults.tried(line, lambda words=words: self.vocabulary.loop(words), "")  # type: ignore[misc]
            values.update({switch: 0.0} if switch else {})
        return run_of(scenario, values)

    def _set(self, line: int, words: str, given: Any, find: Callable[[str], str]) -> dict[str, float]:
        """The constants that a setting comes to."""

        def made() -> dict[str, float]:
            fields = given if isinstance(given, dict) else {"value": given}
            for key, value in fields.items():
                if key not in ("value", *TIMING):
                    raise StoryError("error.story.setting", name=words, key=key)
                if isinstance(value, bool) or not isinstance(value, int | float):
                    raise StoryError("error.story.no_number", key=words, value=str(value))
            if "value" not in fields:
                raise StoryError("error.story.no_number", key=words, value="")
            setting = Setting(**{key: float(value) for key, value in fields.items()})
            return self.vocabulary.model.constants_of(None, {find(words): setting})

        return self.faults.tried(line, made, {})

    def _case(self, block: Block) -> Run:
        model = self.vocabulary.model
        for key in block.data:
            if key in OF_RUN and key not in OF_CASE:
                self.faults.add(block.line_of(key), StoryError("error.story.of_case", key=key))

        def made() -> Run:
            case = self.vocabulary.case(str(block.data["case"]))
            keys = [self.vocabulary.change(words) for words in self._list(block, "changed")]
            return case_run(model, case, dict(taken_away(model, case, case.roles.without[key]) for key in keys))

        return self.faults.tried(block.line_of("case"), made, default_run(model))

    def curve(self, block: Block, run: Run) -> Curve:
        """The run with what a chart calls it: the block's name, else the title of the scenario or case."""
        names = self.vocabulary.model.names(self.vocabulary.language)
        if isinstance(block.data.get("name"), str):
            return Curve(block.data["name"].strip(), run)
        if run.case and "changed" not in block.data:
            return Curve(names.get(("case", run.case)) or self.vocabulary.model.cases[run.case].title, run)
        return Curve(self.vocabulary.title(run.scenario) if run.scenario and not run.values else "", run)

    def beside(self, block: Block, run: Run) -> tuple[Curve, ...]:
        """Runs drawn beside: those named, else status quo."""
        if "beside" in block.data:
            lines = {words: block.line_of("beside", words) for words in self._list(block, "beside")}
            found = {w: self.faults.tried(n, lambda w=w: self.run_named(w), None) for w, n in lines.items()}  # type: ignore[misc]
            return tuple(Curve(words, one) for words, one in found.items() if one is not None)
        usual = default_run(self.vocabulary.model)
        if run.case or run == usual or usual.scenario is None:
            return ()
        return (Curve(self.vocabulary.title(usual.scenario), usual),)

    # ---- what is shown and guessed --------------------------------------------------------------------------------

    def chart(self, block: Block, key: str, words: str, run: Run) -> Chart | None:
        """A variable as a chart has it."""

        def made() -> Chart:
            name = self.figures.variable(words, run)
            return Chart(name, words if run.case else self.vocabulary.label(name), self.vocabulary.unit(name))

        return self.faults.tried(block.line_of(key, words), made, None)

    def charts(self, block: Block, run: Run, fewest: int = 0) -> tuple[Chart, ...]:
        """The charts that a block names."""
        wanted = self._list(block, "charts")
        if not fewest <= len(wanted) <= MOST_CHARTS:
            wrong = StoryError("error.story.charts", count=len(wanted), most=MOST_CHARTS)
            self.faults.add(block.line_of("charts"), wrong)
        charts = [self.chart(block, "charts", words, run) for words in wanted]
        return tuple(chart for chart in charts if chart)

    def show(self, block: Block, run: Run) -> Show:
        """Something to look at."""
        self.only(block, (*OF_RUN, "charts", "beside", "sliders", "years"))
        charts = self.charts(block, run, fewest=1)
        sliders = self._list(block, "sliders")
        if len(sliders) > MOST_SLIDERS:
            self.faults.add(block.line_of("sliders"), StoryError("error.story.sliders", most=MOST_SLIDERS))
        levers = [
            self.faults.tried(block.line_of("sliders", w), lambda w=w: self.vocabulary.lever(w), "")  # type: ignore[misc]
            for w in sliders
        ]
        years = self._years(block, run)
        curve, beside = self.curve(block, run), self.beside(block, run)
        return Show(curve, beside, charts, tuple(one for one in levers if one), years)

    def _years(self, block: Block, run: Run) -> tuple[float, float]:
        first, last = self.figures.bench.span(run)
        given = self._numbers(block, "years", 2)
        for value in given:
            if not first <= value <= last:
                wrong = StoryError("error.story.outside", value=f"{value:g}", first=first, last=last)
                self.faults.add(block.line_of("years", f"{value:g}"), wrong)
        return (given[0], given[1]) if len(given) == 2 and given[0] < given[1] else (first, last)

    def predict(self, block: Block, run: Run) -> Predict | None:
        """A curve to be guessed."""
        self.only(block, (*OF_RUN, "variable", "knots", "axis", "words", "beside"))
        chart = self.chart(block, "variable", str(block.data.get("variable", "")), run)
        if chart is None:
            return None
        first, last = self.figures.bench.span(run)
        knots = self._numbers(block, "knots", KNOTS) or [float(v) for v in np.linspace(first, last, KNOTS)]
        for value in knots:
            if not first <= value <= last:
                wrong = StoryError("error.story.outside", value=f"{value:g}", first=first, last=last)
                self.faults.add(block.line_of("knots", f"{value:g}"), wrong)
        if sorted(set(knots)) != knots:
            self.faults.add(block.line_of("knots"), StoryError("error.story.order"))
        shapes = self._list(block, "words")
        if not WORDS_OF_SHAPES[0] <= len(shapes) <= WORDS_OF_SHAPES[1]:
            fewest, most = WORDS_OF_SHAPES
            self.faults.add(block.line_of("words"), StoryError("error.story.shapes", fewest=fewest, most=most))
        axis = self._axis(block, run, chart, (min(knots), max(knots)))
        return Predict(self.curve(block, run), self.beside(block, run), chart, tuple(knots), axis, tuple(shapes))

    def _axis(self, block: Block, run: Run, chart: Chart, years: tuple[float, float]) -> tuple[float, float]:
        """The ends of the axis, between which the answer must lie."""
        given = self._numbers(block, "axis", 2)
        if len(given) != 2 or given[0] >= given[1]:
            self.faults.add(block.line_of("axis"), StoryError("error.story.axis"))
            return 0.0, 1.0
        try:
            times, values = self.figures.bench.curve(run, chart.name)
        except PolicyLabError as wrong:
            self.faults.add(block.line, wrong)
            return given[0], given[1]
        shown = values[(times >= years[0]) & (times <= years[1])]
        low, high = float(np.nanmin(shown)), float(np.nanmax(shown))
        if low < given[0] or high > given[1]:
            self.faults.add(
                block.line_of("axis"), StoryError("error.story.off_axis", name=chart.label, low=low, high=high)
            )
        return given[0], given[1]

    # ---- fields ---------------------------------------------------------------------------------------------------

    def demands(self, block: Block, key: str) -> tuple[Demand, ...]:
        """Conditions, each with its year: ``Coherence > 0.5 | 2045``."""
        found = []
        for words in self._list(block, key):
            what, _, when = (part.strip() for part in words.partition("|"))

            def made(words: str = words, what: str = what, when: str = when) -> Demand:
                usual = default_run(self.vocabulary.model)
                return Demand(what, self.figures.condition(what, usual), self.figures.moment(usual, when))

            if (demand := self.faults.tried(block.line_of(key, words), made, None)) is not None:
                found.append(demand)
        if not found:
            self.faults.add(block.line_of(key), StoryError("error.story.no_words", value=key))
        return tuple(found)

    def settings(self, block: Block) -> tuple[dict[str, float], tuple[tuple[str, str], ...]]:
        """The constants of ``levers``, and label and value of each for people."""
        values: dict[str, float] = {}
        said = []
        for words, given in self._table(block, "levers").items():
            values.update(self._set(block.line_of("levers", words), words, given, self.vocabulary.lever))
            number = given.get("value") if isinstance(given, dict) else given
            if isinstance(number, int | float):
                lever = self.faults.tried(block.line, lambda words=words: self.vocabulary.lever(words), words)  # type: ignore[misc]
                unit = self.vocabulary.unit(lever) if lever in self.vocabulary.model.levers else ""
                shown = self.figures.words.number(float(number), "short")
                said.append((self.vocabulary.label(lever), f"{shown} {unit}".strip()))
        return values, tuple(said)

    def only(self, block: Block, possible: Iterable[str]) -> None:
        """Note each key of a block that it cannot have."""
        for key in block.data:
            if key not in possible:
                wrong = StoryError("error.story.key", key=key, kind=block.kind, possible=list(possible))
                self.faults.add(block.line_of(key), wrong)

    def _table(self, block: Block, key: str) -> Mapping[str, Any]:
        given = block.data.get(key, {})
        if not isinstance(given, dict):
            self.faults.add(block.line_of(key), StoryError("error.story.table", key=key))
            return {}
        return given

    def _list(self, block: Block, key: str) -> list[str]:
        given = block.data.get(key, [])
        if not isinstance(given, list) or not all(isinstance(one, str) and one.strip() for one in given):
            self.faults.add(block.line_of(key), StoryError("error.story.list", key=key))
            return []
        return [one.strip() for one in given]

    def _numbers(self, block: Block, key: str, count: int) -> list[float]:
        given = block.data.get(key)
        if given is None:
            return []
        fits = isinstance(given, list) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in given)
        if not fits or len(given) != count:
            self.faults.add(block.line_of(key), StoryError("error.story.numbers", key=key, count=count))
            return []
        return [float(v) for v in given]


def together(bids: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """All bids at once: where several set one constant, the mean of what they ask."""
    names = dict.fromkeys(name for bid in bids for name in bid)
    return {name: float(np.mean([bid[name] for bid in bids if name in bid])) for name in names}


def kept(figures: Figures, demand: Demand, run: Run) -> tuple[bool, float]:
    """Whether a run meets a demand, and the value it has in that year."""
    times, values = figures.bench.curve(run, demand.condition.name)
    value = float(np.interp(demand.year, times, values))
    return bool(demand.condition.holds(np.array([value]))[0]), value
