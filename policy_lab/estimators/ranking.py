"""Ranks of factors by an index: their spread, their probabilities, and what they say in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from policy_lab.ensemble.findings import ALL_TIMES, DUMMY, Findings
from policy_lab.runs import Floats
from policy_lab.wording import listed, percent, year

#: A share of the variance below this moves nothing a person would see.
SLIGHT = 0.01
#: A factor leads alone if it has first place in this share of the resamples.
SURE = 0.95
#: What ``sentence`` says, by key; who tells it in another language has the same keys and places.
ENGLISH: Final[Mapping[str, str]] = MappingProxyType(
    {
        "still": "{label}: nothing that was varied moves it.",
        "slight": "{label}: no factor surely has a hand in {share} of its variance; a larger size would tell more.",
        "moved": "{label}: over all years moved most by {factors}, alone or together with others.",
        "first": "{factor} ({share} of its variance, from {low} to {high})",
        "further": "{factor} ({share}, from {low} to {high})",
        "sure": "That {factor} comes first is sure ({share} of the resamples).",
        "open": "First place is open: {factor} takes it in {share} of the resamples, against {rivals}.",
        "lead": "The lead changes {count} times, between {factors}.",
        "flips": "The ranking flips: first comes {spans}{doubt}.",
        "doubt": "; who is first is not sure in {years}",
        "span": "{factor} from {start} to {stop}",
        "moment": "{factor} in {time}",
        "together": "{share} of the variance comes only from factors acting together.",
        "hardly": "{hidden} of {count} hardly matter (not surely above {share}).",
        "and": "{first} and {last}",
        "more": "{first} and {count} more",
        "under": "under {share}",
        "most_often": "What matters most, by the number of outcomes out of {count} in which it is first: {factors}.",
        "often": "{factor} ({count})",
        "firsts_open": "First place is open for {outcomes}; for the others it is sure.",
        "firsts_sure": "First place is sure for every outcome.",
        "leads_change": "Who is first changes over time for {outcomes}.",
        "leads_stay": "Nobody's lead changes over time.",
        "little": "Not surely above {share} of the variance of any outcome: {factors}.",
    }
)


def ranks(index: Floats) -> Floats:
    """Places by an index, 1 the largest, along the last but one axis of ``[…, factor, output]``; NaN stays NaN.

    Equal indices take places in the order of the factors.
    """
    last = np.ascontiguousarray(np.moveaxis(index, -2, -1))  # sorting is far quicker along what lies together
    order = np.argsort(-last, axis=-1, kind="stable")
    places = np.empty_like(last)
    np.put_along_axis(places, order, np.broadcast_to(np.arange(1.0, last.shape[-1] + 1), last.shape), axis=-1)
    places[np.isnan(last)] = np.nan
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


def summary(findings: Findings, labels: Mapping[str, str], teller: Teller | None = None) -> list[str]:
    """What holds over all outcomes: who leads most often, where the lead is open or changes, and who hardly matters.

    Args:
        findings: of a Sobol' study.
        labels: what people call each outcome.
        teller: how it is said; as in every report, in English, by default.
    """
    tell = teller or Teller()
    tops = {o: rows for o in labels if not (rows := ordered(findings, o)).empty}
    if len(tops) < 2:
        return []
    first = Counter(str(rows.iloc[0]["factor"]) for rows in tops.values())
    lead = [tell.say("often", factor=tell.name(name), count=count) for name, count in first.most_common()]
    said = [tell.say("most_often", count=len(tops), factors=tell.listed(lead, 6))]
    unsure = [labels[o] for o in tops if not _first_is_sure(findings, o)]
    said.append(tell.say("firsts_open", outcomes=tell.listed(unsure, 8)) if unsure else tell.say("firsts_sure"))
    flips = [labels[o] for o in tops if len(leaders(findings, o)) > 1]
    said.append(tell.say("leads_change", outcomes=tell.listed(flips, 8)) if flips else tell.say("leads_stay"))
    names = dict.fromkeys(str(name) for rows in tops.values() for name in rows["factor"])
    seen = {str(name) for rows in tops.values() for name in rows[rows["low"] >= SLIGHT]["factor"]}
    little = [name for name in names if name not in seen]
    if little:
        names_of = tell.listed([tell.name(name) for name in little], 12)
        said.append(tell.say("little", share=tell.share(SLIGHT), factors=names_of))
    return said


@dataclass(frozen=True)
class Teller:
    """How the paragraph on an outcome is said: its wordings (keys as in ``ENGLISH``), what factors are called, numbers.

    Attributes:
        words: one text for each key, with the same ``{places}``.
        name: a factor's name as a person reads it.
        number: a number written with a decimal point, as the language writes it.
    """

    words: Mapping[str, str] = field(default_factory=lambda: ENGLISH)
    name: Callable[[str], str] = str
    number: Callable[[str], str] = str

    def say(self, key: str, **values: object) -> str:
        """The wording under a key, filled."""
        return self.words[key].format(**values)

    def share(self, value: float) -> str:
        """A share of the variance."""
        text = percent(value)
        small = text.removeprefix("under ")
        return self.number(text) if small == text else self.say("under", share=self.number(small))

    def listed(self, names: Sequence[str], most: int = 5) -> str:
        """Several as one."""
        return listed(names, most, self.words["and"], self.words["more"])


def sentence(findings: Findings, outcome: str, label: str, teller: Teller | None = None) -> str:
    """One paragraph on an outcome: what moves it, how sure, when, and where the ranking flips."""
    tell = teller or Teller()
    total = ordered(findings, outcome)
    if total.empty:
        return tell.say("still", label=label)
    seen = total[total["low"] >= SLIGHT]
    if seen.empty:
        return tell.say("slight", label=label, share=tell.share(SLIGHT))
    said = [_with_interval(row, "first" if n == 0 else "further", tell) for n, row in enumerate(_first(seen, 3))]
    parts = [
        tell.say("moved", label=label, factors=tell.listed(said)),
        _sureness(findings, outcome, total, tell),
        _when(findings, outcome, tell),
        _interaction(findings, outcome, tell),
    ]
    hidden = len(total) - len(seen)
    if hidden:
        parts.append(tell.say("hardly", hidden=hidden, count=len(total), share=tell.share(SLIGHT)))
    return " ".join(p for p in parts if p)


def _with_interval(row: pd.Series, key: str, tell: Teller) -> str:
    """``classification (36 % of its variance, from 32 to 39)``."""
    low, high = (tell.share(row[end]).removesuffix(" %") for end in ("low", "high"))
    return tell.say(key, factor=tell.name(str(row["factor"])), share=tell.share(row["value"]), low=low, high=high)


def _first(rows: pd.DataFrame, count: int) -> list[pd.Series]:
    return [row for _, row in rows.head(count).iterrows()]


def _chance_of_first(findings: Findings, outcome: str) -> pd.Series:
    """How often each factor takes first place, by name."""
    return findings.of("P(rank 1)", outcome, ALL_TIMES).set_index("factor")["value"]


def _first_is_sure(findings: Findings, outcome: str) -> bool:
    chance = _chance_of_first(findings, outcome)
    return bool(chance.max() >= SURE)


def _sureness(findings: Findings, outcome: str, total: pd.DataFrame, tell: Teller) -> str:
    chance = _chance_of_first(findings, outcome)
    first = str(total.iloc[0]["factor"])
    share = float(chance.get(first, np.nan))
    if not np.isfinite(share):
        return ""
    told = {"factor": tell.name(first), "share": tell.share(share)}
    if share >= SURE:
        return tell.say("sure", **told)
    rivals = [tell.name(str(name)) for name, p in chance.items() if p >= 0.05 and name != first]
    return tell.say("open", **told, rivals=tell.listed(rivals, 3))


def _interaction(findings: Findings, outcome: str, tell: Teller) -> str:
    alone = ordered(findings, outcome, index="S1")["value"].sum()
    rest = 1 - alone
    return tell.say("together", share=tell.share(rest)) if rest >= 0.05 else ""


def _when(findings: Findings, outcome: str, tell: Teller) -> str:
    spans = leaders(findings, outcome)
    if len(spans) < 2:
        return ""
    if len(spans) > 4:
        names = list(dict.fromkeys(tell.name(name) for _, _, name in spans))
        return tell.say("lead", count=len(spans) - 1, factors=tell.listed(names))
    said = [_span(start, stop, tell.name(name), tell) for start, stop, name in spans]
    unsure = [year(time) for time in _unsure_times(findings, outcome)]
    doubt = tell.say("doubt", years=tell.listed(unsure, 6)) if unsure else ""
    return tell.say("flips", spans=tell.listed(said), doubt=doubt)


def _unsure_times(findings: Findings, outcome: str) -> list[float]:
    """Times at which the interval of the first factor's rank reaches beyond first place."""
    rank = findings.of("rank", outcome)[["time", "factor", "high"]].rename(columns={"high": "last place"})
    first = _firsts(findings, outcome).merge(rank, on=["time", "factor"])
    return [float(time) for time in first[first["last place"] > 1]["time"]]


def _span(start: float, stop: float, factor: str, tell: Teller) -> str:
    if start == stop:
        return tell.say("moment", factor=factor, time=year(start))
    return tell.say("span", factor=factor, start=year(start), stop=year(stop))
