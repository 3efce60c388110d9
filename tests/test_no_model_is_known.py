"""Nothing in ``policy_lab/``, ``web/`` or ``assets/`` names a variable of big_science: a model owns its plot."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from policy_lab.model import load_model

ROOT = Path(__file__).parent.parent
FOLDERS = ("policy_lab", "web", "assets")
#: Every model has these: they are Vensim's.
CONTROLS = {"INITIAL TIME", "FINAL TIME", "TIME STEP"}
#: Words that people use anyway, and what they mean where our texts have them.
PLAIN_WORDS = {
    "one person": "who uses the program",
    "one result": "of a study",
    "status quo": "the scenario of every model in which nothing is decided",
    "under construction": "a project of the record",
    "time step": "of a run",
}
#: The command line's help names the model in each of its examples.
EXAMPLES = {"run.py": ("technical researchers", "public science programme", "shared facility")}


def names() -> set[str]:
    """Names of two words and more, arrays by their head, and those with elements."""
    visible = load_model("big_science").program.visible
    heads = {name.partition("[")[0] for name in visible}
    return {name for name in {*heads, *visible} if " " in name or "[" in name} - CONTROLS - PLAIN_WORDS.keys()


def spoken(path: Path) -> Iterator[tuple[int, str]]:
    """Lines and texts of a file without its comments and docstrings."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        tree = ast.parse(text)
        docs = {id(node.body[0].value) for node in ast.walk(tree) if _documented(node)}  # type: ignore[attr-defined]
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                yield node.lineno, node.value
    else:
        bare = re.sub(r"/\*.*?\*/", lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)
        for number, line in enumerate(bare.split("\n"), 1):
            yield number, re.sub(r"(^|\s)(//|#).*", "", line)


def _documented(node: ast.AST) -> bool:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return isinstance(node, kinds) and bool(node.body) and isinstance(node.body[0], ast.Expr)


def files() -> list[Path]:
    """What people write; a bundle is made from it."""
    kinds = {".py", ".js", ".ts", ".toml", ".j2", ".css", ".html"}
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in kinds]
    return [path for path in found if not {"node_modules", "_data", "bundle"} & set(path.parts)]


def test_no_file_names_a_variable_of_big_science() -> None:
    known = re.compile(rf"(?<![\w-])({'|'.join(sorted(map(re.escape, names()), key=len, reverse=True))})(?![\w-])")
    found = [
        f"{path.relative_to(ROOT)}:{line}: {hit}"
        for path in files()
        for line, text in spoken(path)
        for hit in known.findall(text)
        if hit not in EXAMPLES.get(path.name, ())
    ]
    assert found == []


def test_a_name_would_be_found(tmp_path: Path) -> None:
    file = tmp_path / "some.py"
    file.write_text('"""About cost growth."""\nX = f"relief by support[{p}]"  # budget slope\n', encoding="utf-8")
    assert "relief by support" in names()
    assert [text for _, text in spoken(file)] == ["relief by support[", "]"]
