"""A published copy in a real browser: served by Python's own file server, in a folder below the root of its host."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from policy_lab.app.publish import publish
from policy_lab.catalogue import catalogue
from policy_lab.model import Model, load_model
from policy_lab.simulation import simulate
from policy_lab.studies import Study, run_study

pytestmark = pytest.mark.browser
BRIDGE = Path(__file__).parent.parent / "models" / "bridge"  # a lever, uncertain inputs, and historical cases
BELOW = "courses/2026/lab"
TIMES = (2030.0, 2050.0)
LEVER = "pace"
CURVE = "() => Array.from(PolicyLab.explore.charts[0].picture.lines.find(line => line.key === 'policy').values)"
#: The policy on show is the one that is set, and the bands are its own.
FRESH = """() => PolicyLab.explore.drawn.state === PolicyLab.state.now && PolicyLab.bands.latest
    && PolicyLab.bands.latest.key === PolicyLab.explore.drawn.key"""
Visit = Callable[[str], Page]


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(BRIDGE)


@pytest.fixture(scope="module")
def host(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a host, with the copy below it."""
    root = tmp_path_factory.mktemp("host")
    study = tmp_path_factory.mktemp("study") / "study"
    times = tuple(time for time in TIMES if time <= model.program.clock.final) or (model.program.clock.final,)
    run_study(Study(model=str(BRIDGE), method="sobol", size=32, seed=1, factors="all", times=times), study)
    publish(model, root / BELOW, study=study)
    return root


@pytest.fixture(scope="module")
def site(host: Path) -> Iterator[str]:
    """Its address, with a slash at its end."""
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(host)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            found = re.search(r"port (\d+)", server.stdout.readline())
            assert found
            yield f"http://127.0.0.1:{found[1]}/{BELOW}/"
        finally:
            server.terminate()


@pytest.fixture
def look(visit: Visit, site: str, watch: object) -> Iterator[Visit]:
    """Opens a page of the copy; at the end nothing but files of its folder was asked for, and nothing failed."""
    failed: list[str] = []

    def open_page(path: str) -> Page:
        page = visit(site + path)
        page.on("response", lambda reply: failed.append(reply.url) if reply.status >= 400 else None)
        page.on("request", lambda request: failed.append(request.url) if request.method != "GET" else None)
        page.wait_for_function("() => PolicyLab.dashIsHere && PolicyLab.bands.latest")
        return page

    yield open_page
    assert failed == []
    asked = watch.asked  # type: ignore[attr-defined]
    assert [url for url in asked if not url.startswith((site, "data:", "blob:"))] == []


def curve(page: Page) -> list[float]:
    page.wait_for_function(FRESH)
    values: list[float] = page.evaluate(CURVE)
    return values


def go(page: Page, name: str) -> None:
    page.locator(".nav").get_by_role("link", name=name, exact=True).click()


def expected(model: Model, page: Page, value: float) -> list[float]:
    outcome = page.evaluate("PolicyLab.state.now.charts[0]")
    runs = simulate(model, {LEVER: value}, scenario="status_quo", outputs=[outcome])
    values: list[float] = runs.values[0, :, 0].tolist()
    return values


def test_a_class_works_through_every_page_without_a_server(look: Visit, site: str, model: Model) -> None:
    page = look("")
    before = curve(page)
    assert before == pytest.approx(expected(model, page, model.levers[LEVER].default))
    page.locator(".page--explore").get_by_role("slider", name=re.compile("pace", re.I)).first.focus()
    page.keyboard.press("End")
    assert curve(page) == pytest.approx(expected(model, page, model.levers[LEVER].high))
    assert curve(page) != before
    expect(page).to_have_url(re.compile(re.escape(site) + r"(index\.html)?\?.*pace"))

    go(page, "Rank")
    expect(page.locator("#rank-bars svg")).to_be_visible()
    expect(page.locator("#rank-no-server")).to_have_text(catalogue("en")["published.no_studies"])
    expect(page.get_by_role("button", name="Run your own study")).to_have_count(0)

    go(page, "Model")
    page.get_by_role("searchbox", name="Search", exact=True).fill(LEVER)
    page.locator("#variables").get_by_role("button", name=LEVER, exact=True).click()
    expect(page.locator("#variables .entry pre")).to_contain_text(LEVER)

    go(page, "Precedents")
    expect(page.locator("#case .case-title")).to_be_visible()
    expect(page.locator("#case .case-told")).not_to_be_empty()

    go(page, "Compare")
    expect(page.locator("#compare-table tbody tr").first).to_be_visible()
    expect(page).to_have_title("Compare · Policy Lab")

    page.get_by_role("link", name="Deutsch").click()
    page.wait_for_url(re.compile(r"/compare\.de\.html\?.*pace"))
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#compare-table tbody tr").first).to_be_visible()
    go(page, catalogue("de")["app.explore"])
    page.wait_for_url(re.compile(r"/index\.de\.html\?.*pace"))
    assert curve(page) == pytest.approx(expected(model, page, model.levers[LEVER].high))


