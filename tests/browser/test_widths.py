"""Nothing leaves the window or lies under something else: every page at each width, every menu open.

A page at 200% zoom is laid out as one of half its width, so half of a laptop's and of a screen's are among the widths.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
WIDTHS = (320, 390, 683, 768, 820, 960, 1024, 1366, 1440, 1920)
PAGES = ("", "compare", "why", "rank", "precedents", "model")
#: The list of stories has links and no controls of its own; what is in a story: test_learn_page.py.
WALKED = (*PAGES, "learn")
#: Widths of the default run in English; all of them, in both languages, are for the deep one.
FEW = (320, 820, 1366)
SHOWN = "w=cern_for_ai&p=manhattan_for_ai"

#: Opens whatever opens, one after the other, and tells what is outside of the window, as texts.
WALK = """async () => {
  const found = [];
  let opened = 0;
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const seen = (part) => part.getClientRects().length > 0 && getComputedStyle(part).visibility !== "hidden";
  const words = (part) => part.textContent.trim().slice(0, 30);
  const named = (part) => `${part.id || part.className || part.tagName} '${words(part)}'`;
  const scrolled = (part) => {
    for (let up = part.parentElement; up && up !== document.body; up = up.parentElement)
      if (/(auto|scroll|hidden|clip)/.test(getComputedStyle(up).overflowX)) return true;
    return false;
  };
  const page = (what) => {
    const wide = document.documentElement.scrollWidth;
    if (wide <= innerWidth) return;
    const beyond = (part) => part.getBoundingClientRect().right > innerWidth + 0.5;
    const all = [...document.body.querySelectorAll("*")];
    const out = all.filter((part) => beyond(part) && seen(part) && !scrolled(part));
    found.push(`${what}: the page is ${wide} wide: ${out.slice(-2).map(named)}`);
  };
  const inside = (what, part, high) => {
    opened += 1;
    const { left, right, top, bottom } = part.getBoundingClientRect();
    if (left < -0.5 || right > innerWidth + 0.5) found.push(`${what}: from ${left} to ${right}`);
    if (high && (top < -0.5 || bottom > innerHeight + 0.5)) found.push(`${what}: from ${top} to ${bottom} down`);
  };
  const uncovered = (what, part) => {
    const { left, right, top, bottom } = part.getBoundingClientRect();
    const corners = [left + 4, right - 4].flatMap((x) => [top + 4, bottom - 4].map((y) => [x, y]));
    const fixed = (one) => one && (getComputedStyle(one).position === "fixed" || fixed(one.parentElement));
    const above = corners.map(([x, y]) => document.elementFromPoint(x, y));
    const over = above.find((one) => one && !part.contains(one) && !fixed(one)); // a sheet is the window's edge
    if (over) found.push(`${what}: under ${named(over)}`);
  };
  page("as it opens");
  for (const details of document.querySelectorAll("details")) {
    const summary = details.querySelector("summary");
    if (!summary || !seen(summary) || details.open) continue;
    summary.scrollIntoView({ block: "center", behavior: "instant" });
    summary.click();
    await new Promise((done) => setTimeout(done)); // "toggle" comes as a task of its own
    await frame();
    const menu = details.querySelector(".menu");
    if (menu && seen(menu)) inside(named(details), menu, true), uncovered(named(details), menu);
    page(named(details));
    details.open = false;
  }
  for (const field of document.querySelectorAll("[role=combobox]")) {
    if (!seen(field)) continue;
    field.scrollIntoView({ block: "center", behavior: "instant" });
    field.focus();
    field.click();
    await frame();
    const list = document.getElementById(field.getAttribute("aria-controls"));
    if (list && seen(list)) inside(named(field), list);
    page(named(field));
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
    field.blur();
  }
  const openers = "[aria-haspopup=dialog], [data-do=actions], [data-do=openSaved], .levers__handle";
  for (const button of document.querySelectorAll(openers)) {
    if (!seen(button)) continue;
    button.click();
    await frame();
    const dialog = document.querySelector("dialog[open]");
    if (dialog) inside(named(button), dialog, true);
    page(named(button));
    if (dialog) dialog.close();
    else button.click();
  }
  for (const term of [...document.querySelectorAll("#main .term")].filter(seen).slice(0, 12)) {
    term.scrollIntoView({ block: "center", behavior: "instant" });
    await frame();
    term.focus({ preventScroll: true });
    inside(named(term), document.getElementById("term-box"), true);
  }
  page("at the end");
  return { found, opened };
}"""


def outside(page: Page, widths: tuple[int, ...]) -> list[str]:
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        walk = page.evaluate(WALK)
        assert walk["opened"] >= 2, "the help and the share menu are on every page"
        found += [f"{width}: {one}" for one in walk["found"]]
    return found


def opened(browser: Browser, address: str, name: str, language: str, width: int) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.set_default_timeout(60_000)
    page.goto(f"{address}/{name}?{SHOWN}&lang={language}", wait_until="domcontentloaded")
    page.wait_for_selector("html[data-drawn]", state="attached")
    if name:
        page.wait_for_function("() => PolicyLab.dashIsHere")
    else:
        expect(page.locator(".in-short:not(.in-short--stale) .in-short__text")).not_to_be_empty()  # its words come late
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    return page


@pytest.mark.parametrize("name", WALKED)
def test_nothing_leaves_the_window(browser: Browser, real_address: str, name: str) -> None:
    page = opened(browser, real_address, name, "en", FEW[0])
    assert outside(page, FEW) == []
    page.close()


@pytest.mark.deep
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", WALKED)
def test_nothing_leaves_any_window(browser: Browser, real_address: str, name: str, width: int) -> None:
    """Opened anew at each width: what a script measures at its start is measured there."""
    for language in ("en", "de"):
        page = opened(browser, real_address, name, language, width)
        assert outside(page, (width,)) == [], language
        page.close()


def test_the_walk_finds_what_is_outside(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(address, wait_until="domcontentloaded")
    page.wait_for_selector("html[data-drawn]", state="attached")
    page.evaluate("() => document.querySelector('.foot').style.setProperty('width', '500px')")
    assert any("the page is" in one for one in page.evaluate(WALK)["found"])
    page.close()
