"""A model and a way to run it -> the Dash app."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import dash_mantine_components as dmc
from dash import Dash, html

from policy_lab import places
from policy_lab.app import ids, routes
from policy_lab.app.language import Page, Speech, once_a_language
from policy_lab.app.pages import explore, rank, variables
from policy_lab.app.panels import header, notice
from policy_lab.app.ranks import Ranking, load_ranking
from policy_lab.app.words import say
from policy_lab.app.workbench import Memory, Run, Workbench
from policy_lab.model import Model
from policy_lab.runs import Runs
from policy_lab.simulate import simulate

#: Name of the stored study that the Rank page shows, a folder of ``analysis/results``.
RANKING = "which_levers_matter"

# Scripts come from the app's own address only; nothing inline is ours but Dash's one start line.
PAGE = """<!DOCTYPE html>
<html lang="__LANGUAGE__">
  <head>
    {%metas%}
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>{%title%}</title>
    <link rel="icon" type="image/svg+xml" href="__ICON__">
    {%css%}
  </head>
  <body>
    <noscript>__NO_SCRIPT__</noscript>
    {%app_entry%}
    {%config%}{%scripts%}{%renderer%}
  </body>
</html>"""


def create_app(model: Model, run: Run | None = None, rank_folder: Path | None = None) -> Dash:
    """The whole app for one model.

    Args:
        model: what it explores.
        run: constants that differ from the model file -> Runs with one run of every visible variable; by default
            ``simulate`` with the fastest backend there is. The callbacks know this one function and nothing below it.
        rank_folder: a result folder of a study of all levers, for the Rank page; by default the stored one.
    """
    bench = Workbench(model, Memory(run or default_run(model)))
    app = Page(
        "policy_lab",
        assets_folder=str(places.assets_folder()),
        assets_ignore=r".*\.(worker|module)\.js|engine.*",
        use_pages=False,
        title=say("app.name"),
        update_title="",
        health_endpoint="health",
        enable_mcp=False,
        add_log_handler=False,
    )
    app.index_string = PAGE.replace("__ICON__", app.get_asset_url("mark.svg"))
    Speech(model).listen(app.server)
    ranking = load_ranking(rank_folder or places.results_folder() / RANKING)
    app.layout = once_a_language(lambda: _layout(app, bench, ranking))
    header.register(app)
    explore.register(app, bench)
    routes.register(app, bench, ranking)
    rank.register(app, ranking)
    variables.register(app, bench)
    return app


def default_run(model: Model) -> Run:
    """``simulate`` with the fastest backend, saving every variable the page can show."""

    def run(constants: Mapping[str, float]) -> Runs:
        return simulate(model, constants)

    return run


def _layout(app: Dash, bench: Workbench, ranking: Ranking) -> dmc.MantineProvider:
    version = say("app.version", model=bench.model.name, hash=bench.model.hash[:8])
    return dmc.MantineProvider(
        [
            header.layout(app),
            notice.layout(),
            html.Main(
                [explore.layout(bench), rank.layout(app, bench, ranking), variables.layout(bench)],
                id=ids.MAIN,
                className="main",
                tabIndex=-1,
            ),
            html.Footer(html.P(version), className="foot"),
        ],
        id=ids.PROVIDER,
        theme={"primaryColor": "blue", "fontFamily": "var(--font)", "cursorType": "pointer"},
    )
