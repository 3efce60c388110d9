"""What `make check`'s import layers cannot say: siblings in a family keep to themselves."""

from __future__ import annotations

import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent
FAMILIES: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["policy-lab"]["families"]


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("policy_lab", cache_dir=None)


@pytest.mark.parametrize("family", FAMILIES)
def test_files_of_a_family_never_import_a_sibling(graph: grimp.ImportGraph, family: str) -> None:
    members = graph.find_children(family)
    assert members
    crossings = [
        f"{member} -> {other}"
        for member in members
        for other in graph.find_modules_directly_imported_by(member)
        if other in members and other != member
    ]
    assert crossings == []
