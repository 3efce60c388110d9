"""Rank in a real browser, as an analyst uses it: the stored study, a study of one's own, and what may come between."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from policy_lab.ensemble.folder import sealed
from policy_lab.model import load_model

pytestmark = pytest.mark.browser
SMALL = Path(__file__).parent.parent / "models" / "small_field"
HELD = Path(__file__).parent.parent / "held"
PATIENCE = 120_000  # milliseconds; a study's process has to start, run, and draw its report
Look = Callable[[str], Page]


@pytest.fixture
def look(context: BrowserContext, watch: object) -> Iterator[Look]:
    """Opens Rank and waits until the study is drawn; complaints of the page fail the test at its end."""

    def open_page(address: str) -> Page:
        page = context.new_page()
        watch.over(page)  # type: ignore[attr-defined]
        page.goto(address)
        page.wait_for_selector("#rank-bars svg")
        return page

    yield open_page
    assert watch.complaints == []  # type: ignore[attr-defined]
    assert watch.foreign() == []  # type: ignore[attr-defined]


@contextmanager
def server(
    rank_folder: Path | None, studies: Path, port: int = 0, model: str = str(SMALL)
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The app on a port of its own, to be stopped and started again."""
    script = (
        "import sys; from pathlib import Path; "
        "from policy_lab.app import serve; from policy_lab.model import load_model; "
        "serve(load_model(sys.argv[1]), port=int(sys.argv[2]), open_browser=False, "
        "rank_folder=next(map(Path, sys.argv[3:]), None))"
    )
    command = [sys.executable, "-c", script, model, str(port), *([str(rank_folder)] if rank_folder else [])]
    environment = {**os.environ, "POLICY_LAB_STUDIES": str(studies)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield line.removeprefix("Policy Lab: ").strip().rstrip("/"), process
        finally:
            process.kill()


def rank(page: Page) -> Locator:
    """The part of the page that is this one's: other parts stay in it, unseen."""
    return page.locator(".page--rank")


def open_form(page: Page) -> Locator:
    page.get_by_role("button", name="Set up your own study").click()
    form = page.locator(".own__form")
    expect(form).to_be_visible()
    return form


def ask(page: Page, question: str) -> None:
    rank(page).get_by_label("Question", exact=True).select_option(question)


def begin(page: Page, highest: float, size: str = "quick") -> Locator:
    """Starts a study of the levers, one of them over a range of its own; gives its line in the list."""
    form = open_form(page)
    form.get_by_label("How thorough").select_option(size)
    box = form.get_by_label("High end of Shared funding")
    if not box.is_visible():  # the form stays as it was left: what is unfolded would be folded by a click
        form.get_by_text("Levers and their ranges").click()
    box.fill(str(highest))
    form.get_by_role("button", name="Start the study").click()
    expect(form).to_be_hidden()
    line = page.locator(".yours__row").first
    expect(line).to_be_visible()
    return line


def study_of(page: Page) -> str:
    return page.locator(".yours__row").first.get_attribute("data-study") or ""


def test_the_first_look_shows_the_stored_ranking(look: Look, address: str, rank_folder: Path) -> None:
    page = look(f"{address}/rank")
    with (rank_folder / "findings.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if (r["outcome"], r["time"], r["index"]) == ("knowledge", "all", "ST")]
    ordered = sorted((r for r in rows if r["factor"] != "(dummy)"), key=lambda r: -float(r["value"]))
    told = page.locator("#rank-table tbody th").all_inner_texts()
    assert [name.casefold() for name in told] == [r["factor"].casefold() for r in ordered]
    assert page.locator("#rank-bars .rank__name").all_text_contents() == told
    expect(page.locator("#rank-over-time path.line")).to_have_count(len(told))
    assert page.title() == "Rank · Policy Lab"


def test_coming_from_explore_costs_nothing_before_it_is_looked_at(
    look: Look, address: str, context: BrowserContext
) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_selector(".chart--a path.line", state="attached")
    assert [url for url in asked if "/studies" in url] == []
    page.get_by_role("link", name="Rank").click()
    page.wait_for_selector("#rank-bars svg")
    assert any("/studies/levers/view" in url for url in asked)


def test_an_analyst_looks_at_another_outcome_and_year_and_takes_the_figures_along(
    look: Look, address: str, tmp_path: Path
) -> None:
    page = look(f"{address}/rank")
    before = page.locator("#rank-summary").inner_text()
    rank(page).get_by_label("Outcome", exact=True).select_option(label="People in the field")
    expect(page.locator("#rank-table caption")).to_contain_text("People in the field, over all years")
    expect(page.locator("#rank-summary")).not_to_have_text(before)
    rank(page).get_by_label("Years", exact=True).select_option("2040")
    expect(page.locator("#rank-table caption")).to_contain_text("in 2040")
    charts = page.locator(".page--rank .chart")
    for place, kind, name in (
        (0, "Numbers (CSV)", "ranking-total-researchers.csv"),
        (0, "Drawing (SVG)", "ranking-total-researchers.svg"),
        (0, "Picture (PNG)", "ranking-total-researchers.png"),
        (1, "Numbers (CSV)", "people-in-the-field-shares-over-the-years.csv"),
        (1, "Drawing (SVG)", None),
    ):
        charts.nth(place).locator(".chart__save summary").click()
        with page.expect_download() as download:
            charts.nth(place).get_by_role("button", name=kind).click()
        file = tmp_path / f"{place}-{kind}"
        download.value.save_as(file)
        assert name in (None, download.value.suggested_filename)
        assert file.stat().st_size > 100
    assert (tmp_path / "0-Picture (PNG)").read_bytes().startswith(b"\x89PNG")
    assert "Source: Policy Lab" in (tmp_path / "1-Drawing (SVG)").read_text(encoding="utf-8")


def test_a_ranking_of_another_model_version_says_so(look: Look, rank_folder: Path, tmp_path: Path) -> None:
    old = shutil.copytree(rank_folder, tmp_path / "old")
    made = json.loads((old / "provenance.json").read_text())
    (old / "provenance.json").write_text(json.dumps(sealed({**made, "model_hash": "f" * 64})))
    with server(old, tmp_path / "studies") as (address, _):
        page = look(f"{address}/rank")
        expect(page.locator("#rank-caution")).to_contain_text("ffffffff")
        expect(page.locator("#rank-caution")).to_contain_text(load_model(str(SMALL)).hash[:8])


def test_a_model_without_a_stored_study_says_so_and_offers_one(
    context: BrowserContext, watch: object, rank_folder: Path, tmp_path: Path
) -> None:
    other = shutil.copytree(rank_folder, tmp_path / "other")
    made = json.loads((other / "provenance.json").read_text())
    (other / "provenance.json").write_text(json.dumps({**made, "model": "another model"}))
    with server(other, tmp_path / "studies") as (address, _):
        page = context.new_page()
        watch.over(page)  # type: ignore[attr-defined]
        page.goto(f"{address}/rank")
        expect(rank(page).locator(".empty")).to_contain_text("This model has no stored study.")
        expect(rank(page).get_by_label("Answer from", exact=True)).to_be_hidden()
        expect(begin(page, 33)).to_contain_text("Finished", timeout=PATIENCE)
        expect(rank(page).locator(".empty")).to_be_hidden()
        expect(page.locator("#rank-table")).to_contain_text("0 – 33")
        assert watch.complaints == []  # type: ignore[attr-defined]


def test_choice_against_luck_is_a_study_away(look: Look, real_address: str) -> None:
    page = look(f"{real_address}/rank")
    rank(page).get_by_label("Question", exact=True).select_option("choice")
    expect(page.locator(".page--rank")).to_contain_text("Policy choices vs uncertainty, over the years")
    expect(page.locator("#rank-table tbody tr")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"[?&]r=choice$"))
    page.reload()
    expect(page.locator("#rank-table tbody tr")).to_have_count(2)
    page.go_back()
    expect(page.locator("#rank-table tbody th").nth(2)).to_be_visible()
    expect(rank(page).get_by_label("Question", exact=True)).to_have_value("levers")


def test_an_analyst_runs_a_study_reloads_in_the_middle_and_sends_the_result(
    look: Look, address: str, tmp_path: Path
) -> None:
    page = look(f"{address}/rank")
    line = begin(page, 41)
    expect(line).to_contain_text("3 levers")
    page.reload()  # in the middle
    expect(line.get_by_role("button", name="Cancel")).to_be_visible()
    expect(line).to_contain_text("Finished", timeout=PATIENCE)
    name = study_of(page)
    expect(page).to_have_url(re.compile(f"[?&]r={name}$"))  # its result is shown at once
    expect(page.locator("#rank-table")).to_contain_text("0 – 41")
    with page.expect_download() as download:
        page.get_by_role("link", name="The whole study (ZIP)").click()
    file = tmp_path / "study.zip"
    download.value.save_as(file)
    with zipfile.ZipFile(file) as archive:
        written = archive.read(f"{name}/study.toml").decode()
        assert {"findings.csv", "runs.nc", "report.html"} <= {n.partition("/")[2] for n in archive.namelist()}
    assert '"shared funding" = { "low" = 0.0, "high" = 41.0 }' in written
    page.go_back()
    expect(rank(page).get_by_label("Answer from", exact=True)).to_have_value("levers")
    expect(page.locator("#rank-table")).to_contain_text("0 – 100")


def test_somebody_else_opens_the_link_of_a_result(look: Look, address: str, browser: Browser) -> None:
    page = look(f"{address}/rank")
    line = begin(page, 42)
    expect(line).to_contain_text("Finished", timeout=PATIENCE)
    expect(page).to_have_url(re.compile(f"[?&]r={study_of(page)}"))
    other = browser.new_context().new_page()
    other.goto(page.url)
    expect(other.locator("#rank-table")).to_contain_text("0 – 42", timeout=PATIENCE)
    expect(other.locator(".yours")).to_be_hidden()
    other.context.close()


@pytest.fixture
def held(gate: Path, rank_folder: Path, tmp_path: Path) -> Iterator[str]:
    """A server whose studies stop after their first chunk, so that none is over before a test has acted."""
    assert not gate.exists()
    with server(rank_folder, tmp_path / "studies") as (address, _):
        yield address


def test_a_study_is_cancelled_and_taken_off_the_list(look: Look, held: str) -> None:
    page = look(f"{held}/rank")
    line = begin(page, 43, "indices")
    expect(line).to_contain_text(re.compile("of [0-9,]+ runs"), timeout=PATIENCE)  # under way, not waiting
    line.get_by_role("button", name="Cancel").click()
    expect(page.locator(".yours__row")).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="is cancelled")).to_have_count(1)
    expect(page.locator(".yours")).to_be_hidden()


