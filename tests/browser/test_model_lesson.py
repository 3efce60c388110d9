"""A lesson from the Model page: a link to a stock, why it moves, its tables, its diagram for a slide."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from policy_lab.app.labels import figure_of
from policy_lab.model import load_model
from policy_lab.simulation import simulate

pytestmark = pytest.mark.browser
Visit = Callable[[str], Page]
SMALL = Path(__file__).parent.parent / "models" / "small_field"


def test_a_link_opens_the_entry_of_a_stock_with_its_course(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model?w=cern_for_ai#variable=Tension")
    entry = page.locator("#variables .entry")
    worlds = [
        simulate(load_model("big_science"), scenario=key, outputs=["Tension"]).at("Tension", 2050)[0]
        for key in ("cern_for_ai", "status_quo")
    ]
    for value in worlds:
        expect(entry.locator(".entry__told")).to_contain_text(f"{value:.2f}")
    expect(entry.locator("path.line--policy")).to_have_attribute("d", re.compile("^M"))
    assert page.evaluate("PolicyLab.page.link()").endswith("&d=~~~~Tension")
    entry.get_by_role("button", name="Show it on Explore").click()
    page.wait_for_function("() => PolicyLab.state.now.charts[0] === 'Tension'")
    expect(page.locator("#chart-a")).to_be_visible()


def test_a_pupil_finds_why_a_stock_rises(visit: Visit, real_address: str) -> None:
    """Beside each variable that an equation uses stands where it began and where it ended."""
    page = visit(f"{real_address}/model#variable=Lab%20Secrecy")
    used = page.locator(".entry__one").filter(has=page.locator("[data-name='change in lab secrecy']")).first
    found = simulate(load_model("big_science"), scenario="status_quo", outputs=["change in lab secrecy"]).values[
        0, :, 0
    ]
    expect(used.locator(".entry__value")).to_contain_text(figure_of(float(found[0]))[:4])
    expect(used.locator(".entry__value")).to_contain_text("▲" if found[-1] > found[0] else "▼")
    used.get_by_role("button").click()
    search = page.locator("#variable-search")
    expect(search).to_have_value("change in lab secrecy")
    page.go_back()
    expect(search).to_have_value("Lab Secrecy")


def test_back_comes_before_the_list_does_and_is_followed(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model#variable=Lab%20Secrecy")
    link = page.locator(".entry__links [data-name='change in lab secrecy']").first
    link.wait_for()
    link.evaluate("link => { link.click(); window.history.back(); }")
    expect(page).to_have_url(re.compile("&d=~~~~Lab%20Secrecy$"))
    page.wait_for_load_state("networkidle")
    expect(page.locator("#variable-search")).to_have_value("Lab Secrecy")
    expect(page.locator("#variables .entry").first).to_contain_text("INTEG(change in lab secrecy")


@pytest.mark.parametrize(
    ("model", "variable", "dots"),
    [("big_science", "coherence target[field]", False), (str(SMALL), "hiring[company]", True)],
)
def test_a_table_is_seen_as_a_picture(
    visit: Visit, real_address: str, address: str, model: str, variable: str, dots: bool
) -> None:
    """The line goes through every point; the points of a short table are dots."""
    page = visit(f"{address if dots else real_address}/model#variable={quote(variable)}")
    table = page.locator(".entry__table svg")
    expect(table).to_have_count(1)
    [points] = load_model(model).program.tables.values()
    expect(table.locator("circle")).to_have_count(len(points.x) if dots else 0)
    assert (table.locator(".line").get_attribute("d") or "").count("L") == len(points.x) - 1
    assert (table.get_attribute("aria-label") or "").count("→") == len(points.x)


@pytest.mark.parametrize("hash_", ["#variable=%E0%A4%A", "#variable=no%20such%20thing", "#variable=<img%20src=x>"])
def test_a_damaged_link_to_a_variable_does_no_harm(visit: Visit, real_address: str, hash_: str) -> None:
    page = visit(f"{real_address}/model{hash_}")
    expect(page.locator("#variable-count")).to_contain_text(re.compile("variables|Nothing found"))
    assert page.locator("#variables img").count() == 0


def test_from_the_loops_told_to_where_they_can_be_cut(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model")
    page.get_by_role("button", name="Switch loops off on Explore").click()
    expect(page.locator("#loops-title")).to_be_focused()
    expect(page.locator(".loop-row")).to_have_count(19)


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_diagram_is_kept_for_a_slide(visit: Visit, real_address: str, kind: str) -> None:
    page = visit(f"{real_address}/model?w=cern_for_ai&a=dilution~0")
    page.wait_for_selector("#sketch .value:not(:empty)", state="attached")
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Save the diagram as {kind.upper()}").click()
    data = download.value.path().read_bytes()
    assert download.value.suggested_filename == f"race-and-risk.{kind}"
    if kind == "png":
        assert data.startswith(b"\x89PNG")
        return
    text = "".join(ElementTree.fromstring(data).itertext())
    model = load_model("big_science")
    for told in (f"version {model.hash[:8]}", "Current policy, 2050", "1 loop off (Dilution)", "w=cern_for_ai"):
        assert told in text.replace("\n", "")


def test_an_entry_fits_a_phone(browser: Browser, real_address: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 700}, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{real_address}/model?lang=de#variable=Race%20Intensity")
    page.wait_for_selector(".entry__told:not(:empty)", timeout=60_000)
    box = page.locator(".entry__inside").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()


def test_the_page_is_printed_alone_with_the_entry_that_is_open(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model#variable=Tension")
    page.wait_for_selector(".entry__told:not(:empty)")
    page.wait_for_selector("#sketch > svg")
    page.emulate_media(media="print")
    expect(page.locator(".page--explore")).to_be_hidden()
    expect(page.locator("#variables tbody tr:visible")).to_have_count(2)
    room, drawn = (page.locator(found).bounding_box() for found in ("#sketch", "#sketch > svg"))
    assert room is not None
    assert drawn is not None
    assert drawn["width"] <= room["width"]
    assert drawn["height"] <= room["height"]
