"""Addresses that the page's own scripts ask, around Dash's dispatch: it would cost more than the run itself.

``POST …/answer``       settings -> everything the Explore page draws for them, with the request's number
``GET  …/numbers/a.csv`` the numbers behind a chart; the settings are in the query, as in every link
"""

from __future__ import annotations

from dash import Dash
from flask import Response, jsonify, request

from policy_lab.app import answers, ids, link
from policy_lab.app.naming import key_of
from policy_lab.app.workbench import Workbench


def register(app: Dash, bench: Workbench) -> None:
    """Adds the addresses to the app's server, below its prefix."""
    prefix = app.config.routes_pathname_prefix

    def answer() -> Response:
        asked = request.get_json(silent=True)
        return jsonify(answers.answer(bench, asked if isinstance(asked, dict) else {}))

    def numbers(side: str) -> tuple[Response, int] | Response:
        if side not in ids.SIDES:
            return Response("There are two charts, a and b.\n", mimetype="text/plain"), 404
        return numbers_file(bench, side, request.query_string.decode("ascii", "replace"), request.host_url)

    app.server.add_url_rule(f"{prefix}answer", "answer", answer, methods=["POST"])
    app.server.add_url_rule(f"{prefix}numbers/<side>.csv", "numbers", numbers)


def numbers_file(bench: Workbench, side: str, query: str, origin: str) -> Response:
    """The CSV of one chart as a download; its comment lines carry the link that leads back to it."""
    settings = link.open_address(bench.model, query).settings
    variable = settings.charts[ids.SIDES.index(side)]
    shown = answers.view(bench, settings)
    text = answers.numbers_csv(shown, variable, origin + link.address_of(bench.model, settings))
    file = f'attachment; filename="{key_of(variable)}.csv"'
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": file})
