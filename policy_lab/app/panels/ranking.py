"""tmp"""

from dash import html


def layout(model, folder):
    return [html.P("x")]


def register(app, model, folder):
    pass
