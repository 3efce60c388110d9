"""RankingChart: which factors matter for an outcome, from a study; ``app/ranking_chart.py`` draws it."""

from __future__ import annotations

from typing import Any, ClassVar

from policy_lab.components.widget import NAMESPACE, Widget


class RankingChart(Widget):
    """The total effects of a study as bars, over time and as a table; and studies of one's own.

    Args:
        id: its name in callbacks.
        study: the study on show: "levers" or "choice" for the stored ones, else the beginning of a study's hash.
            Reported; may be set.
        outcome: the outcome on show, by its name in the model. Reported; may be set.
        time: "all", or a studied year. Reported; may be set.
        frame: its elements where the app writes them itself.
    """

    _namespace = NAMESPACE
    _type = "RankingChart"
    _prop_names: ClassVar[list[str]] = ["id", "html", "study", "outcome", "time"]

    def __init__(
        self,
        id: str,  # noqa: A002
        study: str | None = None,
        outcome: str | None = None,
        time: str | None = None,
        frame: Any = None,
    ) -> None:
        super().__init__(id, frame, study=study, outcome=outcome, time=time)
