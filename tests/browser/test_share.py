"""Actions and outcomes, and the brief: what a policymaker takes along from the page."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, BrowserContext, Page, expect

from policy_lab.app.ensemble_members import members_of
from policy_lab.app.labels import figure_of
from policy_lab.model import Setting, load_model
from policy_lab.simulation import simulate
from tests.browser.actions import Person
from tests.browser.conftest import PATIENCE

pytestmark = pytest.mark.browser
SMALL = Path(__file__).parent.parent / "models" / "small_field"
Visit = Callable[[str], Page]
EVERYTHING = """() => {
  const { facts, state } = PolicyLab;
  const moved = ([key, lever]) => [key, [lever.high, 2028, 4, lever.ranges[3][1]]];
  const levers = Object.fromEntries(Object.entries(facts.levers).map(moved));
  const known = Object.entries(facts.assumptions).slice(0, 30);
  state.change({ levers, assumptions: Object.fromEntries(known.map(([key, about]) => [key, about.high])) });
}"""


def expected(outcome: str, year: float) -> tuple[float, float]:
    model = load_model(SMALL)
    policy = simulate(model, {"shared funding": Setting(60, 2030)}, scenario="status_quo", outputs=[outcome])
    return float(policy.at(outcome, year)[0]), float(
        simulate(model, scenario="status_quo", outputs=[outcome]).at(outcome, year)[0]
    )


def interval(outcome: str) -> NDArray[np.float64]:
    """5, 50 and 95% of an outcome's level in the last year and of its change, over the page's members."""
    model = load_model(SMALL)
    drawn = {name: values.astype(float) for name, values in members_of(model).items()}
    ends = [
        simulate(model, {**constants, **drawn}, outputs=[outcome]).values[:, -1, 0]
        for constants in (model.constants_of("status_quo", {"shared funding": Setting(60, 2030)}), {})
    ]
    return np.quantile(np.array([ends[0], ends[0] - ends[1]]), [0.05, 0.5, 0.95], axis=1)


def printed(browser: Browser, file: Path) -> bytes:
    page = browser.new_page()
    page.goto(file.as_uri())
    made = page.pdf(prefer_css_page_size=True)
    page.close()
    return made


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def brief(page: Page, file: Path) -> str:
    with page.expect_download(timeout=4 * PATIENCE) as download:  # five ensembles on a busy machine
        page.get_by_role("button", name=re.compile("One-page brief|Kurzbericht")).click()
    download.value.save_as(file)
    return file.read_text(encoding="utf-8")


def test_actions_and_outcomes_are_read_and_kept(visit: Visit, address: str) -> None:
    page = visit(f"{address}/?l=shared-funding~60~2030")
    page.get_by_role("button", name="Actions and outcomes").click()
    dialog = page.get_by_role("dialog", name="Actions and outcomes")
    cells = dialog.locator("#actions-levers tbody tr").first.locator("th, td").all_inner_texts()
    assert cells[0] == "Shared funding"
    assert cells[1].startswith("60")
    assert cells[3] == "2030"
    policy, reference = expected("knowledge", 2050)
    row = dialog.locator("#actions-outcomes tbody tr").first
    assert row.locator(".compare__value").last.inner_text() == figure_of(policy, 0)
    assert row.locator(".compare__change").last.inner_text() == f"▲ +{figure_of(policy - reference, 0)}"
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Numbers (CSV)").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    rows = list(csv.reader(io.StringIO("\n".join(lines[2:]))))
    told = next(cells for cells in rows if cells and cells[0] == "Public knowledge")
    assert [float(told[-2]), float(told[-1])] == pytest.approx([policy, reference])


def test_actions_are_copied_for_a_spreadsheet(visit: Visit, address: str, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visit(f"{address}/?l=shared-funding~60~2030")
    page.get_by_role("button", name="Actions and outcomes").click()
    page.get_by_label("All levers, also those at status quo").check()
    expect(page.locator("#actions-levers tbody tr")).to_have_count(len(load_model(SMALL).levers))
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator("#actions-said")).to_contain_text("Copied")
    text = page.evaluate("navigator.clipboard.readText()")
    assert "Shared funding\t60" in text
    assert f"{address}/?" in text


def test_the_table_of_actions_is_opened_and_left_with_the_keyboard(visit: Visit, address: str) -> None:
    page = visit(address)
    button = page.get_by_role("button", name="Actions and outcomes")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("No lever is moved")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()


def test_a_brief_stands_alone_and_prints_on_one_page(
    visit: Visit, address: str, browser: Browser, tmp_path: Path
) -> None:
    page = visit(f"{address}/?l=shared-funding~60~2030")
    page.wait_for_function("() => PolicyLab.verdict?.whole")
    text = brief(page, tmp_path / "brief.html")
    low, median, high = interval("knowledge")
    figures = [
        f">{figure_of(median[0], 0)} results<",
        f"+{figure_of(low[1], 0)} to +{figure_of(high[1], 0)}",
        "By 2050, this policy is",
    ]
    version = load_model(SMALL).hash[:8]
    for said in ("This is a scenario", "conditional on", "Shared funding", "90% range", version, *figures):
        assert said in text
    assert set(re.findall(r'(?:src|href)="([^"]+)"', text)) == {page.url.replace("&", "&#38;")}
    assert "<script" not in text
    assert text.count("<svg") == 2
    assert pages_of(printed(browser, tmp_path / "brief.html")) == 1


@pytest.mark.parametrize("beside", ["", "&p=manhattan_for_ai"])
def test_a_brief_of_every_lever_and_many_assumptions_is_still_one_page(
    visit: Visit, real_address: str, browser: Browser, tmp_path: Path, beside: str
) -> None:
    page = visit(f"{real_address}/?w=cern_for_ai{beside}&lang=de")
    page.evaluate(EVERYTHING)
    page.wait_for_url(re.compile("a="))
    text = brief(page, tmp_path / "brief.html")
    assert "Bewegte Hebel" in text
    assert "und 22 weitere" in text
    assert pages_of(printed(browser, tmp_path / "brief.html")) == 1


def test_a_brief_holds_every_pinned_scenario_with_the_verdict_and_ranges_of_its_own_ensemble(
    visit: Visit, address: str, tmp_path: Path
) -> None:
    pins = ("open_laboratory", "status_quo~~shared-funding~80")
    verdicts = []
    for query in ("l=shared-funding~60", "w=open_laboratory", "l=shared-funding~80"):
        page = visit(f"{address}/?{query}")
        page.wait_for_function("() => PolicyLab.verdict && PolicyLab.verdict.whole")
        verdicts.append(page.evaluate("PolicyLab.verdict.sentences.join(' ')"))
        page.close()
    page = visit(f"{address}/?l=shared-funding~60&p={pins[0]}&p={pins[1]}")
    text = brief(page, tmp_path / "brief.html")
    told = re.findall(r'<p class="verdict"><b>(.*?)\.</b> (.*?)</p>', text)
    assert [html.unescape(verdict) for _, verdict in told] == verdicts
    assert [name for name, _ in told][1] == "An open laboratory"
    table = text[text.index("<table>") : text.index("</table>")]
    rows = table.split("<tr>")[2:]
    assert len(rows) == len([outcome for outcome in load_model(SMALL).outcomes.values() if outcome.headline])
    for row in rows:
        assert len(re.findall(r"<td>[^<]+ <small>\([^<]*\d[^<]*\)</small></td>", row)) == 3, row
    assert text.count('<path d="M') >= 2 * 4  # status quo and three scenarios in either chart


def test_one_page_for_the_minister_with_three_scenarios_in_five_actions(
    visit: Visit, real_address: str, browser: Browser, tmp_path: Path
) -> None:
    """Task 9: status quo and two others, with what is known of them and how sure that is, on one page."""
    person = Person(visit(real_address))
    worlds = [world.title for key, world in load_model("big_science").scenarios.items() if key != "status_quo"][:2]
    person.choose(person.page.get_by_role("combobox", name="Scenario", exact=True), worlds[0])
    person.choose(person.page.get_by_role("combobox", name="Compare with"), worlds[1])
    with person.page.expect_download(timeout=4 * PATIENCE) as download:
        person.press(person.page.get_by_role("button", name="One-page brief"))
    assert person.actions <= 5
    file = tmp_path / "brief.html"
    download.value.save_as(file)
    text = html.unescape(file.read_text(encoding="utf-8"))
    assert [name for name, _ in re.findall(r'<p class="verdict"><b>(.*?)\.</b> (.*?)</p>', text)] == worlds
    assert "90% range" in text
    assert "vs status quo" in text
    charts = [(int(wide), int(tall)) for wide, tall in re.findall(r'viewBox="0 0 (\d+) (\d+)"', text)]
    assert charts
    assert all(tall > wide / 2 for wide, tall in charts), "charts fill what the sheet has left"
    assert pages_of(printed(browser, file)) == 1


def test_a_brief_of_as_many_scenarios_as_can_be_pinned_is_one_page(
    visit: Visit, real_address: str, browser: Browser, tmp_path: Path
) -> None:
    keys = [key for key in load_model("big_science").scenarios if key != "status_quo"]
    page = visit(f"{real_address}/?w={keys[0]}&lang=de" + "".join(f"&p={key}" for key in keys[1:5]))
    text = brief(page, tmp_path / "brief.html")
    assert text.count('class="verdict"') == 5
    assert pages_of(printed(browser, tmp_path / "brief.html")) == 1
