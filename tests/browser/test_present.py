"""Presenting: the verdict, the charts and the starred levers alone, in large letters, at the sizes of projectors."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from policy_lab.app.labels import keys_of

pytestmark = pytest.mark.browser
Visit = Callable[[str], Page]
STAR = keys_of(["shared funding", "openness requirement", "cost of a researcher"])["shared funding"]
SIZES = [(1366, 768), (1920, 1080), (1280, 720)]

#: Texts on show that are smaller than twenty pixels; those of charts count as the screen has them.
SMALL = """() => [...document.querySelectorAll("body *")].filter((part) => {
  const own = [...part.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const box = part.getBoundingClientRect();
  const aside = part.closest(".unseen, .question, noscript, option");
  const hidden = aside || box.width <= 1 || box.height <= 1;
  const { visibility, fontSize } = getComputedStyle(part);
  return own && !hidden && visibility !== "hidden" && parseFloat(fontSize) < 19.9;
}).map((part) => part.className + ": " + part.textContent)"""


def shared(address: str, language: str = "en") -> str:
    """A presentation of the small model, with a pin and a star."""
    return f"{address}/?w=open_laboratory&p=status_quo&s=1~{STAR}&lang={language}"


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_fills_the_screen_in_letters_to_be_read_from_afar(
    browser: Browser, real_address: str, width: int, height: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(60_000)
    stars = "public-scien-dbb~basic-share-2f6"
    page.goto(f"{real_address}/?w=cern_for_ai&p=manhattan_for_ai&s=1~{stars}", wait_until="domcontentloaded")
    page.wait_for_selector("html[data-drawn][data-present]", state="attached")
    expect(page.locator(".in-short__text")).to_contain_text("2050", timeout=60_000)
    starred = page.locator(".lever--starred")
    assert starred.count() >= 1
    expect(starred.first).to_be_visible()
    expect(page.locator(".lever:not(.lever--starred):visible")).to_have_count(0)
    expect(page.locator(".bar")).to_be_hidden()
    assert page.evaluate(SMALL) == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("() => document.documentElement.scrollHeight <= innerHeight + 1")
    for side in "ab":
        box = page.locator(f"#chart-{side}").bounding_box()
        assert box is not None
        assert box["width"] > 0.45 * width
        assert box["height"] > 0.4 * height
    page.close()


def test_a_star_and_a_presentation_are_part_of_the_link(visit: Visit, address: str) -> None:
    page = visit(address)
    lever = page.locator(".lever[data-lever]").first
    star = lever.locator(".lever__star")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    page.wait_for_url(re.compile(r"[?&]s=0~"))
    page.get_by_role("button", name="Present", exact=True).click()
    page.wait_for_url(re.compile(r"[?&]s=1~"))
    expect(page.locator("#present-leave")).to_be_focused()
    expect(lever).to_be_visible()
    other = visit(page.url)
    expect(other.locator("html[data-present]")).to_be_attached()
    expect(other.locator(".lever--starred")).to_have_count(1)
    other.locator(".lever--starred [data-do=plus]").click()
    other.wait_for_url(re.compile(r"[?&]l="))
    other.keyboard.press("Escape")
    expect(other.locator("html[data-present]")).to_have_count(0)
    other.wait_for_url(re.compile(r"[?&]s=0~"))


def test_a_key_begins_and_escape_ends_it_and_first_closes_what_is_open(visit: Visit, address: str) -> None:
    page = visit(f"{address}/?w=open_laboratory&p=status_quo")
    page.keyboard.press("f")
    presenting = page.locator("html[data-present]")
    expect(presenting).to_be_attached()
    expect(page.locator(".legend__item--pin")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys-help")).to_be_hidden()
    expect(presenting).to_be_attached()
    page.locator("#present-leave").click()
    expect(presenting).to_have_count(0)
    expect(page.locator(".bar")).to_be_visible()


def test_from_another_page_it_leads_to_the_first(visit: Visit, address: str) -> None:
    page = visit(f"{address}/model")
    page.get_by_role("button", name="Present", exact=True).click()
    expect(page.locator("html[data-present][data-page=explore]")).to_be_attached()


def test_seven_stars_are_too_many(visit: Visit, real_address: str) -> None:
    page = visit(real_address)
    page.locator('[data-do="foldAll"]').click()
    stars = page.locator(".lever__star")
    for number in range(7):
        stars.nth(number).click()
    expect(page.locator("#share-said")).to_contain_text("6 levers are starred")
    expect(page.locator(".lever--starred")).to_have_count(6)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_axe_finds_nothing(browser: Browser, address: str, scheme: str, language: str) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1366, "height": 768})
    page.set_default_timeout(60_000)
    page.goto(shared(address, language), wait_until="domcontentloaded")
    page.wait_for_selector("html[data-drawn][data-present]", state="attached")
    expect(page.locator(".in-short--stale")).to_have_count(0)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()
