"""Checks of behaviour on a model whose behaviour is known by formula; reports, versions, the command line."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from analysis import documents
from analysis.validation import page_of
from policy_lab.catalogue import english
from policy_lab.checks import check_model
from policy_lab.checks.family_members import family
from policy_lab.checks.fit import fit
from policy_lab.checks.report import as_html, as_json, lines
from policy_lab.checks.twelve_tests import parameters, twelve_tests
from policy_lab.checks.validation_tests import KEYS, Test, in_words, read_test
from policy_lab.checks.verdicts import Verdict, judge
from policy_lab.checks.versions import compare_versions
from policy_lab.cli import main
from policy_lab.errors import ModelError, PolicyLabError, UnknownName
from policy_lab.messages import Message
from policy_lab.model import load_model
from policy_lab.model.checks import read_checks
from policy_lab.readers import document_of

#: A tank that drains with time 10: level(t) = 100 exp(-t/10) but for Euler's error, and a clock that runs.
TANK = """{UTF-8}
drain time = 10
	~	year [1,20]
	~	Time in which the tank drains.
	|
initial level = 100
	~	litre [0,200]
	~	What is in it.
	|
outflow = Level/drain time
	~	litre/year
	~	What runs out.
	|
Level = INTEG(-outflow, initial level)
	~	litre
	~	The tank.
	|
Drained = INTEG(outflow, 0)
	~	litre
	~	What has run out.
	|
wave = SIN(Time/drain time)
	~	Dmnl
	~	Highest at 5 pi years.
	|
INITIAL TIME = 0
	~	year
	~	First.
	|
FINAL TIME = 20
	~	year
	~	Last.
	|
TIME STEP = 0.5
	~	year
	~	Step.
	|
SAVEPER = 0.5
	~	year
	~	Saved.
	|
