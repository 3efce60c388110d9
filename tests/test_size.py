"""Nothing grows past what one look takes in: no function over 60 lines, no module over 400, no import cycle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("policy_lab", "analysis")
LINES_OF_A_FUNCTION, LINES_OF_A_MODULE = 60, 400

# What is still too long. The lists only shrink: an entry that is no longer too long fails as well.
LONG_FUNCTIONS: set[str] = set()
LONG_MODULES: set[str] = set()


def modules() -> Iterator[tuple[str, str]]:
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{name}:{node.name}"
        for name, text in modules()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LINES_OF_A_FUNCTION
    }
    assert long == LONG_FUNCTIONS


def test_no_module_is_longer_than_four_hundred_lines() -> None:
    long = {name for name, text in modules() if len(text.splitlines()) > LINES_OF_A_MODULE}
    assert long == LONG_MODULES


@pytest.mark.parametrize("package", FOLDERS)
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    graph = grimp.build_graph(package, exclude_type_checking_imports=True, cache_dir=None)
    assert list(cycles({m: graph.find_modules_directly_imported_by(m) for m in graph.modules})) == []


def cycles(edges: dict[str, set[str]]) -> Iterator[list[str]]:
    """The modules in circles: what is left when those that read nothing or that nothing reads are taken off."""
    left = dict(edges)
    while True:
        read = set().union(*left.values()) if left else set()
        kept = {m: others & left.keys() for m, others in left.items() if m in read and others & left.keys()}
        if len(kept) == len(left):
            break
        left = kept
    if left:
        yield sorted(left)
