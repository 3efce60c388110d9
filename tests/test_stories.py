"""Stories: every one that ships fits its model; what does not fit is named with its line; nothing becomes markup."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from policy_lab.catalogue import in_language, languages
from policy_lab.cli import main
from policy_lab.errors import StoryError
from policy_lab.model import load_model, model_names
from policy_lab.simulation import simulate
from policy_lab.stories import Reading, as_data, check_story, notes, read_story, story_files, worksheet
from policy_lab.stories.story import KNOTS, ROLE_PLAY, Deal, Goal, Predict, Reveal, Role

SHIPPED = [path for name in model_names() for path in story_files(load_model(name))]
#: What ships, by model; a story that goes missing is noticed.
LESSONS = {
    "big_science": {"suspicion", "critical_mass", "collider", "accident", "cheap_road", "summit"},
    "adoption": {"spreading"},
    "arms_race": {"two_fences"},
    "tipping_field": {"over_the_hill"},
}


def ids(path: Path) -> str:
    return path.name


@cache
def reading_of(path: Path) -> Reading:
    """A story that ships, read and held against its translations once."""
    return check_story(path)


@pytest.mark.parametrize("path", SHIPPED, ids=ids)
def test_every_story_fits_its_model_in_every_language(path: Path) -> None:
    reading = reading_of(path)
    assert [str(error) for error in reading.faults.errors()] == []
    assert set(reading.story.languages) == set(languages())
    assert reading.story.figures >= 5


@pytest.mark.parametrize("path", SHIPPED, ids=ids)
def test_every_story_has_notes_for_three_lengths(path: Path) -> None:
    titles = " ".join(note.title for note in reading_of(path).story.notes)
    assert [number for number in ("20", "60", "120") if re.search(rf"\b{number}\b", titles)] == ["20", "60", "120"]


def test_every_lesson_is_there() -> None:
    for model, keys in LESSONS.items():
        assert keys <= {path.name.partition(".")[0] for path in story_files(load_model(model))}


@pytest.mark.parametrize("path", SHIPPED, ids=ids)
def test_sheets_say_everything_once_and_answers_only_to_the_teacher(path: Path) -> None:
    reading = reading_of(path)
    sheet, told = worksheet(reading), notes(reading)
    assert f'lang="{reading.story.language}"' in sheet
    for text in (sheet, told):
        assert "<script" not in text and "{" not in re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    if reading.story.kind != ROLE_PLAY:
        for step in reading.story.steps:
            if isinstance(step.part, Reveal):
                said = step.part.say[0].text[:20]
                assert said in told.replace("&#39;", "'") and said not in sheet


@pytest.mark.parametrize("path", SHIPPED, ids=ids)
def test_the_data_for_a_page_are_plain_and_draw_the_models_curves(path: Path) -> None:
    reading = reading_of(path)
    data = json.loads(json.dumps(as_data(reading), allow_nan=False))
    assert [step["kind"] for step in data["steps"]] and "facilitator" not in json.dumps(data)
    model = load_model(data["model"])
    for step, told in zip(reading.story.steps, data["steps"], strict=True):
        if isinstance(step.part, Predict):
            assert len(told["predict"]["knots"]) == KNOTS and len(told["predict"]["axis"]) == 2
        if isinstance(step.part, Reveal) and not step.part.predict.curve.run.case:
            run, chart = told["run"], told["chart"]
            again = simulate(model, run["values"], scenario=run["scenario"], outputs=[chart["name"]])
            drawn = next(c for c in chart["curves"] if c["label"] == run["label"])
            at = dict(zip(again.time.tolist(), again.of(chart["name"])[0].tolist(), strict=True))
            assert drawn["values"] == pytest.approx([at[t] for t in drawn["times"]], rel=1e-5)
            assert told["answer"] == pytest.approx([at[t] for t in told["predict"]["knots"]], rel=1e-5)


# ---- what does not fit ----------------------------------------------------------------------------------------------

STORY = """\
+++
format = 1
title = "A test"
model = "core"
languages = ["en"]
minutes = 20
level = "test"
teaches = ["testing"]
+++

# Look

In 2025 it is {0.05 | Coherence of the field | 2025}.

```show
charts = ["Coherence of the field"]
```

# Guess