def test_a_second_tab_shows_the_same_study_and_can_end_it(look: Look, held: str, context: BrowserContext) -> None:
    page = look(f"{held}/rank")
    line = begin(page, 44, "indices")
    second = context.new_page()
    second.goto(f"{held}/rank")
    there = second.locator(f".yours__row[data-study='{study_of(page)}']")
    expect(there).to_be_visible(timeout=PATIENCE)
    there.get_by_role("button", name="Cancel").click()
    expect(there).to_have_count(0)
    page.bring_to_front()
    expect(line).to_have_count(0, timeout=PATIENCE)


def test_the_server_stops_in_the_middle_and_the_study_goes_on_with_the_next_one(
    context: BrowserContext, rank_folder: Path, tmp_path: Path, gate: Path
) -> None:
    page = context.new_page()
    with server(rank_folder, tmp_path / "studies") as (address, process):
        page.goto(f"{address}/rank")
        page.wait_for_selector("#rank-bars svg")
        line = begin(page, 45, "indices")
        expect(line).to_contain_text(re.compile("of [0-9,]+ runs"), timeout=PATIENCE)
        process.kill()
        process.wait()
        expect(page.get_by_role("alert").filter(has_text="The server does not answer")).to_be_visible()
        expect(page.locator("#rank-bars svg")).to_be_visible()  # what is shown stays
    gate.touch()
    port = int(address.rpartition(":")[2])
    with server(rank_folder, tmp_path / "studies", port):
        expect(page.get_by_role("alert").filter(has_text="The server does not answer")).to_be_hidden(timeout=PATIENCE)
        expect(line).to_contain_text("Finished", timeout=PATIENCE)
        expect(page.locator("#rank-table")).to_contain_text("0 – 45")


