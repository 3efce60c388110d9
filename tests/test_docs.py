"""What the documents say is so: commands run, folders and words exist, versions come from one place."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import shlex
import socket
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import matplotlib
import pytest
import yaml

import policy_lab
from analysis.draw_architecture import PAGE, imports, layers, with_picture
from policy_lab import Study, run_study
from policy_lab.cli import main, parser

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md")),
    *DECISIONS,
]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def commands(text: str) -> list[list[str]]:
    lines = (line for block in blocks(text, "sh") for line in block.splitlines())
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def examples() -> list[str]:
    """Every example that ``--help`` of a command shows."""
    texts = (getattr(importlib.import_module(f"policy_lab.cli.{m.name}"), "EXAMPLES", "") for m in CLI)
    lines = "".join(texts).replace("\\\n", " ").splitlines()
    return [" ".join(line.split()) for line in lines if line.strip() != "examples:"]


CLI = list(pkgutil.iter_modules(policy_lab.cli.__path__))
#: Examples that take a minute or need what another one made; they run on request.
LONG = re.compile(r"precedents|check big_science|publish big_science")
SHOWN = [*commands(README), *map(shlex.split, examples())]
SHOWN_COMMANDS = [
    pytest.param(words[1:], marks=[pytest.mark.deep] if LONG.search(" ".join(words)) else [], id=" ".join(words[1:]))
    for words in SHOWN
    if words[0] == "policy-lab"
]
MODEL = """{UTF-8}
use = 1 ~ [0, 4] ~|
stock = INTEG(-stock*use/10 + catch, 10) ~~|
catch = 1 ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 8 ~~|
TIME STEP = 1 ~~|
SAVEPER = 1 ~~|
"""
LESSON = """+++
format = 1
title = "A lesson"
model = "big_science"
minutes = 5
level = "school"
teaches = ["looking"]
languages = ["en"]
+++

# Look

