"""Widget: what all our Dash components have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from dash.development.base_component import Component

#: Name of the JavaScript object that holds the components: the browser looks up ``window[NAMESPACE][type]``.
NAMESPACE = "policy_lab_components"


class Widget(Component):  # type: ignore[misc]
    """A component of ours: a place in Dash's layout that a module of ``web/`` fills.

    What it shows is there before Dash in the app's own first page; then the component takes those elements over, with
    everything that a person has done to them. Elsewhere it makes them, from ``html`` where it is given any.

    Attributes:
        frame: its elements as a tree for ``policy_lab.app.markup``, None where the browser makes them. Never sent to
            the browser as a property; ``html`` is.
    """

    _namespace = NAMESPACE
    _type = "Widget"
    _prop_names: ClassVar[list[str]] = ["id", "html"]
    _valid_wildcard_attributes: ClassVar[list[str]] = []
    available_wildcard_properties: ClassVar[list[str]] = []
    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = ["children"]

    def __init__(self, id: str, frame: Any = None, **properties: Any) -> None:  # noqa: A002
        given = {name: value for name, value in properties.items() if value is not None}
        super().__init__(id=id, **given)
        self.frame = frame
