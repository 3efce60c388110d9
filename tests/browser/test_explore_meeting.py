"""A policymaker in a meeting: what is asked, what came out, figures typed as one's language writes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from policy_lab.model import load_model

pytestmark = pytest.mark.browser
SMALL = Path(__file__).parent.parent / "models" / "small_field"
Visit = Callable[[str], Page]


SHARE = """() => [...document.querySelectorAll('.chart')].reduce((sum, chart) => {
    const box = chart.getBoundingClientRect();
    return sum + box.width * box.height / (innerWidth * innerHeight);
}, 0)"""


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1440, 900)])
def test_the_first_window_has_question_verdict_and_both_charts(
    visit: Visit, real_address: str, width: int, height: int
) -> None:
    """The charts take about half of a laptop's window together, and the verdict stands above them."""
    page = visit(f"{real_address}/?w=cern_for_ai&p=manhattan_for_ai")
    page.set_viewport_size({"width": width, "height": height})
    expect(page.get_by_role("heading", level=1, name="Pathways to a big science of AI safety")).to_be_in_viewport()
    expect(page.locator(".question__asked")).to_contain_text("top-down")
    expect(page.locator(".in-short__text")).to_contain_text("By 2050, CERN for AI")
    expect(page.locator(".in-short")).to_be_in_viewport(ratio=1)
    for chart in page.locator(".chart").all():
        expect(chart).to_be_in_viewport(ratio=0.97)
    assert 0.42 <= page.evaluate(SHARE) <= 0.6


def test_a_headline_is_pressed_to_see_its_curve(visit: Visit, address: str) -> None:
    page = visit(address)
    outcome = [one for one in load_model(SMALL).outcomes.values() if one.headline][-1]
    card = page.get_by_role("button", name=outcome.label, exact=True)
    assert outcome.why in (card.get_attribute("title") or "")
    card.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#choose-a")).to_have_value(outcome.label)
    page.wait_for_url(re.compile(r"[?&]c="))
    page.locator("#undo").click()
    expect(page.locator("#choose-a")).not_to_have_value(outcome.label)


