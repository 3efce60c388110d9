"""Conclusions under uncertainty: the share of futures in which each statement of our documents holds.

    python -m analysis.conclusions [MODEL] [--futures N] [--seed S]

The uncertain parameters are drawn once (Latin hypercube over their ranges) and every policy meets the same draws.
For each claim: the share of futures in which it holds, whether it holds at the defaults, and the size of the
difference (median, 5th and 95th percentile, and at the defaults). A share near one half says that the model does not
know. ``asked in`` is the share of futures that it is asked of: of an outcome shown under a condition, those in which it
is shown. ``label`` says whether it is a finding (futures on both sides), structure (all or none) or follows from a
definition; ``hangs on`` is the uncertain parameter whose rank correlation (``rho``) with the difference is largest.
Every statement is conditional on this model and these ranges.
Writes ``results/conclusions/`` (``claims.csv``, and ``doubts.csv`` of ``analysis/criteria.py``) and the page
``docs/conclusions.md``, which starts with the factorial study: run that first.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy.stats import qmc

from analysis import conclusions_page, documents
from analysis.claim_forms import Claim, Policy, Term
from analysis.claims import DEFINITION, DOCUMENTS, FINDING, STRUCTURE, claims_of
from analysis.criteria import doubts
from analysis.results_folder import DEFAULT_MODEL, fresh_folder, print_table, write_table
from policy_lab.estimators.rank_correlation import RankCorrelation
from policy_lab.model import Model, load_model
from policy_lab.runs import Floats
from policy_lab.simulation import simulate

HEADER = ("key", "claim", "document", "said in", "outcome", "year", "share of futures", "at the defaults", "p05",
          "median", "p95", "default", "label", "hangs on", "rho", "asked in")  # fmt: skip
DOUBTS = ("half", "leader", "outcome", "year", "share of futures", "p05", "median", "p95", "label", "hangs on", "rho")


def futures(model: Model, number: int, seed: int) -> Mapping[str, Floats]:
    """``value[future]`` of every uncertain parameter, a Latin hypercube over the ranges (log where so said).

    The first future is that of the defaults, apart from the ``number`` that are drawn.
    """
    rows = list(model.uncertainties.values())
    unit = qmc.LatinHypercube(len(rows), rng=np.random.default_rng(seed)).random(number)
    drawn = {}
    for row, u in zip(rows, unit.T, strict=True):
        if row.distribution == "log-uniform":
            values = np.exp(np.log(row.low) + u * np.log(row.high / row.low))
        else:
            values = row.low + u * (row.high - row.low)
        drawn[row.name] = np.concatenate([[row.default], values])
    return drawn


def outcomes_of(model: Model, terms: Iterable[Term], drawn: Mapping[str, Floats]) -> dict[Term, Floats]:
    """``value[future]`` of each term, unweighted; all of them are of one policy."""
    wanted = list(terms)
    names, years = sorted({t.outcome for t in wanted}), sorted({t.year for t in wanted})
    policy = wanted[0].policy
    runs = simulate(model, {**drawn, **dict(policy.extra)}, scenario=policy.world or None, outputs=names, times=years)
    return {t: runs.at(t.outcome, t.year) for t in wanted}


def all_outcomes(model: Model, claims: Sequence[Claim], drawn: Mapping[str, Floats]) -> dict[Term, Floats]:
    """``value[future]`` of every term of every claim: one batch of runs a policy."""
    of_policy: dict[Policy, list[Term]] = {}
    every = (term for claim in claims for term in (*claim.terms, *(one.term for one in claim.given)))
    for term in dict.fromkeys(every):
        of_policy.setdefault(term.policy, []).append(term)
    found: dict[Term, Floats] = {}
    for terms in of_policy.values():
        found.update(outcomes_of(model, terms, drawn))
    return found


class Luck:
    """What differs from one drawn future to another, and which of it goes most with a quantity.

    Args:
        drawn: ``value[future]`` by parameter; the first future, of the defaults, is none of those drawn.
    """

    def __init__(self, drawn: Mapping[str, Floats]) -> None:
        self._names = list(drawn)
        self._futures = np.column_stack([values[1:] for values in drawn.values()])
        self._ranks = RankCorrelation(self._futures)

    def strongest(self, drawn: Floats, asked: Floats | None = None) -> tuple[str, float]:
        """The parameter with the largest rank correlation with ``drawn[future]``, and rho; of those futures ``asked``
        if not of all."""
        if asked is None or asked.all():
            column, rho = self._ranks.strongest(drawn)
        else:
            column, rho = RankCorrelation(self._futures[asked]).strongest(drawn[asked])
        return self._names[column], rho


def label_of(claim: Claim, share: float) -> str:
    """What a statement is that holds in this share of the futures."""
    return DEFINITION if claim.definition else FINDING if 0 < share < 1 else STRUCTURE


def judged(claim: Claim, found: Mapping[Term, Floats], luck: Luck) -> tuple[object, ...]:
    """One row of the table.

    Raises:
        ValueError: what is given holds in no future.
    """
    difference = np.asarray(sum(term.weight * found[term] for term in claim.terms) - claim.level)
    asked = np.ones(len(difference), bool)
    for one in claim.given:
        asked &= one.condition.holds(found[one.term])
    holds, drawn, own = claim.sign * difference > 0, difference[1:], float(difference[0])
    if not asked[1:].any():
        raise ValueError(f"{claim.key}: what is given holds in no future; draw more of them")
    low, middle, high = (float(q) for q in np.quantile(drawn[asked[1:]], [0.05, 0.5, 0.95]))
    term = claim.terms[0]
    default = ("yes" if holds[0] else "no") if asked[0] else "not_asked"
    share = float(holds[1:][asked[1:]].mean())
    where = (claim.said, DOCUMENTS.get(claim.said, ""))
    said = (claim.key, claim.words, *where, term.outcome, int(term.year), share, default, low, middle, high, own)
    return (*said, label_of(claim, share), *luck.strongest(drawn, asked[1:]), float(asked[1:].mean()))


def main(argv: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("model", nargs="?", default=DEFAULT_MODEL)
    parser.add_argument("--futures", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    with fresh_folder("conclusions") as folder:
        model = load_model(args.model)
        claims, doubted, drawn = claims_of(model), list(doubts(model)), futures(model, args.futures, args.seed)
        found, luck = all_outcomes(model, [*claims, *(one.claim for one in doubted)], drawn), Luck(drawn)
        rows = [judged(claim, found, luck) for claim in claims]
        print_table(HEADER, rows)
        lost = [dict(zip(HEADER, judged(one.claim, found, luck), strict=True)) for one in doubted]
        lost = [{**row, "half": one.half, "leader": one.leader} for one, row in zip(doubted, lost, strict=True)]
        made = {"model": model.name, "hash": model.hash, "futures": args.futures, "seed": args.seed,
                "parameters": len(model.uncertainties)}  # fmt: skip
        folder.mkdir(parents=True)
        write_table(folder / "claims.csv", HEADER, rows)
        write_table(folder / "doubts.csv", DOUBTS, [[row[column] for column in DOUBTS] for row in lost])
        (folder / "made_from.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    documents.write(conclusions_page.page(), conclusions_page.PAGE)
    print(f"The page is docs/{conclusions_page.PAGE}")


if __name__ == "__main__":
    main()
