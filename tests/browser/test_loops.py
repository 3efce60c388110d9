"""An educator shows a class what a feedback loop does: cuts it, sees the curves part, sends the link, puts it back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from policy_lab.model import load_model
from policy_lab.simulation import simulate

pytestmark = pytest.mark.browser
Visit = Callable[[str], Page]
RACE = "loop active[race secrecy loop]"
DILUTION = "loop active[dilution loop]"
LINES = """() => Object.fromEntries(PolicyLab.explore.charts[0].picture.lines.map(
    line => [line.key, Array.from(line.values)]))"""


def curve(outcome: str, settings: dict[str, float], scenario: str = "status_quo") -> list[float]:
    return simulate(load_model("big_science"), settings, scenario=scenario, outputs=[outcome]).values[0, :, 0].tolist()


def opened(page: Page) -> Locator:
    """The list of loops, with what each does."""
    page.locator(".loops__all > summary").focus()
    page.keyboard.press("Enter")
    rows = page.locator(".loop-row")
    expect(rows).to_have_count(19)
    expect(rows.last.locator("svg").first).to_be_visible()
    return rows


def switch(page: Page, name: str) -> Locator:
    return page.get_by_role("switch", name=f"Loop “{name}” on")


def test_an_educator_cuts_the_race_loop_by_keyboard_and_sends_the_link(
    visit: Visit, real_address: str, context: BrowserContext
) -> None:
    page = visit(f"{real_address}/?w=manhattan_for_ai&c=race-intensity~secrecy-index")
    opened(page)
    race = switch(page, "Race and secrecy")
    expect(race).to_be_checked()
    race.focus()
    page.keyboard.press("Space")
    expect(race).not_to_be_checked()
    expect(page.locator("#stage .loops-cut")).to_contain_text("1 loop off (Race and secrecy): not the full model.")
    page.wait_for_url(re.compile(r"a=race-secrecy~0"))
    drawn = page.evaluate(LINES)
    assert drawn["policy"] == pytest.approx(curve("Race Intensity", {RACE: 0}, "manhattan_for_ai"), rel=1e-6)
    assert drawn["whole"] == pytest.approx(curve("Race Intensity", {}, "manhattan_for_ai"), rel=1e-6)
    assert drawn["status-quo"] == pytest.approx(curve("Race Intensity", {RACE: 0}), rel=1e-6)
    sent = page.evaluate("PolicyLab.page.link()")
    pupil = visit(sent)
    assert pupil.evaluate(LINES) == drawn
    expect(pupil.locator("#stage .loops-cut")).to_contain_text("not the full model")
    restore = pupil.locator("#stage").get_by_role("button", name="Switch all loops on")
    restore.focus()
    pupil.keyboard.press("Enter")
    expect(pupil.locator("#stage .loops-cut")).to_be_hidden()
    expect(pupil.locator("#loops-title")).to_be_focused()
    pupil.wait_for_url(re.compile(r"^(?!.*race-secrecy)"))
    assert "whole" not in pupil.evaluate(LINES)
    pupil.keyboard.press("Control+z")
    pupil.wait_for_url(re.compile(r"a=race-secrecy~0"))
    expect(pupil.locator("#stage .loops-cut")).to_be_visible()


def test_what_cutting_a_loop_does_is_what_the_model_says(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/?c=race-intensity~mosaic")
    rows = opened(page)
    dilution = rows.filter(has=page.get_by_role("heading", name="Dilution"))
    whole, cut = (curve("mosaic", settings)[-1] for settings in ({}, {DILUTION: 0}))
    share = 100 * abs(cut - whole) / whole
    told = f"{'▲ +' if cut > whole else '▼ −'}{share:.{1 if share < 10 else 0}f}%"
    expect(dilution.locator(".loop-row__told").nth(1)).to_have_text(f"Without it, Mosaic culture in 2050: {told}")
    expect(dilution).to_contain_text("It passes on what Growth of field does to Language loss.")


def test_a_loop_is_seen_where_it_was_found_to_matter_and_undone_in_one_step(visit: Visit, real_address: str) -> None:
    page = visit(real_address)
    opened(page)
    before = page.evaluate("JSON.stringify(PolicyLab.state.now)")
    page.get_by_role("button", name="Switch “Facility and trust” off there").click()
    page.wait_for_url(re.compile(r"w=cern_for_ai.*a=facility-trust~0.*c=tension~"))
    drawn = page.evaluate(LINES)
    assert drawn["policy"][-1] > 1.01 * drawn["whole"][-1]  # its row in loops.csv: higher when cut
    page.keyboard.press("Control+z")
    page.wait_for_function("(before) => JSON.stringify(PolicyLab.state.now) === before", arg=before)


def test_cut_loops_stand_on_compare_in_the_table_and_in_the_brief(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/?w=cern_for_ai&a=race-secrecy~0_dilution~0")
    page.get_by_role("button", name="Actions and outcomes").click()
    expect(page.locator("#actions-assumptions")).to_contain_text("Loop “Race and secrecy”")
    expect(page.locator("#actions-assumptions")).to_contain_text("off")
    with page.expect_download() as download:
        page.locator(".sheet").get_by_role("button", name="CSV").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert "Dilution" in text
    assert "2 loops off (Race and secrecy, Dilution): not the full model." in text
    page.keyboard.press("Escape")
    brief = page.evaluate("PolicyLab.brief.page()")
    assert "2 loops off (Race and secrecy, Dilution): not the full model." in brief
    page.get_by_role("link", name="Compare").click()
    expect(page.locator(".page--compare .loops-cut")).to_contain_text("2 loops off")
    entries = page.evaluate("PolicyLab.compare.entries().map((entry) => entry.constants)")
    assert len(entries) == 2
    assert all(constants[RACE] == constants[DILUTION] == 0 for constants in entries)


def test_assumptions_and_loops_go_back_apart(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/?a=race-secrecy~0_stake-slope~0.5")
    expect(page.locator(".assumed li")).to_have_count(1)
    page.get_by_role("button", name="Reset all assumptions").click()
    page.wait_for_url(re.compile(r"a=race-secrecy~0(&|$)"))
    expect(page.locator(".assumed li")).to_have_count(0)


def test_loops_are_cut_with_the_network_down_and_nobody_is_asked(
    visit: Visit, real_address: str, context: BrowserContext
) -> None:
    page = visit(real_address)
    page.wait_for_function("() => PolicyLab.dashIsHere && PolicyLab.bands.here")
    page.evaluate("PolicyLab.compareWedges.ahead().then(() => true)")
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page)
    switch(page, "Dilution").click()
    page.wait_for_function(f"() => Boolean(({LINES})().whole)")
    page.wait_for_function(
        f"() => {{ const lines = ({LINES})(); return String(lines.policy) !== String(lines.whole); }}"
    )
    assert asked == []


def test_a_closed_list_costs_no_run(visit: Visit, real_address: str) -> None:
    page = visit(real_address)
    page.wait_for_function("() => PolicyLab.dashIsHere")
    page.locator(".lever input[type=range]").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"[?&]l="))
    assert page.evaluate("PolicyLab.loops.effects.size") == 0
    opened(page)
    page.wait_for_function("() => PolicyLab.loops.effects.size === 19")


def test_a_step_of_a_loop_is_looked_up_on_the_model_page_and_back_leads_back(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/?a=dilution~0")
    rows = opened(page)
    rows.first.get_by_role("link", name="lab secrecy", exact=True).click()
    expect(page.locator("#variables .entry")).to_contain_text("INTEG(change in lab secrecy")
    expect(page).to_have_url(re.compile(r"&d=~~~~[Ll]ab%20[Ss]ecrecy$"))
    page.go_back()
    expect(switch(page, "Dilution")).to_be_visible()
    expect(switch(page, "Dilution")).not_to_be_checked()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "language"), [(320, "de"), (1440, "en"), (1920, "en")])
def test_the_list_of_loops_is_in_order_on_every_screen(
    browser: Browser, real_address: str, scheme: str, width: int, language: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{real_address}/?a=race-secrecy~0_dilution~0&lang={language}")
    page.wait_for_selector("html[data-drawn]", state="attached")
    opened(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    small = "() => [...document.querySelectorAll('.switch')].filter((e) => e.offsetHeight < 24 || e.offsetWidth < 24)"
    assert page.evaluate(f"({small})().length") == 0
    context.close()
