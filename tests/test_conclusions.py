"""The statements of our documents: each is asked as it says, and the page is of the stored shares."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from analysis import documents
from analysis.claims import CERN, CRITICAL, DRY, FIELD, LOOPS, QUO, Claim, Term, basic, claims_of, gain
from analysis.conclusions import HEADER, all_outcomes, futures, judged
from analysis.conclusions_page import FOLDER, PAGE, VERDICTS, page, verdict_of
from policy_lab.model import Model, load_model
from policy_lab.simulation import simulate


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("big_science")


@pytest.fixture(scope="module")
def claims(model: Model) -> tuple[Claim, ...]:
    return claims_of(model)


def stored() -> list[dict[str, str]]:
    with (FOLDER / "claims.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_every_statement_has_a_stored_share_of_this_model(model: Model, claims: tuple[Claim, ...]) -> None:
    made = json.loads((FOLDER / "made_from.json").read_text(encoding="utf-8"))
    assert made["hash"] == model.hash, "python -m analysis.conclusions"
    assert made["futures"] >= 10_000
    assert [row["claim"] for row in stored()] == [claim.words for claim in claims]
    assert tuple(stored()[0]) == HEADER


def test_the_page_is_of_the_stored_shares() -> None:
    text = (documents.DOCS / PAGE).read_text(encoding="utf-8")
    assert text == documents.text(page()), "python -m analysis.conclusions_page"
    assert all(f"| {row['claim']} |" in text for row in stored())
    for place, (_, title, _) in enumerate(VERDICTS):
        part = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
        assert part.count("\n| ") - 1 == sum(verdict_of(float(r["share of futures"])) == place for r in stored())


@pytest.mark.parametrize(
    ("share", "place"), [(1.0, 0), (0.9999, 1), (0.9, 1), (0.89, 2), (0.11, 2), (0.1, 3), (0.0, 3)]
)
def test_a_share_has_its_heading(share: float, place: int) -> None:
    assert verdict_of(share) == place


def test_every_loop_and_every_world_is_spoken_of(model: Model, claims: tuple[Claim, ...]) -> None:
    assert sum(claim.said == LOOPS for claim in claims) == 19
    assert {term.policy.world for claim in claims for term in claim.terms} >= set(model.scenarios)


def test_names_and_years_are_those_of_the_model(model: Model, claims: tuple[Claim, ...]) -> None:
    for term in {term for claim in claims for term in claim.terms}:
        assert model.find(term.outcome) == term.outcome
        assert model.program.clock.initial <= term.year <= model.program.clock.final
        assert all(model.constant(name) for name, _ in term.policy.extra)


def test_futures_cover_the_ranges_evenly_and_begin_with_the_defaults(model: Model) -> None:
    drawn = futures(model, 20, 1)
    for name, row in model.uncertainties.items():
        assert drawn[name][0] == row.default
        place = (drawn[name][1:] - row.low) / (row.high - row.low)
        if row.distribution == "log-uniform":
            place = np.log(drawn[name][1:] / row.low) / np.log(row.high / row.low)
        assert sorted((place * 20).astype(int)) == list(range(20)), name


def test_a_share_is_what_single_runs_say(model: Model) -> None:
    """An interaction of four policies and a level, each future run by itself."""
    margin = "assurance margin"
    both = (
        Claim("dry", "", "", (*gain(margin, 2045, basic("leads_run_dry"), DRY), *gain(margin, 2045, basic("status_quo"),
                                                                                 QUO, -1.0))),
        Claim("critical", "", "", (Term(CERN, FIELD, 2050),), CRITICAL),
        Claim("not_critical", "", "", (Term(CERN, FIELD, 2050),), CRITICAL, -1),
    )  # fmt: skip
    drawn = futures(model, 6, 3)
    found = all_outcomes(model, both, drawn)
    dry, critical, uncritical = (judged(claim, found) for claim in both)
    single = []
    for i in range(7):
        here = {name: values[i] for name, values in drawn.items()}
        margins = [
            simulate(model, {**here, **dict(p.extra)}, scenario=p.world, outputs=[margin]).at(margin, 2045)[0]
            for p in (basic("leads_run_dry"), DRY, basic("status_quo"), QUO)
        ]
        single.append(margins[0] - margins[1] - margins[2] + margins[3])
    assert dry[6] == np.mean(np.array(single[1:]) > 0)
    assert dry[7] == ("yes" if single[0] > 0 else "no")
    assert dry[9] == pytest.approx(np.median(single[1:]), rel=1e-9)
    assert critical[6] + uncritical[6] == pytest.approx(1.0)  # type: ignore[operator]
