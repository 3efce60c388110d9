"""Links in Chromium: what each page looks at comes back from its link, and damage on the way is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
Visit = Callable[[str], Page]
LINK = "() => PolicyLab.page.link()"
STATE = "() => PolicyLab.state.now"
#: Something of everything that the state has, whatever the model.
MOVED = """() => {
  const { facts, state } = PolicyLab;
  const [[key, lever]] = Object.entries(facts.levers);
  const world = Object.keys(facts.worlds).find((one) => one !== facts.start.world);
  state.chooseWorld(world);
  state.moveLever(key, 0, lever.low + (lever.high - lever.low) * 0.37);
  const [[assumed, about]] = Object.entries(facts.assumptions);
  state.assume(assumed, about.low + (about.high - about.low) * 0.81);
  state.chooseChart(0, facts.shown[facts.shown.length - 1].name);
  state.pin({ world: facts.start.world, levers: { [key]: [lever.high, ...state.now.levers[key].slice(1)] } });
}"""


def moved(visit: Visit, address: str) -> tuple[Page, str, dict[str, Any]]:
    """A page with something changed everywhere, its link once the hand rests, and its state."""
    page = visit(address)
    page.wait_for_function("() => PolicyLab.variables")
    page.evaluate(MOVED)
    page.wait_for_url(re.compile(r"&w=.*&l=.*&a=.*&c=.*&p="))
    return page, page.evaluate(LINK), page.evaluate(STATE)


def opened(page: Page, link: str) -> dict[str, Any]:
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector("html[data-drawn]", state="attached")
    found: dict[str, Any] = page.evaluate(STATE)
    return found


def test_a_damaged_link_keeps_what_was_not_damaged_and_says_what_was(visit: Visit, address: str) -> None:
    page, link, state = moved(visit, address)
    start = page.evaluate("() => PolicyLab.facts.start")
    notice = page.locator("#notice .notice__text")
    assert opened(page, link) == state
    expect(notice).to_be_hidden()
    whole = {
        f"{link}&utm_source=letter&fbclid=IwAR0": "belongs to another program: utm_source, fbclid.",
        f"{link}).": "added to this link on its way",
        link.replace("&", "&amp;"): "added to this link on its way",
    }
    for damaged, said in whole.items():
        assert opened(page, damaged) == state, damaged
        expect(notice).to_contain_text(said)
    value = re.search(r"&a=[^&]*?~(\d)", link)
    assert value is not None
    other = str((int(value[1]) + 1) % 10)
    at = value.start(1)
    assert opened(page, link[:at] + other + link[at + 1 :]) == {**state, "assumptions": {}}
    expect(notice).to_contain_text("Left out: the uncertain inputs.")
    assert opened(page, link[: link.index("&c=") + 6]) == {**state, "charts": start["charts"], "pins": []}
    expect(notice).to_contain_text("Left out: the outcomes in the charts, a pinned scenario.")
    assert opened(page, link[: link.index("&l=") + 8])["world"] == state["world"]
    expect(notice).to_contain_text("Left out: the levers, the uncertain inputs, the outcomes in the charts")
    opened(page, link[: link.index("?m=") + 15])
    expect(notice).to_contain_text("Left out: everything.")
    expect(page).not_to_have_url(re.compile(r"\?"))


def test_a_link_of_the_first_edition_opens_without_a_word(visit: Visit, address: str) -> None:
    page, link, state = moved(visit, address)
    assert opened(page, re.sub(r"m=([0-9a-f]{8})\.[0-9a-z.]+", r"m=\1", link)) == state
    expect(page.locator("#notice .notice__text")).to_be_hidden()


def test_compare_is_as_it_was_sent(visit: Visit, address: str) -> None:
    page = visit(f"{address}/compare?w=open_laboratory&p=status_quo~~shared-funding~40")
    page.wait_for_selector("#compare-table tbody tr")
    page.get_by_role("combobox", name="Outcome", exact=True).fill("trust in")
    page.get_by_role("option", name="Trust in companies").click()
    page.locator("#compare-year").select_option("2040")
    page.locator("#compare-apart").check()
    page.locator("#compare-every").check()
    page.locator("#compare-from").select_option(index=0)
    fields = "() => ['outcome', 'year', 'from', 'to'].map((name) => document.querySelector('#compare-' + name).value)"
    expect(page).to_have_url(re.compile("&v="))
    seen = page.evaluate(fields)
    rows = page.locator("#compare-table tbody tr").count()
    other = visit(page.evaluate(LINK))
    other.wait_for_selector("#compare-table tbody tr")
    other.wait_for_function(f"(seen) => JSON.stringify(({fields})()) === JSON.stringify(seen)", arg=seen)
    expect(other.locator("#compare-apart")).to_be_checked()
    expect(other.locator("#compare-every")).to_be_checked()
    assert other.locator("#compare-table tbody tr").count() == rows
    expect(other.locator("#notice .notice__text")).to_be_hidden()


def test_rank_is_as_it_was_sent_and_back_leads_back(visit: Visit, address: str) -> None:
    page = visit(f"{address}/rank")
    outcome, years = (page.locator(f"#rank-{name}") for name in ("outcome", "time"))
    expect(page.locator("#rank-bars svg")).to_be_visible()
    outcome.select_option(index=1)
    years.select_option("2040")
    expect(page.locator("#rank-table caption")).to_contain_text("in 2040")
    expect(page).to_have_url(re.compile("[?&]r=levers~2040~"))
    told = page.locator("#rank-table caption").inner_text()
    other = visit(page.evaluate(LINK))
    expect(other.locator("#rank-table caption")).to_have_text(told)
    other.get_by_role("link", name="Explore").click()
    other.get_by_role("link", name="Rank").click()
    expect(other.locator("#rank-table caption")).to_have_text(told)
    expect(other.locator("#notice .notice__text")).to_be_hidden()


def test_rank_says_where_a_link_asks_for_what_a_study_does_not_have(visit: Visit, address: str) -> None:
    page = visit(f"{address}/rank?r=levers~1999~knowledge")
    expect(page.locator("#rank-bars svg")).to_be_visible()
    expect(page.locator("#notice")).to_contain_text("cannot be shown; it opened as usual")


def test_a_first_edition_link_to_a_study_still_opens(visit: Visit, address: str) -> None:
    page = visit(f"{address}/rank#study=levers")
    expect(page.locator("#rank-bars svg")).to_be_visible()
    expect(page).not_to_have_url(re.compile("#"))


def test_the_model_page_is_as_it_was_sent(visit: Visit, real_address: str) -> None:
    page = visit(f"{real_address}/model")
    page.wait_for_selector("#sketch > svg")
    page.locator("#sector").select_option(index=2)
    page.locator("#sketch-values label").nth(1).click()
    page.locator("#sketch-year").fill("2033")
    page.locator("#variable-kind").select_option("stock")
    page.locator("#variable-search").fill("trust")
    expect(page).to_have_url(re.compile(r"&d=2~s~2033~stock~trust$"))
    expect(page.locator("#variable-count")).to_have_text(re.compile(r"^\d{1,2} variables?$"))
    found = page.locator("#variable-count").inner_text()
    other = visit(page.evaluate(LINK))
    other.wait_for_selector("#sketch > svg")
    expect(other.locator("#sector")).to_have_value("2")
    expect(other.locator("#sketch-year-said")).to_have_text("2033")
    expect(other.locator("[name=sketch-values][value=status_quo]")).to_be_checked()
    expect(other.locator("#variable-search")).to_have_value("trust")
    expect(other.locator("#variable-count")).to_have_text(found)
    expect(other.locator("#notice .notice__text")).to_be_hidden()


def test_a_fact_of_a_precedent_that_a_link_has_wrong_is_told(visit: Visit, bridge_address: str) -> None:
    page = visit(f"{bridge_address}/precedents?h=tower_bridge~nothing~3")
    expect(page.locator("#case .case-title")).to_be_visible()
    expect(page.locator("#notice")).to_contain_text("cannot be read: nothing~3.")
