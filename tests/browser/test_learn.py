"""Learn: every lesson done step by step as a pupil does it: by keyboard alone, by mouse, and by finger on a phone."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = pytest.mark.browser
Visit = Callable[[str], Page]
LESSONS = ("accident", "cheap_road", "collider", "critical_mass", "suspicion")
GUESS = "() => Object.values(PolicyLab.learn.own().work.guess)[0] ?? null"


def story_of(address: str, key: str, language: str = "en") -> dict[str, Any]:
    with urllib.request.urlopen(f"{address}/learn/{key}.json?lang={language}", timeout=120) as reply:
        found: dict[str, Any] = json.load(reply)
    return found


def step_of(story: dict[str, Any], kind: str, has: str = "") -> int:
    """The number of the first step of a kind, counted from 1."""
    return next(n for n, one in enumerate(story["steps"], 1) if one["kind"] == kind and (not has or one.get(has)))


def opened(visit: Visit, address: str, key: str, step: int, language: str = "en") -> Page:
    page = visit(f"{address}/learn?t={key}~{step}&lang={language}")
    page.wait_for_selector("#lesson-title:not(:empty)")
    return page


def words_of(spans: list[dict[str, str]]) -> str:
    return "".join(span["text"] for span in spans)


def is_there(page: Page, text: str) -> None:
    expect(page.locator(".tale__said")).to_contain_text(re.sub(r"\s+", " ", text).strip())


def tab_to(page: Page, selector: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no key leads to {selector}")


# ---- by keyboard alone


def by_keyboard(page: Page, step: dict[str, Any]) -> None:
    """What a step asks for, with keys."""
    if step["kind"] == "predict":
        tab_to(page, ".guess__by summary")
        page.keyboard.press("Enter")
        for _ in step["predict"]["knots"]:
            tab_to(page, ".guess__slider")
            for key in ("PageUp", "PageUp", "ArrowLeft"):
                page.keyboard.press(key)
        guess = page.evaluate(GUESS)
        low, high = step["predict"]["axis"]
        assert len(guess) == 7 and all((low + high) / 2 < value <= high for value in guess)
        expect(page.locator("path[data-line=guess]")).to_be_attached()
        tab_to(page, ".choices-list input")
        page.keyboard.press("Space")
        expect(page.locator(".choices-list input").first).to_be_checked()
        tab_to(page, ".code:not(.code--class) summary")
        page.keyboard.press("Enter")
        expect(page.locator(".code__field")).to_have_value(re.compile(r"^PL[0-9A-Z]{37}$"))
    elif step["kind"] == "reveal":
        is_there(page, words_of(step["say"]))
        expect(page.locator("path[data-line=guess]")).to_be_attached()
        expect(page.locator("path[data-line=model]")).to_be_attached()
        expect(page.locator(".tale__chosen")).to_contain_text(step["predict"]["words"][0])
    elif step["kind"] == "ask":
        if step["options"]:
            tab_to(page, ".choices-list input")
            page.keyboard.press("Space")
        else:
            tab_to(page, ".tale__notes")
            page.keyboard.type("I think so")
        tab_to(page, ".tale__parts .button--main")
        page.keyboard.press("Enter")
        is_there(page, words_of(step["because"]))
        if step["answer"] is not None:
            is_there(page, words_of(step["options"][step["answer"]]))
    elif step["kind"] == "show" and step["sliders"] and not step["run"]["case"]:
        before = page.locator("path[data-line=own]").first.get_attribute("d")
        for _ in step["sliders"]:
            tab_to(page, ".moves input")
            page.keyboard.press("PageUp")
            page.keyboard.press("PageUp")
        expect(page.locator("path[data-line=moved]").first).to_be_attached()
        assert page.locator("path[data-line=moved]").first.get_attribute("d") != before


@pytest.mark.parametrize("key", LESSONS)
def test_a_lesson_is_done_by_keyboard_alone(visit: Visit, real_address: str, key: str) -> None:
    story = story_of(real_address, key)
    page = visit(f"{real_address}/learn?lang=en")
    page.wait_for_selector(f"[data-story={key}]")
    tab_to(page, f"[data-story={key}]")
    page.keyboard.press("Enter")
    for number, step in enumerate(story["steps"], 1):
        expect(page.locator("#lesson-title")).to_have_text(step["title"])
        expect(page.locator("#lesson-title")).to_be_focused()
        expect(page.locator("#lesson-place")).to_have_text(f"Step {number} of {len(story['steps'])}")
        expect(page).to_have_url(re.compile(rf"[?&]t={key}~{number}\b"))
        by_keyboard(page, step)
        if number < len(story["steps"]):
            tab_to(page, "#lesson-next")
            page.keyboard.press("Enter")
    expect(page.locator("#lesson-next")).to_be_hidden()
    tab_to(page, "#lesson-again")
    page.keyboard.press("Enter")
    expect(page.locator("#lesson-place")).to_contain_text("Step 1 ")
    assert page.evaluate(GUESS) is None


def test_arrows_and_the_keys_of_a_presenter_go_through_the_steps(visit: Visit, real_address: str) -> None:
    page = opened(visit, real_address, "suspicion", 1)
    place = page.locator("#lesson-place")
    for key, number in (("ArrowRight", 2), ("PageDown", 3), ("ArrowLeft", 2), ("PageUp", 1), ("ArrowLeft", 1)):
        page.keyboard.press(key)
        expect(place).to_contain_text(f"Step {number} ")
    page.keyboard.press("ArrowRight")
    tab_to(page, ".choices-list input")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(place).to_contain_text("Step 2 ")  # the keys are the choice's own
    page.go_back()
    expect(place).to_contain_text("Step 1 ")


# ---- by mouse


def stroke(page: Page, points: list[tuple[float, float]]) -> None:
    """Draws with the mouse: points as shares of the place to draw on."""
    box = page.locator(".guess__pad").bounding_box()
    assert box
    for n, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=1 if n == 0 else 12)
        if n == 0:
            page.mouse.down()
    page.mouse.up()


@pytest.mark.parametrize("key", LESSONS)
def test_a_lesson_is_done_by_mouse_without_the_network(
    visit: Visit, context: BrowserContext, real_address: str, key: str
) -> None:
    story = story_of(real_address, key)
    page = visit(f"{real_address}/learn?lang=en")
    page.wait_for_selector(f"[data-story={key}]")
    page.wait_for_function("""() => new Set(performance.getEntriesByType("resource").map(({ name }) => name)
        .filter((name) => name.includes("/learn/"))).size === document.querySelectorAll("[data-story]").length""")
    page.wait_for_function("() => PolicyLab.dashIsHere")
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    page.locator(f"[data-story={key}]").click()
    for number, step in enumerate(story["steps"], 1):
        expect(page.locator("#lesson-title")).to_have_text(step["title"])
        if step["kind"] == "predict":
            stroke(page, [(0.1, 0.8), (0.5, 0.6), (0.95, 0.15)])
            guess, (low, high) = page.evaluate(GUESS), step["predict"]["axis"]
            assert guess == sorted(guess)
            assert guess[0] < low + 0.3 * (high - low) and guess[-1] > low + 0.7 * (high - low)
        if step["kind"] == "ask" and step["options"]:
            page.locator(".choice").nth(1).click()
        if step["kind"] == "ask":
            page.locator(".tale__parts .button--main").click()
            is_there(page, words_of(step["because"]))
        if step["kind"] == "reveal":
            is_there(page, words_of(step["say"]))
        if step.get("sliders") and not step["run"]["case"]:
            slider = page.locator(".moves input").first
            box, at = slider.bounding_box(), slider.evaluate("one => (one.value - one.min) / (one.max - one.min)")
            assert box
            page.mouse.click(box["x"] + (0.1 if at > 0.5 else 0.9) * box["width"], box["y"] + box["height"] / 2)
            expect(page.locator("path[data-line=moved]").first).to_be_attached()
        if number < len(story["steps"]):
            page.locator("#lesson-next").click()
    context.set_offline(False)


def test_a_guess_is_kept_when_the_page_is_loaded_again_and_gone_over(visit: Visit, real_address: str) -> None:
    story = story_of(real_address, "suspicion")
    number = step_of(story, "predict")
    page = opened(visit, real_address, "suspicion", number)
    stroke(page, [(0.15, 0.3), (0.95, 0.3)])
    page.locator(".choice").nth(2).click()
    guess, code = page.evaluate(GUESS), page.locator(".code__field").input_value()
    page.reload()
    page.wait_for_selector("#lesson-title:not(:empty)")
    assert page.evaluate(GUESS) == guess
    assert page.locator(".code__field").input_value() == code
    expect(page.locator(".choice input").nth(2)).to_be_checked()
    stroke(page, [(0.7, 0.3), (0.95, 0.8)])
    changed = page.evaluate(GUESS)
    assert changed[:3] == guess[:3] and changed[-1] < guess[-1]
    assert page.locator(".code__field").input_value() != code
    page.get_by_role("button", name="Start over").click()
    assert page.evaluate(GUESS) is None
    expect(page.locator("path[data-line=guess]")).to_be_hidden()
    expect(page.locator(".choice input:checked")).to_have_count(0)


def test_the_reveal_draws_the_models_curve_over_the_guess_and_keeps_it(visit: Visit, real_address: str) -> None:
    story = story_of(real_address, "suspicion")
    number = step_of(story, "reveal")
    page = opened(visit, real_address, "suspicion", number - 1)
    stroke(page, [(0.15, 0.5), (0.95, 0.5)])
    before = page.evaluate(GUESS)
    page.evaluate("""() => {
        window.seen = [];
        new MutationObserver(() => {
            const line = document.querySelector("path[data-line=model]");
            const said = document.querySelector(".tale__said").innerText;
            if (line) window.seen.push([line.getAttribute("d").length, said]);
        }).observe(document.querySelector("#learn"), { subtree: true, childList: true, attributes: true });
    }""")
    page.locator("#lesson-next").click()
    is_there(page, words_of(story["steps"][number - 1]["say"]))
    seen = page.evaluate("window.seen")
    lengths = [length for length, said in seen if not said]
    assert lengths == sorted(lengths) and len(set(lengths)) > 3
    assert page.evaluate(GUESS) == before
    expect(page.locator("path[data-line=guess]")).to_be_attached()
    page.get_by_role("button", name="Show it again").click()
    page.wait_for_function(
        f"() => document.querySelector('path[data-line=model]').getAttribute('d').length < {lengths[-1] // 2}"
    )
    page.wait_for_function(
        f"() => document.querySelector('path[data-line=model]').getAttribute('d').length >= {lengths[-1]}"
    )


def test_the_curve_of_the_reveal_is_the_models(visit: Visit, real_address: str) -> None:
    story = story_of(real_address, "suspicion")
    number = step_of(story, "reveal")
    page = opened(visit, real_address, "suspicion", number)
    is_there(page, words_of(story["steps"][number - 1]["say"]))
    page.locator(".tale-chart .data summary").click()
    rows = page.locator(".tale-chart tbody tr").all_inner_texts()
    table = {row.split("\t")[0]: float(row.split("\t")[-1].replace(",", "")) for row in rows}
    curve = story["steps"][number - 1]["chart"]["curves"][0]
    for year, value in table.items():
        assert value == pytest.approx(np.interp(float(year), curve["times"], curve["values"]), abs=0.6)
    assert len(table) == 25


def test_who_wants_less_motion_sees_the_curve_at_once(browser: Browser, real_address: str) -> None:
    story = story_of(real_address, "suspicion")
    context = browser.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{real_address}/learn?t=suspicion~{step_of(story, 'predict')}&lang=en")
    page.wait_for_selector("#lesson-title:not(:empty)")
    said = page.evaluate("""() => {
        document.querySelector("#lesson-next").click();
        return new Promise((done) => new MutationObserver((_, watch) => {
            if (!document.querySelector("path[data-line=model]")) return;
            watch.disconnect();
            done(document.querySelector(".tale__said").innerText);
        }).observe(document.querySelector("#learn"), { subtree: true, childList: true, attributes: true }));
    }""")
    assert "In 2035 the rival spends" in said
    context.close()


# ---- by finger, on a phone


@pytest.mark.parametrize("key", LESSONS)
def test_a_lesson_is_done_by_finger_on_a_phone(browser: Browser, real_address: str, key: str) -> None:
    story = story_of(real_address, key, "de")
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=2, locale="de-DE"
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{real_address}/learn")
    page.wait_for_selector(f"[data-story={key}]")
    page.locator(f"[data-story={key}]").tap()
    for number, step in enumerate(story["steps"], 1):
        expect(page.locator("#lesson-title")).to_have_text(step["title"])
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        if page.locator(".tale-chart").count():
            words, chart = (page.locator(name).first.bounding_box() for name in ("#lesson-words", ".tale-chart"))
            assert words and chart and chart["y"] >= words["y"] + words["height"]
        if step["kind"] == "predict":
            with_finger(context, page)
        if step["kind"] == "ask":
            if step["options"]:
                page.locator(".choice").first.tap()
            page.locator(".tale__parts .button--main").tap()
        if step["kind"] == "reveal":
            is_there(page, words_of(step["say"]))
        if step.get("sliders") and not step["run"]["case"]:
            slide(page)
        if number < len(story["steps"]):
            to_next(page, step["title"])
    context.close()


def to_next(page: Page, title: str) -> None:
    """A tap on Next once the page stands still, and a second one where that did nothing, as a person does: of a touch
    within milliseconds of a scroll Chromium tells the page everything but the click."""
    onward = page.locator("#lesson-next")
    onward.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    onward.tap()
    try:
        expect(page.locator("#lesson-title")).not_to_have_text(title, timeout=5000)
    except AssertionError:
        onward.tap()


def slide(page: Page) -> None:
    """A tap on the first lever, towards its farther end."""
    slider = page.locator(".moves input").first
    slider.evaluate("one => one.scrollIntoView({ block: 'center', behavior: 'instant' })")
    box, at = slider.bounding_box(), slider.evaluate("one => (one.value - one.min) / (one.max - one.min)")
    assert box
    page.touchscreen.tap(box["x"] + (0.1 if at > 0.5 else 0.9) * box["width"], box["y"] + box["height"] / 2)
    expect(page.locator("path[data-line=moved]").first).to_be_attached()


def with_finger(context: BrowserContext, page: Page) -> None:
    pad = page.locator(".guess__pad")
    pad.scroll_into_view_if_needed()
    page.evaluate("document.querySelector('.guess__pad').scrollIntoView({ block: 'center', behavior: 'instant' })")
    box, at = pad.bounding_box(), page.evaluate("window.scrollY")
    assert box
    session = context.new_cdp_session(page)
    points = [
        (box["x"] + (0.2 + 0.04 * n) * box["width"], box["y"] + (0.2 + 0.02 * n) * box["height"]) for n in range(19)
    ]
    for n, (x, y) in enumerate(points):
        kind = "touchMove" if n else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    guess = page.evaluate(GUESS)
    assert guess == sorted(guess, reverse=True) and guess[0] > guess[-1]
    assert page.evaluate("window.scrollY") == at
    expect(page.locator("path[data-line=guess]")).to_be_attached()
    page.wait_for_timeout(400)  # as a hand does: Chromium takes a tap sooner than that for a part of the stroke
