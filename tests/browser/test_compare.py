"""Compare, as tasks: hold scenarios against each other, say where the difference comes from, and pass it on."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from policy_lab.model import load_model
from policy_lab.simulation import simulate
from policy_lab.studies import Study, run_study

pytestmark = pytest.mark.browser
SMALL = Path(__file__).parent.parent / "models" / "small_field"
Visit = Callable[[str], Page]


class Watch(Protocol):
    """What ``conftest.py`` keeps of a page's complaints."""

    complaints: list[str]


FOUND = "() => PolicyLab.compareWedges.found"
PINNED = "p=open_laboratory"


def opened(visit: Visit, address: str) -> Page:
    page = visit(address)
    page.wait_for_function("() => PolicyLab.compare.shown")
    return page


def settled(page: Page) -> None:
    """All that Compare shows is of the state as it is now."""
    page.wait_for_function("() => PolicyLab.compare.shown.entries.length === PolicyLab.compare.entries().length")


def names(page: Page) -> list[str]:
    return page.locator("#compare-list strong").all_inner_texts()


def value(model: str | Path, world: str, outcome: str, year: float = 2050) -> float:
    runs = simulate(load_model(model), scenario=world, outputs=[outcome])
    return float(runs.at(outcome, year)[0])


def test_compare_cern_for_ai_with_manhattan_and_send_the_link(
    visit: Visit, real_address: str, context: BrowserContext
) -> None:
    page = opened(visit, f"{real_address}/compare")
    for world in ("CERN for AI", "Manhattan Project for AI"):
        page.get_by_label("A world", exact=True).select_option(world)
        page.get_by_role("button", name="Add this world").click()
        expect(page.locator("#compare-list strong").last).to_have_text(world)
    row = page.locator("#compare-table tbody tr").filter(has_text="Research agendas")
    shown = row.locator(".compare__value").all_inner_texts()
    worlds = ("status_quo", "cern_for_ai", "manhattan_for_ai")
    assert [float(text.replace("−", "-")) for text in shown] == pytest.approx(
        [round(value("big_science", world, "Effective Agendas"), 1) for world in worlds]
    )
    page.wait_for_url(lambda url: url.count("p=") == 2)
    other = context.new_page()
    other.goto(page.url)
    expect(other.locator("#compare-list strong")).to_have_text(
        ["Status quo", "CERN for AI", "Manhattan Project for AI"]
    )


def test_the_policy_made_on_explore_stands_beside_status_quo(visit: Visit, address: str) -> None:
    page = visit(f"{address}/?l=shared-funding~60")
    page.get_by_role("link", name="Compare").click()
    page.wait_for_function("() => PolicyLab.compare.shown")
    assert names(page) == ["Status quo", "Current policy: Status quo, 1 lever moved"]
    expect(page.locator("#compare-wedges tbody th")).to_contain_text(
        ["A Status quo", "Shared funding", "Only together"]
    )


def test_a_colleagues_link_is_held_against_ones_own(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}/compare")
    field, add = (
        page.get_by_label("A link that somebody sent", exact=True),
        page.get_by_role("button", name="Add the link"),
    )
    add.click()
    expect(page.locator("#compare-said")).to_contain_text("Paste a link")
    field.fill(f"{address}/?w=open_laboratory&l=shared-funding~80")
    add.click()
    expect(page.locator("#compare-list strong").last).to_have_text("An open laboratory, 1 lever moved")
    field.fill("https://elsewhere.example/?q=<script>alert(1)</script>")
    field.press("Enter")
    expect(page.locator("#compare-said")).to_contain_text("no link of this page")
    assert len(names(page)) == 2


def test_a_scenario_is_left_out_and_brought_back(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}/compare?{PINNED}")
    page.get_by_role("button", name="Leave out An open laboratory").click()
    expect(page.locator("#compare-list strong")).to_have_text(["Status quo"])
    expect(page.locator("#compare-wedges-told")).to_contain_text("Only one scenario")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#compare-list strong")).to_have_text(["Status quo", "An open laboratory"])


