"""Addresses that the page's own scripts ask, around Dash's dispatch: it would cost more than the run itself.

``GET  …/variables``     the variables that hold the words ``text``, of one ``kind``
``GET  …/variable``      the entry of the variable ``name``
``GET  …/sector/0.svg``  the diagram of a sector, by its number
"""

from __future__ import annotations

from dash import Dash
from flask import Response, jsonify, request

from policy_lab.app.middleware.compression import same_for_all
from policy_lab.app.model_session import ModelSession
from policy_lab.app.panels import diagram, variable_list
from policy_lab.app.variable_detail import Entries
from policy_lab.errors import PolicyLabError


def register(app: Dash, bench: ModelSession) -> None:
    """Adds the addresses to the app's server, below its prefix."""
    prefix = app.config.routes_pathname_prefix
    entries, views = Entries(bench.model), diagram.views_of(bench.model)

    def variables() -> Response:
        found = variable_list.listed(bench.model, request.args.get("text", ""), request.args.get("kind", ""))
        return same_for_all(jsonify(found))

    def variable() -> tuple[Response, int] | Response:
        try:
            return same_for_all(jsonify(entries.entry(bench.model.find(request.args.get("name", "")))))
        except PolicyLabError as error:
            return Response(f"{error}\n", mimetype="text/plain"), 404

    def sector(number: int) -> tuple[Response, int] | Response:
        if number >= len(views):
            return Response("There is no such sector.\n", mimetype="text/plain"), 404
        return same_for_all(Response(diagram.picture(bench.source, views[number]), mimetype="image/svg+xml"))

    app.server.add_url_rule(f"{prefix}variables", "variables", variables)
    app.server.add_url_rule(f"{prefix}variable", "variable", variable)
    app.server.add_url_rule(f"{prefix}sector/<int:number>.svg", "sector", sector)
