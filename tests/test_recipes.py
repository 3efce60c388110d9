"""The recipes of CONTRIBUTING.md, followed to the letter in a copy of the code and the small model.

Each test does what its recipe says, counts the files that took, and looks at the result as a person would meet it.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "tests" / "models" / "small_field"
RECIPES = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

METHOD = '''"""Plain averages: the mean of each outcome over a random sample of the factors.

An example of a method, as small as one can be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from policy_lab.ensemble.designs import Points, sobol_points
from policy_lab.ensemble.findings import Findings, Result, Statement, grid_rows
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.runner import Ensemble
from policy_lab.messages import Language, Message
from policy_lab.report.plots import Picture

DEFAULT_SIZE: Final = 16
OPTIONS: Final[Mapping[str, Any]] = {}


def check(plan: Plan) -> None:
    """Anything can be averaged."""


def inputs(plan: Plan) -> Mapping[str, Any]:
    """Nothing beyond the plan."""
    return {}


def run(plan: Plan, ensemble: Ensemble) -> Result:
    """Make the runs and average them."""
    values = ensemble.run(Points(sobol_points(plan.size, len(plan.factors), plan.study.seed))).all()
    mean = values.mean(axis=0)[None, :, :]
    return Result([grid_rows(plan.outcomes, plan.times, ("all factors",), "mean", mean)])


def statements(plan: Plan, findings: Findings) -> list[Statement]:
    """A sentence an outcome, of the last time."""
    table = findings.of("mean", time=plan.times[-1])
    said = {row.outcome: f"On average {row.value:.4g}." for row in table.itertuples()}
    return [Statement(Message("report.text", {"text": text}), outcome) for outcome, text in said.items()]


def draw(plan: Plan, findings: Findings, words: Language) -> dict[str, Picture]:
    """No picture."""
    return {}
'''


PAGE = '''"""Notes: what the model is called, as small as a page can be."""

import dash
from dash import Input, Output, callback, html

from policy_lab.app import session

dash.register_page(__name__, path="/notes", order=9, name="Notes", words="app.notes")


def layout(**_):
    """The model's name, and how many levers are moved."""
    return html.Section([html.P("Notes on " + session().model.name), html.P(id="notes-moved")], className="page")


@callback(Output("notes-moved", "children"), Input("levers", "policy"))
def count(policy):
    return str(len(policy or {}))
