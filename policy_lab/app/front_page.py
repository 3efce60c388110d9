"""Front page of several models: what each is about and what kind it is, with a link to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any, Final

from dash import html

from policy_lab import __version__, paths
from policy_lab.app.addresses import Addresses
from policy_lab.app.bundle import as_address
from policy_lab.app.language import Speech
from policy_lab.app.markdown import inline
from policy_lab.app.markup import script_data, to_html
from policy_lab.app.panels import header
from policy_lab.app.story_data import chosen
from policy_lab.catalogue import here, language, say
from policy_lab.messages import Name
from policy_lab.model import Model

#: Style sheets of the page, the one with the order of the layers first.
SHEETS: Final = ("tokens", "base", "type", "button", "header", "front")
#: Name of the page that web hosts show for unknown addresses.
MISSING: Final = "404.html"
_PAGE: Final = """<!DOCTYPE html>
<html lang="{language}">
  <head>
    <meta charset="utf-8">{head}
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>{title}</title>
    <link rel="icon" type="image/svg+xml" href="{icon}">
    <link rel="stylesheet" href="{styles}">
    <script src="{script}"></script>
  </head>
  <body>{body}</body>
</html>
"""
_FIRST_SENTENCE: Final = re.compile(r".+?[.?!](?=\s|$)")


def page(models: Mapping[str, Model], at: Addresses, files: Mapping[str, str], head: str = "") -> str:
    """The page in the language in use.

    Args:
        models: by their paths below it.
        at: where it stands.
        files: ends of the addresses of its ``styles`` and of its script, ``front``.
        head: further tags of its head.
    """
    code = language()
    cards = [_card(model, f"{at.prefix}{path}/", at) for path, model in models.items()]
    Speech(None).speak(code)  # what the last model calls things is not what the page calls them
    title, lead = say("front.title"), say("front.count", count=len(models))
    told = [html.H1(title, className="title"), html.P(lead, className="lead"), html.Ul(cards, className="shelf")]
    main = html.Main(told, id="main", className="main page--front", tabIndex=-1)
    foot = html.Footer(html.P(f"{say('app.name')} {__version__}"), className="foot")
    words = {key: say(key) for key in ("app.dark", "app.light")}
    return _PAGE.format(
        language=code,
        head=head,
        title=escape(f"{title} · {say('app.name')}"),
        icon=as_address(paths.assets_folder() / "mark.svg"),
        styles=f"{at.prefix}scripts/{files['styles']}",
        script=f"{at.prefix}scripts/{files['front']}",
        body=to_html([_bar(at), main, foot]) + script_data("facts-data", {"words": words, "shown": []}),
    )


def _bar(at: Addresses) -> html.Header:
    """The bar of every page without what concerns a model."""
    skip = html.A(say("app.skip"), href="#main", className="skip")
    scheme = header.button("scheme", say("app.dark"), "recolour")
    tools = html.Div([scheme, *header.language_links(at)], className="bar__tools")
    return html.Header(
        [skip, html.Span(header.brand(say("app.name")), className="brand"), tools], className="bar bar--front"
    )


def _card(model: Model, address: str, at: Addresses) -> html.Li:
    """One model: its title and question in the words of its README, and what there is of it."""
    code = language()
    Speech(model).speak(code)
    title, asked = model.readme.question
    shown = here().shown
    told = shown(Name("title", "readme", title)) if title else model.name
    question = _FIRST_SENTENCE.match(shown(Name("question", "readme", asked))) if asked else None
    href = address + (at.page_file("", code) if at.published else "")
    return html.Li(
        [
            html.H2(html.A(told, href=href), className="shelf__title"),
            html.P(inline(question.group()) if question else say("front.no_question"), className="shelf__question"),
            html.P([html.Span(model.name, className="shelf__name"), *_kind(model)], className="shelf__kind"),
        ],
        className="shelf__model",
    )


def _kind(model: Model) -> list[Any]:
    """What there is of a model, as counts; what there is none of is left out."""
    results = model.case_results
    counts = {
        "levers": len(model.levers),
        "uncertain": len(model.uncertainties),
        "outcomes": len(model.outcomes),
        "scenarios": len(model.scenarios),
        "cases": len(results["cases"]) if results else 0,
        "stories": len(chosen(model)),
    }
    clock = model.program.clock
    span = say("front.span", from_year=f"{clock.initial:g}", to_year=f"{clock.final:g}")
    return [html.Span(text) for text in (*(_counted(key, n) for key, n in counts.items() if n), span)]


def _counted(key: str, count: int) -> str:
    return say(f"front.{key}.{'one' if count == 1 else 'many'}", count=count)
