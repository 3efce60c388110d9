"""Do the essay's claims, and the surprises of earlier versions of this model, hold in uncertain futures?

    python analysis/do_the_claims_hold.py [MODEL] [--futures N] [--seed S]

Each claim compares two policies, or asks for a level, in the same futures: the uncertain parameters are drawn
once (Latin hypercube over their ranges) and every policy meets the same draws. Printed are the share of futures
in which the claim holds and the size of the difference (median, and the 5th and 95th percentile). A share near
one half says that the model does not know. Every statement is conditional on this model and these ranges.
Writes ``results/do_the_claims_hold/claims.csv``.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from results_of import DEFAULT_MODEL, fresh_folder, print_table, write_table
from scipy.stats import qmc

from policy_lab.model import Model, load_model
from policy_lab.runs import Floats
from policy_lab.simulate import simulate

HEADER = ("claim", "outcome", "year", "share of futures", "p05", "median", "p95")
BASIC_PACKAGE = {"basic share of grants": 0.45, "training fellowships": 0.03}
DRY = "leads_run_dry"


@dataclass(frozen=True)
class Policy:
    """A world of the model, with some of its constants set on top."""

    world: str
    extra: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Claim:
    """``words`` holds in a future where ``sign * (outcome of these - outcome of those)`` is positive.

    With two policies on a side their difference is meant: an interaction. ``level`` takes the place of ``those``.
    """

    words: str
    outcome: str
    year: float
    these: tuple[Policy, ...]
    those: tuple[Policy, ...] = ()
    level: float = 0.0
    sign: int = 1


def packaged(world: str) -> Policy:
    """The basic-science package on top of a world."""
    return Policy(world, tuple(BASIC_PACKAGE.items()))


def with_one(name: str, value: float) -> Policy:
    """One lever on top of status quo."""
    return Policy("status_quo", ((name, value),))


def with_industry(world: str) -> Policy:
    """Three times the industry commitment on top of a world."""
    return Policy(world, (("industry safety commitment", 3.0),))


QUO, CERN, MANHATTAN = Policy("status_quo"), Policy("cern_for_ai"), Policy("manhattan_for_ai")
ZONES, GENOME = Policy("trading_zones_first"), Policy("open_state_programme")
CLAIMS = (
    Claim("Bottom-up (CERN for AI) keeps more agendas alive than top-down (Manhattan)", "Effective Agendas", 2050,
          (CERN,), (MANHATTAN,)),
    Claim("Bottom-up keeps more agendas alive than an open state programme", "Effective Agendas", 2050,
          (CERN,), (GENOME,)),
    Claim("If nothing is decided, what arises is more top-down than bottom-up", "pathway index", 2050, (QUO,), sign=-1),
    Claim("After a large accident what arises is top-down", "pathway index", 2040,
          (Policy("soft_nationalisation"),), sign=-1),
    Claim("A basic-science breakthrough moves the pathway bottom-up", "pathway index", 2050,
          (Policy("basic_breakthrough"),), (QUO,)),
    Claim("Bottom-up assures more than top-down in 2050", "assurance margin", 2050, (CERN,), (MANHATTAN,)),
    Claim("Bottom-up assures more than top-down when transformative AI comes",
          "Score at Transformation[assurance score]", 2050, (CERN,), (MANHATTAN,)),
    Claim("A Manhattan Project assures more than status quo when transformative AI comes",
          "Score at Transformation[assurance score]", 2050, (MANHATTAN,), (QUO,)),
    Claim("Trading zones first reach more coherence by 2040 than CERN for AI", "Coherence[field]", 2040,
          (ZONES,), (CERN,)),
    Claim("The field reaches critical mass by 2050 if nothing is decided", "Coherence[field]", 2050, (QUO,), level=0.3),
    Claim("The field reaches critical mass by 2050 under CERN for AI", "Coherence[field]", 2050, (CERN,), level=0.3),
    Claim("The field reaches critical mass by 2050 with trading zones first", "Coherence[field]", 2050,
          (ZONES,), level=0.3),
    Claim("More industry money for safety lowers coherence (status quo)", "Coherence[regional]", 2045,
          (with_industry("status_quo"),), (QUO,), sign=-1),
    Claim("More industry money for safety lowers coherence (trading zones first)", "Coherence[regional]", 2040,
          (with_industry("trading_zones_first"),), (ZONES,), sign=-1),
    Claim("More industry money for safety raises assurance (status quo)", "assurance margin", 2045,
          (with_industry("status_quo"),), (QUO,)),
    Claim("A package for basic science raises assurance (status quo)", "assurance margin", 2045,
          (packaged("status_quo"),), (QUO,)),
    Claim("Basic science matters more when leads run dry (gain dry minus gain wet)", "assurance margin", 2045,
          (packaged(DRY), QUO), (Policy(DRY), packaged("status_quo"))),
    Claim("Leads that run dry lower assurance", "assurance margin", 2035, (QUO,), (Policy(DRY),)),
    Claim("A Manhattan Project raises tension between rivals", "Tension", 2040, (MANHATTAN,), (QUO,)),
    Claim("CERN for AI lowers tension", "Tension", 2045, (CERN,), (QUO,), sign=-1),
    Claim("A Manhattan Project brings transformative AI sooner", "year of transformation", 2050, (MANHATTAN,), (QUO,),
          sign=-1),
    Claim("Trading zones first cost the public less than half of what CERN for AI costs",
          "Cumulative Public Cost", 2050, (ZONES, ZONES), (CERN,), sign=-1),
    Claim("After a large accident the state holds a fifth of the labs in 2034", "Nationalised Share", 2034,
          (Policy("soft_nationalisation"),), level=0.2),
    Claim("State institutes close the access gap by an order of magnitude", "access gap", 2035, (QUO,),
          (Policy("aisi_style"),), level=1.0),
    Claim("Disclosure rules lower secrecy of labs", "Lab Secrecy", 2040, (with_one("disclosure rules", 0.8),), (QUO,),
          sign=-1),
    Claim("Pay parity lowers the share of labs in the staff", "lab share of staff", 2040,
          (with_one("public pay parity", 1.0),), (QUO,), sign=-1),
)  # fmt: skip


def futures(model: Model, number: int, seed: int) -> Mapping[str, Floats]:
    """``value[future]`` of every uncertain parameter, a Latin hypercube over the ranges (log where so said)."""
    rows = list(model.uncertainties.values())
    unit = qmc.LatinHypercube(len(rows), rng=np.random.default_rng(seed)).random(number)
    drawn = {}
    for row, u in zip(rows, unit.T, strict=True):
        if row.distribution == "log-uniform":
            drawn[row.name] = np.exp(np.log(row.low) + u * np.log(row.high / row.low))
        else:
            drawn[row.name] = row.low + u * (row.high - row.low)
    return drawn


def outcomes_of(model: Model, policy: Policy, drawn: Mapping[str, Floats]) -> dict[tuple[str, float], Floats]:
    """``value[future]`` of every outcome and year that some claim asks of this policy."""
    wanted = sorted({(c.outcome, c.year) for c in CLAIMS if policy in c.these + c.those})
    names, years = sorted({name for name, _ in wanted}), sorted({year for _, year in wanted})
    runs = simulate(model, {**drawn, **dict(policy.extra)}, scenario=policy.world, outputs=names, times=years)
    return {(name, year): runs.at(name, year) for name, year in wanted}


def judged(claim: Claim, found: Mapping[Policy, Mapping[tuple[str, float], Floats]]) -> tuple[object, ...]:
    """One row of the table."""
    key = (claim.outcome, claim.year)
    these, those = (sum(found[policy][key] for policy in side) for side in (claim.these, claim.those))
    difference = np.asarray(these - those - claim.level)
    low, middle, high = (float(q) for q in np.quantile(difference, [0.05, 0.5, 0.95]))
    return claim.words, claim.outcome, int(claim.year), float((claim.sign * difference > 0).mean()), low, middle, high


def main(argv: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("model", nargs="?", default=DEFAULT_MODEL)
    parser.add_argument("--futures", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    with fresh_folder("do_the_claims_hold") as folder:
        model = load_model(args.model)
        drawn = futures(model, args.futures, args.seed)
        policies = dict.fromkeys(p for claim in CLAIMS for p in claim.these + claim.those)
        found = {policy: outcomes_of(model, policy, drawn) for policy in policies}
        rows = [judged(claim, found) for claim in CLAIMS]
        print_table(HEADER, rows)
        folder.mkdir(parents=True)
        write_table(folder / "claims.csv", HEADER, rows)


if __name__ == "__main__":
    main()
