"""The diagrams as the page draws them, with room for words of each language and values: nothing lies on a name."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from policy_lab import catalogue
from policy_lab.app import language
from policy_lab.app.sector_pictures import views_of
from policy_lab.catalogue import name_in_words
from policy_lab.model import load_model
from policy_lab.readers.sketch import View, arrow_path
from policy_lab.readers.sketch.geometry import inside
from policy_lab.readers.sketch.room import with_room

NAMED = ("stock", "flow", "variable", "ghost")


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    catalogue.speak("en")


@pytest.mark.parametrize("code", ["en", "de"])
@pytest.mark.parametrize("name", ["core", "big_science"])
def test_no_arrow_and_no_pipe_runs_under_a_name(name: str, code: str) -> None:
    model = load_model(name)
    catalogue.speak(code, language.names_of(model, code))
    for view in views_of(model):
        words = {box.name: name_in_words(box.name) for box in view.boxes if box.name}
        drawn = with_room(view, words)
        assert list(under_names(drawn)) == [], view.name
        assert list(overlapping(drawn)) == [], view.name
        assert same_links(view, drawn)


def under_names(view: View) -> Iterator[tuple[str, str, str]]:
    """Cause, effect and the name that the arrow between them runs under; followed at every pixel."""
    for arrow in view.arrows:
        path = arrow_path(arrow, view.by_id[arrow.start], view.by_id[arrow.end])
        every = [(a[0] + (b[0] - a[0]) * i / n, a[1] + (b[1] - a[1]) * i / n)
                 for a, b in itertools.pairwise(path)
                 for n in [1 + int(max(abs(b[0] - a[0]), abs(b[1] - a[1])))] for i in range(n)]  # fmt: skip
        for box in view.boxes:
            if box.kind in NAMED and box.id not in (arrow.start, arrow.end) and any(inside(p, box, -2) for p in every):
                yield view.variable_of(arrow.start), view.variable_of(arrow.end), box.name


def overlapping(view: View) -> Iterator[tuple[str, str]]:
    named = [box for box in view.boxes if box.kind in NAMED]
    for a, b in itertools.combinations(named, 2):
        if abs(a.x - b.x) < a.half_width + b.half_width and abs(a.y - b.y) < a.half_height + b.half_height:
            yield a.name, b.name


def same_links(view: View, drawn: View) -> bool:
    """Room changes where an arrow runs, never what it joins."""
    return [(view.variable_of(a.start), view.variable_of(a.end)) for a in view.arrows] == [
        (drawn.variable_of(a.start), drawn.variable_of(a.end)) for a in drawn.arrows
    ]
