"""The report somebody sends on: whole, readable in the dark and on a phone, its pictures the ones that were drawn."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from policy_lab import palette
from policy_lab.report import html_page, plots, svg_panels
from policy_lab.studies import Findings, Study, run_study

FIELD = str(Path(__file__).parent / "models" / "small_field")
VOID = {"meta", "br"}


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    options = {"resamples": 20, "purpose": "ranking", "max_size": 64}
    study = Study(FIELD, factors="all", size=32, times=(2030.0, 2040.0, 2050.0), options=options)
    return run_study(study, tmp_path_factory.mktemp("report") / "out")


@pytest.fixture(scope="module")
def report(findings: Findings) -> str:
    assert findings.folder is not None
    return (findings.folder / "report.html").read_text(encoding="utf-8")


class Tags(HTMLParser):
    """Checks that every tag that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag


def test_a_report_is_whole(report: str) -> None:
    tags = Tags()
    tags.feed(report)
    assert tags.open == []
    assert {"h1", "h2", "article", "svg", "table"} <= set(tags.seen)


def test_every_reference_of_a_picture_is_in_the_page_once(report: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', report)
    used = set(re.findall(r'href="#([^"]+)"', report)) | set(re.findall(r"url\(#([^)]+)\)", report))
    assert used and used <= set(ids)


def test_each_outcome_has_its_words_and_its_pictures(report: str) -> None:
    articles = re.findall(r"<article>(.*?)</article>", report, re.DOTALL)
    assert [re.findall("<h3>(.*?)</h3>", a) for a in articles] == [["Public knowledge"], ["People in the field"]]
    for article in articles:
        assert article.count("<svg") == 2 and "<p>Over all years moved most by" in article


def test_nothing_of_the_paper_is_left_white_in_the_dark(report: str) -> None:
    body = report[report.index("</style>") :]
    for colour in palette.LIGHT.values():
        assert colour.lower() not in body.lower()
    assert "prefers-color-scheme: dark" in report and palette.DARK["paper"] in report
    assert "font-family" not in body


def test_the_trace_and_what_is_arbitrary_are_said(findings: Findings, report: str) -> None:
    assert "How the size was found" in report
    for step in findings.provenance["trace"]:
        assert f"<td>{step['size']}</td>" in report
    notes = " ".join(findings.notes)
    assert "The ranges of 1 of 2 uncertain parameters are judgement (grade J below)" in notes
    assert "drawn independently" in notes and "A wider range makes a lever rank higher" in notes


def test_panels_show_their_own_cell() -> None:
    figure, axes = plots.panels(3, width=4, height=3)
    for n, panel in enumerate(axes):
        plots.head(panel, f"panel {n} <&>")
    svg = plots.svg(figure)
    found = svg_panels.panels(figure, svg[svg.index("<svg") :])
    assert [p.title for p in found] == ["panel 0 <&>", "panel 1 <&>", "panel 2 <&>"]
    boxes = [re.findall(r'viewBox="([^"]+)"', p.svg) for p in found]
    assert boxes == [["0 0 288 216"], ["288 0 288 216"], ["0 216 288 216"]]
    for n, p in enumerate(found):
        assert f">panel {n} &lt;&amp;&gt;<" in p.svg and f"panel {(n + 1) % 3}" not in p.svg
        assert f"panel {n}" not in p.untitled().svg.partition("\n")[2]


def test_sentences_find_their_outcome() -> None:
    said = ["In all, A leads.", "A: first.", "A b at 2050: second.", "A b: third.", "Another: thing."]
    general, spare, about = html_page.by_outcome(["A", "A b", "C"], said, [svg_panels.Panel("C", "<svg/>")])
    assert general == ["In all, A leads.", "Another: thing."] and spare == []
    assert {k: v[0] for k, v in about.items()} == {"A": ["First."], "A b": ["At 2050: second.", "Third."], "C": []}
