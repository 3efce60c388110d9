"""What stands around the pages: the studies' addresses, security headers, packed files, limits and the log."""

from __future__ import annotations

import gzip
import html
import re
from pathlib import Path
from typing import Final

from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from policy_lab import catalogue, paths
from policy_lab.app import access_log, error_handlers, rank_routes, response_cache, security
from policy_lab.app.compression import Packer
from policy_lab.app.rank_routes import Studies
from policy_lab.app.ranking_view import load_ranking
from policy_lab.jobs import Queue
from policy_lab.model import Model

#: Names of the stored studies that the Rank page shows, folders of ``analysis/results``.
LEVERS: Final = "lever_ranking"
CHOICE: Final = "policy_vs_uncertainty"
#: Largest request in bytes; the page's own are a few kilobytes.
LARGEST_REQUEST: Final = 1_000_000
#: Names of the pages in their addresses, below the prefix.
PAGES: Final = ("", "compare", "rank", "precedents", "model")


def surround(app: Dash, model: Model, rank_folder: Path | None = None, queue: Queue | None = None) -> None:
    """Adds all of it to an app, after the language of a request is known to it.

    Args:
        app: the pages.
        model: that they show.
        rank_folder: result folder of the stored study of all levers; by default the one in ``analysis/results``.
        queue: people's own studies; by default in ``places.studies_folder()``.
    """
    prefix = app.config.routes_pathname_prefix
    app.server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    access_log.listen(app.server)
    error_handlers.listen(app.server, prefix)
    security.guard(app)
    Packer(prefix, PAGES).listen(app.server)
    response_cache.put_before(app.server, prefix, PAGES)
    stored = stored_studies(model, rank_folder or paths.results_folder() / LEVERS)
    rank_routes.register(app.server, prefix, Studies(model, stored, queue or Queue(paths.studies_folder())))


def warm(server: Flask, prefix: str) -> None:
    """Make everything ready that the first visitors would wait for; processes forked later share it."""
    with access_log.unasked():
        _ask_for_all(server.test_client(use_cookies=False), prefix)


def _ask_for_all(client: FlaskClient, prefix: str) -> None:
    for language in catalogue.languages():
        told = {"Accept-Encoding": "gzip", "Accept-Language": language}
        client.get(f"{prefix}?lang={language}", headers=told)
        page = gzip.decompress(client.get(prefix, headers=told).data).decode()
        named = {html.unescape(address) for address in re.findall(r"\"(/[^\"#\s]+)\"", page)}
        own = (f"{prefix}engine/", f"{prefix}scripts/")
        for address in sorted(a for a in named if a.startswith(own)):
            client.get(address, headers=told)
        for address in ("_dash-layout", "_dash-dependencies"):
            client.get(prefix + address, headers=told)


def stored_studies(model: Model, levers: Path) -> dict[str, Path]:
    """The studies stored with the app, by id: that of the levers always, the other where it is this model's."""
    choice = load_ranking(paths.results_folder() / CHOICE).findings
    if choice is None or choice.provenance.get("model") != model.name:
        return {"levers": levers}
    return {"levers": levers, "choice": paths.results_folder() / CHOICE}