def test_the_estimate_follows_what_is_chosen(look: Look, address: str) -> None:
    page = look(f"{address}/rank")
    form = open_form(page)
    cost = form.locator(".own__cost")
    form.get_by_label("How thorough").select_option("quick")
    expect(cost).to_contain_text("3 inputs vary: 640 runs")
    ask(page, "choice")
    form.get_by_label("How thorough").select_option("quick")
    expect(cost).to_contain_text("5 inputs vary: 768 runs")
    form.get_by_label("How thorough").select_option("ranking")
    expect(cost).to_contain_text("1,536 to 24,576 runs")
    ask(page, "uncertainties")
    form.get_by_text("Uncertain inputs and their ranges").click()
    expect(form.get_by_text("Levers and their ranges")).to_be_hidden()
    form.get_by_label("Leaving rate", exact=True).uncheck()
    expect(cost).to_contain_text("Choose at least two inputs to vary")
    expect(form.get_by_label("Low end of Leaving rate")).to_be_hidden()
    expect(form.get_by_label("Value at which Leaving rate is held")).to_have_attribute(
        "placeholder", "0.12 (the scenario’s)"
    )


def test_what_is_wrong_with_a_form_is_said_beside_it(look: Look, address: str) -> None:
    page = look(f"{address}/rank")
    form = open_form(page)
    form.get_by_text("Levers and their ranges").click()
    form.get_by_label("High end of Shared funding").fill("-5")
    form.get_by_role("button", name="Start the study").click()
    expect(form.get_by_role("alert")).to_contain_text("Shared funding: the low end must be below the high end")
    form.get_by_label("High end of Shared funding").fill("5000")
    form.get_by_role("button", name="Start the study").click()
    expect(form.get_by_role("alert")).to_contain_text("0 to 100 allowed")
    form.get_by_label("High end of Shared funding").fill("")
    form.get_by_role("button", name="Start the study").click()
    expect(form.get_by_role("alert")).to_contain_text("enter a low and a high end")


