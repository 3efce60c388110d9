"""A study of Sobol' indices as the Rank page shows it: the answer, a table, pictures, and what it was made with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from policy_lab.app import ranking_chart
from policy_lab.app.labels import count_of, label_of, percent_of, plain, with_unit, world_of
from policy_lab.app.ranking_answer import KINDS, answer, over_time, split_of, when
from policy_lab.app.ranking_chart import Bar
from policy_lab.app.remembering import Shelf, remembered
from policy_lab.catalogue import here, language, name_in_words, say
from policy_lab.ensemble.findings import ALL_TIMES, Findings, load_findings
from policy_lab.ensemble.staleness import is_stale, model_hash_of, same_version
from policy_lab.errors import PolicyLabError, StudyError
from policy_lab.estimators.ranking import heavy, noise_floor, ordered, share_of
from policy_lab.model import Model
from policy_lab.studies import methods, question_of

SOBOL: Final = "sobol"
EVERY_YEAR: Final = "all"
COLUMNS: Final = ("rank", "lever", "total", "interval", "place", "first", "floor", "range")
#: Looks of the lines over time, by the order of what they stand for.
LOOKS: Final = ("policy", "pinned-0", "pinned-1", "pinned-2", "status-quo")
#: Bytes of findings kept in memory; one study's are a few hundred kilobytes to a few megabytes.
ROOM: Final = 48_000_000
#: Bytes of views kept in memory; one is a hundred kilobytes.
ROOM_SHOWN: Final = 6_000_000
_read: Shelf[tuple[Path, int], Findings] = Shelf(ROOM)


@dataclass(frozen=True)
class Ranking:
    """A study, or the sentence that says why there is none.

    Attributes:
        findings: None when nothing could be read.
        problem: "" when all is well.
    """

    findings: Findings | None
    problem: str = ""


def load_ranking(folder: Path) -> Ranking:
    """The stored study in a folder, of whatever method; one that is missing or damaged gives a message, no error."""
    file = folder / "findings.csv"
    try:
        changed = file.stat().st_mtime_ns
    except OSError:
        return Ranking(None, say("rank.missing"))
    try:
        return Ranking(_loaded(folder, changed))
    except PolicyLabError as error:
        return Ranking(None, say("rank.unreadable", reason=error.message))


def _loaded(folder: Path, changed: int) -> Findings:
    known = _read.get((folder, changed))
    if known is not None:
        return known
    findings = load_findings(folder)
    if findings.method not in methods() or not findings.outcomes:
        raise StudyError(say("rank.other_method", method=findings.method or "?"))
    table = int(findings.table.memory_usage(deep=True).sum())
    _read.put((folder, changed), findings, 2 * table)  # once more by outcome
    return findings


def kinds_of(findings: Findings) -> set[str]:
    """Kinds of the factors that a study varied."""
    return {str(factor.get("kind")) for factor in findings.provenance.get("factors", ())}


def is_choice(findings: Findings) -> bool:
    """Whether levers are one group and uncertain inputs another."""
    return set(findings.provenance.get("groups") or ()) == set(KINDS)


@dataclass(frozen=True)
class Company:
    """Other studies that stand beside one.

    Attributes:
        usual: a stored study of the same kind, whose places stand in the table for comparison.
        choice: a study of policy choices vs uncertainty of the same version of the model.
    """

    usual: Findings | None = None
    choice: Findings | None = None


ALONE: Final = Company()


def view(findings: Findings, asked: Mapping[str, str], beside: Company = ALONE) -> Mapping[str, Any]:
    """Everything the page draws of a study for the outcome, the year and the width that were asked for.

    The latest views are remembered, since a class looks at the same ones; nobody may change what this returns.

    Args:
        findings: of the study, as ``load_ranking`` gave them.
        asked: ``outcome``, ``time`` and ``width`` as the browser sent them; what does not exist is replaced.
        beside: other studies.
    """
    outcome = asked.get("outcome", "")
    if outcome not in findings.outcomes:
        outcome = findings.outcomes[0]
    time = time_of(asked.get("time"), findings)
    choice = findings if is_choice(findings) else beside.choice
    return _view(findings, beside.usual, choice, language(), outcome, time, _width(asked.get("width", "")))


def comparable(findings: Findings, other: Findings) -> bool:
    """Whether the places of two studies can stand side by side: the same model, and kinds of factors in common."""
    kinds = [kinds_of(one) for one in (findings, other)]
    same = same_version(findings.provenance, other.provenance)
    return same and is_choice(findings) == is_choice(other) and kinds[0] == kinds[1]


@remembered(ROOM_SHOWN)
def _view(
    findings: Findings,
    usual: Findings | None,
    choice: Findings | None,
    told_in: str,
    outcome: str,
    time: float,
    width: int,
) -> Mapping[str, Any]:
    split = split_of(choice, outcome, time)
    return {
        "question": question_of(findings.method, kinds_of(findings), bool(findings.provenance.get("groups"))),
        "outcomes": [{"value": name, "label": outcome_label(findings, name)} for name in findings.outcomes],
        "outcome": outcome,
        "times": times(findings),
        "time": EVERY_YEAR if math.isnan(time) else f"{time:g}",
        "told": [split["told"]] if is_choice(findings) and split else answer(findings, outcome, time),
        "split": split,
        **_whenever(findings, told_in, outcome),
        "choice": is_choice(findings),
        "bars": bars(findings, outcome, time, width),
        "bars_title": say("rank.bars_title", outcome=outcome_label(findings, outcome), when=when(time)),
        "tables": [table(findings, outcome, time, usual)],
        "made": [made_with(findings), *held(findings), *map(here().in_words, findings.notes)],
        "source": source(findings),
    }


@remembered(ROOM_SHOWN)
def _whenever(findings: Findings, told_in: str, outcome: str) -> Mapping[str, Any]:
    """What a view has that neither the year nor the width changes, which is most of the work."""
    return {
        "lines": lines(findings, outcome),
    }


def times(findings: Findings) -> list[dict[str, str]]:
    """What the chooser of years offers: all together, and each studied year."""
    years = [{"value": f"{t:g}", "label": f"{t:.0f}"} for t in findings.times]
    return [{"value": EVERY_YEAR, "label": say("rank.every_year")}, *years]


def outcome_label(findings: Findings, name: str) -> str:
    """An outcome's label: in the language in use, else as the study knew it."""
    known = {about["name"]: str(about.get("label") or "") for about in findings.provenance.get("outcomes", ())}
    return name_in_words(name) or known.get(name) or label_of(name)