"""
SOURCES = "key,grade,citation,note\n"
OUTCOMES = "name,label,group,headline,better,decimals,why\nLevel,Level,g,yes,higher,1,w\nwave,Wave,g,yes,higher,1,w\n"


@pytest.fixture
def tank(tmp_path: Path) -> Path:
    folder = tmp_path / "tank"
    (folder / "scenarios").mkdir(parents=True)
    (folder / "tank.mdl").write_text(TANK, encoding="utf-8")
    (folder / "outcomes.csv").write_text(OUTCOMES, encoding="utf-8")
    for world, value in (("status_quo", 100), ("half", 50)):
        text = f'title = "{world}"\nrationale = "r"\n[assumptions]\n"initial level" = {value}\n'
        (folder / "scenarios" / f"{world}.toml").write_text(text, encoding="utf-8")
    return folder


def words(message: Message) -> str:
    return english().in_words(message)


def verdicts(folder: Path, entries: str) -> list[Verdict]:
    (folder / "checks.yaml").write_text(entries, encoding="utf-8")
    model = load_model(folder)
    return judge(model, read_checks(model))


HOLDS = [
    "between: [0, 100], of: Level",
    "between: [null, 50], of: Level, in: half",
    "between: [35.84, 35.86], of: Level, in: status_quo, at: 10",
    "rising: false, of: Level",
    "rising: true, of: Drained",
    "below: {in: status_quo}, of: Level, in: half",
    "above: {in: half, times: 1.999}, of: Level, in: status_quo",
    "above: {in: half, plus: 5}, of: Level, in: status_quo, until: 20",
    "same_as: {in: half, times: 2}, of: Level, in: status_quo",
    "below: {with: {}}, of: Level, with: {drain time: low}, in: half, after: 1",
    "above: {with: {}}, of: Level, with: {drain time: 20}, after: 1",
    "sums_to: 100, of: [Level, Drained], in: status_quo",
    "sums_to: [initial level], of: [Level, Drained]",
    "account: {in: [], out: outflow}, of: Level",
    "account: {in: outflow}, of: Drained",
    "account: {}, of: [Level, Drained]",
    "peaks: [15, 16.5], of: wave",
    "reaches: {level: 60, between: [4, 10]}, of: Drained, in: status_quo",
    "reaches: {level: 60, between: never}, of: Drained, in: half",
    "halving: 0.02, of: Level",
    "rk4: 0.02, of: Level",
    "between: [0, null], of: every stock",
    "same_as: {}, of: every outcome",
]
FAILS = [
    ("between: [0, 99], of: Level", "Level is 100 at 0 in status_quo"),
    ("between: [40, 45], of: Level, in: status_quo, at: 10", "at 10 in status_quo"),
    ("rising: true, of: Level, in: half", "Level changes by -2.5 at 0 in half"),
    ("below: {in: half}, of: Level, in: status_quo", "Level is 100 against 50 at 0"),
    ("below: {}, of: Level", "against"),
    ("same_as: {in: half}, of: Level, in: status_quo", "100"),
    ("sums_to: 101, of: [Level, Drained], in: status_quo", "they differ by 0.0099"),
    ("account: {in: outflow, out: []}, of: Level", "out of balance by 1 of the flows"),
    ("peaks: [0, 5], of: wave", "wave peaks at"),
    ("reaches: {level: 60, between: [0, 4]}, of: Drained, in: status_quo", "exists, at"),
    ("reaches: {level: 60, between: [0, 20]}, of: Drained, in: half", "reaches"),
    ("reaches: {level: 60, between: never}, of: Drained, in: status_quo", "exists, at"),
    ("halving: 0.001, of: Level", "of its range"),
    ("rk4: 0.001, of: Level", "of its range"),
]


@pytest.mark.parametrize("test", HOLDS)
def test_what_holds_by_formula_holds(tank: Path, test: str) -> None:
    [verdict] = verdicts(tank, f"- {{says: it, derived: logic, {test}}}\n")
    assert verdict.passed, words(verdict.words)
    assert verdict.status == "holds"


@pytest.mark.parametrize(("test", "said"), FAILS, ids=[t for t, _ in FAILS])
def test_what_fails_says_where(tank: Path, test: str, said: str) -> None:
    [verdict] = verdicts(tank, f"- {{says: it, derived: logic, {test}}}\n")
    assert not verdict.passed
    assert said in words(verdict.words)
    assert verdict.unexpected


def test_halving_is_measured_against_the_exact_error(tank: Path) -> None:
    """Euler's level after t is 100 (1 - h/10)^(t/h); both steps are known to the last digit."""
    [verdict] = verdicts(tank, "- {says: it, derived: numerics, halving: 1, of: Level, in: status_quo}\n")
    time = np.arange(0, 20.5, 0.5)
    whole, half = (100 * (1 - h / 10) ** (time / h) for h in (0.5, 0.25))
    share = np.abs(whole - half).max() / np.ptp(whole)
    assert f"changes by {english().number(share, 'fine')} of its range" in words(verdict.words)


def test_a_failure_that_is_known_is_no_surprise_and_its_end_is_one(tank: Path) -> None:
    known = 'known: "for a reason"'
    found = verdicts(
        tank,
        f"- {{says: a, derived: logic, of: Level, between: [0, 99], {known}}}\n"
        f"- {{says: b, derived: logic, of: Level, between: [0, 100], {known}}}\n",
    )
    assert [(v.status, v.unexpected) for v in found] == [
        ("fails as known", False),
        ("holds, though known to fail", True),
    ]


