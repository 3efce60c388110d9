"""The Precedents page, as tasks: why a project was cancelled, what would have saved it, what is taken along."""

from __future__ import annotations

import calendar
import csv
import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from policy_lab.app.labels import figure_of
from policy_lab.cases import fitted_of
from policy_lab.cases.against_record import Outcome, judged
from policy_lab.cases.run_case import run_case
from policy_lab.model import Model, load_model
from policy_lab.model.cases import Case, read_cases
from tests.browser.actions import Person

pytestmark = pytest.mark.browser
Visit = Callable[[str], Page]
TOLD = "#case .case-told"
TITLE = "#case .case-title"
#: Every case run by the browser as it is stated: fate and year by the page's own rule.
LIVE = """async () => {
  const { fates, precedents, runs } = PolicyLab;
  await runs.ready;
  const found = {};
  for (const one of precedents.data.cases) {
    const { constants, outputs } = one.live;
    const [run] = await runs.ask([constants], [outputs.works, outputs.standing, outputs.spending]);
    const years = Array.from(run.time, (time) => time - run.time[0] + one.first_year);
    const [works, standing] = [outputs.works, outputs.standing].map((name) => Array.from(run.of(name)));
    const by = one.record.fate === "under construction" ? one.record.year : Infinity;
    const { fate, year } = fates.fateOf(years, works, standing, precedents.data.fate, by);
    found[one.key] = { fate, year, spending: Array.from(run.of(outputs.spending)).slice(0, one.years.length) };
  }
  return found;
}"""


@cache
def model() -> Model:
    return load_model("big_science")


@cache
def results() -> dict[str, dict[str, Any]]:
    found = model().case_results
    assert found is not None
    return {case["key"]: case for case in found["cases"]}


def case_of(key: str) -> Case:
    return read_cases(model())[key]


def outcome(key: str, changes: dict[str, float]) -> Outcome:
    """What becomes of a case, by the engine of the command line."""
    case = case_of(key)
    trial = run_case(model(), case, fitted_of(model().case_results)[key], changes)
    return judged(trial, case)[0]


def when(moment: float) -> str:
    year, part = divmod(moment, 1)
    month = calendar.month_abbr[int(12 * part) + 1] + " " if int(12 * part) else ""
    return f"{month}{year:.0f}"


def said(found: Outcome) -> str:
    return f"{found.fate}, {when(found.year or 0.0)}"


def opening() -> dict[str, Any]:
    """The case that the page opens on: built, as the run has it, and not set aside."""
    return next(
        case
        for case in results().values()
        if case["outcome"]["right"] and not case["held_out"] and case["record"]["fate"] != "cancelled"
    )


def come(page: Page) -> Page:
    page.wait_for_selector("#case [data-chart-of=staff] .plot__lines path", state="attached")
    return page


def test_an_educator_shows_why_the_collider_was_cancelled_and_what_would_have_saved_it(
    visit: Visit, real_address: str
) -> None:
    page = visit(real_address)
    page.get_by_role("link", name="Precedents").click()
    page.get_by_role("button", name="Show Superconducting Super Collider").click()
    told = page.locator(TOLD)
    expect(told).to_contain_text("Record: cancelled, Oct 1993")
    expect(told).to_contain_text(f"as stated: {said(outcome('ssc', {}))}")
    why = page.locator("#case .case-why tr")
    terms = {row.split("\t")[0].strip(): row for row in why.all_inner_texts()}
    largest = max(results()["ssc"]["why"]["terms"], key=lambda term: term["log_odds"])
    assert largest["name"] == "cost growth"
    assert figure_of(largest["log_odds"], 2) in terms["cost growth"]
    page.get_by_role("button", name="Try it: no cost growth").click()
    saved = outcome("ssc", {"case final cost growth": 1.0})
    assert saved.fate == "finished"
    expect(told).to_contain_text(f"With your change: {said(saved)}. The outcome changes.")
    expect(page.locator("[data-chart-of=standing] path.line--pinned-0")).to_be_visible()
    page.get_by_role("button", name="All as stated").click()
    expect(told).not_to_contain_text("With your change")
    expect(page.locator("#fact-final_cost_growth-number")).to_have_value("2.5")


def test_the_page_opens_on_a_success_and_what_it_teaches(visit: Visit, real_address: str) -> None:
    page = come(visit(f"{real_address}/precedents"))
    case = opening()
    expect(page.locator(TITLE)).to_have_text(case["title"])
    calming = {t["name"]: t["log_odds"] for t in case["why"]["terms"] if t["name"] != "ordinary pushback"}
    expect(page.locator("#case .lesson__why")).to_contain_text(min(calming, key=lambda name: calming[name]))
    expect(page.locator("#case .lesson__else")).to_contain_text("would have ended it")


