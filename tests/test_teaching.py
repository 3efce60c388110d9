"""docs/teaching.md, followed to the letter: its story is saved, its commands are run, its tables are believed."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from policy_lab.catalogue import part
from policy_lab.cli import main
from policy_lab.model import Model
from policy_lab.stories import check_story, read_story, story_files
from policy_lab.stories.blocks import OF_RUN
from policy_lab.stories.prose import PAGES

PAGE = (Path(__file__).parent.parent / "docs" / "teaching.md").read_text(encoding="utf-8")
NAME = "early_start.en.md"


def example() -> str:
    [block] = re.findall(r"````markdown\n(.*?)\n````\n", PAGE, flags=re.DOTALL)
    return str(block) + "\n"


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / NAME).write_text(example(), encoding="utf-8")
    return tmp_path / NAME


def test_the_commands_of_the_page_run_on_its_story(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL) for line in block.splitlines()]
    assert [line.split()[1] for line in shown] == ["story", "story", "story", "app", "publish"]
    for line in shown[:3]:
        assert main(shlex.split(line)[1:]) == 0, capsys.readouterr()
    said = capsys.readouterr()
    assert said.out.startswith(NAME) and "fits" in said.out and said.err == ""
    worksheet, notes = (Path(name).read_text(encoding="utf-8") for name in ("worksheet.html", "notes.html"))
    assert "Guess first" in notes and "Guess first" not in worksheet
    assert "The same shape, earlier:" in notes and "The same shape, earlier:" not in worksheet


def test_the_story_is_given_as_the_page_says(
    saved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served: list[tuple[list[Model], dict[str, Any]]] = []
    monkeypatch.setattr("policy_lab.app.serve", lambda model, *_, **how: served.append((model, how)))
    given = re.findall(r"^policy-lab (?:app|publish) .*$|`policy-lab (app .*?)`", PAGE, flags=re.MULTILINE)
    lines = [line for line in re.findall(r"policy-lab (?:app|publish) [^`\n]*", PAGE) if "--stories" in line]
    assert len(given) == 5 and len(lines) == 4
    for line in lines:
        assert main([*shlex.split(line)[1:]]) == 0, capsys.readouterr()
    models, how = zip(*served, strict=True)
    assert [one["embed_from"] for one in how] == [(), (), ("https://moodle.example.org",)]
    assert [one["rooms"] for one in how] == [False, True, False]
    assert all(path.resolve() == saved.resolve() for [model] in models for path in story_files(model))
    [data] = Path("lesson").glob(f"data/*/learn/{NAME.split('.')[0]}.en.json")
    story = json.loads(data.read_text(encoding="utf-8"))
    assert story["key"] in re.findall(r"learn\?t=(\w+)~1&amp;lang=en", PAGE)
    assert [step["kind"] for step in story["steps"]] == ["read", "show", "predict", "reveal", "ask", "read"]


def test_what_the_page_calls_the_buttons_of_a_room_is_what_they_are_called() -> None:
    said = part("learn")
    for key in ("class", "room_open", "room_show", "room_join", "room_close"):
        assert f"*{said[key]}*" in re.sub(r"\s+", " ", PAGE), key
    assert said["room_send"].startswith("Send to room ") and "*Send to room*" in PAGE


def test_the_story_of_the_page_has_six_steps_and_every_block() -> None:
    kinds = re.findall(r"^```(\w+)$", example(), flags=re.MULTILINE)
    assert sorted(kinds) == ["ask", "predict", "reveal", "show"]
    assert len(re.findall(r"^# ", example(), flags=re.MULTILINE)) == 6


def test_every_way_to_quote_a_number_in_the_table_is_understood(saved: Path) -> None:
    table = re.findall(r"^\| `(\{.*?\})` \|", PAGE, flags=re.MULTILINE)
    assert len(table) == 10
    quoted = [cell.replace("\\|", "|") for cell in table]
    text = example().replace("# Take it home\n", "# Take it home\n\n" + "\n\n".join(quoted) + "\n")
    saved.write_text(text, encoding="utf-8")
    keys = {fault.error.message.key for fault in read_story(saved).faults.found}
    assert keys <= {"error.story.differs"}, [str(error) for error in read_story(saved).faults.errors()]


def test_the_page_names_every_key_of_a_run_and_every_page() -> None:
    for word in (*OF_RUN, *PAGES):
        assert f"`{word}`" in PAGE or f"({word})" in PAGE, word


def test_a_wrong_number_in_it_is_found(saved: Path) -> None:
    saved.write_text(example().replace("{0.05 |", "{0.06 |"), encoding="utf-8")
    [error] = check_story(saved).faults.errors()
    assert "line 13" in str(error) and "'0.06'" in str(error) and "0.05" in str(error)