def test_a_stored_study_is_looked_at_from_all_sides_and_taken_along(look: Visit, tmp_path: Path) -> None:
    page = look("rank.html")
    table = page.locator("#rank-table")
    expect(table.locator("tbody tr").first).to_be_visible()
    outcomes, years = page.get_by_label("Outcome", exact=True), page.get_by_label("Years", exact=True)
    labels = outcomes.locator("option").all_inner_texts()
    outcomes.select_option(label=labels[-1])
    expect(table.locator("caption")).to_contain_text(labels[-1])
    year = years.locator("option").last.inner_text()
    years.select_option(label=year)
    expect(table.locator("caption")).to_contain_text(f"in year {year}")
    outcomes.select_option(label=labels[0])
    expect(table.locator("caption")).to_contain_text(labels[0])
    expect(table.locator("caption")).to_contain_text(f"in year {year}")
    expect(table.locator("tbody tr").first).to_be_visible()
    drawn = int(page.locator("#rank-bars svg").get_attribute("width") or 0)
    page.set_viewport_size({"width": 390, "height": 800})
    expect(page.locator("#rank-bars svg")).not_to_have_attribute("width", str(drawn))
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.set_viewport_size({"width": 1440, "height": 900})
    for button, kind in (("This table (CSV)", "csv"), ("All numbers (CSV)", "csv"), ("The whole study (ZIP)", "zip")):
        with page.expect_download() as download:
            page.locator(".tools").get_by_text(button, exact=True).click()
        file = tmp_path / download.value.suggested_filename
        assert file.suffix == f".{kind}"
        download.value.save_as(file)
        if kind == "zip":
            with zipfile.ZipFile(file) as archive:
                assert any(name.endswith("/study.toml") for name in archive.namelist())
        else:
            rows = list(csv.reader(line for line in file.read_text(encoding="utf-8").splitlines() if line[:1] != "#"))
            assert len(rows) > 1
    charts = page.locator(".page--rank .chart")
    charts.nth(0).locator(".chart__save summary").click()
    with page.expect_download() as download:
        charts.nth(0).get_by_role("button", name="Drawing (SVG)").click()
    download.value.save_as(tmp_path / "bars.svg")
    assert "Source: Policy Lab" in (tmp_path / "bars.svg").read_text(encoding="utf-8")


def test_links_into_a_copy_open_what_they_name(look: Visit, site: str) -> None:
    page = look("model.html#variable=" + LEVER)
    expect(page.locator("#variables .entry pre")).to_contain_text(LEVER)
    page.reload()
    expect(page.locator("#variables .entry pre")).to_contain_text(LEVER)
    go(page, "Explore")
    expect(page.locator(".page--explore")).to_be_visible()
    page.go_back()
    expect(page.locator("#variables")).to_be_visible()
    link = page.evaluate("PolicyLab.page.link()")
    assert link.startswith(site + "model.html")
    page = look("rank.html#study=0123456789ab")
    expect(page.locator("#rank-problem")).to_have_text(catalogue("en")["published.no_study"])


def test_a_host_that_leaves_out_the_ending_shows_the_same_page(look: Visit, site: str, host: Path) -> None:
    page = look("")
    file = host / BELOW / "compare.html"
    page.route(f"{site}compare", lambda route: route.fulfill(path=file, content_type="text/html"))
    page.goto(site + "compare")
    expect(page.locator("#compare-table tbody tr").first).to_be_visible()


def test_a_browser_that_cannot_run_the_model_is_told_that_nobody_else_does(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.set_default_timeout(60_000)
    page.add_init_script("delete window.WebAssembly;")
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method != "GET" else None)
    page.goto(site)
    expect(page.locator("#notice")).to_contain_text(catalogue("en")["published.no_engine"])
    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#notice")).to_contain_text(catalogue("en")["published.no_engine"])
    assert posted == []
    page.close()


def test_a_copy_opened_straight_from_a_disk_says_what_to_do(browser: Browser, host: Path) -> None:
    page = browser.new_page()
    page.goto((host / BELOW / "index.de.html").as_uri())
    expect(page.locator("#notice")).to_contain_text(catalogue("de")["published.opened_as_file"])
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_rank_without_a_server(browser: Browser, site: str, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1366, "height": 768})
    page.set_default_timeout(60_000)
    page.goto(site + "rank.de.html")
    page.wait_for_selector("#rank-bars svg")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()
