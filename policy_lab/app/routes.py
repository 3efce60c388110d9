"""Addresses that the page's own scripts ask, around Dash's dispatch: it would cost more than the run itself.

``POST …/answer``       settings -> everything the Explore page draws for them, with the request's number
``GET  …/numbers/a.csv`` the numbers behind a chart; the settings are in the query, as in every link
``GET  …/ranking.csv``   the findings that the Rank page tells
"""

from __future__ import annotations

from dash import Dash
from flask import Response, jsonify, request

from policy_lab.app import answers, ids, link
from policy_lab.app.naming import key_of
from policy_lab.app.ranks import Ranking
from policy_lab.app.workbench import Workbench
from policy_lab.errors import PolicyLabError


def register(app: Dash, bench: Workbench, ranking: Ranking) -> None:
    """Adds the addresses to the app's server, below its prefix."""
    prefix = app.config.routes_pathname_prefix

    def answer() -> Response:
        asked = request.get_json(silent=True)
        return jsonify(answers.answer(bench, asked if isinstance(asked, dict) else {}))

    def numbers(side: str) -> tuple[Response, int] | Response:
        if side not in ids.SIDES:
            return Response("There are two charts, a and b.\n", mimetype="text/plain"), 404
        try:
            return numbers_file(bench, side, request.query_string.decode("ascii", "replace"), request.host_url)
        except PolicyLabError as error:
            return Response(f"{error}\n", mimetype="text/plain"), 422

    def ranking_file() -> tuple[Response, int] | Response:
        if ranking.findings is None or ranking.findings.folder is None:
            return Response(ranking.problem + "\n", mimetype="text/plain"), 404
        text = (ranking.findings.folder / "findings.csv").read_text(encoding="utf-8")
        return _download(text, "which_levers_matter.csv")

    app.server.add_url_rule(f"{prefix}ranking.csv", "ranking", ranking_file)
    app.server.add_url_rule(f"{prefix}answer", "answer", answer, methods=["POST"])
    app.server.add_url_rule(f"{prefix}numbers/<side>.csv", "numbers", numbers)


def numbers_file(bench: Workbench, side: str, query: str, origin: str) -> Response:
    """The CSV of one chart as a download; its comment lines carry the link that leads back to it."""
    settings = link.open_address(bench.model, query).settings
    variable = settings.charts[ids.SIDES.index(side)]
    shown = answers.view(bench, settings)
    text = answers.numbers_csv(shown, variable, origin + link.address_of(bench.model, settings))
    return _download(text, f"{key_of(variable)}.csv")


def _download(text: str, name: str) -> Response:
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})
