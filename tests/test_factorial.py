"""The factorial study against known answers: sums, products, and an analysis of variance made another way."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import f_oneway, spearmanr

from policy_lab import studies
from policy_lab.catalogue import english
from policy_lab.ensemble.designs import Crossed, sobol_points
from policy_lab.ensemble.factors import Factor
from policy_lab.errors import PolicyLabError
from policy_lab.estimators import anova
from policy_lab.estimators.rank_correlation import RankCorrelation
from policy_lab.runs import Floats
from policy_lab.studies import Findings, Study, method, plan_of

EQUATIONS = {
    "additive": "3*a + b + u",
    "product": "a*b*(1+u)",
    "mixed": "a + b + a*b + 0*u",
    "crossing": "b*(u - 0.25) + 0*a",
    "tied": "a*a + 0*u",
    "still": "u + 0*v",
    "loss": "b + 0.001*a*v",
}
CHOICES = """
[a]
label = "A"
words = "The first choice."
[a.levels.down]
label = "down"
words = "Minus one."
levers = { a = -1 }
[a.levels.usual]
label = "usual"
words = "Zero, which is the value of the model file."
[a.levels.up]
label = "up"
words = "Plus one."
levers = { a = 1 }
[b]
label = "B"
words = "The second choice."
[b.levels.down]
label = "down"
words = "Minus one."
levers = { b = -1 }
[b.levels.up]
label = "up"
words = "Plus one."
levers = { b = 1 }
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "known"
    (folder / "scenarios").mkdir(parents=True)
    constants = {"a": "0 ~ dmnl [-2,2]", "b": "0 ~ dmnl [-2,2]", "u": "0.5 ~ dmnl [0,1]", "v": "0.5 ~ dmnl [0,1]"}
    control = {"INITIAL TIME": 0, "FINAL TIME": 1, "TIME STEP": 1, "SAVEPER": 1}
    text = ["{UTF-8}", *(f"{name}= {about} ~ A constant. |" for name, about in constants.items())]
    text += [f"{name}= {equation} ~ dmnl ~ An outcome. |" for name, equation in EQUATIONS.items()]
    text += [f"{name}= {value} ~ Year ~ Control. |" for name, value in control.items()]
    (folder / "known.mdl").write_text("\n\n".join(text) + "\n", encoding="utf-8")
    levers = ["name,group,low,high,step,low_words,high_words,start,ramp,decided_by,cost,why"]
    levers += [f"{name},G,-2,2,1,low,high,,,us,none,a lever" for name in "ab"]
    (folder / "levers.csv").write_text("\n".join(levers) + "\n", encoding="utf-8")
    unknown = ["name,group,low,high,distribution,source,grade,why"]
    unknown += [f"{name},G,0,1,uniform,us,J,nobody knows" for name in "uv"]
    (folder / "uncertainties.csv").write_text("\n".join(unknown) + "\n", encoding="utf-8")
    (folder / "sources.csv").write_text("key,grade,citation,note\nus,J,us,\n", encoding="utf-8")
    outcomes = ["name,label,group,headline,better,decimals,why"]
    outcomes += [f"{name},{name},G,yes,{'lower' if name == 'loss' else 'higher'},2,so" for name in EQUATIONS]
    (folder / "outcomes.csv").write_text("\n".join(outcomes) + "\n", encoding="utf-8")
    (folder / "choices.toml").write_text(CHOICES, encoding="utf-8")
    world = 'title = "T"\nrationale = "R"\n[levers]\n'
    (folder / "scenarios" / "decided.toml").write_text(f"{world}a = 2\n", encoding="utf-8")
    return folder


def study(model: Path, **changes: Any) -> Study:
    return Study(
        str(model), **{"method": "factorial", "factors": "uncertainties", "size": 256, "times": (1.0,), **changes}
    )


