"""What holds for every method, found by its file: the skeleton, the result folder, the same bits from the same seed."""

from __future__ import annotations

import io
import itertools
import math
import re
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from SALib.analyze import morris as salib_morris
from SALib.analyze import pawn as salib_pawn

from policy_lab import studies
from policy_lab.catalogue import catalogue, english, in_language, languages
from policy_lab.ensemble.designs import sobol_points
from policy_lab.ensemble.findings import COLUMNS
from policy_lab.ensemble.runner import run_chunk
from policy_lab.errors import StudyError
from policy_lab.messages import Message
from policy_lab.progress import Bar
from policy_lab.studies import ALL_TIMES, DUMMY, Findings, Study, load_findings, method, methods, plan_of, run_study

FIELD = str(Path(__file__).parent / "models" / "small_field")

#: What each method needs beyond a model, and a size that is quick. A new method needs a line here.
SMALL: dict[str, dict[str, Any]] = {
    "sobol": {"factors": "levers", "size": 32, "options": {"resamples": 20}},
    "morris": {"factors": "all", "size": 6, "options": {"resamples": 20}},
    "pawn": {"factors": "all", "size": 128},
    "uncertainty": {"factors": "uncertainties", "size": 32, "options": {"resamples": 10}},
    "prim": {"factors": "all", "size": 128, "options": {"fails": [{"outcome": "knowledge", "below": 9000}]}},
    "robustness": {"factors": "uncertainties", "size": 32, "options": {"resamples": 10}},
    "calibration": {
        "factors": "uncertainties",
        "size": 2,
        "outcomes": ("knowledge", "total researchers"),
        "options": {"history": "../../studies_models/field_history.csv"},
    },
    "policy_search": {
        "factors": "levers",
        "size": 8,
        "options": {"targets": [{"outcome": "knowledge", "above": 9000}], "population": 3, "generations": 5},
    },
    "shapley": {"scenario": "status_quo", "options": {"package": "open_laboratory"}},
    "factorial": {"factors": "uncertainties", "size": 32},
}
TIMES = (2030.0, 2040.0, 2050.0)


def small(name: str, **changes: Any) -> Study:
    return Study(FIELD, method=name, times=TIMES, **{**SMALL[name], **changes})


