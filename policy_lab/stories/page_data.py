"""A story as data for a page: steps, charts with their curves, guesses with their axes, questions with their answers.

Words come as spans, so that a page never reads markup; runs come as the constants they set and as the curves they give,
so that a page may run the model itself or only draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from policy_lab.runs import Floats
from policy_lab.stories.blocks import kept
from policy_lab.stories.prose import Line, Passage
from policy_lab.stories.reading import Reading
from policy_lab.stories.story import Ask, Chart, Curve, Deal, Demand, Goal, Part, Predict, Reveal, Role, Show

#: Of the data; a page refuses another one.
FORMAT: Final = 1
DIGITS: Final = 6


def as_data(reading: Reading) -> dict[str, Any]:
    """The story as JSON can hold it; nothing of the facilitator's notes is in it.

    Returns:
        ``format``, ``key``, ``language``, ``languages``, ``title``, ``kind``, ``minutes``, ``level``, ``teaches``,
        ``model``, ``hash``, ``version``, and ``steps``: each with ``title``, ``words``, ``kind`` (``read``, ``show``,
        ``predict``, ``reveal``, ``ask``, ``role``, ``goal`` or ``deal``) and what that kind has. The ``charts`` of an
        ``ask`` are those on show before it, with the run that answers it.

    Raises:
        SimulationError: a run of the story fails.
    """
    story, data = reading.story, _Data(reading)
    steps = [
        {"title": step.title, "words": [_passage(one) for one in step.words], **data.part(step.part)}
        for step in story.steps
    ]
    return {
        "format": FORMAT,
        "key": story.key,
        "language": story.language,
        "languages": list(story.languages),
        "title": story.title,
        "kind": story.kind,
        "minutes": story.minutes,
        "level": story.level,
        "teaches": list(story.teaches),
        "model": story.model,
        "hash": story.hash,
        "version": story.version,
        "steps": steps,
    }


def _line(line: Line) -> list[dict[str, str]]:
    return [{"kind": s.kind, "text": s.text} | ({"target": s.target} if s.target else {}) for s in line]


def _passage(passage: Passage) -> dict[str, Any]:
    return {"kind": passage.kind, "items": [_line(line) for line in passage.items]}


class _Data:
    """Parts of a story with the curves of its runs."""

    def __init__(self, reading: Reading) -> None:
        self.bench, self.figures = reading.bench, reading.figures
        self.vocabulary = reading.vocabulary
        #: What was last on show, its run before those beside it: what a question's run is drawn in.
        self.shown: tuple[Sequence[Chart], Sequence[Curve], tuple[float, float]] | None = None

    def part(self, part: Part | None) -> dict[str, Any]:
        """One part under its kind."""
        match part:
            case Show():
                curves = [part.curve, *part.beside]
                charts = [self._chart(c, curves, part.years) for c in part.charts]
                self.shown = (part.charts, curves, part.years)
                sliders = [{"name": name} for name in part.sliders]  # what a lever is called the page knows
                return {"kind": "show", "run": self._run(part.curve), "charts": charts, "sliders": sliders}
            case Predict():
                return {"kind": "predict", "run": self._run(part.curve), "predict": self._guess(part)}
            case Reveal():
                told = {"of": part.of, "say": _line(part.say), "predict": self._guess(part.predict)}
                years = (part.predict.knots[0], part.predict.knots[-1])
                curves = [part.predict.curve, *part.predict.beside]
                chart = self._chart(part.predict.chart, curves, years)
                at = self._at(part.predict.curve, part.predict.chart.name, part.predict.knots)
                self.shown = ([part.predict.chart], curves, years)
                return {"kind": "reveal", "run": self._run(part.predict.curve), **told, "chart": chart, "answer": at}
            case Ask():
                asked = {"options": [_line(one) for one in part.options], "answer": part.answer}
                run = self._run(part.curve) if part.curve else None
                charts = self._answers(part, part.curve) if part.curve else []
                told = {"because": _line(part.because), "run": run, "charts": charts}
                return {"kind": "ask", "ask": part.kind, **asked, **told}
            case Role():
                demands = {"aim": self._demands(part.aim), "red_line": self._demands(part.red_line)}
                return {"kind": "role", **demands, "bid": dict(part.bid), "levers": [list(one) for one in part.levers]}
            case Goal():
                return {"kind": "goal", "demands": self._demands(part.demands, part.bids), "run": self._run(part.bids)}
            case Deal():
                return {"kind": "deal", "run": self._run(part.curve), "levers": [list(one) for one in part.levers]}
            case _:
                return {"kind": "read"}

    def _run(self, curve: Curve) -> dict[str, Any]:
        run = curve.run
        return {"label": curve.label, "scenario": run.scenario, "case": run.case, "values": dict(run.values)}

    def _guess(self, part: Predict) -> dict[str, Any]:
        """What a page needs for a guess; the curve itself comes with the reveal."""
        chart = self._chart(part.chart, part.beside, (part.knots[0], part.knots[-1]))
        return {**chart, "knots": list(part.knots), "axis": list(part.axis), "words": list(part.words)}

    def _answers(self, part: Ask, curve: Curve) -> list[dict[str, Any]]:
        """The run of a question beside the one on show, in its charts; [] where there are none of the same history.

        Where it is the one on show, what was beside it stays.
        """
        charts, (before, *others), years = self.shown or ((), (curve,), (0.0, 0.0))
        same = self.shown is not None and before.run.case == curve.run.case
        beside = [] if not same else [before] if before.run != curve.run else others
        drawn = part.charts or (charts if same else ())
        ends = years if same else self.bench.span(curve.run)
        return [self._chart(chart, [curve, *beside], ends) for chart in drawn]

    def _chart(self, chart: Chart, curves: Sequence[Curve], years: tuple[float, float]) -> dict[str, Any]:
        drawn = []
        for curve in curves:
            times, values = self.bench.curve(curve.run, chart.name)
            inside = (times >= years[0] - 1e-9) & (times <= years[1] + 1e-9)
            drawn.append({"label": curve.label, "times": _plain(times[inside]), "values": _plain(values[inside])})
        named = {"name": chart.name, "label": chart.label, "unit": chart.unit}
        return {**named, "years": list(years), "curves": drawn}

    def _at(self, curve: Curve, name: str, moments: Sequence[float]) -> list[float | None]:
        return _plain(np.interp(moments, *self.bench.curve(curve.run, name)))

    def _demands(self, demands: Sequence[Demand], curve: Curve | None = None) -> list[dict[str, Any]]:
        found = []
        for one in demands:
            condition = {"name": one.condition.name, "above": one.condition.above, "level": one.condition.level}
            said: dict[str, Any] = {"words": one.words, "year": one.year, **condition}
            if curve is not None:
                good, value = kept(self.figures, one, curve.run)
                said |= {"met": good, "value": value}
            found.append(said)
        return found


def _plain(values: Floats) -> list[float | None]:
    """Numbers of ``DIGITS`` digits; None for what is no number."""
    return [float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None for value in values]
