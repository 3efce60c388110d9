"""The model reference from the model itself: ``docs/reference/MODEL.md``, and a page for each of its sectors.

    python -m analysis.reference

Everything stands beside the model: equations and documentation in its file, sources, loops, levers, passages in its
tables. Only what cutting a loop changed comes from stored results (``analysis/validation.py``).
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis import documents
from analysis.results_folder import RESULTS
from policy_lab import load_model
from policy_lab.checks.structure import SOURCE
from policy_lab.checks.validation_tests import read_test
from policy_lab.cli.text_tables import number, printable, span
from policy_lab.model import Lever, Model, Outcome, Scenario, Source, Uncertainty
from policy_lab.model.loops import loop_rows
from policy_lab.paths import models_folder
from policy_lab.readers import document_of, fold
from policy_lab.report.templating import Context, slug
from policy_lab.statements import Document, Statement, as_written

OUT = documents.DOCS / "reference"
PICTURES = documents.DOCS / "images" / "sectors"
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
    rows: list[list[Any]] = next((read_test(test).rows for test in tests if test["key"] == "anomaly"), [])
    return Reference(model, document_of(model.path), {row[0].key: row for row in rows})


@dataclass(frozen=True)
class FirstPage(Context, template="reference.md.j2", folder=documents.TEMPLATES):
    """The first page of a model's reference: how many variables of each kind, and tables, a row each in the order of
    the template's columns."""

    model: str
    hash: str
    variables: int
    kinds: Sequence[tuple[str, int]]
    sectors: Sequence[Sequence[object]]
    loops: Sequence[Sequence[object]]
    levers: Sequence[Sequence[object]]
    scenarios: Sequence[Sequence[object]]
    outcomes: Sequence[Sequence[object]]
    uncertainties: Sequence[Sequence[object]]
    sources: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Entry:
    """One variable: what it is, what it rests on, and links to what it uses and what uses it.

    Attributes:
        limits: its range in words, "" for none.
        sources: key to source; None for a key that no row of ``sources.csv`` has.
        uncertain: rows of its elements, each with its range in words.
    """

    name: str
    kind: str
    unit: str
    limits: str
    equations: Sequence[str]
    documentation: str
    sources: Mapping[str, Source | None]
    uncertain: Sequence[tuple[Uncertainty, str]]
    levers: Sequence[Lever]
    outcomes: Sequence[Outcome]
    passages: Sequence[Mapping[str, str]]
    uses: Sequence[str]
    used_by: Sequence[str]


@dataclass(frozen=True)
class SectorPage(Context, template="sector.md.j2", folder=documents.TEMPLATES):
    """The page of a sector.

    Attributes:
        passages: the words of the essay behind it.
        picture: file of its diagram, "" for none.
        contents: kind to the names of its variables.
        entries: in the order of the model's file.
    """

    model: str
    sector: str
    passages: Sequence[Mapping[str, str]]
    picture: str
    contents: Mapping[str, Sequence[str]]
    entries: Sequence[Entry]


def pages(reference: Reference) -> dict[str, str]:
    """Every page of a model's reference by its file's name, below docs/reference/."""
    name = reference.model.name
    found = {f"{name}.md": documents.text(first_page(reference))}
    for sector in reference.sectors:
        found[f"{name}/{slug(sector)}.md"] = documents.text(sector_page(reference, sector))
    return found


# ---- the first page ------------------------------------------------------------------------------------------------


def first_page(reference: Reference) -> FirstPage:
    """Contents, loops, levers, scenarios, outcomes, uncertain parameters, sources."""
    model, folder = reference.model, f"{reference.model.name}/"
    counts = Counter(reference.kind(name) for name in reference.place)
    cited = Counter(
        key for s in reference.document.by_name.values() for key in SOURCE.findall(s[0].documentation)
    )  # fmt: skip
    return FirstPage(
        model.name, model.hash, len(reference.place), counts.most_common(),
        sectors=[_sector_row(reference, sector, folder) for sector in reference.sectors],
        loops=[_loop(reference, row, folder) for row in loop_rows(model)],
        levers=[(reference.link(r.name, folder), r.group, number(r.default), span(r.low, r.high), r.unit, r.decided_by,
                 r.cost, r.why) for r in model.levers.values()],
        scenarios=[(f"`{w.key}`", w.title, w.rationale, _settings(reference, w, folder))
                   for w in model.scenarios.values()],
        outcomes=[(reference.link(o.name, folder), o.label, o.unit, o.better, _where(o), o.why)
                  for o in model.outcomes.values()],
        uncertainties=[(reference.link(u.name, folder), number(u.default), span(u.low, u.high), u.unit, u.distribution,
                        f"[{u.source}](#{slug(u.source)})", u.grade, u.why) for u in model.uncertainties.values()],
        sources=[(f'<a id="{slug(s.key)}"></a>{s.key}', s.grade, cited[s.key], s.citation, s.note)
                 for s in model.sources.values()],
    )  # fmt: skip


