"""The picture of the packages in docs/architecture.md, made from the imports.

    python -m analysis.draw_architecture [--check]

Layers come from the import contract in ``pyproject.toml``, arrows from the imports themselves (grimp), what a package
is from the first sentence of its docstring. An arrow that a chain of other arrows already implies is left out. Imports
for type checking alone do not count: nothing runs them.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import grimp

from analysis import documents
from policy_lab.report.templating import Context

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "architecture.md"
PACKAGE = "policy_lab"
BEGIN, END = "<!-- made by analysis.draw_architecture -->", "<!-- end of what is made -->"


def layers() -> list[list[str]]:
    """Packages and modules right below ``policy_lab``, layer by layer from the top, as the import contract has them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    rule = next(contract for contract in contracts if contract["type"] == "layers")
    return [[name.strip(" ()") for name in re.split(r"[|:]", layer)] for layer in rule["layers"]]


def imports() -> dict[str, set[str]]:
    """Package to the packages that any of its modules imports."""
    graph = grimp.build_graph(PACKAGE, exclude_type_checking_imports=True, cache_dir=None)
    drawn = {name for layer in layers() for name in layer}
    found: dict[str, set[str]] = {name: set() for name in drawn}
    for module in graph.modules:
        for other in graph.find_modules_directly_imported_by(module):
            one, two = _top(module), _top(other)
            if one != two and one in drawn and two in drawn:
                found[one].add(two)
    return found


def _top(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def direct(edges: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The same without the arrows that a longer way through others implies (the transitive reduction)."""
    reach: dict[str, set[str]] = {}

    def below(name: str) -> set[str]:
        if name not in reach:
            reach[name] = set(edges[name]).union(*(below(other) for other in edges[name]))
        return reach[name]

    return {name: {o for o in others if not any(o in below(p) for p in others - {o})} for name, others in edges.items()}


def first_sentence(name: str) -> str:
    """What a package or module is: the first sentence of its docstring, without markup."""
    folder = ROOT / PACKAGE / name
    file = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    words = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split("\n\n")[0]
    return re.split(r"(?<=\w[.?!])\s", " ".join(words.split()))[0].replace("``", "`")


@dataclass(frozen=True)
class Architecture(Context, template="architecture.md.j2", folder=documents.TEMPLATES):
    """A diagram, then a table with every package.

    Attributes:
        layers: packages from the top.
        arrows: of the diagram, from the package that imports.
        purposes: what each package is.
        imports: what each imports.
    """

    layers: Sequence[Sequence[str]]
    arrows: Sequence[tuple[str, str]]
    purposes: Mapping[str, str]
    imports: Mapping[str, Sequence[str]]


def picture() -> Architecture:
    """What stands between the two marks of the page."""
    stacked, edges = layers(), imports()
    arrows = [(name, other) for name, others in sorted(direct(edges).items()) for other in sorted(others)]
    purposes = {name: first_sentence(name) for name in edges}
    return Architecture(stacked, arrows, purposes, {name: sorted(others) for name, others in edges.items()})


def with_picture(text: str) -> str:
    """The page with what is made put between its marks again."""
    return documents.between(text, BEGIN, END, documents.text(picture()))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--check", action="store_true", help="write nothing; fail if the page is not up to date")
    stored = PAGE.read_text(encoding="utf-8")
    made = with_picture(stored)
    if words.parse_args().check:
        sys.exit(
            0 if made == stored else f"Out of date: {PAGE.relative_to(ROOT)} (python -m analysis.draw_architecture)"
        )
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
