"""Link and loop scores of the model's scenarios, for the Why page: how strong the arrows of a loop are in a year.

Scores need every equation worked out several times a step, so they are of scenarios as they stand, made when one is
first asked for; what cutting a loop does is run in the browser, for any policy. The drawings are those of
``loop_pictures.py``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import pairwise
from threading import Lock
from typing import Any, Final

import numpy as np

from policy_lab import cache
from policy_lab.app.labels import label_of
from policy_lab.app.loop_pictures import MOST, shortened
from policy_lab.app.policy import status_quo_world
from policy_lab.checks.polarity import signs_of
from policy_lab.loops import LinkScores, Strongest, link_scores, loop_scores, strongest_circuits
from policy_lab.model import Model
from policy_lab.model.circuits import Link
from policy_lab.model.loops import Loop
from policy_lab.runs import Floats

#: Years between two moments of the sample, and circuits that it names at each.
EVERY: Final = 5
NAMED: Final = 5
#: Key in an address of a model that has no scenario for status quo.
AS_IT_STANDS: Final = "model"
KIND: Final = "loop-strengths"
_one_at_a_time = Lock()


def scored(model: Model) -> dict[str, str | None]:
    """Scenarios with scores, by the key in their address; ``AS_IT_STANDS`` is the model file. None without loops."""
    if not any(loop.circuit for loop in model.loops):
        return {}
    return {**({} if status_quo_world(model) else {AS_IT_STANDS: None}), **{key: key for key in model.scenarios}}


def strengths(model: Model, scenario: str | None) -> dict[str, Any]:
    """Scores at whole years, in the language in use.

    ``links[loop][arrow][year]`` are those of the arrows of each loop as it is drawn, ``loops[loop][year]`` its share of
    the scores of all named loops (0 of what does not close), loops in the order of ``loops.json``; ``sample`` the
    strongest circuits at some years: ``{year, circuits: [{stock, score, path}]}``. What is not finite is 0.
    """
    key = cache.key_of(KIND, "1", model.hash, repr(sorted(model.constants_of(scenario).items())), repr(model.loops))
    with _one_at_a_time:
        kept = cache.read(key, KIND)
        found = json.loads(kept) if kept else _scored(model, scenario)
        if not kept:
            cache.write(key, KIND, json.dumps(found, separators=(",", ":")).encode())
    for moment in found["sample"]:
        for circuit in moment["circuits"]:
            circuit["stock"] = label_of(circuit["stock"])
            circuit["path"] = [label_of(name) for name in circuit["path"]]
    return found


def _scored(model: Model, scenario: str | None) -> dict[str, Any]:
    clock = model.program.clock
    scores = link_scores(model.program, model.constants_of(scenario))
    years = list(range(math.ceil(clock.initial), math.floor(clock.final) + 1))
    rows = [int(np.abs(scores.time - year).argmin()) for year in years]
    drawn = [loop for loop in model.loops if loop.circuit]
    whole = loop_scores(scores, [loop.circuit for loop in drawn if loop.circuit]).relative()
    links = [[_listed(arrow[rows]) for arrow in arrows_of(model, loop, scores)] for loop in drawn]
    moments = [year for year in years if year % EVERY == 0 and year > clock.initial]
    found = strongest_circuits(model.program, scores, moments)
    return {
        "years": years,
        "links": links,
        "loops": [_listed(one[rows]) for one in whole],
        "sample": [{"year": year, "circuits": _distinct(found, year)} for year in moments],
    }


def arrows_of(model: Model, loop: Loop, scores: LinkScores) -> list[Floats]:
    """The score of each arrow of a loop's drawing, ``[step]``: the product of the scores of its links.

    Between arrays each link is the strongest of its elements.
    """
    assert loop.circuit is not None
    names, steps = shortened(model, loop, signs_of(model), MOST)
    single = [_strongest(step, scores) for step in loop.circuit.steps]
    at = loop.circuit.names.index(names[0])
    arrows = []
    for step in steps:
        count = len(step.via) + 1
        parts = [single[(at + n) % len(single)] for n in range(count)]
        arrows.append(np.prod(parts, axis=0))
        at += count
    return arrows


def _strongest(step: Sequence[Link], scores: LinkScores) -> Floats:
    each = np.array([np.prod([scores.of(a, b) for a, b in pairwise(link.route)], axis=0) for link in step])
    each = np.nan_to_num(each, posinf=0.0, neginf=0.0)
    strongest: Floats = np.take_along_axis(each, np.abs(each).argmax(axis=0)[None], axis=0)[0]
    return strongest


def _distinct(found: list[Strongest], year: int) -> list[dict[str, Any]]:
    """The strongest of a year, each circuit once, whichever of its stocks it was found from."""
    once = {frozenset(one.names): one for one in found if round(one.time) == year}
    first = sorted(once.values(), key=lambda one: -abs(one.score))[:NAMED]
    return [{"stock": one.stock, "score": _four(one.score), "path": list(one.names)} for one in first]


def _listed(values: Floats) -> list[float]:
    return [_four(value) for value in values]


def _four(value: float) -> float:
    return float(f"{value:.4g}") if math.isfinite(value) else 0.0
