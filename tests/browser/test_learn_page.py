"""Learn on every screen, in frames, as a published copy, and with a story that means harm."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from policy_lab.app.publish import publish
from policy_lab.model import load_model
from policy_lab.simulation import simulate
from tests.browser import test_print
from tests.browser.conftest import started
from tests.browser.test_learn import LESSONS, is_there, opened, step_of, story_of, words_of

pytestmark = pytest.mark.browser
Visit = Callable[[str], Page]
HURT = "<img src=x onerror=window.hurt=1><script>window.hurt=1</script>\"'&"
FRAMED = "import sys; from policy_lab.app import serve; from policy_lab.model import load_model; "
FRAMED += "serve(load_model('adoption'), port=0, open_browser=False, embed_from=tuple(sys.argv[1:]))"
OUTSIDE = """() => [...document.querySelectorAll("#learn *")].filter((one) => one.checkVisibility()
    && !one.closest(".numbers, svg, .unseen") && one.getBoundingClientRect().right > innerWidth + 0.5)
    .map((one) => one.outerHTML.slice(0, 80))"""
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
#: Stories, steps and languages: the list, two charts, a guess, the reveal, levers, a question, an open one, a role.
VIEWS = [("", 0, "de"), ("critical_mass", 1, "en"), ("critical_mass", 2, "de"), ("critical_mass", 3, "en"),
         ("cheap_road", 5, "de"), ("suspicion", 4, "en"), ("collider", 7, "de"), ("summit", 3, "en")]  # fmt: skip
WIDTHS = (320, 390, 683, 859, 1024, 1366, 1920)


@pytest.fixture(scope="module")
def small_address() -> Iterator[str]:
    """The app with a small model that has a story."""
    yield from started("adoption")


def everything_open(page: Page) -> None:
    page.evaluate("""() => {
        for (const details of document.querySelectorAll(".tale details")) details.open = true;
        const field = document.querySelector(".code__column");
        if (!field) return;
        field.value = "PL" + "1".repeat(37) + "\\nnothing";
        field.dispatchEvent(new Event("input", { bubbles: true }));
    }""")


@pytest.mark.parametrize(("key", "step", "language"), VIEWS)
def test_a_view_is_in_order_on_every_screen(
    browser: Browser, real_address: str, key: str, step: int, language: str
) -> None:
    page = browser.new_page(viewport={"width": WIDTHS[0], "height": 800}, reduced_motion="reduce")
    page.set_default_timeout(60_000)
    page.goto(f"{real_address}/learn?lang={language}" + (f"&t={key}~{step}" if key else ""))
    page.wait_for_selector("#lesson-title:not(:empty)" if key else ".story")
    page.wait_for_selector("html[data-drawn]", state="attached")
    page.wait_for_function("() => PolicyLab.dashIsHere && document.fonts.status === 'loaded'")
    if page.locator(".tale__parts .button--main").count():
        page.locator(".tale__parts .button--main").click()
    everything_open(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(FRAMES)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(OUTSIDE) == [], width
    for width, scheme in ((390, "dark"), (1366, "light")):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        expect(page.locator("html")).to_have_attribute("data-theme", scheme)
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(FRAMES)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    page.close()


@pytest.mark.parametrize(("width", "height", "least"), [(1280, 720, 24), (1920, 1080, 32)])
def test_presented_it_is_read_from_the_back_of_a_room(
    visit: Visit, real_address: str, width: int, height: int, least: int
) -> None:
    """Letters of a thirtieth of the picture's height are read from eight times that height away."""
    page = opened(visit, real_address, "critical_mass", 3)
    page.set_viewport_size({"width": width, "height": height})
    page.keyboard.press("f")
    expect(page.locator("html")).to_have_attribute("data-present", "")
    expect(page.locator(".bar")).to_be_hidden()
    size = "(selector) => parseFloat(getComputedStyle(document.querySelector(selector)).fontSize)"
    assert page.evaluate(size, "#lesson-words") >= least
    assert page.evaluate(size, "#learn .plot__svg") >= 0.7 * least
    assert page.evaluate(size, ".tale-chart .legend") >= 0.7 * least
    for name in ("#lesson-next", ".tale-chart", "#lesson-title"):
        box = page.locator(name).bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= height
    page.keyboard.press("ArrowRight")
    expect(page.locator("#lesson-place")).to_contain_text("Step 4")
    page.keyboard.press("Escape")
    expect(page.locator(".bar")).to_be_visible()
    expect(page.locator("#lesson-place")).to_contain_text("Step 4")


