"""docs/extend-the-app.md as it stands: a page in Python that follows the levers, and our components in another app."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from policy_lab.model import load_model
from policy_lab.simulation import simulate

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "models" / "small_field"
PATIENCE = 60_000  # milliseconds
#: Milliseconds from the last move until Python has heard of it; 150 of them pass until the hand counts as at rest.
LIMIT = 250
Visit = Callable[[str], Page]
SERVE = (
    "import sys; from pathlib import Path; from policy_lab.app import serve; from policy_lab.model import load_model; "
    "serve(load_model(sys.argv[1]), port=0, open_browser=False, pages=Path(sys.argv[2]))"
)
#: When what Python said of the levers came, beside when they last moved.
WATCHED = """() => {
  window.seen = { moved: 0, told: 0, asked: 0 };
  PolicyLab.state.on(() => { window.seen.moved = performance.now(); });
  new MutationObserver(() => { window.seen.told = performance.now(); })
    .observe(document.querySelector("#people"), { childList: true, characterData: true, subtree: true });
}"""


def example(name: str) -> str:
    """A code block of the document, by the word before it."""
    text = (ROOT / "docs" / "extend-the-app.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- run: {name} -->\n```python\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def with_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with the page of the document."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "people.py").write_text(example("page"), encoding="utf-8")
    command = [sys.executable, "-c", SERVE, str(SMALL), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().removeprefix("Policy Lab: ").strip().rstrip("/")
        server.terminate()


def people(**levers: float) -> str:
    run = simulate(load_model(SMALL), {name.replace("_", " "): value for name, value in levers.items()})
    return f"In 2040 there are {float(run.at('total researchers', 2040)[0]):,.0f} people."


def settled(page: Page) -> Page:
    page.wait_for_function("() => PolicyLab.dashIsHere")
    expect(page.locator("#people")).to_contain_text("In 2040")
    return page


def test_the_page_is_twenty_lines_or_so() -> None:
    lines = [line for line in example("page").splitlines() if line.strip()]
    assert len(lines) <= 22


def test_a_page_in_python_follows_the_levers(visit: Visit, with_page: str) -> None:
    page = settled(visit(f"{with_page}/people"))
    expect(page.get_by_role("link", name="People")).to_have_attribute("aria-current", "page")
    expect(page.locator("#people")).to_have_text(people())
    expect(page.locator("#moved")).to_have_text("Moved: nothing")
    page.get_by_role("link", name="Explore").click()
    page.get_by_role("slider", name=re.compile("^Openness requirement")).focus()
    page.keyboard.press("End")
    page.get_by_role("link", name="People").click()
    expect(page.locator("#people")).to_have_text(people(openness_requirement=1))
    expect(page.locator("#moved")).to_have_text("Moved: openness requirement")


def test_a_callback_sets_levers_and_undo_takes_it_back(visit: Visit, with_page: str) -> None:
    page = settled(visit(f"{with_page}/people"))
    page.get_by_role("button", name="Fund a shared laboratory").click()
    expect(page.locator("#people")).to_have_text(people(shared_funding=40))
    expect(page).to_have_url(re.compile("l=shared-funding~40"))
    page.get_by_role("link", name="Explore").click()
    expect(page.locator("#number-shared-funding")).to_have_value("40")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#number-shared-funding")).to_have_value("0")
    page.get_by_role("link", name="People").click()
    expect(page.locator("#people")).to_have_text(people())


def test_python_hears_of_a_move_once_the_hand_rests_and_of_none_before(visit: Visit, with_page: str) -> None:
    page = settled(visit(with_page))
    page.wait_for_load_state("networkidle")
    page.evaluate(WATCHED)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    slider = page.locator(".lever[data-lever=shared-funding] .lever__slider")
    slider.scroll_into_view_if_needed()
    track = slider.bounding_box()
    assert track is not None
    page.mouse.move(track["x"] + 10, track["y"] + track["height"] / 2)
    page.mouse.down()
    for step in range(1, 20):
        page.mouse.move(track["x"] + 10 + 4 * step, track["y"] + track["height"] / 2)
        page.wait_for_timeout(20)
    page.wait_for_timeout(400)  # the hand rests, and holds
    assert asked == []
    assert page.evaluate("() => seen.told") == 0
    page.mouse.up()
    page.wait_for_function("() => seen.told > 0")
    assert len([url for url in asked if "_dash-update-component" in url]) == 1
    spans = moves_until(page, LIMIT, asked)
    assert min(spans) < LIMIT, spans


def moves_until(page: Page, limit: float, asked: list[str]) -> list[float]:
    """Milliseconds from a move to what Python says of it, move after move until one is within the limit.

    On a busy machine most are late for want of a processor, so the least counts; and each takes one request, no more.
    """
    spans: list[float] = []
    page.locator(".lever[data-lever=shared-funding] input[type=range]").focus()
    while len(spans) < 20 and not (spans and min(spans) < limit):
        asked.clear()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("() => seen.told > seen.moved")
        spans.append(page.evaluate("() => seen.told - seen.moved"))
        page.wait_for_timeout(200)
        assert len([url for url in asked if "_dash-update-component" in url]) == 1
    return spans


def test_nothing_remounts_when_dash_comes_under_a_hand(visit: Visit, with_page: str) -> None:
    """A person who works while Dash loads keeps slider, focus and fold; the elements are the same ones after."""
    page = visit(with_page)
    page.evaluate("""() => {
      const row = document.querySelector(".lever[data-lever=shared-funding]");
      const others = [".chart--a svg", ".card"].map((name) => document.querySelector(name));
      window.kept = [row, row.querySelector("input[type=range]"), ...others];
      row.querySelector("details").open = true;
      kept[1].focus();
    }""")  # fmt: skip
    page.wait_for_function("() => PolicyLab.dashIsHere")
    page.keyboard.press("End")
    assert page.evaluate("""() => kept.every((part) => part.isConnected && part.closest("#react-entry-point"))
      && document.activeElement === kept[1] && kept[0].querySelector("details").open""")
    expect(page.locator("#number-shared-funding")).to_have_value("100")
    page.wait_for_function("() => PolicyLab.explore.drawn.state === PolicyLab.state.now")


@pytest.fixture
def their_app(tmp_path: Path) -> Iterator[str]:
    """The other app of the document, on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = tmp_path / "their_app.py"
    file.write_text(example("app").replace("port=8051", f"port={port}"), encoding="utf-8")
    with subprocess.Popen([sys.executable, str(file)], cwd=ROOT, stderr=subprocess.DEVNULL) as server:
        for _ in range(PATIENCE // 200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
        server.terminate()


def test_another_dash_app_holds_our_components(context: BrowserContext, watch: Any, their_app: str) -> None:
    page = context.new_page()
    watch.over(page)
    page.goto(their_app)
    model = load_model(SMALL)

    def knowledge(funding: float) -> str:
        run = simulate(model, {"shared funding": funding})
        return f"Knowledge in the end: {float(run.of('knowledge')[0, -1]):,.0f}"

    expect(page.locator("#said")).to_have_text(
        knowledge(20), timeout=4 * PATIENCE
    )  # the server compiles the model first
    expect(page.locator("#chart path.line--policy")).to_be_visible()
    expect(page.locator("#chart .chart__title")).to_have_text("Public knowledge")
    before = page.locator("#chart path.line--policy").get_attribute("d")
    page.locator("#levers input[type=range]").first.focus()
    page.keyboard.press("End")
    expect(page.locator("#chart path.line--policy")).not_to_have_attribute("d", before or "")
    expect(page.locator("#said")).to_have_text(knowledge(100))
    expect(page.locator("#cards .card__value").first).to_have_text(knowledge(100).split(": ")[1])
    assert page.evaluate("() => getComputedStyle(document.body).margin") == "8px"  # nothing of theirs is dressed
    assert watch.complaints == []
    assert watch.foreign() == []
