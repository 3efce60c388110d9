"""`policy_lab/model/` alone opens the files of a model folder; `policy_lab/readers/` opens the model file itself."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import policy_lab
from policy_lab.app import create_app
from policy_lab.checks import check_model
from policy_lab.checks.twelve_tests import twelve_tests
from policy_lab.checks.versions import GOLDEN, compare_versions
from policy_lab.cli import main
from policy_lab.model import load_model

PACKAGE = Path(policy_lab.__file__).parent
READERS = (PACKAGE / "model", PACKAGE / "readers")
FIELD = Path(__file__).parent / "models" / "small_field"
#: Roots of names that hold a model.
MODELS = ("model", "source", "before", "bare")
_watched: list[tuple[str, str]] | None = None


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    """Notes each file that is opened, with the innermost of our modules on the stack."""
    if _watched is None or event != "open" or not isinstance(arguments[0], str):
        return
    frame = sys._getframe(1)
    while frame is not None and PACKAGE not in Path(frame.f_code.co_filename).parents:
        frame = frame.f_back  # type: ignore[assignment]
    if frame is not None:
        _watched.append((arguments[0], frame.f_code.co_filename))


sys.addaudithook(_watch)


@pytest.fixture
def opened() -> Iterator[list[tuple[str, str]]]:
    """File and module of everything that our package opens."""
    global _watched
    _watched = []
    yield _watched
    _watched = None


def joins(path: Path) -> Iterator[str]:
    """Places of a module where a path is joined to the folder of a model."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            for part in ast.walk(node.left):
                if isinstance(part, ast.Attribute) and part.attr == "folder":
                    holder = part.value
                    name = holder.attr if isinstance(holder, ast.Attribute) else getattr(holder, "id", "")
                    if name in MODELS:
                        yield f"{path.name}:{node.lineno}"


def test_nothing_else_joins_a_path_to_the_folder_of_a_model() -> None:
    outside = [path for path in PACKAGE.rglob("*.py") if not set(READERS) & set(path.parents)]
    assert [place for path in outside for place in joins(path)] == []
    assert any(True for path in (PACKAGE / "model").glob("*.py") for _ in joins(path))  # and the search finds some


@pytest.mark.parametrize("name", [FIELD, "big_science"])
def test_whatever_is_done_with_a_model_its_files_are_opened_by_one_package(
    opened: list[tuple[str, str]], name: str | Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = load_model(name)
    assert model.folder is not None
    report = check_model(name, runs=name == FIELD)
    if name == FIELD:
        twelve_tests(model, report)
        compare_versions(name, GOLDEN)
    assert main(["describe", str(name)]) == 0
    app = create_app(model)
    for address in ("/", "/model", "/precedents.json", "/precedents.json?lang=de"):
        assert app.server.test_client().get(address).status_code == 200
    ours = [(file, by) for file, by in opened if model.folder in Path(file).parents]
    assert len({file for file, _ in ours}) > 5
    assert {by for _, by in ours if not set(READERS) & set(Path(by).parents)} == set()