WRONG = [
    ("- {says: a, derived: logic, of: Level, betwixt: [0, 1]}", "line 1 (a): unknown key 'betwixt'"),
    ("- {says: a, derived: logic, of: Lever, between: [0, 1]}", "Did you mean 'Level'"),
    ("- {says: a, derived: logic, of: Level}", "needs 'says', 'derived'"),
    ("- {says: a, derived: logic, definition: 1, of: Level, between: [0, 1]}", "'definition' must be true or false"),
    ("- {says: a, derived: hearsay, of: Level, between: [0, 1]}", "needs 'says', 'derived'"),
    ("- {says: a, derived: logic, of: Level, between: [0, 1], rising: true}", "one test"),
    ("- {says: a, derived: logic, of: Level, between: [0]}", "'between' cannot be [0]"),
    ("- {says: a, derived: logic, of: Level, rising: upwards}", "'rising' cannot be"),
    ("- {says: a, derived: logic, of: Level, in: atlantis, between: [0, 1]}", "no scenario 'atlantis'"),
    ("- {says: a, derived: logic, of: Level, with: {drain time: 50}, between: [0, 1]}", "outside its range 1 to 20"),
    ("- {says: a, derived: logic, of: Level, with: {outflow: 5}, between: [0, 1]}", "no constant or lever 'outflow'"),
    ("- {says: a, derived: logic, of: Level, with: {drain time: much}, between: [0, 1]}", "'low' or 'high' is needed"),
    ("- {says: a, derived: logic, of: [Level, wave], below: {of: [Level, wave, Drained]}}", "different length"),
    ("- {says: a, derived: logic, of: Level, below: half}", "compares with another run"),
    ("says: a", "must be a list"),
    ("- just words", "an entry is a list of keys"),
    ("- {says: a, derived: logic, of: [Level, between: [0, 1]}", "cannot be read"),
    ("- {says: a, derived: logic, of: Level, rising: false}\n" * 2, "line 2: 'a' is in line 1 already"),
    ("- !!python/object/apply:os.system [true]", "cannot be read"),
]


@pytest.mark.parametrize(("text", "words"), WRONG, ids=[w for _, w in WRONG])
def test_a_slip_in_the_file_is_said_where_it_stands(tank: Path, text: str, words: str) -> None:
    (tank / "checks.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        read_checks(load_model(tank))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_slip_in_the_file_is_a_finding_of_the_whole(tank: Path) -> None:
    (tank / "checks.yaml").write_text("- {says: a, derived: logic, of: Lever, rising: true}", encoding="utf-8")
    assert [f.kind for f in check_model(tank).errors] == ["cannot be read"]


# Control ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outflow", "controlled"),
    [
        ("Level/drain time", True),
        ("MIN(Level/drain time, 3*Level/drain time)", True),
        ("initial level/drain time", False),
        ("MAX(Level, initial level)/drain time", False),
    ],
)
def test_an_outflow_must_ask_its_stock(tank: Path, outflow: str, controlled: bool) -> None:
    text = TANK.replace("outflow = Level/drain time", f"outflow = {outflow}").replace(
        "FINAL TIME = 20", "FINAL TIME = 5"
    )
    (tank / "tank.mdl").write_text(text, encoding="utf-8")
    found = [f for f in check_model(tank).findings if f.kind == "outflow without control"]
    assert (not found) is controlled
    if found:
        assert (found[0].subject, found[0].file) == ("Level", "tank.mdl")
        assert "'outflow'" in words(found[0].words)


def test_a_model_with_delays_is_looked_at_too(tmp_path: Path) -> None:
    text = TANK.replace("outflow = Level/drain time", "outflow = SMOOTH3(initial level, drain time)/drain time")
    path = tmp_path / "tank.mdl"
    path.write_text(text.replace("FINAL TIME = 20", "FINAL TIME = 5"), encoding="utf-8")
    assert [f.kind for f in check_model(path).errors] == ["outflow without control"]


def test_a_model_that_cannot_be_run_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "tank.mdl"
    path.write_text(TANK.replace("SIN(Time/drain time)", "SIN(wave)*drain time"), encoding="utf-8")
    report = check_model(path)
    assert {f.kind for f in report.errors} == {"units differ", "cannot be run"}
    assert not report.sound()


def test_what_the_engine_does_not_know_is_said(tmp_path: Path) -> None:
    path = tmp_path / "tank.mdl"
    path.write_text(TANK.replace("SIN(Time/drain time)", "RANDOM UNIFORM(0, 1, 1)"), encoding="utf-8")
    [told] = [f for f in check_model(path).findings if f.kind == "not looked at"]
    assert (told.subject, told.severity, told.line) == ("wave", "warning", 22)
    assert "RANDOM UNIFORM" in words(told.words)


# Fit --------------------------------------------------------------------------------------------------------------


