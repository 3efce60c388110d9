"""The Model page's drawings: loops together and alone, sectors, and what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from policy_lab.app.sector_pictures import views_of
from policy_lab.model import load_model
from tests.browser.actions import Person

pytestmark = pytest.mark.browser
Visit = Callable[[str], Page]
DRAWN = "#loops-drawing .loop-drawing"
#: Arrowheads and marks of loops inside of a box, and boxes that cover each other.
COVERED = """() => {
  const boxes = [...document.querySelectorAll('#loops-drawing .loop-node')].map(node => [node.dataset.variable, node.getBoundingClientRect()]);
  const heads = [...document.querySelectorAll('#loops-drawing .loop-link__head')].map(head => head.getBoundingClientRect());
  heads.push(...[...document.querySelectorAll('#loops-drawing :is(.loop-mark__turn, .loop-mark__name)')].map(mark => mark.getBoundingClientRect()));
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return [...boxes.filter(([, box]) => heads.some(head => meet(head, box))).map(([name]) => name),
    ...boxes.filter(([, box], n) => boxes.some(([, other], m) => m < n && meet(box, other))).map(([name]) => 'twice ' + name)];
}"""  # noqa: E501
#: Names and values of a sector that the end of an arrow lies in, and names that cover each other.
POINTED_AT = """() => {
  const inside = (p, r) => p.x > r.left && p.x < r.right && p.y > r.top + 1 && p.y < r.bottom - 1;
  const ends = [...document.querySelectorAll('#sketch .arrow')].map(path => path.getPointAtLength(path.getTotalLength())
    .matrixTransform(path.getScreenCTM()));
  const texts = [...document.querySelectorAll('#sketch [data-variable] text')].filter(text => text.textContent);
  const names = [...document.querySelectorAll('#sketch [data-variable]')].map(name => [name.dataset.variable, name.getBoundingClientRect()]);
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return [...texts.filter(text => ends.some(end => inside(end, text.getBoundingClientRect()))).map(text => text.textContent),
    ...names.filter(([, box], n) => names.some(([, other], m) => m < n && meet(box, other))).map(([name]) => 'covered ' + name)];
}"""  # noqa: E501
#: Pixels of the smallest letters in a drawing, as they are on the screen.
SMALLEST = """drawing => Math.min(...[...document.querySelectorAll(drawing + ' text')].filter(text => text.textContent)
  .map(text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))"""


def together(page: Page) -> None:
    expect(page.locator(DRAWN)).to_be_visible()
    expect(page.locator("#loops-drawing .loop-mark")).to_have_count(len(load_model("core").loops))


def test_the_page_opens_on_the_model_in_five_loops(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model")
    expect(page.get_by_role("heading", name="The model in five loops")).to_be_visible()
    together(page)
    for loop in load_model("core").loops:
        expect(page.locator("#loops-told")).to_contain_text(" → ".join(loop.path))
    assert page.evaluate(COVERED) == []
    assert page.locator("#model-loops").bounding_box()["y"] < page.locator("#model-diagram").bounding_box()["y"]


def test_a_loop_is_told_switched_off_and_drawn_in_the_full_model(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model?w=cern_for_ai")
    together(page)
    page.get_by_role("button", name="Loop “Dilution”").click()
    told = page.locator("#loops-told")
    expect(told).to_contain_text("more people → fewer ties for each of them")
    expect(page.locator("#loops-drawing .loop-link--on")).to_have_count(11)
    told.get_by_role("switch", name="Loop “Dilution” on").click()
    page.wait_for_url(re.compile(r"a=dilution~0"))
    expect(page.locator(".page--model .loops-cut").first).to_contain_text("Dilution")
    told.get_by_role("switch").click()
    page.wait_for_function("() => !('dilution' in PolicyLab.state.now.assumptions)")
    told.get_by_role("button", name="Draw it in the full model").click()
    expect(page.locator("#loops-choice option:checked")).to_have_text("B Dilution")
    boxes = page.locator("#loops-drawing .loop-node")
    expect(boxes).to_have_count(12)
    page.locator("#loops-drawing .loop-node", has_text="Coherence target").click()
    entry = page.locator("#loops-entry")
    expect(entry.locator("pre")).to_contain_text("coherence target[Level] =")
    expect(entry).to_contain_text("Table it reads")
    entry.get_by_role("button", name="Close").click()
    told.get_by_role("button", name="Back to all together").click()
    together(page)


def test_every_loop_is_a_ring_of_boxes_that_nothing_covers(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model?lang=de")
    together(page)
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 800})
        page.locator("#loops-choice").select_option("")
        assert page.evaluate(COVERED) == [], width
        for number, loop in enumerate(load_model("big_science").loops):
            page.locator("#loops-choice").select_option(str(number))
            count = page.locator("#loops-drawing .loop-node").count()
            assert 3 <= count <= 12, loop.name
            expect(page.locator("#loops-drawing .loop-link__sign")).to_have_count(count)
            assert page.evaluate(COVERED) == [], (loop.name, width)
            assert page.evaluate(SMALLEST, "#loops-drawing") >= 9
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_model_without_loops_opens_on_its_diagram(visit: Visit, address: str) -> None:
    page = visit(f"{address}/model")
    expect(page.locator("#sketch > svg")).to_be_visible()
    expect(page.locator("#loops-drawing")).to_have_count(0)


def test_a_model_of_few_loops_draws_its_own(browser: Browser, bridge_address: str) -> None:
    page = browser.new_page()
    page.goto(f"{bridge_address}/model")
    expect(page.locator("#variables tbody tr").first).to_be_visible(timeout=60_000)
    drawn = [loop for loop in load_model("tests/models/bridge").loops if loop.circuit]
    expect(page.locator("#loops-drawing")).to_have_count(1 if drawn else 0)
    page.close()


# ---- sectors


@pytest.mark.parametrize("language", ["en", "de"])
def test_nothing_in_a_sector_is_covered_or_too_small(visit: Visit, real_address: str, language: str) -> None:
    page = visit(f"{real_address}/model?w=cern_for_ai&lang={language}")
    out = page.locator("[data-zoom=out]")
    for number, _ in enumerate(views_of(load_model("big_science"))):
        page.locator("#sector").select_option(str(number))
        page.wait_for_function("n => document.querySelector('#sketch title')?.textContent && PolicyLab && "
                               "[...document.querySelectorAll('#sketch .value')].some(value => value.textContent)", arg=number)  # fmt: skip # noqa: E501
        assert page.evaluate(POINTED_AT) == []
        for _ in range(4):
            out.click()
        assert page.evaluate(SMALLEST, "#sketch") >= 9
    assert page.locator("#sketch .sign").count() > 0


def test_names_in_diagrams_are_german_in_german(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model?lang=de&d=7~~~~")
    stock = page.locator("#sketch .stock[data-variable='Coherence']")
    expect(stock).to_contain_text("Kohärenz")
    expect(page.locator("#sketch .mark").filter(has_text="Zweisprachige Zonen")).to_have_count(1)
    page.locator("#sketch .mark").filter(has_text="Zweisprachige Zonen").click()
    expect(page.locator("#loops-choice option:checked")).to_contain_text("Zweisprachige Zonen")


def test_the_wheel_scrolls_the_page_unless_it_is_asked_to_enlarge(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model")
    page.wait_for_selector("#sketch > svg")
    page.locator("#sketch").scroll_into_view_if_needed()
    box = page.locator("#sketch").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    before = page.evaluate("[scrollY, sketch.scrollTop, document.querySelector('#sketch > svg').clientWidth]")
    page.mouse.wheel(0, 240)
    page.wait_for_function("y => scrollY >= y + 200", arg=before[0])
    assert page.evaluate("[sketch.scrollTop, document.querySelector('#sketch > svg').clientWidth]") == before[1:]


# ---- finding, and passing on


def test_task_7_the_equation_and_source_of_coherence(visit: Visit, real_address: str) -> None:
    """From a fresh Explore page: at most four actions."""
    page = visit(real_address)
    person = Person(page)
    person.press(page.get_by_role("link", name="Model", exact=True))
    field = page.get_by_role("combobox", name="Find a variable or a loop")
    field.press_sequentially("coherence")
    person.actions += 1
    person.press(page.get_by_role("option", name="Coherence[field]", exact=True))
    entry = page.locator("#diagram-entry")
    expect(entry.locator("pre")).to_contain_text("INTEG(change in coherence[Level]")
    expect(entry.locator("pre")).to_be_in_viewport()
    source = entry.locator(".entry__numbers li").filter(has_text="Coherence time")
    expect(source).to_contain_text("Source “ties”, grade B")
    expect(source).to_be_in_viewport()
    expect(page.locator("#sketch .stock.chosen")).to_contain_text("Coherence")
    assert person.actions <= 4


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("how well the field coheres", "Coherence"),
        ("secret labs", "Lab Secrecy"),
        ("salaries in labs", "public pay parity"),
    ],
)
def test_plain_words_find_variables(visit: Visit, real_address: str, words: str, found: str) -> None:
    page = visit(f"{real_address}/model")
    page.get_by_role("combobox", name="Find a variable or a loop").fill(words)
    expect(page.locator("#find-list [role=option]").first).to_be_visible()
    names = page.locator("#find-list [role=option]").all_inner_texts()
    assert any(found in name for name in names[:12]), names[:12]


def test_a_loop_and_a_variable_are_in_the_link(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model")
    together(page)
    page.locator("#loops-choice").select_option(label="R Bilingual zones")
    page.locator("#loops-drawing .loop-node", has_text="Zone Links").click()
    expect(page.locator("#loops-entry pre")).to_contain_text("Zone Links")
    expect(page).to_have_url(re.compile(r"d=~~~~~3~Zone%20Links"))
    other = visit(page.evaluate("PolicyLab.page.link()"))
    expect(other.locator("#loops-choice option:checked")).to_have_text("R Bilingual zones")
    expect(other.locator("#loops-entry pre")).to_contain_text("Zone Links")
    other.get_by_role("combobox", name="Find a variable or a loop").press_sequentially("access gap")
    other.locator("#find-list [data-name='access gap']").click()
    expect(other).to_have_url(re.compile(r"~~access%20gap"))
    third = visit(other.evaluate("PolicyLab.page.link()"))
    expect(third.locator("#diagram-entry pre")).to_contain_text("access gap")
    expect(third.locator("#sketch .chosen").first).to_be_visible()