def test_the_best_is_told_by_a_word_and_ties_by_none(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}/compare?{PINNED}")
    rows = page.locator("#compare-table tbody tr")
    knowledge = [value(SMALL, world, "knowledge") for world in ("status_quo", "open_laboratory")]
    best = rows.filter(has_text="Public knowledge").locator("td")
    assert "best" in best.nth(knowledge.index(max(knowledge))).inner_text()
    assert "best" not in best.nth(knowledge.index(min(knowledge))).inner_text()
    assert "best" not in rows.filter(has_text="People in the field").inner_text()  # neither direction is better
    page.get_by_role("button", name="Leave out An open laboratory").click()
    expect(page.locator("#compare-list strong")).to_have_text(["Status quo"])
    settled(page)
    page.get_by_label("A world", exact=True).select_option("Status quo")
    page.get_by_role("button", name="Add this world").click()
    expect(page.locator("#compare-list strong")).to_have_text(["Status quo", "Status quo"])
    settled(page)
    expect(page.locator(".best__mark")).to_have_count(0)


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
    page.get_by_label("Outcome", exact=True).select_option("Trust in companies")
    page.get_by_label("Year", exact=True).select_option("2040")
    page.get_by_label("One chart for each scenario").check()
    expect(page.locator(".compare-chart")).to_have_count(2)
    page.get_by_label("From", exact=True).select_option("B Current policy: An open laboratory")
    page.wait_for_url(re.compile(r"v=reputation~2040~p~~1"))
    other = context.new_page()
    other.goto(page.url)
    expect(other.get_by_label("Outcome", exact=True)).to_have_value("reputation")
    expect(other.get_by_label("Year", exact=True)).to_have_value("2040")
    expect(other.locator(".compare-chart")).to_have_count(2)
    expect(other.get_by_label("From", exact=True)).to_have_value("p")
    expect(other.locator("#compare-table-title")).to_have_text("Outcomes in 2040")


def test_all_charts_side_by_side_have_the_same_axes(visit: Visit, real_address: str) -> None:
    page = opened(visit, f"{real_address}/compare?p=cern_for_ai&p=manhattan_for_ai&v=~~~~1")
    axes = page.locator(".compare-chart .plot__down")
    expect(axes).to_have_count(2)
    texts = [axes.nth(n).evaluate("axis => axis.textContent") for n in range(2)]
    assert texts[0] == texts[1] != ""


def test_a_comparison_is_kept_as_picture_and_numbers(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}/compare?{PINNED}")
    page.wait_for_function(FOUND)
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
    read = list(csv.DictReader(io.StringIO("\n".join(lines[2:]))))
    assert float(read[0]["B An open laboratory"]) == pytest.approx(
        value(SMALL, "open_laboratory", "knowledge"), rel=1e-9
    )


def test_compare_goes_on_when_the_network_drops(
    visit: Visit, address: str, context: BrowserContext, watch: Watch
) -> None:
    page = visit(f"{address}/?l=shared-funding~60")
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.wait_for_function("() => PolicyLab.dashIsHere && PolicyLab.variables")
    page.evaluate("() => PolicyLab.compareWedges.ahead()")
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    page.get_by_role("link", name="Compare").click()
    page.wait_for_function("() => PolicyLab.compare.shown")
    page.get_by_label("A world", exact=True).select_option("An open laboratory")
    page.get_by_role("button", name="Add this world").click()
    expect(page.locator("#compare-list strong").last).to_have_text("An open laboratory")
    page.get_by_label("To", exact=True).select_option("C An open laboratory")
    page.wait_for_function("() => { const f = PolicyLab.compareWedges.found; return f && f.to.letter === 'C'; }")
    # The browser asks for the icon of the tab again by itself; the page asks for nothing.
    assert {url.rpartition("/")[2] for url in failed} <= {"mark.svg"}
    watch.complaints.clear()


def test_a_world_is_compared_with_the_keyboard_alone(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}/compare")
    page.keyboard.press("Tab")
    for _ in range(60):
        if page.evaluate("document.activeElement.id") == "compare-world":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#compare-list strong")).to_have_count(2)
    for _ in range(60):
        if page.evaluate("document.activeElement.className") == "plot__hand":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    assert "B " in page.evaluate("document.activeElement.getAttribute('aria-valuetext')")


def test_status_quo_alone_says_what_to_do_and_offers_another_world(visit: Visit, address: str) -> None:
    page = visit(f"{address}/compare")
    said = page.locator("#compare-said")
    expect(said).to_contain_text("Only status quo is here.")
    expect(page.locator("#compare-world")).not_to_have_value("status_quo")
    page.get_by_role("button", name="Add this world").click()
    expect(page.locator("#compare-list > li")).to_have_count(2)
    expect(said).to_be_empty()


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
