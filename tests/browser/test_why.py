"""Why: from a curve to what makes it bend, held to what Python says of the same loops."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from policy_lab.app.ensemble_members import members_of
from policy_lab.app.loop_strengths import strengths
from policy_lab.loops import knock_outs
from policy_lab.model import load_model
from policy_lab.simulation import simulate
from tests.browser.actions import Person
from tests.browser.conftest import started

pytestmark = pytest.mark.browser
Visit = Callable[[str], Page]
OUTCOME = "Coherence"
FOUND = "() => PolicyLab.why.found && PolicyLab.why.found.state === PolicyLab.state.now"
FUTURES = "() => PolicyLab.why.futures && PolicyLab.why.futures.state === PolicyLab.state.now"
DEALT = "() => PolicyLab.whyLevers.dealt && PolicyLab.whyLevers.dealt.state === PolicyLab.state.now"
EFFECTS = "() => PolicyLab.why.found.effects.map((effect) => Array.from(effect))"

COUNTS = "() => (({ years, counts, members }) => ({ years, counts: [...counts], members }))(PolicyLab.why.futures)"


@pytest.fixture(scope="module")
def core_address() -> Iterator[str]:
    """The app with the one-page model."""
    yield from started("core")


def opened(visit: Visit, address: str) -> Page:
    page = visit(address)
    page.wait_for_function(FOUND)
    return page


# ---- the answer


def test_why_a_curve_bends_takes_two_actions_and_names_the_right_loop(visit: Visit, core_address: str) -> None:
    page = visit(f"{core_address}/?w=cern_for_ai&c=coherence~years-ahead")
    person = Person(page)
    hand = page.locator("[data-plot=a] .plot__hand")
    hand.hover(position={"x": 300, "y": 60})
    expect(page.locator("[data-plot=a] .plot__tip")).to_be_visible()
    hand.click(position={"x": 300, "y": 60})
    person.actions += 1
    asked = page.locator("[data-plot=a] .plot__ask")
    year = int(re.findall(r"\d{4}", asked.get_attribute("aria-label") or "")[-1])
    person.press(asked)
    page.wait_for_function(FOUND)
    assert person.actions <= 3
    assert page.evaluate("PolicyLab.why.view.year") == year
    told = knock_outs(load_model("core"), [OUTCOME], scenario="cern_for_ai")
    first = told.order(OUTCOME, year)[0]
    effect = told.effects[first, int(np.abs(told.time - year).argmin()), 0]
    way = "raises" if effect > 0 else "lowers"
    sentence = f"by {year}: {told.loops[first].name} {way} it by {abs(effect):.2f}"
    expect(page.locator("#why-because")).to_contain_text(sentence)
    expect(page.locator("#why-question")).to_be_focused()
    page.go_back()
    expect(page.locator("#stage")).to_be_visible()


def test_a_curve_is_asked_by_keyboard(visit: Visit, core_address: str) -> None:
    page = visit(f"{core_address}/?w=cern_for_ai")
    page.locator("#choose-a").focus()
    for _ in range(12):
        if page.evaluate("document.activeElement.classList.contains('plot__hand')"):
            break
        page.keyboard.press("Tab")
    for key in ("Home", "PageUp", "PageUp", "PageUp", "PageUp", "Tab", "Enter"):
        page.keyboard.press(key)
    page.wait_for_function(FOUND)
    assert page.evaluate("PolicyLab.why.view.year") == 2025
    expect(page).to_have_url(re.compile(r"/why\?.*w=cern_for_ai.*y=[a-z-]+~2025~~"))


def test_the_year_is_gone_through_and_the_strongest_stands_on_top(visit: Visit, core_address: str) -> None:
    page = opened(visit, f"{core_address}/why?w=cern_for_ai&y=coherence~2030~~")
    told = knock_outs(load_model("core"), [OUTCOME], scenario="cern_for_ai")
    slider = page.locator("#why-scrub")
    slider.focus()
    for year in (2031, 2032, 2033):
        page.keyboard.press("ArrowRight")
        expect(page.locator("#why-year")).to_have_value(str(year))
        names = page.locator(".ribbon__name").all_inner_texts()
        assert names == [told.loops[n].name for n in told.order(OUTCOME, year)]
    page.locator("#why-year").select_option("2045")
    expect(slider).to_have_value("2045")
    expect(page.locator("#why-answer")).to_contain_text("in 2045")


# ---- the runs behind it

#: Threads whose questions wait until `window.held` is false.
SLOW_THREADS = """{
    const questions = [];
    window.Worker = class extends Worker {
        postMessage(...given) {
            const [{ kind, request }] = given;
            if (window.asked && kind === "simulate")
                window.asked.push(Math.max(...Object.values(request.values).map((one) => one.length ?? 1)));
            if (window.held && kind !== "load") questions.push(() => super.postMessage(...given));
            else super.postMessage(...given);
        }
    };
    window.release = () => { window.held = false; questions.splice(0).forEach((ask) => ask()); };
}"""


def test_the_curve_waits_for_no_loop(context: BrowserContext, core_address: str) -> None:
    """Runs without loops are for threads: held up, they hold up themselves alone; then the latest state has them."""
    context.add_init_script(SLOW_THREADS)
    page = context.new_page()
    page.goto(f"{core_address}/why?w=cern_for_ai&y=coherence~2040~~")
    page.wait_for_function(FOUND)
    page.wait_for_function(DEALT)
    line = page.locator("#why-plot path.line--policy").first
    strip = page.locator(".ribbon__edge").first
    page.evaluate("window.held = true")
    slider = page.locator(".did__move input").first
    slider.focus()
    inwards = slider.evaluate("one => (2 * one.value > +one.min + +one.max ? 'ArrowLeft' : 'ArrowRight')")
    for _ in range(3):
        before, ribbon = line.get_attribute("d"), strip.get_attribute("d")
        page.keyboard.press(inwards)
        expect(line).not_to_have_attribute("d", before or "")
        assert strip.get_attribute("d") == ribbon
    expect(page.locator("#why")).to_have_class(re.compile("why--stale"))
    page.evaluate("window.release()")
    page.wait_for_function(FOUND)
    expect(strip).not_to_have_attribute("d", ribbon or "")
    expect(page.locator("#why")).not_to_have_class(re.compile("why--stale"))


def test_the_levers_are_dealt_out_once_however_often_they_are_asked_for(
    context: BrowserContext, core_address: str
) -> None:
    """The page asks as it comes, when the bands are there and whenever the hand rests: often before an answer."""
    context.add_init_script(SLOW_THREADS)
    context.add_init_script("window.held = true; window.asked = []")
    page = context.new_page()
    page.goto(f"{core_address}/why?w=cern_for_ai&y=coherence~2040~~")
    page.wait_for_selector("html[data-drawn]", state="attached")
    page.evaluate(f"PolicyLab.whyLevers.work(PolicyLab.state.now, '{OUTCOME}', 2050)")
    page.evaluate(f"PolicyLab.whyLevers.work(PolicyLab.state.now, '{OUTCOME}', 2050)")
    page.evaluate("window.release()")
    page.wait_for_function(FOUND)
    page.wait_for_function(DEALT)
    expect(page.locator(".did__share").first).to_be_attached()
    page.evaluate("new Promise((done) => setTimeout(done, 300))")
    mixes = 2 ** page.evaluate("PolicyLab.whyLevers.dealt.joining.length")
    assert page.evaluate("window.asked.reduce((all, runs) => all + runs, 0)") == mixes + 1 + len(
        load_model("core").loops
    )


@pytest.mark.parametrize(
    ("query", "scenario", "values"),
    [
        ("", "status_quo", {}),
        ("w=manhattan_for_ai&", "manhattan_for_ai", {}),
        ("w=cern_for_ai&a=dilution~0&", "cern_for_ai", {"loop active[dilution loop]": 0.0}),
    ],
)
def test_strips_are_what_python_says(
    visit: Visit, core_address: str, query: str, scenario: str, values: dict[str, float]
) -> None:
    page = opened(visit, f"{core_address}/why?{query}y=coherence~2040~~")
    told = knock_outs(load_model("core"), [OUTCOME], scenario=scenario, values=values)
    assert np.array(page.evaluate(EFFECTS)) == pytest.approx(told.effects[:, :, 0], abs=1e-9)


def test_strips_of_the_real_model_are_what_python_says(visit: Visit, real_address: str) -> None:
    page = opened(visit, f"{real_address}/why?w=cern_for_ai&y=race-intensity~2040~~")
    told = knock_outs(load_model("big_science"), ["Race Intensity"], scenario="cern_for_ai")
    assert np.array(page.evaluate(EFFECTS)) == pytest.approx(told.effects[:, :, 0], abs=1e-6)
    expect(page.locator(".ribbon")).to_have_count(len(told.loops))


def test_the_curve_does_not_wait_for_the_strips_which_are_dimmed_meanwhile(visit: Visit, core_address: str) -> None:
    page = opened(visit, f"{core_address}/why?w=manhattan_for_ai&y=coherence~2040~~")
    page.wait_for_function(DEALT)
    order = page.evaluate("""() => new Promise((done) => {
        const seen = [];
        const line = document.querySelector('#why-plot .line--policy');
        const edge = document.querySelector('.ribbon__edge');
        const note = (what) => () => {
            seen.push([what, document.querySelector('#why').classList.contains('why--stale')]);
            if (what === 'strip') done(seen);
        };
        new MutationObserver(note('curve')).observe(line, { attributeFilter: ['d'] });
        new MutationObserver(note('strip')).observe(edge, { attributeFilter: ['d'] });
        const slider = document.querySelector('.did input[type=range]');
        slider.value = slider.max;
        slider.dispatchEvent(new Event('input', { bubbles: true }));
    })""")
    assert order[0] == ["curve", True]
    assert order[-1] == ["strip", False]


def test_in_how_many_futures_a_loop_is_strongest_is_what_python_counts(visit: Visit, core_address: str) -> None:
    page = opened(visit, f"{core_address}/why?w=cern_for_ai&y=coherence~2040~~")
    page.wait_for_function(FUTURES)
    told = page.evaluate(
        "(({ years, counts, members }) => ({ years, counts: [...counts], members }))(PolicyLab.why.futures)"
    )
    model, members = load_model("core"), told["members"]
    loops = [loop for loop in model.loops if loop.switch]
    held = set(model.constants_of("cern_for_ai"))
    variants = len(loops) + 1
    values = {n: np.tile(v[:members].astype(float), variants) for n, v in members_of(model).items() if n not in held}
    for place, loop in enumerate(loops):
        values[loop.switch] = np.where(np.arange(members * variants) // members == place, 0.0, 1.0)
    runs = simulate(model, values, scenario="cern_for_ai", outputs=[OUTCOME])
    at = runs.at(OUTCOME, 2040).reshape(variants, members)
    effects = np.abs(at[-1] - at[:-1])
    ranks = np.argsort(-effects, axis=0)[:3]
    seen = effects > 0.5 * 10.0 ** -(model.outcomes[OUTCOME].decimals or 0)  # those that the outcome's figures show
    expected = [int(((ranks == n).any(axis=0) & seen[n]).sum()) for n in range(len(loops))]
    counts = np.array(told["counts"]).reshape(variants, len(told["years"]))[:, told["years"].index(2040)]
    assert counts[-1] == members
    assert counts[:-1] == pytest.approx(expected, abs=0.02 * members)  # pages run members in single precision
    row = page.locator(f'.ribbon[data-loop="{page.evaluate("PolicyLab.why.found.keys[0]")}"]')
    expect(row).to_contain_text(f"top three in {counts[0]} of {members} futures")


def test_what_we_did_adds_up_to_the_difference_and_moves_at_hand(visit: Visit, core_address: str) -> None:
    page = opened(visit, f"{core_address}/why?w=manhattan_for_ai&y=coherence~2040~~")
    page.wait_for_function(DEALT)
    shares = [float(text.replace("−", "-")) for text in page.locator(".did__share").all_inner_texts()]
    model = load_model("core")
    policy, standing = (
        float(simulate(model, scenario=world, outputs=[OUTCOME]).at(OUTCOME, 2040)[0])
        for world in ("manhattan_for_ai", "status_quo")
    )
    assert sum(shares) == pytest.approx(policy - standing, abs=0.005 * (len(shares) + 1))
    page.locator(".did input[type=range]").first.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(FOUND)
    page.wait_for_url(re.compile(r"[?&]l="))
    expect(page.locator(".did input[type=range]").first).to_be_focused()
    page.keyboard.press("Control+z")
    page.wait_for_url(re.compile(r"^(?!.*[?&]l=)"))


# ---- a loop


def test_a_loop_is_drawn_with_the_scores_of_its_scenario_and_plain_once_levers_move(
    visit: Visit, core_address: str
) -> None:
    page = opened(visit, f"{core_address}/why?w=cern_for_ai&y=coherence~2040~dilution~")
    arrows = page.locator(".open-loop .loop-link__line")
    expect(page.locator(".open-loop")).to_contain_text("“CERN for AI” in 2040: a wider arrow carries")
    scores = [series[-11] for series in strengths(load_model("core"), "cern_for_ai")["links"][0]]
    widths = [float(arrow.get_attribute("stroke-width") or 0) for arrow in arrows.all()]
    assert widths == pytest.approx([1.2 + 4.8 * min(1.0, abs(score)) for score in scores], abs=0.06)
    expect(page.locator(".open-loop")).to_contain_text("Without “Dilution”, Coherence of the field would be")
    page.locator(".open-loop summary").click()
    expect(page.locator(".open-loop__equations pre").first).to_be_visible()
    page.evaluate("PolicyLab.state.moveLever(Object.keys(PolicyLab.facts.levers)[0], 0, 0.5)")
    expect(page.locator(".open-loop")).to_contain_text("all arrows have one width")
    assert len({arrow.get_attribute("stroke-width") for arrow in arrows.all()}) == 1
    page.get_by_role("switch", name="Loop “Dilution” on").click()
    expect(page.locator('.ribbon[data-loop="dilution"] .ribbon__effect')).to_have_text("off")
    expect(page.locator(".page--why .loops-cut")).to_contain_text("1 loop off (Dilution)")


def test_a_loop_is_seen_where_it_shows_best(visit: Visit, core_address: str) -> None:
    page = opened(visit, f"{core_address}/why?y=coherence~2040~rival-suspicion~")
    page.get_by_role("button", name="See it there").click()
    page.wait_for_function("() => PolicyLab.state.now.world === 'escalation' && PolicyLab.why.view.year === 2045")
    expect(page.locator("#why-outcome")).to_have_value("Geopolitical tension")
    expect(page.locator("#why-policy")).to_have_value("escalation")


def test_scores_come_with_their_limits_and_the_sample_is_called_one(visit: Visit, core_address: str) -> None:
    page = opened(visit, f"{core_address}/why?w=cern_for_ai&y=coherence~2040~dilution~")
    page.locator("#why-more > summary").click()
    scores = page.locator("#why-scores")
    for limit in ("relative", "local in time", "say nothing at rest", "do not rank levers"):
        expect(scores).to_contain_text(limit)
    expect(scores.get_by_role("heading", name="The strongest circuits in 2040: a sample")).to_be_visible()
    told = strengths(load_model("core"), "cern_for_ai")
    rows = scores.get_by_role("region", name="Link scores of").locator("tbody tr")
    expect(rows).to_have_count(len(told["links"][0]))
    expect(scores.get_by_role("region", name="Two rankings").locator("tbody tr")).to_have_count(5)
    page.wait_for_url(re.compile(r"y=coherence~2040~dilution~1"))
    page.locator("#why-policy").select_option("status_quo")
    expect(scores.get_by_role("region", name="Link scores of")).to_be_visible()


# ---- the link, files, and what is not there


def test_the_whole_view_is_in_the_link(visit: Visit, core_address: str, context: BrowserContext) -> None:
    page = opened(visit, f"{core_address}/why?w=cern_for_ai")
    page.locator("#why-year").select_option("2036")
    page.get_by_role("button", name="Bilingual zones").click()
    page.wait_for_url(re.compile(r"y=[a-z-]+~2036~bilingual-zones~"))
    other = visit(page.url)
    other.wait_for_function(FOUND)
    first = {"outcome": "strength"}
    assert other.evaluate("PolicyLab.why.view") == page.evaluate("PolicyLab.why.view") | first
    assert other.evaluate(EFFECTS) == page.evaluate(EFFECTS)
    expect(other.locator("#why-answer")).to_have_text(page.locator("#why-answer").inner_text())


@pytest.mark.parametrize("part", ["no-such~2040~~", "~1890~~", "~~no-loop~", "%3Cb%3E"])
def test_a_view_that_cannot_be_shown_is_told(visit: Visit, core_address: str, part: str) -> None:
    page = opened(visit, f"{core_address}/why?y={part}")
    expect(page.locator(".notice")).to_contain_text("cannot be shown")
    expect(page.locator("#why-answer")).not_to_be_empty()


def test_loops_and_curve_are_kept_as_files(visit: Visit, core_address: str) -> None:
    page = opened(visit, f"{core_address}/why?w=cern_for_ai&y=coherence~2040~~")
    for what in ("Curve", "Loops"):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"{what}: Numbers").click()
        text = Path(download.value.path()).read_text(encoding="utf-8")
        assert "2040" in text
    assert all(loop.name in text for loop in load_model("core").loops)
    with page.expect_download() as download:
        page.get_by_role("button", name="Loops: Drawing").click()
    assert "Dilution (B)" in Path(download.value.path()).read_text(encoding="utf-8")


def test_a_model_without_loops_has_no_such_page(visit: Visit, address: str) -> None:
    page = visit(address)
    expect(page.locator('.nav__link[data-page="why"]')).to_have_count(0)
    page.locator("[data-plot=a] .plot__hand").click()
    expect(page.locator(".plot__tip").first).to_be_visible()
    expect(page.locator(".plot__ask")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "language"), [(320, "de"), (390, "en"), (1366, "de"), (1920, "en")])
def test_the_page_is_in_order_on_every_screen(
    browser: Browser, real_address: str, width: int, language: str, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{real_address}/why?w=cern_for_ai&y=~2040~dilution~1&lang={language}")
    page.wait_for_selector("html[data-drawn]", state="attached")
    page.wait_for_function(FOUND)
    page.wait_for_function(DEALT)
    page.wait_for_selector(".open-loop .loop-drawing")
    page.wait_for_selector("#why-scores table")
    page.wait_for_function(
        "() => !document.querySelector('.is-stale, .why--stale') && !document.getAnimations().length"
    )
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()
