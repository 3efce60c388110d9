"""Loop scores: how strong circuits are in a run, and in which direction they push (Loops that Matter).

The score of a circuit at a moment is the product of its links' scores (``link_scores``); its relative score is its
share of the sum of the sizes of all circuits it is compared with. A circuit named with arrays is all of its walks
through their elements, whose scores add up. Schoenberg, Davidsen and Eberlein 2020, doi:10.1002/sdr.1658.

Large models have more circuits than anybody can enumerate. ``strongest_circuits`` gives a labelled sample instead: for
each stock and moment the circuit that carries most, found as a shortest path where a link's length is the negative
logarithm of its share of all links into its effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from policy_lab.loops.link_scores import LinkScores
from policy_lab.model.circuits import Circuit
from policy_lab.program import Program
from policy_lab.runs import Floats

#: Share of moments that must agree for a circuit to be called reinforcing or balancing.
SAME = 0.99


@dataclass(frozen=True)
class LoopScores:
    """Scores of circuits in one run.

    Attributes:
        time: every step of the run.
        values: ``values[circuit, step]``; NaN where a link's score is.
    """

    time: Floats
    values: Floats

    def relative(self) -> Floats:
        """``[circuit, step]``, the sizes of which add up to 1 at each step; 0 where nothing moves."""
        size = np.nansum(np.abs(self.values), axis=0)
        acting = (size > 0) & np.isfinite(self.values)
        share: Floats = np.divide(self.values, size, out=np.zeros_like(self.values), where=acting)
        return share

    def polarity(self, number: int) -> str:
        """``R``, ``B`` or ``mixed``: the sign at 99% of the steps at which the circuit acts; "" if it never does."""
        signs = np.sign(self.values[number][np.isfinite(self.values[number])])
        acting = signs[signs != 0]
        if not acting.size:
            return ""
        up = float(np.mean(acting > 0))
        return "R" if up >= SAME else "B" if up <= 1 - SAME else "mixed"


@dataclass(frozen=True)
class Strongest:
    """The strongest circuit through a stock at a moment, its score there and the variables on its way."""

    stock: str
    time: float
    score: float
    names: tuple[str, ...]


def loop_scores(scores: LinkScores, circuits: Iterable[Circuit | Sequence[str]]) -> LoopScores:
    """Scores of circuits, each a ``Circuit`` of the model's table or its variables (the first not repeated).

    Raises:
        KeyError: a circuit has a link that the run's model has not.
    """
    found = [_of_table(scores, c) if isinstance(c, Circuit) else _of_names(scores, c) for c in circuits]
    return LoopScores(scores.time, np.array(found).reshape(len(found), len(scores.time)))


def _of_names(scores: LinkScores, names: Sequence[str]) -> Floats:
    product: Floats = np.prod([scores.of(a, b) for a, b in pairwise((*names, names[0]))], axis=0)
    return product


def _of_table(scores: LinkScores, circuit: Circuit) -> Floats:
    """The sum over all walks of elements that come back to where they began."""
    total = np.zeros(len(scores.time))
    for start in dict.fromkeys(link.cause for link in circuit.steps[0]):
        reached: dict[str, Floats] = {start: np.ones(len(scores.time))}
        for step in circuit.steps:
            ahead: dict[str, Floats] = {}
            for link in step:
                if link.cause in reached:
                    part = np.prod([scores.of(a, b) for a, b in pairwise(link.route)], axis=0) * reached[link.cause]
                    ahead[link.effect] = ahead[link.effect] + part if link.effect in ahead else part
            reached = ahead
        total += reached.get(start, 0.0)
    return total


def strongest_circuits(program: Program, scores: LinkScores, moments: Sequence[float]) -> list[Strongest]:
    """For each stock, at each moment, the circuit through it whose links' shares multiply to the most.

    Args:
        program: the one that was scored.
        scores: of a run of it.
        moments: in the model's time unit; the next step of the run is taken.
    """
    names = [n for n, e in program.equations.items() if e.kind in ("stock", "auxiliary")]
    place = {name: i for i, name in enumerate(names)}
    ends = np.array([(place[a], place[b]) for a, b in scores.links]).reshape(-1, 2)
    stocks = [place[s] for s in program.stocks]
    return [
        circuit
        for moment in moments
        for circuit in _at(scores, int(np.abs(scores.time - moment).argmin()), names, ends, stocks)
    ]


def _at(scores: LinkScores, row: int, names: list[str], ends: np.ndarray, stocks: list[int]) -> Iterator[Strongest]:
    size = np.abs(np.nan_to_num(scores.values[:, row], posinf=0.0, neginf=0.0))
    into = np.bincount(ends[:, 1], size, minlength=len(names))
    acting = size > 0
    share = size[acting] / into[ends[acting, 1]]
    length = np.maximum(-np.log(share), 1e-12)  # a length of exactly zero would be no link
    graph = csr_array((length, (ends[acting, 0], ends[acting, 1])), shape=(len(names), len(names)))
    far, came = dijkstra(graph, indices=stocks, return_predecessors=True)
    for number, stock in enumerate(stocks):
        last = ends[acting & (ends[:, 1] == stock), 0]
        back = -np.log(size[acting & (ends[:, 1] == stock)] / into[stock]) if last.size else np.array([])
        if not last.size or not np.isfinite(whole := far[number, last] + back).any():
            continue
        way = [int(last[whole.argmin()])]
        while way[-1] != stock:
            way.append(int(came[number, way[-1]]))
        path = tuple(names[i] for i in reversed(way))
        yield Strongest(names[stock], float(scores.time[row]), float(_of_names(scores, path)[row]), path)
