"""A stored study of all levers, as the Rank page tells it: sentences, a table, and what it was made with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from policy_lab import charts
from policy_lab.app.naming import figure_of, label_of, plain, with_unit
from policy_lab.app.words import say
from policy_lab.ensemble.findings import ALL_TIMES, Findings, load_findings
from policy_lab.ensemble.ranking import noise_floor, ordered, sentence
from policy_lab.errors import PolicyLabError, StudyError
from policy_lab.model import Model

SOBOL = "sobol"
EVERY_YEAR = "all"
COLUMNS = ("rank", "lever", "total", "interval", "first", "floor", "range")


@dataclass(frozen=True)
class Ranking:
    """A study of all levers, or the sentence that says why there is none.

    Attributes:
        findings: None when nothing could be read.
        problem: "" when all is well.
    """

    findings: Findings | None
    problem: str = ""


def load_ranking(folder: Path) -> Ranking:
    """The stored study in a folder; one that is missing or damaged is told, not raised."""
    if not (folder / "findings.csv").exists():
        return Ranking(None, say("rank.missing"))
    try:
        findings = load_findings(folder)
        if findings.method != SOBOL or not findings.outcomes:
            raise StudyError(say("rank.other_method", method=findings.method or "?"))
    except PolicyLabError as error:
        return Ranking(None, say("rank.unreadable", reason=str(error)))
    return Ranking(findings)


def times(findings: Findings) -> list[dict[str, str]]:
    """What the chooser of years offers: all together, and each studied year."""
    years = [{"value": f"{t:g}", "label": f"{t:.0f}"} for t in findings.times]
    return [{"value": EVERY_YEAR, "label": say("rank.every_year")}, *years]


def outcomes(findings: Findings) -> list[dict[str, str]]:
    """What the chooser of outcomes offers."""
    return [{"value": name, "label": outcome_label(findings, name)} for name in findings.outcomes]


def outcome_label(findings: Findings, name: str) -> str:
    """An outcome's label as the study knew it."""
    for about in findings.provenance.get("outcomes", ()):
        if about["name"] == name:
            return str(about.get("label") or label_of(name))
    return label_of(name)


def time_of(chosen: str | None, findings: Findings) -> float:
    """The studied year that was chosen, or all together."""
    return next((t for t in findings.times if f"{t:g}" == chosen), ALL_TIMES)


def when(time: float) -> str:
    """A studied time in words."""
    return say("rank.when_all") if math.isnan(time) else say("rank.when", year=f"{time:.0f}")


def told(findings: Findings, outcome: str) -> str:
    """The ranking of one outcome in sentences."""
    return sentence(findings, outcome, outcome_label(findings, outcome))


def bars(findings: Findings, outcome: str, time: float) -> go.Figure:
    """Levers by total effect, with intervals, the part alone, and the noise floor shaded."""
    return charts.ranking(findings, outcome, time)


def lines(findings: Findings, outcome: str) -> go.Figure:
    """Total effects over the studied years."""
    return charts.ranking_over_time(findings, outcome)


def table(findings: Findings, outcome: str, time: float) -> dict[str, Any]:
    """Every lever in its rank: total effect with interval, effect alone, above noise or not, and its range."""
    floor = noise_floor(findings, outcome, time)
    alone = findings.of("S1", outcome, time).set_index("factor")["value"]
    body = []
    for rank, (_, row) in enumerate(ordered(findings, outcome, time).iterrows(), start=1):
        name = str(row["factor"])
        above = row["low"] > floor
        cells = [
            str(rank),
            label_of(name),
            share(row["value"]),
            f"{share(row['low'])} – {share(row['high'])}",
            share(float(alone.get(name, math.nan))),
            say("rank.yes" if above else "rank.no"),
            range_of(findings, name),
        ]
        body.append(cells)
    caption = say("rank.table", outcome=outcome_label(findings, outcome), when=when(time), floor=share(floor))
    return {"caption": caption, "head": [say(f"rank.column_{column}") for column in COLUMNS], "body": body}


def share(value: float) -> str:
    """A share of the variance in percent; what is negative by chance alone is shown as it is."""
    return "–" if not math.isfinite(value) else f"{figure_of(100 * value, 1)} %"


def range_of(findings: Findings, name: str) -> str:
    """The range a lever was varied over."""
    about = findings.factor_about(name)
    if "low" not in about or "high" not in about:
        return "–"
    return with_unit(f"{plain(about['low'])} – {plain(about['high'])}", str(about.get("unit", "")))


def made_with(findings: Findings) -> str:
    """One sentence on what made the study."""
    known = findings.provenance
    return say(
        "rank.provenance",
        model=known.get("model", "?"),
        hash=str(known.get("model_hash", "?"))[:8],
        runs=f"{int(known.get('runs', 0)):,}",
        size=f"{int(known.get('size', 0)):,}",
        seed=known.get("seed", "?"),
        scenario=known.get("scenario") or say("explore.bare_status_quo"),
        made=str(known.get("started", "?"))[:10],
    )


def version_notice(findings: Findings, model: Model) -> str:
    """A sentence when the study belongs to another version of the model, else ""."""
    made = str(findings.provenance.get("model_hash", ""))
    return "" if made == model.hash else say("rank.other_version", made_with=made[:8] or "?", now=model.hash[:8])
