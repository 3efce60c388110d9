"""What explains the page: the terms where they are met, the help, and the tour of a first visit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
Visit = Callable[[str], Page]

#: Whether the box of the tour is inside the window and away from what it explains.
CLEAR = """() => {
  const [box, target] = [".tour", ".tour-here"].map((name) => document.querySelector(name).getBoundingClientRect());
  const beside = box.left >= target.right || box.right <= target.left;
  const apart = beside || box.top >= target.bottom || box.bottom <= target.top;
  const inside = box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
  const seen = target.bottom > 0 && target.top < innerHeight;
  return { apart, inside, seen };
}"""


# ---- terms


@pytest.mark.parametrize(("language", "word"), [("en", "median"), ("de", "Median")])
def test_a_term_is_explained_by_focus_pointer_and_press(visit: Visit, address: str, language: str, word: str) -> None:
    page = visit(f"{address}/?lang={language}")
    box = page.locator("#term-box")
    term = page.locator(".strip__key .term", has_text=word)
    term.focus()
    expect(box).to_be_visible()
    expect(box.locator("strong")).to_have_text("Median")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    page.locator(".in-short").hover()
    term.evaluate("(term) => term.blur()")
    term.hover()
    expect(box).to_be_visible()
    page.mouse.move(5, 5)
    expect(box).to_be_hidden()
    term.click()
    expect(box).to_be_visible()


def test_a_finger_opens_a_term(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(address, wait_until="domcontentloaded")
    page.wait_for_selector("html[data-drawn]", state="attached")
    expect(
        page.locator(".in-short:not(.in-short--stale) .in-short__text")
    ).not_to_be_empty()  # what comes late is there
    page.locator(".strip__key .term").first.tap()
    box = page.locator("#term-box")
    expect(box).to_be_visible()
    edges = box.bounding_box()
    assert edges is not None
    assert edges["x"] >= 0
    assert edges["x"] + edges["width"] <= 390
    context.close()


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_marked_term_has_an_entry_and_pages_have_terms(visit: Visit, real_address: str, language: str) -> None:
    page = visit(f"{real_address}/model?lang={language}")
    page.wait_for_function("() => PolicyLab.dashIsHere")
    terms = page.locator("#main .term:visible")
    terms.first.wait_for()
    keys = {term["key"] for term in page.evaluate("() => PolicyLab.facts.glossary")}
    page.wait_for_function("() => document.querySelectorAll('.page--model .term').length >= 5")
    marked = page.evaluate("() => [...document.querySelectorAll('.term')].map((term) => term.dataset.term)")
    assert set(marked) <= keys
    assert {"stock", "flow", "reinforcing", "balancing"} <= set(marked)
    assert not page.evaluate("() => [...document.querySelectorAll('button .term, a .term, label .term')].length")


def test_the_help_lists_every_term_on_every_page(visit: Visit, address: str) -> None:
    page = visit(f"{address}/rank")
    page.keyboard.press("?")
    count = page.evaluate("() => PolicyLab.facts.glossary.length")
    assert count >= 20
    expect(page.locator("#glossary dt")).to_have_count(count)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Help").click()
    expect(page.locator("#keys-help")).to_be_visible()
    expect(page.locator("#glossary dt")).to_have_count(count)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_help(browser: Browser, address: str, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1366, "height": 768})
    page.set_default_timeout(60_000)
    page.goto(address, wait_until="domcontentloaded")
    page.wait_for_selector("html[data-drawn]", state="attached")
    page.locator(".strip__key .term").first.wait_for()
    page.locator("#help").click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


# ---- the tour


@pytest.mark.parametrize(("width", "height"), [(320, 640), (390, 844), (820, 1180), (1366, 768), (1920, 1080)])
def test_no_step_of_the_tour_covers_what_it_explains(
    browser: Browser, real_address: str, width: int, height: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(60_000)
    page.goto(f"{real_address}/?lang=de", wait_until="domcontentloaded")
    page.wait_for_selector("html[data-drawn]", state="attached")
    page.locator("#help").click()
    page.locator("#keys-help [data-do=tour]").click()
    for step in range(1, 6):
        expect(page.locator(".tour__count")).to_have_text(f"{step} von 5")
        page.wait_for_function("() => document.activeElement.id === 'tour-title'")
        page.wait_for_function(f"() => Object.values(({CLEAR})()).every(Boolean)")  # it follows words that come late
        page.locator("#tour-next").click()
    expect(page.locator(".tour")).to_have_count(0)
    expect(page.locator("#help")).to_be_focused()
    page.close()


def test_the_tour_is_offered_once_and_never_where_a_link_brings_a_view(visit: Visit, address: str) -> None:
    page = visit(f"{address}/?w=open_laboratory")
    expect(page.locator("#tour-offer")).to_be_hidden()
    page = visit(f"{address}/embed")
    expect(page.locator("#tour-offer")).to_be_hidden()
    page = visit(address)
    offer = page.locator("#tour-offer")
    expect(offer).to_be_visible()
    page.get_by_role("button", name="Do not offer the tour again").click()
    expect(offer).to_be_hidden()
    expect(page.locator("#help")).to_be_focused()
    page = visit(address)
    page.locator(".strip__key .term").first.wait_for()  # which comes later than the offer would
    expect(page.locator("#tour-offer")).to_be_hidden()


def test_the_tour_keeps_the_focus_and_escape_ends_it(visit: Visit, address: str) -> None:
    page = visit(address)
    page.locator("#tour-offer [data-do=tour]").click()
    tour = page.get_by_role("dialog", name="Choose a scenario")
    expect(tour).to_be_visible()
    for _ in range(5):
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.closest('.tour') !== null")
    page.locator("#tour-next").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Read the verdict first")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    expect(page.locator(".tour")).to_have_count(0)
    expect(page.locator("#help")).to_be_focused()
