"""The page of the push that is let go, from the tables of ``analysis/push_and_let_go.py``."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis import documents
from analysis.factorial_tables import figure, percent
from analysis.push_and_let_go import FALLS, GOES_ON, LATER, NAME, NEVER, PUSH, QUO, STAYS
from analysis.results_folder import RESULTS
from policy_lab.report.templating import Context

PAGE = "push.md"
FOLDER = RESULTS / NAME
YEARS = ("2032", "2035", "2040", "2050", "2060")
SCENARIOS = {PUSH: "push, then let go", QUO: "status quo", GOES_ON: "trading zones that go on"}
Rows = Sequence[Mapping[str, str]]
Cells = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Push(Context, template="push.md.j2", folder=documents.TEMPLATES):
    """The page; shares are in words, tables rows of cells.

    Attributes:
        model, hash, futures, seed, critical, futures_of_lengths: what was run.
        by_then, stays, falls, later, never: shares of futures, ``stays`` of those of ``by_then``.
        anyway, earlier: of the latter, those in which status quo comes together too, and how many years later.
        only_push, only_push_late: together only with the push, in 2060 and a long time after.
        together_push, together_quo, no_push: shares together in 2060.
        sure_at_defaults: whether it is together then at the defaults, whatever the length and strength.
    """

    model: str
    hash: str
    futures: int
    seed: int
    critical: float
    futures_of_lengths: int
    by_then: str
    stays: str
    falls: str
    later: str
    never: str
    anyway: str
    earlier: str
    only_push: str
    only_push_late: str
    together_push: str
    together_quo: str
    no_push: str
    sure_at_defaults: bool
    fates_head: Sequence[str]
    fates: Cells
    years_head: Sequence[str]
    years: Cells
    constants_head: Sequence[str]
    constants: Cells
    ranges: Cells
    lengths_head: Sequence[str]
    lengths: Cells


def page(folder: Path = FOLDER) -> Push:
    """The page, from the stored tables."""
    made = json.loads((folder / "made_from.json").read_text(encoding="utf-8"))
    fates, over_time, lengths = (_read(folder, name) for name in ("fates", "over_time", "lengths"))
    share = {row["fate"]: float(row["share of futures"]) for row in fates}
    together = {(row["scenario"], row["year"]): float(row["share together"]) for row in over_time}
    stays = {row["fate"]: row for row in fates}[STAYS]
    by_then = share[STAYS] + share[FALLS]
    last = [row for row in lengths if row["year"] == YEARS[-1]]
    return Push(
        model=made["model"],
        hash=made["hash"],
        futures=made["futures"],
        seed=made["seed"],
        critical=made["critical"],
        futures_of_lengths=made["futures of lengths"],
        by_then=percent(by_then),
        stays=percent(share[STAYS] / by_then) if by_then else percent(0),
        falls=percent(share[FALLS]),
        later=percent(share[LATER]),
        never=percent(share[NEVER]),
        anyway=percent(float(stays["status quo together in 2060"] or 0)),
        earlier=f"{float(stays['median years earlier'] or 0):.0f}",
        only_push=percent(only_push(fates, "2060")),
        only_push_late=percent(only_push(fates, "2090")),
        together_push=percent(together[PUSH, YEARS[-1]]),
        together_quo=percent(together[QUO, YEARS[-1]]),
        no_push=percent(next(float(row["share together"]) for row in last if float(row["strength"]) == 0)),
        sure_at_defaults=all(float(row["coherence at the defaults"]) >= made["critical"] for row in last),
        fates_head=list(fates[0]),
        fates=[_fate(row) for row in fates],
        years_head=["scenario", *YEARS],
        years=[[name, *(percent(together[key, year]) for year in YEARS)] for key, name in SCENARIOS.items()],
        constants_head=["constant", "range", "ρ", "lower third", "middle third", "upper third"],
        constants=[_constant(row) for row in _read(folder, "constants")],
        ranges=[[row["range"].replace(">=", "≥"), *_percents(row, "share of futures", "together in 2060")]
                for row in _read(folder, "ranges")],
        **_lengths(last),
    )  # fmt: skip


def only_push(fates: Rows, year: str) -> float:
    """Share of all futures that are together in a year with the push and not under status quo."""
    return sum(float(row["share of futures"]) * float(row[f"only with the push in {year}"] or 0) for row in fates)


def _read(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def _percents(row: Mapping[str, str], *columns: str) -> list[str]:
    return [percent(float(row[column])) if row[column] else "" for column in columns]


def _fate(row: Mapping[str, str]) -> list[str]:
    cells = {column: _percents(row, column)[0] for column in row if column != "fate"}
    cells["median years earlier"] = row["median years earlier"]
    return [row["fate"], *cells.values()]


def _constant(row: Mapping[str, str]) -> list[str]:
    rho = f"{float(row['rho']):+.2f}".replace("-", "−")
    thirds = _percents(row, "lower third", "middle third", "upper third")
    return [row["constant"], f"{figure(float(row['low']))} to {figure(float(row['high']))}", rho, *thirds]


def _lengths(rows: Rows) -> dict[str, list[str] | list[list[str]]]:
    """A row for each year in which the push ends, a column for each strength."""
    shares = {(row["ends"], float(row["strength"])): percent(float(row["share together"])) for row in rows}
    strengths = sorted({strength for _, strength in shares if strength})
    ends = dict.fromkeys(end for end, strength in shares if strength)
    return {
        "lengths_head": ["push ends in", *(f"{percent(strength)} as strong" for strength in strengths)],
        "lengths": [[end, *(shares[end, strength] for strength in strengths)] for end in ends],
    }


if __name__ == "__main__":
    documents.write(page(), PAGE)
