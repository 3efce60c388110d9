"""Index page: the first page as one HTML text, which shows and works Explore before a line of Dash is read.

Dash's scripts are only named in it, inside a ``template``; ``web/pages/dash-loader.js`` loads them once the first
picture stands, or at once for a page that waits for them. Then Dash draws the app's layout, and our components take
over the elements that are already there (``web/dash/adoption.js``). No script is in the page itself, so a
``script-src`` of ``'self'`` is enough.

Each of these comes as one file (``bundle.py``): the page's own scripts, which ``make web`` puts together from ``web/``,
all style sheets, Dash with the libraries that the layout needs, and a script for either kind of worker.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

import dash
from dash.fingerprint import check_fingerprint
from flask import request

from policy_lab import __version__, catalogue
from policy_lab.app import bundle
from policy_lab.app.addresses import Addresses
from policy_lab.app.bundle import Bundle
from policy_lab.app.markup import script_data, to_html
from policy_lab.app.middleware.security_headers import EMBED, content_policy
from policy_lab.model import Model

#: Names of the bundles.
PAGE: Final = "page"
STYLES: Final = "styles"
DASH: Final = "dash-renderer"
#: Scripts of the threads, by the name they have in the page's data.
THREADS: Final = {"worker": "bands.worker.bundle.js", "thread": "engine.worker.bundle.js"}
#: The style sheet that goes first, whatever the names of others: it has the order of the layers.
ORDER: Final = "tokens.css"
#: Libraries of Dash that our own pages do without: a page of one's own may hold any of them.
LEFT_OUT: Final = ("/dcc/", "/dash_table/", "/deps/polyfill")
#: Parts of Dash's configuration that another process, or another Python, would have otherwise.
OF_PROCESS: Final = ("end_id", "python_version")
#: Where Dash draws, hidden until our components have taken over what is there.
ENTRY: Final = '<div id="react-entry-point" hidden></div>'

_PAGE: Final = """<!DOCTYPE html>
<html lang="__LANGUAGE__">
  <head>
    {%metas%}__META__
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