'''


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    for folder in ("policy_lab", "assets"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(SMALL, root / "models" / "small_field")
    return root


def recipe(title: str) -> str:
    """The recipe under a heading of its own."""
    found = re.search(rf"^### {title}\n(.*?)(?=^##|\Z)", RECIPES, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def files(root: Path) -> dict[str, str]:
    every = (p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return {p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in every}


def touched(before: dict[str, str], root: Path) -> set[str]:
    after = files(root)
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def python(root: Path, code: str) -> str:
    """What a program prints that runs the copy's code."""
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()


def test_a_lever_is_a_constant_and_a_row(copy: Path) -> None:
    assert "In `levers.csv`: a row." in recipe("Add a lever")
    before, folder = files(copy), copy / "models" / "small_field"
    file = folder / "small_field.mdl"
    constant = "travel grants=\n\t0\n\t~\tmillion USD/Year [0,50]\n\t~\tMoney for visits. Lever.\n\t|\n\n"
    text = file.read_text(encoding="utf-8").replace("shared funding=\n", f"{constant}shared funding=\n", 1)
    acts = text.replace("perceived funding / cost of a", "(perceived funding + travel grants) / cost of a", 1)
    assert acts != text
    file.write_text(acts, encoding="utf-8")
    with (folder / "levers.csv").open("a", encoding="utf-8") as table:
        table.write("travel grants,Money,0,50,1,none,many visits,,,foundations,its own figure,People who meet.\n")
    assert touched(before, copy) == {"models/small_field/small_field.mdl", "models/small_field/levers.csv"}
    said = python(
        copy,
        """
from policy_lab.simulation import simulate
from policy_lab import Study, create_app, load_model
from policy_lab.studies import plan_of
model = load_model("small_field")
lever = model.levers["travel grants"]
none, most = (simulate(model, {"travel grants": v}, outputs=["total researchers"]).values[0, -1, 0] for v in (0, 50))
page = create_app(model).server.test_client().get("/").data.decode()
print(lever.default, most > none, "many visits" in page, "travel grants" in plan_of(Study("small_field")).names)
""",
    )
    assert said == "0.0 True True True"


def test_an_outcome_is_a_row(copy: Path) -> None:
    assert "A row in `outcomes.csv`" in recipe("Add an outcome")
    before = files(copy)
    with (copy / "models/small_field/outcomes.csv").open("a", encoding="utf-8") as table:
        table.write("perceived funding,Money as it is seen,Money,yes,higher,0,Labs hire by it.\n")
    assert touched(before, copy) == {"models/small_field/outcomes.csv"}
    said = python(
        copy,
        """
from policy_lab import Study, create_app, load_model
from policy_lab.studies import plan_of
page = create_app(load_model("small_field")).server.test_client().get("/").data.decode()
print("Money as it is seen" in page, "perceived funding" in plan_of(Study("small_field")).outcomes)
""",
    )
    assert said == "True True"


def test_a_method_is_a_file(copy: Path, tmp_path: Path) -> None:
    assert "One file in `policy_lab/studies/`" in recipe("Add a method")
    before = files(copy)
    (copy / "policy_lab" / "studies" / "averages.py").write_text(METHOD, encoding="utf-8")
    assert touched(before, copy) == {"policy_lab/studies/averages.py"}
    study = tmp_path / "study.toml"
    study.write_text('version = 1\nmodel = "small_field"\nmethod = "averages"\ntimes = [2050]\n', encoding="utf-8")
    words = ["-m", "policy_lab", "study", str(study), "--out", str(tmp_path / "out")]
    done = subprocess.run([sys.executable, *words], cwd=copy, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    report = re.sub(r"<[^>]+>", "", (tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    assert "averages: small_field" in report
    assert re.search(r"Public knowledge\W+On average 1\.083e\+04\.", report)


def test_a_language_is_a_file(copy: Path) -> None:
    assert "copy `policy_lab/locale/en.toml`" in recipe("Add a language")
    before, folder = files(copy), copy / "policy_lab" / "locale"
    english = (folder / "en.toml").read_text(encoding="utf-8")
    french = english.replace('name = "English"', 'name = "Français"', 1).replace('undo = "Undo"', 'undo = "Annuler"', 1)
    (folder / "fr.toml").write_text(french, encoding="utf-8")
    assert touched(before, copy) == {"policy_lab/locale/fr.toml"}
    said = python(
        copy,
        """
from policy_lab import create_app, load_model
reader = create_app(load_model("small_field")).server.test_client()
pages = [reader.get("/?lang=" + code).data.decode() for code in ("en", "fr")]
print("Français" in pages[0], 'lang="fr"' in pages[1], ["Annuler" in page for page in pages])
""",
    )
    assert said == "True True [False, True]"


def test_a_page_is_a_file_and_a_line_in_each_catalogue(copy: Path) -> None:
    assert "One file in `policy_lab/app/pages/`" in recipe("Add a page")
    before, locale = files(copy), copy / "policy_lab" / "locale"
    (copy / "policy_lab/app/pages/notes.py").write_text(PAGE, encoding="utf-8")
    for code, name in (("en", "Notes"), ("de", "Notizen")):
        text = (locale / f"{code}.toml").read_text(encoding="utf-8")
        (locale / f"{code}.toml").write_text(text.replace("[app]\n", f'[app]\nnotes = "{name}"\n', 1), encoding="utf-8")
    catalogues = {"policy_lab/locale/en.toml", "policy_lab/locale/de.toml"}
    assert touched(before, copy) == {"policy_lab/app/pages/notes.py", *catalogues}
    said = python(
        copy,
        """
from policy_lab import create_app, load_model
reader = create_app(load_model("small_field")).server.test_client()
english, german = (reader.get("/notes?lang=" + code).data.decode() for code in ("en", "de"))
layout = reader.get("/_dash-layout").data.decode()
asked = {"output": "notes-moved.children", "outputs": {"id": "notes-moved", "property": "children"}, "state": [],
         "inputs": [{"id": "levers", "property": "policy", "value": {"shared funding": 20}}],
         "changedPropIds": ["levers.policy"]}
answer = reader.post("/_dash-update-component", json=asked)
print(">Notes<" in english, ">Notizen<" in german, "Notes on small_field" in layout, answer.json["response"])
""",
    )
    assert said == "True True True {'notes-moved': {'children': '1'}}"


def test_a_model_is_a_folder(copy: Path) -> None:
    assert "every table is optional" in recipe("Add a model")
    before, folder = files(copy), copy / "models" / "other_field"
    folder.mkdir()
    shutil.copy(SMALL / "small_field.mdl", folder / "other_field.mdl")
    assert touched(before, copy) == {"models/other_field/other_field.mdl"}
    said = python(
        copy,
        """
from policy_lab.simulation import simulate
from policy_lab import create_app, load_model
from policy_lab.model import model_names
model = load_model("other_field")
status = create_app(model).server.test_client().get("/").status_code
print(model_names(), len(simulate(model).time) > 1, status)
""",
    )
    assert said == "('other_field', 'small_field') True 200"
