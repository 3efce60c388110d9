"""Learn with a class: three hundred codes pasted as a column, by a second writing of what a code is."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_learn import opened, step_of, story_of, stroke

pytestmark = pytest.mark.browser
Visit = Callable[[str], Page]
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # https://www.crockford.com/base32.html
STORY = "critical_mass"


def crc24(text: str) -> int:
    """RFC 9580, section 6.1.1."""
    crc = 0xB704CE
    for byte in text.encode("ascii"):
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864CFB
    return crc


def base32(value: int, width: int) -> str:
    return "".join(DIGITS[value >> 5 * n & 31] for n in reversed(range(width)))


def plain(value: Any) -> Any:
    """As JavaScript writes numbers: 2026, and not 2026.0."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def code_of(story: dict[str, Any], number: int, option: int, knots: list[float] | None, own: int) -> str:
    step = story["steps"][number - 1]
    asked, run = step["predict"], step["run"]
    values = [[name, value] for name, value in run["values"].items()]
    fields = [asked["name"], asked["knots"], asked["axis"], len(asked["words"]), run["scenario"] or "", run["case"]]
    question = json.dumps([*map(plain, fields), plain(values)], separators=(",", ":"), ensure_ascii=False)
    low, high = asked["axis"]
    places = [round(1000 * (knot - low) / (high - low)) for knot in knots] if knots else [1023] * 7
    body = "P1" + base32(1, 1) + base32(option, 1) + base32(number, 2)
    body += base32(crc24(story["key"]) & 0xFFFFF, 4) + base32(crc24(question) & 0xFFFFF, 4) + base32(own, 6)
    body += "".join(base32(place, 2) for place in places)
    return "PL" + body[2:] + base32(crc24(body), 5)


def klass(story: dict[str, Any], number: int, count: int) -> tuple[list[str], np.ndarray]:
    """Codes of a class, and its lines in thousandths of the axis, which is from 0 to 1."""
    drawn = random.Random(7)
    lines = [[drawn.randrange(1001) / 1000 for _ in range(7)] for _ in range(count)]
    return [code_of(story, number, 1 + n % 4, line, n) for n, line in enumerate(lines)], np.array(lines)


def pasted(page: Page, text: str) -> None:
    page.locator(".code--class summary").click()
    page.locator(".code__column").fill(text)


def test_the_page_writes_the_code_that_the_format_says(visit: Visit, real_address: str) -> None:
    for language in ("en", "de"):
        story = story_of(real_address, STORY, language)
        number = step_of(story, "predict")
        page = opened(visit, real_address, STORY, number, language)
        stroke(page, [(0.1, 0.8), (0.5, 0.6), (0.95, 0.15)])
        page.locator(".choice").nth(1).click()
        code = page.locator(".code__field").input_value()
        work = page.evaluate("() => PolicyLab.learn.own().work")
        at = str(number - 1)
        assert code == code_of(story, number, 2, work["guess"][at], work["chance"][at])
        assert len(code) == 39 and code.isalnum()