class Page(dash.Dash):  # type: ignore[misc]
    """A Dash app with such a first page.

    Args:
        body: gives, in the language of the request, what stands above, in and below ``main``, as components or tags,
            with the text ``ENTRY`` where Dash draws; and the data of the page's scripts by the id of the element that
            holds them.
        at: where the page finds what it asks for.
        model: named in the head of a published copy, so that an old one is recognised.
        every_library: whether pages of one's own may hold any component of Dash.
    """

    def __init__(
        self,
        *arguments: Any,
        body: Callable[[], tuple[Any, Mapping[str, Any]]],
        at: Addresses,
        model: Model,
        every_library: bool,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, assets_ignore=r".*\.js$", **options)
        self.at = at
        if at.published:  # Dash's own check wants a path that begins with a slash
            self.config.unset_read_only(["requests_pathname_prefix"])
            self.config.requests_pathname_prefix = at.prefix
        tags = published_tags(f", {model.name} {model.hash[:8]}") if at.published else []
        self._meta = "".join(f"\n    {tag}" for tag in tags)
        self._body = body
        self._left_out = () if every_library else LEFT_OUT
        assets = Path(self.config.assets_folder)
        scripts = {PAGE: "page.bundle.js", **THREADS}
        self._bundles = {key: Bundle(key, [assets / name]) for key, name in scripts.items()}
        self._first_page: dict[str, str] = {}
        self._types = sorted(assets.glob("*.woff2"))
        bundle.register(self.server, self.config.routes_pathname_prefix, lambda: self._bundles, chunk_of, self._types)
        self.index_string = _PAGE.replace("__ICON__", bundle.as_address(assets / "mark.svg"))

    def interpolate_index(self, **parts: str) -> str:
        """The first page, made once a language: Dash would put another random word into it each time.

        In a frame of another site, and at the address of another page, it says so from its first byte, so that nothing
        is seen that does not belong there.
        """
        language = catalogue.language()
        if language not in self._first_page:
            self._first_page[language] = self._interpolated(parts)
        page = self._first_page[language]
        asked = request.path.removeprefix(self.config.routes_pathname_prefix)
        kind = {"": "", EMBED: " data-embed"}.get(asked, " data-elsewhere")
        return page.replace("<html", "<html" + kind, 1)

    def prepare(self) -> None:
        """Makes what the first page needs, which takes a second, so that nobody who asks for it has to wait."""
        self._body()

    def address_of(self, name: str) -> str:
        """Where a bundle is: ``PAGE``, ``STYLES``, ``DASH``, or one of ``THREADS``."""
        return f"{self.config.requests_pathname_prefix}scripts/{self._bundles[name].name}"

    def addresses(self) -> list[str]:
        """Where all bundles are that the pages asked for so far name, and the files of type that these name."""
        types = [f"{self.config.requests_pathname_prefix}scripts/{bundle.name_of_type(file)}" for file in self._types]
        return [self.address_of(name) for name in self._bundles] + types

    def _config(self) -> dict[str, Any]:
        """What Dash's renderer knows; a copy without a server says nothing of the process that made it."""
        config: dict[str, Any] = super()._config()
        return {k: v for k, v in config.items() if not (self.at.published and k in OF_PROCESS)}

    @property
    def files(self) -> Mapping[str, str]:
        """Addresses that the page's scripts know."""
        known: Mapping[str, str] = self._body()[1]["facts-data"]["files"]
        return known

    def _interpolated(self, parts: dict[str, str]) -> str:
        self._bundle_dash(parts["css"], parts["scripts"])
        parts["css"] = f'<link rel="stylesheet" href="{self.address_of(STYLES)}">' if STYLES in self._bundles else ""
        parts["scripts"] = f'<script src="{self.address_of(DASH)}"></script>'
        parts["renderer"] = '<template id="_dash-renderer"></template>'  # the loader starts it
        text: str = super().interpolate_index(**parts)
        body, data = self._body()
        shell = to_html(body).replace("__ENTRY__", ENTRY) + "".join(script_data(*pair) for pair in data.items())
        known = {"LANGUAGE": catalogue.language(), "NO_SCRIPT": catalogue.say("app.no_script")}
        known |= {"FIRST": self._first(data), "SHELL": shell, "META": self._meta}
        return re.sub(r"__(LANGUAGE|NO_SCRIPT|FIRST|SHELL|META)__", lambda found: known[found[1]], text)

    def _bundle_dash(self, css: str, scripts: str) -> None:
        """All style sheets and scripts that Dash names as one file each, its own inline scripts behind them."""
        styles = [self._file_at(address) for address in _addresses(css)]
        named = [address for address in _addresses(scripts) if not any(name in address for name in self._left_out)]
        styles.sort(key=lambda file: file.name != ORDER)
        inline = "\n;\n".join(re.findall(r"<script>(.*?)</script>", scripts, re.DOTALL))
        if styles:
            self._bundles.setdefault(STYLES, Bundle(STYLES, styles))
        self._bundles.setdefault(DASH, Bundle(DASH, [self._file_at(address) for address in named], inline))

    def _file_at(self, address: str) -> Path:
        below = address.removeprefix(self.config.requests_pathname_prefix)
        place, _, rest = below.partition("/")
        if place == "_dash-component-suites":
            package, _, name = rest.partition("/")
            folder = Path(importlib.import_module(package).__path__[0])
            return folder.joinpath(check_fingerprint(name)[0])
        return Path(self.config.assets_folder) / rest

    def _first(self, data: Mapping[str, Any]) -> str:
        files = data["facts-data"]["files"]
        ahead = [f'<link rel="preload" href="{files[name]}" as="fetch" crossorigin>' for name in ("layout", "fused")]
        return "\n    ".join([*ahead, f'<script defer src="{self.address_of(PAGE)}"></script>'])


def chunk_of(name: str) -> Path | None:
    """A part of a Dash component that fetches it later, and looks for it beside the bundle; None if there is none."""
    folder = Path(dash.__path__[0])
    if not re.fullmatch(r"async-[\w~-]+\.js", name):
        return None
    return next((file for part in ("dcc", "dash_table") if (file := folder / part / name).is_file()), None)


def published_tags(of: str) -> list[str]:
    """What a server says in headers, as far as a page can say it itself, and which version it is, ``of`` what."""
    made = escape(f"Policy Lab {__version__}{of}")
    return [
        f'<meta http-equiv="Content-Security-Policy" content="{escape(content_policy(in_page=True))}">',
        '<meta name="referrer" content="same-origin">',
        f'<meta name="generator" content="{made}">',
    ]


def _addresses(tags: str) -> list[str]:
    """The files that Dash's own tags name, without our components': the page's bundle has those."""
    found = re.findall(r"(?:src|href)=\"([^\"?]+)", tags)
    return [address for address in found if "/_dash-component-suites/policy_lab/" not in address]
