"""`make refresh`: what is made from what, what is stale, and a lever that costs two lines."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis import refresh
from analysis.refresh_graph import PARTS, RESULTS, Task, tasks, write_parts
from policy_lab.model import load_model, model_names

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "tests" / "models" / "small_field"
#: Two lines: a constant in the model file, and its row. It enters one equation, or it would be no lever.
CONSTANT = (
    "travel grants=\n\t0\n\t~\tmillion USD/Year [0,50]\n"
    "\t~\tYearly money for visits between labs. Lever. Source: judgement.\n\t|\n\n"
)
ROW = "travel grants,Money,0,50,1,none,many visits,,,foundations,its own figure,People who meet work together.\n"


@pytest.fixture(scope="module")
def graph() -> list[Task]:
    models = [load_model(name) for name in model_names()]
    for model in models:
        write_parts(model)
    return tasks(models)


def test_every_task_has_a_script_and_its_files(graph: list[Task]) -> None:
    made = {file for task in graph for file in task.outputs}
    for task in graph:
        script = ROOT / f"{task.command[2].replace('.', '/')}.py"
        assert script.is_file(), task.name
        for file in task.inputs:
            assert (ROOT / file).is_file() or file in made, f"{task.name} reads {file}"
    assert sum(len(task.outputs) for task in graph) == len(made), "two tasks write one file"
    assert {after for task in graph for after in task.after} <= {task.name for task in graph}


def test_every_result_and_page_that_is_stored_has_a_task(graph: list[Task]) -> None:
    made = {file for task in graph for file in task.outputs} | {task.name for task in graph}
    stored = {p.name for p in (ROOT / RESULTS).iterdir() if p.is_dir()}
    written = {Path(file).parts[2] for file in made if file.startswith(f"{RESULTS}/")}
    assert stored == written
    pages = {p.name for p in (ROOT / "docs").glob("*.md") if "nobody edits it" in p.read_text("utf-8")[:3000]}
    assert pages <= {Path(file).name for file in made}


def test_results_are_made_from_the_model_and_the_pages_that_are_here() -> None:
    """What `make refresh` would make again is named here: run it, and commit what it changes."""
    done = subprocess.run(
        [sys.executable, "-m", "analysis.refresh", "--list"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_unknown_task_is_answered_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh.main(["colour"]) == 2
    assert "Possible: " in capsys.readouterr().err


# ---- in a checkout with the small model alone ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout that has nothing but code and the small model, everything made once."""
    root = tmp_path_factory.mktemp("checkout")
    leave = shutil.ignore_patterns("__pycache__", "results", "*.json")
    for folder in ("policy_lab", "analysis", "assets"):
        shutil.copytree(ROOT / folder, root / folder, ignore=leave)
    shutil.copytree(SMALL, root / "models" / "small_field", ignore=shutil.ignore_patterns("expected"))
    said = make(root)
    assert "[1 of 4] sketch:small_field" in said and "failed" not in said
    return root


