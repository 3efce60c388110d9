"""One year for the starts of all moved levers: its field, which stands beside the scenario and above the levers."""

from __future__ import annotations

from typing import Any

from dash import html

from policy_lab.app.markup import Tag
from policy_lab.app.model_session import ModelSession
from policy_lab.catalogue import say


def field(bench: ModelSession, where: str) -> list[html.Div]:
    """One box that moves the start years of all moved levers together; ``where`` tells two of them apart."""
    if not any(lever.start for lever in bench.model.levers.values()):
        return []
    label = html.Label(say("lever.starts"), htmlFor=f"starts-{where}", className="label")
    box: dict[str, Any] = {"type": "text", "inputmode": "decimal", "autocomplete": "off", "id": f"starts-{where}"}
    box |= {"class": "box", "role": "spinbutton", "disabled": True, "title": say("lever.starts_about")}
    box |= {"aria-description": say("lever.starts_about")}
    buttons = {
        step: html.Button(sign, className="button button--step", disabled=True, **{"aria-label": text, "data-do": step})
        for step, sign, text in (
            ("startsEarlier", "◂", say("lever.starts_earlier")),
            ("startsLater", "▸", say("lever.starts_later")),
        )
    }
    field = [buttons["startsEarlier"], Tag("input", None, box), buttons["startsLater"]]
    return [html.Div([label, html.Div(field, className="starts__field")], className="starts", **{"data-entry": ""})]
