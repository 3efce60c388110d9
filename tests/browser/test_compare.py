"""Compare, as tasks: hold scenarios against each other, say where the difference comes from, and pass it on."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from policy_lab.model import load_model
from policy_lab.studies import Study, run_study

pytestmark = pytest.mark.browser
SMALL = Path(__file__).parent.parent / "models" / "small_field"
PATIENCE = 60_000
Visit = Callable[[str], Page]


class Watch(Protocol):
    """What ``conftest.py`` keeps of a page's complaints."""

    complaints: list[str]


FOUND = "() => PolicyLab.compareWedges.found"
#: What the scenarios of the legend are called.
NAMES = """() => [...document.querySelectorAll('#compare-list .legend__item')]
    .map(item => (item.querySelector('.legend__name') ?? item.lastElementChild).textContent)"""
#: The table is of the state as it is, from all members.
SETTLED = """() => { const { compare } = PolicyLab;
    return compare.settled() && compare.shown.entries.length === compare.entries().length; }"""
PINNED = "p=open_laboratory"


def opened(visit: Visit, address: str) -> Page:
    page = visit(address)
    page.wait_for_function("() => PolicyLab.compare.shown")
    return page


def settled(page: Page) -> None:
    """All that Compare shows is of the state as it is now, and of every member."""
    page.wait_for_function(SETTLED, timeout=4 * PATIENCE)


def names(page: Page) -> list[str]:
    found: list[str] = page.evaluate(NAMES)
    return found


def called(page: Page, expected: list[str]) -> None:
    """The scenarios in the legend, once they are these."""
    page.wait_for_function(f"expected => JSON.stringify(({NAMES})()) === JSON.stringify(expected)", arg=expected)


def test_compare_cern_for_ai_with_manhattan_and_send_the_link(
    visit: Visit, real_address: str, context: BrowserContext
) -> None:
    page = opened(visit, f"{real_address}/compare")
    page.locator("#compare-world").select_option(label="CERN for AI")
    page.locator("#compare-pins-add").select_option(label="Manhattan Project for AI")
    called(page, ["Status quo", "CERN for AI", "Manhattan Project for AI"])
    settled(page)
    said = page.locator("#compare-answer").inner_text()
    counts = re.fullmatch(
        r"By 2050, CERN for AI does better than Manhattan Project for AI on (\d+) of (\d+) outcomes, "
        r"worse on (\d+|none), with no clear difference on (\d+|none)\.",
        said,
    )
    assert counts is not None, said
    better, of, worse, unclear = (int(part.replace("none", "0")) for part in counts.groups())
    assert better + worse + unclear == of
    kinds = page.locator('#compare-table td[data-scenario="pair"] .compared__kind')
    assert kinds.evaluate_all("all => all.filter(one => one.dataset.kind === 'better').length") == better
    assert kinds.evaluate_all("all => all.filter(one => one.dataset.kind === 'worse').length") == worse
    page.wait_for_url(lambda url: "w=cern_for_ai" in url and "p=manhattan_for_ai" in url)
    other = context.new_page()
    other.goto(page.url)
    called(other, ["Status quo", "CERN for AI", "Manhattan Project for AI"])


def test_the_policy_made_on_explore_stands_beside_status_quo(visit: Visit, address: str) -> None:
    page = visit(f"{address}/?l=shared-funding~60")
    page.get_by_role("link", name="Compare").click()
    page.wait_for_function("() => PolicyLab.compare.shown")
    called(page, ["Status quo", "Status quo with 1 lever moved"])
    expect(page.locator("#compare-wedges tbody th")).to_contain_text(["Status quo", "Shared funding", "Only together"])


def test_a_colleagues_link_is_held_against_ones_own(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}/compare")
    field, add = (
        page.get_by_label("Link from a colleague", exact=True),
        page.get_by_role("button", name="Add", exact=True),
    )
    add.click()
    expect(page.locator("#compare-said")).to_contain_text("Paste a link")
    field.fill(f"{address}/?w=open_laboratory&l=shared-funding~80")
    add.click()
    called(page, ["Status quo", "An open laboratory with 1 lever moved"])
    field.fill("https://elsewhere.example/?q=<script>alert(1)</script>")
    field.press("Enter")
    expect(page.locator("#compare-said")).to_contain_text("not a link to this page")
    assert len(names(page)) == 2


