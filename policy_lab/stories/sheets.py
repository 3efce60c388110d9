"""Worksheet and notes of a story: one side of paper each; a role play has one side a role, and one to keep score on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from policy_lab import palette
from policy_lab.catalogue import in_language
from policy_lab.messages import Language, Message
from policy_lab.report import plots
from policy_lab.report.plots import Axes, Drawing, Panel, Picture
from policy_lab.report.templating import Context, render
from policy_lab.stories.blocks import kept
from policy_lab.stories.prose import Line, Span
from policy_lab.stories.reading import Reading
from policy_lab.stories.story import (
    ROLE_PLAY,
    Ask,
    Chart,
    Curve,
    Deal,
    Demand,
    Goal,
    Note,
    Part,
    Predict,
    Reveal,
    Role,
    Show,
    Step,
    Story,
)

#: Inches of a chart that is looked at, and of one that is drawn in; and of the margins inside.
LOOK, DRAW = (4.4, 1.75), (4.4, 2.5)
LEFT, RIGHT, BELOW, ABOVE = 0.62, 0.24, 0.24, 0.08
#: Of a line of the legend, which stands above: a pupil draws in the whole chart, and a curve may be anywhere.
KEY = 0.16
LINES = ("-", "--", ":", "-.")


@dataclass(frozen=True)
class Sheet:
    """One step as a sheet has it.

    Attributes:
        step: its words.
        drawings: of its charts.
        options: of a guess or a question.
        writes: whether there are lines to write on; ``revealed``: whether that is about a guess.
        answer: what the notes say is right.
        because: why, or what to say.
    """

    step: Step
    drawings: Sequence[Drawing]
    options: Sequence[Line]
    writes: bool = False
    revealed: bool = False
    answer: Line = ()
    because: Line = ()


@dataclass(frozen=True)
class Worksheet(Context, template="story_worksheet.html.j2"):
    """What pupils get: ``sheets`` of the steps that show or ask something."""

    story: Story
    sheets: Sequence[Sheet]


@dataclass(frozen=True)
class Notes(Context, template="story_notes.html.j2"):
    """What the teacher gets: each step with its answer, and the facilitator's part."""

    story: Story
    sheets: Sequence[Sheet]
    notes: Sequence[Note]
    made: Message


@dataclass(frozen=True)
class Briefing:
    """One role: its words, and what it asks for."""

    step: Step
    role: Role


@dataclass(frozen=True)
class Scored:
    """A demand, whether the bids and the deal meet it with the value that they give, and its unit in words."""

    demand: Demand
    unit: str
    bids: tuple[bool, float]
    deal: tuple[bool, float]


@dataclass(frozen=True)
class Briefings(Context, template="story_briefings.html.j2"):
    """A role play for the players: ``opening`` and one side a role; ``goal`` and ``rounds`` are the scoring sheet."""

    story: Story
    opening: Sequence[Step]
    briefings: Sequence[Briefing]
    goal: Sequence[Demand]
    rounds: int


@dataclass(frozen=True)
class Debrief(Context, template="story_debrief.html.j2"):
    """A role play for whoever leads it: what the bids and the deal come to."""

    story: Story
    scored: Sequence[Scored]
    briefings: Sequence[Briefing]
    deal: Sequence[tuple[str, str]]
    steps: Sequence[Step]
    notes: Sequence[Note]
    made: Message


ROUNDS = 3


def worksheet(reading: Reading) -> str:
    """The page for pupils, or the briefings of a role play."""
    story, words = reading.story, in_language(reading.story.language)
    if story.kind == ROLE_PLAY:
        opening = [step for step in story.steps if step.part is None or isinstance(step.part, Show)]
        return render(Briefings(story, opening, _briefings(story), _goal(story), ROUNDS), words)
    sheets = [_sheet(reading, step, words) for step in story.steps]
    return render(Worksheet(story, [sheet for sheet in sheets if sheet.drawings or sheet.writes]), words)