def _where(outcome: Outcome) -> str:
    """Where an outcome exists, "" for everywhere."""
    where = outcome.where
    return f"{where.variable} {where.sign} {number(where.number)}" if where else ""


def _sector_row(reference: Reference, sector: str, folder: str) -> tuple[object, ...]:
    names = reference.sectors[sector]
    stocks = sum(reference.kind(name) == "stock" for name in names)
    words = [f"“{row['quote']}”" for row in reference.passages if row["group"] == sector]
    return f"[{sector}]({folder}{slug(sector)}.md)", len(names), stocks, " ".join(words)


def _loop(reference: Reference, row: Mapping[str, str], folder: str) -> tuple[object, ...]:
    """Its story, its switch, where cutting it shows, and what that changed."""
    cut = reference.cut.get(row["name"])
    changed = (f"{float(cut[4]):+.1%}", cut[7]) if cut else ("not run", "")
    where = f"{reference.link(row['outcome'], folder)}, {row['year']}"
    told = (row.get("path") or row["circuit"]).replace(">", "→")
    return (f"**{row['name']}**", row["kind"], told, reference.link(row["switch"], folder),
            f"`{row['world']}`", where, row["when_cut"], *changed)  # fmt: skip


def _settings(reference: Reference, scenario: Scenario, folder: str) -> str:
    told = []
    for name, setting in scenario.levers.items():
        start = f" from {number(setting.start)}" if setting.start == setting.start else ""
        ramp = f" over {number(setting.ramp)} years" if setting.ramp == setting.ramp else ""
        end = f" until {number(setting.end)}" if setting.end == setting.end else ""
        told.append(f"{reference.link(name, folder)} {number(setting.value)}{start}{ramp}{end}")
    for name, value in {**scenario.events, **scenario.assumptions}.items():
        told.append(f"{reference.link(name, folder)} {number(value)}")
    if scenario.until is not None:
        told.append(f"runs to {number(scenario.until)}")
    return "; ".join(told) or "nothing"


# ---- a sector ------------------------------------------------------------------------------------------------------


def sector_page(reference: Reference, sector: str) -> SectorPage:
    """Diagram, contents, and the entry of every variable."""
    model = reference.model
    picture = PICTURES / f"{slug(sector).replace('-', '_')}.svg"
    drawn = picture.is_file() and model.folder is not None and model.folder.parent == models_folder()
    names = reference.sectors[sector]
    contents = {kind: [n for n in names if reference.kind(n) == kind] for kind in ORDER}
    return SectorPage(
        model.name,
        sector,
        passages=[row for row in reference.passages if row["group"] == sector],
        picture=picture.name if drawn else "",
        contents={kind: names for kind, names in contents.items() if names},
        entries=[entry(reference, name) for name in names],
    )


def entry(reference: Reference, name: str) -> Entry:
    """One variable."""
    model, statements = reference.model, reference.document.by_name[name]
    cited = dict.fromkeys(key for s in statements for key in SOURCE.findall(s.documentation))
    documentation = dict.fromkeys(printable(SOURCE.sub("", s.documentation)) for s in statements)
    return Entry(
        name,
        reference.kind(name),
        statements[0].unit,
        span(*statements[0].limits),
        equations=list(dict.fromkeys(reference.equation(s) for s in statements)),
        documentation=" ".join(filter(None, documentation)),
        sources={key: model.sources.get(key) for key in cited},
        uncertain=[(u, span(u.low, u.high)) for u in model.uncertainties.values() if bare(u.name) == name],
        levers=[lever for lever in model.levers.values() if bare(lever.name) == name],
        outcomes=[outcome for outcome in model.outcomes.values() if bare(outcome.name) == name],
        passages=[row for row in reference.passages if fold(row["variable"]) == fold(name)],
        uses=[reference.link(used) for used in reference.uses[name]],
        used_by=[reference.link(user) for user in reference.users.get(name, [])],
    )


def bare(name: str) -> str:
    """A name without its elements."""
    return name.partition("[")[0]


def main() -> None:
    """Write the pages of each model that comes with us."""
    for folder in sorted(path for path in models_folder().iterdir() if path.is_dir()):
        made = pages(reference_of(load_model(folder)))
        shutil.rmtree(OUT / folder.name, ignore_errors=True)  # pages of sectors that are gone
        for name, text in made.items():
            file = OUT / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print(f"wrote {file.relative_to(documents.DOCS.parent)}")


if __name__ == "__main__":
    main()