def test_figures_are_typed_and_shown_as_german_writes_them(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/?lang=de")
    page.get_by_role("button", name="Alle aufklappen").click()
    lever = page.locator('[data-lever="shared-facility"]')
    box = lever.get_by_role("spinbutton").first
    expect(box).to_have_value("0,2")
    box.fill("0,35")
    box.press("Enter")
    page.wait_for_url(re.compile(r"l=shared-facility~0\.35"))
    box.fill("0.45")  # many keyboards of numbers have a point only
    box.press("Tab")
    page.wait_for_url(re.compile(r"l=shared-facility~0\.45"))
    expect(box).to_have_value("0,45")
    expect(box).to_have_attribute("aria-valuenow", "0.45")
    box.fill("viel")
    box.press("Tab")
    expect(box).to_have_value("viel")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(lever.get_by_role("alert")).to_have_text("„viel“ ist keine Zahl. Bis dahin gilt 0,45.")
    box.press("Escape")
    expect(box).to_have_value("0,45")
    money = page.locator('[data-lever^="public-sci"]').get_by_role("spinbutton").first
    money.fill("2.500")
    money.press("Tab")
    expect(money).to_have_value("2500")
    page.locator(".assumptions__all summary").click()
    assumed = page.locator(".assumption").first.get_by_role("spinbutton")
    expect(assumed).to_have_value(re.compile(r"^\d+,\d+$"))
    expect(page.locator(".assumption__facts").first).to_contain_text(re.compile(r"Spanne \d+,\d+ bis \d+,\d+"))


def test_arrows_in_a_box_move_by_a_step_and_undo_is_the_page_s(visit: Visit, address: str) -> None:
    page = visit(address)
    lever = next(iter(load_model(SMALL).levers.values()))
    box = page.locator(".lever").first.get_by_role("spinbutton").first
    before = float(box.input_value())
    box.focus()
    page.keyboard.press("ArrowUp")
    expect(box).to_have_value(f"{min(before + lever.step, lever.high):g}")
    page.keyboard.press("Control+z")
    page.keyboard.press("Tab")
    expect(box).to_have_value(f"{before:g}")


def test_the_shortcuts_are_found_without_knowing_one(visit: Visit, address: str) -> None:
    page = visit(address)
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.locator("#keys-help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys-help")).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("width", [320, 768, 1024, 1440, 1710, 1920])
def test_no_word_runs_out_of_its_place(browser: Browser, real_address: str, width: int, language: str) -> None:
    """Four pins with long names, every width, both languages: nothing is wider than what holds it."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(60_000)
    pins = "&p=manhattan_for_ai&p=trading_zones_first&p=soft_nationalisation&p=aisi_style"
    page.goto(f"{real_address}/?w=cern_for_ai{pins}&lang={language}")
    page.wait_for_selector("html[data-drawn]", state="attached")
    page.wait_for_function("() => PolicyLab.bands.latest && PolicyLab.verdict?.turns")
    expect(page.locator(".card--stale")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = """() => [...document.querySelectorAll(
        ".button, .card *, .lever__label, .lever__ends span, .legend__item, .segments label, .question *, .nav__link")]
        .filter(one => one.clientWidth && one.scrollWidth > one.clientWidth + 1
                       && !one.closest(".unseen") && getComputedStyle(one).clipPath === "none")
        .map(one => one.className + ": " + one.textContent)"""
    assert page.evaluate(wide) == []
    page.close()


def test_a_browser_that_keeps_nothing_works_all_the_same(browser: Browser, address: str) -> None:
    """Storage forbidden by policy or by private browsing: reading its very name throws."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    refuse = "{ get() { throw new DOMException('refused', 'SecurityError'); } }"
    for name in ("localStorage", "sessionStorage"):
        context.add_init_script(f"Object.defineProperty(window, '{name}', {refuse})")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(address)
    page.wait_for_selector("html[data-drawn]", state="attached")
    page.locator(".lever").first.get_by_role("button", name="More:").click()
    page.wait_for_url(lambda url: "l=" in url)
    page.locator("#undo").click()
    page.wait_for_url(lambda url: "l=" not in url)
    page.locator("#scheme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert faults == []
    context.close()


def test_what_a_chart_shows_is_explained_where_it_stands(visit: Visit, real_address: str) -> None:
    """From a word nobody knows to what it means, to the levers that make the difference, and back."""
    page = visit(f"{real_address}/?w=cern_for_ai")
    page.locator("#chart-b .chart__about summary").click()
    told = page.locator("#chart-b .menu--about")
    expect(told).to_contain_text("From −1, led by a state (top-down), to +1, led by scientists (bottom-up)")
    page.locator("#choose-b").fill("coherence of the field")
    page.get_by_role("option", name="Coherence of the field").click()
    page.locator("#chart-b .chart__about summary").click()
    expect(told).to_contain_text("Higher counts as better.")
    assert re.search(r"/model\?.*&d=~~~~Coherence%5Bfield%5D$", told.get_by_role("link").get_attribute("href") or "")
    told.get_by_role("button", name="Which levers make the difference?").click()
    expect(page.get_by_role("heading", name="Where the difference comes from")).to_be_focused()
    expect(page.locator("#compare-outcome")).to_have_value("Coherence of the field")
    expect(page.locator("#compare-wedges-told")).to_contain_text("Coherence of the field in 2050: from “Status quo”")
    page.go_back()
    expect(page.locator("#choose-b")).to_have_value("Coherence of the field")


def test_a_chart_fills_the_wall_and_comes_back(visit: Visit, address: str) -> None:
    page = visit(address)
    width = page.locator("#chart-b .plot__svg").bounding_box()["width"]
    page.locator("#chart-b .chart__save summary").click()
    page.get_by_role("button", name="Full screen").click()
    expect(page.locator("#chart-b .plot__svg")).to_have_attribute("width", re.compile(r"^1[2-4]\d\d"))
    letters = "document.querySelector('#chart-b .plot__unit')"
    assert float(page.evaluate(f"parseFloat(getComputedStyle({letters}).fontSize)")) >= 20
    page.evaluate("document.exitFullscreen()")
    expect(page.locator("#chart-b .plot__svg")).to_have_attribute("width", str(int(width)))


def test_events_and_units_are_said_in_words(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/?w=soft_nationalisation")
    units = page.locator(".card__unit").all_inner_texts()
    assert {"incidents", "people", "powers of ten"} <= set(units)
    expect(page.locator(".chart--a .plot__marks text").filter(has_text=re.compile("^Accident$"))).to_have_count(1)
    page.get_by_role("link", name="Deutsch").click()
    expect(page.locator(".chart--a .plot__marks text").filter(has_text=re.compile("^Unfall$"))).to_have_count(1)
