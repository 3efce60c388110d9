"""StockFlowDiagram: a sector of the model as it is drawn in the model file."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from policy_lab.components.widget import NAMESPACE, Widget


class StockFlowDiagram(Widget):
    """The diagram of a sector, with the values of a year below the names; moved and enlarged by hand.

    Args:
        id: its name in callbacks.
        sector: number of the sector on show, from 0 in the order of the model file. Reported; may be set.
        values: whose values stand in it. Reported; may be set.
        year: of which year. Reported; may be set.
        frame: its elements where the app writes them itself.
    """

    _namespace = NAMESPACE
    _type = "StockFlowDiagram"
    _prop_names: ClassVar[list[str]] = ["id", "html", "sector", "values", "year"]

    def __init__(
        self,
        id: str,  # noqa: A002
        sector: int | None = None,
        values: Literal["policy", "status_quo", "none"] | None = None,
        year: int | None = None,
        frame: Any = None,
    ) -> None:
        super().__init__(id, frame, sector=sector, values=values, year=year)
