"""Explore, as people use it: first look, levers by keyboard and mouse, worlds, links, colours, phones."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from policy_lab.model import load_model
from policy_lab.simulation import simulate

pytestmark = pytest.mark.browser
SMALL = Path(__file__).parent.parent / "models" / "small_field"
Visit = Callable[[str], Page]

CURVE = """side => {
    const chart = PolicyLab.explore.charts["ab".indexOf(side)];
    return chart.picture.lines.map(line => ({name: line.label, y: Array.from(line.values)}));
}"""


def curves(page: Page, side: str = "a") -> dict[str, list[float]]:
    """Values of every drawn line, by its name."""
    return {line["name"]: line["y"] for line in page.evaluate(CURVE, side)}


def drawn(page: Page, side: str = "a") -> list[str]:
    """The lines as painted: the path of each in the picture."""
    return page.eval_on_selector_all(
        f".chart--{side} path.line:not([display])", "paths => paths.map(path => path.getAttribute('d'))"
    )


def lever(page: Page, label: str) -> dict[str, object]:
    row = page.locator(".lever").filter(has=page.get_by_text(label, exact=True))
    return {"row": row, "slider": row.get_by_role("slider"), "box": row.locator("input.lever__number")}


def expected(settings: dict[str, float], outcome: str = "knowledge") -> list[float]:
    model = load_model(SMALL)
    return simulate(model, settings, scenario="status_quo", outputs=[outcome]).values[0, :, 0].tolist()


def wait_for_address(page: Page, pattern: str) -> None:
    page.wait_for_url(re.compile(pattern))


def test_the_first_look_needs_no_click(visit: Visit, address: str) -> None:
    page = visit(address)
    for side in ("a", "b"):
        assert len(drawn(page, side)) == 2
    assert curves(page)["Status quo"] == pytest.approx(expected({}))
    assert page.locator(".card__value").first.inner_text() not in ("", "–")
    expect(page.locator("#world")).to_have_value("status_quo")
    assert page.locator(".lever").count() == len(load_model(SMALL).levers)
    expect(page.locator(".chart__summary").first).to_contain_text("goes from")
    assert page.title() == "Explore · Policy Lab"


def test_a_lever_is_moved_by_keyboard(visit: Visit, address: str) -> None:
    page = visit(address)
    before = drawn(page)
    slider = lever(page, "Shared funding")["slider"]
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    wait_for_address(page, r"l=shared-funding~20$")
    assert drawn(page) != before
    policy = curves(page)["Current policy: Status quo with 1 lever moved"]
    assert policy == pytest.approx(expected({"shared funding": 20}))
    assert curves(page)["Status quo"] == pytest.approx(expected({}))
    expect(lever(page, "Shared funding")["box"]).to_have_value("20")
    page.keyboard.press("End")
    wait_for_address(page, r"l=shared-funding~100$")
    expect(slider).to_have_value("100")


def test_a_lever_is_moved_by_mouse(visit: Visit, address: str) -> None:
    page = visit(address)
    track = lever(page, "Shared funding")["row"].locator(".lever__slider")
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    height = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 6, height)
    page.mouse.down()
    for part in (0.2, 0.4, 0.6, 0.7):
        page.mouse.move(box["x"] + box["width"] * part, height)
    page.mouse.up()
    wait_for_address(page, r"l=shared-funding~\d+$")
    value = float(page.url.rpartition("~")[2])
    assert 60 <= value <= 80
    assert curves(page)["Current policy: Status quo with 1 lever moved"] == pytest.approx(
        expected({"shared funding": value})
    )
    expect(lever(page, "Shared funding")["box"]).to_have_value(f"{value:.0f}")


def test_a_lever_is_moved_without_dragging(visit: Visit, address: str) -> None:
    page = visit(address)
    row = lever(page, "Openness requirement")["row"]
    row.get_by_role("button", name="More:").click()
    wait_for_address(page, r"~0\.35$")
    row.get_by_role("button", name="Less:").click()
    row.get_by_role("button", name="Less:").click()
    wait_for_address(page, r"~0\.25$")
    box = lever(page, "Openness requirement")["box"]
    box.fill("0.8")
    box.press("Enter")
    wait_for_address(page, r"~0\.8$")
    expect(lever(page, "Openness requirement")["slider"]).to_have_value("0.8")
    row.get_by_role("button", name="Set Openness requirement back").click()
    page.wait_for_url(lambda url: "?" not in url)
    expect(box).to_have_value("0.3")


def test_the_start_year_stands_on_the_row_and_the_ramp_behind_details(visit: Visit, address: str) -> None:
    page = visit(address)
    row = lever(page, "Shared funding")["row"]
    start = row.get_by_label("Starts in year")
    expect(start).to_be_visible()
    expect(row.get_by_label("Years to take full effect")).to_be_hidden()
    row.locator("summary").click()
    expect(row.get_by_label("Years to take full effect")).to_be_visible()
    lever(page, "Shared funding")["box"].fill("60")
    start.fill("2035")
    start.press("Enter")
    wait_for_address(page, r"l=shared-funding~60~2035$")
    policy, reference = curves(page)["Current policy: Status quo with 1 lever moved"], curves(page)["Status quo"]
    times = page.evaluate("() => Array.from(PolicyLab.explore.charts[0].picture.time)")
    before = [i for i, t in enumerate(times) if t <= 2030]
    assert [policy[i] for i in before] == pytest.approx([reference[i] for i in before], rel=1e-3)
    assert policy[-1] > 1.05 * reference[-1]
    assert "governments" in row.inner_text()


def test_a_world_sets_its_levers_and_tells_why(visit: Visit, address: str) -> None:
    page = visit(address)
    page.locator("#world").select_option(label="An open laboratory")
    wait_for_address(page, r"w=open_laboratory$")
    expect(page.locator("#world-rationale")).to_contain_text("scandal")
    expect(lever(page, "Shared funding")["box"]).to_have_value("60")
    expect(page.locator(".legend")).to_contain_text("Current policy: An open laboratory")
    assert page.locator(".chart--a .plot__marks text").all_text_contents().count("Shock") == 1
    lever(page, "Shared funding")["row"].get_by_role("button", name="Less:").click()
    expect(page.locator("#world-restore")).to_be_visible()
    page.locator("#world-restore").click()
    wait_for_address(page, r"w=open_laboratory$")
    page.get_by_role("button", name="Reset all levers").click()
    page.wait_for_url(lambda url: "?" not in url)
    expect(page.locator("#world")).to_have_value("status_quo")


def test_the_link_restores_everything(visit: Visit, address: str, context: BrowserContext) -> None:
    page = visit(address)
    page.locator("#world").select_option(label="An open laboratory")
    lever(page, "Cost of a researcher")["row"].get_by_role("button", name="More:").click()
    choice = page.locator("#choose-b")
    choice.fill("Trust in companies")
    page.get_by_role("option", name="Trust in companies").click()
    wait_for_address(page, r"w=open_laboratory&l=cost-[^&]*~0\.5&c=")
    other = visit(page.url)
    expect(other.locator("#world")).to_have_value("open_laboratory")
    expect(lever(other, "Cost of a researcher")["box"]).to_have_value("0.5")
    expect(other.locator("#choose-b")).to_have_value("Trust in companies")
    expect(other.locator(".legend")).to_contain_text("1 lever moved")
    for side in ("a", "b"):
        assert curves(other, side) == curves(page, side)
    expect(other).to_have_url(page.url)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?w=nowhere", "no scenario “nowhere”; status quo is shown instead"),
        ("?l=%3Cimg%20src=x%20onerror=alert(1)%3E~1", "cannot be read: img srcx onerroralert1~1"),
        ("?" + "x" * 8000, "longer than 8000 characters"),
    ],
)
def test_a_bad_link_opens_at_status_quo_and_says_so(visit: Visit, address: str, query: str, said: str) -> None:
    page = visit(f"{address}/{query}")
    expect(page.locator("#notice")).to_be_visible()
    expect(page.locator("#notice")).to_contain_text(said)
    assert curves(page)["Status quo"] == pytest.approx(expected({}))
    expect(page).not_to_have_url(re.compile(r"\?"))
    page.get_by_role("button", name="Close this message").click()
    expect(page.locator("#notice .notice__text")).to_be_hidden()


def test_a_link_of_an_older_version_opens_and_says_what_changed(visit: Visit, address: str) -> None:
    page = visit(f"{address}/?m=00000000&l=gone~3_shared-funding~40")
    expect(page.locator("#notice")).to_contain_text("no lever “gone”")
    expect(lever(page, "Shared funding")["box"]).to_have_value("40")


def test_undo_and_redo_survive_a_reload(visit: Visit, address: str) -> None:
    page = visit(address)
    row = lever(page, "Shared funding")["row"]
    expect(page.locator("#undo")).to_be_disabled()
    row.get_by_role("button", name="More:").click()
    wait_for_address(page, r"~5$")
    page.locator("#world").select_option(label="An open laboratory")
    wait_for_address(page, r"w=open_laboratory$")
    page.wait_for_timeout(600)
    page.reload()
    page.wait_for_selector("html[data-drawn]", state="attached")
    expect(page.locator("#undo")).to_be_enabled()
    page.locator("#undo").click()
    wait_for_address(page, r"~5$")
    page.locator("#undo").click()
    page.wait_for_url(lambda url: "?" not in url)
    page.locator("#redo").click()
    wait_for_address(page, r"l=shared-funding~5$")


def test_a_pinned_world_is_drawn_beside_the_policy(visit: Visit, address: str) -> None:
    page = visit(f"{address}/?p=open_laboratory")
    expect(page.locator(".legend")).to_contain_text("An open laboratory")
    assert len(drawn(page)) == 3
    assert set(curves(page)) == {"Status quo", "Current policy", "An open laboratory"}


def test_light_and_dark_follow_the_system_and_the_button(browser: Browser, address: str) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(address, wait_until="domcontentloaded")
    page.wait_for_selector("html[data-drawn]", state="attached", timeout=60_000)
    ground = "() => getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    expect(page.locator("#scheme")).to_have_text("Light")
    page.locator("#scheme").click()
    expect(page.locator("#scheme")).to_have_text("Dark")
    page.wait_for_function(f"dark => ({ground})() !== dark", arg=dark)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.close()


def test_every_chart_can_be_saved(visit: Visit, address: str, tmp_path: Path) -> None:
    page = visit(f"{address}/?l=shared-funding~20")
    wait_for_address(page, r"m=[0-9a-f]{8}\.[0-9a-z.]+&l=shared-funding~20$")
    saved = {}
    for kind in ("Picture", "Drawing", "Numbers"):
        page.locator(".chart--a .chart__save summary").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=kind).first.click()
        saved[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[kind])
    assert saved["Picture"].read_bytes().startswith(b"\x89PNG")
    drawing = saved["Drawing"].read_text(encoding="utf-8")
    for text in ("Public knowledge", "Source: Policy Lab", load_model(SMALL).hash[:8], "shared-funding~20"):
        assert text in drawing, text
    rows = list(csv.reader(line for line in saved["Numbers"].read_text().splitlines() if not line.startswith("#")))
    assert float(rows[-1][2]) == pytest.approx(expected({"shared funding": 20})[-1])


def test_the_numbers_stand_behind_the_charts(visit: Visit, address: str) -> None:
    page = visit(address)
    page.get_by_text("Data behind both charts").click()
    rows = page.locator(".numbers-pair .numbers").first.locator("tbody tr")
    expect(rows.last.locator("td").nth(1)).to_have_text(f"{expected({})[-1]:.0f}")
    assert rows.count() > 20


@pytest.mark.parametrize("path", ["/", "/rank", "/model"])
def test_a_phone_needs_no_sideways_scroll(browser: Browser, real_address: str, path: str) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 640})
    page.goto(real_address + path, wait_until="domcontentloaded")
    page.wait_for_selector("html[data-page]", state="attached", timeout=60_000)
    page.wait_for_selector("html[data-drawn]", state="attached", timeout=60_000)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()


WHOLE_CHARTS = """() => [...document.querySelectorAll('.chart')].filter(chart => {
    const box = chart.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight && box.height > 150;
}).length"""


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720), (1920, 1080)])
def test_a_chart_stays_in_view_beside_the_last_lever(visit: Visit, real_address: str, width: int, height: int) -> None:
    page = visit(real_address)
    page.set_viewport_size({"width": width, "height": height})
    page.get_by_role("button", name="Expand all").click()
    for place in ("bottom", "view"):
        if place == "bottom":
            page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        else:
            page.locator(".lever").last.scroll_into_view_if_needed()
        expect(page.locator(".lever").last).to_be_in_viewport(ratio=0.99)
        page.wait_for_function(f"({WHOLE_CHARTS})() === 2")  # once the scroll and late words have settled
    before = curves(page)
    page.locator(".lever").last.get_by_role("button", name="More:").click()
    wait_for_address(page, r"l=emergency-[^~]*~")
    assert curves(page) != before


@pytest.mark.parametrize(("width", "height"), [(320, 640), (390, 800), (800, 1024)])
def test_a_band_of_charts_stays_above_the_levers(browser: Browser, real_address: str, width: int, height: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(real_address, wait_until="domcontentloaded")
    page.wait_for_selector("html[data-drawn]", state="attached", timeout=60_000)
    handle = page.locator(".levers__handle")
    if handle.is_visible():  # the levers are a sheet
        handle.click()
    page.get_by_role("button", name="Expand all").click()
    slider = page.locator(".lever").get_by_role("slider").last
    slider.focus()
    band, thumb = page.locator(".chart--a").bounding_box(), slider.bounding_box()
    assert band["y"] >= 0
    assert band["y"] + band["height"] <= 0.4 * height
    assert band["y"] + band["height"] <= thumb["y"]
    page.locator(".lever").get_by_role("slider").first.focus()
    assert page.locator(".chart--a").bounding_box()["y"] >= 0
    page.close()


def test_a_group_of_levers_is_one_button_away(visit: Visit, real_address: str) -> None:
    page = visit(real_address)
    groups = list(dict.fromkeys(lever.group for lever in load_model("big_science").levers.values()))
    jumps = page.get_by_role("navigation", name="Groups of levers").get_by_role("button")
    assert jumps.all_inner_texts() == groups
    for place in (len(groups) - 1, 0):
        jumps.nth(place).click()
        heading = page.get_by_role("heading", name=groups[place], exact=True)
        expect(heading).to_be_focused()
        expect(heading).to_be_in_viewport()
        assert page.evaluate(WHOLE_CHARTS) >= 1


def test_outcomes_are_named_in_full(visit: Visit, real_address: str) -> None:
    page = visit(real_address)
    outcomes = [o for o in load_model("big_science").outcomes.values() if o.headline]
    assert page.locator(".card__label").all_inner_texts() == [o.label for o in outcomes]
    for width in (1440, 1280, 1100, 720, 320):
        page.set_viewport_size({"width": width, "height": 900})
        cut = "cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.textContent)"
        assert page.eval_on_selector_all(".card, .card > *", cut) == []


def test_nothing_jumps_when_the_policy_changes(visit: Visit, real_address: str) -> None:
    page = visit(real_address)
    places = """() => [...document.querySelectorAll('.chart, .strip, .levers')].map(part => {
        const box = part.getBoundingClientRect();
        const height = part.matches('.levers') ? 0 : box.height; // folded groups show what was moved
        return [box.top, box.left, box.width, height].map(Math.round);
    })"""
    page.evaluate("document.fonts.ready")
    before = page.evaluate(places)
    for title in ("CERN for AI", "Manhattan Project for AI"):
        page.locator("#world").select_option(label=title)
        expect(page.locator(".legend")).to_contain_text(title)
        assert page.evaluate(places) == before


def test_the_real_model_has_every_lever_and_world(visit: Visit, real_address: str) -> None:
    model = load_model("big_science")
    page = visit(real_address)
    assert page.locator(".lever").count() == len(model.levers)
    assert page.locator(".card").count() == sum(o.headline for o in model.outcomes.values())
    assert page.locator("#world option").all_inner_texts() == [s.title for s in model.scenarios.values()]
    page.locator("#world").select_option(label="CERN for AI")
    wait_for_address(page, r"w=cern_for_ai$")
    assert page.locator(".lever--moved").count() > 1
