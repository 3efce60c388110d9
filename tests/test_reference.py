"""The model reference: that of this very model, whole, with links that lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.reference import OUT, Reference, bare, pages, reference_of
from policy_lab.model import load_model, model_names
from policy_lab.program import names_in
from policy_lab.report.templating import slug

LINK = re.compile(r"\]\(([^()\s]+(?:\([^()]*\))?[^()\s]*)\)")


@pytest.fixture(scope="module")
def reference() -> Reference:
    return reference_of(load_model("big_science"))


@pytest.fixture(scope="module")
def written(reference: Reference) -> dict[str, str]:
    return pages(reference)


def anchors(text: str) -> set[str]:
    """What a repository browser lets a link point to."""
    headings = re.findall(r"^#{1,6} (.+)$", text, flags=re.MULTILINE)
    return {slug(heading) for heading in headings} | set(re.findall(r'<a id="([^"]+)">', text))


def test_the_kept_pages_are_of_the_models_that_are_here() -> None:
    written = {name: text for model in model_names() for name, text in pages(reference_of(load_model(model))).items()}
    kept = {str(file.relative_to(OUT)): file.read_text(encoding="utf-8") for file in OUT.rglob("*.md")}
    assert sorted(kept) == sorted(written), "make docs"
    assert [name for name in kept if kept[name] != written[name]] == [], "make docs"


def test_every_variable_of_a_run_has_an_entry(reference: Reference, written: dict[str, str]) -> None:
    entries = {name: text for name, text in written.items() if "/" in name}
    for name in {bare(name) for name in reference.model.program.visible}:
        page = entries[f"big_science/{reference.place[name].partition('#')[0]}"]
        assert page.count(f"\n### {name}\n") == 1, name


def test_uses_are_those_of_the_equations_that_run(reference: Reference) -> None:
    """The reference reads the file as text; the Program, unrolled and expanded, is what is computed."""
    program = reference.model.program
    for name in program.visible:
        equation = program.equations[name]
        read = {u for e in (equation.expression, equation.initial) if e is not None for u in names_in(e)}
        shown = {bare(u) for u in read if u in program.equations and not program.equations[u].hidden} - {bare(name)}
        assert shown <= set(reference.uses[bare(name)]) | {"Time"}, name
    for name, used in reference.uses.items():
        assert all(name in reference.users[each] for each in used)


def test_every_link_leads_somewhere(written: dict[str, str]) -> None:
    there = {OUT / name: anchors(text) for name, text in written.items()}
    for name, text in written.items():
        for link in set(LINK.findall(text)):
            file, _, anchor = link.partition("#")
            target = (OUT / name).parent / file if file else OUT / name
            resolved = Path(str(target.resolve()))
            assert resolved.exists(), f"{name}: {link}"
            assert not anchor or anchor in there[resolved], f"{name}: {link}"


def test_constants_and_passages_say_where_they_are_from(reference: Reference, written: dict[str, str]) -> None:
    whole = "\n".join(written.values())
    constants = [n for n, s in reference.document.by_name.items() if s[0].kind == "constant"]
    assert len(re.findall(r"^- Source: \[.+, grade [ABCDJ]: ", whole, flags=re.MULTILINE)) >= len(constants)
    rows = reference.passages
    assert len(rows) > 50
    assert all(f"“{row['quote']}”" in whole or f"> {row['quote']}" in whole for row in rows)


def test_a_page_is_of_a_size_that_browsers_show(written: dict[str, str]) -> None:
    assert max(len(text.encode()) for text in written.values()) < 150_000


def test_a_model_without_loops_and_passages_has_a_reference_too(small_field: Path) -> None:
    found = pages(reference_of(load_model(small_field)))
    assert "## Levers" in found["small_field.md"]
    assert any("### " in text for name, text in found.items() if name != "small_field.md")
