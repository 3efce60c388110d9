"""The keyboard shortcuts, in a dialog of their own."""

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
    """Opened with the question mark, closed with Escape."""
    rows = [
        html.Tr([html.Th([html.Kbd(key) for key in keys.split(" ")], scope="row"), html.Td(say(f"keys.{what}"))])
        for keys, what in SHORTCUTS
    ]
    return html.Dialog(
        [
            html.H2(say("keys.title"), id="keys-title", className="subtitle"),
            html.Table(html.Tbody(rows), className="plain"),
            html.P(say("keys.slider"), className="lead"),
            html.Label(
                [
                    Tag("input", None, {"type": "checkbox", "id": "keys-single", "checked": True}),
                    " ",
                    say("keys.single"),
                ]
            ),
            html.Button(say("keys.close"), className="button", **{"data-do": "closeKeys"}),
        ],
        id="keys-help",
        className="dialog",
        **{"aria-labelledby": "keys-title"},
    )