def make(root: Path, *words: str, status: int = 0) -> str:
    command = [sys.executable, "-m", "analysis.refresh", *words]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=600, env=os.environ)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def python(root: Path, code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def stale(said: str) -> set[str]:
    return set(re.findall(r"^  (\w+:\w+) ", said, re.MULTILINE))


def edited(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def copy(checkout: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(checkout, tmp_path / "checkout"))


def test_a_second_call_makes_nothing_in_another_place_and_at_another_time(copy: Path) -> None:
    for file in copy.rglob("*"):
        os.utime(file)
    shutil.rmtree(copy / PARTS)
    assert make(copy) == "Nothing is stale: 4 tasks are current.\n"
    state = json.loads((copy / refresh.STATE).read_text(encoding="utf-8"))
    assert not any(name.startswith("/") for task in state.values() for name in task)


def test_a_sentence_in_a_table_runs_no_model(copy: Path) -> None:
    edited(copy / "models/small_field/levers.csv", "Pays for people who publish.", "Pays people who publish.")
    assert stale(make(copy, "--list", status=1)) == {"validation:small_field", "reference:small_field"}
    said = make(copy, "reference", "validation")
    assert "changed  docs/reference/small_field.md" in said and ".csv.gz" not in said


def test_a_changed_scenario_is_run_again_and_no_other(copy: Path) -> None:
    edited(copy / "models/small_field/scenarios/open_laboratory.toml", "value = 60", "value = 61")
    said = make(copy, "golden")
    assert "open_laboratory.csv.gz" in said and "status_quo.csv.gz" not in said
    assert stale(make(copy, "--list", status=1)) == {"validation:small_field", "reference:small_field"}


def test_what_fails_is_named_and_tried_again(copy: Path) -> None:
    edited(copy / "models/small_field/levers.csv", "Pays for people who publish.", "Pays people who publish.")
    (copy / "analysis" / "validation.py").write_text("raise SystemExit('the disk is full')", encoding="utf-8")
    said = make(copy, status=1)
    assert "validation:small_field failed: the disk is full" in said
    assert "Not made: validation:small_field, reference:small_field." in said
    assert stale(make(copy, "--list", status=1)) == {"validation:small_field", "reference:small_field"}


def test_a_lever_costs_two_lines(copy: Path) -> None:
    """A constant and a row; what must follow does so by one command, and everything that looks at levers has it."""
    folder = copy / "models" / "small_field"
    edited(folder / "small_field.mdl", "openness requirement=\n", f"{CONSTANT}openness requirement=\n")
    edited(folder / "small_field.mdl", "perceived funding / cost of", "(perceived funding + travel grants) / cost of")
    with (folder / "levers.csv").open("a", encoding="utf-8") as table:
        table.write(ROW)
    said = make(copy)
    assert "golden:small_field" in stale(said) and "Not made" not in said
    assert "Nothing is stale" in make(copy)
    seen = python(copy, LOOK).splitlines()[-1]
    assert ast.literal_eval(seen) == {
        "default": 0.0,
        "golden": "",
        "problems": 0,
        "page": True,
        "factors": 4,
        "acts": True,
        "sketch": True,
    }
    assert "travel grants" in (copy / "docs/reference/small_field.md").read_text(encoding="utf-8")


LOOK = """
from analysis import draw_sketch, golden_runs
from policy_lab.simulation import simulate
from policy_lab import create_app, load_model
from policy_lab.checks import check_model
from policy_lab.studies import Study, plan_of
model = load_model("small_field")
page = create_app(model).server.test_client().get("/").data.decode()
none, most = (simulate(model, {"travel grants": v}, outputs=["total researchers"]).values[0, -1, 0] for v in (0, 50))
found = [f for f in check_model("small_field").findings if "travel grants" in str(f)]
print({"default": model.levers["travel grants"].default, "golden": golden_runs.stale(model), "problems": len(found),
       "page": "travel grants" in page.lower(), "factors": len(plan_of(Study("small_field")).factors),
       "acts": bool(most > none),
       "sketch": draw_sketch.main(["models/small_field", "--check"]) == 0})
"""


# ---- in the published model ------------------------------------------------------------------------------------------

GERMAN = """
[levers."travel grants"]
label = "Reisemittel"
low_words = "keine"
high_words = "ein Fünftel des Feldes im Jahr"
decided_by = "Förderer der Forschung"
cost = "Reisekosten"
why = "Wer sich trifft, arbeitet zusammen."
"""


@pytest.mark.deep
def test_a_lever_in_the_published_model_costs_two_lines_and_its_german_name(tmp_path: Path) -> None:
    """`make refresh && make test` in a clone (browser apart): half an hour of two processors."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    folder = clone / "models" / "big_science"
    constant = (
        "travel grants =\n\t0\n\t~\t1/year [0,0.2]\n"
        "\t~\tLever: visits between fields paid each year, as a share of the field. Source: lever.\n\t|\n\n"
    )
    edited(folder / "big_science.mdl", "training fellowships =\n", f"{constant}training fellowships =\n")
    edited(folder / "big_science.mdl", "\ttraining fellowships*phase", "\t(training fellowships + travel grants)*phase")
    with (folder / "levers.csv").open("a", encoding="utf-8") as table:
        table.write("travel grants,People,0,0.2,0.01,none,a fifth of the field a year,,,Funders of research,")
        table.write("Travel money,People who meet work together.\n")
    about = '"travel grants" = { about = "Hebel: Besuche zwischen Fächern im Jahr, als Anteil des Feldes." }\n'
    edited(folder / "text" / "de.toml", '"training fellowships" = {', f'{about}"training fellowships" = {{')
    edited(
        folder / "text" / "de.toml", '\n[levers."training fellowships"]', f'{GERMAN}\n[levers."training fellowships"]'
    )
    command = [sys.executable, "-m", "analysis.refresh"]
    assert subprocess.run(command, cwd=clone, timeout=7200).returncode == 0
    ignored = ["--ignore=tests/browser", "--deselect=tests/test_refresh.py"]
    tests = [sys.executable, "-m", "pytest", "-q", "-n", "2", *ignored]
    assert subprocess.run(tests, cwd=clone, timeout=7200).returncode == 0