def test_a_scenario_is_left_out_and_brought_back(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}/compare?{PINNED}")
    page.locator("#compare-list").get_by_role("button", name="Unpin An open laboratory").click()
    called(page, ["Status quo"])
    expect(page.get_by_label("Compare with", exact=True).last).to_be_focused()
    expect(page.locator("#compare-wedges-told")).to_contain_text("Only one scenario")
    page.get_by_role("button", name="Undo").click()
    called(page, ["Status quo", "An open laboratory"])


def test_better_is_said_only_where_the_ranges_bear_it(visit: Visit, harbour_address: str) -> None:
    """No sign, colour or word where the interval of a change holds zero, in every cell of the table."""
    page = opened(visit, f"{harbour_address}/compare?w=deep_harbour&p=status_quo~~dredging~0.5")
    settled(page)
    found = page.evaluate("""() => {
        const { shown } = PolicyLab.compare;
        const rows = [...document.querySelectorAll('#compare-table tbody tr')];
        return rows.flatMap(row => [...row.querySelectorAll('td')].slice(1).map((cell, n) => {
            const effect = shown.answers[n + 1].effects[row.dataset.outcome];
            const kind = cell.querySelector('.compared__kind');
            const { change, grain } = effect;
            return [row.dataset.outcome, change[0], change[4], grain, kind?.className ?? "", kind?.textContent ?? ""];
        }));
    }""")
    said = set()
    for outcome, low, high, grain, look, word in found:
        if low is None or high is None:
            continue
        clear = low > grain or high < -grain
        assert bool(re.search("better|worse|higher|lower", word)) == clear, (outcome, low, high, word)
        assert not re.search("tone-(better|worse)", look) or clear
        said.add(word)
    assert {"better", "worse", "no clear difference"} <= said
    assert "★" not in page.locator("#compare").inner_text()
    assert re.search(r"(higher|lower) in (\d|about half|fewer|more|all)", page.locator("#compare-table").inner_text())


def test_a_choice_is_kept_at_once_whatever_is_redrawn(visit: Visit, address: str) -> None:
    """The choosers are those of Explore: a redraw fills none of them again."""
    page = opened(visit, f"{address}/compare?{PINNED}")
    chosen = page.evaluate("""() => new Promise(done => {
        const scenario = document.querySelector('#compare-world');
        scenario.value = 'open_laboratory'; // chosen, and a redraw comes before anybody is told
        PolicyLab.state.change({ charts: [...PolicyLab.state.now.charts].reverse() });
        setTimeout(() => done(scenario.value), 0);
    })""")
    assert chosen == "open_laboratory"
    page.locator("#compare-world").select_option("open_laboratory")
    assert page.locator("#compare-world").input_value() == "open_laboratory"
    settled(page)
    assert page.locator("#compare-world").input_value() == "open_laboratory"
    assert names(page) == ["Status quo", "An open laboratory", "An open laboratory"]


def test_a_scenario_of_ones_own_is_compared(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}/compare?l=shared-funding~60")
    page.locator(".page--compare").get_by_role("button", name="Save …").click()
    page.get_by_label("Name", exact=True).fill("Sixty")
    page.locator("#saved-keep").click()
    page.keyboard.press("Escape")
    page.locator("#compare-world").select_option(label="An open laboratory")
    page.locator("#compare-pins-add").select_option(label="Sixty")
    called(page, ["Status quo", "An open laboratory", "Sixty"])


