"""Rank as a policymaker uses it: a question, its answer in words, nothing that jumps; two tasks with their actions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.actions import Person

pytestmark = pytest.mark.browser
PATIENCE = 120_000  # milliseconds; a study's process has to start, run, and draw its report
WIDTHS = (320, 390, 768, 1024, 1366, 1920)
Look = Callable[[str], Page]

SHIFTS = """() => {
  window.shifted = 0;
  const own = (entry) => (entry.hadRecentInput ? 0 : entry.value);
  const add = (list) => list.getEntries().forEach((entry) => (window.shifted += own(entry)));
  new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
}"""
#: What sticks out of the window on its right, but for what lies in a part that scrolls by itself.
OUTSIDE = """() => [...document.querySelectorAll(".page--rank *")].filter((each) => {
  const box = each.getBoundingClientRect();
  const rolls = each.parentElement.closest(".numbers, .report-figure__room, svg");
  return box.width && box.right > innerWidth + 1 && !rolls;
}).map((each) => each.className?.baseVal ?? each.className)"""


@pytest.fixture
def look(context: BrowserContext, watch: object) -> Iterator[Look]:
    """Opens a page; complaints of it fail the test at its end."""

    def open_page(address: str) -> Page:
        page = context.new_page()
        watch.over(page)  # type: ignore[attr-defined]
        page.goto(address)
        return page

    yield open_page
    assert watch.complaints == []  # type: ignore[attr-defined]


def answer(page: Page) -> str:
    return page.locator("#rank-summary .answer__first").inner_text()


def test_three_levers_for_assurance_in_2040_and_how_much_is_luck(look: Look, real_address: str) -> None:
    """At most five actions from a fresh page."""
    person = Person(look(real_address))
    page = person.page
    page.wait_for_selector(".chart--a path.line", state="attached")
    person.press(page.get_by_role("link", name="Rank", exact=True))
    rank = page.locator(".page--rank")
    person.choose(rank.get_by_label("Outcome", exact=True), "Assurance, years ahead of capability")
    expect(page.locator("#rank-table caption")).to_contain_text("Assurance, years ahead")
    person.choose(rank.get_by_label("Years", exact=True), "2040")
    expect(page.locator("#rank-table caption")).to_contain_text("in 2040")
    assert person.actions <= 5
    said = answer(page)
    assert said.startswith(
        "In 2040, 3 levers matter most for “Assurance, years ahead of capability” if nothing but levers varies:"
    )
    leaders = page.locator("#rank-table tbody th").all_inner_texts()[:3]
    assert all(name.casefold() in said.casefold() for name in leaders)
    split = page.locator("#rank-split")
    expect(split).to_contain_text("In 2040, if uncertain inputs vary as well, policy choices alone explain")
    shares = [int(n) for n in re.findall(r"(\d+)%", split.locator(".legend").inner_text())]
    assert len(shares) == 3
    assert sum(shares) == 100
    drawn = split.locator("rect").evaluate_all("all => all.map((each) => parseInt(each.getAttribute('width')))")
    assert drawn == shares
    expect(page).to_have_url(re.compile(r"[?&]r=levers~2040~"))
    assert "assurance lead" in unquote(page.url.replace("+", " "))
    page.reload()
    expect(page.locator("#rank-summary .answer__first")).to_have_text(said)


def test_what_must_change_to_cohere_by_2040_under_40_bn(look: Look, real_address: str) -> None:
    """At most six actions from a fresh page."""
    person = Person(look(real_address))
    page = person.page
    page.wait_for_selector(".chart--a path.line", state="attached")
    person.press(page.get_by_role("link", name="Rank", exact=True))
    person.choose(
        page.locator(".page--rank").get_by_label("Question", exact=True), "What reaches a target at least cost?"
    )
    expect(page.locator("#rank-summary .answer__first")).to_contain_text("at most $40 bn in 2040")
    assert person.actions <= 6
    assert "Coherence of the field of at least 0.3 in 2040" in answer(page)
    assert re.search(r"reached in \d+% of the futures", answer(page))
    expect(page.locator(".answer__rest")).to_contain_text(re.compile("academic credit: from 0.1 to", re.IGNORECASE))
    expect(page.locator(".report-figure svg")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"[?&]r=policy_search(~~[^&]*)?$"))
    page.locator(".page--rank").get_by_label("Answer from", exact=True).select_option("policy_search_critical_mass")
    expect(page.locator("#rank-summary .answer__first")).not_to_contain_text("$40 bn")
    expect(page).to_have_url(re.compile(r"[?&]r=policy_search_critical_mass(~~[^&]*)?$"))


def test_a_question_nobody_asked_yet_opens_its_form_and_is_answered(look: Look, address: str) -> None:
    page = look(f"{address}/rank?r=prim")
    form = page.locator(".own__form")
    expect(form).to_be_visible()
    expect(form).to_contain_text("In which futures does a policy fail?")
    expect(page.locator(".page--rank .empty")).to_contain_text("This question has no stored answer yet")
    form.get_by_label("How thorough").select_option("quick")
    form.get_by_role("button", name="Start the study").click()
    number = form.get_by_label("Number", exact=True)
    expect(form.locator(".own__condition").get_by_role("alert")).to_have_text("Enter a number.")
    expect(number).to_be_focused()
    number.fill("much")
    number.press("Tab")
    expect(form.locator(".own__condition").get_by_role("alert")).to_contain_text("“much” is not a number")
    form.get_by_label("Outcome", exact=True).select_option("knowledge")
    form.get_by_label("At least or at most").select_option("below")
    number.fill("300")
    expect(form.locator(".own__condition").get_by_role("alert")).to_have_count(0)
    expect(form.locator(".own__cost")).to_contain_text("512 runs")
    form.get_by_role("button", name="Start the study").click()
    line = page.locator(".yours__row").first
    expect(line).to_contain_text("In which futures does a policy fail?")
    page.reload()  # in the middle
    expect(line).to_contain_text("Finished", timeout=PATIENCE)
    line.get_by_role("button", name="View").click()
    expect(page.locator("#rank-summary .answer__first")).to_contain_text("of the futures fail")
    expect(page.locator(".rank__tables")).to_contain_text("Share that fails")
    page.locator(".page--rank").get_by_label("Question", exact=True).select_option("levers")
    expect(page.locator("#rank-bars svg")).to_be_visible()
    page.go_back()
    expect(page.locator("#rank-summary .answer__first")).to_contain_text("of the futures fail")


def test_a_target_in_money_is_written_in_billions(look: Look, real_address: str) -> None:
    page = look(f"{real_address}/rank?r=policy_search")
    expect(page.locator(".report-figure svg").first).to_be_visible()
    page.get_by_role("button", name="Set up your own study").click()
    form = page.locator(".own__form")
    form.get_by_label("Outcome", exact=True).select_option("Cumulative Public Cost")
    expect(form.locator(".own__condition .own__unit")).to_have_text("$ bn")
    form.get_by_label("At least or at most").select_option("below")
    with page.expect_request(lambda request: request.url.endswith("/studies/estimate")) as asked:
        form.get_by_label("Number", exact=True).fill("40")
    [target] = asked.value.post_data_json["options"]["targets"]
    assert (target["outcome"], target["side"], target["limit"]) == ("Cumulative Public Cost", "below", 40000)
    form.get_by_role("button", name="Add another").click()
    expect(form.locator(".own__condition")).to_have_count(2)
    form.locator(".own__condition").last.get_by_role("button", name="Remove").click()
    expect(form.locator(".own__condition")).to_have_count(1)


@pytest.mark.parametrize("width", [390, 1366])
def test_the_layout_holds_still(browser: Browser, real_address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844 if width < 500 else 768})
    page.set_default_timeout(PATIENCE)
    page.add_init_script(f"({SHIFTS})()")
    page.goto(f"{real_address}/rank")
    page.wait_for_selector("#rank-bars svg")
    page.wait_for_selector("#rank-over-time path.line", state="attached")
    rank = page.locator(".page--rank")
    rank.get_by_label("Years", exact=True).select_option("2040")
    expect(page.locator("#rank-table caption")).to_contain_text("in 2040")
    rank.get_by_label("Question", exact=True).select_option("policy_search")
    expect(page.locator(".report-figure svg").first).to_be_visible()
    drawn = (
        "() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(() => seen(window.shifted))))"
    )
    assert page.evaluate(drawn) < 0.1
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_leaves_the_window(browser: Browser, real_address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(PATIENCE)
    for view, seen in (
        ("levers~2040", "#rank-bars svg"),
        ("policy_search", ".report-figure svg"),
        ("factorial", ".report-figure svg"),
    ):
        page.goto(f"{real_address}/rank?lang=de&r={view}")
        page.wait_for_selector(seen)
        page.get_by_role("button", name="Eigene Studie einstellen").click()
        expect(page.locator(".own__form")).to_be_visible()
        assert page.evaluate(OUTSIDE) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["levers~2040", "policy_search", "factorial"])
def test_axe_finds_nothing_on_an_answer_and_its_form(
    browser: Browser, real_address: str, scheme: str, view: str
) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1366, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.goto(f"{real_address}/rank?r={view}")
    page.wait_for_selector("#rank-bars svg" if view.startswith("levers") else ".report-figure svg")
    page.get_by_role("button", name="Set up your own study").click()
    expect(page.locator(".own__form")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()
