"""A model and a way to run it -> the Dash app."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import copy_context
from pathlib import Path
from typing import Any, Final

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from policy_lab import paths
from policy_lab.app import engine_routes, ids, middleware, precedent_data, rank_routes, routes
from policy_lab.app.engine_routes import EngineFiles
from policy_lab.app.language import Speech, once_a_language
from policy_lab.app.model_session import Memory, ModelSession, Run
from policy_lab.app.page_data import facts
from policy_lab.app.pages import PAGES, pages_of
from policy_lab.app.panels import header, notice
from policy_lab.app.rank_routes import Studies
from policy_lab.app.shell import ENTRY, THREADS, Shell
from policy_lab.app.stored_studies import stored_studies
from policy_lab.catalogue import SOURCE, part, say
from policy_lab.jobs import Queue
from policy_lab.model import Model
from policy_lab.runs import Runs
from policy_lab.simulate import simulate

#: Pages that are there before Dash is, as plain HTML.
AT_ONCE: Final = ("explore", "compare", "precedents")


def create_app(
    model: Model,
    run: Run | None = None,
    rank_folder: Path | None = None,
    queue: Queue | None = None,
    prefix: str = "/",
) -> Dash:
    """The whole app for one model.

    Args:
        model: what it explores.
        run: constants that differ from the model file -> Runs with one run of every visible variable; by default
            ``simulate`` with the fastest backend there is. The callbacks know this one function and nothing below it.
        rank_folder: a result folder of a study of all levers, for the Rank page; by default the stored one, if any. One
            of another model is not shown.
        queue: where people's own studies are kept; by default in ``paths.studies_folder()``.
        prefix: path below which everything stands, with a slash at both ends.
    """
    bench = ModelSession(model, Memory(run or default_run(model)))
    files, pages = EngineFiles(bench), pages_of(model)
    app = Shell(
        "policy_lab",
        body=once_a_language(lambda: _body(app, bench, files, pages)),
        assets_folder=str(paths.assets_folder()),
        use_pages=False,
        url_base_pathname=prefix,
        title=say("app.name"),
        update_title="",
        health_endpoint="health",
        enable_mcp=False,
        add_log_handler=False,
    )
    Speech(model).listen(app.server)
    middleware.install(app, tuple(pages.values()))
    studies = Studies(model, stored_studies(model, rank_folder), queue or Queue(paths.studies_folder()))
    rank_routes.register(app.server, prefix, studies)
    app.layout = once_a_language(lambda: _layout(app, bench, pages))
    app.clientside_callback(
        ClientsideFunction("policy_lab", "arrive"),
        Output(ids.PROVIDER, "forceColorScheme"),
        Output(ids.VISIT, "data"),
        Input(ids.FACTS, "data"),
    )
    engine_routes.register(app, bench, files)
    routes.register(app, bench)
    precedent_data.register(app, bench)
    PAGES["model"].register(app, bench)
    copy_context().run(_prepare, app, Speech(model))
    return app


def _prepare(app: Shell, speech: Speech) -> None:
    """The first page in English, which most ask for, with what English calls the model's units."""
    speech.speak(SOURCE)
    app.prepare()


def default_run(model: Model) -> Run:
    """``simulate`` with the fastest backend, saving every variable the page can show."""

    def run(constants: Mapping[str, float]) -> Runs:
        return simulate(model, constants)

    return run


def _body(app: Shell, bench: ModelSession, files: EngineFiles, pages: Mapping[str, str]) -> tuple[Any, dict[str, Any]]:
    """What is on the page before Dash is, and what its scripts know."""
    version = say("app.version", model=bench.model.name, hash=bench.model.hash[:8])
    at_once = [PAGES[name].layout(bench) for name in pages if name in AT_ONCE]
    main = html.Main([*at_once, ENTRY], id=ids.MAIN, className="main", tabIndex=-1)
    page = [header.layout(app, pages), notice.layout(), main, html.Footer(html.P(version), className="foot")]
    threads = {name: app.address_of(name) for name in THREADS}
    return page, {"facts-data": facts(bench, files.addresses(app, threads))}


def _layout(app: Dash, bench: ModelSession, pages: Mapping[str, str]) -> dmc.MantineProvider:
    """The pages that Dash draws."""
    return dmc.MantineProvider(
        [
            *([PAGES["rank"].layout(app)] if "rank" in pages else []),
            PAGES["model"].layout(bench),
            dcc.Store(id=ids.VISIT),
            dcc.Store(id=ids.FACTS, data={"words": part("app")}),
        ],
        id=ids.PROVIDER,
        theme={"primaryColor": "blue", "fontFamily": "var(--font)", "cursorType": "pointer"},
    )
