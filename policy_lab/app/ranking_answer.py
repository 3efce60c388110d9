"""The answer of a ranking in words: what matters most for an outcome in a year, and policy choices vs uncertainty."""

from __future__ import annotations

import math
from dataclasses import astuple
from typing import Any, Final

from policy_lab.app.labels import percent_of
from policy_lab.catalogue import here, say
from policy_lab.ensemble.findings import Findings
from policy_lab.ensemble.questions import UNCERTAINTY
from policy_lab.estimators import variance_split
from policy_lab.estimators.ranking import SLIGHT, SURE, heavy, ordered, replicated, share_of
from policy_lab.messages import Message

#: The two groups of a study of policy choices vs uncertainty.
KINDS: Final = ("levers", "uncertainties")
#: Factors that the answer names.
NAMED: Final = 3


def when(time: float) -> str:
    """A studied time in words."""
    return say("rank.when_all") if math.isnan(time) else say("rank.when", year=f"{time:.0f}")


def _then(time: float) -> str:
    """The same at the beginning of a sentence."""
    return say("rank.then_all") if math.isnan(time) else say("rank.then", year=f"{time:.0f}")


def answer(findings: Findings, outcome: str, time: float) -> list[str]:
    """What matters most for an outcome in a year, how far sampling could move that, and how much has little effect."""
    about = {"outcome": findings.outcome(outcome), "when": _then(time)}
    total = ordered(findings, outcome, time)
    seen = total[total["low"] >= SLIGHT]
    if total.empty or seen.empty:
        key = "still" if total.empty or not total["value"].max() > SLIGHT else "slight"
        return [_told(f"answer_{key}", **about)]
    if heavy(findings, outcome, time):
        return [_told("answer_heavy", **about)]
    named = [
        Message(
            "rank.answer_further" if place else "rank.answer_factor",
            {"factor": findings.factor(str(row["factor"])), "share": share_of(row["value"])},
        )
        for place, (_, row) in enumerate(seen.head(NAMED).iterrows())
    ]
    kinds = {factor.get("kind") for factor in findings.provenance.get("factors", ())}
    of = "uncertainties" if kinds == {UNCERTAINTY} else "levers"
    said = [_told("answer_one" if len(named) == 1 else f"answer_{of}", factors=named, count=len(named), **about)]
    said.append(_sampling(findings, outcome, time, [str(name) for name in seen["factor"].head(NAMED)]))
    hidden = len(total) - len(seen)
    return [*said, _told("answer_little", hidden=hidden, all=len(total))] if hidden else said


def _told(key: str, **values: Any) -> str:
    return here().in_words(Message(f"rank.{key}", values))


def _sampling(findings: Findings, outcome: str, time: float, names: list[str]) -> str:
    """What another sample of this study could change; not a word about the model."""
    places = findings.of("rank", outcome, time).set_index("factor")
    moving = [
        findings.factor(name)
        for place, name in enumerate(names, start=1)
        if not (places["low"].get(name) == places["high"].get(name) == place)
    ]
    key = "sampling_replicates" if replicated(findings) else "sampling_resamples"
    return _told(f"{key}_moves" if moving else f"{key}_settled", factors=moving, count=len(names), share=SURE)


def _shares(findings: Findings, outcome: str, time: float) -> variance_split.Split | None:
    index = {i: findings.of(i, outcome, time).set_index("factor")["value"] for i in ("S1", "ST")}
    levers, luck = ((float(index["S1"].get(k, math.nan)), float(index["ST"].get(k, math.nan))) for k in KINDS)
    return variance_split.split(levers, luck)


def split_of(findings: Findings | None, outcome: str, time: float) -> dict[str, Any] | None:
    """How much of an outcome's variation policy choices explain, uncertainty, and both together: in words and shares.

    Args:
        findings: of a study of policy choices vs uncertainty; None where there is none.
        outcome: as the study names it.
        time: one of its years, or all.
    """
    if findings is None or outcome not in findings.outcomes:
        return None
    if not math.isnan(time) and time not in findings.times:
        return None
    about = {"outcome": findings.outcome(outcome), "when": _then(time)}
    found = _shares(findings, outcome, time)
    if found is None:
        still = not findings.of("ST", outcome, time)["value"].notna().any()
        return None if still else {"told": _told("split_unclear", **about), "parts": []}
    shares = _whole_percents((found.first, found.second, found.both))
    told = _told("split", **about, levers=shares[0] / 100, luck=shares[1] / 100, both=shares[2] / 100)
    names = (*KINDS, "both")
    parts = [
        {"key": name, "label": say(f"rank.split_{name}"), "share": points, "said": percent_of(points, 0)}
        for name, points in zip(names, shares, strict=True)
    ]
    return {"told": told, "parts": parts}


def _whole_percents(shares: tuple[float, ...]) -> list[int]:
    """Shares in whole points that add up to 100: what is missing goes to those that lost most by rounding down."""
    down = [math.floor(100 * share) for share in shares]
    order = sorted(range(len(shares)), key=lambda n: down[n] - 100 * shares[n])
    for n in order[: 100 - sum(down)]:
        down[n] += 1
    return down


def over_time(findings: Findings, outcome: str) -> dict[str, list[float]]:
    """The same shares over the studied years, in percent; NaN where a year's sample cannot tell."""
    found = [_shares(findings, outcome, time) for time in findings.times]
    shares = [astuple(one) if one else (math.nan,) * (len(KINDS) + 1) for one in found]
    return {name: [100 * one[n] for one in shares] for n, name in enumerate((*KINDS, "both"))}
