"""Dash's html components, and elements that Dash has no component for, as HTML text: what is on the page at once.

Everything but the tags is escaped, so that nothing from a model file can become markup. Inline styles and handlers are
refused: the page's Content-Security-Policy would not let them act.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from dash import html as dash_html
from dash.development.base_component import Component

from policy_lab.components import Widget

_VOID: Final = frozenset({"input", "br", "hr", "img", "link", "meta"})
_NAMES: Final = {"className": "class", "htmlFor": "for", "tabIndex": "tabindex", "colSpan": "colspan"}


@dataclass(frozen=True)
class Tag:
    """An element that Dash's html has no component for: a field, say.

    Attributes:
        attributes: as HTML names them; True stands alone, False and None are left out.
    """

    name: str
    children: Any = None
    attributes: dict[str, Any] = field(default_factory=dict)


def entry_place(id: str) -> dash_html.Section:  # noqa: A002
    """Where the entry of a variable opens beside the drawing it was chosen in (``web/pages/entry-panel.js``)."""
    return dash_html.Section([], id=id, className="beside__entry is-hidden", tabIndex=-1)


def to_html(node: Any) -> str:
    """A tree of components and tags as HTML.

    Args:
        node: a component of Dash's html, a ``Tag``, text, a number, None, or a list of these.

    Raises:
        TypeError: a component that only scripts can draw.
        ValueError: an inline style or handler.
    """
    return "".join(_pieces(node))


def script_data(name: str, data: Any) -> str:
    """Data for the page's scripts, as an element that runs nothing; ``name`` is its id."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    safe = text.replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{safe}</script>'


def _pieces(node: Any) -> Iterator[str]:
    if node is None:
        return
    if isinstance(node, list | tuple):
        for child in node:
            yield from _pieces(child)
    elif isinstance(node, Tag):
        yield from _element(node.name, node.attributes, node.children)
    elif isinstance(node, Component):
        if isinstance(node, Widget):
            yield from _element("div", {"data-early": node.id, "className": "widget"}, node.frame)
            return
        told = node.to_plotly_json()
        if told["namespace"] != "dash_html_components":
            raise TypeError(f"{told['type']} is drawn by scripts only; use an element of html or a Tag.")
        attributes = dict(told["props"])
        yield from _element(told["type"].lower(), attributes, attributes.pop("children", None))
    else:
        yield html.escape(str(node), quote=False)


def _element(name: str, attributes: dict[str, Any], children: Any) -> Iterator[str]:
    yield f"<{name}{''.join(_attribute(*pair) for pair in attributes.items())}>"
    if name not in _VOID:
        yield from _pieces(children)
        yield f"</{name}>"


def _attribute(name: str, value: Any) -> str:
    if name == "style" or name.startswith("on"):
        raise ValueError(f"'{name}' would be inline code; give the element a class instead.")
    name = _NAMES.get(name, name if "-" in name else name.lower())
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{html.escape(str(value))}"'