def test_theil_splits_an_error_as_by_hand() -> None:
    data = np.array([1.0, 2.0, 3.0, 4.0])
    shifted, stretched = fit(data, data + 1), fit(data, 2.5 + 2 * (data - 2.5))
    assert (shifted.bias, shifted.variance, shifted.covariance) == pytest.approx((1, 0, 0))
    assert (stretched.bias, stretched.variance, stretched.covariance) == pytest.approx((0, 1, 0), abs=1e-12)
    assert fit(data, data[::-1].copy()).covariance == pytest.approx(1)
    assert shifted.rms == shifted.mean_error == pytest.approx(0.4)
    assert shifted.r2 == pytest.approx(1)
    assert fit(data, data).rms == 0
    assert np.isnan(fit(data[:2], data[:2] + 1).r2)


# Versions ---------------------------------------------------------------------------------------------------------


def git(folder: Path, *words: str) -> None:
    identity = ["-c", "user.name=tester", "-c", "user.email=tester@example.org"]
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


def test_a_version_is_compared_with_a_revision_and_a_folder(tank: Path, tmp_path: Path) -> None:
    before = tmp_path / "before" / "tank"
    shutil.copytree(tank, before)
    git(tank, "init", "-q")
    git(tank, "add", ".")
    git(tank, "commit", "-q", "-m", "first")
    (tank / "tank.mdl").write_text(TANK.replace("drain time = 10", "drain time = 20"), encoding="utf-8")
    for other in ("HEAD", str(before)):
        found = compare_versions(tank, other)
        assert json.loads(found.as_json())["equations"] == ["changed: drain time = 20 (was 10)"]
        assert len(found.differences) == 4
        assert {d.outcome for d in found.differences[:2]} == {"wave"}  # sin(t/20) against sin(t/10): half its range
        level = next(d for d in found.differences if (d.outcome, d.world) == ("Level", "status_quo"))
        time = np.arange(0, 20.5, 0.5)
        ours, theirs = (100 * (1 - 0.5 / drain) ** (time / 0.5) for drain in (20, 10))
        at = int(np.abs(ours - theirs).argmax())
        assert (level.time, level.here) == (time[at], pytest.approx(ours[at]))
        assert level.share == pytest.approx(np.abs(ours - theirs).max() / (100 - theirs[-1] / 2))
        assert "drain time = 20" in found.as_text()
        assert json.loads(found.as_json())["differences"][0]["outcome"] == "wave"
        assert "<td>Level</td>" in found.as_html()


@pytest.mark.parametrize("other", ["no_such_revision", "--output=oops", "golden"])
def test_a_version_that_does_not_exist_is_said(tank: Path, other: str) -> None:
    git(tank, "init", "-q")
    with pytest.raises(PolicyLabError) as caught:
        compare_versions(tank, other)
    assert isinstance(caught.value, UnknownName)
    assert not list(tank.glob("oops"))


def test_the_same_version_has_not_moved(tank: Path) -> None:
    found = compare_versions(tank, str(tank))
    assert found.equations == ()
    assert max(d.share for d in found.differences) == 0


def test_big_science_is_its_golden_runs() -> None:
    found = compare_versions("big_science", "golden")
    model = load_model("big_science")
    assert len(found.differences) == len(model.scenarios) * len(model.outcomes)
    assert max(d.share for d in found.differences) < 1e-9


# Reports and the command line -------------------------------------------------------------------------------------


def test_the_command_says_what_is_wrong_and_leaves_with_1(
    tank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tank / "checks.yaml").write_text(
        "- {says: it <holds>, derived: logic, of: Level, between: [0, 1]}", encoding="utf-8"
    )
    files = [tmp_path / "report.json", tmp_path / "report.html"]
    assert main(["check", str(tank), "--json", str(files[0]), "--html", str(files[1])]) == 1
    said = capsys.readouterr().out
    assert "fails: it <holds>: Level is 100 at 0 in status_quo" in said
    data = json.loads(files[0].read_text(encoding="utf-8"))
    assert (data["model"], data["sound"], data["checks"][0]["status"]) == ("tank", False, "fails")
    assert tuple(t["key"] for t in data["tests"]) == KEYS
    page = files[1].read_text(encoding="utf-8")
    assert "it &lt;holds&gt;" in page
    assert "<h2>The twelve tests</h2>" in page
    assert "<script" not in page


