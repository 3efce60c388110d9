"""LeverPanel: the levers of a model, and what follows from where they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from policy_lab.components.widget import NAMESPACE, Widget

#: A lever's value, or its value, start year, ramp in years and end year; None for what it does not have.
Setting = float | Sequence[float | None]


class LeverPanel(Widget):
    """Levers in their groups, each a slider with a box; one panel a page.

    The hand moves them without asking anybody. 150 ms after the last move, with no pointer down, ``policy``,
    ``constants`` and ``outcomes`` reach Python together: take ``outcomes`` as Input and the others as State, so that a
    callback runs once. A callback may set ``policy``; it is left alone while a hand is down.

    Args:
        id: its name in callbacks.
        model: address of a model, as ``policy_lab.app.add_model`` gives it; None in the app of that model itself.
        policy: levers that do not stand at status quo, by the name they have in the model: the value in the
            lever's unit, or ``[value, start year, ramp in years, end year]`` where these differ too. What a callback
            does not name goes to status quo.
        constants: every constant that differs from the model file, those of the chosen scenario and of changed
            assumptions among them: what ``policy_lab.simulate`` takes. Reported, never set.
        outcomes: headline outcomes by name, each at the model's last moment and in its own unit. Reported, never set.
        frame: its elements where the app writes them itself.
    """

    _namespace = NAMESPACE
    _type = "LeverPanel"
    _prop_names: ClassVar[list[str]] = ["id", "html", "model", "policy", "constants", "outcomes"]

    def __init__(
        self,
        id: str,  # noqa: A002
        model: str | None = None,
        policy: Mapping[str, Setting] | None = None,
        constants: Mapping[str, float] | None = None,
        outcomes: Mapping[str, float] | None = None,
        frame: Any = None,
    ) -> None:
        super().__init__(id, frame, model=model, policy=policy, constants=constants, outcomes=outcomes)