@pytest.fixture(scope="module", params=methods())
def done(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return run_study(small(request.param), tmp_path_factory.mktemp(request.param) / "out")


def test_every_method_is_tried_here() -> None:
    assert set(SMALL) == set(methods())


@pytest.mark.parametrize("name", methods())
def test_every_method_says_what_it_is_and_answers(name: str) -> None:
    known = method(name)
    for code in languages():
        texts = catalogue(code)
        assert texts[f"study.{name}.title"] and texts[f"study.{name}.question"].endswith("?")
    assert (known.__doc__ or "").strip(), "the file says what its indices are and which paper they come from"


def test_findings_are_tidy_and_about_what_was_asked(done: Findings) -> None:
    table = done.table
    assert tuple(table.columns) == COLUMNS and len(table)
    assert set(table["method"]) == {done.method}
    assert set(table["time"].dropna()) <= set(TIMES)
    assert table["value"].notna().any()
    bounded = table.dropna(subset=["low", "high"])
    assert (bounded["low"] <= bounded["high"]).all()
    assert not table.duplicated(["outcome", "time", "factor", "index"]).any()


def test_every_result_says_it_in_words_and_pictures(done: Findings) -> None:
    lines = done.in_words(english())
    assert lines and all(line.endswith(".") for line in lines)
    assert done.folder is not None
    assert list(done.folder.glob("*.png")) and list(done.folder.glob("*.svg"))
    page = (done.folder / "report.html").read_text()
    assert english().texts[f"study.{done.method}.question"] in page


def test_every_result_can_be_told_in_every_language_later(done: Findings) -> None:
    assert done.folder is not None
    stored = load_findings(done.folder)
    own = [known["label"] for known in done.provenance["outcomes"]] + [f["name"] for f in done.provenance["factors"]]
    for code in languages():
        words = in_language(code)
        assert stored.in_words(words) == done.in_words(words)
        files = studies.report_files(stored, words)
        page = str(files["report.html"])
        assert f'<html lang="{code}">' in page
        assert all(isinstance(x, str) and ET.fromstring(x) for name, x in files.items() if name.endswith(".svg"))
        if code == "en":
            assert page == (done.folder / "report.html").read_text(encoding="utf-8")
            assert all(files[p.name] == p.read_bytes() for p in done.folder.glob("*.png"))
            continue
        told = " ".join([*done.in_words(words), *map(words.in_words, done.notes), *figures_of(page)])
        for name in sorted(own, key=len, reverse=True):
            told = told.replace(name, "")
        assert re.findall(r"\b(?:the|of|and|with|is|are|runs|futures|share|axis)\b", told) == []


def figures_of(page: str) -> list[str]:
    """Every text in the drawings of a page."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", page)


def test_the_same_seed_gives_the_same_bits_and_another_other_ones(done: Findings, tmp_path: Path) -> None:
    assert studies.replay(done.folder or "").same
    # Shapley runs every mix and draws nothing; a calibration seeks one best fit, wherever it starts.
    if done.method not in ("shapley", "calibration"):
        other = run_study(small(done.method, seed=99), tmp_path / "other")
        assert not other.table["value"].equals(done.table["value"])


# ---- each against something outside itself


def test_morris_equals_salib(tmp_path: Path) -> None:
    study = small("morris", size=12)
    findings = run_study(study, tmp_path / "out")
    plan = plan_of(study)
    unit = method("morris").trajectories(plan)  # type: ignore[attr-defined]
    y = outcomes_of(tmp_path / "out", "knowledge", 2050.0)
    problem = {"num_vars": 5, "names": list(plan.names), "bounds": [[0, 1]] * 5}
    theirs = salib_morris.analyze(problem, unit, y, num_levels=4, seed=1)
    for index, key in (("mu*", "mu_star"), ("mu", "mu"), ("sigma", "sigma")):
        ours = findings.of(index, "knowledge", 2050.0).set_index("factor")["value"][list(plan.names)]
        assert np.allclose(ours, np.asarray(theirs[key]), rtol=1e-9)


def test_morris_moves_groups_together(tmp_path: Path) -> None:
    findings = run_study(small("morris", groups="kind"), tmp_path / "out")
    assert set(findings.table["factor"]) == {"levers", "uncertainties"}
    assert set(findings.table["index"]) == {"mu*"}


def outcomes_of(folder: Path, outcome: str, time: float) -> Any:
    import xarray as xr

    with xr.open_dataset(folder / "runs.nc") as runs:
        return runs["result"].sel(outcome=outcome, time=time).to_numpy()


def test_pawn_equals_salib(tmp_path: Path) -> None:
    study = small("pawn", size=256)
    findings = run_study(study, tmp_path / "out")
    unit = sobol_points(256, 6, study.seed)
    y = outcomes_of(tmp_path / "out", "knowledge", 2050.0)
    names = [*plan_of(study).names, DUMMY]
    problem = {"num_vars": 6, "names": names, "bounds": [[0, 1]] * 6}
    theirs = salib_pawn.analyze(problem, unit, y, S=10)
    for index, key in (("PAWN", "median"), ("PAWN max", "maximum")):
        ours = findings.of(index, "knowledge", 2050.0).set_index("factor")["value"][names]
        assert np.allclose(ours, np.asarray(theirs[key]), atol=1e-12)


def test_bands_are_the_quantiles_of_the_runs(tmp_path: Path) -> None:
    options = {"resamples": 10, "thresholds": {"knowledge": 7000}}
    findings = run_study(small("uncertainty", size=256, options=options), tmp_path / "out")
    y = outcomes_of(tmp_path / "out", "knowledge", 2050.0)
    said = findings.of("q05", "knowledge", 2050.0)["value"].iloc[0]
    assert said == pytest.approx(np.quantile(y, 0.05))
    worst = findings.of("worst tenth", "knowledge", 2050.0)["value"].iloc[0]
    assert worst == pytest.approx(np.sort(y)[:26].mean())
    above = findings.of("P(above)", "knowledge", 2050.0)
    assert above["value"].iloc[0] == (y > 7000).mean()
    assert above["low"].iloc[0] <= above["value"].iloc[0] <= above["high"].iloc[0]


def test_prim_finds_a_box_that_was_put_there() -> None:
    x = sobol_points(2048, 5, 1)
    noise = np.random.default_rng(0).random(2048)
    failed = ((x[:, 0] > 0.7) & (x[:, 3] < 0.4) & (noise < 0.95)) | (noise > 0.995)
    prim = method("prim")
    (box, *_) = prim.find_boxes(x, failed, 3, prim.OPTIONS)  # type: ignore[attr-defined]
    assert box.restricted() == [0, 3]
    assert box.low[0] == pytest.approx(0.7, abs=0.05) and math.isinf(box.high[0])
    assert box.high[3] == pytest.approx(0.4, abs=0.05) and math.isinf(box.low[3])


@pytest.mark.parametrize("usual", [0.05, 0.3, 0.7])
@pytest.mark.parametrize("factors", [5, 40])
def test_prim_finds_nothing_in_noise(usual: float, factors: int) -> None:
    x = sobol_points(512, factors, 1)
    failed = np.random.default_rng(1).random(512) < usual
    prim = method("prim")
    assert prim.find_boxes(x, failed, 3, prim.OPTIONS) == []  # type: ignore[attr-defined]


def test_prim_finds_the_one_factor_of_forty_where_most_runs_fail() -> None:
    x = sobol_points(512, 40, 1)
    failed = np.random.default_rng(0).random(512) < np.where(x[:, 7] < 0.6, 0.9, 0.2)
    prim = method("prim")
    (box, *_) = prim.find_boxes(x, failed, 3, prim.OPTIONS)  # type: ignore[attr-defined]
    assert box.restricted() == [7]
    assert box.high[7] == pytest.approx(0.6, abs=0.05) and math.isinf(box.low[7])


def test_prim_says_when_nothing_fails(tmp_path: Path) -> None:
    options = {"fails": [{"outcome": "knowledge", "below": -1}]}
    findings = run_study(small("prim", options=options), tmp_path / "out")
    assert "No run fails" in english().in_words(findings.notes[0])


def test_shapley_shares_add_up_and_obey_the_axioms() -> None:
    rng = np.random.default_rng(2)
    values = rng.standard_normal((16, 3))
    joined = np.arange(16)[:, None] >> np.arange(4) & 1
    values[:, 1] = joined @ np.array([1.0, -2.0, 0.0, 5.0])  # additive: everybody gets what he brings
    values[:, 2] = joined[:, 0] * joined[:, 1]  # only together: the two share it
    found = method("shapley").wedges(values, 4)  # type: ignore[attr-defined]
    assert np.allclose(found["Shapley"].sum(axis=0), values[-1] - values[0])
    assert np.allclose(found["Shapley"][:, 1], [1, -2, 0, 5])
    assert np.allclose(found["Shapley"][:, 2], [0.5, 0.5, 0, 0])
    assert np.allclose(found["together"][0, 1:], [0, 1])
    by_orders = np.zeros(4)
    for order in itertools.permutations(range(4)):
        mix = 0
        for player in order:
            by_orders[player] += values[mix | 1 << player, 0] - values[mix, 0]
            mix |= 1 << player
    assert np.allclose(found["Shapley"][:, 0], by_orders / 24)


def test_the_package_of_a_scenario_is_all_it_sets(tmp_path: Path) -> None:
    findings = run_study(small("shapley"), tmp_path / "out")
    assert findings.provenance["players"] == ["shared funding", "openness requirement", "events and assumptions"]
    y = outcomes_of(tmp_path / "out", "knowledge", 2050.0)
    package = findings.of("package", "knowledge", 2050.0)["value"].iloc[0]
    assert package == pytest.approx(y[-1] - y[0])


def test_robustness_measures_of_policies_over_the_same_futures(tmp_path: Path) -> None:
    findings = run_study(small("robustness", options={"resamples": 10}), tmp_path / "out")
    import xarray as xr

    y = []
    for policy in ("status_quo", "open_laboratory"):
        with xr.open_dataset(tmp_path / "out" / f"runs_{policy}.nc") as runs:
            assert runs.attrs["scenario"] == policy
            y.append(runs["result"].sel(outcome="knowledge", time=2050.0).to_numpy())
    quo, lab = y
    regret = findings.of("regret", "knowledge", 2050.0).set_index("factor")["value"]
    assert regret["status_quo"] == pytest.approx((np.maximum(quo, lab) - quo).mean())
    better = findings.of("better than status_quo", "knowledge", 2050.0).set_index("factor")["value"]
    assert better["open_laboratory"] == (lab > quo).mean()


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("morris", {"options": {"levels": 3}}, "not an even number"),
        ("morris", {"size": 1}, "too few trajectories"),
        ("pawn", {"groups": "kind"}, "one factor at a time"),
        ("pawn", {"size": 64}, "fewer than ten runs"),
        ("pawn", {"size": 100}, "not a power of two"),
        ("uncertainty", {"size": 100}, "not a power of two"),
        ("uncertainty", {"options": {"thresholds": {"reputation": 3}}}, "not among the study's outcomes"),
        ("prim", {"options": {}}, "Say when a run fails"),
        ("prim", {"options": {"fails": [{"outcome": "knowledge"}]}}, "either below or above"),
        (
            "prim",
            {"options": {"fails": [{"outcome": "knowledge", "below": 1, "time": 2031.0}]}},
            "not among the study's",
        ),
        ("robustness", {"factors": "levers"}, "which the policies set"),
        ("robustness", {"options": {"policies": ["status_quo"]}}, "at least two policies"),
        ("shapley", {"options": {}}, "Name the scenario"),
        ("shapley", {"options": {"package": "status_quo"}}, "fewer than two levers"),
    ],
)
def test_what_a_method_cannot_do_is_said_before_any_run(name: str, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(StudyError, match=says):
        plan_of(small(name, **changes))


def test_figures_over_all_times_are_marked_as_such(done: Findings) -> None:
    whole = done.table[done.table["time"].isna()]
    if done.method in ("sobol", "morris", "pawn"):
        assert set(whole["outcome"]) == set(done.outcomes)
        assert len(done.of(whole["index"].iloc[0], time=ALL_TIMES))


# ---- stopped anywhere, and gone on with


class Stopping:
    """Progress meters that stop a study at one of its steps, as Ctrl-C would, and say which work it was at."""

    def __init__(self, after: int) -> None:
        self.left, self.at = after, ""

    def __call__(self, label: str, total: float = 0, unit: str = "") -> Stopping:
        self.at = label
        return self

    def __enter__(self) -> Stopping:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def advance(self, amount: float = 1) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def test_a_study_stopped_anywhere_goes_on_to_the_same_bits(done: Findings, tmp_path: Path) -> None:
    """Stopped at its first step, at its third after that, and so on, until it is through."""
    stopped_at, steps, again = [], 1, None
    while again is None:
        stopping = Stopping(steps)
        try:
            again = run_study(small(done.method), tmp_path / "out", progress=stopping, pictures=False)
        except KeyboardInterrupt as stopped:
            stopped_at.append((stopping.at, str(stopped)))
            steps += 2 if steps < 4 else 40
    assert stopped_at and all("run the same command to continue" in said for _, said in stopped_at)
    assert again.table.equals(done.table)
    assert again.provenance["backend"] == done.provenance["backend"] != []
    assert not (tmp_path / "out" / "work").exists()


@pytest.mark.parametrize("name", ["policy_search", "calibration"])
def test_a_search_that_goes_on_asks_the_model_nothing_twice(name: str, tmp_path: Path) -> None:
    asked: list[int] = []

    def counting(chunks: Any) -> Any:
        for chunk in chunks:
            asked.append(hash(b"".join(np.asarray(v).tobytes() for v in chunk.values.values())))
            yield run_chunk(chunk)

    def stopping_at(at: int) -> Any:
        def workers(chunks: Any) -> Any:
            for made in counting(chunks):
                if len(asked) == at:
                    raise KeyboardInterrupt
                yield made

        return workers

    study = small(name)
    with pytest.raises(KeyboardInterrupt):
        run_study(study, tmp_path / "out", workers=stopping_at(12), pictures=False)
    before = asked[:-1]  # the last answer had not come back yet
    asked.clear()
    run_study(study, tmp_path / "out", workers=counting, pictures=False)
    assert len(before) == 11 and asked and not set(before) & set(asked)


# ---- what an option only names decides too


def copied(folder: Path) -> Path:
    shutil.copytree(FIELD, folder / "field")
    shutil.copy(Path(FIELD).parents[1] / "studies_models" / "field_history.csv", folder / "history.csv")
    return folder / "field"


@pytest.mark.parametrize(
    ("name", "file", "old", "new"),
    [
        ("robustness", "scenarios/open_laboratory.toml", "value = 60", "value = 61"),
        ("shapley", "scenarios/open_laboratory.toml", "value = 60", "value = 61"),
        ("policy_search", "uncertainties.csv", "0.4", "0.41"),
        ("calibration", "../history.csv", "2040", "2041"),
        ("uncertainty", "outcomes.csv", "higher", "lower"),
    ],
)
def test_a_result_is_stale_when_what_its_options_name_has_changed(
    name: str, file: str, old: str, new: str, tmp_path: Path
) -> None:
    model = copied(tmp_path)
    changes: dict[str, Any] = {"options": {"history": "../history.csv"}} if name == "calibration" else {}
    study = replace(small(name, **changes), model=str(model), scenario=None)
    if name == "uncertainty":
        study = replace(study, factors={"leaving rate": {"low": 0.1, "high": 0.2}})
    before = plan_of(study).fingerprint("1")
    assert plan_of(study).fingerprint("1") == before
    text = (model / file).read_text()
    assert old in text
    (model / file).write_text(text.replace(old, new))
    assert plan_of(study).fingerprint("1") != before


# ---- what goes wrong in some runs, and what moves nothing


def spoilt(every: int) -> Any:
    """Workers whose runs fail now and then: the first of every so many, for the first outcome."""
    counted = itertools.count()

    def workers(chunks: Any) -> Any:
        for chunk in chunks:
            made = run_chunk(chunk)
            for run in range(len(made.values)):
                if next(counted) % every == every // 2:
                    made.values[run, :, 0] = np.nan
            yield made

    return workers


def test_a_failed_run_in_a_thousand_is_said_and_poisons_nothing(done: Findings, tmp_path: Path) -> None:
    study = small(done.method)
    least = {"morris": 168, "sobol": 256, "shapley": None, "calibration": 8}.get(done.method, 1024)
    study = replace(study, size=least) if least else study
    every = 1000 if least else 7
    found = run_study(study, tmp_path / "out", workers=spoilt(every), pictures=False)
    assert not any("nan" in w for w in found.in_words(english()))
    spared = found.table[found.table["outcome"] == found.outcomes[-1]]
    assert spared["value"].notna().any()
    if done.method not in ("calibration", "policy_search"):  # whose failed runs are steps that are not taken
        assert found.provenance["failed_runs"] > 0
        assert "gave no finite number" in " ".join(map(english().in_words, found.notes))
    if done.method not in ("shapley", "robustness"):  # these compare runs with each other, by design
        assert found.table["value"].notna().mean() > 0.9


@pytest.mark.parametrize("name", methods())
def test_an_outcome_that_stands_still_is_said_to(name: str, tmp_path: Path) -> None:
    """At the first time no outcome has moved yet."""
    study = small(name)
    if name != "calibration":  # which needs the years of its history
        study = replace(study, times=(2025.0, 2050.0))
    found = run_study(study, tmp_path / "out")
    assert not any("nan" in w for w in found.in_words(english()))
    assert found.table["value"].notna().any()


def test_a_factor_without_effect_is_left_out_by_every_method(tmp_path: Path) -> None:
    linear = str(Path(__file__).parent / "studies_models" / "linear.mdl")
    factors = {name: {"low": 0.5, "high": 2} for name in ("inflow", "head start", "aim")}
    study = Study(linear, factors=factors, outcomes=("gained",), times=(5.0, 10.0), size=128)

    def found(method: str, **options: Any) -> Findings:
        return run_study(replace(study, method=method, options=options), tmp_path / method, pictures=False)

    morris = found("morris").of("mu*", "gained", 10.0).set_index("factor")["value"]
    assert morris["aim"] == 0 < morris["inflow"]
    pawn = found("pawn").of("PAWN", "gained", 10.0).set_index("factor")["value"]
    assert pawn["aim"] < 2 * pawn[DUMMY] < pawn["inflow"]
    prim = found("prim", fails=[{"outcome": "gained", "below": 12}])
    assert set(prim.of("box 1: limits")["factor"]) <= {"inflow", "head start"}
    targets = [{"outcome": "gained", "above": 20}]
    search = found("policy_search", targets=targets, uncertain={}, population=4, generations=20)
    moved = search.of("moved").set_index("factor")["value"]
    assert moved["aim"] == 0 < moved["inflow"]


def test_when_every_run_fails_it_is_said(tmp_path: Path) -> None:
    for name in ("uncertainty", "prim", "robustness"):
        study = small(name, outcomes=("knowledge",))
        with pytest.raises(StudyError, match="finite number"):
            run_study(study, tmp_path / name, workers=spoilt(1), pictures=False)


# ---- progress in a log


def test_every_long_method_tells_a_log_how_far_how_fast_and_how_long_still(done: Findings, tmp_path: Path) -> None:
    """With a clock that goes half a second further at each look, everything is long."""
    log, ticks = io.StringIO(), itertools.count()

    def bar(step: Message, total: float = 0) -> Bar:
        return Bar(step, total, stream=log, clock=lambda: next(ticks) / 2)

    run_study(small(done.method), tmp_path / "out", progress=bar, pictures=False)
    lines = log.getvalue().splitlines()
    assert lines and all("\r" not in line and "\x1b" not in line for line in lines)
    labels = {line.partition(":")[0].split(" ")[0] for line in lines}
    long_work = {
        "sobol": "resampling", "pawn": "comparing", "uncertainty": "resampling", "robustness": "resampling",
        "prim": "seeking", "calibration": "fitting", "policy_search": "searching",
    }  # fmt: skip
    assert {"simulating", long_work.get(done.method, "simulating")} <= labels
    assert all("done in" in line or "left" in line or "0 of" in line for line in lines)
