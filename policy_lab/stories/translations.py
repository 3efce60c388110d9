"""Whether a story says the same in each of its languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from policy_lab.errors import StoryError
from policy_lab.stories.reading import Reading, read_story
from policy_lab.stories.story import Ask, Chart, Curve, Part, Predict, Reveal, Show, Step, Story


def check_story(path: Path) -> Reading:
    """A story read and held against its other languages: each must be there and have the same steps.

    Raises:
        StoryError: as ``read_story``.
    """
    reading = read_story(path)
    own, faults = reading.story, reading.faults
    for language in own.languages:
        if language == own.language:
            continue
        other = path.with_name(f"{own.key}.{language}.md")
        if not other.is_file():
            faults.add(1, StoryError("error.story.untranslated", file=other.name))
            continue
        there = read_story(other, reading.bench)
        told = there.story
        found = list(_differences(own, told, other.name))
        if found and there.faults.found:
            found = [StoryError("error.story.other_faults", file=other.name)]
        for error in found:
            faults.add(1, error)
    return reading


def _differences(own: Story, told: Story, file: str) -> Iterator[StoryError]:
    """What the translation in ``file`` does otherwise."""
    if len(told.steps) != len(own.steps):
        yield StoryError("error.story.steps", file=file, count=len(own.steps), other=len(told.steps))
        return
    for number, (mine, theirs) in enumerate(zip(own.steps, told.steps, strict=True), 1):
        if _told(mine) != _told(theirs):
            yield StoryError("error.story.other_step", file=file, number=number, title=mine.title)
    if (own.kind, own.minutes, len(own.teaches), len(own.notes)) != (
        told.kind, told.minutes, len(told.teaches), len(told.notes)
    ):  # fmt: skip
        yield StoryError("error.story.other_head", file=file)


def _told(step: Step) -> Any:
    """What a step does, without its words."""
    return len(step.words), _facts(step.part)


def _facts(part: Part | Curve | Chart | None) -> Any:
    match part:
        case Curve():
            return part.run
        case Chart():
            return part.name
        case Show():
            return _each(part.curve, *part.beside, *part.charts), part.sliders, part.years
        case Predict():
            return _each(part.curve, *part.beside, part.chart), part.knots, part.axis, len(part.words)
        case Reveal():
            return part.of
        case Ask():
            return part.kind, len(part.options), part.answer, _facts(part.curve), _each(*part.charts)
        case None:
            return None
        case _:
            return type(part).__name__, getattr(part, "bid", None)


def _each(*parts: Curve | Chart) -> tuple[Any, ...]:
    return tuple(_facts(part) for part in parts)
