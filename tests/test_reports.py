"""The report somebody sends on: whole, readable in the dark and on a phone, its pictures the ones that were drawn."""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from matplotlib.axes import Axes

from policy_lab import palette
from policy_lab.catalogue import english, in_language
from policy_lab.report import plots
from policy_lab.report.plots import Panel, Picture
from policy_lab.studies import Findings, Study, run_study

FIELD = str(Path(__file__).parent / "models" / "small_field")
VOID = {"meta", "br"}
SPACE = "{http://www.w3.org/2000/svg}"


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


def test_every_reference_of_a_picture_is_in_it(report: str) -> None:
    for svg in re.findall(r"<svg.*?</svg>", report, re.DOTALL):
        ids = re.findall(r'\bid="([^"]+)"', svg)
        used = set(re.findall(r'href="#([^"]+)"', svg)) | set(re.findall(r"url\(#([^)]+)\)", svg))
        assert used and used <= set(ids)
        assert len(ids) == len(set(ids))


def test_each_outcome_has_its_words_and_its_pictures(report: str) -> None:
    articles = re.findall(r"<article>(.*?)</article>", report, re.DOTALL)
    assert [re.findall("<h3>(.*?)</h3>", a) for a in articles] == [["Public knowledge"], ["People in the field"]]
    for article in articles:
        assert article.count("<svg") == 2 and "<p>Over all years it depends most on" in article


def test_nothing_of_the_paper_is_left_white_in_the_dark(report: str) -> None:
    """Every colour of the paper that a drawing has is the page's own there, and nothing is drawn as a background."""
    style, _, body = report.partition("</style>")
    for name, colour in palette.LIGHT.items():
        for part in ("fill", "stroke"):
            assert f'[style*="{part}: {colour.lower()}"] {{ {part}: var(--{name}) !important; }}' in style
    painted = set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", body))
    data = {colour.lower() for colour in palette.CATEGORIES}
    assert painted <= {colour.lower() for colour in palette.LIGHT.values()} | data
    assert palette.LIGHT["ink"].lower() in painted and palette.LIGHT["paper"].lower() not in painted
    assert "prefers-color-scheme: dark" in style and palette.DARK["paper"] in style
    assert "figure svg text { fill: var(--ink); font-family: inherit !important; }" in style


def test_the_trace_and_what_is_arbitrary_are_said(findings: Findings, report: str) -> None:
    assert "How the size was chosen" in report
    for step in findings.provenance["trace"]:
        assert f"<td>{step['size']}</td>" in report
    notes = " ".join(map(english().in_words, findings.notes))
    assert "The ranges of 1 of 2 uncertain inputs are judgement (grade J below)" in notes
    assert "drawn independently" in notes and "A wider range makes a lever rank higher" in notes


def numbered(count: int) -> Picture:
    def panel(number: int) -> Panel:
        def paint(axes: Axes) -> None:
            axes.plot([0, 1], [number, 2 * number], label="a line")

        return Panel(f"panel {number} <&>", paint, about=f"outcome {number}")

    return Picture([panel(n) for n in range(count)], width=4, height=3)


def test_each_panel_is_a_drawing_of_its_own_and_a_file_has_them_all_in_rows() -> None:
    drawn = plots.draw(numbered(3), english(), pixels=True)
    assert [(p.title, p.about, p.width) for p in drawn.panels] == [
        (f"panel {n} <&>", f"outcome {n}", 288) for n in range(3)
    ]
    for panel in drawn.panels:
        root = ET.fromstring(panel.svg)
        assert root.get("viewBox") == "0 0 288 216" and root.get("aria-label") == panel.title
        assert not any(panel.title in "".join(text.itertext()) for text in root.iter(f"{SPACE}text"))
    whole = ET.fromstring(drawn.svg())
    assert whole.get("viewBox") == "0 0 576 432"
    cells = whole.findall(f"{SPACE}g")
    assert [cell.get("transform") for cell in cells] == ["translate(0 0)", "translate(288 0)", "translate(0 216)"]
    panels = [cell.find(f"{SPACE}svg") for cell in cells]
    assert {(one.get("width"), one.get("height")) for one in panels} == {("288", "216")}  # type: ignore[union-attr]
    titles = ["".join(cell.find(f"{SPACE}text").itertext()) for cell in cells]  # type: ignore[union-attr]
    assert titles == [p.title for p in drawn.panels]
    width, height = struct.unpack(">II", drawn.png()[16:24])
    assert (width, height) == (2 * 4 * plots.DPI, 2 * 3 * plots.DPI)


def test_pixels_show_what_the_svg_shows_and_the_title_and_nobody_pays_for_them_unasked() -> None:
    assert plots.draw(numbered(1), english()).pixels == []
    drawn = plots.draw(numbered(1), english(), pixels=True)
    (pixels,) = drawn.pixels
    assert pixels.shape == (3 * plots.DPI, 4 * plots.DPI, 4)
    dark = pixels[..., :3].sum(axis=2) < 300
    title = round((plots.ABOVE - 0.02) * plots.DPI)
    assert dark[:title].any()
    assert not dark[:title, : round(0.75 * plots.DPI)].any(), "the title begins where the axes do"
    # The line of panel 0 runs along 0 from edge to edge: in the pixels too, in its colour and at its height.
    blue = (pixels[..., 2].astype(int) - pixels[..., 0] > 60).sum(axis=1)
    path = re.search(r'd="M ([\d.]+) ([\d.]+) \nL ([\d.]+) ([\d.]+) \n"[^>]*clip-path', drawn.panels[0].svg)
    assert path is not None
    left, high, right, _ = map(float, path.groups())
    assert abs(int(blue.argmax()) - high * plots.DPI / 72) <= 1
    assert abs(int(blue.max()) - (right - left) * plots.DPI / 72) <= 3


def test_a_picture_is_the_same_to_the_byte_each_time() -> None:
    one, other = (plots.draw(numbered(2), english(), pixels=True) for _ in range(2))
    assert (one.svg(), one.png()) == (other.svg(), other.png())


def test_numbers_of_an_axis_are_those_of_the_language() -> None:
    ticks = {
        code: re.findall(r">(0[.,]\d)<", plots.draw(numbered(1), in_language(code)).svg()) for code in ("en", "de")
    }
    assert ticks["en"] and [tick.replace(".", ",") for tick in ticks["en"]] == ticks["de"]