#: What does not fit the window, and letters of words and charts that are too small to be read from afar.
SEEN = """() => {
    const { scrollHeight, scrollWidth } = document.documentElement;
    const box = (one) => one.getBoundingClientRect();
    return { over: scrollHeight - innerHeight, wide: scrollWidth - innerWidth,
        next: box(document.querySelector(".tale__moves")).bottom - innerHeight,
        words: parseFloat(getComputedStyle(document.querySelector("#lesson-words")).fontSize),
        plots: [...document.querySelectorAll("#learn .plot__svg")].map((plot) => box(plot).height / innerHeight) };
}"""


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_step_of_every_story_is_seen_whole_on_a_projector(
    browser: Browser, real_address: str, language: str
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    page.set_default_timeout(60_000)

    def seen_whole(where: str) -> None:
        for width, height in ((1280, 720), (1920, 1080)):
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(FRAMES)
            seen = page.evaluate(SEEN)
            assert max(seen["over"], seen["wide"], seen["next"]) <= 0, (where, width, seen)
            assert seen["words"] >= 0.78 * height / 30, (where, width, seen)
            assert not seen["plots"] or sum(seen["plots"]) >= 0.3, (where, width, seen)

    for key in (*LESSONS, "summit"):
        page.goto(f"{real_address}/learn?t={key}~1&s=1~&lang={language}")
        page.wait_for_selector("html[data-present] #lesson-title:not(:empty)", state="attached")
        steps = story_of(real_address, key, language)["steps"]
        for number, step in enumerate(steps, 1):
            expect(page.locator("#lesson-title")).to_have_text(step["title"])
            expect(page.locator("#lesson-place")).to_contain_text(f" {number} ")
            seen_whole(f"{key} {number}")
            if step["kind"] in ("ask", "deal", "role"):
                page.locator(".tale__parts .button--main").click()
                expect(page.locator(".tale__parts .button--main")).to_be_hidden()
                seen_whole(f"{key} {number}, answered")
            if number < len(steps):
                page.keyboard.press("PageDown")
    page.close()


def test_a_deal_is_shown_when_it_is_asked_for(visit: Visit, real_address: str) -> None:
    """Whoever steps through the role play before the table has met sees no deal."""
    story = story_of(real_address, "summit")
    number = step_of(story, "deal")
    page = opened(visit, real_address, "summit", number - 1)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#lesson-title")).to_have_text(story["steps"][number - 1]["title"])
    levers = [name for name, _ in story["steps"][number - 1]["levers"]]
    assert not any(name in page.locator("#learn").inner_text() for name in levers)
    expect(page.locator("#lesson-words")).to_be_empty()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Show the deal")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#lesson-title")).to_be_focused()
    expect(page.locator("#lesson-words")).to_contain_text("One programme instead of two")
    assert all(name in page.locator("#lesson-parts").inner_text() for name in levers)
    page.reload()
    expect(page.locator("#lesson-words")).to_contain_text("One programme instead of two")  # it was asked for


def test_a_briefing_is_read_by_whoever_has_the_seat(visit: Visit, real_address: str) -> None:
    """Whoever steps through the role play sees whose briefings there are, and none of them."""
    story = story_of(real_address, "summit")
    seats = [(n, step) for n, step in enumerate(story["steps"], 1) if step["kind"] == "role"]
    page = opened(visit, real_address, "summit", seats[0][0])
    for number, step in seats:
        expect(page.locator("#lesson-title")).to_have_text(step["title"])
        expect(page.locator("#lesson-words")).to_be_empty()
        shown = page.locator("#learn").inner_text()
        assert not any(name in shown for name, _ in step["levers"])
        if number < seats[-1][0]:
            page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="This is my seat").click()
    expect(page.locator("#lesson-words")).not_to_be_empty()
    expect(page.locator("#lesson-parts")).to_contain_text(seats[-1][1]["levers"][0][0])
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#lesson-words")).to_be_empty()


@pytest.mark.parametrize("step", [2, 3, 5])
def test_a_step_is_printed_whole(browser: Browser, real_address: str, step: int) -> None:
    page = browser.new_page(viewport={"width": 1366, "height": 768}, color_scheme="dark", reduced_motion="reduce")
    page.set_default_timeout(60_000)
    page.goto(f"{real_address}/learn?lang=en&t=critical_mass~{step}")
    page.wait_for_selector("#lesson-title:not(:empty)")
    page.wait_for_function("() => PolicyLab.dashIsHere")
    charts = page.evaluate(test_print.CHARTS)
    assert charts == 1
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size(test_print.PAPER)  # type: ignore[arg-type]
    page.evaluate(FRAMES)
    assert page.evaluate(test_print.LOST) == []
    assert page.evaluate(test_print.TOOLS) == []
    assert page.evaluate(test_print.CHARTS) == charts
    assert page.evaluate(test_print.GROUND) in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    page.close()


