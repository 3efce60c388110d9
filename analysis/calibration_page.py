"""Writes ``docs/calibration.md`` from the stored calibration, and gathers its figures for ``summary.json``.

    python -m analysis.calibration_page

``analysis.calibration`` makes the results and calls it when it is done.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis import documents
from analysis.results_folder import RESULTS
from policy_lab.report.templating import Context
from policy_lab.studies import Findings, calibration

PAGE = "calibration.md"
#: Series that the model is meant to repeat within ``LIMIT``, mean absolute error over the mean of the figures.
MEANT = ("technical researchers", "total safety funding", "frontier compute", "access gap")
LIMIT = 0.2
COHERENCE = ("Coherence within Applied Safety", "bilingual share", "Coherence[local]")
#: Figures that are named as the farthest off.
WORST = 5
#: Ways to guess a held-out figure, and what the page calls them; the first two are compared with the trend.
GUESSES = {"model": "model, fitted before 2023", "as shipped": "model as shipped", "trend": "trend",
           "last figure": "last figure"}  # fmt: skip

Row = dict[str, Any]


def summary(whole: Findings, early: Findings, errors: Sequence[Row], held_out: Sequence[Row]) -> dict[str, Any]:
    """All that the page says, as plain data.

    Args:
        whole: findings on all figures.
        early: findings without the later ones.
        errors: a row a series, from ``analysis.calibration.errors``.
        held_out: a row a held-out figure, from ``analysis.calibration.guesses``.
    """
    return _plain(
        {
            "model": whole.provenance["model"],
            "hash": whole.provenance["model_hash"],
            "figures": whole.provenance["figures"],
            "starts": whole.provenance["size"],
            "figures_before": early.provenance["figures"],
            "misfit": _misfits(whole),
            "misfit_before": _misfits(early),
            "parameters": _parameters(whole, early),
            "directions": _directions(whole),
            "errors": list(errors),
            "held_out": list(held_out),
            "coherence": _coherence(whole),
        }
    )


def _plain(value: Any) -> Any:
    """The same with numbers that are not finite as null, which JSON does not know otherwise."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


def _of_parameters(findings: Findings, index: str) -> dict[str, Any]:
    return {str(r.factor): r for r in findings.of(index, calibration.PARAMETERS).itertuples()}


def _misfits(findings: Findings) -> dict[str, float]:
    indices = ("misfit before", "misfit", "held out misfit before", "held out misfit")
    found = {index: findings.of(index, calibration.PARAMETERS) for index in indices}
    return {index: float(rows["value"].iloc[0]) for index, rows in found.items() if len(rows)}


def _parameters(whole: Findings, early: Findings) -> list[Row]:
    fitted, before, share, other = (
        _of_parameters(findings, index)
        for findings, index in ((whole, "fitted"), (whole, "before"), (whole, "share of range"), (early, "fitted"))
    )
    ranges = {f["name"]: f for f in whole.provenance["factors"]}
    rows = []
    for name, found in fitted.items():
        low, high = float(ranges[name]["low"]), float(ranges[name]["high"])
        near = 1e-6 * (high - low)
        shipped = float(before[name].value)
        rows.append(
            {
                "name": name, "unit": ranges[name]["unit"], "range_low": low, "range_high": high, "shipped": shipped,
                "fitted": float(found.value), "low": float(found.low), "high": float(found.high),
                "open_below": found.low <= low + near, "open_above": found.high >= high - near,
                "shipped_inside": found.low - near <= shipped <= found.high + near,
                "share_of_range": float(share[name].value), "fitted_before": float(other[name].value),
            }
        )  # fmt: skip
    return rows


def _directions(findings: Findings) -> list[Row]:
    rows = []
    for k in range(1, len(_of_parameters(findings, "fitted")) + 1):
        strength = float(findings.of(f"strength {k}", calibration.PARAMETERS)["value"].iloc[0])
        loads = _of_parameters(findings, f"direction {k}")
        heavy = {n: float(r.value) for n, r in loads.items() if abs(r.value) >= calibration.LOADED}
        rows.append({"strength": strength, "loads": heavy})
    return rows


def _coherence(findings: Findings) -> list[Row]:
    rows = []
    for variable in COHERENCE:
        data, before, fitted = (findings.of(index, variable) for index in ("data", "before", "fitted"))
        for d, b, f in zip(data.itertuples(), before.itertuples(), fitted.itertuples(), strict=True):
            rows.append(
                {
                    "series": str(d.factor), "variable": variable, "year": float(d.time), "low": float(d.low),
                    "high": float(d.high), "shipped": float(b.value), "fitted": float(f.value),
                    "shipped_within": d.low <= b.value <= d.high, "fitted_within": d.low <= f.value <= d.high,
                }
            )  # fmt: skip
    return rows


