"""Prerendered: a part of a page that is plain HTML with its own scripts."""

from __future__ import annotations

from typing import Any, ClassVar

from policy_lab.components.widget import NAMESPACE, Widget


class Prerendered(Widget):
    """A part of a page that a module of ``web/`` works on, kept as it is whatever Dash draws around it.

    Args:
        id: its name in the layout.
        frame: its elements.
    """

    _namespace = NAMESPACE
    _type = "Prerendered"
    _prop_names: ClassVar[list[str]] = ["id", "html"]

    def __init__(self, id: str, frame: Any) -> None:  # noqa: A002
        super().__init__(id, frame)