def test_a_wrong_end_is_said_beside_its_box_as_soon_as_it_is_left(look: Look, address: str) -> None:
    page = look(f"{address}/rank")
    form = open_form(page)
    form.get_by_text("Levers and their ranges").click()
    row = form.locator("[data-factor='shared funding']")
    high = row.get_by_label("High end of Shared funding")
    high.fill("5000")
    high.press("Tab")
    expect(row.get_by_role("alert")).to_contain_text("0 to 100 allowed")
    expect(high).to_have_attribute("aria-invalid", "true")
    expect(high).to_have_value("5000")
    seed = form.locator("#own-seed")
    seed.fill("-1")
    seed.press("Tab")
    expect(form.locator(".own__seed").get_by_role("alert")).to_contain_text("whole number from 0")
    high.fill("50")  # right again: nothing is said any longer, before the box is left
    expect(row.get_by_role("alert")).to_have_count(0)
    expect(high).not_to_have_attribute("aria-invalid", "true")
    expect(seed).to_have_attribute("aria-invalid", "true")


def test_a_german_types_numbers_as_at_home_and_holds_a_lever(look: Look, address: str) -> None:
    page = look(f"{address}/rank?lang=de")
    page.get_by_role("button", name="Eigene Studie einstellen").click()
    form = page.locator(".own__form")
    form.get_by_label("Wie gründlich").select_option("quick")
    form.get_by_text("Hebel und ihre Spannen").click()
    high = form.locator("[data-factor='shared funding'] [data-end=high]")
    high.fill("viel")
    form.get_by_role("button", name="Studie starten").click()
    expect(form.get_by_role("alert")).to_contain_text("„viel“ ist keine Zahl")
    expect(high).to_be_focused()
    expect(high).to_have_attribute("aria-invalid", "true")
    high.fill("47,5")
    row = form.locator("[data-factor='openness requirement']")
    row.get_by_role("checkbox").uncheck()
    expect(row.locator("[data-end=low]")).to_be_hidden()
    row.locator("[data-end=held]").fill("0,5")
    form.get_by_role("button", name="Studie starten").click()
    line = page.locator(".yours__row").first
    expect(line).to_contain_text("2 Hebel")
    expect(line).to_contain_text("0 – 47,5")
    expect(line).to_contain_text("fest bei 0,5")
    expect(line).to_contain_text("Fertig", timeout=PATIENCE)
    expect(page.locator("#rank-table tbody tr")).to_have_count(2)
    expect(page.locator("#rank-table thead")).to_contain_text("In der gespeicherten Studie")
    expect(page.locator(".rank__made")).to_contain_text("0,5")