def test_task_3_two_routes_at_equal_money(visit: Visit, real_address: str) -> None:
    """CERN against Manhattan at the same public money, and who does better then: at most six actions."""
    page = opened(visit, f"{real_address}/compare")
    actions = 0
    page.locator("#compare-world").select_option(label="CERN for AI")
    page.locator("#compare-pins-add").select_option(label="Manhattan Project for AI")
    money = page.get_by_label("Money for all", exact=True)
    page.wait_for_function("() => PolicyLab.compare.shown.entries.length === 3")
    expect(money).to_have_value("-")
    money.select_option(label="$5 bn a year")
    actions += 3
    expect(money).to_have_value(re.compile(r"\w+"))
    model = load_model("big_science")
    purse = {lever for level in model.choices["route"].levels.values() for lever in level.carries["money"]}
    settings = page.evaluate("""() => { const {facts, compare} = PolicyLab;
        return compare.entries().slice(1).map(({scenario: {world, levers}}) => Object.fromEntries(
            Object.entries({...facts.worlds[world].levers, ...levers}).map(([key, s]) => [facts.levers[key].name, s[0]])
        )) }""")
    paid = [[levers[name] for name in purse if levers[name] != model.levers[name].default] for levers in settings]
    assert paid[0] == paid[1] != []
    settled(page)
    expect(page.locator("#compare-answer")).to_contain_text(
        re.compile("By 2050, CERN for AI.*Manhattan Project for AI")
    )
    assert actions <= 6
    page.get_by_role("button", name="Undo").click()
    expect(money).to_have_value("-")


def test_pairs_are_compared_in_the_same_future(visit: Visit, harbour_address: str) -> None:
    """A scenario against its twin differs in nothing, whatever its spread; the sentence follows what is chosen."""
    page = opened(visit, f"{harbour_address}/compare?w=deep_harbour&p=deep_harbour")
    settled(page)
    expect(page.locator("#compare-answer")).to_contain_text(
        "no clear difference between A deep harbour and A deep harbour"
    )
    kinds = page.locator('td[data-scenario="pair"] .compared__kind')
    assert set(kinds.evaluate_all("all => all.map(one => one.dataset.kind)")) == {"same"}
    page.get_by_label("With", exact=True).select_option(label="Status quo")
    expect(page.locator("#compare-answer")).to_contain_text(
        re.compile("A deep harbour does better than Status quo on [1-9]")
    )
    page.get_by_label("Compare", exact=True).select_option(label="Status quo")  # the two change places
    expect(page.locator("#compare-answer")).to_contain_text("Status quo does better than A deep harbour")
    expect(page.get_by_label("With", exact=True)).to_have_value("p")
    page.get_by_label("In year", exact=True).select_option("2026")
    expect(page.locator("#compare-answer")).to_contain_text("By 2026, ")


def test_the_wedges_are_those_of_the_study(visit: Visit, address: str, tmp_path: Path) -> None:
    study = Study(
        model=str(SMALL), scenario="status_quo", method="shapley", size=1, options={"package": "open_laboratory"}
    )
    findings = run_study(study, tmp_path / "study")
    page = opened(visit, f"{address}/compare?{PINNED}")
    page.wait_for_function(FOUND)
    found = page.evaluate(FOUND)
    last = max(findings.times)
    expected = {
        row.factor: row.value
        for row in findings.of("Shapley", "knowledge", last).itertuples()
        if abs(row.value) > 1e-12
    }
    shares = {row["label"].casefold(): row["share"] for row in found["rows"]}
    assert {name.casefold(): share for name, share in expected.items()} == pytest.approx(shares, rel=1e-9)
    assert found["together"] == pytest.approx(findings.of("together", "knowledge", last)["value"].iloc[0], rel=1e-6)
    assert sum(shares.values()) == pytest.approx(found["after"] - found["before"])
    together = page.locator("#compare-wedges-table tr.wedge--together")
    expect(together).to_contain_text("Only together")


def test_many_levers_are_taken_together_by_their_heading(visit: Visit, real_address: str) -> None:
    page = opened(visit, f"{real_address}/compare?w=cern_for_ai")
    page.wait_for_function(FOUND)
    labels = {row["label"] for row in page.evaluate(FOUND)["rows"]}
    assert labels == {"Money", "People", "Compute", "Openness", "Coordination"}


