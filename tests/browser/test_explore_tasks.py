"""Tasks that somebody sets out to do on Explore: pin and compare, question an assumption, show a class what moved."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from policy_lab.model import load_model
from policy_lab.model.conditions import shown
from policy_lab.simulation import simulate

pytestmark = pytest.mark.browser
SMALL = Path(__file__).parent.parent / "models" / "small_field"
Visit = Callable[[str], Page]
LINES = """chart => Object.fromEntries(PolicyLab.explore.charts[chart].picture.lines.map(
    line => [line.key, Array.from(line.values)]))"""


def lines(page: Page, chart: int = 0) -> dict[str, list[float]]:
    found: dict[str, list[float]] = page.evaluate(LINES, chart)
    return found


def expected(settings: dict[str, float], outcome: str = "knowledge") -> list[float]:
    model = load_model(SMALL)
    return simulate(model, settings, scenario="status_quo", outputs=[outcome]).values[0, :, 0].tolist()


def more(page: Page, label: str) -> None:
    row = page.locator(".lever").filter(has=page.get_by_text(label, exact=True))
    row.get_by_role("button", name="More:").click()


# ---- pins


def test_a_policy_is_pinned_changed_and_held_against_itself(visit: Visit, address: str) -> None:
    page = visit(f"{address}/?l=shared-funding~40")
    page.get_by_role("button", name="Pin this scenario").click()
    expect(page.locator(".legend__item--pin")).to_contain_text("Status quo with 1 lever moved")
    more(page, "Shared funding")
    page.wait_for_url(re.compile(r"l=shared-funding~45&p=status_quo~~\w{3}~40$"))
    drawn = lines(page)
    assert drawn["pinned-0"] == pytest.approx(expected({"shared funding": 40}))
    assert drawn["policy"] == pytest.approx(expected({"shared funding": 45}))
    page.reload()
    page.wait_for_selector("html[data-drawn]", state="attached")
    assert lines(page) == drawn
    page.get_by_role("button", name="Unpin").click()
    page.wait_for_url(re.compile(r"l=shared-funding~45$"))
    expect(page.locator("#pins-add")).to_be_focused()


def test_four_pins_are_all_in_sight_and_a_fifth_is_refused_in_words(visit: Visit, address: str) -> None:
    page = visit(
        f"{address}/?p=open_laboratory&p=status_quo&p=status_quo~~shared-funding~30&p=status_quo~~shared-funding~20"
    )
    pins = page.locator(".legend__item--pin")
    expect(pins).to_have_count(4)
    for pin in pins.all():
        expect(pin).to_be_in_viewport(ratio=1)
    assert {key for key in lines(page) if key.startswith("pinned")} == {f"pinned-{n}" for n in range(4)}
    page.get_by_role("button", name="Pin this scenario").click()
    expect(page.locator("#share-said")).to_contain_text("pinned already")
    more(page, "Shared funding")
    page.get_by_role("button", name="Pin this scenario").click()
    expect(page.locator("#share-said")).to_contain_text("Unpin one first")
    expect(pins).to_have_count(4)


def test_a_pin_is_given_a_name_that_travels(visit: Visit, address: str) -> None:
    page = visit(f"{address}/?p=status_quo~~shared-funding~30&p=open_laboratory")
    page.get_by_role("button", name="Status quo with 1 lever moved", exact=True).click()
    box = page.get_by_role("textbox", name="Name of the pinned scenario")
    box.fill("Modest & slow")
    box.press("Escape")
    expect(page.locator(".legend__item--pin").first).to_contain_text("Status quo with 1 lever moved")
    page.get_by_role("button", name="Status quo with 1 lever moved", exact=True).click()
    box.fill("Modest & slow")
    box.press("Enter")
    expect(page.get_by_role("button", name="Modest & slow", exact=True)).to_be_focused()
    page.wait_for_url(re.compile("Modest%20%26%20slow"))
    page.reload()
    page.wait_for_selector("html[data-drawn]", state="attached")
    expect(page.locator(".legend__item--pin").first).to_contain_text("Modest & slow")
    page.keyboard.press("Control+z")
    expect(page.locator(".legend__item--pin").first).to_contain_text("Status quo with 1 lever moved")


# ---- choosing a variable


def test_any_variable_is_chosen_by_keyboard(visit: Visit, real_address: str) -> None:
    page = visit(real_address)
    field = page.get_by_role("combobox", name="First chart")
    field.focus()
    page.keyboard.type("secrecy")
    options = page.locator("#choose-a-list [role=option]")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    chosen = page.evaluate(
        "document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).dataset.name"
    )
    page.keyboard.press("Enter")
    expect(options).to_have_count(0)
    expect(field).to_be_focused()
    page.wait_for_function("name => PolicyLab.explore.drawn.state.charts[0] === name", arg=chosen)
    page.wait_for_url(re.compile(r"[?&]c="))
    values = simulate(load_model("big_science"), scenario="status_quo", outputs=[chosen]).values[0, :, 0]
    assert lines(page)["policy"] == pytest.approx(values.tolist(), rel=1e-6, abs=1e-9)
    assert len(page.url) < 2000


def test_a_search_that_finds_nothing_says_so_and_escape_gives_up(visit: Visit, address: str) -> None:
    page = visit(address)
    field = page.get_by_role("combobox", name="First chart")
    before = field.input_value()
    field.fill("no such thing")
    expect(page.locator("#choose-a-list")).to_contain_text("No variable of that name")
    page.keyboard.press("Escape")
    expect(field).to_have_value(before)
    expect(page.locator("#choose-a-list")).to_be_hidden()


# ---- reading off


def test_values_are_read_off_by_keyboard_and_by_mouse(visit: Visit, address: str) -> None:
    page = visit(f"{address}/?l=shared-funding~40")
    hand = page.get_by_role("slider", name="Read values off the chart: Public knowledge")
    hand.focus()
    page.keyboard.press("End")
    last = expected({"shared funding": 40})[-1]
    assert f"{last:.0f}" in (hand.get_attribute("aria-valuetext") or "").replace(",", "")
    page.keyboard.press("Home")
    assert (hand.get_attribute("aria-valuetext") or "").startswith("2025:")
    tip = page.locator(".chart--a .plot__tip")
    expect(tip).to_contain_text("2025")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    box = hand.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(tip).to_contain_text("Current policy")
    page.mouse.move(5, 5)
    expect(tip).to_be_hidden()


# ---- assumptions


def test_an_assumption_is_found_questioned_and_shared(visit: Visit, real_address: str) -> None:
    model = load_model("big_science")
    page = visit(real_address)
    page.get_by_text(f"Show all {len(model.uncertainties)} assumptions").click()
    expect(page.locator(".assumption")).to_have_count(len(model.uncertainties))
    page.get_by_role("searchbox", name="Search assumptions").fill("how high frontier spending can rise")
    expect(page.locator(".assumption:not([hidden])")).to_have_count(1)
    row = page.locator(".assumption:not([hidden])")
    expect(row).to_contain_text("Grade C: weak source")
    expect(row).to_contain_text("20,000 to 300,000")
    box = row.get_by_role("spinbutton")
    box.fill("250000")
    box.press("Enter")
    page.wait_for_url(re.compile(r"a=run-cost-cap~25e4$"))
    expect(page.locator(".assumed")).to_contain_text("Highest cost of a run")
    exists = model.outcomes["pathway index"].where
    assert exists is not None
    outputs = ["pathway index", exists.variable]
    runs = simulate(model, {"run cost cap": 250000.0}, scenario="status_quo", outputs=outputs)
    told = shown(model.conditions, runs, "pathway index")[0]
    assert np.isnan(told[0]) and np.isfinite(told[-1])
    drawn = lines(page, chart=1)
    for line in ("status-quo", "policy"):
        assert drawn[line] == pytest.approx(told.tolist(), rel=1e-6, abs=1e-9, nan_ok=True)
    page.reload()
    expect(page.locator(".assumed")).to_contain_text("250,000")
    page.get_by_role("button", name="Reset all assumptions").click()
    page.wait_for_url(lambda url: "?" not in url)
    page.locator("#undo").click()
    page.wait_for_url(re.compile(r"a=run-cost-cap~25e4$"))


def test_an_assumption_moves_by_its_slider_over_magnitudes(visit: Visit, real_address: str) -> None:
    page = visit(real_address)
    page.locator(".assumptions__all summary").click()
    row = page.locator('[data-assumption="run-cost-cap"]')
    row.get_by_role("slider").focus()
    page.keyboard.press("Home")
    expect(row.get_by_role("spinbutton")).to_have_value("20000")
    page.keyboard.press("End")
    expect(row.get_by_role("spinbutton")).to_have_value("300000")


# ---- undo, replay, keys


def test_two_hundred_moves_are_undone_after_a_reload(visit: Visit, address: str) -> None:
    page = visit(address)
    page.evaluate(
        """() => {
            for (let n = 1; n <= 210; n++) {
                PolicyLab.state.moveLever(n % 2 ? "shared-funding" : "openness-req-518", 0, n % 2 ? n / 3 : n / 300);
            }
        }"""
    )
    page.wait_for_url(re.compile(r"openness-req-518~0\.7$"))
    page.reload()
    page.wait_for_selector("html[data-drawn]", state="attached")
    for _ in range(210):
        page.keyboard.press("Control+z")
    page.wait_for_url(lambda url: "?" not in url)
    expect(page.locator("#undo")).to_be_disabled()


def test_the_last_change_is_played_again(visit: Visit, address: str) -> None:
    page = visit(address)
    expect(page.get_by_role("button", name="Replay last change")).to_be_disabled()
    page.evaluate("PolicyLab.state.moveLever('shared-funding', 0, 80)")
    page.wait_for_url(re.compile(r"~80$"))
    page.evaluate(
        """() => {
            window.seen = [];
            PolicyLab.state.on(state => window.seen.push(state.levers["shared-funding"][0]));
        }"""
    )
    page.get_by_role("button", name="Replay last change").click()
    expect(page.locator("#share-said")).to_contain_text("Shared funding")
    page.wait_for_function("() => window.seen.length > 3 && window.seen[window.seen.length - 1] === 80")
    page.wait_for_function("() => !document.documentElement.classList.contains('is-replaying')")
    seen = page.evaluate("window.seen")
    assert seen == sorted(seen)
    assert seen[0] < 20
    expect(page).to_have_url(re.compile("~80$"))
    expect(page.locator("#redo")).to_be_disabled()


def test_a_replay_does_not_slide_for_those_who_asked_for_stillness(browser: Browser, address: str) -> None:
    page = browser.new_page(reduced_motion="reduce")
    page.goto(address, wait_until="domcontentloaded")
    page.wait_for_selector("html[data-drawn]", state="attached", timeout=60_000)
    page.evaluate("PolicyLab.state.moveLever('shared-funding', 0, 80)")
    page.evaluate("window.seen = []; PolicyLab.state.on(s => window.seen.push(s.levers['shared-funding'][0]))")
    page.locator("#replay").click()
    page.wait_for_function("() => window.seen.length === 2")
    assert page.evaluate("window.seen") == [0, 80]  # two steps, and they are all
    page.close()


def test_shortcuts_are_listed_work_and_can_be_switched_off(visit: Visit, address: str) -> None:
    page = visit(f"{address}/?l=shared-funding~40")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Replay the last change")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("p")
    expect(page.locator(".legend__item--pin")).to_have_count(1)
    page.keyboard.press("2")
    expect(page.locator(".group__title").nth(1)).to_be_focused()
    page.keyboard.press("0")
    page.wait_for_url(lambda url: "l=" not in url)
    page.keyboard.press("?")
    dialog.get_by_role("checkbox").uncheck()
    dialog.get_by_role("button", name="Close").click()
    page.keyboard.press("Control+z")
    page.wait_for_url(re.compile("l=shared-funding~40"))
    page.keyboard.press("0")
    page.wait_for_timeout(400)
    assert "l=shared-funding~40" in page.url


def test_a_policy_is_made_and_copied_with_the_keyboard_alone(
    visit: Visit, address: str, context: BrowserContext
) -> None:
    page = visit(address)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("1")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "range":
            break
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("PageUp")
    page.wait_for_url(re.compile("l="))
    page.keyboard.press("s")
    expect(page.locator("#share-said")).to_have_text("Link copied")
    page.wait_for_url(page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 1440), ("light", 320), ("dark", 320)])
def test_axe_finds_nothing_with_everything_open(browser: Browser, real_address: str, scheme: str, width: int) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    page.set_default_timeout(60_000)
    page.goto(f"{real_address}/?w=cern_for_ai&a=run-cost-cap~3e5&p=manhattan_for_ai", wait_until="domcontentloaded")
    page.wait_for_function("() => PolicyLab.dashIsHere && PolicyLab.bands.latest")
    page.locator(".assumptions__all summary").click()
    page.locator(".data summary").click()
    if width < 720:  # the levers are a sheet
        page.locator(".levers__handle").click()
    page.locator(".lever summary").first.click()
    whole = (scheme, width) == ("light", 1440)  # the others ask what was opened last alone: the rest stands as it stood
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("combobox", name="First chart").fill("trust")
    expect(page.locator("#choose-a-list [role=option]").first).to_be_visible()
    found = Axe().run(page, context=None if whole else [["#choose-a"], ["#choose-a-list"]])
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    found = Axe().run(page, context=None if whole else "#keys-help")
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
