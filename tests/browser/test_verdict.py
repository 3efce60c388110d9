"""The verdict on Explore: it is there without a click, follows the levers at rest, and what turns it turns it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.actions import Person
from tests.browser.conftest import PATIENCE

pytestmark = pytest.mark.browser
Visit = Callable[[str], Page]
#: The verdict that is written is of what is drawn, of all members, and its turning inputs were tried.
DONE = """() => { const { verdict, explore, state } = PolicyLab;
    return verdict && explore.drawn.state === state.now && verdict.key === explore.drawn.key && verdict.turns; }"""
STATE = """() => Object.fromEntries([...document.querySelectorAll('.card')].map(card => {
    const change = card.querySelector('.card__change');
    return [card.dataset.outcome, [card.dataset.direction, change.className, change.textContent]];
}))"""


def text(page: Page) -> str:
    return page.locator(".in-short__text").inner_text().replace("\u2060", "")


def test_task_1_what_does_a_scenario_do_and_how_sure_is_that(visit: Visit, harbour_address: str) -> None:
    """One sentence on what the deep harbour does by 2050, and how sure that is: choosing it is enough."""
    page = visit(harbour_address)
    page.wait_for_function(DONE)
    assert "This is status quo" in text(page)
    person = Person(page)
    person.choose(page.locator("#world"), "A deep harbour")
    page.wait_for_function(DONE)
    told = text(page)
    assert person.actions <= 2
    assert re.search(
        r"By 2050, A deep harbour is .+\. It is (virtually certain|extremely likely) \(.+ futures.*\) to improve", told
    )
    assert "Direction unclear: " in told
    assert re.search(r"Public cost: \$\d+–\d+ m more \(9 of 10 futures\)\.", told)
    expect(page.locator(".in-short")).to_be_in_viewport(ratio=1)
    expect(page.locator(".in-short__said")).to_have_text(told)  # read aloud once, when it is complete
    assert page.locator(".in-short__said").get_attribute("role") == "status"


def test_task_1_in_the_published_model(visit: Visit, real_address: str) -> None:
    page = visit(real_address)
    person = Person(page)
    person.choose(page.get_by_role("combobox", name="Scenario", exact=True), "CERN for AI")
    expect(page.locator(".in-short:not(.in-short--stale) .in-short__text")).to_contain_text("By 2050, CERN for AI")
    told = text(page)
    assert person.actions <= 2
    assert re.match(r"By 2050, CERN for AI is (very )?likely led by scientists \(\d+ of \d+ futures\)\. It is ", told)
    assert re.search(r"Public cost since 2015: \$[\d.]+–\d+ bn more \(9 of 10 futures\)\.$", told)


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_verdict_is_read_without_scrolling(visit: Visit, real_address: str, language: str) -> None:
    """At every width, with the inputs that turn it; on a laptop each of them has one line and moves nothing."""
    page = visit(f"{real_address}/?w=cern_for_ai&lang={language}")
    page.wait_for_function(DONE, timeout=4 * PATIENCE)
    assert page.evaluate("PolicyLab.verdict.turns.length") == 2
    box, turns = page.locator(".in-short"), page.locator(".in-short__turn")
    empty = box.evaluate("box => parseFloat(getComputedStyle(box).minHeight)")
    for width in (320, 390, 768, 1024, 1366, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert box.evaluate("box => box.scrollHeight <= box.clientHeight"), width
        if width >= 1366:
            assert box.evaluate("box => box.offsetHeight") == empty, width
            assert all(turn.bounding_box()["height"] < 28 for turn in turns.all()), width  # type: ignore[index]


def test_what_is_below_a_verdict_does_not_come_up_when_a_shorter_one_follows(
    visit: Visit, harbour_address: str
) -> None:
    page = visit(f"{harbour_address}/?w=deep_harbour")
    page.set_viewport_size({"width": 820, "height": 1000})
    page.evaluate("document.querySelector('.in-short__text').style.fontSize = '32px'")  # a verdict of many lines
    page.wait_for_function(DONE)
    page.locator("#world").select_option(label="Status quo")
    page.wait_for_function("() => PolicyLab.verdict.sentences[0].startsWith('This is status quo')")
    tall = page.locator(".in-short").evaluate("box => box.offsetHeight")
    assert tall > 250
    page.evaluate("document.querySelector('.in-short__text').style.fontSize = ''")
    assert page.locator(".in-short").evaluate("box => box.offsetHeight") == tall
    page.set_viewport_size({"width": 900, "height": 1000})
    page.wait_for_function("tall => document.querySelector('.in-short').offsetHeight < tall", arg=tall)


def test_an_input_that_turns_the_verdict_turns_it_when_it_is_moved_there(visit: Visit, harbour_address: str) -> None:
    page = visit(f"{harbour_address}/?w=deep_harbour")
    page.wait_for_function(DONE)
    turns = page.evaluate("PolicyLab.verdict.turns")
    assert {turn["split"]["outcome"] for turn in turns} == {"control", "Fish"}
    for turn in turns:
        before = page.evaluate(STATE), text(page)
        page.locator(f'[data-do="setInput"][data-key="{turn["key"]}"]').click()
        page.wait_for_url(re.compile(rf"a={turn['key']}~"))
        page.wait_for_function(DONE)
        if turn["split"]["kind"] == "change":
            outcome = turn["split"]["outcome"]
            assert page.evaluate(STATE)[outcome][0] == turn["after"] != before[0][outcome][0]
        else:
            assert re.search(r"By 2050, .+ is .+ run by the city \(", text(page))
            assert re.search(r"By 2050, .+ is likely run by merchants \(7 of 10 futures\)", before[1])
        page.locator("#undo").click()
        page.wait_for_function(DONE)
        assert text(page) == before[1]


def test_an_input_that_turns_it_is_one_click_from_its_slider(visit: Visit, harbour_address: str) -> None:
    page = visit(f"{harbour_address}/?w=deep_harbour")
    page.wait_for_function(DONE)
    page.locator(".in-short__input").first.click()
    key = page.evaluate("PolicyLab.verdict.turns[0].key")
    slider = page.locator(f'[data-assumption="{key}"]').get_by_role("slider")
    expect(slider).to_be_focused()
    expect(slider).to_be_in_viewport()


def test_nothing_is_claimed_where_the_interval_holds_zero(visit: Visit, harbour_address: str) -> None:
    page = visit(f"{harbour_address}/?w=deep_harbour")
    page.wait_for_function(DONE)
    cards = page.evaluate(STATE)
    assert cards["Fish"] == ["unclear", "card__change tone-other", "direction unclear"]
    assert cards["trade"][0] == "up"
    assert "tone-better" in cards["trade"][1]
    assert page.locator('[data-outcome="Cost"] .card__value').inner_text().startswith("$")
    assert re.fullmatch(r"20\d\d", page.locator('[data-outcome="Year of the deep harbour"] .card__value').inner_text())
    medians = page.locator(".card__basis").all_inner_texts()
    assert set(medians) == {"median"}


def test_a_card_keeps_to_the_ensemble_while_a_hand_moves(visit: Visit, harbour_address: str) -> None:
    """Figures stay those of the last ensemble, dimmed; only the ring of the one run goes along."""
    page = visit(f"{harbour_address}/?w=deep_harbour")
    page.wait_for_function(DONE)
    seen = page.evaluate("""() => new Promise(done => {
        const card = document.querySelector('.card[data-outcome=trade]');
        const part = name => card.querySelector('.card__' + name);
        const now = () => [part('value').textContent, part('run').style.transform];
        const before = now();
        const { state } = PolicyLab;
        state.hold(true);
        state.moveLever(Object.keys(PolicyLab.facts.levers)[0], 0, 0.5);
        requestAnimationFrame(() => requestAnimationFrame(() => {
            const during = [...now(), card.classList.contains('card--stale')];
            state.hold(false);
            done({ before, during });
        }));
    })""")
    assert seen["during"][0] == seen["before"][0]
    assert seen["during"][1] != seen["before"][1]
    assert seen["during"][2]
    page.wait_for_function(DONE)
    expect(page.locator(".card--stale")).to_have_count(0)


def test_words_at_both_ends_of_an_axis_and_its_parts(visit: Visit, harbour_address: str) -> None:
    page = visit(f"{harbour_address}/?w=deep_harbour")
    assert page.locator(".chart--a .plot__poles text").all_text_contents() == [
        "↑ run by merchants",
        "↓ run by the city",
    ]
    marks = page.locator(".chart--a .plot__marks text").all_text_contents()
    assert "Start: Dredging" in marks
    assert "Year of the deep harbour" in marks
    page.locator(".chart--a .chart__about summary").click()
    page.locator(".chart--a .about__parts").get_by_role("button", name="Depth").click()
    expect(page.locator("#choose-a")).to_have_value("Depth")
    expect(page.locator(".chart--a .plot__poles text:not([display])")).to_have_count(0)


def test_how_sure_says_what_a_future_is_and_closes_with_escape(visit: Visit, harbour_address: str) -> None:
    page = visit(harbour_address)
    told = page.locator(".in-short__how .menu")
    page.get_by_text("How sure?").click()
    expect(told).to_contain_text("1024 times")
    expect(told).to_contain_text("8 uncertain inputs")
    box = told.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1440
    last = "menu => document.elementFromPoint(...(b => [b.right - 9, b.bottom - 9])(menu.getBoundingClientRect()))"
    assert told.evaluate(f"menu => menu.contains(({last})(menu))")  # over the charts
    page.keyboard.press("Escape")
    expect(told).to_be_hidden()


def test_a_readout_stays_after_a_tap(browser: Browser, harbour_address: str) -> None:
    page = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page()
    page.goto(harbour_address, wait_until="domcontentloaded")
    page.wait_for_selector("html[data-drawn]", state="attached")
    hand = page.locator(".chart--a .plot__hand")
    hand.scroll_into_view_if_needed()
    box = hand.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tip = page.locator(".chart--a .plot__tip")
    expect(tip).to_be_visible()
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(tip).to_be_visible()
    page.context.close()


def test_the_verdict_is_there_as_soon_as_the_hand_rests_and_the_first_members_are_in(
    visit: Visit, harbour_address: str
) -> None:
    """Nothing else is waited for: not all members, and not the inputs that turn it."""
    page = visit(harbour_address)
    page.wait_for_function(DONE)
    late = page.evaluate("""async () => {
        const { state, facts } = PolicyLab, [key] = Object.keys(facts.levers), found = [];
        let rested = null;
        state.rest((now) => { rested = now; });
        for (const value of [0.3, 0.6, 0.9, 0.45, 0.75]) {
            state.moveLever(key, 0, value);
            const moved = state.now;
            await new Promise(done => {
                const look = () => {
                    const { verdict, bands, explore } = PolicyLab;
                    const { key: wanted, state: shown } = explore.drawn;
                    if (rested !== moved || shown !== moved || bands.latest.key !== wanted) return setTimeout(look, 1);
                    if (verdict.key !== wanted) found.push(value);
                    done();
                };
                look();
            });
        }
        return found;
    }""")
    assert late == []


def test_german_says_the_same_numbers(visit: Visit, harbour_address: str) -> None:
    page = visit(f"{harbour_address}/?w=deep_harbour&lang=de")
    page.wait_for_function(DONE)
    told = text(page)
    assert "praktisch sicher" in told
    assert re.search(r"Public cost: \d+–\d+ Mio\. \$ mehr \(in 9 von 10 Zukünften\)\.", told)
    assert "Das hängt ab von" in page.locator(".in-short__turns").inner_text()
