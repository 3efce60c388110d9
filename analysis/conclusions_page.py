"""The page of conclusions: every statement of our documents with the share of futures in which it holds."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from analysis.results_folder import RESULTS
from policy_lab.checks.twelve_tests import AGAINST, SETTLED

PAGE = RESULTS.parent.parent / "docs" / "conclusions.md"
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


def page(folder: Path = FOLDER) -> str:
    """The page, from the stored table."""
    return "\n".join(_lines(folder)) + "\n"


def verdict_of(share: float) -> int:
    """Which of ``VERDICTS`` a share of futures gets."""
    if share >= 1:
        return 0
    return 1 if share >= SETTLED else 2 if share > AGAINST else 3


def _lines(folder: Path) -> Iterator[str]:
    with (folder / "claims.csv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    made = json.loads((folder / "made_from.json").read_text(encoding="utf-8"))
    shares = [verdict_of(float(row["share of futures"])) for row in rows]
    yield f"# What `{made['model']}` concludes, and how often"
    yield ""
    yield (
        f"{len(rows)} statements that our documents make, each asked of the same {made['futures']:,} futures, in which "
        f"the {made['parameters']} uncertain parameters are drawn over their ranges (Latin hypercube, seed "
        f"{made['seed']}). Everything is conditional on the structure of the model and on these ranges; a share is no "
        "probability that the statement is true of the world. Made by `python -m analysis.conclusions`; nobody "
        f"edits it. Equations: `{made['hash'][:12]}`."
    )
    yield ""
    yield from _table(["", "statements"], [[f"[{title}](#{_anchor(title)})", str(shares.count(i))]
                                           for i, (_, title, _) in enumerate(VERDICTS)])  # fmt: skip
    yield ""
    yield (
        "*Difference* is between the two sides that the statement compares (or to the level it names), in the unit of "
        "the outcome: median, and 5th to 95th percentile of the futures; 0 stands for less than 0.0005. *Defaults* "
        "says whether it holds when every parameter stands where the model file has it."
    )
    for i, (_, title, meaning) in enumerate(VERDICTS):
        chosen = [row for row, verdict in zip(rows, shares, strict=True) if verdict == i]
        yield from ("", f"## {title}", "", meaning)
        if chosen:
            chosen.sort(key=lambda row: (row["said in"], -float(row["share of futures"])))
            yield ""
            yield from _table(["statement", "share", "defaults", "outcome", "median", "5 to 95 %", "said in"],
                              [_row(row) for row in chosen])  # fmt: skip


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


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