def factor_label(name: str) -> str:
    """What a factor or a group is called."""
    return say(f"rank.kind_{name}") if name in KINDS else label_of(name)


def time_of(chosen: str | None, findings: Findings) -> float:
    """The studied year that was chosen, or all together."""
    return next((t for t in findings.times if f"{t:g}" == chosen), ALL_TIMES)


def bars(findings: Findings, outcome: str, time: float, width: int) -> str:
    """Factors by total effect, with intervals, the part alone, and the noise floor shaded; SVG."""
    alone = findings.of("S1", outcome, time).set_index("factor")["value"]
    drawn = []
    for _, row in ordered(findings, outcome, time).iterrows():
        name = str(row["factor"])
        told = say(
            "rank.bar_told",
            lever=factor_label(name),
            total=share(row["value"]),
            interval=interval(row["low"], row["high"]),
            range=range_of(findings, name),
        )
        total = share_of(row["value"])
        if not math.isfinite(total):
            continue
        first = min(total, max(0.0, float(alone.get(name, 0.0))))
        low, high = (min(1.0, max(0.0, float(row[end]))) for end in ("low", "high"))
        drawn.append(Bar(factor_label(name), total, low, high, first, told))
    label = say("rank.bars_told", outcome=outcome_label(findings, outcome), when=when(time))
    return ranking_chart.bars(drawn, noise_floor(findings, outcome, time), width, label)


def lines(findings: Findings, outcome: str) -> dict[str, Any]:
    """Shares over the studied years as a picture of ``web/chart/chart.js``, in percent; no lines for a single year."""
    drawn, bands = _choice_lines(findings, outcome) if is_choice(findings) else _factor_lines(findings, outcome)
    return {
        "title": say("rank.lines_title", outcome=outcome_label(findings, outcome)),
        "unit": "%",
        "time": list(findings.times),
        "places": 0,
        "limits": [0, 100] if is_choice(findings) else [0, 10],
        "lines": drawn,
        "bands": bands,
    }