@pytest.fixture(scope="module")
def done(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return studies.run_study(study(model), tmp_path_factory.mktemp("done") / "out")


def found(done: Findings, index: str, outcome: str) -> dict[str, float]:
    rows = done.of(index, outcome, 1.0)
    return dict(zip(rows["factor"], rows["value"], strict=True))


def test_a_sum_has_no_interaction(done: Findings) -> None:
    """The variance of 3 a over -1, 0, 1 is 6, that of b is 1."""
    assert found(done, "share", "additive") == pytest.approx({"a": 6 / 7, "b": 1 / 7, "a × b": 0}, abs=1e-12)
    assert found(done, "effect", "additive") == pytest.approx({"a": 6, "b": 2})


def test_a_product_is_interaction_alone(done: Findings) -> None:
    assert found(done, "share", "product") == pytest.approx({"a": 0, "b": 0, "a × b": 1}, abs=1e-12)
    assert found(done, "effect", "product") == pytest.approx({"a": 0, "b": 0}, abs=1e-12)


def test_known_shares_of_both(done: Findings) -> None:
    assert found(done, "share", "mixed") == pytest.approx({"a": 2 / 7, "b": 3 / 7, "a × b": 2 / 7})
    assert found(done, "of everything", "mixed") == pytest.approx({"choices": 1, "luck": 0, "choices × luck": 0})


def test_luck_is_what_futures_do_whatever_is_chosen(done: Findings) -> None:
    """The variance of u is 1/12, that of the cells' means 7; in the product the future scales what choices do."""
    luck = found(done, "of everything", "additive")
    assert luck["luck"] == pytest.approx((1 / 12) / (7 + 1 / 12), rel=1e-3)
    assert luck["choices × luck"] == pytest.approx(0, abs=1e-12)
    scaled = found(done, "of everything", "product")
    assert scaled["luck"] == pytest.approx(0, abs=1e-12)
    assert scaled["choices × luck"] == pytest.approx((1 / 12) / (1.5**2 + 1 / 12), rel=1e-3)


def test_shares_of_futures_count_ties_apart(done: Findings) -> None:
    """b at -1 does better than at +1 where u is below a quarter, whatever a is."""
    first, second, tie = (found(done, index, "crossing") for index in ("first better", "second better", "tie"))
    keys = ["b: down > up", *(f"b: down > up; a = {level}" for level in ("down", "usual", "up"))]
    assert [(first[k], second[k], tie[k]) for k in keys] == [(0.25, 0.75, 0.0)] * 4
    assert found(done, "rho u", "crossing")["b: down > up"] == pytest.approx(1.0)
    assert found(done, "tie", "tied")["a: down > up"] == 1.0
    assert found(done, "second better", "tied") | {"a: down > usual": 0.0} == found(done, "second better", "tied")
    assert found(done, "first better", "tied")["a: down > usual"] == 1.0
    spread = done.of("difference", "crossing", 1.0).set_index("factor").loc["b: down > up"]
    assert spread["value"] == pytest.approx(2 * (0.5 - 0.25), abs=0.01)
    assert (spread["low"], spread["high"]) == (pytest.approx(-0.3, abs=0.02), pytest.approx(1.3, abs=0.02))


def test_of_an_outcome_that_is_better_low_the_lower_level_is_better(done: Findings) -> None:
    assert found(done, "first better", "loss")["b: down > up"] == 1.0
    assert found(done, "difference", "loss")["b: down > up"] == pytest.approx(2.0)


def test_an_outcome_that_no_choice_moves_has_no_shares_and_says_so(done: Findings) -> None:
    assert np.isnan(list(found(done, "share", "still").values())).all()
    assert found(done, "of everything", "still")["luck"] == pytest.approx(1.0)
    assert set(found(done, "tie", "still").values()) == {1.0}
    told = [english().in_words(one.message) for one in done.statements if one.about == "still"]
    assert told == ["At 1 no choice changes it."]


def test_the_report_has_the_tables(done: Findings) -> None:
    assert done.folder is not None
    page = (done.folder / "report.html").read_text(encoding="utf-8")
    assert "Shares of the variance between the choices" in page and "does better than “up”" in page
    assert "A × B" in page and "86%" in page
    assert (done.folder / "variance.svg").exists() and (done.folder / "comparisons.svg").exists()


# ---- the analysis of variance, made another way


def sum_of_squares(cells: Floats, terms: list[tuple[int, ...]]) -> float:
    """What a regression on the dummies of these terms leaves unexplained, in one future."""
    levels = list(product(*(range(n) for n in cells.shape)))
    columns = [np.ones(len(levels))]
    for term in terms:
        for at in product(*(range(1, cells.shape[i]) for i in term)):
            columns.append(
                np.array([float(all(cell[i] == k for i, k in zip(term, at, strict=True))) for cell in levels])
            )
    x = np.column_stack(columns)
    left = cells.ravel() - x @ np.linalg.lstsq(x, cells.ravel(), rcond=None)[0]
    return float(left @ left)


def test_shares_are_those_of_nested_regressions() -> None:
    """Of three factors, in every future: a term explains what a regression gains by it after all smaller ones."""
    cells = np.random.default_rng(3).standard_normal((3, 2, 4, 5)).cumsum(axis=0)
    shares, whole = anova.shares(cells), []
    for future in range(5):
        y, taken = cells[..., future], []
        total = sum_of_squares(y, [])
        for term in anova.terms(3):
            before = sum_of_squares(y, taken)
            taken.append(term)
            assert shares[term][future] == pytest.approx((before - sum_of_squares(y, taken)) / total, abs=1e-10)
        whole.append(sum(share[future] for share in shares.values()))
    assert whole == pytest.approx([1.0] * 5)
    assert anova.terms(3) == [c for n in (1, 2, 3) for c in combinations(range(3), n)]


def test_a_main_effect_is_that_of_a_one_way_analysis() -> None:
    cells = np.random.default_rng(4).standard_normal((3, 6, 1))
    share = float(anova.shares(cells)[(0,)][0])
    theirs = f_oneway(*cells[..., 0]).statistic
    assert (share / 2) / ((1 - share) / 15) == pytest.approx(theirs)


def test_variance_over_everything_adds_up() -> None:
    cells = np.random.default_rng(5).standard_normal((2, 3, 40))
    between, luck, both = anova.against_luck(cells)
    flat = cells.reshape(6, 40)
    assert between == pytest.approx(flat.mean(axis=1).var() / flat.var())
    assert luck == pytest.approx(flat.mean(axis=0).var() / flat.var())
    rest = flat - flat.mean(axis=1, keepdims=True) - flat.mean(axis=0) + flat.mean()
    assert both == pytest.approx(rest.var() / flat.var())
    assert np.isnan(anova.against_luck(np.full((2, 3, 4), 0.1))).all()


def test_rank_correlations_are_spearmans() -> None:
    rng = np.random.default_rng(6)
    columns = np.column_stack([rng.random(60), np.round(rng.random(60), 1), np.full(60, 2.0)])
    y = columns[:, 1] ** 2 + 0.3 * rng.random(60)
    ranks = RankCorrelation(columns)
    theirs = [spearmanr(columns[:, i], y).statistic for i in (0, 1)]
    assert ranks.with_each(y) == pytest.approx([*theirs, 0.0])
    assert ranks.strongest(-y) == (1, pytest.approx(-theirs[1]))


# ---- the design


def test_every_future_meets_every_cell() -> None:
    futures, cells = sobol_points(8, 2, 1), np.array([[0.25], [0.75], [0.5]])
    sample = Crossed(futures, cells)
    whole = sample.rows(0, sample.runs)
    assert sample.runs == 24 and (whole[:, :2].reshape(3, 8, 2) == futures).all()
    assert (whole[:, 2].reshape(3, 8) == cells).all()
    assert (sample.rows(5, 19) == whole[5:19]).all()


def test_a_cell_sets_what_its_point_sets_and_leaves_the_rest_at_the_model_file(model: Path) -> None:
    plan = plan_of(study(model))
    factors, unit = method("factorial")._decided(plan)  # type: ignore[attr-defined]
    assert [f.name for f in factors] == ["a", "b"] and all(isinstance(f, Factor) for f in factors)
    values = np.column_stack([f.at(unit[:, i]) for i, f in enumerate(factors)])
    assert values.tolist() == [[a, b] for a in (-1, 0, 1) for b in (-1, 1)]


def test_one_choice_varied_and_the_others_held(model: Path, tmp_path: Path) -> None:
    done = studies.run_study(study(model, options={"choices": ["a"], "held": {"b": "up"}}), tmp_path / "out")
    assert found(done, "share", "mixed") == pytest.approx({"a": 1.0})
    assert found(done, "effect", "mixed") == pytest.approx({"a": 4.0})
    assert set(found(done, "first better", "mixed")) == {"a: down > usual", "a: down > up", "a: usual > up"}
    assert done.provenance["held"] == {"b": "up"}


def test_only_ends_and_one_choice_compared_at_equal_others(model: Path, tmp_path: Path, done: Findings) -> None:
    """What is left out is left out, and what is left is the same."""
    few = studies.run_study(study(model, options={"pairs": "ends", "at_equal": ["b"]}), tmp_path / "out")
    first, whole = found(few, "first better", "mixed"), found(done, "first better", "mixed")
    cells = [f"b: down > up; a = {level}" for level in ("down", "usual", "up")]
    assert list(first) == ["a: down > up", "b: down > up", *cells]
    assert first == {key: whole[key] for key in first}
    assert [one["key"] for one in few.provenance["comparisons"]] == list(first)
    assert found(few, "share", "mixed") == found(done, "share", "mixed")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"size": 100}, "not a power of two"),
    ({"factors": "levers"}, "'a' is set by the choices"),
    ({"settings": {"b": 1.0}}, "'b' is set by the choices"),
    ({"scenario": "decided"}, "'a' is set by the choices"),
    ({"options": {"choices": ["c"]}}, "choice 'c'"),
    ({"options": {"choices": ["a", "a"]}}, "named twice"),
    ({"options": {"pairs": "some"}}, "'some' is none of all, ends"),
    ({"options": {"at_equal": ["c"]}}, "choice 'c'"),
    ({"options": {"choices": ["a"]}}, r"'b' is neither varied nor held.*down, up"),
    ({"options": {"choices": ["a"], "held": {"a": "up", "b": "up"}}}, "named twice"),
    ({"options": {"choices": ["a"], "held": {"b": "middle"}}}, "level 'middle'"),
    ({"options": {"choices": ["a"], "held": {"b": 5}}}, "level '5'"),
    ({"options": {"choices": "a"}}, "should be a list"),
    ({"options": {"choices": [["a"]]}}, "There is no choice|choice"),
]


@pytest.mark.parametrize(("changes", "says"), REFUSED)
def test_what_it_cannot_do_is_said_before_any_run(model: Path, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(PolicyLabError, match=says):
        plan_of(study(model, **changes))


def test_a_model_without_choices_is_refused() -> None:
    ishigami = Path(__file__).parent / "studies_models" / "ishigami.mdl"
    factors = {"x1": {"low": 0, "high": 1}}
    with pytest.raises(PolicyLabError, match=r"has no choices.*choices\.toml"):
        plan_of(Study(str(ishigami), method="factorial", factors=factors, size=16, outcomes=("ishigami",)))
