"""What the question mark opens on every page: the tour, the glossary and the keyboard shortcuts."""

from __future__ import annotations

from typing import Final

from dash import html

from policy_lab.app.markup import Tag
from policy_lab.catalogue import say

#: Shortcut to the text that says what it does; the keys themselves are read by ``web/pages/keyboard.js``.
SHORTCUTS: Final = (
    ("Ctrl Z", "undo"),
    ("Ctrl Shift Z", "redo"),
    ("R", "replay"),
    ("P", "pin"),
    ("F", "present"),
    ("0", "reset"),
    ("S", "share"),
    ("1–9", "jump"),
    ("A", "assumptions"),
    ("C", "chart"),
    ("?", "help"),
)


def layout() -> html.Dialog:
    """Closed with Escape; ``web/widgets/glossary.js`` fills the glossary when it is first opened."""
    tour = html.Button(say("help.tour"), className="button button--main", **{"data-do": "tour"})
    close = html.Button(say("help.close"), className="button", **{"data-do": "closeKeys"})
    head = [
        html.H2(say("help.title"), id="keys-title", className="panel__title"),
        html.Div([tour, close], className="panel__tools"),
    ]
    return html.Dialog(
        [
            html.Div(head, className="sheet__head"),
            html.H3(say("keys.title"), className="sheet__title"),
            *_shortcuts(),
            html.H3(say("help.glossary"), className="sheet__title"),
            html.Dl([], id="glossary", className="terms"),
        ],
        id="keys-help",
        className="sheet help",
        **{"aria-labelledby": "keys-title"},
    )


def _shortcuts() -> list[html.Table | html.P | html.Label]:
    rows = [
        html.Tr([html.Th([html.Kbd(key) for key in keys.split(" ")], scope="row"), html.Td(say(f"keys.{what}"))])
        for keys, what in SHORTCUTS
    ]
    single = Tag("input", None, {"type": "checkbox", "id": "keys-single", "checked": True})
    return [
        html.Table(html.Tbody(rows), className="plain help__keys"),
        html.P(say("keys.slider"), className="lead lead--small"),
        html.Label([single, " ", say("keys.single")], className="tick"),
    ]
