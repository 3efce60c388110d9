"""One model ready to be explored: its runs, remembered, and the range of every variable across the worlds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from policy_lab import catalogue
from policy_lab.app.labels import keys_of
from policy_lab.app.language import translated
from policy_lab.app.policy import status_quo_world
from policy_lab.app.remembering import Shelf
from policy_lab.model import Model
from policy_lab.runs import Runs

#: Constants that differ from the model file, and the last moment (None: the model's own) -> one run.
Run = Callable[[Mapping[str, float], float | None], Runs]
#: Bytes of runs kept; one of a thousand variables and a hundred years is a megabyte.
ROOM = 32_000_000
_current: ContextVar[ModelSession] = ContextVar("policy_lab_session")


def session() -> ModelSession:
    """The session of the app that is answering, for layouts and callbacks; raises LookupError outside of one."""
    return _current.get()


class Memory:
    """Remembers the latest runs of a ``run`` function, safe to share between the server's threads.

    Args:
        run: makes Runs with one run and every visible variable.
        room: bytes of runs to keep; the one longest unused goes first.
    """

    def __init__(self, run: Run, room: int = ROOM) -> None:
        self._run = run
        self._kept: Shelf[tuple[float | None, tuple[tuple[str, float], ...]], Runs] = Shelf(room)

    def __call__(self, constants: Mapping[str, float], until: float | None = None) -> Runs:
        """The Runs of these constants, from memory when they were asked for lately."""
        key = until, tuple(sorted((name, float(value)) for name, value in constants.items()))
        runs = self._kept.get(key)
        if runs is None:
            runs = self._run(dict(constants), until)
            self._kept.put(key, runs, runs.values.nbytes)
        return runs


@dataclass(frozen=True)
class ModelSession:
    """A model, and the one function that runs it.

    Attributes:
        source: the model as its files have it.
        run: the server's engine, as ``Memory`` holds it.
    """

    source: Model
    run: Memory

    def begin(self) -> None:
        """Makes it the one that ``session`` gives, for this request."""
        _current.set(self)

    @property
    def model(self) -> Model:
        """The model with its texts in the language in use."""
        return translated(self.source, catalogue.language())

    @cached_property
    def lever_keys(self) -> dict[str, str]:
        """Lever name to its key in links and ids."""
        return keys_of(self.model.levers)

    @cached_property
    def status_quo(self) -> Runs:
        """The run every chart draws."""
        return self.run_of_world(status_quo_world(self.model))

    @cached_property
    def worlds(self) -> dict[str, Runs]:
        """Every scenario's run, by key."""
        return {key: self.run_of_world(key) for key in self.model.scenarios}

    @cached_property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """Lowest and highest value of every saved variable across status quo and all worlds, all years."""
        runs = [self.status_quo, *self.worlds.values()]
        low = np.min([r.values.min(axis=(0, 1)) for r in runs], axis=0)
        high = np.max([r.values.max(axis=(0, 1)) for r in runs], axis=0)
        return {name: (float(low[i]), float(high[i])) for i, name in enumerate(self.status_quo.outputs)}

    def until(self, world: str) -> float | None:
        """The last moment of a world's runs, None for the model's own."""
        return self.model.scenarios[world].until if world in self.model.scenarios else None

    def run_of_world(self, key: str) -> Runs:
        """The run of a world as its file sets it; "" is the model with nothing changed."""
        return self.run(self.model.constants_of(key or None), self.until(key))