def _factor_lines(findings: Findings, outcome: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Total effects of the factors that matter most, with their intervals."""
    drawn, bands = [], []
    torn = {t for t in findings.times if heavy(findings, outcome, t)}
    at = findings.of("ST", outcome).dropna(subset=["time"]).set_index(["factor", "time"])
    for name, look in zip(map(str, ordered(findings, outcome)["factor"].head(len(LOOKS))), LOOKS, strict=False):
        series = {
            c: [None if t in torn else _points(at[c].get((name, t), math.nan)) for t in findings.times]
            for c in ("value", "low", "high")
        }
        drawn.append(_line(name, factor_label(name), look, series["value"]))
        bands.append(
            {"key": name, "label": "", "kind": look, "share": 90, "low": series["low"], "high": series["high"]}
        )
    return drawn, bands


def _choice_lines(findings: Findings, outcome: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What policy choices explain, uncertainty, and both together: in each year they add up to 100%."""
    shares = over_time(findings, outcome)
    looks = zip(shares.items(), (*LOOKS[:2], LOOKS[-1]), strict=True)
    return [_line(name, say(f"rank.split_{name}"), look, values) for (name, values), look in looks], []


def _line(key: str, label: str, look: str, values: Sequence[float | None]) -> dict[str, Any]:
    told = [None if value is None or math.isnan(value) else value for value in values]
    return {"key": key, "label": label, "name": label, "kind": look, "values": told}


def table(findings: Findings, outcome: str, time: float, beside: Findings | None = None) -> dict[str, Any]:
    """Every factor in its rank: total effect with interval, where it could rank, its range, above noise or not.

    With another study beside it, its place there too, and the range there where that was another one.
    """
    there = _places_in(beside, outcome, time)
    floor = noise_floor(findings, outcome, time)
    alone = findings.of("S1", outcome, time).set_index("factor")["value"]
    places = findings.of("rank", outcome, time).set_index("factor")
    body = []
    for rank, (_, row) in enumerate(ordered(findings, outcome, time).iterrows(), start=1):
        name = str(row["factor"])
        cells = [
            str(rank),
            factor_label(name),
            share(row["value"]),
            interval(row["low"], row["high"]),
            _place(places["low"].get(name, math.nan), places["high"].get(name, math.nan)),
            share(min(float(alone.get(name, math.nan)), row["value"])),
            say("rank.yes" if row["low"] > floor else "rank.no"),
            range_of(findings, name),
        ]
        if beside is not None:
            cells.append(there.get(name, "–") + _other_range(findings, beside, name))
        body.append(cells)
    caption = say("rank.table", outcome=outcome_label(findings, outcome), when=when(time), floor=share(floor))
    head = [say(f"rank.column_{column}") for column in (*COLUMNS, *(["beside"] if beside is not None else []))]
    return {"caption": caption, "head": head, "body": body, "named": 1}


def _places_in(beside: Findings | None, outcome: str, time: float) -> dict[str, str]:
    """Place and share of every factor of another study, by name; none for an outcome or a year that it has not."""
    if beside is None or outcome not in beside.outcomes:
        return {}
    rows = ordered(beside, outcome, time).iterrows()
    return {str(row["factor"]): f"{rank} ({share(row['value'])})" for rank, (_, row) in enumerate(rows, start=1)}


def _other_range(findings: Findings, beside: Findings, name: str) -> str:
    mine, other = range_of(findings, name), range_of(beside, name)
    return "" if other in (mine, "–") else f"; {other}"


def share(value: float) -> str:
    """A share of the variance in percent; a dash for an estimate that is no share of anything."""
    found = share_of(value)
    return "–" if not math.isfinite(found) else percent_of(100 * found, 1)


def interval(low: float, high: float) -> str:
    """The range of a share; what lies beyond 0 or 100% is left out of it."""
    ends = [min(1.0, max(0.0, end)) if math.isfinite(end) else end for end in (low, high)]
    return f"{share(ends[0])} – {share(ends[1])}"


def range_of(findings: Findings, name: str) -> str:
    """The range a factor was varied over; of a group, how many factors it has."""
    members = (findings.provenance.get("groups") or {}).get(name)
    if members:
        return say("rank.members", count=len(members))
    about = findings.factor_about(name)
    if "low" not in about or "high" not in about:
        return "–"
    return with_unit(f"{plain(about['low'])} – {plain(about['high'])}", str(about.get("unit", "")))


def source(findings: Findings) -> str:
    """The line under a picture that says where it comes from."""
    known = findings.provenance
    return say(
        "rank.source",
        model=known.get("model", "?"),
        hash=str(known.get("model_hash", "?"))[:8],
        scenario=world_told(findings),
        runs=count_of(int(known.get("runs", 0))),
    )


def made_with(findings: Findings) -> str:
    """One sentence on what made the study."""
    known = findings.provenance
    return say(
        "rank.provenance",
        model=known.get("model", "?"),
        hash=str(known.get("model_hash", "?"))[:8],
        runs=count_of(int(known.get("runs", 0))),
        size=count_of(int(known.get("size", 0))),
        seed=known.get("seed", "?"),
        scenario=world_told(findings),
        made=str(known.get("started", "?"))[:10],
    )


def world_told(findings: Findings) -> str:
    """The world of a study, by its title in the language in use."""
    return world_of(str(findings.provenance.get("scenario") or ""))


def held(findings: Findings) -> list[str]:
    """What the study set beside its world and did not vary, as a sentence; none where there is nothing."""
    values = findings.provenance.get("settings") or {}
    told = [f"{label_of(name)} {plain(value)}" for name, value in values.items()]
    return [say("rank.held", values="; ".join(told))] if told else []


def version_notice(findings: Findings, model: Model) -> str:
    """A sentence when the study belongs to another version of the model, else ""."""
    if not is_stale(findings.provenance, model):
        return ""
    return say("rank.other_version", made_with=model_hash_of(findings.provenance)[:8] or "?", now=model.hash[:8])


def _place(low: float, high: float) -> str:
    if not (math.isfinite(low) and math.isfinite(high)):
        return "–"
    return f"{low:.0f}" if round(low) == round(high) else f"{low:.0f} – {high:.0f}"


def _points(value: float) -> float:
    """A share as points of percent, what does not vary as zero: it has no part in anything."""
    return round(100 * min(1.0, max(0.0, float(value))), 3) if math.isfinite(value) else 0.0


def _width(text: str) -> int:
    """A width in steps of 10 px, so that most screens share a drawing."""
    return 10 * (int(text) // 10) if text.isdecimal() and len(text) < 6 else 900
