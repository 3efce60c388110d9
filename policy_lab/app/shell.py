"""The page around Dash: header, notice and Explore as plain HTML with their own scripts, Dash's pages below them.

The browser shows and works Explore before it has read a line of Dash, whose scripts (several megabytes) are only
named in the page, inside a ``template``; ``assets/later.js`` loads them once the first picture stands, or at once on
a page that needs them. No script stands in the page itself, so a ``script-src`` of ``'self'`` is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from policy_lab.app.bundle import Bundle
from policy_lab.app.language import Page
from policy_lab.app.markup import script_data, to_html

#: The page's own scripts, in the order they run, given as one; every other script of ``assets/`` comes with Dash.
FIRST: Final = (
    "colours.js",
    "facts.js",
    "engine.js",
    "chart-scale.js",
    "chart-plan.js",
    "chart.js",
    "chart-table.js",
    "chart-export.js",
    "scenario.js",
    "link.js",
    "history.js",
    "state.js",
    "runs.js",
    "bands.js",
    "picture.js",
    "page.js",
    "levers.js",
    "combobox.js",
    "worlds.js",
    "assumptions.js",
    "replay.js",
    "keys.js",
    "tables.js",
    "summary.js",
    "actions.js",
    "brief.js",
    "wedges.js",
    "compare-slide.js",
    "compare-wedges.js",
    "compare.js",
    "language.js",
    "later.js",
    "explore.js",
)

_PAGE: Final = """<!DOCTYPE html>
<html lang="__LANGUAGE__">
  <head>
    {%metas%}
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>{%title%}</title>
    <link rel="icon" type="image/svg+xml" href="__ICON__">
    {%css%}
    __FIRST__
  </head>
  <body>
    <noscript>__NO_SCRIPT__</noscript>
    __SHELL__
    {%config%}
    <template id="dash-scripts">{%app_entry%}{%scripts%}{%renderer%}</template>
  </body>
</html>"""

#: Where Dash's pages go, inside the shell.
ENTRY: Final = "__ENTRY__"


class Shell(Page):
    """A Dash app whose pages stand inside a page of plain HTML.

    ``body`` gives, in the language of the request, that page as components or tags, with the text ``ENTRY`` where
    Dash's own pages go, and the data of the page's scripts by the id of the element that holds them.
    """

    def __init__(self, *arguments: Any, body: Callable[[], tuple[Any, dict[str, Any]]], **options: Any) -> None:
        ignored = "|".join(name.replace(".", r"\.") for name in (*FIRST, "engine-worker.js", "bands-worker.js"))
        super().__init__(*arguments, assets_ignore=rf"^(.*\.(worker|module)\.js|{ignored})$", **options)
        self._body = body
        self._scripts = Bundle(Path(self.config.assets_folder), FIRST)
        self._scripts.register(self.server, self.config.routes_pathname_prefix)
        self.index_string = _PAGE.replace("__ICON__", self._icon())

    def interpolate_index(self, **parts: str) -> str:
        """The first page."""
        text: str = super().interpolate_index(**parts)
        body, data = self._body()
        entry = '<div id="react-entry-point"></div>'
        shell = to_html(body).replace(ENTRY, entry) + "".join(script_data(*pair) for pair in data.items())
        return text.replace("__FIRST__", self._first(data)).replace("__SHELL__", shell)

    def prepare(self) -> None:
        """Makes what the first page needs, which takes a second, so that nobody who asks for it has to wait."""
        self._body()

    def _icon(self) -> str:
        """The icon inside its own address: browsers ask for any other one again whenever the page's address changes."""
        drawing = (Path(self.config.assets_folder) / "mark.svg").read_text(encoding="utf-8").strip()
        return "data:image/svg+xml," + quote(drawing, safe="/:= '")

    def _first(self, data: dict[str, Any]) -> str:
        files = data["facts-data"]["files"]
        ahead = [f'<link rel="preload" href="{files[name]}" as="fetch" crossorigin>' for name in ("layout", "fused")]
        address = f"{self.config.requests_pathname_prefix}scripts/{self._scripts.tag}.js"
        return "\n    ".join([*ahead, f'<script defer src="{address}"></script>'])
