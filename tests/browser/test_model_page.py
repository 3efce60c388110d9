"""The Model page, as tasks: a year in the diagrams, the essay behind a variable, what failed; and the app in German."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from policy_lab import paths
from policy_lab.app.labels import figure_of
from policy_lab.catalogue import english
from policy_lab.checks.validation_tests import in_words, read_test
from policy_lab.model import load_model
from policy_lab.simulation import simulate

pytestmark = pytest.mark.browser
#: Cards show medians once the ensemble is whole.
ALL_MEMBERS = """() => { const { verdict, explore, state } = PolicyLab;
    return verdict && explore.drawn.state === state.now && verdict.key === explore.drawn.key && verdict.turns; }"""
Visit = Callable[[str], Page]


class Watch(Protocol):
    """What ``conftest.py`` keeps of a page's complaints."""

    complaints: list[str]


WIDTH = "() => document.querySelector('#sketch > svg').getBoundingClientRect().width"


def test_an_educator_shows_a_stock_in_a_chosen_year(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model?w=cern_for_ai")
    stock = page.locator("#sketch .stock[data-variable='Tension'] .value")
    runs = simulate(load_model("big_science"), scenario="cern_for_ai", outputs=["Tension"])
    expect(stock).to_have_text(f"{runs.at('Tension', 2050)[0]:.3g}")
    slider = page.get_by_role("slider", name="Values in year")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#sketch-year-said")).to_have_text("2040")
    expect(stock).to_have_text(f"{runs.at('Tension', 2040)[0]:.3g}")
    page.locator("#sketch-values").get_by_text("Status quo", exact=True).click()
    reference = simulate(load_model("big_science"), scenario="status_quo", outputs=["Tension"])
    expect(stock).to_have_text(f"{reference.at('Tension', 2040)[0]:.3g}")
    assert "Tension: " in page.locator("#sketch [data-variable='Tension'].stock").get_attribute("aria-label")


def test_diagrams_and_their_values_go_on_when_the_network_drops(
    visit: Visit, real_address: str, context: BrowserContext, watch: Watch
) -> None:
    page = visit(f"{real_address}/model?w=cern_for_ai")
    page.wait_for_selector("#sketch .value:not(:empty)", state="attached")
    sectors = int(page.locator("#sketch").get_attribute("data-sectors") or 0)
    fetched = "() => performance.getEntriesByType('resource').filter((e) => /sector.[0-9]+.svg/.test(e.name)).length"
    page.wait_for_function(f"() => ({fetched})() >= {sectors}")
    page.evaluate("() => PolicyLab.compareWedges.ahead()")
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    page.get_by_label("Sector", exact=True).select_option(label="Secrecy")
    variable = page.locator("#sketch .stock:has(.value:not(:empty))").first.get_attribute("data-variable") or ""
    runs = simulate(load_model("big_science"), scenario="cern_for_ai", outputs=[variable])
    shown = page.locator(f"#sketch .stock[data-variable='{variable}'] .value").first
    expect(shown).to_contain_text(figure_of(float(runs.at(variable, 2050)[0])))
    whole = page.locator("#variable-count").inner_text()
    page.get_by_role("searchbox", name="Search", exact=True).fill("tension")
    expect(page.locator("#variable-count")).not_to_have_text(whole)
    expect(page.locator("#variables tbody tr").first).to_contain_text(re.compile("tension", re.I))
    assert page.locator("#notice").get_attribute("class") == "notice notice--empty"  # the list is searched here
    page.locator("#variables tbody button").first.click()
    expect(page.locator("#notice")).to_contain_text("this needs it")
    assert all("ERR_INTERNET_DISCONNECTED" in complaint for complaint in watch.complaints)
    watch.complaints.clear()
    context.set_offline(False)


def test_a_diagram_is_moved_and_enlarged_by_keys_wheel_and_fingers(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model")
    page.wait_for_selector("#sketch > svg")
    widths = [page.evaluate(WIDTH)]
    page.locator("#sketch").focus()
    for key in ("+", "+", "-", "0"):
        page.keyboard.press(key)
        widths.append(page.evaluate(WIDTH))
    assert widths[1] > 1.2 * widths[0]
    assert widths[2] > widths[1] > 1.2 * widths[0]
    assert widths[3] == pytest.approx(widths[1], rel=0.01)
    assert widths[4] == pytest.approx(widths[0], rel=0.01)
    box = page.locator("#sketch").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    page.wait_for_function(f"least => ({WIDTH})() > least", arg=1.5 * widths[0])
    before = page.evaluate("() => [sketch.scrollLeft, sketch.scrollTop]")
    page.mouse.down()
    page.mouse.move(middle[0] - 80, middle[1] - 60, steps=4)
    page.mouse.up()
    after = page.evaluate("() => [sketch.scrollLeft, sketch.scrollTop]")
    assert after[0] > before[0] + 40
    assert after[1] > before[1] + 30
    enlarged = page.evaluate(WIDTH)
    page.evaluate(
        """([x, y]) => {
          const touch = (kind, pointerId, clientX, clientY) => document.elementFromPoint(x, y).dispatchEvent(
            new PointerEvent(kind, { pointerId, clientX, clientY, pointerType: "touch", bubbles: true }));
          touch("pointerdown", 11, x - 40, y); touch("pointerdown", 12, x + 40, y);
          touch("pointermove", 11, x - 40, y); touch("pointermove", 12, x + 20, y);
          touch("pointerup", 11, x - 40, y); touch("pointerup", 12, x + 20, y);
        }""",
        list(middle),
    )
    assert page.evaluate(WIDTH) == pytest.approx(enlarged * 60 / 80, rel=0.02)


def test_an_analyst_finds_the_words_of_the_essay_behind_a_variable(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model")
    page.get_by_role("searchbox", name="Search", exact=True).fill("access gap")
    page.locator("#variables").get_by_role("button", name="access gap", exact=True).click()
    entry = page.locator("#variables .entry")
    expect(entry).to_contain_text("Words of the essay behind it")
    expect(entry.locator("q")).to_contain_text("a model scale of GPT-2")
    page.get_by_role("searchbox", name="Search", exact=True).fill("scarcity pay time")
    page.locator("#variables").get_by_role("button", name="scarcity pay time", exact=True).click()
    expect(entry).to_contain_text("Words of the essay behind its sector")
    expect(entry).to_contain_text("grade")


def test_what_failed_is_shown_as_failing_and_weaknesses_are_listed(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model")
    stored = paths.results_folder() / "validation" / "big_science.json"
    tests = [in_words(read_test(test), english()) for test in json.loads(stored.read_text(encoding="utf-8"))["tests"]]
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Tests").click()
    for test in tests:
        head = page.locator(".evidence__head").filter(has=page.get_by_text(test.title, exact=True))
        expect(head.locator(".verdict")).to_contain_text(test.verdict)
    first = page.locator(".evidence").filter(has_text=tests[0].title).first
    first.locator("summary").click()
    expect(first.get_by_role("region")).to_contain_text(str(tests[0].rows[0][0]))
    expect(page.locator(".prose--numbered li")).to_have_count(len(load_model("big_science").readme.weaknesses))


def test_a_model_without_tests_has_no_such_section(visit: Visit, address: str) -> None:
    page = visit(f"{address}/model")
    expect(page.locator("#variables tbody tr").first).to_be_visible()
    sections = page.get_by_role("navigation", name="On this page").get_by_role("link")
    assert sections.all_inner_texts() == ["Diagrams", "Weaknesses", "All variables"]
    expect(page.locator("#model-validation")).to_have_count(0)
    expect(page.locator("#model-weaknesses ~ .empty").first).to_contain_text("Nobody has written down")


def test_a_german_speaker_reads_and_passes_on_the_same_policy(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/?w=cern_for_ai&l=diplomacy~1")
    page.wait_for_function(ALL_MEMBERS)
    figures = page.locator(".card__value").all_inner_texts()
    page.get_by_role("link", name="Deutsch").click()
    page.wait_for_selector("html[lang=de][data-drawn]", state="attached")
    page.wait_for_function(ALL_MEMBERS)
    page.wait_for_url(lambda url: "w=cern_for_ai" in url and "lang=de" in url and "diplomacy" in url)
    expect(page.locator(".lever__name").first).to_have_text("Öffentliches Wissenschaftsprogramm")
    expect(page.locator(".card__label").first).to_have_text("Wer führt")
    swapped = [text.translate({ord("."): ",", ord(","): "."}) for text in figures]
    swapped = [re.sub(r"^\$(.*) bn$", r"\1 Mrd. $", text) for text in swapped]
    expect(page.locator(".card__value")).to_have_text(swapped)
    page.get_by_role("link", name="Vergleichen").click()
    expect(page.locator("#compare-list .legend__item").last).to_contain_text("Ein CERN für KI mit 1 bewegten Hebel")
    expect(page).to_have_url(re.compile("lang=de"))
    page.get_by_role("link", name="Modell").click()
    expect(page.get_by_role("heading", level=1, name="Woraus das Modell besteht")).to_be_visible()
    page.get_by_role("link", name="English").click()
    page.wait_for_selector("html[lang=en][data-drawn]", state="attached")
    expect(page).to_have_url(re.compile("diplomacy"))


def test_a_browser_that_prefers_german_gets_it(browser: object, address: str) -> None:
    context = browser.new_context(locale="de-AT")  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-drawn]", state="attached", timeout=60_000)
    assert page.locator("html").get_attribute("lang") == "de"
    expect(page.get_by_role("link", name="Erkunden")).to_be_visible()
    context.close()


def test_passages_name_sectors_and_variables_that_exist() -> None:
    import csv

    model = load_model("big_science")
    assert model.folder is not None
    with (model.folder / "passages.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    groups = {model.program.equations[name].group for name in model.program.visible}
    bases = {name.partition("[")[0].casefold() for name in model.program.visible}
    assert {row["group"] for row in rows if row["group"]} == groups - {"Control"}
    assert {row["variable"].casefold() for row in rows if row["variable"]} <= bases
    assert max(len(row["quote"]) for row in rows) < 200
    assert Path(model.folder / "passages.csv").stat().st_size < 20_000
