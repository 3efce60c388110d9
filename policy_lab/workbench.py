"""EMA workbench's door to a model: levers, uncertain inputs and outcomes as the workbench has them, runs made here.

    made = workbench.ema_model(load_model("big_science"))
    experiments, outcomes = ema_workbench.perform_experiments(made, scenarios=100, policies=4)

The workbench is no part of Policy Lab: ``pip install 'policy-lab[workbench]'`` (Kwakkel 2017,
doi:10.1016/j.envsoft.2017.06.054).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policy_lab.ensemble.measures import measure_from, outcomes_of
from policy_lab.errors import StudyError
from policy_lab.model import Model, load_model
from policy_lab.readers import Given
from policy_lab.simulation import simulate

Outcomes = Sequence[str | Mapping[str, Any]]


@dataclass(frozen=True)
class Runner:
    """One experiment after the other, in whichever process the workbench starts: constants in, outcomes out."""

    model: str
    data: Given
    outcomes: tuple[str | Mapping[str, Any], ...]
    how: Mapping[str, Any]

    def __call__(self, **settings: float) -> dict[str, Any]:
        """The outcomes by name: ``values[time]``, or one number for what is taken of a run."""
        model = load_model(self.model, _data(self.data))
        curves = [one for one in self.outcomes if isinstance(one, str)]
        taken = [one for one in self.outcomes if not isinstance(one, str)]
        runs = simulate(model, settings, outputs=curves or [next(iter(model.program.visible))], **self.how)
        numbers = outcomes_of(model, settings, taken, **self.how).iloc[0].to_dict() if taken else {}
        return {"TIME": runs.time, **{n: runs.of(n)[0] for n in curves}, **numbers}


def _data(given: Given) -> Any:
    """What ``load_model`` was given, once more."""
    files = [one for one in given if isinstance(one, str)]
    return files or {one.name: (one.times, one.values) for one in given if not isinstance(one, str)} or None


def ema_model(model: Model, outcomes: Outcomes = (), name: str = "", **how: Any) -> Any:
    """An ``ema_workbench.Model``; its parameters are the model's levers and uncertain inputs, uniform over their range.

    Args:
        model: from ``load_model``.
        outcomes: variables (time series), or what to take of them (numbers), see ``outcomes_of``; the model's headline
            outcomes if none are given. ``TIME`` is always there.
        name: for the workbench, letters and digits; the model's own if empty.
        how: the rest of what ``simulate`` takes, such as ``scenario``.

    Raises:
        StudyError: the workbench is not installed, or an outcome is none.
    """
    try:
        import ema_workbench as ema
    except ImportError:
        raise StudyError("error.study.workbench") from None
    asked = tuple(outcomes or [o.name for o in model.outcomes.values() if o.headline])
    for one in asked:
        measure_from(one if isinstance(one, Mapping) else {"name": one, "of": one}, model)
    place = str(model.folder or model.path)
    made = ema.Model(name or re.sub(r"[\W_]", "", model.name), Runner(place, model.program.data, asked, how))
    made.levers = [_parameter(ema, x) for x in model.levers.values()]
    made.uncertainties = [_parameter(ema, x) for x in model.uncertainties.values()]
    made.outcomes = [ema.TimeSeriesOutcome("TIME"), *(_outcome(ema, one) for one in asked)]
    return made


def identifier(name: str) -> str:
    """A name that Python could have, as the workbench wants it: ``"life of a link"`` is ``life_of_a_link``."""
    word = re.sub(r"\W+", "_", name).strip("_")
    return f"_{word}" if word[:1].isdigit() else word


def _parameter(ema: Any, row: Any) -> Any:
    return ema.RealParameter(identifier(row.name), row.low, row.high, default=row.default, variable_name=row.name)


def _outcome(ema: Any, one: str | Mapping[str, Any]) -> Any:
    if isinstance(one, str):
        return ema.TimeSeriesOutcome(identifier(one), variable_name=one)
    return ema.ScalarOutcome(identifier(one["name"]), variable_name=one["name"])
