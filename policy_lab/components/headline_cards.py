"""HeadlineCards: the headline outcomes as figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from policy_lab.components.widget import NAMESPACE, Widget


class HeadlineCards(Widget):
    """A card for each headline outcome: its value at the last moment, and the change against status quo.

    Args:
        id: its name in callbacks.
        model: address of a model, as ``policy_lab.app.add_model`` gives it; None in the app of that model itself.
        outcomes: by name, each at the last moment and in its own unit. Reported once the hand rests, never set.
        frame: its elements where the app writes them itself.
    """

    _namespace = NAMESPACE
    _type = "HeadlineCards"
    _prop_names: ClassVar[list[str]] = ["id", "html", "model", "outcomes"]

    def __init__(
        self,
        id: str,  # noqa: A002
        model: str | None = None,
        outcomes: Mapping[str, float] | None = None,
        frame: Any = None,
    ) -> None:
        super().__init__(id, frame, model=model, outcomes=outcomes)