# ---- links and languages


def test_a_link_opens_the_same_step_in_the_same_language(visit: Visit, browser: Browser, real_address: str) -> None:
    page = visit(f"{real_address}/learn")
    page.get_by_role("link", name="Deutsch").click()
    page.wait_for_selector("[data-story=suspicion]")
    page.locator("[data-story=suspicion]").click()
    page.locator("#lesson-next").click()
    expect(page).to_have_url(re.compile(r"t=suspicion~2.*lang=de"))
    context = browser.new_context(locale="en-US")
    other = context.new_page()
    other.goto(page.url)
    expect(other.locator("#lesson-title")).to_have_text(story_of(real_address, "suspicion", "de")["steps"][1]["title"])
    expect(other.locator("#lesson-place")).to_contain_text("Schritt 2 von ")
    context.close()


@pytest.mark.parametrize("part", ["no_such~2", "suspicion~99", "suspicion~0", "%3Cb%3E", "suspicion"])
def test_a_view_that_cannot_be_shown_is_told(visit: Visit, real_address: str, part: str) -> None:
    page = visit(f"{real_address}/learn?t={part}&lang=en")
    expect(page.locator(".notice")).to_contain_text("cannot be shown")
    expect(page.locator("#learn h1")).to_be_visible()


def test_a_link_in_a_story_leads_to_the_page_and_back(visit: Visit, small_address: str) -> None:
    story = story_of(small_address, "spreading")
    page = opened(visit, small_address, "spreading", len(story["steps"]))
    page.locator("#lesson-words a").click()
    expect(page.locator("#stage")).to_be_visible()
    page.go_back()
    expect(page.locator("#lesson-title")).to_have_text(story["steps"][-1]["title"])


# ---- numbers


def test_levers_run_the_model_in_this_browser(visit: Visit, real_address: str) -> None:
    story = story_of(real_address, "critical_mass")
    number = step_of(story, "show", "sliders")
    step = story["steps"][number - 1]
    page = opened(visit, real_address, "critical_mass", number)
    slider = page.locator(".moves input").first
    slider.focus()
    page.keyboard.press("End")
    for _ in range(4):
        page.keyboard.press("PageUp")
    lever = step["sliders"][0]["name"]
    highest = load_model("big_science").levers[lever].high
    page.wait_for_function(f"() => PolicyLab.learn.own().work.levers[{number - 1}]['{lever}'] === {highest}")
    expect(page.locator("#learn .legend")).to_contain_text("With your levers")
    with page.expect_download() as download:
        page.get_by_role("button", name="Numbers (CSV)").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    head, *rows = [line for line in text.splitlines() if not line.startswith("#")]
    at = head.split(",").index("With your levers")
    values = {float(row.split(",")[0]): float(row.split(",")[at]) for row in rows}
    name = step["charts"][0]["name"]
    runs = simulate(load_model("big_science"), {lever: highest}, scenario=step["run"]["scenario"], outputs=[name])
    assert values[2050.0] == pytest.approx(float(runs.at(name, 2050)[0]), rel=1e-6)
    page.reload()
    page.wait_for_selector("path[data-line=moved]", state="attached")
    page.get_by_role("button", name="Reset levers").click()
    expect(page.locator("path[data-line=moved]")).to_be_hidden()


# ---- a story that means harm


