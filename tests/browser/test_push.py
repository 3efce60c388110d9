"""Levers that end, charts that go on beyond the model's last year, and an outcome that is empty, in Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from policy_lab.app.ensemble_members import members_of
from policy_lab.model import load_model
from policy_lab.simulation import simulate
from tests.browser.conftest import started

Visit = Callable[[str], Page]
PUSH = Path(__file__).parent.parent / "models" / "push"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    yield from started(str(PUSH))


def card(page: Page, outcome: str, part: str) -> str:
    return page.locator(f'.card[data-outcome="{outcome}"] .card__{part}').inner_text()


@pytest.mark.parametrize("width", [390, 1366, 1920])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_end_is_set_and_taken_away_by_keyboard(visit: Visit, server: str, width: int, theme: str) -> None:
    page = visit(server + "/?l=grant~0.8")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    handle = page.locator(".levers__handle")
    if handle.is_visible():  # on a phone the levers are a sheet
        handle.click()
    page.locator(".lever .lever__i").click()
    box = page.get_by_role("spinbutton", name="Ends in year")
    expect(box).to_have_value("")
    expect(box).to_have_attribute("placeholder", "no end")
    expect(box).to_have_attribute("aria-valuetext", "no end")
    assert box.evaluate(
        "field => field.getBoundingClientRect().right <= innerWidth && field.scrollWidth <= field.clientWidth"
    )
    box.focus()
    page.keyboard.press("ArrowDown")
    expect(box).to_have_value("2050")
    box.fill("2032")
    expect(box).to_have_attribute("aria-valuetext", "2032")
    expect(page).to_have_url(re.compile(r"grant~0.8~~~2032"))
    box.fill("")
    expect(box).to_have_attribute("aria-valuetext", "no end")
    expect(page).to_have_url(re.compile(r"grant~0.8$"))


def test_charts_go_as_far_as_the_world_runs_and_figures_stay_in_the_last_year(visit: Visit, server: str) -> None:
    page = visit(server + "/")
    last = "() => PolicyLab.explore.drawn.until"
    assert page.evaluate(last) == 2050
    page = visit(server + "/?w=push")
    assert page.evaluate(last) == 2060
    page.wait_for_function("() => PolicyLab.verdict?.whole")
    model = load_model(PUSH)
    drawn = {name: values.astype(float) for name, values in members_of(model).items()}
    runs = simulate(model, {**model.constants_of("push"), **drawn}, outputs=["Field"], times=[2050.0])
    assert card(page, "Field", "value") == f"{np.median(runs.of('Field')[:, -1]):.2f}"
    assert "2050" in page.locator(".strip__title").inner_text()
    page = visit(server + "/?p=push")
    assert page.evaluate(last) == 2060


def test_an_outcome_that_is_not_there_says_so(visit: Visit, server: str) -> None:
    page = visit(server + "/")
    assert card(page, "lead", "value") == "–"
    assert "below 0.3" in card(page, "lead", "change")
    page = visit(server + "/?w=push")
    assert card(page, "lead", "value") == "0.00"
    assert card(page, "lead", "change") == "does not exist under status quo"
    gaps = page.evaluate(
        "() => { const run = PolicyLab.explore.drawn.list.find((one) => one.key === 'policy').run;"
        "return [[...run.of('lead')].filter(Number.isNaN).length, [...run.raw('lead')].every(Number.isFinite)]; }"
    )
    assert gaps[0] > 5
    assert gaps[1]
    expect(page.locator(".card[data-outcome=lead] .card__range")).to_contain_text("% of futures")