def test_what_is_looked_at_travels_in_the_link(visit: Visit, address: str, context: BrowserContext) -> None:
    page = opened(visit, f"{address}/compare?w=open_laboratory&{PINNED}")
    page.get_by_role("combobox", name="Outcome", exact=True).fill("trust in")
    page.get_by_role("option", name="Trust in companies").click()
    page.get_by_label("In year", exact=True).select_option("2040")
    page.get_by_label("One chart per scenario").check()
    expect(page.locator(".compare-chart")).to_have_count(2)
    page.get_by_label("With", exact=True).select_option("s")
    page.wait_for_url(re.compile(r"v=reputation~2040~s~p~1"))
    other = context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("combobox", name="Outcome", exact=True)).to_have_value("Trust in companies")
    expect(other.get_by_label("In year", exact=True)).to_have_value("2040")
    expect(other.locator(".compare-chart")).to_have_count(2)
    expect(other.get_by_label("With", exact=True)).to_have_value("s")
    expect(other.locator("#compare-table-title")).to_have_text("Outcomes in 2040")


def test_all_charts_side_by_side_have_the_same_axes(visit: Visit, real_address: str) -> None:
    page = opened(visit, f"{real_address}/compare?p=cern_for_ai&p=manhattan_for_ai&v=~~~~1")
    axes = page.locator(".compare-chart .plot__down")
    expect(axes).to_have_count(2)
    page.wait_for_function(FOUND)
    settled(page)
    texts = axes.evaluate_all("axes => axes.map((axis) => axis.textContent)")
    assert texts[0] == texts[1] != ""


def test_a_comparison_is_kept_as_picture_and_numbers(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}/compare?{PINNED}")
    page.wait_for_function(FOUND)
    settled(page)
    for part, kind in (("chart", "png"), ("chart", "svg"), ("wedges", "png"), ("wedges", "svg")):
        with page.expect_download() as download:
            page.locator(f'[data-compare="{part} {kind}"]').click()
        content = Path(download.value.path()).read_bytes()
        assert content.startswith(b"<svg" if kind == "svg" else b"\x89PNG")
        if kind == "svg":
            assert b"Conditional on the model" in content
    with page.expect_download() as download:
        page.locator('[data-compare="table csv"]').click()
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith(f"# {address}/compare?")
    assert "2050" in lines[0]
    read = list(csv.DictReader(io.StringIO("\n".join(lines[2:]))))
    effect = page.evaluate("PolicyLab.compare.shown.answers[1].effects.knowledge")
    for column, figure in (("", effect["level"][2]), (": p5", effect["level"][0]), (": p95", effect["level"][4])):
        assert float(read[0][f"An open laboratory{column}"]) == pytest.approx(figure, rel=1e-6)
    assert float(read[0]["An open laboratory vs status quo: p5"]) == pytest.approx(effect["change"][0], rel=1e-6)
    assert read[0]["In year"] == "2050"


def test_compare_goes_on_when_the_network_drops(
    visit: Visit, address: str, context: BrowserContext, watch: Watch
) -> None:
    page = visit(f"{address}/?l=shared-funding~60")
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.wait_for_function("() => PolicyLab.dashIsHere && PolicyLab.variables && PolicyLab.bands.here")
    page.evaluate("() => PolicyLab.compareWedges.ahead()")
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    page.get_by_role("link", name="Compare").click()
    page.wait_for_function("() => PolicyLab.compare.shown")
    page.locator("#compare-pins-add").select_option(label="An open laboratory")
    called(page, ["Status quo", "Status quo with 1 lever moved", "An open laboratory"])
    page.get_by_label("Compare", exact=True).select_option(label="An open laboratory")
    page.wait_for_function("() => { const f = PolicyLab.compareWedges.found; return f && f.to.key === '0'; }")
    settled(page)
    # The browser asks for the icon of the tab again by itself; the page asks for nothing.
    assert {url.rpartition("/")[2] for url in failed} <= {"mark.svg"}
    watch.complaints.clear()


def test_a_scenario_is_compared_with_the_keyboard_alone(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}/compare")
    for _ in range(60):
        if page.evaluate("document.activeElement.id") == "compare-pins-add":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("An open")
    page.keyboard.press("Enter")
    called(page, ["Status quo", "An open laboratory"])
    settled(page)
    for _ in range(60):
        if page.evaluate("document.activeElement.className") == "plot__hand":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    assert "An open laboratory" in page.evaluate("document.activeElement.getAttribute('aria-valuetext')")


def test_status_quo_alone_says_what_to_do(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}/compare")
    said = page.locator("#compare-answer")
    expect(said).to_contain_text("Only status quo is here.")
    page.locator("#compare-pins-add").select_option(label="An open laboratory")
    called(page, ["Status quo", "An open laboratory"])
    expect(said).to_contain_text("By 2050, ")


