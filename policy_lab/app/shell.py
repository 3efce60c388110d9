"""The page around Dash: header, notice and Explore as plain HTML with their own scripts, Dash's pages below them.

The browser shows and works Explore before it has read a line of Dash, whose scripts (several megabytes) are only
named in the page, inside a ``template``; ``web/pages/dash-loader.js`` loads them once the first picture stands, or at
once on a page that needs them. No script stands in the page itself, so a ``script-src`` of ``'self'`` is enough.

Each of these comes as one file (``bundle.py``): the page's own scripts, which ``make web`` puts together from ``web/``,
all style sheets, Dash, and a script for either kind of worker. Components of Dash that fetch parts of themselves later
(charts, editors) would look for them beside the bundle and not find them; the pages use none.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from dash.fingerprint import check_fingerprint

from policy_lab.app import bundle
from policy_lab.app.bundle import Bundle
from policy_lab.app.language import Page, once_a_language
from policy_lab.app.markup import script_data, to_html

#: Names of the bundles; Dash looks for its renderer's in the page.
PAGE: Final = "page"
STYLES: Final = "styles"
DASH: Final = "dash-renderer"
#: Scripts of the threads, by the name they have in ``facts``.
THREADS: Final = {"worker": "bands.worker.bundle.js", "thread": "engine.worker.bundle.js"}

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
        super().__init__(*arguments, assets_ignore=r".*\.js$", **options)
        self._body = body
        assets = Path(self.config.assets_folder)
        scripts = {PAGE: "page.bundle.js", **THREADS}
        self._bundles = {key: Bundle(key, [assets / name]) for key, name in scripts.items()}
        bundle.register(self.server, self.config.routes_pathname_prefix, self._every_bundle)
        self.index_string = _PAGE.replace("__ICON__", bundle.as_address(assets / "mark.svg"))

        self._page = once_a_language(super().index)

    def index(self, *_: Any, **__: Any) -> str:
        """The one page there is; Dash would put another random word into it each time."""
        return str(self._page())

    def interpolate_index(self, **parts: str) -> str:
        """The first page."""
        bundles = self._every_bundle()
        parts["css"] = f'<link rel="stylesheet" href="{self.address_of(STYLES)}">' if STYLES in bundles else ""
        parts["scripts"] = f'<script src="{self.address_of(DASH)}"></script>'
        text: str = super().interpolate_index(**parts)
        body, data = self._body()
        entry = '<div id="react-entry-point"></div>'
        shell = to_html(body).replace(ENTRY, entry) + "".join(script_data(*pair) for pair in data.items())
        return text.replace("__FIRST__", self._first(data)).replace("__SHELL__", shell)

    def prepare(self) -> None:
        """Makes what the first page needs, which takes a second, so that nobody who asks for it has to wait."""
        self._body()

    def address_of(self, name: str) -> str:
        """Where a bundle is: ``PAGE``, ``STYLES``, ``DASH``, or one of ``THREADS``."""
        return f"{self.config.requests_pathname_prefix}scripts/{self._bundles[name].name}"

    def _every_bundle(self) -> dict[str, Bundle]:
        """All bundles; Dash says what its own are made of only while a request is being answered."""
        if DASH not in self._bundles:
            styles = self._files_in(self._generate_css_dist_html())
            if styles:
                self._bundles[STYLES] = Bundle(STYLES, styles)
            self._bundles[DASH] = Bundle(DASH, self._files_in(self._generate_scripts_html()))
        return self._bundles

    def _files_in(self, tags: str) -> list[Path]:
        """The files whose addresses stand in Dash's own tags."""
        return [self._file_at(address) for address in re.findall(r"(?:src|href)=\"([^\"?]+)", tags)]

    def _file_at(self, address: str) -> Path:
        below = address.removeprefix(self.config.requests_pathname_prefix)
        place, _, rest = below.partition("/")
        if place == "_dash-component-suites":
            package, _, name = rest.partition("/")
            folder = Path(importlib.import_module(package).__path__[0])
            return folder.joinpath(check_fingerprint(name)[0])
        return Path(self.config.assets_folder) / rest

    def _first(self, data: dict[str, Any]) -> str:
        files = data["facts-data"]["files"]
        ahead = [f'<link rel="preload" href="{files[name]}" as="fetch" crossorigin>' for name in ("layout", "fused")]
        return "\n    ".join([*ahead, f'<script defer src="{self.address_of(PAGE)}"></script>'])
