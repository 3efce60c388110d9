"""Ranks of factors by an index: their spread, their probabilities, and what they say."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd

from policy_lab.ensemble.findings import ALL_TIMES, DUMMY, Findings
from policy_lab.messages import Message
from policy_lab.runs import Floats

#: A share of the variance below this moves nothing a person would see.
SLIGHT = 0.01
#: An index beyond 0 to 1 by more than this is no share of anything: the sample is too small for so heavy a tail.
BEYOND = 0.1
#: A factor leads alone if it has first place in this share of the draws between independent samples.
SURE = 0.95
#: A rival takes first place in at least this share of the draws.
RIVAL = 0.05
#: Less of the variance than this that factors have only together is not worth a word.
TOGETHER = 0.05
#: So many changes of the lead are told one by one.
FEW_SPANS = 4


def share_of(value: float) -> float:
    """An index as a share: what is outside of 0 to 1 by chance is put to its end, NaN for what is no share at all."""
    if not -BEYOND <= value <= 1 + BEYOND:
        return math.nan
    return min(1.0, max(0.0, value))


def replicated(findings: Findings) -> bool:
    """Whether intervals come from independent samples; a bootstrap knows of its own sample alone."""
    return any(note.key == "study.sobol.replicates" for note in findings.notes)


def heavy(findings: Findings, outcome: str, time: float = ALL_TIMES) -> bool:
    """Whether a few extreme runs decide the indices of an outcome: one of them is no share of anything."""
    found = pd.concat([ordered(findings, outcome, time, index)["value"] for index in ("S1", "ST")])
    return not all(math.isfinite(share_of(float(value))) for value in found)


def ranks(index: Floats) -> Floats:
    """Places by an index, 1 the largest, along the last but one axis of ``[…, factor, output]``; NaN stays NaN.

    Equal indices take places in the order of the factors.
    """
    # What lies together is sorted quicker, and so are whole numbers: those of one sign are ordered as their bits. The
    # last bits, in which no number has a figure, give way to the number of the factor. What is no number comes last.
    last = np.ascontiguousarray(np.moveaxis(index, -2, -1), dtype=np.float64)
    factors, missing = last.shape[-1], np.isnan(last)
    bits = np.where(missing, -np.inf, last).view(np.int64)
    mask = np.int64((1 << max(1, (factors - 1).bit_length())) - 1)
    keys = ~np.where(bits < 0, bits ^ np.iinfo(np.int64).max, bits) & ~mask | np.arange(factors)
    keys.sort(axis=-1)
    places = np.empty_like(last)
    np.put_along_axis(places, keys & mask, np.broadcast_to(np.arange(1.0, factors + 1), last.shape), axis=-1)
    places[missing] = np.nan
    return np.moveaxis(places, -1, -2)


def probabilities(total: Floats, places: int) -> list[Floats]:
    """How often each factor takes place 1, 2 …: ``[factor, outcome]`` each, from ``[resample, factor, outcome]``."""
    taken = ranks(total)
    undefined = np.isnan(total).any(axis=0)
    return [
        np.where(undefined, np.nan, (taken == place).mean(axis=0))
        for place in range(1, min(places, total.shape[1]) + 1)
    ]


def instability(total: Floats) -> float:
    """How far ranks move from resample to resample, weighted to the factors that matter; below 1 they are settled.

    The adjusted measure of Sarrazin, Pianosi and Wagener (2016, eq. 5 and 6): over pairs of resamples, the 95th
    percentile of the rank differences weighted by the squared larger index. The worst outcome counts.

    Args:
        total: ``[resample, factor, outcome]``.
    """
    half = len(total) // 2
    one, other = total[:half], total[half : 2 * half]
    weight = np.maximum(one, other) ** 2
    with np.errstate(invalid="ignore"):
        moved = (np.abs(ranks(one) - ranks(other)) * weight).sum(axis=1) / weight.sum(axis=1)
    worst = np.quantile(moved, 0.95, axis=0)
    return float(np.nanmax(worst, initial=0.0))


def noise_floor(findings: Findings, outcome: str, time: float = ALL_TIMES) -> float:
    """The index that this sample gives a factor without any effect: its own integration error, 0 if nobody knows.

    The larger of the dummy's two estimates. It says how good the sample is, not which factor is real: the estimators
    of real factors difference paired runs, so what has no effect gets exactly 0 and a small index has a small error
    of its own, which its interval shows.
    """
    dummies = [
        float(value)
        for index in ("S1", "ST")
        for value in _of_dummy(findings.of(index, outcome, time))
        if value == value
    ]
    return max((abs(value) for value in dummies), default=0.0)


def _of_dummy(rows: pd.DataFrame) -> list[float]:
    return [float(v) for v in rows[rows["factor"] == DUMMY]["value"]]


def ordered(findings: Findings, outcome: str, time: float = ALL_TIMES, index: str = "ST") -> pd.DataFrame:
    """Rows of one index of real factors, largest first; constant outcomes give none."""
    found = findings.of(index, outcome, time)
    found = found[(found["factor"] != DUMMY) & found["value"].notna()]
    return found.sort_values(["value", "factor"], ascending=[False, True])


def leaders(findings: Findings, outcome: str) -> list[tuple[float, float, str]]:
    """Who leads when: (from, to, factor), over the times at which the outcome varies."""
    first = _firsts(findings, outcome)
    spans: list[tuple[float, float, str]] = []
    for time, name in zip(first["time"].astype(float), first["factor"].astype(str), strict=True):
        if spans and spans[-1][2] == name:
            spans[-1] = (spans[-1][0], time, name)
        else:
            spans.append((time, time, name))
    return spans


def _firsts(findings: Findings, outcome: str) -> pd.DataFrame:
    """The row of the largest total index at every time at which the outcome varies, all times in one sort."""
    total = findings.of("ST", outcome)
    total = total[(total["factor"] != DUMMY) & total["value"].notna() & total["time"].notna()]
    return total.sort_values(["time", "value", "factor"], ascending=[True, False, True]).drop_duplicates("time")


def summary(findings: Findings) -> list[Message]:
    """What holds over all outcomes: who leads most often, where the lead is open or changes, and who hardly matters.

    Args:
        findings: of a Sobol' study.
    """
    tops = {o: rows for o in findings.outcomes if not (rows := ordered(findings, o)).empty and not heavy(findings, o)}
    if len(tops) < 2:
        return []
    first = Counter(str(rows.iloc[0]["factor"]) for rows in tops.values())
    often = [
        Message("ranking.often", {"factor": findings.factor(name), "outcomes": count})
        for name, count in first.most_common()
    ]
    flips = [findings.outcome(o) for o in tops if len(leaders(findings, o)) > 1]
    said = [
        Message("ranking.most_often", {"outcomes": len(tops), "factors": often}),
        _firsts_told(findings, list(tops)),
        Message("ranking.leads_change", {"outcomes": flips}) if flips else Message("ranking.leads_stay"),
    ]
    names = dict.fromkeys(str(name) for rows in tops.values() for name in rows["factor"])
    seen = {str(name) for rows in tops.values() for name in rows[rows["low"] >= SLIGHT]["factor"]}
    little = [findings.factor(name) for name in names if name not in seen]
    return [*said, Message("ranking.little", {"share": SLIGHT, "factors": little})] if little else said


def _firsts_told(findings: Findings, outcomes: list[str]) -> Message:
    """Whether first places are sure, which one sample cannot tell."""
    if not replicated(findings):
        return Message("ranking.one_sample")
    unsure = [findings.outcome(o) for o in outcomes if _chance_of_first(findings, o).max() < SURE]
    return Message("ranking.firsts_open", {"outcomes": unsure}) if unsure else Message("ranking.firsts_sure")


def about_outcome(findings: Findings, outcome: str) -> list[Message]:
    """What moves an outcome, how sure that is, when, and where the ranking changes."""
    total = ordered(findings, outcome)
    if total.empty:
        failed = float(findings.provenance.get("failed", {}).get(outcome, 0.0))
        return [Message("ranking.failed", {"share": failed}) if failed else Message("ranking.still")]
    if heavy(findings, outcome):
        return [Message("ranking.heavy")]
    seen = total[total["low"] >= SLIGHT]
    if seen.empty:
        return [Message("ranking.slight", {"share": SLIGHT})]
    factors = [_with_interval(findings, row, "further" if n else "first") for n, row in enumerate(_first(seen, 3))]
    said = [
        Message("ranking.moved", {"factors": factors}),
        *_sureness(findings, outcome, total),
        *_when(findings, outcome),
        *_interaction(findings, outcome),
    ]
    hidden = len(total) - len(seen)
    little = Message("ranking.hardly", {"hidden": hidden, "factors": len(total), "share": SLIGHT})
    return [*said, little] if hidden else said


def _with_interval(findings: Findings, row: pd.Series, key: str) -> Message:
    """``classification (36% of its variance, 32% to 39%)``."""
    shares = {column: min(1.0, max(0.0, float(row[column]))) for column in ("low", "high")}
    factor = findings.factor(str(row["factor"]))
    return Message(f"ranking.{key}", {"factor": factor, "share": share_of(float(row["value"])), **shares})


def _first(rows: pd.DataFrame, count: int) -> list[pd.Series]:
    return [row for _, row in rows.head(count).iterrows()]


def _chance_of_first(findings: Findings, outcome: str) -> pd.Series:
    """How often each factor takes first place, by name."""
    return findings.of("P(rank 1)", outcome, ALL_TIMES).set_index("factor")["value"]


def _sureness(findings: Findings, outcome: str, total: pd.DataFrame) -> list[Message]:
    chance = _chance_of_first(findings, outcome)
    first = str(total.iloc[0]["factor"])
    share = float(chance.get(first, np.nan))
    if not np.isfinite(share):
        return []
    told = {"factor": findings.factor(first), "share": share}
    if not replicated(findings):
        return [Message("ranking.in_sample", told)]
    if share >= SURE:
        return [Message("ranking.sure", told)]
    rivals = [findings.factor(str(name)) for name, p in chance.items() if p >= RIVAL and name != first]
    return [Message("ranking.open", {**told, "rivals": rivals})]


def _interaction(findings: Findings, outcome: str) -> list[Message]:
    """What first-order indices leave over, where that is more than they may be off by together."""
    alone = ordered(findings, outcome, index="S1")
    rest, error = 1 - float(alone["value"].sum()), float(np.sqrt((((alone["high"] - alone["low"]) / 2) ** 2).sum()))
    return [Message("ranking.together", {"share": rest})] if rest >= max(TOGETHER, error) else []


def _when(findings: Findings, outcome: str) -> list[Message]:
    spans = leaders(findings, outcome)
    if len(spans) < 2:
        return []
    if len(spans) > FEW_SPANS:
        names = [findings.factor(name) for name in dict.fromkeys(name for _, _, name in spans)]
        return [Message("ranking.lead", {"changes": len(spans) - 1, "factors": names})]
    said = [Message("ranking.flips", {"spans": [_span(findings, *span) for span in spans]})]
    unsure = _unsure_times(findings, outcome)
    return [*said, Message("ranking.doubt", {"times": unsure})] if unsure else said


def _span(findings: Findings, start: float, stop: float, factor: str) -> Message:
    if start == stop:
        return Message("ranking.moment", {"factor": findings.factor(factor), "time": start})
    return Message("ranking.span", {"factor": findings.factor(factor), "start": start, "stop": stop})


def _unsure_times(findings: Findings, outcome: str) -> list[float]:
    """Times at which the interval of the first factor's rank reaches beyond first place."""
    rank = findings.of("rank", outcome)[["time", "factor", "high"]].rename(columns={"high": "last place"})
    first = _firsts(findings, outcome).merge(rank, on=["time", "factor"])
    return [float(time) for time in first[first["last place"] > 1]["time"]]
