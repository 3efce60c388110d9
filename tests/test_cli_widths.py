"""What every command prints at 80 and 140 columns: nothing is wider, and no word is broken."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from policy_lab import progress
from policy_lab.cli import main, parser

ROOT = Path(__file__).parents[1]
SMALL = ROOT / "tests" / "models" / "small_field"
STUDY = """\
model = "{model}"
size = 16
outcomes = ["knowledge"]
[factors]
"shared funding" = {{ low = 0, high = 100 }}
"""
#: Every command as people use it, in a folder of its own. What ``run`` and ``--json`` print is for programs.
COMMANDS = [
    "run core --out {out}/runs.csv",
    "run no_such_model",
    "describe core",
    "describe big_science",
    "levers core",
    "scenarios core",
    "check {small} --no-runs",
    "check core --no-runs --all",
    "check core --against golden",
    "loops core",
    "loops {small}",
    "precedents",
    "precedents --case ssc",
    "precedents --case iter",
    "story {story} --check",
    "study {study} --out {out}/study",
    "study {study}",
    "new {bare} --out {out}/new",
    "new {small}",
    "compile core --out {out}/wasm",
    "publish core --out {out}/site",
    "app --port none",
]


def told(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """Exit status, and the lines of both streams without paths of this folder."""
    story = min((ROOT / "models").glob("*/stories/*.en.md"))
    study = folder / "study.toml"
    study.write_text(STUDY.format(model=SMALL), encoding="utf-8")
    places = {"small": SMALL, "bare": SMALL / "small_field.mdl", "study": "study.toml", "out": "out", "story": story}
    (folder / "out").mkdir(exist_ok=True)
    status = main([word.format(**places) for word in command.split()])
    said = capsys.readouterr()
    return status, (said.out + said.err).splitlines()


def words(lines: list[str]) -> set[str]:
    """Letters and figures only: a rule under a heading is as long as its column."""
    return {word for line in lines for word in line.split() if any(map(str.isalnum, word))}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_word_is_broken_and_no_line_too_long_at_80_columns(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "QUIET_SECONDS", math.inf)  # rates and seconds differ from run to run
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    found = {}
    for columns in (80, 140):
        monkeypatch.setenv("COLUMNS", str(columns))
        folder = tmp_path / str(columns)
        folder.mkdir()
        monkeypatch.chdir(folder)
        status, lines = told(command, folder, capsys)
        assert status in (0, 1, 2), lines
        long = [line for line in lines if len(line) > columns and len(words([line])) > 1]
        assert not long, (columns, long)
        found[columns] = words(lines)
    assert found[80] <= found[140]  # half a word would be another one


def test_every_command_is_among_these() -> None:
    [commands] = [action.choices for action in parser()._actions if action.dest == "command"]
    assert set(commands or ()) == {command.split()[0] for command in COMMANDS}


@pytest.mark.parametrize("command", sorted({command.split()[0] for command in COMMANDS}))
def test_help_fits_80_columns(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


@pytest.mark.parametrize("command", ["describe core", "precedents --case ssc", "check core --no-runs"])
def test_what_is_piped_has_no_colours_and_no_control_characters(command: str) -> None:
    plain = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    seen = []
    for more in ({}, {"NO_COLOR": "1"}, {"TERM": "dumb"}):
        program = [sys.executable, "-m", "policy_lab", *command.split()]
        done = subprocess.run(program, capture_output=True, text=True, env={**plain, **more}, check=True)
        assert all(c.isprintable() or c == "\n" for c in done.stdout + done.stderr)
        seen.append(done.stdout)
    assert seen[0] == seen[1] == seen[2]