def notes(reading: Reading) -> str:
    """The page for the teacher."""
    story, words = reading.story, in_language(reading.story.language)
    made = Message("story.made", {"model": story.model, "hash": story.hash[:8], "count": story.figures})
    if story.kind != ROLE_PLAY:
        sheets = [_answered(reading, step, words) for step in story.steps]
        return render(Notes(story, sheets, story.notes, made), words)
    goal = next(step.part for step in story.steps if isinstance(step.part, Goal))
    deal = next(step.part for step in story.steps if isinstance(step.part, Deal))
    scored = [
        Scored(
            one,
            reading.vocabulary.unit(one.condition.name),
            kept(reading.figures, one, goal.bids.run),
            kept(reading.figures, one, deal.curve.run),
        )
        for one in goal.demands
    ]
    steps = [step for step in story.steps if isinstance(step.part, Goal | Deal)]
    return render(Debrief(story, scored, _briefings(story), deal.levers, steps, story.notes, made), words)


def _briefings(story: Story) -> list[Briefing]:
    return [Briefing(step, step.part) for step in story.steps if isinstance(step.part, Role)]


def _goal(story: Story) -> tuple[Demand, ...]:
    return next((step.part.demands for step in story.steps if isinstance(step.part, Goal)), ())


# ---- steps of a lesson -------------------------------------------------------------------------------------------


def _sheet(reading: Reading, step: Step, words: Language) -> Sheet:
    """A step without its answer."""
    part: Part | None = step.part
    if isinstance(part, Predict):
        drawing = _drawn(reading, part.chart, part.beside, (part.knots[0], part.knots[-1]), words, DRAW, part)
        return Sheet(step, [drawing], [_plain(shape) for shape in part.words])
    if isinstance(part, Ask):
        return Sheet(step, [], part.options, writes=True)
    if isinstance(part, Show):
        # Paper has one side; a step's other charts are on the screen.
        drawn = [
            _drawn(reading, chart, (part.curve, *part.beside), part.years, words, LOOK) for chart in part.charts[:1]
        ]
        return Sheet(step, drawn, [])
    return Sheet(step, [], [], writes=isinstance(part, Reveal), revealed=isinstance(part, Reveal))


def _answered(reading: Reading, step: Step, words: Language) -> Sheet:
    """A step with its answer."""
    part = step.part
    if isinstance(part, Reveal):
        guess = part.predict
        years = (guess.knots[0], guess.knots[-1])
        drawing = _drawn(reading, guess.chart, (guess.curve, *guess.beside), years, words, LOOK)
        return Sheet(step, [drawing], [], because=part.say)
    if isinstance(part, Ask):
        right = part.options[part.answer] if part.answer is not None else ()
        return Sheet(step, [], part.options, answer=right, because=part.because)
    return Sheet(step, [], [])


def _plain(text: str) -> Line:
    return (Span("text", text),)


def _drawn(
    reading: Reading,
    chart: Chart,
    curves: Sequence[Curve],
    years: tuple[float, float],
    words: Language,
    size: tuple[float, float],
    guess: Predict | None = None,
) -> Drawing:
    """A chart as SVG; for a guess an empty one, with the knots and what is known already."""
    wide, inside = size
    high = inside + KEY * len(curves)

    def paint(axes: Axes) -> None:
        axes.set_position((LEFT / wide, BELOW / high, 1 - (LEFT + RIGHT) / wide, (inside - ABOVE - BELOW) / high))
        for number, curve in enumerate(curves):
            times, values = reading.bench.curve(curve.run, chart.name)
            shown = (times >= years[0]) & (times <= years[1])
            colour = palette.GREY if guess or number else palette.BLUE
            label = curve.label or words.texts["story.this_policy"]
            dash = LINES[(number + bool(guess)) % len(LINES)]  # the solid line of a guess is the pupil's
            axes.plot(times[shown], values[shown], color=colour, ls=dash, lw=1.6, label=label)
        if guess:
            axes.set_ylim(*guess.axis)
            axes.set_xticks(guess.knots)
            axes.grid(color=palette.LIGHT["axis"], lw=0.5)
        elif curves and np.nanmin(reading.bench.curve(curves[0].run, chart.name)[1]) >= 0:
            axes.set_ylim(bottom=0)
        axes.set_xlim(*years)
        if curves:
            left = -LEFT / (wide - LEFT - RIGHT)  # of the picture, for long names
            axes.legend(loc="lower left", bbox_to_anchor=(left, 1), borderpad=0.2, labelspacing=0.2, fontsize=8)

    title = f"{chart.label} ({chart.unit})" if chart.unit else chart.label
    return plots.draw(Picture([Panel(title, paint)], width=wide, height=high), words).panels[0]
