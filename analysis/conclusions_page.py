"""The page of conclusions: route, rules and money first, then every statement of our documents, and what it is."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis import documents
from analysis.claims import BOTTOM_UP, BY_DEFINITION, DEFINITION, FINDING, ROUTE, STRUCTURE, TOP_DOWN
from analysis.criteria import HALVES
from analysis.factorial_tables import STUDY, FactorialTables, Table, figure, hangs_on, percent
from analysis.results_folder import RESULTS
from policy_lab.checks.twelve_tests import AGAINST, SETTLED
from policy_lab.model import load_model
from policy_lab.report.templating import Context
from policy_lab.studies import load_findings

PAGE = "conclusions.md"
FOLDER, FACTORIAL = RESULTS / "conclusions", RESULTS / STUDY
LABELS = {
    FINDING: "inside the ranges there are futures on both sides",
    STRUCTURE: "all futures or none: the equations say so, whatever the ranges",
    DEFINITION: "a lever, an event or an index is defined to do this: an assumption",
}
LEADS = {TOP_DOWN: "state-led", BOTTOM_UP: "scientist-led"}
#: In the order of the page: verdict, what the share of futures must be at least, what the heading says.
VERDICTS = (
    (1.0, "In every future drawn",
     "The structure says so, whatever the ranges: read these as assumptions of the model rather than as findings."),
    (SETTLED, "In at least nine of ten", "Settled inside the ranges; another structure may say otherwise."),
    (AGAINST, "It depends on what nobody knows",
     "Inside the ranges the model says both. The nearer to one half, the less it knows."),
    (0.0, "In one of ten at most",
     "The model says the opposite. Where the essay makes the claim, essay and model disagree, and that stays here."),
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """The statements that hold in about as many futures: the heading, what it means, and a table."""

    title: str
    meaning: str
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Conclusions(Context, template="conclusions.md.j2", folder=documents.TEMPLATES):
    """The page.

    Attributes:
        model, hash: of the model whose futures these are.
        statements, futures, parameters, seed: how many of each, and where the draws begin.
        cells, crossed: how many combinations of choices the factorial study ran, and in how many futures.
        last, short: the last year that it looks at, and what it amounts to by then, in sentences.
        factorial, routes: its tables.
        doubts: the table of futures in which the opposite holds.
        labels: label, its meaning, and how many statements have it.
        verdicts: in the order of ``VERDICTS``.
    """

    model: str
    hash: str
    statements: int
    futures: int
    parameters: int
    seed: int
    cells: int
    crossed: int
    last: int
    short: Sequence[str]
    factorial: Sequence[Table]
    routes: Table
    doubts: Table
    labels: Sequence[tuple[str, str, int]]
    verdicts: Sequence[Verdict]


def page(folder: Path = FOLDER, factorial: Path = FACTORIAL) -> Conclusions:
    """The page, from the stored tables."""
    rows = sorted(_read(folder / "claims.csv"), key=lambda row: (row["said in"], -float(row["share of futures"])))
    verdicts = [
        Verdict(title, meaning, [_row(row) for row in rows if verdict_of(float(row["share of futures"])) == place])
        for place, (_, title, meaning) in enumerate(VERDICTS)
    ]
    made = json.loads((folder / "made_from.json").read_text(encoding="utf-8"))
    findings = load_findings(factorial)
    tables, last = FactorialTables(load_model(made["model"]), findings), findings.times[-1]
    counted = Counter(row["label"] for row in rows)
    return Conclusions(
        statements=len(rows),
        cells=findings.provenance["runs"] // findings.provenance["size"],
        crossed=findings.provenance["size"],
        last=int(last),
        short=tables.in_short(last),
        factorial=[table(year) for table in (tables.variance, tables.effects) for year in findings.times],
        routes=tables.routes(last),
        doubts=_doubts(tables, _read(folder / "doubts.csv")),
        labels=[(label, meaning, counted[label]) for label, meaning in LABELS.items()],
        verdicts=verdicts,
        **made,
    )


def _read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def verdict_of(share: float) -> int:
    """Which of ``VERDICTS`` a share of futures gets."""
    if share >= 1:
        return 0
    return 1 if share >= SETTLED else 2 if share > AGAINST else 3


def _doubts(tables: FactorialTables, rows: Sequence[Mapping[str, str]]) -> Table:
    """For each criterion: how often top-down does better, and openness and breadth lose under either lead."""
    columns = [(half, leader) for half in HALVES for leader in dict.fromkeys(row["leader"] for row in rows)]
    lost = {(row["outcome"], row["year"], row["half"], row["leader"]): row for row in rows}
    told = []
    for outcome, year in dict.fromkeys((row["outcome"], row["year"]) for row in rows):
        cells = [lost[outcome, year, *column] for column in columns]
        open_ones = [row for row in cells if row["label"] == FINDING]
        least = min(open_ones, key=lambda row: abs(float(row["share of futures"]) - 0.5), default=cells[0])
        shares = [percent(float(r["share of futures"])) + ", defined" * (r["label"] == DEFINITION) for r in cells]
        route = tables.ahead(outcome, float(year)) + ", defined" * ((ROUTE, outcome) in BY_DEFINITION)
        told.append([f"{tables.outcome(outcome)}, {year}", route, *shares, _hangs_on(least)])
    heads = [f"{half} loses, {LEADS[leader]}" for half, leader in columns]
    return Table("Could be wrong", ["criterion", "top-down does better", *heads, "hangs on"], told)


def _hangs_on(row: Mapping[str, str]) -> str:
    return hangs_on(row["hangs on"], float(row["rho"])) if row["label"] == FINDING else ""


def _row(row: dict[str, str]) -> list[str]:
    ends = f"{figure(float(row['p05']))} to {figure(float(row['p95']))}"
    asked = float(row["asked in"])
    share = percent(float(row["share of futures"])) + (f" of {percent(asked)}" if asked < 1 else "")
    return [row["claim"], row["label"], share, row["at the defaults"],
            f"{row['outcome']}, {row['year']}", figure(float(row["median"])), ends, _hangs_on(row),
            row["said in"]]  # fmt: skip


if __name__ == "__main__":
    documents.write(page(), PAGE)
