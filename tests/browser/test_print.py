"""Every page on paper: whole, on white whatever the screen wears, without what only a hand can use, with its link."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
#: Pixels of a sheet of A4 between its margins.
PAPER = {"width": 703, "height": 1032}
READY = {
    "": ".page--explore .card__value",
    "compare": "#compare-table tbody tr",
    "why": ".did__one",
    "rank": "#rank-table tbody tr",
    "precedents": "#case .case-told",
    "model": "#variables tbody tr",
}
#: What pages compute by themselves: all members of the scenarios of Compare, loops and levers of Why.
COMPUTED = {
    "compare": "() => PolicyLab.dashIsHere && PolicyLab.compare.settled()",
    "why": "() => PolicyLab.dashIsHere && PolicyLab.why.futures && PolicyLab.whyLevers.dealt",
}
#: Charts are drawn anew for another room in the frame after.
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
#: Elements that reach beyond the paper, whose content is cut off, or that stay in sight while others scroll.
LOST = """() => [...document.querySelectorAll("body *")].filter((each) => each.checkVisibility()).flatMap((each) => {
  const { right, left, width, height } = each.getBoundingClientRect();
  const style = getComputedStyle(each);
  if (each.closest(".unseen, svg") || width < 2 || height < 2) return [];
  const scrolls = (way) => ["auto", "scroll", "hidden"].includes(way);
  const what = [
    right > document.documentElement.clientWidth + 1 || left < -1 ? "beyond the paper" : "",
    scrolls(style.overflowX) && each.scrollWidth > each.clientWidth + 2 ? "cut at the side" : "",
    scrolls(style.overflowY) && each.scrollHeight > each.clientHeight + 2 ? "cut below" : "",
    ["fixed", "sticky"].includes(style.position) ? style.position : "",
  ].filter(Boolean);
  return what.map((one) => `${one}: ${each.tagName} ${each.id} ${each.getAttribute("class")}`);
})"""
#: Charts that can be read.
CHARTS = """() => [...document.querySelectorAll("main .plot__svg, main .rank__picture, #sketch > svg")]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height > 90).length"""
#: What asks for a hand: buttons that lead nowhere on paper, sliders and menus.
HANDS = "main .button, main [download], main input[type=range], .chart__save, .chart__about"
TOOLS = f"""() => [...document.querySelectorAll("{HANDS}")]
  .filter((each) => each.checkVisibility() && !each.closest("table")).map((each) => each.outerHTML.slice(0, 120))"""
GROUND = "() => getComputedStyle(document.body).backgroundColor"


@pytest.fixture
def dark(browser: Browser) -> Iterator[Page]:
    """A page in dark colours, on a laptop."""
    page = browser.new_page(viewport={"width": 1366, "height": 768}, color_scheme="dark")
    page.set_default_timeout(60_000)
    yield page
    page.close()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("path", READY)
def test_a_page_is_printed_whole(dark: Page, real_address: str, path: str, language: str) -> None:
    link = f"{real_address}/{path}?w=cern_for_ai&lang={language}"
    dark.goto(link)
    expect(dark.locator(READY[path]).first).not_to_be_empty()
    dark.wait_for_function(COMPUTED.get(path, "() => PolicyLab.dashIsHere && PolicyLab.bands.latest"))
    dark.wait_for_function(f"() => ({CHARTS})() > 0")
    charts = dark.evaluate(CHARTS)
    dark.emulate_media(media="print", color_scheme="dark")
    dark.set_viewport_size(PAPER)
    dark.evaluate(FRAMES)
    assert dark.evaluate(LOST) == []
    assert dark.evaluate(TOOLS) == []
    assert dark.evaluate(CHARTS) == charts
    assert dark.evaluate(GROUND) in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")


def test_what_is_folded_is_printed_too(dark: Page, real_address: str) -> None:
    dark.goto(f"{real_address}/model")
    evidence = dark.locator(".evidence").first
    text = evidence.locator("summary ~ *").first
    expect(text).to_be_hidden()
    dark.emulate_media(media="print")
    expect(text).to_be_visible()


def test_a_printed_page_says_where_it_comes_from(dark: Page, address: str) -> None:
    dark.goto(f"{address}/compare")
    expect(dark.locator(READY["compare"]).first).not_to_be_empty()
    expect(dark.locator(".foot__link")).to_have_count(0)
    dark.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(dark.locator(".foot__link")).to_be_hidden()  # on a screen the address bar says it
    dark.emulate_media(media="print")
    expect(dark.locator(".foot__link")).to_be_visible()
    expect(dark.locator(".foot__link")).to_have_text(dark.evaluate("PolicyLab.page.link()"))