def hostile(story: dict[str, Any]) -> dict[str, Any]:
    """Every text of a story is markup that would do harm, and every link leads away."""
    keep = {"kind", "name", "key", "version", "language", "scenario", "case"}

    def turned(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            if value.get("kind") in ("text", "link"):
                return {"kind": "link", "text": HURT, "target": "javascript:window.hurt=1"}
            return {name: turned(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [turned(one, key) for one in value]
        return HURT if isinstance(value, str) and key not in keep else value

    found: dict[str, Any] = turned(story)
    return found


def test_a_hostile_story_stays_text_and_leads_nowhere(browser: Browser, small_address: str) -> None:
    page = browser.new_page(reduced_motion="reduce")
    page.set_default_timeout(60_000)
    story = hostile(story_of(small_address, "spreading"))

    def answer(route: Route) -> None:
        data = json.loads(route.fetch().text())
        told = story if "steps" in data else {**data, "stories": hostile({"all": data["stories"]})["all"]}
        route.fulfill(json=told)

    page.route("**/learn.json*", answer)
    page.route("**/learn/*.json*", answer)
    page.goto(f"{small_address}/learn?lang=en")
    page.wait_for_selector(".story")
    page.locator("[data-story=spreading]").click()
    for _ in story["steps"]:
        expect(page.locator("#lesson-title")).to_have_text(HURT)
        if page.locator(".tale__parts .button--main").count():
            page.locator(".tale__parts .button--main").click()
        everything_open(page)
        assert page.locator("#learn :is(img, script, iframe)").count() == 0
        targets = page.eval_on_selector_all("#learn a", "(all) => all.map((one) => one.href)")
        assert all(target.startswith(small_address) for target in targets)
        if page.locator("#lesson-next").is_visible():
            page.locator("#lesson-next").click()
    assert page.evaluate("window.hurt === undefined")
    page.close()


def test_links_of_a_story_lead_to_pages_of_the_app_alone(browser: Browser, small_address: str) -> None:
    page = browser.new_page()
    page.set_default_timeout(60_000)
    story = story_of(small_address, "spreading")
    targets = ["explore", "rank?x=1", "https://example.org", "//example.org", "explore/../../x", "javascript:alert(1)",
               "explore:x", "nothing", "", "model#variable=x"]  # fmt: skip
    spans = [{"kind": "link", "text": f"<{n}>", "target": target} for n, target in enumerate(targets)]
    story["steps"][0]["words"] = [{"kind": "paragraph", "items": [spans]}]
    page.route("**/learn/*.json*", lambda route: route.fulfill(json=story))
    page.goto(f"{small_address}/learn?lang=en&t=spreading~1")
    page.wait_for_selector("#lesson-words p")
    links = page.eval_on_selector_all("#lesson-words a", "(all) => all.map((one) => [one.textContent, one.pathname])")
    assert [path for _, path in links] == ["/", *(["/rank"] if len(links) == 3 else []), "/model"]
    assert page.locator("#lesson-words").inner_text() == "".join(f"<{n}>" for n in range(len(targets)))
    page.close()


# ---- in a frame, and without a server


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Somebody's course site, and its folder."""
    folder = tmp_path_factory.mktemp("course")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing is to be read in the log of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    server.server_close()


def test_a_course_that_was_named_has_the_lesson_in_a_frame(
    browser: Browser, course: tuple[str, Path], small_address: str
) -> None:
    origin, folder = course
    with subprocess.Popen([sys.executable, "-c", FRAMED, origin], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            named = server.stdout.readline().removeprefix("Policy Lab: ").strip().rstrip("/")
            for name, address in (("named", named), ("not", small_address)):
                (folder / f"{name}.html").write_text(
                    f'<iframe src="{address}/learn?lang=en&amp;t=spreading~1" width="900" height="600"></iframe>'
                )
            page = browser.new_page(viewport={"width": 1000, "height": 700})
            page.set_default_timeout(60_000)
            page.goto(f"{origin}/named.html")
            frame = page.frame_locator("iframe")
            expect(frame.locator("#lesson-title")).not_to_be_empty()
            expect(frame.locator(".bar")).to_be_hidden()
            frame.locator("#lesson-next").click()
            expect(frame.locator("#lesson-place")).to_contain_text("Step 2")
            refused: list[str] = []
            page.on("console", lambda said: refused.append(said.text))
            page.goto(f"{origin}/not.html")
            page.wait_for_function("() => document.readyState === 'complete'")
            assert frame.locator("#lesson-title").count() == 0
            assert any("frame" in text.casefold() for text in refused)
            page.close()
        finally:
            server.terminate()


def test_a_published_copy_teaches_without_a_server(
    visit: Visit, course: tuple[str, Path], watch: Any, small_address: str
) -> None:
    origin, folder = course
    publish(load_model("adoption"), folder / "lab")
    story = story_of(small_address, "spreading", "de")
    page = visit(f"{origin}/lab/learn.de.html?t=spreading~1")
    for number, step in enumerate(story["steps"], 1):
        expect(page.locator("#lesson-title")).to_have_text(step["title"])
        if step["kind"] == "reveal":
            is_there(page, words_of(step["say"]))
        if number < len(story["steps"]):
            page.locator("#lesson-next").click()
    page.reload()
    expect(page.locator("#lesson-title")).to_have_text(story["steps"][-1]["title"])
    page.locator("#lesson-words a").click()
    page.wait_for_url(re.compile(r"/lab/index\.de\.html"))
    assert not [url for url in watch.asked if not url.startswith((f"{origin}/lab/", "data:", "blob:"))]