def test_what_is_said_to_save_the_collider_saves_it(visit: Visit, real_address: str) -> None:
    """Task 6: what killed the collider, and what would have saved it? Two presses: Precedents, and the collider."""
    page = visit(real_address)
    person = Person(page)
    person.press(page.get_by_role("link", name="Precedents"))
    person.press(page.locator("[data-choose=ssc]"))
    expect(page.locator("#case .lesson__why")).to_have_text("What turned the vote against it in 1993: cost growth.")
    ways = page.locator("#case .lesson__way")
    expect(ways.filter(has_text="Final cost, times the first")).to_be_visible()
    expect(ways.filter(has_text="Treaty members")).to_be_visible()
    assert person.actions <= 3
    constants = {
        control["name"]: control["constant"] for control in page.evaluate("PolicyLab.precedents.now.live.controls")
    }
    for name in [way.get_attribute("data-way") or "" for way in ways.all()]:
        page.locator(f"#case [data-way={name}]").click()
        page.wait_for_function("(name) => name in PolicyLab.precedents.changed", arg=name)
        found = outcome("ssc", {constants[name]: page.evaluate("(name) => PolicyLab.precedents.changed[name]", name)})
        assert found.fate != "cancelled", name
        expect(page.locator(TOLD)).to_contain_text(f"With your change: {said(found)}. The outcome changes.")


def test_two_projects_stand_side_by_side_and_travel_in_the_link(visit: Visit, real_address: str) -> None:
    page = come(visit(f"{real_address}/precedents?h=ssc"))
    page.locator("#case-beside").select_option("cern")
    expect(page.locator("#case-two .case-title")).to_have_text(results()["cern"]["title"])
    expect(page.locator("#case-two [data-chart-of=standing] .plot__lines path").first).to_be_attached()
    expect(page.locator("#case-two .lever")).to_have_count(0)
    assert "h=ssc~~cern" in page.url
    other = come(visit(page.url))
    expect(other.locator("#case-two .case-title")).to_have_text(results()["cern"]["title"])
    other.locator("#case-beside").select_option("")
    expect(other.locator("#case-two")).to_be_hidden()


def test_undo_takes_back_a_change_of_a_fact_and_then_the_choice(visit: Visit, real_address: str) -> None:
    page = come(visit(f"{real_address}/precedents"))
    expect(page.locator("#undo")).to_be_disabled()
    page.locator("[data-choose=ssc]").click()
    number = page.locator("#fact-final_cost_growth-number")
    number.fill("1")
    number.press("Enter")
    expect(page.locator(TOLD)).to_contain_text("With your change")
    page.locator("#undo").click()
    expect(page.locator(TOLD)).not_to_contain_text("With your change")
    expect(number).to_have_value("2.5")
    page.locator("#undo").click()
    expect(page.locator(TITLE)).to_have_text(opening()["title"])
    page.locator("#redo").click()
    expect(page.locator(TITLE)).to_have_text(results()["ssc"]["title"])


def test_the_real_series_are_drawn_in_with_their_ranges(visit: Visit, real_address: str) -> None:
    page = come(visit(f"{real_address}/precedents?h=ssc"))
    case = case_of("ssc")
    drawn = {"spending": "spending", "opposition": "votes", "works": "works", "staff": "staff"}
    for chart, part in drawn.items():
        points = case.points(part)
        assert points
        place = page.locator(f"[data-chart-of={chart}]")
        expect(place.locator(".spot")).to_have_count(len(points))
        ranged = sum(point.low < point.high for _, point in points)
        assert len([d for d in place.locator(".whisker").all() if d.get_attribute("d")]) == ranged
    hand = page.locator("[data-chart-of=opposition] [role=slider]")
    hand.focus()
    page.keyboard.press("End")
    _, vote = case.points("votes")[-1]
    for _ in range(200):
        if figure_of(vote.value, 2) in (hand.get_attribute("aria-valuetext") or "") and "House" in (
            hand.get_attribute("aria-valuetext") or ""
        ):
            break
        page.keyboard.press("ArrowLeft")
    assert f"grade {vote.grade}" in (hand.get_attribute("aria-valuetext") or "")


def test_a_case_is_questioned_with_the_keyboard_alone(visit: Visit, real_address: str) -> None:
    page = come(visit(f"{real_address}/precedents"))
    page.get_by_role("button", name="Show LIGO").focus()
    page.keyboard.press("Enter")
    expect(page.locator(TITLE)).to_be_focused()
    expect(page.locator(TOLD)).to_contain_text("Record: operating")
    growth = page.get_by_role("slider", name="Final cost, times the first")
    for _ in range(60):
        page.keyboard.press("Tab")
        if growth.evaluate("(slider) => slider === document.activeElement"):
            break
    expect(growth).to_be_focused()
    for _ in range(200):
        if "cancelled" in page.locator(TOLD).inner_text():
            break
        page.keyboard.press("PageUp")
    changed = float(page.locator("#fact-final_cost_growth-number").input_value())
    found = outcome("ligo", {"case final cost growth": changed})
    assert found.fate == "cancelled"
    expect(page.locator(TOLD)).to_contain_text(f"With your change: {said(found)}")
    assert changed >= results()["ligo"]["cancelled_above"] - 0.05


