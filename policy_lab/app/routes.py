"""Addresses that the page's own scripts ask, around Dash's dispatch: it would cost more than the run itself.

``GET  …/variables.json``  every variable as a row of the list; the page searches it itself
``GET  …/entries/0.json``  the entries of the variables of one group, by the number that stands in their rows
``GET  …/sector/0.svg``    the diagram of a sector, by its number
``GET  …/loops.json``      the causal-loop diagrams
``GET  …/assumptions.json``  what each uncertain parameter is, by its key; the page has the rest from the start
``GET  …/told.json``       what the Model page tells at length, as HTML by its place (``data-late``): tests, weaknesses
``GET  …/why/KEY.json``    how strong their arrows are in a scenario, by its key
"""

from __future__ import annotations

from dash import Dash
from flask import Response, jsonify

from policy_lab.app import sector_pictures
from policy_lab.app.loop_pictures import loop_pictures
from policy_lab.app.loop_strengths import scored, strengths
from policy_lab.app.markup import to_html
from policy_lab.app.middleware.compression import same_for_all
from policy_lab.app.model_session import ModelSession
from policy_lab.app.page_data import assumption_texts
from policy_lab.app.panels import validation, variable_list, weaknesses
from policy_lab.app.variable_detail import Entries


def register(app: Dash, bench: ModelSession) -> None:
    """Adds the addresses to the app's server, below its prefix."""
    prefix = app.config.routes_pathname_prefix
    entries = Entries(bench.model)

    def variables() -> Response:
        return same_for_all(jsonify(variable_list.rows(bench.model, sector_pictures.sectors_of(bench.model))))

    def of_group(number: int) -> tuple[Response, int] | Response:
        names = [name for name, group in variable_list.groups(bench.source).items() if group == number]
        if not names:
            return Response("There is no such group.\n", mimetype="text/plain"), 404
        return same_for_all(jsonify({name: entries.entry(name) for name in names}))

    def sector(number: int) -> tuple[Response, int] | Response:
        views = sector_pictures.views_of(bench.model)
        if number >= len(views):
            return Response("There is no such sector.\n", mimetype="text/plain"), 404
        return same_for_all(Response(sector_pictures.picture(bench.source, views[number]), mimetype="image/svg+xml"))

    def loops() -> Response:
        return same_for_all(jsonify(loop_pictures(bench.source)))

    def told() -> Response:
        parts = {"validation": validation.late(bench.model), "weaknesses": weaknesses.late(bench.model)}
        return same_for_all(jsonify({place: to_html(elements) for place, elements in parts.items()}))

    def assumptions() -> Response:
        return same_for_all(jsonify(assumption_texts(bench.model)))

    def why(scenario: str) -> tuple[Response, int] | Response:
        known = scored(bench.source)
        if scenario not in known:
            return Response("There is no such scenario.\n", mimetype="text/plain"), 404
        return same_for_all(jsonify(strengths(bench.source, known[scenario])))

    app.server.add_url_rule(f"{prefix}why/<scenario>.json", "why", why)
    app.server.add_url_rule(f"{prefix}loops.json", "loops", loops)
    app.server.add_url_rule(f"{prefix}told.json", "told", told)
    app.server.add_url_rule(f"{prefix}assumptions.json", "assumptions", assumptions)
    app.server.add_url_rule(f"{prefix}variables.json", "variables", variables)
    app.server.add_url_rule(f"{prefix}entries/<int:number>.json", "entries", of_group)
    app.server.add_url_rule(f"{prefix}sector/<int:number>.svg", "sector", sector)