Nothing to move here.
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that examples name."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "big_science").symlink_to(ROOT / "models" / "big_science")
    for folder in ("exports", "my_model"):
        (tmp_path / folder).mkdir()
    for file in ("my_model.mdl", "predator_prey.mdl", "my_model/my_model.mdl"):
        (tmp_path / file).write_text(MODEL, encoding="utf-8")
    (tmp_path / "fishery.mdl").write_text(MODEL.replace("catch = 1", "catch"), encoding="utf-8")
    (tmp_path / "catch.csv").write_text("Time,catch\n0,1\n8,2\n", encoding="utf-8")
    (tmp_path / "exports" / "epidemic.stmx").write_bytes((ROOT / "tests/fidelity/stella_priorities.stmx").read_bytes())
    (tmp_path / "my_lesson.en.md").write_text(LESSON, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def looked_at(server: Any, listening: socket.socket) -> None:
    """In place of serving for ever: the first page, and the first of each model behind it."""
    client = server.test_client()
    page = client.get("/").text
    assert all(client.get(there).status_code == 200 for there in re.findall(r'<h2[^>]*><a href="([^"]+)"', page))
    listening.close()


@pytest.mark.parametrize("words", SHOWN_COMMANDS)
def test_the_commands_that_are_shown_run(
    words: list[str], place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("policy_lab.app.server._here", looked_at)
    if "--study" in words:
        factors = {"use": {}, "catch": {"low": 0.0, "high": 2.0}}
        study = Study("my_model/my_model.mdl", outcomes=("stock",), size=8, factors=factors)
        run_study(study, "my_study", pictures=False)
    if "--replace" in words:
        main([word for word in words if word != "--replace"])
    before = {*place.iterdir()}
    assert main(words) == 0
    said = capsys.readouterr()
    assert "policy-lab: error" not in said.err
    assert said.out or {*place.iterdir()} > before


def test_the_commands_of_the_page_on_models_run_one_after_the_other(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    lines = re.findall(r"^    (policy-lab .*)$", page, flags=re.MULTILINE)
    shown = [shlex.split(line, comments=True)[1:] for line in lines]
    assert len(shown) == 10
    for words in shown:
        parser().parse_args(words)
        if words[0] != "app":
            assert main(words) in ((0, 1) if words[0] == "check" else (0,)), words
            capsys.readouterr()
    assert (place / "site" / "index.html").is_file() and (place / "predator_prey" / "levers.csv").is_file()


def test_the_python_example_of_the_readme_runs(tmp_path: Path) -> None:
    [example] = blocks(README, "python")
    assert len([line for line in example.splitlines() if line.strip()]) == 8
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 3


def test_the_page_on_python_runs_from_top_to_bottom(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, known = (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), dict[str, Any]()
    for block in blocks(page, "python"):
        exec(compile(block, "docs/python.md", "exec"), known)
    said = capsys.readouterr().out
    promised = re.findall(r"# (<\w+ .*>)$", page, flags=re.MULTILINE)
    assert len(promised) == 2 and all(text in said for text in promised)
    assert {"first_run.csv", "runs.nc", "result"} <= {path.name for path in place.iterdir()}


def test_the_notebook_runs_and_holds_no_output(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook = json.loads((ROOT / "docs" / "first_steps.ipynb").read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    known: dict[str, Any] = {}
    matplotlib.use("Agg")
    for cell in (c for c in notebook["cells"] if c["cell_type"] == "code"):
        assert cell["outputs"] == [] and cell["execution_count"] is None
        exec(compile("".join(cell["source"]), "first_steps.ipynb", "exec"), known)
    assert "It fails when" in capsys.readouterr().out
    assert (known["swept"].iloc[-1] > known["swept"].iloc[0]).all() and len(known["ranking"].outcomes) == 1
    assert len(known["axes"].lines) == 2


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_mentioned_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, flags=re.MULTILINE))
    text = document.read_text(encoding="utf-8")
    mentioned = re.findall(r"`make ([a-z-]+)", text) + [w[1] for w in commands(text) if w[0] == "make"]
    assert set(mentioned) <= targets


def test_make_help_shows_every_target() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    declared = re.search(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)
    assert declared
    assert set(re.findall(r"^  make ([a-z-]+)", shown, flags=re.MULTILINE)) == set(declared[1].split())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_place_mentioned_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    tops = "|".join(("models", "policy_lab", "assets", "analysis", "benchmarks", "tests", "docs"))
    named = re.findall(rf"`((?:{tops})/[\w./-]*)`", text)
    linked = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    named = [place for place in named if "NAME" not in place]
    missing = [p for p in named if not (ROOT / p).exists()] + [p for p in linked if not (document.parent / p).exists()]
    assert missing == []


#: Files of npm and of its packages that our code names.
OTHERS_FILES = {"npm-cli.js", "qr/decode.js"}


def test_every_source_file_that_documents_and_comments_name_exists() -> None:
    """By its path, or by the end of it; PySD's own files, where we say what of it we repeat, are not ours."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    there = {"/".join(parts[n:]) for parts in (p.split("/") for p in tracked) for n in range(len(parts))}
    named = re.compile(r"(?<![\w./*}-])((?:[\w-]+/)*[\w-]+\.(?:py|js|css|j2))\b")
    readers = [p for p in tracked if p.endswith((".py", ".md", ".js", ".css"))]
    for path in (p for p in readers if not p.startswith(("tests/", "docs/reference/")) and (ROOT / p).is_file()):
        for name in named.findall((ROOT / path).read_text(encoding="utf-8")):
            assert name in there or name in OTHERS_FILES or name.startswith("pysd/"), f"{path} names {name}"


def test_the_readme_names_every_command() -> None:
    choices = next(a.choices for a in parser()._actions if a.dest == "command")
    assert choices is not None
    for command in choices:
        assert re.search(rf"policy-lab {command}\b|`{command}`", README), command


def test_the_map_of_folders_is_complete() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    folders = {path.split("/")[0] for path in tracked if "/" in path and not path.startswith(".")}
    assert {folder for folder in folders if f"| `{folder}/`" not in README} == set()


def test_the_python_version_is_said_the_same_everywhere() -> None:
    floor = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert f"Python {floor} or newer" in README
    assert PROJECT["tool"]["mypy"]["python_version"] == floor
    assert PROJECT["tool"]["ruff"]["target-version"] == "py" + floor.replace(".", "")
    assert f"python{floor}" in MAKEFILE
    assert f"--python-version {floor}" in MAKEFILE


def test_the_changelog_has_this_version() -> None:
    assert f"## {policy_lab.__version__}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_architecture_page_has_the_picture_that_the_imports_make() -> None:
    stored = PAGE.read_text(encoding="utf-8")
    assert stored == with_picture(stored), "python -m analysis.draw_architecture"
    packages = {name for layer in layers() for name in layer}
    assert packages == {p.stem for p in (ROOT / "policy_lab").iterdir() if _holds_code(p)}
    assert imports()["cases"] >= {"model", "simulation"}


def _holds_code(path: Path) -> bool:
    package = path.is_dir() and (path / "__init__.py").is_file()
    return package or (path.suffix == ".py" and not path.stem.startswith("__"))


def test_the_citation_is_of_this_version_and_under_the_licence_of_the_package() -> None:
    """The keys that version 1.2.0 of the Citation File Format requires, and those that could go out of step."""
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = PROJECT["project"]
    assert cited["cff-version"] == "1.2.0" and cited["message"] and cited["type"] == "software"
    assert cited["title"] == "Policy Lab" and cited["abstract"] == project["description"]
    assert str(cited["version"]) == policy_lab.__version__
    assert cited["license"] == project["license"] == "MIT"
    assert cited["authors"] == project["authors"]
    assert cited["keywords"] == project["keywords"]
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("MIT License\n") and cited["authors"][0]["name"] in licence
    assert project["license-files"] == ["LICENSE"]


def test_every_library_the_package_imports_is_declared() -> None:
    declared = {re.split(r"[<>=\[ ]", d)[0].lower().replace("_", "-") for d in _requirements()}
    homes = packages_distributions()
    for file in (ROOT / "policy_lab").rglob("*.py"):
        for library in _imports(file) - set(sys.stdlib_module_names) - {"policy_lab"}:
            names = {home.lower().replace("_", "-") for home in homes.get(library, [library])}
            assert names & declared, f"{file.name} imports {library}"


def test_the_lock_covers_what_is_declared_and_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, flags=re.MULTILINE))
    declared = {re.split(r"[<>=\[ ]", d)[0].lower().replace("_", "-") for d in _requirements("dev", "cluster", "serve")}
    assert declared - locked == set()
    assert all(
        re.search(rf"^{re.escape(name)}==.*\n    --hash=sha256:[0-9a-f]{{64}}", lock, re.MULTILINE) for name in locked
    )
    assert not re.search(r"://|--index|--find-links| /", lock)


def test_the_container_installs_locked_versions_of_what_runs_and_nothing_else() -> None:
    folder = ROOT / "deploy"
    whole = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text(encoding="utf-8").strip())
    lock = (folder / "requirements.lock").read_text(encoding="utf-8")
    assert set(re.split(r"\n(?=\S)", lock.strip())) < set(whole)  # the same versions and hashes
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, flags=re.MULTILINE))
    assert {re.split(r"[<>=\[ ]", d)[0].lower().replace("_", "-") for d in _requirements("serve")} < locked
    assert "hatchling" in locked
    assert not locked & {"playwright", "pytest", "mypy", "ruff", "hypothesis"}
    steps = (folder / "Containerfile").read_text(encoding="utf-8")
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", steps, re.MULTILINE):
        assert all((ROOT / path).exists() for path in source.split()), source
    command = json.loads(re.search(r"^CMD (\[.*\])$", steps, re.MULTILINE)[1])  # type: ignore[index]
    assert parser().parse_args(command[1:]).command == "app"


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.name[:3]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def _requirements(*extras: str) -> list[str]:
    project = PROJECT["project"]
    return [*project["dependencies"], *(d for extra in extras for d in project["optional-dependencies"][extra])]


# Werkzeug is Dash's own server, and comes with it; others are the extras `cluster`, `serve` and `workbench`.
ALONG = {"brotli", "werkzeug", "flask", "distributed", "dask", "gunicorn", "ema_workbench"}


def _imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found - ALONG