def test_a_phone_names_every_line_in_full(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{address}/rank")
    page.wait_for_selector("#rank-over-time path.line", state="attached")
    named = page.locator(".rank__lines-key li").all_inner_texts()
    assert named == page.locator("#rank-table tbody th").all_inner_texts()
    chart, card = (page.locator(s).bounding_box() for s in ("#rank-over-time", ".rank__charts .chart >> nth=1"))
    assert chart is not None
    assert card is not None
    assert chart["y"] + chart["height"] <= card["y"] + card["height"]  # the names do not push the curves out
    caption = page.locator(".rank__caption").bounding_box()
    assert caption is not None
    assert caption["x"] + caption["width"] <= 320


@pytest.mark.usefixtures("gate")
def test_a_third_study_is_refused_in_words(context: BrowserContext, rank_folder: Path, tmp_path: Path) -> None:
    page = context.new_page()
    with server(rank_folder, tmp_path / "studies") as (address, _):
        page.goto(f"{address}/rank")
        page.wait_for_selector("#rank-bars svg")
        for highest in (51, 52):
            begin(page, highest, "indices")
            expect(page.locator(".yours__row:has-text('3 levers')")).to_have_count(highest - 50)
        form = open_form(page)
        form.get_by_label("High end of Shared funding").fill("53")
        form.get_by_role("button", name="Start the study").click()
        expect(form.get_by_role("alert")).to_contain_text("You have 2 unfinished studies")
        for _ in range(2):
            count = page.locator(".yours__row").count()
            page.locator(".yours__row").first.get_by_role("button", name="Cancel").click()
            expect(page.locator(".yours__row")).to_have_count(count - 1)


def test_the_keyboard_alone_runs_a_study(look: Look, address: str) -> None:
    page = look(f"{address}/rank")
    page.get_by_role("button", name="Set up your own study").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#own-scenario")).to_be_focused()
    page.keyboard.press("Tab")  # how thorough
    expect(rank(page).get_by_label("How thorough")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Tab")  # the seed
    page.keyboard.press("Tab")  # the outcomes
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # opens the levers
    box = rank(page).get_by_label("High end of Shared funding")
    expect(box).to_be_visible()
    for _ in range(12):
        if box.evaluate("box => box === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type("46")
    page.keyboard.press("Enter")
    line = page.locator(".yours__row").first
    expect(line).to_be_visible()
    expect(line).to_contain_text("Finished", timeout=PATIENCE)
    expect(page.locator("#rank-table")).to_contain_text("0 – 46")


def test_a_link_to_a_study_that_is_gone_says_so(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(f"{address}/rank?r={'0' * 20}")
    expect(page.get_by_role("alert").filter(has_text="This study is not here")).to_be_visible(timeout=PATIENCE)
    rank(page).get_by_label("Question", exact=True).select_option("levers")
    expect(page.locator("#rank-bars svg")).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="This study is not here")).to_be_hidden()


@pytest.fixture(scope="module")
def held_real_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real model, with studies that stop after their first chunk; no gate ever opens."""
    folder = tmp_path_factory.mktemp("held")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(HELD), prepend=os.pathsep)
        patch.setenv("POLICY_LAB_TEST_GATE", str(folder / "gate"))
        with server(None, folder / "studies", model="big_science") as (address, _):
            yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_axe_finds_nothing_beside_a_form_and_a_running_study(
    browser: Browser, held_real_model: str, scheme: str, width: int
) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.goto(f"{held_real_model}/rank")
    page.wait_for_selector("#rank-bars svg")
    form = open_form(page)
    form.get_by_label("How thorough").select_option("indices")
    form.get_by_text("Levers and their ranges").click()
    form.get_by_label("High end of Diplomacy", exact=True).fill(f"0.{width}{len(scheme)}")
    form.get_by_role("button", name="Start the study").click()
    page.wait_for_selector(".yours__row")
    expect(page.locator(".yours__row").first.get_by_role("button", name="Cancel")).to_be_visible()
    open_form(page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wide = page.evaluate("document.querySelector('.page--rank').scrollWidth")
    assert wide <= width
    page.locator(".yours__row").first.get_by_role("button", name="Cancel").click()
    page.wait_for_selector(".yours__row", state="detached")
    page.close()