def test_a_model_in_order_leaves_with_0_and_strictly_with_1(tank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tank), "--no-runs"]) == 0
    assert "tank: 10 equations, 0 errors" in capsys.readouterr().out
    assert main(["check", str(tank), "--no-runs", "--strict"]) == 1
    assert "'Drained' feeds nothing" in capsys.readouterr().out


def test_what_is_known_to_fail_is_shown_and_counts_strictly(tank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (tank / "tank.mdl").read_text(encoding="utf-8").replace("Drained = INTEG(outflow, 0)\n\t~\tlitre\n\t~\tWhat"
                                                                    " has run out.\n\t|\n", "")  # fmt: skip
    (tank / "tank.mdl").write_text(text, encoding="utf-8")
    (tank / "sources.csv").unlink(missing_ok=True)
    entry = "- {says: full, derived: data, of: Level, between: [0, 99], known: it begins full}"
    (tank / "checks.yaml").write_text(entry, encoding="utf-8")
    assert main(["check", str(tank)]) == 0
    said = capsys.readouterr().out
    assert "fails as known: full: Level is 100 at 0 in status_quo (it begins full)" in said
    # By hand: 100 (1 - 0.5/10)^(2t) against 100 (1 - 0.25/10)^(4t) is farthest apart at t = 10, by 0.0046 of 100.
    assert "FAILS  Integration error: Half the step changes no outcome by more than" in said
    assert main(["check", str(tank), "--quick"]) == 0
    assert "Integration error" not in capsys.readouterr().out
    assert main(["check", str(tank), "--strict"]) == 1


def test_the_web_of_feedback_is_counted(tank: Path) -> None:
    """Level and outflow act on each other; Drained and wave act on nothing: two of four."""
    report = check_model(tank)
    [boundary, *_] = twelve_tests(load_model(tank), report)
    assert "50% of the computed variables form one connected web" in words(boundary.summary)


CASE = {
    "key": "collider", "title": "A collider", "held_out": True, "facts": [1, 2, 3], "fitted": [1],
    "record": {"fate": "cancelled", "year": 1993.8},
    "outcome": {"fate": "cancelled", "year": 1993.12, "right": True, "completion_error": None},
    "errors": {"spending": 0.12, "grade": {"read": ["A"], "recalled": []}, "staff": None, "spending_good": 0.31},
    "without_hindsight": {"fate": "finished", "year": None, "right": False},
    "leave_one_out": {"right": 0.75},
}  # fmt: skip


def family_of(folder: Path, **stored: object) -> Test:
    model = load_model(folder)
    (folder / "cases").mkdir(exist_ok=True)
    data = {"hash": model.hash, "cases": [CASE], **stored}
    (folder / "cases" / "results.json").write_text(json.dumps(data), encoding="utf-8")
    return next(t for t in twelve_tests(model, check_model(folder)) if t.key == "family")


def test_historical_cases_are_counted_right_or_wrong(tank: Path) -> None:
    wrong = {**CASE, "title": "A station", "held_out": False, "outcome": {**CASE["outcome"], "right": False}}  # type: ignore[dict-item]
    test = family_of(tank, cases=[CASE, wrong])
    assert test.verdict == "partly"
    assert "The outcome of 1 of 2 cases is reproduced, of those set aside before any fitting 1 of 1" in words(
        test.summary
    )
    assert "within 30% in 0 of 2 with figures of grade A or B" in words(test.summary)
    told = in_words(test, english())
    assert told.rows[0] == ["A collider", "yes", "cancelled 1993.8", "cancelled 1993.1", "as it was", 0.12, "A", None,
                            None, 0.75, 3, 1]  # fmt: skip
    assert told.notes[0].startswith("A collider: finished with only what was known at its start")
    assert family_of(tank).verdict == "holds"
    assert family_of(tank, cases=[wrong]).verdict == "fails"


def test_results_of_another_version_do_not_count(tank: Path) -> None:
    assert family_of(tank, hash="old").verdict == "not yet"


def test_historical_cases_cite_sources_that_exist(tank: Path) -> None:
    (tank / "sources.csv").write_text(SOURCES + "used,A,c,n\nidle,A,c,n\n", encoding="utf-8")
    (tank / "cases").mkdir()
    (tank / "cases" / "case.toml").write_text('[facts.start]\nsource = "used"\n[a.b]\nsource = "nobody"\n')
    (tank / "cases" / "case.csv").write_text("series,variable,source\ns,Drained,used\n")
    found = {(f.kind, f.subject) for f in check_model(tank, runs=False).findings}
    assert ("unknown source", "nobody") in found
    assert ("source unused", "idle") in found
    assert ("source unused", "used") not in found
    assert ("feeds nothing", "Drained") not in found


def test_pages_are_written_in_the_language_that_is_named(tank: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert main(["check", str(tank), "--html", str(page), "--language", "de", "--quick"]) == 0
    checked = page.read_text(encoding="utf-8")
    assert '<html lang="de">' in checked and "<h2>Einheiten, Struktur und Tabellen</h2>" in checked
    assert ", 0 Fehler, " in checked
    assert main(["check", str(tank), "--against", str(tank), "--html", str(page), "--language", "de"]) == 0
    assert f"<h1>tank gegenüber {tank}</h1>" in page.read_text(encoding="utf-8")


def test_a_bare_file_can_be_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "lake.mdl"
    path.write_text(TANK.replace("litre/year", "litre"), encoding="utf-8")
    assert main(["check", str(path)]) == 1
    assert "gives litre/year, but the variable's unit is litre" in capsys.readouterr().out


def test_comparing_by_the_command_line(tank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tank), "--against", str(tank), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["other"] == str(tank)
    assert main(["check", str(tank), "--against", "nothing"]) == 2
    assert "There is no version 'nothing'" in capsys.readouterr().err


# big_science ------------------------------------------------------------------------------------------------------


def test_big_science_is_in_order() -> None:
    report = check_model("big_science")
    assert len(report.verdicts) >= 150
    assert {v.check.derived for v in report.verdicts} == {"logic", "essay", "data", "numerics"}
    assert not report.errors
    assert [f"{v.status}: {v.check.says}" for v in report.unexpected] == []
    known = [v for v in report.verdicts if v.check.known]
    assert all(not v.passed for v in known)
    assert len(list(lines(report))) == len(report.findings) + len(known) + 1
    assert len(json.loads(as_json(report))["checks"]) == len(report.verdicts)
    heads = 1 + bool(report.findings)
    assert as_html(report).count("<tr>") == len(report.findings) + len(report.verdicts) + heads


def test_the_validation_page_is_of_this_model(repository: Path) -> None:
    data = json.loads((repository / "analysis/results/validation/big_science.json").read_text(encoding="utf-8"))
    assert data["hash"] == load_model("big_science").hash
    assert tuple(t["key"] for t in data["tests"]) == KEYS
    for test in data["tests"]:
        assert test["verdict"] in ("holds", "partly", "fails", "reported", "not yet")
        assert all(len(row) == len(test["columns"]) for row in test["rows"])
    stored = next(t for t in data["tests"] if t["key"] == "family")
    assert read_test(stored) == family(load_model("big_science")), "python -m analysis.validation"
    page = (repository / "docs/validation/big_science.md").read_text(encoding="utf-8")
    assert page == documents.text(page_of(data)), "python -m analysis.validation"


def test_what_is_defined_is_counted_apart_from_what_is_judged(tank: Path) -> None:
    """Grade D stays in the first share, of all constants, and out of the second, of those that claim something."""
    text = (tank / "tank.mdl").read_text(encoding="utf-8")
    text = text.replace("the tank drains.", "the tank drains. Source: guess.")
    text = text.replace("What is in it.", "What is in it. Source: unit.")
    (tank / "tank.mdl").write_text(text, encoding="utf-8")
    (tank / "sources.csv").write_text(SOURCES + "guess,J,Guess,Made up.\nunit,D,Unit,No claim.\n", encoding="utf-8")
    model = load_model(tank)
    test = parameters(model, document_of(model.path))
    counts = test.summary.values
    assert counts["defined"] == 1
    assert counts["judged"] == pytest.approx(1 / counts["count"])
    assert counts["judged_claims"] == pytest.approx(1 / (counts["count"] - 1))
    assert "1 are definitions, numerical widths or settings (grade D)" in words(test.summary)
