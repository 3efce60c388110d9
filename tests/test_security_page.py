"""SECURITY.md names a test for each promise, and the test is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_every_promise_names_tests_that_are_there() -> None:
    rows = re.findall(r"^\| (?!promise|---)(.+?) \| (.+?) \|$", PAGE, flags=re.MULTILINE)
    assert len(rows) > 12
    for promise, tests in rows:
        named = re.findall(r"`(tests/\w+\.py)::(\w+)`", tests)
        assert named, promise
        for file, name in named:
            tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
            assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, (file, name)