# ---- the page ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Guess:
    """How one way to guess did: held-out figures, how many within their range, and its distance from them."""

    label: str
    figures: int
    inside: int
    median: float
    mean: float


@dataclass(frozen=True)
class AgainstTrend:
    """The model and the trend where both have a guess: figures to which the model is nearer, and median distances."""

    figures: int
    nearer: int
    model: float
    trend: float


@dataclass(frozen=True)
class Calibration(Context, template="calibration.md.j2", folder=documents.TEMPLATES):
    """The page.

    Attributes:
        model, hash, figures, starts, figures_before, misfit, misfit_before, parameters, errors, held_out: as in
            ``summary``.
        strain: how many times as far off the best fit is as the ranges of the data allow, given how much was fitted.
        outside, unidentified, half_open: parameters whose shipped value lies outside the interval, whose interval is
            the whole range, and whose interval is open on one side.
        directions, weak, weak_below: how many there are, those that are weaker than the limit, and the limit.
        limit, meant: the errors that are meant to lie below the limit.
        guesses, against_trend, worst: of the held-out figures; the farthest off first.
        coherence: rows by series.
        contact: the parameter that decides it, if it was fitted.
    """

    model: str
    hash: str
    figures: int
    starts: int
    figures_before: int
    misfit: Mapping[str, float]
    misfit_before: Mapping[str, float]
    parameters: Sequence[Row]
    errors: Sequence[Row]
    held_out: Sequence[Row]
    strain: float
    outside: Sequence[str]
    unidentified: Sequence[str]
    half_open: Sequence[str]
    directions: int
    weak: Sequence[Row]
    weak_below: float
    limit: float
    meant: Sequence[Row]
    guesses: Sequence[Guess]
    against_trend: AgainstTrend
    worst: Sequence[Row]
    coherence: Mapping[str, Sequence[Row]]
    contact: Row | None


def write(results: Path = RESULTS / "calibration") -> None:
    """Put the page in its place."""
    documents.write(page(json.loads((results / "summary.json").read_text(encoding="utf-8"))), PAGE)


def page(found: Mapping[str, Any]) -> Calibration:
    """The page, from what ``summary`` has."""
    parameters, held_out = found["parameters"], found["held_out"]
    stated = ("model", "hash", "figures", "starts", "figures_before", "misfit", "misfit_before", "parameters",
              "errors", "held_out")  # fmt: skip
    return Calibration(
        **{name: found[name] for name in stated},
        strain=found["misfit"]["misfit"] * math.sqrt(found["figures"] / max(1, found["figures"] - len(parameters))),
        outside=[p["name"] for p in parameters if not p["shipped_inside"]],
        unidentified=[p["name"] for p in parameters if p["open_below"] and p["open_above"]],
        half_open=[p["name"] for p in parameters if p["open_below"] != p["open_above"]],
        directions=len(found["directions"]),
        weak=[d for d in found["directions"] if d["strength"] < calibration.WEAK],
        weak_below=calibration.WEAK,
        limit=LIMIT,
        meant=[e for variable in MEANT for e in found["errors"] if e["variable"] == variable],
        guesses=list(_guesses(held_out)),
        against_trend=_against_trend(held_out),
        worst=sorted(held_out, key=lambda r: -abs(r["model off"]))[:WORST],
        coherence=_by_series(found["coherence"]),
        contact=next((p for p in parameters if p["name"] == "contact rate normal"), None),
    )


def _guesses(rows: Sequence[Row]) -> Iterator[Guess]:
    """Each way by itself, and the model once more where there is a trend to compare it with."""
    shared = [r for r in rows if r["trend"] is not None]
    for name, label in GUESSES.items():
        yield _scored(label, name, [r for r in rows if r[name] is not None])
        if name in list(GUESSES)[:2] and len(shared) < len(rows):
            yield _scored(f"{label}, where there is a trend", name, shared)


def _scored(label: str, name: str, rows: Sequence[Row]) -> Guess:
    off = [abs(r[f"{name} off"]) for r in rows]
    inside = sum(r["low"] <= r[name] <= r["high"] for r in rows)
    return Guess(label, len(rows), inside, float(np.median(off)), float(np.mean(off)))


def _against_trend(rows: Sequence[Row]) -> AgainstTrend:
    off = np.abs([(r["model off"], r["trend off"]) for r in rows if r["trend"] is not None])
    model, trend = (float(m) for m in np.median(off, axis=0))
    return AgainstTrend(len(off), int((off[:, 0] < off[:, 1]).sum()), model, trend)


def _by_series(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["series"], []).append(row)
    return found


if __name__ == "__main__":
    write()
