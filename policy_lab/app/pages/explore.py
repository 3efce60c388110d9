"""Explore: move levers, watch two charts and the headline outcomes move."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from policy_lab.app import answers, ids, link
from policy_lab.app.naming import key_of
from policy_lab.app.panels import chart, headlines, levers, world
from policy_lab.app.settings import MOST_PINS, levers_of_world, to_data, to_list
from policy_lab.app.words import part, say
from policy_lab.app.workbench import Workbench


def layout(bench: Workbench) -> html.Section:
    """The page, drawn for status quo, so that the first paint already says something."""
    first = answers.picture(answers.view(bench, bench.default))
    stage = html.Div(
        [
            _legend(first),
            html.Div([chart.layout(bench, side, first) for side in ids.SIDES], className="charts"),
            headlines.layout(bench, first),
        ],
        id=ids.STAGE,
        className="stage",
    )
    data = html.Details(
        [
            html.Summary(say("chart.table_both"), className="button button--link"),
            html.Div([chart.numbers(side, first) for side in ids.SIDES], className="numbers-pair"),
        ],
        className="data",
    )
    return html.Section(
        [
            html.H1(say("explore.title"), className="unseen"),
            world.layout(bench),
            stage,
            levers.layout(bench),
            data,
            html.P(say("app.caveat"), className="caveat"),
            *_stores(bench, first),
        ],
        className="page page--explore",
    )


def register(app: Dash, bench: Workbench) -> None:
    """Hand -> state -> request -> answer -> picture happens in ``assets/page.js``; a link is read here."""
    chart.register(app)
    world.register(app)
    levers.register(app)
    app.clientside_callback(
        ClientsideFunction("policy_lab", "begin"), Output(ids.ASKED, "data"), Input(ids.FACTS, "data")
    )
    app.clientside_callback(
        ClientsideFunction("policy_lab", "adopt"), Input(ids.START, "data"), prevent_initial_call=True
    )

    @app.callback(Output(ids.START, "data"), Input(ids.ASKED, "data"), prevent_initial_call=True)
    def open_link(asked: dict[str, Any]) -> dict[str, Any]:
        return opened(bench, asked)


def opened(bench: Workbench, asked: dict[str, Any]) -> dict[str, Any]:
    """What the browser needs to follow a link: the settings, and a sentence if something is to be said."""
    found = link.open_address(bench.model, str(asked.get("query", "")))
    return {"settings": to_data(found.settings, bench.lever_keys), "notice": found.notice}


def facts(bench: Workbench, first: dict[str, Any]) -> dict[str, Any]:
    """What never changes: levers by key, worlds by key, the default settings, and what the scripts say."""
    model, keys = bench.model, bench.lever_keys
    known = {
        keys[name]: {
            "low": lever.low,
            "high": lever.high,
            "step": lever.step,
            "places": max(levers.places_of(lever.step), levers.places_of(lever.default)),
            "group": key_of(lever.group),
        }
        for name, lever in model.levers.items()
    }
    worlds = {
        key: {
            "title": scenario.title,
            "rationale": scenario.rationale,
            "levers": {keys[name]: to_list(setting) for name, setting in levers_of_world(model, key).items()},
        }
        for key, scenario in model.scenarios.items()
    }
    return {
        "levers": known,
        "worlds": worlds,
        "start": to_data(bench.default, keys),
        "model": model.name,
        "hash": model.hash,
        "source": first["source"],
        "words": {**part("app"), **{f"wait.{k}": v for k, v in part("wait").items()}},
    }


def _legend(first: dict[str, Any]) -> html.Ul:
    entries = first["legend"]
    kinds = ("status-quo", "policy", *(f"pinned-{n}" for n in range(MOST_PINS)))
    items = [
        html.Li(entries[n]["label"], className=f"legend__item legend__item--{kind}")
        if n < len(entries)
        else html.Li("", className="is-hidden")
        for n, kind in enumerate(kinds)
    ]
    return html.Ul(items, className="legend")


def _stores(bench: Workbench, first: dict[str, Any]) -> list[dcc.Store]:
    return [
        dcc.Store(id=ids.ASKED),
        dcc.Store(id=ids.START),
        dcc.Store(id=ids.VISIT),
        dcc.Store(id=ids.FACTS, data=facts(bench, first)),
    ]
