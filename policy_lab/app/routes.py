"""Addresses that the page's own scripts ask, around Dash's dispatch: it would cost more than the run itself.

``POST …/answer``       settings -> everything the Explore page draws for them, with the request's number
``GET  …/numbers/a.csv`` the numbers behind a chart; the settings are in the query, as in every link
``GET  …/ranking.csv``   the findings that the Rank page tells
``GET  …/variables``     the variables that hold the words ``text``, of one ``kind``
``GET  …/variable``      the entry of the variable ``name``
``GET  …/sector/0.svg``  the diagram of a sector, by its number; ``…/sector/0/values.json`` the values of its variables
"""

from __future__ import annotations

from dash import Dash
from flask import Response, jsonify, request

from policy_lab.app import answers, ids, link
from policy_lab.app.entries import Entries
from policy_lab.app.naming import key_of
from policy_lab.app.panels import catalogue, diagram
from policy_lab.app.ranks import Ranking
from policy_lab.app.workbench import Workbench
from policy_lab.errors import PolicyLabError
from policy_lab.sketch import to_svg


def register(app: Dash, bench: Workbench, ranking: Ranking) -> None:
    """Adds the addresses to the app's server, below its prefix."""
    prefix = app.config.routes_pathname_prefix
    entries, views = Entries(bench.model), diagram.views_of(bench.model)

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

    def variables() -> Response:
        return jsonify(catalogue.listed(bench.model, request.args.get("text", ""), request.args.get("kind", "")))

    def variable() -> tuple[Response, int] | Response:
        try:
            return jsonify(entries.entry(bench.model.find(request.args.get("name", ""))))
        except PolicyLabError as error:
            return Response(f"{error}\n", mimetype="text/plain"), 404

    def sector(number: int) -> tuple[Response, int] | Response:
        if number >= len(views):
            return Response("There is no such sector.\n", mimetype="text/plain"), 404
        return Response(to_svg(views[number], style=True), mimetype="image/svg+xml")

    app.server.add_url_rule(f"{prefix}variables", "variables", variables)
    app.server.add_url_rule(f"{prefix}variable", "variable", variable)

    def sector_values(number: int) -> tuple[Response, int] | Response:
        if number >= len(views):
            return Response("There is no such sector.\n", mimetype="text/plain"), 404
        settings = link.open_address(bench.model, request.query_string.decode("ascii", "replace")).settings
        try:
            return jsonify(diagram.values(bench, settings, views[number]))
        except PolicyLabError as error:
            return Response(f"{error}\n", mimetype="text/plain"), 422

    app.server.add_url_rule(f"{prefix}sector/<int:number>.svg", "sector", sector)
    app.server.add_url_rule(f"{prefix}sector/<int:number>/values.json", "sector values", sector_values)
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
