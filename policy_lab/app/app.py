"""A model and a way to run it -> the Dash app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import copy_context
from pathlib import Path
from typing import Any, Final

import dash
from dash import Dash, html

from policy_lab import paths
from policy_lab.app import engine_routes, middleware, precedent_data, rank_routes, room_routes, routes, story_data
from policy_lab.app.addresses import Addresses
from policy_lab.app.engine_routes import EngineFiles
from policy_lab.app.index_page import THREADS, Page
from policy_lab.app.language import Speech, once_a_language
from policy_lab.app.middleware.security_headers import EMBED
from policy_lab.app.model_session import Memory, ModelSession, Run
from policy_lab.app.page_data import facts
from policy_lab.app.page_list import ListedPage, pages_of, with_html
from policy_lab.app.panels import header, notice
from policy_lab.app.panels import help as help_panel
from policy_lab.app.rooms import Rooms
from policy_lab.app.stored_studies import stored_studies
from policy_lab.app.studies import Studies
from policy_lab.catalogue import SOURCE, language, languages, say
from policy_lab.jobs import Queue
from policy_lab.model import Model
from policy_lab.runs import Runs
from policy_lab.simulation import simulate

PAGES_FOLDER: Final = Path(__file__).parent / "pages"


#: What Dash would add of its own.
_PLAIN: Final[Mapping[str, Any]] = {
    "health_endpoint": "health",
    "include_pages_meta": False,
    "suppress_callback_exceptions": True,
    "update_title": "",
    "enable_mcp": False,
    "add_log_handler": False,
}


def create_app(
    model: Model,
    run: Run | None = None,
    rank_folder: Path | None = None,
    queue: Queue | None = None,
    prefix: str = "/",
    pages: Path | None = None,
    opens_in: str = "",
    embed_from: Sequence[str] = (),
    rooms: Rooms | None = None,
    above: str = "",
) -> Dash:
    """The whole app for one model.

    Args:
        model: what it explores.
        run: constants that differ from the model file, and the last moment (None: the model's own) -> Runs with one
            run of every visible variable; by default ``simulate`` with the fastest backend there is. The callbacks know
            this one function and nothing below it.
        rank_folder: a result folder of a study of all levers, for the Rank page; by default the stored one, if any. One
            of another model is not shown.
        queue: where people's own studies are kept; by default in ``paths.studies_folder()``.
        prefix: path below which everything stands, with a slash at both ends.
        pages: a folder with further pages, each a Python file as docs/extend-the-app.md has it.
        opens_in: a language, for an app whose answers are written as files (``publish.py``): its first page is in it,
            and every address relative; "" for one that serves.
        embed_from: sites, such as ``https://moodle.example.org``, that may put the Learn page into a frame; what is no
            site raises ``BadValue``.
        rooms: where classes leave their guesses; None for none.
        above: where the page that lists several models is, see ``Addresses``; "" for one model.
    """
    at = Addresses("./", opens_in, f"data/{model.hash[:8]}/", above) if opens_in else Addresses(prefix, above=above)
    bench = ModelSession(model, Memory(run or default_run(model)))
    files = EngineFiles(bench)
    listed: list[ListedPage] = []
    dash.page_registry.clear()  # of the last app that this process made
    app = Page(
        "policy_lab",
        body=once_a_language(lambda: _body(app, at, bench, files, listed, rooms is not None)),
        at=at,
        model=model,
        every_library=pages is not None,
        assets_folder=str(paths.assets_folder()),
        use_pages=True,
        pages_folder=str(PAGES_FOLDER),
        url_base_pathname=prefix,
        title=say("app.name"),
        **_PLAIN,
    )
    listed += pages_of(model, pages)
    Speech(model).listen(app.server)
    app.server.before_request(bench.begin)
    _guard(app, listed, embed_from)
    studies = Studies(model, stored_studies(model, rank_folder), queue or Queue(paths.studies_folder()))
    rank_routes.register(app.server, prefix, studies)
    app.layout = once_a_language(lambda: _layout(bench, listed))
    _answer(app, bench, files)
    room_routes.register(app.server, prefix, rooms)
    copy_context().run(_prepare, app, bench, Speech(model))
    return app


def _guard(app: Page, pages: Sequence[ListedPage], embed_from: Sequence[str]) -> None:
    frames = (*(page.path for page in pages), EMBED)
    prefix = app.config.routes_pathname_prefix
    middleware.install(app.server, prefix, frames, embed_from, callbacks=lambda: app.callback_map)


def _answer(app: Page, bench: ModelSession, files: EngineFiles) -> None:
    """Adds the addresses of all that the pages ask for."""
    engine_routes.register(app, bench, files)
    for data in (routes, precedent_data, story_data):
        data.register(app, bench)


def _prepare(app: Page, bench: ModelSession, speech: Speech) -> None:
    """The first page in English, which most ask for, with what English calls the model's units."""
    speech.speak(SOURCE)
    bench.begin()
    app.prepare()


def default_run(model: Model) -> Run:
    """``simulate`` with the fastest backend, saving every variable the page can show."""

    def run(constants: Mapping[str, float], until: float | None = None) -> Runs:
        return simulate(model, constants, until=until)

    return run


def _body(
    app: Page, at: Addresses, bench: ModelSession, files: EngineFiles, pages: Sequence[ListedPage], rooms: bool
) -> tuple[Any, dict[str, Any]]:
    """What is on the page before Dash is, and what its scripts know."""
    version = say("app.version", model=bench.model.name, hash=bench.model.hash[:8])
    early = html.Div([page.place(page.make()) for page in pages if page.early], id="early")
    main = html.Main([early, "__ENTRY__"], id="main", className="main", tabIndex=-1)
    page = [
        header.layout(at, pages),
        notice.layout(),
        main,
        html.Footer(html.P(version), className="foot"),
        help_panel.layout(),
    ]
    threads = {name: app.address_of(name) for name in THREADS}
    published = at.for_page(languages(), [(page.key, page.path) for page in pages])
    addresses = files.addresses(at, threads) | ({"rooms": at.prefix + "rooms"} if rooms else {})
    return page, {"facts-data": facts(bench, addresses, published)}


def _layout(bench: ModelSession, pages: Sequence[ListedPage]) -> html.Div:
    """Every page; what the first page has already is only named."""
    Speech(bench.source).speak(language())  # Dash asks for it before it tells anybody of its first request
    bench.begin()
    return html.Div([page.place(page.make() if page.early else with_html(page.make())) for page in pages])
