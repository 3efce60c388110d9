"""The statements of our documents: each is asked as it says, and the page is of the stored shares."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from analysis import documents
from analysis.claim_forms import Claim, Term, gain
from analysis.claims import (
    BY_DEFINITION,
    CERN,
    CRITICAL,
    DEFINITION,
    DRY,
    FIELD,
    FINDING,
    LOOPS,
    QUO,
    STRUCTURE,
    basic,
    claims_of,
)
from analysis.conclusions import DOUBTS, HEADER, Luck, all_outcomes, futures, judged, label_of
from analysis.conclusions_page import FACTORIAL, FOLDER, PAGE, VERDICTS, page, verdict_of
from analysis.criteria import CRITERIA, HALVES, doubts
from analysis.factorial_tables import FactorialTables, percent
from policy_lab.model import Model, load_model
from policy_lab.simulation import simulate
from policy_lab.studies import Findings, load_findings, load_study, run_study


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("big_science")


@pytest.fixture(scope="module")
def claims(model: Model) -> tuple[Claim, ...]:
    return claims_of(model)


def stored(table: str = "claims.csv") -> list[dict[str, str]]:
    with (FOLDER / table).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_every_statement_has_a_stored_share_of_this_model(model: Model, claims: tuple[Claim, ...]) -> None:
    made = json.loads((FOLDER / "made_from.json").read_text(encoding="utf-8"))
    assert made["hash"] == model.hash, "python -m analysis.conclusions"
    assert made["futures"] >= 10_000
    assert [row["claim"] for row in stored()] == [claim.words for claim in claims]
    assert tuple(stored()[0]) == HEADER
    assert tuple(stored("doubts.csv")[0]) == DOUBTS
    assert load_findings(FACTORIAL).provenance["model_hash"] == model.hash, "analysis.stored_study route_rules_money"


def test_the_page_is_of_the_stored_shares() -> None:
    text = (documents.DOCS / PAGE).read_text(encoding="utf-8")
    assert text == documents.text(page()), "python -m analysis.conclusions_page"
    assert all(f"| {row['claim']} |" in text for row in stored())
    for place, (_, title, _) in enumerate(VERDICTS):
        part = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
        assert max(0, part.count("\n| ") - 1) == sum(
            verdict_of(float(r["share of futures"])) == place for r in stored()
        )


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
        assert model.program.clock.initial <= term.year <= model.until(term.policy.world)
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
    dry, critical, uncritical = (judged(claim, found, Luck(drawn)) for claim in both)
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


def test_a_statement_is_a_finding_only_where_futures_disagree_and_no_definition_decides() -> None:
    claim, defined = Claim("", "", "", ()), Claim("", "", "", (), definition=True)
    assert [label_of(claim, share) for share in (0.0, 1.0)] == [STRUCTURE] * 2
    assert [label_of(claim, share) for share in (0.0001, 0.5, 0.9999)] == [FINDING] * 3
    assert [label_of(defined, share) for share in (0.0, 0.5, 1.0)] == [DEFINITION] * 3


def test_what_a_stored_statement_is_follows_from_its_share(claims: tuple[Claim, ...]) -> None:
    for claim, row in zip(claims, stored(), strict=True):
        assert row["label"] == label_of(claim, float(row["share of futures"])), claim.key
        assert -1 <= float(row["rho"]) <= 1


def test_a_verdict_hangs_on_the_parameter_that_goes_with_it_most() -> None:
    rng = np.random.default_rng(1)
    a, b, c = rng.random((3, 201))
    luck = Luck({"a": a, "b": b, "c": c})
    name, rho = luck.strongest((3 * c - a)[1:])
    assert name == "c" and rho == pytest.approx(spearmanr((3 * c - a)[1:], c[1:]).statistic)
    assert luck.strongest((-(b**3) + 0.1 * a)[1:])[0] == "b"


def test_doubts_compare_each_half_of_the_rules_with_its_opposite(model: Model) -> None:
    """Each half moves its own levers and no other, at the same money and with the same leader."""
    every = list(doubts(model))
    assert {one.claim.terms[0].outcome for one in every} == set(CRITERIA)
    rules = model.choices["rules"].levels
    assert {lever for half in HALVES.values() for lever in half} >= set(rules["closed"].levers)
    for one in every:
        good, bad = (dict(term.policy.extra) for term in one.claim.terms)
        moved = {name for name in good | bad if good.get(name) != bad.get(name)}
        own = {c for n in HALVES[one.half] for c in (n, model.levers[n].start, model.levers[n].ramp)}
        assert moved and moved <= own
        worse = 1 if model.outcomes[one.claim.terms[0].outcome].better == "lower" else -1
        assert one.claim.sign == worse


def test_the_page_begins_with_routes_at_equal_rules_and_money() -> None:
    text = (documents.DOCS / PAGE).read_text(encoding="utf-8")
    places = [text.index(f"## {title}") for title in ("Who leads, which rules", "Could be wrong", "What our documents")]
    assert places == sorted(places)


@pytest.fixture(scope="module")
def factorial(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """The stored study in few futures."""
    study = load_study(FACTORIAL.parents[1] / "route_rules_money.toml")
    assert study.size is not None and study.size >= 256
    return run_study(replace(study, size=16), tmp_path_factory.mktemp("factorial") / "out", pictures=False)


def test_routes_are_compared_at_equal_rules_and_money(model: Model, factorial: Findings) -> None:
    """Every figure of the table is that of the study, and the labels follow from the shares."""
    tables, year = FactorialTables(model, factorial), factorial.times[-1]
    route = tables.routes(year)
    assert len(route.rows) == len(factorial.outcomes) * len(model.choices["rules"].levels)
    first = factorial.of("first better", "Effective Agendas", year).set_index("factor")["value"]
    name = [tables.outcome("Effective Agendas"), tables.level("rules", "open")]
    row = next(row for row in route.rows if row[:2] == name)
    for money, cell in zip(model.choices["money"].levels, row[2:], strict=False):
        assert cell.split(" (")[0] == percent(first[f"route: state > scientists; rules = open; money = {money}"])
    for row in route.rows:
        assert row[-2] in (FINDING, STRUCTURE, DEFINITION)
        assert bool(row[-1]) == (row[-2] == FINDING)
        if row[-2] == STRUCTURE:
            assert all(cell.startswith(("0%", "100%")) for cell in row[2:-2])
    assert any(row[-2] == FINDING for row in route.rows)
    mean = first["route: state > scientists"]
    assert tables.ahead("Effective Agendas", year).startswith(f"{percent(mean)} (")
    assert set(CRITERIA) <= set(factorial.outcomes)


def test_the_tables_of_variance_have_a_column_a_term(model: Model, factorial: Findings) -> None:
    tables = FactorialTables(model, factorial)
    for year in factorial.times:
        variance, effects = tables.variance(year), tables.effects(year)
        assert len(variance.heads) == 1 + 7 + 1 and len(effects.heads) == 1 + 2 * 3
        assert {len(row) for row in variance.rows} == {9} and {len(row) for row in effects.rows} == {7}


def test_every_effect_of_a_choice_is_labelled(model: Model, factorial: Findings) -> None:
    """By definition where the table says so, else by whether futures disagree."""
    tables, year = FactorialTables(model, factorial), factorial.times[-1]
    names = [model.outcomes[outcome].label for outcome in factorial.outcomes]
    for name, outcome, row in zip(names, factorial.outcomes, tables.effects(year).rows, strict=True):
        assert row[0] == name
        for choice, label in zip(tables.levels, row[2::2], strict=True):
            assert (label == DEFINITION) == ((choice, outcome) in BY_DEFINITION)
            assert label in (FINDING, STRUCTURE, DEFINITION)


def test_what_it_amounts_to_names_every_outcome_once_a_choice_and_once_a_route(
    model: Model, factorial: Findings
) -> None:
    tables = FactorialTables(model, factorial)
    said = tables.in_short(factorial.times[-1])
    for outcome in factorial.outcomes:
        name = tables.outcome(outcome).lower()
        assert sum(f"{name} (" in sentence for sentence in said) == 2, name


def test_an_outcome_that_is_not_always_shown_is_asked_of_where_it_is(model: Model) -> None:
    """The pathway where there is big science, and what stays after a push where it came about."""
    drawn = futures(model, 40, 5)
    asked = {claim.key: claim for claim in claims_of(model) if claim.given}
    assert {"cern_ai_bottom_up", "pushed_field_stays"} <= set(asked)
    both = [asked["cern_ai_bottom_up"], asked["pushed_field_stays"]]
    found = all_outcomes(model, both, drawn)
    for claim in both:
        row = dict(zip(HEADER, judged(claim, found, Luck(drawn)), strict=True))
        (given,) = claim.given
        there = given.condition.holds(found[given.term])
        holds = claim.sign * (found[claim.terms[0]] - claim.level) > 0
        assert row["asked in"] == there[1:].mean() > 0
        assert row["share of futures"] == holds[1:][there[1:]].mean()
        assert row["at the defaults"] == ({True: "yes", False: "no"}[bool(holds[0])] if there[0] else "not asked")


def test_what_is_called_a_definition_is_a_choice_and_an_outcome_of_the_model(model: Model) -> None:
    for choice, outcome in BY_DEFINITION:
        assert choice in model.choices and outcome in model.outcomes
