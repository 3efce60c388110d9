"""The bar at the top: where one is, undo and redo, the link, light or dark."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from policy_lab.app.addresses import Addresses
from policy_lab.app.page_list import ListedPage
from policy_lab.catalogue import language, languages, say


def layout(at: Addresses, pages: Sequence[ListedPage]) -> html.Header:
    """Brand, navigation and the buttons that concern the whole page."""
    links = [
        html.A(
            page.title,
            href=at.page(page.path),
            className="nav__link",
            **{"data-page": page.key},
        )
        for page in pages
    ]
    return html.Header(
        [
            html.A(say("app.skip"), href="#main", className="skip"),
            _brand(at),
            html.Nav(links, className="nav", **{"aria-label": say("app.pages")}),
            html.Div(
                [
                    _tour(),
                    button("undo", say("app.undo"), "undo", disabled=True),
                    button("redo", say("app.redo"), "redo", disabled=True),
                    button("present", say("present.open"), "present"),
                    button("share", say("app.share"), "share", opens="dialog"),
                    button("scheme", say("app.dark"), "recolour"),
                    *language_links(at),
                    _help(),
                    html.Span("", id="share-said", className="said", role="status"),
                ],
                className="bar__tools",
            ),
        ],
        className="bar",
    )


def brand(text: str) -> list[html.Span]:
    """The mark, and words beside it."""
    mark = html.Span(className="brand__mark", **{"aria-hidden": "true"})
    return [mark, html.Span(text, className="brand__name")]


def _brand(at: Addresses) -> html.Span | html.A:
    """The name of the app; beside other models the way back to all of them."""
    if not at.front:
        return html.Span(brand(say("app.name")), className="brand")
    return html.A(brand(say("front.back")), href=at.front, className="brand brand--back")


def button(name: str, text: str, action: str, disabled: bool = False, opens: str = "") -> html.Button:
    """A button of the bar that does what the scripts call by that name; ``opens`` is the kind of what it opens."""
    said = {"data-do": action} | ({"aria-haspopup": opens} if opens else {})
    return html.Button(text, id=name, className="button button--bar", disabled=disabled, **said)


def _help() -> html.Button:
    said = {"aria-label": say("help.open"), "data-do": "openKeys", "aria-haspopup": "dialog"}
    return html.Button("?", id="help", className="button button--bar", title=say("help.open"), **said)


def _tour() -> html.Span:
    """The offer of a tour; ``web/pages/tour.js`` shows it on a first visit."""
    take = html.Button(say("tour.offer"), className="button button--link", **{"data-do": "tour"})
    said = {"aria-label": say("tour.dismiss"), "data-do": "noTour"}
    turn_down = html.Button("×", className="button button--quiet", title=say("tour.dismiss"), **said)
    return html.Span([take, turn_down], id="tour-offer", className="tour-offer", hidden=True)


def language_links(at: Addresses) -> list[html.A]:
    """A link for each other language, in its own words; the script takes the page's settings along."""
    others = {code: name for code, name in languages().items() if code != language()}
    return [
        html.A(name, href=at.page_in(code), lang=code, className="button button--bar", **{"data-language": code})
        for code, name in others.items()
    ]