def test_a_changed_case_travels_in_the_link_and_survives_going_elsewhere(
    visit: Visit, real_address: str, context: BrowserContext
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = come(visit(f"{real_address}/precedents?h=space_station"))
    number = page.locator("#fact-treaty_members-number")
    number.fill("0")
    number.press("Enter")
    found = outcome("space_station", {"case treaty members": 0.0})
    expect(page.locator(TOLD)).to_contain_text(f"With your change: {found.fate}")
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#share-done")).to_have_text("Link copied")
    page.keyboard.press("Escape")
    link = page.evaluate("navigator.clipboard.readText()")
    assert "h=space_station~treaty_members~0" in link
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("link", name="Precedents").click()
    expect(number).to_have_value("0")
    other = come(visit(link))
    expect(other.locator(TOLD)).to_contain_text(f"With your change: {found.fate}")


@pytest.mark.parametrize("part", ["nobody", "ssc~x~<img src=x onerror=alert(1)>", "ssc~~~", "~" * 300])
def test_a_bad_link_shows_the_first_case_and_says_so(visit: Visit, real_address: str, part: str) -> None:
    page = come(visit(f"{real_address}/precedents?h={part}"))
    expect(page.locator("#notice")).to_contain_text("names a precedent that does not exist here")
    expect(page.locator(TITLE)).to_have_text(opening()["title"])


def test_an_analyst_takes_figures_and_pictures_along(visit: Visit, real_address: str, tmp_path: Path) -> None:
    page = come(visit(f"{real_address}/precedents?h=human_genome"))
    files = {}
    for kind in ("csv", "svg", "png"):
        page.locator("[data-chart-of=spending] summary").click()
        with page.expect_download() as download:
            page.locator(f"[data-chart='spending {kind}']").click()
        download.value.save_as(tmp_path / f"chart.{kind}")
        files[kind] = (tmp_path / f"chart.{kind}").read_bytes()
        page.keyboard.press("Escape")
        page.locator("[data-chart-of=spending] details").evaluate("(menu) => { menu.open = false; }")
    lines = files["csv"].decode().splitlines()
    assert model().hash[:8] in lines[0]
    assert "validated" not in files["csv"].decode()
    recorded = [float(line.split(",")[1]) for line in lines if line.count(",") >= 4 and line[:2] in ("19", "20")]
    assert recorded == pytest.approx([point.value for _, point in case_of("human_genome").points("spending")])
    assert b"Human Genome Project" in files["svg"]
    assert files["png"].startswith(b"\x89PNG")
    with page.expect_download() as download:
        page.locator("#precedents .panel__tools").get_by_role("button", name="Numbers (CSV)").first.click()
    download.value.save_as(tmp_path / "table.csv")
    text = (tmp_path / "table.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO("".join(line for line in text.splitlines(True) if not line.startswith("#")))))
    assert [row[0] for row in rows[1:]] == [case["title"] for case in results().values()]
    assert [row[1] == "reproduced" for row in rows[1:]] == [case["outcome"]["right"] for case in results().values()]


def test_the_browser_runs_every_case_as_the_command_line_did(visit: Visit, real_address: str) -> None:
    page = come(visit(f"{real_address}/precedents"))
    live = page.evaluate(LIVE)
    for key, case in results().items():
        assert live[key]["fate"] == case["outcome"]["fate"], key
        if case["outcome"]["year"] is not None:
            assert live[key]["year"] == pytest.approx(case["outcome"]["year"], abs=0.02), key
        most = max(case["runs"]["spending"])
        assert live[key]["spending"] == pytest.approx(case["runs"]["spending"], abs=1e-4 * most), key


def test_cases_are_questioned_when_the_network_drops(visit: Visit, real_address: str, context: BrowserContext) -> None:
    page = come(visit(f"{real_address}/precedents"))
    page.wait_for_function("() => PolicyLab.dashIsHere && PolicyLab.variables")
    page.evaluate("() => PolicyLab.compareWedges.ahead()")
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    page.get_by_role("button", name="Show Superconducting Super Collider").click()
    page.get_by_role("button", name="More: Treaty members, share of those eligible").click()
    step = float(page.locator("#fact-treaty_members-number").input_value())
    assert step > 0
    expect(page.locator(TOLD)).to_contain_text(
        f"With your change: {said(outcome('ssc', {'case treaty members': step}))}"
    )
    context.set_offline(False)


def test_a_history_told_in_two_ways_has_both_side_by_side(visit: Visit, real_address: str) -> None:
    page = come(visit(f"{real_address}/precedents?h=human_genome"))
    table = page.get_by_role("region", name="Readings of the same record")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(2)
    (other,) = results()["human_genome"]["readings"]
    expect(rows.nth(0)).to_contain_text("Reshaped by scientists")
    expect(rows.nth(1)).to_contain_text(f"finished, {when(other['outcome']['year'])}")
    expect(rows.nth(1)).to_contain_text("top down")
    page.get_by_role("button", name="Show LIGO").click()
    expect(page.get_by_role("region", name="Readings of the same record")).to_have_count(0)


def test_a_table_made_with_another_version_says_so(browser: Browser, real_address: str) -> None:
    page = browser.new_page()
    body = page.request.get(f"{real_address}/precedents.json").json()
    page.route("**/precedents.json*", lambda route: route.fulfill(json={**body, "hash": "0123456789abcdef"}))
    page.goto(f"{real_address}/precedents")
    expect(page.locator("#precedents .caution")).to_contain_text("01234567")
    page.close()


def test_a_german_speaker_reads_the_fates(visit: Visit, real_address: str) -> None:
    page = come(visit(f"{real_address}/precedents?lang=de&h=ssc"))
    expect(page.get_by_role("heading", level=1, name="Präzedenzfälle")).to_be_visible()
    expect(page.locator(TOLD)).to_contain_text("Überliefert: eingestellt, Okt. 1993")
    expect(page.locator(".precedents-table tbody th")).to_contain_text(["Apollo", "CERN", "Brutreaktor Clinch River"])
    expect(page.locator(".precedents-table tbody tr").first.locator(".verdict")).to_contain_text("wiedergegeben")


def test_a_model_without_precedents_has_no_such_page(visit: Visit, address: str) -> None:
    page = visit(f"{address}/precedents")
    expect(page.locator("#stage")).to_be_visible()  # an address without a page leads home
    expect(page.get_by_role("link", name="Rank")).to_be_visible()
    expect(page.get_by_role("link", name="Precedents")).to_have_count(0)


def test_another_model_has_its_own_cases_and_words(visit: Visit, bridge_address: str) -> None:
    """tests/models/bridge: no pathway, no votes, no staff, and variables with other names."""
    page = visit(f"{bridge_address}/precedents?h=tower_bridge")
    page.wait_for_selector("#case [data-chart-of=stone] .plot__lines path", state="attached")
    titles = page.locator(".case-chart__title")
    expect(titles).to_have_text(
        ["Bill", "Share built", "Patience; below 0.3 the bridge is given up", "Share of the town against it"]
    )
    expect(page.locator(TOLD)).to_contain_text("The model reproduces the outcome.")
    expect(page.locator("#case .case-causes h3")).to_have_text("What drove “Share of the town against it” in 1759")
    expect(page.locator("#case .case-causes")).to_contain_text("any building site")
    expect(page.locator("#case .lesson__else")).to_contain_text("Final bill, times the first:")
    number = page.get_by_label("Final bill, times the first", exact=True).and_(page.locator("input[type=text]"))
    number.fill("1")
    number.press("Enter")
    expect(page.locator(TOLD)).to_contain_text("With your change: finished")
    expect(page.locator(TOLD)).to_contain_text("The outcome changes.")


def test_a_wrong_fact_is_said_beside_its_box_and_changes_nothing(visit: Visit, bridge_address: str) -> None:
    page = visit(f"{bridge_address}/precedents?h=tower_bridge")
    page.wait_for_selector("#case [data-chart-of=stone] .plot__lines path", state="attached")
    box = page.get_by_label("Final bill, times the first", exact=True).and_(page.locator("input[type=text]"))
    row, told, before = page.locator(".lever").filter(has=box), page.locator(TOLD).inner_text(), box.input_value()
    for entry, said in (("9000", "Enter a value from"), ("dear", "“dear” is not a number."), ("", "Enter a number.")):
        box.fill(entry)
        box.press("Tab")
        expect(row.get_by_role("alert")).to_contain_text(said)
        expect(box).to_have_value(entry)
        expect(box).to_have_attribute("aria-invalid", "true")
    assert page.locator(TOLD).inner_text() == told
    box.press("Escape")
    expect(box).to_have_value(before)
    expect(row.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_axe_finds_nothing_beside_a_changed_case(browser: Browser, real_address: str, width: int, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{real_address}/precedents?h=ssc~final_cost_growth~1.4&lang={'de' if width == 320 else 'en'}")
    come(page)
    page.wait_for_selector("[data-chart-of=standing] .line--pinned-0", state="attached")
    page.locator(".case-figures summary").click()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, json.dumps(found.response["violations"])[:3000]
    context.close()
