"""A story as typed data: steps of words, each with at most one thing to look at, to guess, to see or to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policy_lab.stories.figures import Condition
from policy_lab.stories.prose import Line, Passage
from policy_lab.stories.runs import Run

#: Knots of a guess: a pupil's code has as many numbers.
KNOTS: Final = 7
LESSON, ROLE_PLAY = "lesson", "role play"


@dataclass(frozen=True)
class Chart:
    """One chart: a variable, its label and its unit in words."""

    name: str
    label: str
    unit: str


@dataclass(frozen=True)
class Curve:
    """A run drawn in a chart, and what it is called."""

    label: str
    run: Run


@dataclass(frozen=True)
class Show:
    """Something to look at.

    Attributes:
        curve: what is shown; ``beside`` are other runs, fainter.
        charts: one to three.
        sliders: levers that a pupil may move.
        years: first and last moment of the charts.
    """

    curve: Curve
    beside: tuple[Curve, ...]
    charts: tuple[Chart, ...]
    sliders: tuple[str, ...]
    years: tuple[float, float]


@dataclass(frozen=True)
class Predict:
    """A curve to be guessed.

    Attributes:
        curve: the run that will be shown; ``beside`` are runs shown already.
        chart: what is guessed.
        knots: moments of the guess, ``KNOTS`` of them.
        axis: lowest and highest value that can be drawn.
        words: shapes to choose from instead of drawing.
    """

    curve: Curve
    beside: tuple[Curve, ...]
    chart: Chart
    knots: tuple[float, ...]
    axis: tuple[float, float]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Reveal:
    """The curve that step ``of`` asked for (counted from 0), and what to say about it."""

    predict: Predict
    of: int
    say: Line


@dataclass(frozen=True)
class Ask:
    """A question.

    Attributes:
        kind: ``choice`` or ``open``.
        options: to choose from; () for an open one.
        answer: number of the option that the model gives, None for an open one.
        because: why.
        curve: a run that shows it, None for none.
        charts: what the run is drawn in; () for the charts on show before.
    """

    kind: str
    options: tuple[Line, ...]
    answer: int | None
    because: Line
    curve: Curve | None
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True)
class Demand:
    """Something that somebody wants: a condition in a year, and its words."""

    words: str
    condition: Condition
    year: float


@dataclass(frozen=True)
class Role:
    """A seat in a role play.

    Attributes:
        aim: what it wants; met by ``bid`` alone.
        red_line: what it will not accept; met by the deal.
        bid: lever to value: what it asks for when it thinks of itself alone.
        levers: labels and values of the bid, for people.
    """

    aim: tuple[Demand, ...]
    red_line: tuple[Demand, ...]
    bid: Mapping[str, float]
    levers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Goal:
    """What all want together; ``bids`` is the run of all bids together."""

    demands: tuple[Demand, ...]
    bids: Curve


@dataclass(frozen=True)
class Deal:
    """A policy that meets the goal; ``levers`` are its labels and values, for people."""

    curve: Curve
    levers: tuple[tuple[str, str], ...]


Part = Show | Predict | Reveal | Ask | Role | Goal | Deal


@dataclass(frozen=True)
class Step:
    """One heading: words, and at most one part."""

    title: str
    words: tuple[Passage, ...]
    part: Part | None


@dataclass(frozen=True)
class Note:
    """A part of what only the facilitator reads; ``title`` may be empty."""

    title: str
    words: tuple[Passage, ...]


@dataclass(frozen=True)
class Story:
    """A whole story.

    Attributes:
        key: file name without language and ending; ``language``: code.
        title, level: for people; ``teaches``: ideas, in words.
        kind: ``lesson`` or ``role play``.
        minutes: of the lesson.
        languages: codes of those it is written in.
        model, hash: name of the model and hash of its equations.
        version: hash of the file.
        steps, notes: in order.
        figures: quoted numbers that were computed.
    """

    key: str
    language: str
    title: str
    kind: str
    minutes: int
    level: str
    teaches: tuple[str, ...]
    languages: tuple[str, ...]
    model: str
    hash: str
    version: str
    steps: tuple[Step, ...]
    notes: tuple[Note, ...]
    figures: int
