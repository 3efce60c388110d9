"""The page of what must hold of the model, from the tables of ``analysis/model_requirements.py``."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis import documents
from analysis.factorial_tables import Table, percent
from analysis.headline_differences import BITES, NEAR
from analysis.model_requirements import JUDGED, LOSING, NAME
from analysis.results_folder import RESULTS
from policy_lab.model import Model, load_model
from policy_lab.report.templating import Context

PAGE = "requirements.md"
FOLDER = RESULTS / NAME
#: In the order of the page: heading, and what stands below it.
HEADINGS: Mapping[str, tuple[str, str]] = {
    "strength": (
        "Strength is that of big science",
        "Big-science strength is the cube root of centralised infrastructure × agreement on a focus × science. With "
        "nothing decided, nothing paid or no basic science there must be little of it; without big science, who leads "
        "it does not exist. The shares of futures show how far the comparison with a CERN depends on defaults.",
    ),
    "alarm": (
        "Strength does not measure alarm",
        "Correlation over futures of strength with the logarithm of serious incidents so far, in status quo.",
    ),
    "power": (
        "Power never falls when one holder seizes another's compute",
        "In the equations: power concentration and the largest holder's share at every fifth year of every scenario, "
        "with nothing changed but how much the state controls of the labs' compute (0 to 1), or the leading lab of "
        "that of all labs. In runs: everything that follows from more control as well. More control by a secret "
        "programme never lowers them; emergency powers also restrict what labs build, which takes a little off the "
        "leading lab where that is still the largest holder.",
    ),
    "bounds": (
        "Incidents and their memory are bounded",
        "However many incidents are recorded, at most a few a year can each move policy (a saturating share, "
        "m·x/(m + x)), and memory fills up: what enters is multiplied by the part of the ceiling that is left, and the "
        "rest fades. So neither can pass its bound, which is itself uncertain: each future is held against its own, "
        "in status quo and the three scenarios with most incidents.",
    ),
    "grants": (
        "The basic share of grants moves grants only",
        "Labs and governments decide on their own payroll. At a share of 0 only what is that share, or is paid by "
        "grants for basic work alone, becomes exactly 0. Total indices are those of the stored ranking of levers.",
    ),
    "losing": (
        "Openness, breadth and scientists in the lead can lose",
        "From the stored conclusions (openness and breadth against their opposites, at $5 bn a year) and the factorial "
        "study (a state against scientists, at equal rules and money, in its last year). Each half of the rules must "
        "lose somewhere, and a state do better on each of the essay's criteria. Shares of openness and breadth are the "
        "largest over years and over who leads; what a half is defined to bring (openness: access and less secrecy; "
        "breadth: agendas) it cannot lose.",
    ),
    "levers": (
        "Every lever has an effect",
        f"Each lever goes from the low to the high end of its range in every scenario; its largest change of a "
        f"headline outcome is a share of that outcome's range over all scenarios, {BITES:g} at least.",
    ),
    "scenarios": (
        "No two scenarios are the same without a reason",
        f"How far apart two scenarios are: the root mean square difference of the headline outcomes, as a share of "
        "their ranges, over every fifth year from 2030, with every constant at its default. Below "
        f"{NEAR} the model's `near_scenarios.csv` gives a reason.",
    ),
    "constants": (
        "Constants are based on evidence",
        "Shares are of all constants of the model file. Influence is the largest change of a headline outcome, as a "
        "share of its range, when the constant alone goes to an end of its range; definitions and settings are out.",
    ),
}
#: Marks of a verdict in a narrow column.
VERDICTS = {"holds": "holds", "fails": "**fails**", "told": "reported"}
Rows = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Heading:
    """One requirement: measures, why some fail, and tables of what is behind them."""

    title: str
    meaning: str
    rows: Sequence[Sequence[str]]
    reasons: Sequence[str]
    tables: Sequence[Table]


@dataclass(frozen=True)
class Requirements(Context, template="requirements.md.j2", folder=documents.TEMPLATES):
    """The page; ``kept`` of ``limited`` measures that have a limit keep it."""

    model: str
    hash: str
    futures: int
    kept: int
    limited: int
    headings: Sequence[Heading]


def page(folder: Path = FOLDER) -> Requirements:
    """The page, from the stored tables."""
    made = json.loads((folder / "made_from.json").read_text(encoding="utf-8"))
    rows, behind = _read(folder, "requirements"), _tables(load_model(made["model"]), folder)
    headings = []
    for key, (title, meaning) in HEADINGS.items():
        own = [row for row in rows if row["requirement"] == key]
        reasons = [f"*{row['measure']}*: {row['why']}" for row in own if row["why"]]
        headings.append(Heading(title, meaning, [_measure(row) for row in own], reasons, behind.get(key, ())))
    limited = [row for row in rows if row["sign"]]
    kept = sum(row["verdict"] == "holds" for row in limited)
    return Requirements(kept=kept, limited=len(limited), headings=headings, **made)


def _read(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def _measure(row: Mapping[str, str]) -> list[str]:
    limit = f"{row['sign']} {row['limit']}" if row["sign"] else ""
    return [row["measure"], row["value"], limit, VERDICTS[row["verdict"]]]


def _tables(model: Model, folder: Path) -> Mapping[str, Sequence[Table]]:
    """Tables behind the measures, outcomes and scenarios by the names that people read."""

    def outcome(row: Mapping[str, str]) -> str:
        name = row["outcome"]
        return model.outcomes[name].label if name in model.outcomes else name

    def title(key: str) -> str:
        return model.scenarios[key].title if key in model.scenarios else key

    levers = [[r["lever"], r["largest change"], outcome(r), title(r["scenario"]), r["year"]]
              for r in _read(folder, "levers")]  # fmt: skip
    near = [[f"{title(r['one'])} – {title(r['other'])}", r["distance"], r["most apart in"], r["why"]]
            for r in _read(folder, "scenarios") if float(r["distance"]) < NEAR]  # fmt: skip
    constants = [[r["constant"], r["grade"], r["source"], r["influence"], outcome(r), title(r["scenario"]),
                  _why(model, r)] for r in _read(folder, "constants")]  # fmt: skip
    lost = [[outcome(r), *(percent(float(share)) for column, share in r.items() if column != "outcome")]
            for r in _read(folder, "losing")]  # fmt: skip
    heads = {
        "levers": ["lever", "change", "outcome", "scenario", "year"],
        "scenarios": ["scenarios", "distance", "most apart in", "why they are near"],
        "constants": ["constant", "grade", "source", "influence", "outcome", "scenario", "why judgement"],
        "losing": ["criterion", *LOSING[1:]],
    }
    titles = {"levers": "What each lever moves most", "scenarios": "Near pairs",
              "constants": "The most influential constants", "losing": "Shares of futures"}  # fmt: skip
    rows = {"levers": levers, "scenarios": near, "constants": constants, "losing": lost}
    return {key: [Table(titles[key], heads[key], rows[key])] for key in rows}


def _why(model: Model, row: Mapping[str, str]) -> str:
    """Why a constant rests on judgement: what its source says of that, else what the table of uncertainties does."""
    if row["grade"] != JUDGED:
        return ""
    if row["source"] != "judgement":
        return model.sources[row["source"]].note
    return model.uncertainties[row["constant"]].why if row["constant"] in model.uncertainties else ""


if __name__ == "__main__":
    documents.write(page(), PAGE)
