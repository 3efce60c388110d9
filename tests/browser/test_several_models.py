"""Several models at one address in a real browser: from the front page to a model, a lever, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from policy_lab.catalogue import catalogue
from policy_lab.model import load_model
from tests.running_server import served

pytestmark = pytest.mark.browser
MODELS = Path(__file__).parent.parent / "models"
NAMES = ("small_field", "harbour", "bridge")
CURVE = "PolicyLab.explore.charts[0].picture.lines.find(line => line.key === 'policy').values.join()"
Visit = Callable[[str], Page]


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the front page of three models, with a slash at its end."""
    studies = tmp_path_factory.mktemp("several")
    with served("--rooms", studies=studies, models=[MODELS / name for name in NAMES]) as (address, _):
        yield address


@pytest.fixture
def look(room: BrowserContext, front: str, watch: object) -> Iterator[Visit]:
    """Opens an address below the front; complaints of any page that follows fail the test at its end."""

    def open_page(path: str) -> Page:
        page = room.new_page()
        watch.over(page)  # type: ignore[attr-defined]
        page.goto(front + path)
        return page

    yield open_page
    assert watch.complaints == []  # type: ignore[attr-defined]
    assert watch.foreign() == []  # type: ignore[attr-defined]


def title_of(name: str) -> str:
    return load_model(MODELS / name).readme.question[0] or name


def enter(page: Page, name: str) -> None:
    """From the front to a model, by a press on its card."""
    page.get_by_role("link", name=title_of(name), exact=True).click()
    page.wait_for_selector("html[data-drawn]", state="attached")
    expect(page).to_have_url(re.compile(rf"/{name}/(\?|$)"))


def move_first_lever(page: Page) -> None:
    """To its upper end; the curve follows."""
    before = page.evaluate(CURVE)
    page.locator(".lever").get_by_role("slider").first.focus()
    page.keyboard.press("End")
    page.wait_for_function(f"(before) => {CURVE} !== before", arg=before)


def back(page: Page, code: str = "en") -> None:
    page.get_by_role("link", name=catalogue(code)["front.back"], exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(catalogue(code)["front.title"])


def test_from_the_front_to_a_model_whose_lever_moves_and_back(look: Visit) -> None:
    page = look("")
    expect(page.get_by_role("heading", level=2)).to_have_count(len(NAMES))
    for name in NAMES[:2]:
        enter(page, name)
        move_first_lever(page)
        back(page)
    page.go_back()  # the browser's own way leads to the model as it was left
    expect(page).to_have_url(re.compile(r"/harbour/\?"))


def test_every_page_of_a_model_has_the_way_back_in_its_language(look: Visit) -> None:
    page = look("?lang=de")
    enter_german = page.get_by_role("listitem").filter(has_text="harbour").get_by_role("link")
    enter_german.click()
    page.wait_for_selector("html[data-drawn]", state="attached")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.locator(".nav").get_by_role("link", name=catalogue("de")["app.model"], exact=True).click()
    expect(page).to_have_url(re.compile(r"/harbour/model"))
    back(page, "de")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(catalogue("en")["front.title"])


def test_colours_chosen_at_a_model_are_those_of_the_front_and_the_other_way_round(look: Visit) -> None:
    page = look("harbour/")
    page.wait_for_selector("html[data-drawn]", state="attached")
    page.locator("#scheme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    back(page)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name=catalogue("en")["app.light"], exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    enter(page, "bridge")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_a_link_leads_to_its_model_wherever_it_is_opened(look: Visit) -> None:
    page = look("small_field/")
    page.wait_for_selector("html[data-drawn]", state="attached")
    move_first_lever(page)
    page.wait_for_url(re.compile(r"/small_field/\?.*="))
    query, levers = page.url.partition("?")[2], "PolicyLab.state.now.levers"
    for opened_at in ("harbour/", ""):  # the latter as where it was made while there was one model
        other = look(f"{opened_at}?{query}")
        other.wait_for_selector("html[data-drawn]", state="attached")
        expect(other).to_have_url(re.compile(r"/small_field/\?"))
        assert other.evaluate(levers) == page.evaluate(levers)
        expect(other.locator("#notice .notice__text")).to_be_hidden()


def test_what_is_kept_of_one_model_is_not_offered_at_another(look: Visit) -> None:
    """Undo, scenarios of one's own and studies: one browser, one tab, two models."""
    page = look("")
    enter(page, "small_field")
    move_first_lever(page)
    expect(page.locator("#undo")).to_be_enabled()
    page.locator(".nav").get_by_role("link", name="Rank", exact=True).click()
    page.get_by_role("button", name="Set up your own study").click()
    form = page.locator(".own__form")
    form.get_by_label("How thorough").select_option("quick")
    form.get_by_role("button", name=catalogue("en")["study.form.start"]).click()
    expect(page.locator(".yours__row")).to_have_count(1)
    back(page)
    enter(page, "harbour")
    expect(page.locator("#undo")).to_be_disabled()
    page.locator(".nav").get_by_role("link", name="Rank", exact=True).click()
    expect(page.get_by_role("button", name="Set up your own study")).to_be_visible()
    expect(page.locator(".yours__row")).to_have_count(0)
    back(page)
    enter(page, "small_field")
    page.locator(".nav").get_by_role("link", name="Rank", exact=True).click()
    expect(page.locator(".yours__row")).to_have_count(1)


@pytest.mark.parametrize(
    ("width", "scheme", "code"), [(1366, "light", "en"), (390, "dark", "de"), (320, "light", "de")]
)
def test_axe_finds_nothing_in_front_and_nothing_is_wider_than_the_window(
    browser: Browser, front: str, width: int, scheme: str, code: str
) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 700})  # type: ignore[arg-type]
    page.goto(f"{front}?lang={code}")
    expect(page.locator("html")).to_have_attribute("data-theme", scheme)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for link in page.get_by_role("link").or_(page.get_by_role("button")).all():
        box = link.bounding_box()
        assert box and box["x"] + box["width"] <= width
    page.goto(f"{front}bridge/?lang={code}")
    page.wait_for_selector("html[data-drawn]", state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    way = page.get_by_role("link", name=catalogue(code)["front.back"], exact=True).bounding_box()
    assert way and way["width"] >= 44 and way["height"] >= 44 and way["y"] < 60
    page.close()
