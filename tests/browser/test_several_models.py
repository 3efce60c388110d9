"""Several models at one address in a real browser: from the page in front to a model, a lever, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from policy_lab.catalogue import catalogue
from policy_lab.model import Model, load_model
from tests.running_server import served

pytestmark = pytest.mark.browser
MODELS = Path(__file__).parent.parent / "models"
NAMES = ("small_field", "harbour", "bridge")
CURVE = "() => Array.from(PolicyLab.explore.charts[0].picture.lines.find(line => line.key === 'policy').values)"
Visit = Callable[[str], Page]


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page in front of three models."""
    studies = tmp_path_factory.mktemp("several")
    with served("--rooms", studies=studies, models=[MODELS / name for name in NAMES]) as (address, _):
        yield address


@pytest.fixture
def shelf(room: BrowserContext, front: str, watch: object) -> Iterator[Visit]:
    """Opens the page in front; complaints of any page that follows fail the test at its end."""

    def open_page(query: str = "") -> Page:
        page = room.new_page()
        watch.over(page)  # type: ignore[attr-defined]
        page.goto(front + query)
        return page

    yield open_page
    assert watch.complaints == []  # type: ignore[attr-defined]
    assert watch.foreign() == []  # type: ignore[attr-defined]


def drawn(page: Page) -> None:
    page.wait_for_selector("html[data-drawn]", state="attached")


def title_of(name: str) -> str:
    title, _ = load_model(MODELS / name).readme.question
    return title or name


def test_from_the_front_to_a_model_whose_lever_moves_and_back(shelf: Visit) -> None:
    page = shelf("")
    expect(page.get_by_role("heading", level=2)).to_have_count(len(NAMES))
    for name in NAMES[:2]:
        page.get_by_role("link", name=title_of(name), exact=True).click()
        drawn(page)
        assert page.url.split("?")[0].endswith(f"/{name}/")
        before = page.evaluate(CURVE)
        slider = page.locator(".lever input[type=range]").first
        slider.focus()
        slider.press("End")
        page.wait_for_function(f"(before) => JSON.stringify(({CURVE})()) !== before", arg=page.evaluate("JSON.stringify", before) if False else _as_json(page, before))
        page.get_by_role("link", name=catalogue("en")["front.back"], exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(catalogue("en")["front.title"])
    page.go_back()
    drawn(page)
    assert "/harbour/" in page.url