SHIFTS = """window.shifts = 0;
new PerformanceObserver(list => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifts += one.value;
}).observe({ type: 'layout-shift', buffered: true });"""


@pytest.mark.parametrize("width", [390, 1366])
def test_layout_holds_still_while_all_comes(browser: Browser, harbour_address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.add_init_script(SHIFTS)
    page.goto(f"{harbour_address}/compare?w=deep_harbour&p=status_quo~~dredging~0.5")
    page.wait_for_function(
        "() => window.PolicyLab && PolicyLab.compare && PolicyLab.compare.shown", timeout=2 * PATIENCE
    )
    settled(page)
    page.wait_for_function(FOUND)
    page.locator("#compare-year").select_option("2035")
    settled(page)
    assert page.evaluate("window.shifts") < 0.1
    page.close()


@pytest.mark.parametrize("language", ["en", "de"])
def test_nothing_leaves_the_window(browser: Browser, real_address: str, language: str) -> None:
    """Five scenarios with long names at every width, the list of outcomes open."""
    pins = "".join(
        f"&p={world}" for world in ("manhattan_for_ai", "trading_zones_first", "soft_nationalisation", "aisi_style")
    )
    page = browser.new_page(viewport={"width": 1366, "height": 900})
    page.set_default_timeout(4 * PATIENCE)
    page.goto(f"{real_address}/compare?w=cern_for_ai{pins}&lang={language}")
    page.wait_for_function("() => window.PolicyLab && PolicyLab.compare && PolicyLab.compare.shown?.answers")
    outside = """() => [...document.querySelectorAll('.page--compare *')].filter(one => {
        const box = one.getBoundingClientRect();
        return box.width > 0 && (box.left < -0.5 || box.right > innerWidth + 0.5)
            && !one.closest('.numbers, .unseen, svg') && getComputedStyle(one).clipPath === 'none';
    }).map(one => one.id || one.className)"""
    for width in (320, 390, 768, 820, 1024, 1366, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function("width => innerWidth === width", arg=width)
        page.locator("#compare-outcome").click()
        expect(page.locator("#compare-outcome-list [role=option]").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(outside) == [], width
        page.keyboard.press("Escape")
    page.close()


def test_the_brief_from_compare_has_every_scenario_and_the_answer(visit: Visit, harbour_address: str) -> None:
    page = opened(
        visit, f"{harbour_address}/compare?w=deep_harbour&p=status_quo~~dredging~0.5&p=deep_harbour~~dredging~0.4"
    )
    settled(page)
    with page.expect_download(timeout=4 * PATIENCE) as download:
        page.locator(".page--compare").get_by_role("button", name="One-page brief").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert page.locator("#compare-answer").inner_text() in text
    for name in page.evaluate("PolicyLab.compare.entries().slice(1).map(one => one.name)"):
        assert f"<b>{name}.</b>" in text
    assert (text.count('class="verdict conclusion"'), text.count('class="verdict"')) == (1, 3)


#: The thread of the wedges as where its script cannot be had, until the page is told that it can.
NO_THREAD = """
window.away = true;
const Real = window.Worker;
window.Worker = function (address) {
  if (!window.away || address !== PolicyLab.facts.files.thread) return new Real(address);
  return { postMessage() { setTimeout(() => this.onerror(new Event("error"))); }, terminate() {} };
};
"""


def test_wedges_say_that_the_server_is_away_and_come_when_it_is_back(
    visit: Visit, real_address: str, context: BrowserContext
) -> None:
    context.add_init_script(NO_THREAD)
    page = visit(f"{real_address}/?w=cern_for_ai")
    page.get_by_role("link", name="Compare").click()
    expect(page.locator("#compare-wedges-told")).to_have_text(page.evaluate("PolicyLab.say('wait.no_more')"))
    page.evaluate("window.away = false")
    page.get_by_role("link", name="Explore").click()
    page.locator(".lever input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"[?&]l="))
    page.get_by_role("link", name="Compare").click()
    expect(page.locator("#compare-wedges-table tr.wedge--together")).to_be_visible()
