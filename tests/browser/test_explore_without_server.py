"""Explore by itself: no request while a hand moves, no server at all, and a browser that cannot run the model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from policy_lab.app.ensemble_members import members_of
from policy_lab.app.loops import assumption_keys
from policy_lab.model import load_model
from policy_lab.simulation import simulate

pytestmark = pytest.mark.browser
#: What bands and ranges, in single precision, may be off by, as a share of themselves.
SINGLE = 1e-5
SMALL = Path(__file__).parent.parent / "models" / "small_field"
Visit = Callable[[str], Page]
CURVE = """([side, key]) => Array.from(
    PolicyLab.explore.charts["ab".indexOf(side)].picture.lines.find(line => line.key === key).values)"""
BAND = """side => [PolicyLab.bands.latest.members, ...PolicyLab.explore.charts["ab".indexOf(side)].picture.bands
    .filter(band => !band.stale).map(band => [Array.from(band.low), Array.from(band.high)])]"""
LOADED = "() => PolicyLab.dashIsHere && PolicyLab.bands.latest"
#: The policy on show is the one that is set, and the bands are its own.
FRESH = """() => PolicyLab.explore.drawn.state === PolicyLab.state.now && PolicyLab.bands.latest
    && PolicyLab.bands.latest.key === PolicyLab.explore.drawn.key"""


def curve(page: Page, key: str = "policy", side: str = "a") -> list[float]:
    values: list[float] = page.evaluate(CURVE, [side, key])
    return values


def expected(settings: dict[str, float], outcome: str = "knowledge") -> list[float]:
    model = load_model(SMALL)
    return simulate(model, settings, scenario="status_quo", outputs=[outcome]).values[0, :, 0].tolist()


def settled(page: Page) -> None:
    """Waits until everything that a page fetches by itself has been fetched: two seconds of silence."""
    page.wait_for_function(LOADED)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for _ in range(20):
        before = len(asked)
        page.wait_for_timeout(2000)
        if len(asked) == before:
            return
    raise AssertionError(f"The page goes on fetching: {asked}")


def slider(page: Page, label: str) -> object:
    return page.locator(".lever").filter(has=page.get_by_text(label, exact=True)).get_by_role("slider")


# ---- without the server


def test_nobody_is_asked_while_a_hand_moves(visit: Visit, address: str) -> None:
    page = visit(address)
    settled(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    slider(page, "Shared funding").focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    page.locator("#world").select_option(label="An open laboratory")
    page.locator("#choose-a").click()
    page.get_by_role("option", name="Trust in companies").click()
    page.get_by_role("button", name="Pin this scenario").click()
    page.locator("#pins-add").select_option(label="Status quo")
    page.wait_for_function(FRESH)
    assert asked == []


def test_explore_goes_on_when_the_network_drops(visit: Visit, address: str, context: BrowserContext) -> None:
    page = visit(address)
    settled(page)
    context.set_offline(True)
    slider(page, "Shared funding").focus()
    page.keyboard.press("End")
    page.wait_for_function(FRESH)
    assert curve(page) == pytest.approx(expected({"shared funding": 100}))
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function(FRESH)
    assert curve(page) == pytest.approx(expected({}))
    page.wait_for_url(lambda url: "?" not in url)
    context.set_offline(False)


# ---- bands


def test_a_band_holds_the_members_that_python_draws(visit: Visit, address: str) -> None:
    page = visit(f"{address}/?l=shared-funding~40")
    page.wait_for_function(FRESH)
    [members, [low90, high90], [low50, high50]] = page.evaluate(BAND, "a")
    model = load_model(SMALL)
    drawn = {name: values[:members].astype(float) for name, values in members_of(model).items()}
    runs = simulate(model, {"shared funding": 40.0, **drawn}, scenario="status_quo", outputs=["knowledge"])
    true = np.quantile(runs.values[:, :, 0], [0.05, 0.25, 0.75, 0.95], axis=0)
    for got, want in zip((low90, low50, high50, high90), true, strict=True):
        assert got == pytest.approx(want.tolist(), rel=SINGLE)


def test_bands_are_refined_while_the_hand_rests(visit: Visit, address: str) -> None:
    page = visit(address)
    slider(page, "Shared funding").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => ({FRESH})() && PolicyLab.bands.latest.members === 1024")


def test_a_band_of_an_older_policy_is_marked(visit: Visit, address: str) -> None:
    page = visit(address)
    page.wait_for_function(FRESH)
    stale = page.evaluate(
        """async () => {
            PolicyLab.state.moveLever("shared-funding", 0, 90);
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            const bands = PolicyLab.explore.charts[0].picture.bands;
            return [bands.every(band => band.stale), PolicyLab.bands.latest.key === PolicyLab.explore.drawn.key];
        }"""
    )
    assert stale in ([True, False], [False, True])
    page.wait_for_function(FRESH)
    expect(page.locator(".band--stale:not([display])")).to_have_count(0)


WHOLE = f"() => ({FRESH})() && PolicyLab.bands.latest.members === 1024"
FANS = """() => JSON.stringify([PolicyLab.bands.latest.effects, Object.entries(PolicyLab.bands.latest.fans)
    .map(([name, fan]) => [name, Object.values(fan).map(values => Array.from(values))])])"""
JOURNEY = (
    "state.moveLever(Object.keys(facts.levers)[0], 0, 4000)",
    "state.moveLever(Object.keys(facts.levers)[0], 0, 9000)",
    "state.moveLever(Object.keys(facts.levers)[0], 1, 2033)",
    "state.chooseWorld('leads_run_dry')",
    "state.assume(Object.keys(facts.assumptions)[0], Object.values(facts.assumptions)[0].low)",
    "state.undo()",
    "state.moveLever(Object.keys(facts.levers)[0], 0, 5000)",
)


def test_bands_at_the_end_of_a_journey_are_those_of_its_link(visit: Visit, real_address: str) -> None:
    """Workers begin where each move parts from the one before; whoever opens the link has whole runs: the same bits."""
    page = visit(real_address)
    for move in JOURNEY:
        page.wait_for_function(FRESH)
        acts = f"{{ const {{ state, facts }} = PolicyLab, before = state.now; {move}; return before !== state.now; }}"
        assert page.evaluate(f"() => {acts}"), move
        page.wait_for_timeout(300)
    page.wait_for_function(WHOLE)
    told, link = page.evaluate(FANS), page.evaluate("PolicyLab.page.link()")
    page = visit(link)
    page.wait_for_function(WHOLE)
    assert page.evaluate(FANS) == told


ENDS = "[PolicyLab.bands.latest.members, PolicyLab.bands.latest.effects.knowledge.change]"


def test_a_card_tells_the_range_of_the_change(visit: Visit, address: str) -> None:
    page = visit(f"{address}/?l=shared-funding~80")
    page.wait_for_function(FRESH)
    members, [low, *_, high] = page.evaluate(ENDS)
    model = load_model(SMALL)
    drawn = {name: values[:members].astype(float) for name, values in members_of(model).items()}
    ends = [
        simulate(model, {**settings, **drawn}, scenario="status_quo", outputs=["knowledge"]).values[:, -1, 0]
        for settings in ({"shared funding": 80.0}, {})
    ]
    assert [low, high] == pytest.approx(np.quantile(ends[0] - ends[1], [0.05, 0.95]).tolist(), rel=SINGLE)
    expect(page.locator(".card[data-outcome=knowledge] .card__range")).to_contain_text(" to ")


# ---- a browser that cannot run the model


@pytest.fixture
def lame(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """A browser without WebAssembly."""
    made = browser.new_context(viewport={"width": 1440, "height": 900})
    made.set_default_timeout(60_000)
    made.add_init_script("delete window.WebAssembly;")

    def open_page(address: str) -> Page:
        page = made.new_page()
        page.goto(address, wait_until="domcontentloaded")
        page.wait_for_selector("html[data-drawn]", state="attached")
        return page

    yield open_page
    made.close()


def test_a_browser_without_webassembly_asks_the_server_and_says_so(lame: Visit, address: str) -> None:
    page = lame(address)
    expect(page.locator("#notice")).to_contain_text("the server computes")
    slider(page, "Shared funding").focus()
    with page.expect_request("**/answer"):
        page.keyboard.press("End")
    page.wait_for_function("() => !document.querySelector('.stage--busy')")
    page.wait_for_function("() => PolicyLab.explore.drawn.state === PolicyLab.state.now")
    assert curve(page) == pytest.approx(expected({"shared funding": 100}))
    assert page.evaluate("PolicyLab.bands.here") is False


def test_a_diagram_has_its_values_from_the_server_too(lame: Visit, real_address: str) -> None:
    page = lame(f"{real_address}/model?w=cern_for_ai")
    run = simulate(load_model("big_science"), scenario="cern_for_ai", outputs=["Tension"])
    expect(page.locator("#sketch .stock[data-variable='Tension'] .value")).to_have_text(
        f"{run.at('Tension', 2050)[0]:.3g}"
    )


def test_status_quo_in_a_diagram_follows_what_was_assumed(lame: Visit, real_address: str) -> None:
    """Also where the server computes it: changed assumptions hold for every line, status quo included."""
    model = load_model("big_science")
    parameter, key = "arms weight in tension", assumption_keys(model)["arms weight in tension"]
    low = float(f"{model.uncertainties[parameter].low:.5g}")
    usual, changed = (
        f"{simulate(model, set_, scenario='status_quo', outputs=['Tension']).at('Tension', 2050)[0]:.3g}"
        for set_ in ({}, {parameter: low})
    )
    assert usual != changed
    page = lame(f"{real_address}/model?w=cern_for_ai&a={key}~{low:g}")
    page.locator("#sketch-values label", has_text="Status quo").click()
    expect(page.locator("#sketch .stock[data-variable='Tension'] .value")).to_have_text(changed)


def test_a_late_answer_never_replaces_a_newer_one(lame: Visit, address: str) -> None:
    page = lame(address)
    asked: list[Request] = []

    def slowly(route: Route) -> None:
        asked.append(route.request)
        if len(asked) == 1:
            page.wait_for_timeout(1500)
        route.continue_()

    page.route("**/answer", slowly)
    for value in (5, 10, 15, 20):
        page.evaluate("value => PolicyLab.state.moveLever('shared-funding', 0, value)", value)
        page.wait_for_timeout(50)
    page.wait_for_function("() => PolicyLab.explore.drawn.state.levers['shared-funding'][0] === 20")
    page.wait_for_timeout(300)
    assert curve(page) == pytest.approx(expected({"shared funding": 20}))


def test_a_server_that_is_gone_is_told_and_the_picture_stays(lame: Visit, address: str) -> None:
    page = lame(address)
    before = curve(page)
    more = page.locator(".lever").first.get_by_role("button", name="More:")
    page.route("**/answer", lambda route: route.abort())
    more.click()
    expect(page.locator("#notice")).to_contain_text("did not answer")
    assert curve(page) == before
    page.unroute("**/answer")
    more.click()
    page.wait_for_url(re.compile(r"~10$"))
    expect(page.locator(".notice--empty")).to_have_count(1)
