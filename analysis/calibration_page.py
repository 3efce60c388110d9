"""Writes ``docs/calibration.md`` from the stored calibration, and gathers its figures for ``summary.json``.

    python -m analysis.calibration_page

``analysis.calibration`` makes the results and calls it when it is done.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.results_folder import RESULTS
from policy_lab.studies import Findings, calibration

PAGE = Path(__file__).parent.parent / "docs" / "calibration.md"
#: Series that the model is meant to repeat within ``LIMIT``, mean absolute error over the mean of the figures.
MEANT = ("technical researchers", "total safety funding", "frontier compute", "access gap")
LIMIT = 0.2
COHERENCE = ("Coherence within Applied Safety", "bilingual share", "Coherence[local]")
#: Along a direction that is weaker, a standard error is half of the range (see the study).
WEAK = calibration.WEAK
#: Figures that are named as the farthest off.
WORST = 5
GUESSES = ("model", "as shipped", "trend", "last figure")

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


def write(results: Path = RESULTS / "calibration", page: Path = PAGE) -> None:
    """Put the page in its place."""
    found = json.loads((results / "summary.json").read_text(encoding="utf-8"))
    page.write_text(text_of(found), encoding="utf-8")


def text_of(found: Mapping[str, Any]) -> str:
    """The whole page."""
    sections = (_opening, _parameters_table, _unknown, _series_table, _meant, _held_out, _coherence_table)
    return "\n\n".join(["# Calibration on 2015-2025", *(make(found) for make in sections), _AGAIN]) + "\n"


def _opening(found: Mapping[str, Any]) -> str:
    misfit = found["misfit"]
    outside = [p["name"] for p in found["parameters"] if not p["shipped_inside"]]
    text = _OPENING.format(
        model=found["model"], hash=found["hash"][:12], parameters=len(found["parameters"]), figures=found["figures"],
        series=len(found["errors"]), starts=found["starts"], before=_number(misfit["misfit before"]),
        after=_number(misfit["misfit"]), strain=_number(_strain(found)),
    )  # fmt: skip
    if outside:
        text += (
            f"\n\n**The shipped values are not the best fit.** {len(outside)} of {len(found['parameters'])} lie "
            f"outside the interval of the fit: {_names(outside)}. They were set with an eye on other sources "
            "and on round numbers, or the figures pull where the structure of the model cannot follow."
        )
    else:
        text += "\n\nEvery shipped value lies within the interval of the fit."
    return text


def _strain(found: Mapping[str, Any]) -> float:
    """How many times as far off the best fit is as the ranges of the data allow, given how much was fitted."""
    figures = found["figures"]
    return float(found["misfit"]["misfit"] * math.sqrt(figures / max(1, figures - len(found["parameters"]))))


def _parameters_table(found: Mapping[str, Any]) -> str:
    lines = [
        "## What is fitted, with bounds, result and profile intervals", "", _PROFILES, "",
        "| parameter | range searched | shipped | fitted | 95 % interval | left of the range | shipped inside | unit |",
        "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for p in found["parameters"]:
        low = "open" if p["open_below"] else _number(p["low"])
        high = "open" if p["open_above"] else _number(p["high"])
        lines.append(
            f"| {p['name']} | {_number(p['range_low'])} to {_number(p['range_high'])} | {_number(p['shipped'])} "
            f"| {_number(p['fitted'])} | {low} to {high} | {p['share_of_range']:.0%} "
            f"| {'yes' if p['shipped_inside'] else '**no**'} | {p['unit']} |"
        )
    pictures = "analysis/results/calibration/all_years"
    return "\n".join([*lines, "", f"![Profiles of all parameters](../{pictures}/profiles.svg)"])


def _unknown(found: Mapping[str, Any]) -> str:
    both = [p["name"] for p in found["parameters"] if p["open_below"] and p["open_above"]]
    one = [p["name"] for p in found["parameters"] if p["open_below"] != p["open_above"]]
    weak = [d for d in found["directions"] if d["strength"] < WEAK]
    lines = ["## What history cannot tell", ""]
    lines.append(
        f"Not identified, the interval is the whole range: {_names(both)}."
        if both
        else "No interval is the whole range."
    )
    lines.append(f"Open on one side: {_names(one)}." if one else "None is open on one side.")
    lines += [
        "", f"{len(weak)} of {len(found['directions'])} directions in the space of parameters are weaker than {WEAK:g} "
        "standard deviations of the data from one end of the range to the other (singular values of the slope of the "
        "fit, which are the roots of the eigenvalues of Fisher's information). Mixes along them are not identified, "
        "whatever the profiles of single parameters say:", "",
    ]  # fmt: skip
    for d in weak:
        mix = ", ".join(f"{n} {'up' if v > 0 else 'down'}" for n, v in d["loads"].items()) or "a mix of many"
        lines.append(f"- strength {_number(d['strength'])}: {mix}")
    return "\n".join([*lines, "", _JUDGED])


def _series_table(found: Mapping[str, Any]) -> str:
    lines = [
        "## Series, weights and errors", "", _WEIGHTS, "",
        "| series | grade | figures | half of their range | mean error, shipped | fitted | rms error, shipped | fitted "
        "| within range, shipped | fitted |", "|---|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for e in found["errors"]:
        lines.append(
            f"| {e['series']} | {e['grade']} | {e['figures']} | {_share(e['half range'])} | {_share(e['mean error'])} "
            f"| {_share(e['mean error fitted'])} | {_share(e['rms error'])} | {_share(e['rms error fitted'])} "
            f"| {e['within range']} | {e['within range fitted']} |"
        )
    return "\n".join([*lines, "", "![Data, shipped and fitted](../analysis/results/calibration/all_years/series.svg)"])


def _meant(found: Mapping[str, Any]) -> str:
    lines = [f"## The four that are meant to lie within {LIMIT:.0%}", ""]
    for variable in MEANT:
        for e in (e for e in found["errors"] if e["variable"] == variable):
            holds = "holds" if e["mean error"] <= LIMIT else "**does not hold**"
            allowed = (
                "which the range of the figures allows to be said"
                if e["half range"] <= LIMIT
                else f"but the figures themselves are known to {_share(e['half range'])} only"
            )
            by_root = "" if e["rms error"] <= LIMIT else f" (by the root mean square {_share(e['rms error'])})"
            lines.append(
                f"- {e['series']}, {e['figures']} figure{'s' if e['figures'] > 1 else ''}: {_share(e['mean error'])}, "
                f"{holds}{by_root}, {allowed}."
            )
    return "\n".join(lines)


def _held_out(found: Mapping[str, Any]) -> str:
    rows, misfit = found["held_out"], found["misfit_before"]
    lines = [
        "## Fitted before 2023, shown on 2023 to 2025", "",
        _HELD_OUT.format(figures=found["figures_before"], held=len(rows), before=_number(misfit["misfit"]),
                         held_misfit=_number(misfit["held out misfit"])), "",
        "| series | year | data | range | model, fitted before 2023 | trend | last figure | model as shipped |",
        "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for r in rows:
        cells = " | ".join(_marked(r, name) for name in ("model", "trend", "last figure", "as shipped"))
        year, data = f"{r['year']:g}", f"{_number(r['data'])} | {_number(r['low'])} to {_number(r['high'])}"
        lines.append(f"| {r['series']} | {year} | {data} | {cells} |")
    shared = [r for r in rows if r["trend"] is not None]
    lines += [
        "", "Bold lies within the range of the figure. All together:", "",
        "| | figures | within range | median misfit | mean misfit |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for name, label in zip(
        GUESSES, ("model, fitted before 2023", "model as shipped", "trend", "last figure"), strict=True
    ):
        lines.append(_scored(label, name, [r for r in rows if r[name] is not None]))
        if name in GUESSES[:2] and len(shared) < len(rows):
            lines.append(_scored(f"{label}, where there is a trend", name, shared))
    worst = sorted(rows, key=lambda r: -abs(r["model off"]))[:WORST]
    farthest = ", ".join(f"{r['series']} in {r['year']:g} ({r['model off']:+.1f})" for r in worst)
    lines += [
        "",
        f"{_verdict(shared)} Farthest off are {farthest}.",
        "",
        "![Held-out figures](../analysis/results/calibration/held_out.svg)",
    ]
    return "\n".join(lines)


def _scored(label: str, name: str, rows: Sequence[Row]) -> str:
    off = [abs(r[f"{name} off"]) for r in rows]
    inside = sum(r["low"] <= r[name] <= r["high"] for r in rows)
    return f"| {label} | {len(rows)} | {inside} | {_number(float(np.median(off)))} | {_number(float(np.mean(off)))} |"


def _verdict(shared: Sequence[Row]) -> str:
    model, trend = (float(np.median([abs(r[f"{name} off"]) for r in shared])) for name in ("model", "trend"))
    nearer = sum(abs(r["model off"]) < abs(r["trend off"]) for r in shared)
    word = "nearer" if model < trend else "farther off"
    said = (
        f"Where both can say something, the model is nearer than the trend in {nearer} of {len(shared)} figures, and "
        f"by the median {word} ({_number(model)} against {_number(trend)} standard deviations of the figure)."
    )
    return said if model < trend else f"{said} {_NO_NEARER}"


def _coherence_table(found: Mapping[str, Any]) -> str:
    lines = ["## Coherence within and across cultures", "", _COHERENCE]
    for name in dict.fromkeys(r["series"] for r in found["coherence"]):
        rows = [r for r in found["coherence"] if r["series"] == name]
        inside, fitted = (sum(r[f"{which}_within"] for r in rows) for which in ("shipped", "fitted"))
        lines += [
            "", f"**{name}** (`{rows[0]['variable']}`): shipped within the band in {inside} of {len(rows)} years, "
            f"fitted in {fitted}.", "", "| | " + " | ".join(f"{r['year']:g}" for r in rows) + " |",
            "|---" * (len(rows) + 1) + "|",
            "| band | " + " | ".join(f"{_number(r['low'])} to {_number(r['high'])}" for r in rows) + " |",
        ]  # fmt: skip
        for which in ("shipped", "fitted"):
            cells = (f"**{_number(r[which])}**" if r[f"{which}_within"] else _number(r[which]) for r in rows)
            lines.append(f"| {which} | " + " | ".join(cells) + " |")
    contact = next((p for p in found["parameters"] if p["name"] == "contact rate normal"), None)
    return "\n".join(lines) + ("\n\n" + _contact(contact) if contact else "")


def _contact(p: Row) -> str:
    interval = f"{_number(p['low'])} to {_number(p['high'])}"
    stands = "lies within" if p["shipped_inside"] else "lies outside"
    return (
        f"The fit, which the band across cultures pulls up, has a `contact rate normal` of {_number(p['fitted'])} "
        f"({interval}); the shipped {_number(p['shipped'])} {stands} that interval. {_WHY_NOT_MOVED}"
    )


def _marked(row: Row, name: str) -> str:
    value = row[name]
    if value is None:
        return "none"
    return f"**{_number(value)}**" if row["low"] <= value <= row["high"] else _number(value)


def _number(value: float | None) -> str:
    """Three significant digits, as people write them."""
    if value is None:
        return "none"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _share(value: float) -> str:
    return f"{value:.0%}" if value >= 0.1 else f"{value:.1%}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


_OPENING = """Made by `python -m analysis.calibration` (a few minutes) from `models/{model}/data/history.csv`; nobody
edits it. Equations: `{hash}`. A good fit means consistent with these figures, and no more.

