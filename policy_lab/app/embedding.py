"""Embedding: our components in somebody else's Dash app, over a model of its own (docs/extend-the-app.md)."""

from __future__ import annotations

from dash import Dash
from flask import Response, jsonify

from policy_lab import paths
from policy_lab.app import bundle, engine_routes
from policy_lab.app.addresses import Addresses
from policy_lab.app.app import default_run
from policy_lab.app.bundle import Bundle
from policy_lab.app.engine_routes import EngineFiles
from policy_lab.app.index_page import THREADS
from policy_lab.app.language import Speech
from policy_lab.app.markup import to_html
from policy_lab.app.model_session import Memory, ModelSession
from policy_lab.app.page_data import facts
from policy_lab.app.panels import headlines, levers
from policy_lab.model import Model


def add_model(app: Dash, model: Model) -> str:
    """Makes a model known to an app, so that its pages can hold our components.

    Adds addresses to the app's server, below its prefix: the compiled model, what the components know of it, and the
    scripts of its threads. One app holds one model.

    Args:
        app: anybody's Dash app on Flask, before it serves.
        model: as ``policy_lab.load_model`` gives it.

    Returns:
        The address that the components take as ``model``.
    """
    bench = ModelSession(model, Memory(default_run(model)))
    files = EngineFiles(bench)
    prefix = app.config.routes_pathname_prefix
    assets = paths.assets_folder()
    bundles = {key: Bundle(key, [assets / name]) for key, name in THREADS.items()}
    bundle.register(app.server, prefix, lambda: bundles)
    engine_routes.register(app, bench, files)
    speech = Speech(model)

    def known() -> Response:
        at = Addresses(app.config.requests_pathname_prefix)
        addresses = {key: f"{at.prefix}scripts/{one.name}" for key, one in bundles.items()}
        frames = {"LeverPanel": to_html(levers.layout(bench)), "HeadlineCards": to_html(headlines.cards(bench))}
        return jsonify({"facts": facts(bench, files.addresses(at, addresses)), "frames": frames})

    app.server.before_request(lambda: speech.speak("en"))
    app.server.before_request(bench.begin)
    app.server.add_url_rule(f"{prefix}policy-lab/model.json", "policy-lab-model", known)
    address: str = app.get_relative_path("/policy-lab/model.json")
    return address
