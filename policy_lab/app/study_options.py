"""Options of a study as the boxes of its form say them, each looked up in the model."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from policy_lab.app.labels import label_of, unit_of
from policy_lab.ensemble.quantity import money_of
from policy_lab.ensemble.questions import CONDITIONS, OUTCOME, SCENARIO, SCENARIOS, SHARE
from policy_lab.errors import BadValue, UnknownName
from policy_lab.messages import Message
from policy_lab.model import Model
from policy_lab.studies import Question

#: Most conditions, or scenarios, of one study.
MOST: Final = 20
SIDES: Final = ("above", "below")


def read(model: Model, question: Question, sent: Any, times: Sequence[float]) -> dict[str, Any]:
    """The options of a study from what its boxes say; what a box leaves out has the method's own default.

    Raises:
        BadValue, UnknownName: what cannot be had.
    """
    if not isinstance(sent, Mapping):
        raise BadValue(Message("study.not_understood"))
    strange = sorted(set(map(str, sent)) - set(question.boxes))
    if strange:
        raise UnknownName("key", strange[0], question.boxes)
    readers = {CONDITIONS: _conditions, SHARE: _share, OUTCOME: _outcome, SCENARIO: _scenario, SCENARIOS: _scenarios}
    return {option: readers[question.boxes[option]](model, value, times) for option, value in sent.items()}


def outcomes_in(question: Question, options: Mapping[str, Any]) -> list[str]:
    """The outcomes that options name, which the study then has to look at."""
    found = []
    for option, value in options.items():
        if question.boxes[option] == CONDITIONS:
            found += [condition["outcome"] for condition in value]
        elif question.boxes[option] == OUTCOME and value:
            found.append(value)
    return found


def scale_of(model: Model, name: str) -> dict[str, Any]:
    """How people write a number of an outcome: ``unit``, and how many of the model's own one of these is."""
    unit = model.program.equations[name].unit
    money = money_of(unit)
    if money and money["scale"] <= 1e9:
        return {"unit": f"{money['sign']} bn", "scale": 1e9 / money["scale"]}
    return {"unit": unit_of(unit), "scale": 1.0}


def one_of(value: Any, possible: Iterable[str]) -> str:
    """One of some texts; raises ``BadValue`` for anything else."""
    if not isinstance(value, str) or value not in possible:
        raise BadValue(Message("study.not_understood"))
    return value


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadValue(Message("study.no_limit", {"outcome": label_of(name)}))
    return float(value)


def _conditions(model: Model, value: Any, times: Sequence[float]) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST:
        raise BadValue(Message("study.no_condition"))
    return [_condition(model, one, times) for one in value]


def _condition(model: Model, value: Any, times: Sequence[float]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise BadValue(Message("study.not_understood"))
    name, side = _outcome(model, value.get("outcome"), times), one_of(value.get("side"), SIDES)
    if value.get("time") not in times:
        raise BadValue(Message("study.not_understood"))
    return {"outcome": name, side: _number(value.get("limit"), name), "time": float(value["time"])}


def _share(_: Model, value: Any, __: Sequence[float]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise BadValue(Message("study.no_share"))
    return float(value)


def _outcome(model: Model, value: Any, _: Sequence[float]) -> str:
    return one_of(value, ("", *model.outcomes))


def _scenario(model: Model, value: Any, _: Sequence[float]) -> str:
    if not isinstance(value, str) or value not in model.scenarios:
        raise UnknownName("scenario", str(value), model.scenarios)
    return value


def _scenarios(model: Model, value: Any, times: Sequence[float]) -> list[str]:
    if not isinstance(value, list) or not 2 <= len(value) <= MOST:
        raise BadValue(Message("study.two_scenarios"))
    return [_scenario(model, one, times) for one in value]