{parameters} constants are fitted to {figures} figures of {series} series by nonlinear least squares (`scipy`,
trust-region with bounds, {starts} starts: the shipped values and points of a Sobol' sequence) on the compiled engine,
in the world `status_quo`. The misfit, root mean square in standard deviations of the data, is {before} as shipped and
{after} at the best fit. For as many constants that is {strain} times what the ranges of the data allow: either the
ranges are too narrow or the model lacks something, and all intervals below are as much wider. Figures of one series
hang together, so they are, if anything, still too narrow."""

_PROFILES = """Bounds are the ranges that the model states. For the interval a parameter is held at one place after the
other, all others are fitted again each time, and the interval ends where the sum of squares has risen by 3.84 (the 95 %
point of chi-square), times the mean square of the best fit where that is above one. *Open* means that it had not risen
so far at the end of the range: history sets no bound there. A profile with a bump has two valleys, and the interval is
the one of the deeper."""

_JUDGED = """Constants that are not in the table were not fitted: the figures do not reach them (cancellation,
legitimacy, the value of a safety case, everything that acts after 2025), or they are taken from a source directly.
`analysis/parameter_estimation.py` asks the same of the parameters that the studies of the future vary."""

_WEIGHTS = """A figure weighs by its own range, read as holding nine in ten; the range may be lopsided, and no figure
counts as known better than to 5 %. Nothing else weighs: a series of eleven figures counts for more than one of two.
Errors are shares of the mean of the figures; half of their range says how near a model can be said to come at all."""

_HELD_OUT = """The same constants fitted to the {figures} figures before 2023 only; the {held} from then on are shown,
not used. What the earlier figures do not tell is left at the middle of its range (each range counts as a figure, nine
in ten within), so that values set on later figures do not slip in through the start of the search. All the other
constants and the structure were made by people who knew the later years; no held-out test of a model like this is clean
of that. The misfit is {before} on the figures it was shown and {held_misfit} on those it was not. Beside it stand two
guesses that need no model: the straight trend of the earlier figures (in logarithms for what is counted or paid), and
the last of them."""

_NO_NEARER = """Over so short a time the model guesses no better than a ruler; what it adds are figures for which
there is no trend yet, and reasons."""

_COHERENCE = """From the co-authorship of 1,335 safety and 1,326 ethics papers (`coherence` in `sources.csv`), in
windows of three years. The band is not a sampling error: it is what remains open when full given names or initials tell
people apart, and papers of more than twenty authors count or not. *Within*: the largest connected part of the safety
authors. *Bilingual*: the share of authors in both lists. *Across*: the largest part of all authors that hangs together
by links which cross between the lists (co-authorships with a bilingual author) alone; worked out from the same lists.
Two communities of authors stand in for the three cultures of the model, which is why that series has grade C. Bold is
within the band."""

_WHY_NOT_MOVED = """It was not moved: the series is a stand-in, its band is wide, and the contact rate rules every
conclusion about coherence in 2050. It is in the uncertainty table for that, with a range that holds both values."""

_AGAIN = """## Made again

`python -m analysis.calibration` writes `analysis/results/calibration`: `errors.csv`, `held_out.csv`, `summary.json`,
the two studies with all their numbers (`all_years`, `before_2023`), and the figures above. With the same model and
history it ends in the same numbers."""


if __name__ == "__main__":
    write()
