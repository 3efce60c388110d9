"""Writes the model reference from the model itself: docs/reference/MODEL.md, and a page for each of its sectors.

Everything stands beside the model: equations and documentation in its file, sources, loops, levers, passages in its
tables. Only what cutting a loop changed comes from stored results (``analysis/validation.py``).
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from policy_lab import load_model
from policy_lab.checks.structure import SOURCE
from policy_lab.cli.text_tables import number, printable, span
from policy_lab.model import Model, Scenario
from policy_lab.model.loops import loop_rows
from policy_lab.paths import models_folder
from policy_lab.readers import document_of, fold
from policy_lab.statements import Document, Statement, as_written

OUT = Path(__file__).parent / "reference"
PICTURES = Path(__file__).parent / "images" / "sectors"
RESULTS = Path(__file__).parent.parent / "analysis" / "results"
KINDS = {"stock": "stock", "table": "lookup", "constant": "constant", "control": "time setting"}
ORDER = ("stock", "flow", "auxiliary", "lookup", "lever", "constant", "time setting")
NO_GROUP = "Others"


@dataclass(frozen=True)
class Reference:
    """One model, ready to be written about.

    Attributes:
        model: with its folder.
        document: its equations as the modeller wrote them.
        cut: rows of the loop test of its stored validation, by the name of the loop; none where there is none.
    """

    model: Model
    document: Document
    cut: Mapping[str, Sequence[Any]]

    @cached_property
    def sectors(self) -> dict[str, list[str]]:
        """Sector to its variables, both in the order of the file."""
        found: dict[str, list[str]] = {}
        for name, statements in self.document.by_name.items():
            found.setdefault(statements[0].group or NO_GROUP, []).append(name)
        return found

    @cached_property
    def place(self) -> dict[str, str]:
        """Variable to the address of its entry, from the folder of the sector pages."""
        return {n: f"{slug(sector)}.md#{slug(n)}" for sector, names in self.sectors.items() for n in names}

    @cached_property
    def uses(self) -> dict[str, tuple[str, ...]]:
        """Variable to what its equations name, each once."""
        return {
            name: tuple(dict.fromkeys(u for s in statements for u in s.reads if u in self.place and u != name))
            for name, statements in self.document.by_name.items()
        }

    @cached_property
    def users(self) -> dict[str, list[str]]:
        """Variable to those whose equations name it."""
        found: dict[str, list[str]] = {}
        for name, used in self.uses.items():
            for each in used:
                found.setdefault(each, []).append(name)
        return found

    @cached_property
    def flows(self) -> set[str]:
        """Auxiliaries that fill or drain a stock, without their elements."""
        return {bare(name) for name in self.model.program.flows}

    @cached_property
    def lines(self) -> list[str]:
        """Lines of a Vensim file; none of any other kind."""
        return self.model.text.split("\n") if self.model.path.suffix.lower() == ".mdl" else []

    @cached_property
    def passages(self) -> Sequence[Mapping[str, str]]:
        """The words of the essay behind variables and sectors: rows of ``passages.csv``."""
        return self.model.passages.rows

    def equation(self, statement: Statement) -> str:
        """The equation as the file has it, else as it was read."""
        end = next((n for n in range(statement.line, len(self.lines)) if self.lines[n].lstrip().startswith("~")), None)
        if not statement.line or end is None:
            return f"{statement.title} = {as_written(statement.expression, 10_000)}"
        return "\n".join(line.rstrip() for line in self.lines[statement.line - 1 : end]).strip().expandtabs(4)

    def kind(self, name: str) -> str:
        """What a variable is to a person."""
        if name in {bare(lever) for lever in self.model.levers}:
            return "lever"
        if name in self.flows:
            return "flow"
        return KINDS.get(self.document.by_name[name][0].kind, "auxiliary")

    def link(self, name: str, folder: str = "") -> str:
        """A variable, perhaps with elements, as a link to its entry."""
        whole = name if name in self.place else bare(name)
        return f"[{printable(name)}]({folder}{self.place[whole]})" if whole in self.place else printable(name)


def reference_of(model: Model) -> Reference:
    """Read what a reference needs."""
    file = RESULTS / "validation" / f"{model.name}.json"
    tests = json.loads(file.read_text(encoding="utf-8"))["tests"] if file.is_file() else []
    rows: list[list[Any]] = next((test["rows"] for test in tests if test["key"] == "anomaly"), [])
    return Reference(model, document_of(model.path), {row[0]: row for row in rows})


def pages(reference: Reference) -> dict[str, str]:
    """Every page of a model's reference by its file's name, below docs/reference/."""
    name = reference.model.name
    found = {f"{name}.md": "\n\n".join(front(reference)) + "\n"}
    for sector in reference.sectors:
        found[f"{name}/{slug(sector)}.md"] = "\n\n".join(sector_page(reference, sector)) + "\n"
    return found


# ---- the first page ------------------------------------------------------------------------------------------------


def front(reference: Reference) -> Iterator[str]:
    """Contents, loops, levers, worlds, outcomes, uncertain parameters, sources."""
    model, folder = reference.model, f"{reference.model.name}/"
    counts = Counter(reference.kind(name) for name in reference.place)
    yield f"# Reference of `{model.name}`"
    yield (
        f"Made by `make docs` from the model whose equations have the hash `{model.hash[:12]}`; nobody edits it. "
        f"{len(reference.place)} variables, arrays counted once: "
        + ", ".join(f"{count} × {kind}" for kind, count in counts.most_common())
        + ". Each has its equation, unit, documentation, range, source with grade, the words of the essay behind it, "
        "what it uses and what uses it. Grades: A measured or published, B published and derived, C fitted or thin, "
        "J judgement."
    )
    yield "Contents: " + ", ".join(f"[{title}](#{slug(title)})" for title in ("Sectors", *PARTS)) + "."
    rows = [_sector_row(reference, sector, folder) for sector in reference.sectors]
    yield "## Sectors"
    yield markdown(["sector", "variables", "of them stocks", "what the essay says of it"], rows)
    for title, part in PARTS.items():
        yield f"## {title}"
        yield from part(reference, folder)


def _sector_row(reference: Reference, sector: str, folder: str) -> list[str]:
    names = reference.sectors[sector]
    stocks = sum(reference.kind(name) == "stock" for name in names)
    words = [f"“{row['quote']}”" for row in reference.passages if row["group"] == sector]
    return [f"[{sector}]({folder}{slug(sector)}.md)", str(len(names)), str(stocks), " ".join(words)]


def loops(reference: Reference, folder: str) -> Iterator[str]:
    """Every named loop: its story, its switch, where cutting it shows, and what that changed."""
    rows = loop_rows(reference.model)
    if not rows:
        yield "The model names none."
        return
    yield "R: reinforcing, B: balancing. A loop is cut by setting its switch from 1 to 0; *changed by* is what the "\
        "outcome then differs by, as a share of its size, and *outcomes moved* how many of the model's outcomes move "\
        "by more than a twentieth of their range over the worlds."  # fmt: skip
    header = ["loop", "", "story", "switch", "world", "outcome and year", "claimed", "changed by", "outcomes moved"]
    yield markdown(header, [_loop(reference, row, folder) for row in rows])


def _loop(reference: Reference, row: Mapping[str, str], folder: str) -> list[str]:
    cut = reference.cut.get(row["name"])
    changed = [f"{float(cut[4]):+.1%}".replace("%", " %"), str(cut[7])] if cut else ["not run", ""]
    where = f"{reference.link(row['outcome'], folder)}, {row['year']}"
    return [f"**{row['name']}**", row["kind"], row["path"].replace(">", "→"), reference.link(row["switch"], folder),
            f"`{row['world']}`", where, row["when_cut"], *changed]  # fmt: skip


def levers(reference: Reference, folder: str) -> Iterator[str]:
    """What somebody can decide."""
    rows = [
        [reference.link(r.name, folder), r.group, number(r.default), span(r.low, r.high), r.unit, r.decided_by, r.cost,
         r.why] for r in reference.model.levers.values()
    ]  # fmt: skip
    yield markdown(["lever", "group", "status quo", "range", "unit", "who decides", "cost", "why"], rows)


def worlds(reference: Reference, folder: str) -> Iterator[str]:
    """Scenarios and what each sets."""
    yield "What a world does not name stands at status quo. A lever without a year starts as the model file has it."
    rows = [[f"`{w.key}`", w.title, w.rationale, _settings(reference, w, folder)]
            for w in reference.model.scenarios.values()]  # fmt: skip
    yield markdown(["world", "title", "rationale", "sets"], rows)


def _settings(reference: Reference, world: Scenario, folder: str) -> str:
    told = []
    for name, setting in world.levers.items():
        start = f" from {number(setting.start)}" if setting.start == setting.start else ""
        ramp = f" over {number(setting.ramp)} years" if setting.ramp == setting.ramp else ""
        told.append(f"{reference.link(name, folder)} {number(setting.value)}{start}{ramp}")
    for name, value in {**world.events, **world.assumptions}.items():
        told.append(f"{reference.link(name, folder)} {number(value)}")
    return "; ".join(told) or "nothing"


def outcomes(reference: Reference, folder: str) -> Iterator[str]:
    """What people look at first."""
    rows = [[reference.link(o.name, folder), o.label, o.unit, o.better, o.why]
            for o in reference.model.outcomes.values()]  # fmt: skip
    yield markdown(["outcome", "label", "unit", "better", "why"], rows)


def uncertainties(reference: Reference, folder: str) -> Iterator[str]:
    """What nobody knows, with the range that studies draw from."""
    rows = [
        [reference.link(u.name, folder), number(u.default), span(u.low, u.high), u.unit, u.distribution,
         f"[{u.source}](#{slug(u.source)})", u.grade, u.why] for u in reference.model.uncertainties.values()
    ]  # fmt: skip
    yield markdown(["parameter", "default", "range", "unit", "distribution", "source", "grade", "why"], rows)


def sources(reference: Reference, folder: str) -> Iterator[str]:
    """Where numbers come from, and how many rest on each."""
    counted = Counter(key for s in _firsts(reference) for key in SOURCE.findall(s.documentation))
    rows = [[f'<a id="{slug(s.key)}"></a>{s.key}', s.grade, str(counted[s.key]), s.citation, s.note]
            for s in reference.model.sources.values()]  # fmt: skip
    yield markdown(["key", "grade", "constants", "citation", "note"], rows)


def _firsts(reference: Reference) -> Iterator[Statement]:
    return (statements[0] for statements in reference.document.by_name.values())


PARTS = {"Loops": loops, "Levers": levers, "Worlds": worlds, "Outcomes": outcomes,
         "Uncertain parameters": uncertainties, "Sources": sources}  # fmt: skip


# ---- a sector ------------------------------------------------------------------------------------------------------


def sector_page(reference: Reference, sector: str) -> Iterator[str]:
    """Diagram, contents, and the entry of every variable."""
    model = reference.model
    yield f"# {sector}"
    yield f"A sector of [`{model.name}`](../{model.name}.md)."
    for row in reference.passages:
        if row["group"] == sector:
            yield f"> {row['quote']}\n>\n> Essay, section “{row['section']}”"
    picture = PICTURES / f"{slug(sector).replace('-', '_')}.svg"
    if picture.is_file() and model.folder and model.folder.parent == models_folder():
        yield f"![Stocks and flows of the sector](../../images/sectors/{picture.name})"
    names = reference.sectors[sector]
    kinds = {reference.kind(name) for name in names}
    for kind in sorted(kinds, key=ORDER.index):
        told = ", ".join(f"[{n}](#{slug(n)})" for n in names if reference.kind(n) == kind)
        yield f"**{kind}**: {told}"
    for name in names:
        yield from entry(reference, name)


def entry(reference: Reference, name: str) -> Iterator[str]:
    """One variable."""
    statements = reference.document.by_name[name]
    first = statements[0]
    limits = span(*first.limits)
    yield f"### {name}"
    yield f"{reference.kind(name)}, {first.unit or 'no unit'}" + (f", {limits}" if limits else "")
    equations = dict.fromkeys(reference.equation(s) for s in statements)
    yield "```text\n" + "\n".join(equations) + "\n```"
    documentation = dict.fromkeys(SOURCE.sub("", s.documentation).strip() for s in statements)
    yield " ".join(printable(words) for words in documentation if words)
    told = "\n".join(f"- {line}" for line in _told(reference, name, statements))
    if told:
        yield told


def _told(reference: Reference, name: str, statements: Sequence[Statement]) -> Iterator[str]:
    model, index = reference.model, f"../{reference.model.name}.md"
    for key in dict.fromkeys(key for s in statements for key in SOURCE.findall(s.documentation)):
        row = model.sources.get(key)
        told = f", grade {row.grade}: {row.citation.rstrip('.')}. {row.note}" if row else ""
        yield f"Source: [{key}]({index}#{slug(key)}){told}"
    for known in (u for u in model.uncertainties.values() if bare(u.name) == name):
        element = known.name.removeprefix(name)
        yield f"Uncertain{element and ' ' + element}: {span(known.low, known.high)}, {known.distribution}, " \
            f"{known.source}, grade {known.grade}. {known.why}"  # fmt: skip
    for lever in (r for r in model.levers.values() if bare(r.name) == name):
        yield f"[Lever]({index}#levers): {lever.why} {lever.decided_by} decide; cost: {lever.cost}."
    for outcome in (o for o in model.outcomes.values() if bare(o.name) == name):
        yield f"[Outcome]({index}#outcomes) {outcome.name.removeprefix(name)}: {outcome.why}".replace(" :", ":")
    for passage in reference.passages:
        if fold(passage["variable"]) == fold(name):
            yield f"Essay: “{passage['quote']}” (section “{passage['section']}”)"
    for words, names in (("Uses", reference.uses[name]), ("Used by", reference.users.get(name, []))):
        yield f"{words}: {', '.join(map(reference.link, names)) or 'nothing'}"


# ---- words ---------------------------------------------------------------------------------------------------------


def bare(name: str) -> str:
    """A name without its elements."""
    return name.partition("[")[0]


def slug(title: str) -> str:
    """The anchor that repository browsers give a heading; also the name of a sector's file."""
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(printable(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def main() -> None:
    """Write the pages of each model that comes with us."""
    for folder in sorted(path for path in models_folder().iterdir() if path.is_dir()):
        shutil.rmtree(OUT / folder.name, ignore_errors=True)
        for name, text in pages(reference_of(load_model(folder))).items():
            file = OUT / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print(f"wrote {file.relative_to(OUT.parent.parent)}")


if __name__ == "__main__":
    main()