def test_three_hundred_codes_are_drawn_with_their_median_and_middle_half(visit: Visit, real_address: str) -> None:
    story = story_of(real_address, STORY)
    number = step_of(story, "predict")
    codes, lines = klass(story, number, 300)
    page = opened(visit, real_address, STORY, number)
    pasted(page, "\n".join(codes))
    told = page.locator(".code__told")
    expect(told).to_contain_text("300 answers read; 300 with a line.")
    assert (page.locator("#learn .thread").get_attribute("d") or "").count("M") == 300
    assert page.locator(".tally__count").all_inner_texts() == ["75"] * 4
    with page.expect_download() as download:
        page.get_by_role("button", name="Save answers (CSV)").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO("".join(line for line in text.splitlines(True) if not line.startswith("#")))))
    knots = [str(int(year)) for year in story["steps"][number - 1]["predict"]["knots"]]
    assert rows[0] == ["Answer", "Chosen", *knots]
    assert np.array([[float(cell) for cell in row[2:]] for row in rows[1:]]) == pytest.approx(lines)
    assert rows[2][1] == story["steps"][number - 1]["predict"]["words"][1]
    with page.expect_download() as download:
        page.get_by_role("button", name="Numbers (CSV)").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    table = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    by_year = {row["Time"]: row for row in table}
    for n, year in enumerate(knots):
        row = by_year[year]
        low, middle, high = np.quantile(lines[:, n], [0.25, 0.5, 0.75])
        assert float(row["Median of 300 guesses"]) == pytest.approx(middle, abs=1e-9)
        assert float(row["Middle half of the guesses ↓"]) == pytest.approx(low, abs=1e-9)
        assert float(row["Middle half of the guesses ↑"]) == pytest.approx(high, abs=1e-9)
    with page.expect_download() as download:
        page.get_by_role("button", name="Drawing (SVG)").click()
    drawing = Path(download.value.path()).read_text(encoding="utf-8")
    assert "Median of 300 guesses" in drawing and "Middle half of the guesses" in drawing
    assert max(path.count("M") for path in drawing.split('d="')) >= 300
    page.locator("#lesson-next").click()
    expect(page.locator("path[data-line=model]")).to_be_attached()
    assert (page.locator("#learn .thread").get_attribute("d") or "").count("M") == 300
    page.reload()
    page.wait_for_selector("#lesson-title:not(:empty)")
    expect(page.locator(".code__told")).to_contain_text("300 answers")


def test_what_does_not_belong_is_counted_and_named_and_never_drawn(visit: Visit, real_address: str) -> None:
    story = story_of(real_address, STORY)
    number = step_of(story, "predict")
    codes, _ = klass(story, number, 6)
    other = story_of(real_address, "suspicion")
    foreign = code_of(other, step_of(other, "predict"), 1, None, 1)
    again = {**story, "steps": [*story["steps"][: number - 1], *story["steps"][number - 1 :]]}
    step = {**story["steps"][number - 1]}
    step["predict"] = {**step["predict"], "axis": [0.0, 2.0]}
    version = code_of({**again, "steps": [*story["steps"][: number - 1], step]}, number, 1, None, 2)
    shifted = code_of({**story, "steps": [story["steps"][number - 1]] * 9}, 9, 1, None, 3)
    damaged = codes[5][:20] + ("0" if codes[5][20] != "0" else "1") + codes[5][21:]
    column = [
        "Code",
        *codes[:4],
        codes[0],
        damaged,
        codes[4][:-3],
        foreign,
        version,
        shifted,
        "<img src=x onerror=hurt()>",
    ]
    page = opened(visit, real_address, STORY, number)
    pasted(page, "\r\n".join(column))
    told = page.locator(".code__told")
    expect(told).to_contain_text("4 answers read")
    for text in (
        "Damaged codes: 2 (lines 7, 8).",
        "Codes of another story: 1 (lines 9).",
        "Codes of another version of this story: 1 (lines 10).",
        "Codes of another step of this story: 1 (lines 11).",
        "Without a code: 2 (lines 1, 12).",
        "Came more than once and counted once: 1.",
    ):
        expect(told).to_contain_text(text)
    assert (page.locator("#learn .thread").get_attribute("d") or "").count("M") == 4
    page.locator(".code__column").fill("")
    expect(told).to_be_empty()
    expect(page.locator("#learn .thread")).to_have_attribute("d", "")


def test_words_alone_and_choices_have_codes_too(visit: Visit, context: BrowserContext, real_address: str) -> None:
    story = story_of(real_address, STORY)
    number = next(n for n, one in enumerate(story["steps"], 1) if one["kind"] == "ask" and one["options"])
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = opened(visit, real_address, STORY, number)
    codes = []
    for n in (0, 2, 2):
        page.locator(".choice input").nth((n + 1) % 3).check()
        page.locator(".choice input").nth(n).check()
        if not codes:
            page.locator(".code:not(.code--class) summary").click()
        page.locator(".code__row button").click()
        expect(page.locator(".code__said")).to_have_text("Code copied")
        codes.append(page.evaluate("navigator.clipboard.readText()"))
    assert len(set(codes)) == 3
    pasted(page, "\n".join(codes))
    assert page.locator(".tally__count").all_inner_texts() == ["1", "0", "2"]
