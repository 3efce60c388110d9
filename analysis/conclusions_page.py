"""The page of conclusions: every statement of our documents with the share of futures in which it holds."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis import documents
from analysis.results_folder import RESULTS
from policy_lab.checks.twelve_tests import AGAINST, SETTLED
from policy_lab.report.templating import Context

PAGE = "conclusions.md"
FOLDER = RESULTS / "conclusions"
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
        verdicts: in the order of ``VERDICTS``.
    """

    model: str
    hash: str
    statements: int
    futures: int
    parameters: int
    seed: int
    verdicts: Sequence[Verdict]


def page(folder: Path = FOLDER) -> Conclusions:
    """The page, from the stored table."""
    with (folder / "claims.csv").open(encoding="utf-8", newline="") as opened:
        rows = sorted(csv.DictReader(opened), key=lambda row: (row["said in"], -float(row["share of futures"])))
    verdicts = [
        Verdict(title, meaning, [_row(row) for row in rows if verdict_of(float(row["share of futures"])) == place])
        for place, (_, title, meaning) in enumerate(VERDICTS)
    ]
    made = json.loads((folder / "made_from.json").read_text(encoding="utf-8"))
    return Conclusions(statements=len(rows), verdicts=verdicts, **made)


def verdict_of(share: float) -> int:
    """Which of ``VERDICTS`` a share of futures gets."""
    if share >= 1:
        return 0
    return 1 if share >= SETTLED else 2 if share > AGAINST else 3


def _row(row: dict[str, str]) -> list[str]:
    share = float(row["share of futures"])
    places = 0 if share in (0.0, 1.0) or 0.01 <= share <= 0.99 else 1 if 0.001 <= share <= 0.999 else 2
    told = f"{100 * share:.{places}f} %"
    ends = f"{_figure(row['p05'])} to {_figure(row['p95'])}"
    return [row["claim"], told, row["at the defaults"], f"{row['outcome']}, {row['year']}",
            _figure(row["median"]), ends, row["said in"]]  # fmt: skip


def _figure(text: str) -> str:
    """Two significant digits as people write them: 13,000 and 0.26; what is next to nothing is 0."""
    value = float(text)
    if value == 0 or abs(value) < 0.0005:
        return "0"
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 10 else f"{rounded:g}"


if __name__ == "__main__":
    documents.write(page(), PAGE)
