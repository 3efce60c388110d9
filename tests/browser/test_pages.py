"""Rank and Model, and what holds on every page: no violation that axe knows, in light and dark."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from policy_lab.model import load_model

pytestmark = pytest.mark.browser
SMALL = Path(__file__).parent.parent / "models" / "small_field"
Visit = Callable[[str], Page]


def test_going_to_another_page_and_back_keeps_the_policy(visit: Visit, address: str) -> None:
    page = visit(f"{address}/?w=open_laboratory")
    page.wait_for_url(lambda url: "m=" in url)
    page.get_by_role("link", name="Model").click()
    expect(page).to_have_url(re.compile(r"/model\?.*w=open_laboratory"))
    page.go_back()
    expect(page.locator("#world")).to_be_visible()
    expect(page.locator("#world")).to_have_value("open_laboratory")


def test_variables_are_searched(visit: Visit, address: str) -> None:
    page = visit(f"{address}/model")
    table = page.locator("#variables tbody tr")
    expect(page.locator("#variable-count")).to_contain_text("variables")
    expect(page.locator("#variables tbody")).to_contain_text("openness requirement")
    page.get_by_role("searchbox", name="Search", exact=True).fill("knowledge")
    expect(table.first).to_contain_text("knowledge")
    expect(page.locator("#variables tbody")).not_to_contain_text("openness requirement")
    names = page.eval_on_selector_all("#variables tbody tr", "rows => rows.map(row => row.textContent)")
    assert all("knowledge" in name.casefold() for name in names)
    page.get_by_role("searchbox", name="Search", exact=True).fill("no such thing")
    expect(page.locator("#variable-count")).to_contain_text("Nothing found")


def test_a_variable_tells_its_equation_and_its_neighbours(visit: Visit, address: str) -> None:
    page = visit(f"{address}/model")
    page.get_by_role("searchbox", name="Search", exact=True).fill("knowledge")
    listed = page.locator("#variables")
    listed.get_by_role("button", name="knowledge", exact=True).click()
    entry = page.locator("#variables .entry")
    expect(entry.locator("pre")).to_contain_text("INTEG")
    link = entry.locator(".entry__link").first
    used = link.inner_text()
    link.click()
    expect(listed.get_by_role("button", name=used, exact=True).first).to_be_focused()
    expect(page.locator("#variables .entry pre")).to_contain_text(used.partition("[")[0])
    page.locator("#variables [aria-expanded=true]").click()
    expect(entry).to_have_count(0)


def test_a_name_of_the_diagram_leads_to_its_equation(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model")
    stock = page.locator("#sketch .stock").first
    name = stock.get_attribute("data-variable")
    stock.click()
    beside = page.locator("#diagram-entry")
    expect(beside.locator("pre")).to_contain_text(name)
    expect(beside.locator("pre")).to_be_in_viewport()
    expect(stock).to_be_in_viewport()
    for told in ("stock · ", "Equation", "Sector", "Used by"):
        expect(beside).to_contain_text(told)
    page.locator("#sector").select_option(label="Secrecy")
    expect(page.locator("#sketch title").first).to_have_text("06 Secrecy")
    width = page.locator("#sketch > svg").bounding_box()["width"]
    page.get_by_role("button", name="Larger").click()
    assert page.locator("#sketch > svg").bounding_box()["width"] > 1.1 * width
    page.locator("#sketch [tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    chosen = page.evaluate("document.activeElement.dataset.variable")
    assert chosen == page.locator("#sketch [data-variable]").nth(1).get_attribute("data-variable")
    page.keyboard.press("Enter")
    expect(page.locator("#diagram-entry .beside__name")).to_have_text(re.compile(rf"^{re.escape(chosen)}(\[|$)"))


def test_the_loops_of_the_model_are_named(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model")
    with (load_model("big_science").folder / "loops.csv").open(encoding="utf-8") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    listed = page.get_by_label("Loop drawn").locator("option")
    expect(listed.first).to_be_attached()
    assert [re.sub(r"^(R|B|→) ", "", text) for text in listed.all_inner_texts()] == [
        "All together, at a glance",
        *names,
    ]


def test_axe_finds_nothing_beside_a_diagram_and_an_open_entry(browser: Browser, real_address: str) -> None:
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme, viewport={"width": 1440, "height": 900})
        page.set_default_timeout(60_000)
        page.goto(f"{real_address}/model")
        page.locator("#sketch .stock").first.click()
        page.wait_for_selector("#diagram-entry pre")
        page.locator("#loops-drawing .loop-mark").first.click()
        page.locator("#loops-drawing .loop-node").first.click()
        page.wait_for_selector("#loops-entry pre")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/rank", "/model"])
def test_axe_finds_nothing(browser: Browser, address: str, path: str, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1440, "height": 900})
    page.set_default_timeout(60_000)
    page.goto(f"{address}{path}?w=open_laboratory")
    page.wait_for_selector("html[data-page]", state="attached")
    page.wait_for_selector(".lever--moved", state="attached")
    page.wait_for_timeout(300)
    if path == "/":
        page.locator(".lever summary").first.click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


def test_axe_finds_nothing_on_a_phone_with_the_real_model(browser: Browser, real_address: str) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 640})
    page.set_default_timeout(60_000)
    page.goto(f"{real_address}/?w=cern_for_ai")
    page.wait_for_selector(".lever--moved", state="attached")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()
