"""Page list: the pages of an app in the order of its header, ours and those of a folder of one's own.

A page is a Python file that calls ``dash.register_page`` and has ``layout``, as everywhere in Dash. All pages are in
the app's layout from the start, and the browser shows the one that the address names: so the levers, and whatever else
a person has done, outlive a change of page.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dash
from dash import html
from dash.development.base_component import Component

from policy_lab.app.markup import to_html
from policy_lab.catalogue import say
from policy_lab.components import Widget
from policy_lab.errors import BadValue
from policy_lab.model import Model


@dataclass(frozen=True)
class ListedPage:
    """One page.

    Attributes:
        key: what it is called in the page's scripts.
        path: its address below the app's own, "" for the first.
        name: what the header calls it, unless ``words`` names a text of the catalogue.
        early: whether it is in the first page already.
        make: its elements, in the language in use.
    """

    key: str
    path: str
    name: str
    words: str
    early: bool
    make: Callable[[], Any]

    @property
    def title(self) -> str:
        """What the header calls it."""
        return say(self.words) if self.words else self.name

    def place(self, content: Any) -> html.Div:
        """Its elements in the place that the browser shows or hides."""
        return html.Div(content, hidden=self.path != "", **{"data-shown-at": self.key})


def pages_of(model: Model, folder: Path | None = None) -> list[ListedPage]:
    """The pages with something to show of a model, once there is an app to register them with.

    Args:
        model: whose pages.
        folder: Python files with further pages; None for ours alone.

    Raises:
        BadValue: the folder is none, or one of its files is no page.
    """
    added = _load(folder) if folder else set()
    return [
        _listed(page, module in added)
        for module, page in dash.page_registry.items()
        if page.get("has_content", lambda _: True)(model)
    ]


def _listed(page: Mapping[str, Any], added: bool) -> ListedPage:
    path, layout = str(page["path"]).strip("/"), page["layout"]

    def make() -> Any:
        content = layout() if callable(layout) else layout
        return html.Section(content, className="page page--added") if added else content

    return ListedPage(path or "explore", path, page["name"], page.get("words", ""), bool(page.get("early")), make)


def _load(folder: Path) -> set[str]:
    """Runs every Python file of a folder, each of which must register a page; names of their modules."""
    if not folder.is_dir():
        raise BadValue("error.server.pages", folder=str(folder))
    loaded = set()
    for file in sorted(folder.glob("[!_.]*.py")):
        name = f"pages.{file.stem}"
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None  # a file that ends in .py
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        if name not in dash.page_registry or not hasattr(module, "layout"):
            raise BadValue("error.server.page", file=str(file))
        dash.page_registry[name]["layout"] = module.layout
        loaded.add(name)
    return loaded


def with_html(node: Any) -> Any:
    """A tree in which every widget of ours brings its elements as HTML, since the first page does not have them."""
    if isinstance(node, list | tuple):
        for child in node:
            with_html(child)
    elif isinstance(node, Widget) and node.frame is not None:
        node.html = to_html(node.frame)
    elif isinstance(node, Component):
        with_html(getattr(node, "children", None))
    return node