```predict
name = "seeded"
variable = "Coherence of the field"
levers = { "seed funding" = 0.1 }
axis = [0, 1]
words = ["up", "down"]
```

# See

```reveal
say = "So it goes."
```

# Ask

```ask
kind = "choice"
options = ["yes", "no"]
answer = "no"
because = "It is so."
```
"""


def faults(tmp_path: Path, text: str, name: str = "test.en.md") -> list[str]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return [str(error) for error in check_story(tmp_path / name).faults.errors()]


def test_the_story_of_these_tests_fits(tmp_path: Path) -> None:
    assert faults(tmp_path, STORY) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "named"),
    [
        ('charts = ["Coherence of the field"]', 'charts = ["Coherance of the field"]', 16, "Coherance of the field"),
        ('{ "seed funding" = 0.1 }', '{ "seed founding" = 0.1 }', 24, "seed founding"),
        ('{ "seed funding" = 0.1 }', '{ "seed funding" = 0.3 }', 24, "0.3"),
        ('{ "seed funding" = 0.1 }', '{ "seed funding" = { value = 0.1, starts = 2030 } }', 24, "starts"),
        ("| 2025}", "| 2075}", 13, "2075"),
        ("In 2025", "In 1914", 13, "1914"),
        ("{0.05 | Coherence of the field | 2025}", "{0.06 | Coherence of the field | 2025}", 13, "0.06"),
        ("{0.05 | Coherence of the field | 2025}", "0.05", 13, "0.05"),
        ("{0.05 | Coherence of the field | 2025}", "{0.05 | Coherence of the field}", 13, "Coherence of the field"),
        ("{0.05 | Coherence of the field | 2025}", "{0.05 | Coherence of the field | 2025 | Utopia}", 13, "Utopia"),
        ("{0.05 | Coherence of the field | 2025}", "{2040 | Coherence of the field > 2}", 13, "2040"),
        ("In 2025", "<b>In</b> 2025", 13, "<b"),
        ("In 2025", "[In](https://example.org) 2025", 13, "https://example.org"),
        ("In 2025", "[In](javascript:alert) 2025", 13, "javascript:"),
        ("In 2025", "[In](//example.org/explore) 2025", 13, "//example.org/explore"),
        ("In 2025", "![In](explore) 2025", 13, "!["),
        ("In 2025", "\u202eIn 2025", 13, "U+202E"),
        ("In 2025", "&lt;script&gt; In 2025", 13, "&lt;"),
        ('say = "So it goes."', 'say = "<img src=x onerror=alert(1)>"', 32, "<i"),
        ('options = ["yes", "no"]', 'options = ["yes", "<i>no"]', 39, "<i"),
        ("axis = [0, 1]", "axis = [0, 0.2]", 25, "Coherence of the field"),
        ('answer = "no"', 'answer = "perhaps"', 40, "perhaps"),
        ('kind = "choice"', 'kind = "quiz"', 38, '"choice"'),
        ("```reveal", "```unveil", 31, "unveil"),
        ('say = "So it goes."', "say = So it goes.", 32, "Invalid value"),
        ('title = "A test"', 'title = "A <test"', 3, "<t"),
        ("minutes = 20", "minutes = 0", 6, "0"),
        ('name = "seeded"', 'name = "seeded"\nworld = "status_quo"', 23, "world"),
        ('variable = "Coherence of the field"', 'variable = "status_quo"', 23, "status_quo"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, named: str) -> None:
    assert old in STORY
    found = faults(tmp_path, STORY.replace(old, new, 1))
    assert [said for said in found if said.startswith(f"test.en.md, line {line}: ") and named in said], found


def test_a_wrong_number_is_answered_with_the_right_one(tmp_path: Path) -> None:
    [said] = faults(tmp_path, STORY.replace("{0.05 |", "{0.07 |"))
    assert said == (
        "test.en.md, line 13: '0.07' is quoted for Coherence of the field | 2025, but the model gives 0.05."
    )


def test_a_missing_and_a_different_translation_are_named(tmp_path: Path) -> None:
    text = STORY.replace('languages = ["en"]\n', "")
    assert "test.de.md is missing" in faults(tmp_path, text)[0]
    german = text.replace("Coherence of the field", "Kohärenz des Feldes").replace(
        '"seed funding"', '"Anschubförderung"'
    )
    german = german.replace("{0.05 |", "{0,05 |")
    (tmp_path / "test.de.md").write_text(german, encoding="utf-8")
    assert faults(tmp_path, text) == []
    (tmp_path / "test.de.md").write_text(german.replace('answer = "no"', 'answer = "yes"'), encoding="utf-8")
    [said] = faults(tmp_path, text)
    assert "Step 4 ('Ask')" in said
    (tmp_path / "test.de.md").write_text(
        german.replace('"Anschubförderung" = 0.1', '"Anschubförderung" = 0.11'), "utf-8"
    )
    assert "Step 2" in faults(tmp_path, text)[0]


def test_a_translation_with_faults_of_its_own_is_not_held_against_the_story(tmp_path: Path) -> None:
    text = STORY.replace('languages = ["en"]\n', "")
    (tmp_path / "test.de.md").write_text(text.replace("axis = [0, 1]", "axis = 0, 1"), encoding="utf-8")
    [said] = faults(tmp_path, text)
    assert "test.de.md has faults of its own" in said


def test_what_cannot_be_read_is_said_without_what_follows_from_it(tmp_path: Path) -> None:
    for old, new, line in (
        ("axis = [0, 1]", "axis = 0, 1", 25),
        ('words = ["up", "down"]', 'words = ["up" "down"]', 26),
        ('words = ["up", "down"]\n```', 'words = ["up", "down"]', 21),
        ("```ask", "~~~ask", 37),
    ):
        assert old in STORY
        [said] = faults(tmp_path, STORY.replace(old, new, 1))
        assert said.startswith(f"test.en.md, line {line}: "), said
    with pytest.raises(StoryError, match=r"line 3: This cannot be read \(Invalid value\)"):
        faults(tmp_path, STORY.replace('title = "A test"', "title = “A test”"))


def test_a_block_may_stand_between_tildes(tmp_path: Path) -> None:
    assert faults(tmp_path, STORY.replace("```", "~~~")) == []


def test_a_question_about_the_run_on_show_keeps_what_was_beside_it(tmp_path: Path) -> None:
    again = 'kind = "choice"\nname = "seeded"\nlevers = { "seed funding" = 0.1 }\ncharts = ["Field size"]'
    file = tmp_path / "test.en.md"
    file.write_text(STORY.replace('kind = "choice"', again), encoding="utf-8")
    [chart] = as_data(read_story(file))["steps"][3]["charts"]
    assert [curve["label"] for curve in chart["curves"]] == ["seeded", "Status quo"]


def test_runs_beside_an_empty_chart_are_told_apart_on_paper(tmp_path: Path) -> None:
    file = tmp_path / "test.en.md"
    both = 'axis = [0, 1]\nbeside = ["Status quo", "CERN for AI"]'
    file.write_text(STORY.replace("axis = [0, 1]", both), encoding="utf-8")
    chart = worksheet(read_story(file)).split("<svg")[2]
    assert len(set(re.findall(r"stroke-dasharray[=:] ?\"?([\d., ]+)", chart))) == 2


def test_a_name_that_has_a_label_in_the_language_is_not_taken(tmp_path: Path) -> None:
    german = STORY.replace('["en"]', '["de"]').replace("{0.05 |", "{0,05 |")
    found = faults(tmp_path, german, "test.de.md")
    assert any("'seed funding'" in said for said in found)
    assert any("Coherence of the field" in said for said in found)


@pytest.mark.parametrize("text", ["", "# no head\n", "+++\ntitle = 1\n", "\x00", "+++\nmodel = 'nothing'\n+++\n# A\n"])
@pytest.mark.parametrize("option", ["--check", "--worksheet", "--notes", "--json"])
def test_a_broken_file_is_one_line_and_no_traceback(
    tmp_path: Path, text: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "test.en.md"
    file.write_text(text, encoding="utf-8")
    assert main(["story", str(file), option]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("policy-lab: ") and len(said.err.splitlines()) == 1


def test_other_bad_input_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("test.md", "test.xx.md", "test.en.txt", "absent.en.md"):
        if name != "absent.en.md":
            (tmp_path / name).write_text(STORY, encoding="utf-8")
        assert main(["story", str(tmp_path / name), "--check"]) == 2
    (tmp_path / "test.en.md").write_bytes(b"\xff\xfe\x00")
    assert main(["story", str(tmp_path / "test.en.md"), "--check"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_check_that_finds_something_exits_with_one_and_a_sheet_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "test.en.md"
    file.write_text(STORY.replace("{0.05 |", "{0.07 |"), encoding="utf-8")
    assert main(["story", str(file), "--check"]) == 1
    assert "line 13" in capsys.readouterr().out
    assert main(["story", str(file), "--worksheet", "--out", str(tmp_path / "w.html")]) == 2
    assert not (tmp_path / "w.html").exists() and "line 13" in capsys.readouterr().err


def test_words_of_a_story_are_escaped_on_paper(tmp_path: Path) -> None:
    """A sign that is no markup to us is escaped all the same."""
    (tmp_path / "test.en.md").write_text(STORY.replace("It is so.", "5 min < 6 min & so on."), encoding="utf-8")
    assert "5 min &lt; 6 min &amp; so on." in notes(read_story(tmp_path / "test.en.md"))


def test_numbers_are_read_in_the_signs_of_the_language() -> None:
    reading = reading_of(next(path for path in SHIPPED if path.name == "critical_mass.de.md"))
    written = reading.figures.written
    assert in_language("de").texts["number.decimal"] == ","
    assert written("1.234,5").value == 1234.5
    assert written("−3 %").value == -0.03
    assert written("~12.000").step == 1000
    assert written("2,5 Milliarden Dollar").value == 2.5e9 and written("2,5 Milliarden Dollar").money
    with pytest.raises(StoryError):
        written("viel")


def test_a_run_is_made_once_however_often_it_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from policy_lab.stories import runs

    made: list[Any] = []
    monkeypatch.setattr(
        runs, "simulate", lambda *args, **named: made.append(named["outputs"]) or simulate(*args, **named)
    )
    many = "{0.05 | Coherence of the field | 2025} " * 20
    assert faults(tmp_path, STORY.replace("{0.05 | Coherence of the field | 2025}", many)) == []
    assert len(made) == 2


# ---- the role play --------------------------------------------------------------------------------------------------

SUMMIT = next(path for path in SHIPPED if path.name == "summit.en.md")


def met(model: Any, values: dict[str, float], demands: Any) -> list[bool]:
    """Which demands a policy meets, by a run made here."""
    runs = simulate(model, values, scenario="status_quo")
    return [(runs.at(d.condition.name, d.year)[0] > d.condition.level) == d.condition.above for d in demands]


def test_selfish_bids_miss_the_goal_together_and_a_deal_meets_it() -> None:
    story = reading_of(SUMMIT).story
    model = load_model(story.model)
    parts = [step.part for step in story.steps]
    roles = [part for part in parts if isinstance(part, Role)]
    [goal], [deal] = ([p for p in parts if isinstance(p, kind)] for kind in (Goal, Deal))
    assert len(roles) == 6
    for role in roles:
        assert all(met(model, dict(role.bid), role.aim))
    names = {name for role in roles for name in role.bid}
    bids = {n: float(np.mean([r.bid[n] for r in roles if n in r.bid])) for n in names}
    assert met(model, bids, goal.demands).count(False) >= 2
    agreed = dict(deal.curve.run.values)
    assert all(met(model, agreed, goal.demands))
    assert all(met(model, agreed, role.red_line)[0] for role in roles)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("Geopolitical tension < 1.2 | 2045", "Geopolitical tension < 0.9 | 2045", "error.story.demand"),
        ("Research agendas > 8 | 2045", "Research agendas > 15 | 2045", "error.story.demand"),
        ("Lab secrecy > 0.3 | 2045", "Lab secrecy > 0.5 | 2045", "error.story.demand"),
        ("{1.48 | Geopolitical tension", "{1.58 | Geopolitical tension", "error.story.differs"),
    ],
)
def test_a_role_play_that_does_not_hold_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    text = SUMMIT.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "summit.en.md").write_text(text.replace(old, new), encoding="utf-8")
    assert [fault.error.message.key for fault in read_story(tmp_path / "summit.en.md").faults.found] == [key]


def test_a_briefing_shows_a_role_its_own_aim_and_no_deal() -> None:
    sheet = worksheet(reading_of(SUMMIT))
    assert sheet.count('class="side"') == 7
    assert "A deal" not in sheet and "Why the bids fail" not in sheet
