"""OutcomeChart: a variable of a model over time, under the policy and under status quo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from policy_lab.components.widget import NAMESPACE, Widget


class OutcomeChart(Widget):
    """A line chart that follows the levers at once, or that shows ``series`` of your own.

    Args:
        id: its name in callbacks.
        model: address of a model, as ``policy_lab.app.add_model`` gives it; None in the app of that model itself.
        outcome: the variable on show, by its name in the model. Reported when a person chooses another; may be set.
        series: instead of a model's runs: ``{"title", "unit", "time": [T numbers], "lines": [{"label", "values": [T
            numbers]}]}``.
        frame: its elements where the app writes them itself.
    """

    _namespace = NAMESPACE
    _type = "OutcomeChart"
    _prop_names: ClassVar[list[str]] = ["id", "html", "model", "outcome", "series"]

    def __init__(
        self,
        id: str,  # noqa: A002
        model: str | None = None,
        outcome: str | None = None,
        series: Mapping[str, Any] | None = None,
        frame: Any = None,
    ) -> None:
        super().__init__(id, frame, model=model, outcome=outcome, series=series)
