"""Studies as a person meets them: what is refused and how, and that nothing finished is ever lost."""

from __future__ import annotations

import csv
import html
import json
import math
import re
import resource
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pytest
import xarray as xr

from policy_lab import studies
from policy_lab.catalogue import english
from policy_lab.ensemble import folder, runner
from policy_lab.ensemble.factors import Factor
from policy_lab.ensemble.findings import grid_rows, read_csv, table_of, write_csv
from policy_lab.ensemble.runner import Chunk, Simulated
from policy_lab.errors import BadValue, OutputError, PolicyLabError, StudyError, UnknownName
from policy_lab.studies import Findings, Study, load_findings, load_study, plan_of, replay, report_files

HERE = Path(__file__).parent
FIELD = HERE / "models" / "small_field"
FUNCTIONS = HERE / "studies_models"
ISHIGAMI = {f"x{i}": {"low": -math.pi, "high": math.pi} for i in (1, 2, 3)}


def ishigami(**changes: Any) -> Study:
    study = Study(
        str(FUNCTIONS / "ishigami.mdl"), factors=ISHIGAMI, size=256, outcomes=("ishigami",), options={"resamples": 50}
    )
    return replace(study, **changes)


def run_study(study: Study, out: Path, **named: Any) -> Findings:
    """Without pictures, which take longer than all the rest of so small a study, unless they are asked for."""
    return studies.run_study(study, out, **{"pictures": False, **named})


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "LEAST_RUNS", 64)
    monkeypatch.setattr(runner, "MOST_RUNS", 64)


def stopping(after: int, error: BaseException) -> Callable[[Iterable[Chunk]], Iterator[Simulated]]:
    def workers(chunks: Iterable[Chunk]) -> Iterator[Simulated]:
        for n, chunk in enumerate(chunks):
            if n == after:
                raise error
            yield runner.run_chunk(chunk)

    return workers


# ---- the whole chain against formulas


def value(findings: Any, index: str, outcome: str, time: float, factor: str) -> float:
    rows = findings.of(index, outcome, time)
    return float(rows[rows["factor"] == factor]["value"].iloc[0])


def test_ishigami_through_the_whole_chain(tmp_path: Path) -> None:
    study = ishigami(size=2**14, outcomes=("ishigami", "sum of ishigami"), times=(1.0,), options={"resamples": 2})
    findings = run_study(study, tmp_path / "out")
    exact = {"x1": (0.3139, 0.5576), "x2": (0.4424, 0.4424), "x3": (0.0, 0.2437)}
    for outcome in ("ishigami", "sum of ishigami"):
        for factor, (first, total) in exact.items():
            assert value(findings, "S1", outcome, 1.0, factor) == pytest.approx(first, abs=0.01)
            assert value(findings, "ST", outcome, 1.0, factor) == pytest.approx(total, abs=0.01)


def test_sobol_g_through_the_whole_chain(tmp_path: Path) -> None:
    a = np.array([0, 1, 4.5, 9, 99, 99])
    part = 1 / (3 * (1 + a) ** 2)
    v = (1 + part).prod() - 1
    factors = {f"x{i}": {"low": 0, "high": 1} for i in range(1, 7)}
    study = Study(
        str(FUNCTIONS / "sobol_g.mdl"),
        factors=factors,
        size=2**14,
        outcomes=("g",),
        times=(1.0,),
        options={"resamples": 2},
    )
    findings = run_study(study, tmp_path / "out")
    for i in range(6):
        assert value(findings, "S1", "g", 1.0, f"x{i + 1}") == pytest.approx(part[i] / v, abs=0.01)
        total = part[i] * (1 + part).prod() / (1 + part[i]) / v
        assert value(findings, "ST", "g", 1.0, f"x{i + 1}") == pytest.approx(total, abs=0.01)


def test_a_linear_stock_and_a_delay_chain_have_the_indices_their_formulas_give_over_time(tmp_path: Path) -> None:
    """Both outcomes are weighted sums of independent factors of one variance v, so indices follow from the weights.

    For y = sum(w_i x_i) with Var(x_i) = v the variance is v sum(w_i^2), and nothing acts together: S_i = ST_i =
    w_i^2 / sum(w_j^2).

    - ``gained``: the stock has t times the inflow after t years (Euler's steps are exact for a constant flow), and
      ``gained`` adds 5 head starts: weights t and 5, so S of the inflow is t^2 / (t^2 + 5^2).
    - ``second in chain``: with a = step/delay and q = 1 - a each stock makes a step of s' = q s + a (what it follows).
      Of the gap e = s - aim: e1(n) = q^n g, where g = begin - aim, and e2(n+1) = q e2(n) + a e1(n). Dividing by q^n
      gives e2(n) = q^n g + n a q^(n-1) g. So the stock is aim (1 - w) + begin w with w = q^n + n a q^(n-1), and S of
      ``begin`` is w^2 / (w^2 + (1 - w)^2).
    - over all times each time counts by its variance, v (w^2 + (1 - w)^2), so that of ``begin`` is sum(w^2) /
      sum(w^2 + (1 - w)^2).
    """
    factors = {name: {"low": 0, "high": 2} for name in ("inflow", "head start", "aim", "begin")}
    outcomes = ("gained", "second in chain")
    study = Study(
        str(FUNCTIONS / "linear.mdl"), factors=factors, size=4096, outcomes=outcomes, options={"resamples": 2}
    )
    findings = run_study(study, tmp_path / "out")
    weight, delay, step = 5.0, 4.0, 0.125
    q = 1 - step / delay
    chain_variance, begin_variance = [], []
    for t in range(1, 11):
        inflow = t**2 / (t**2 + weight**2)
        n = t / step
        w = q**n + n * (step / delay) * q ** (n - 1)  # Euler's steps, so exact for the model as it is run
        begin = w**2 / (w**2 + (1 - w) ** 2)
        chain_variance.append(w**2 + (1 - w) ** 2)
        begin_variance.append(w**2)
        for index in ("S1", "ST"):
            assert value(findings, index, "gained", t, "inflow") == pytest.approx(inflow, abs=0.01)
            assert value(findings, index, "gained", t, "aim") == pytest.approx(0, abs=1e-12)
            assert value(findings, index, "second in chain", t, "begin") == pytest.approx(begin, abs=0.01)
    # over all times each time counts by its variance; at time 0 only "begin" is there, with weight 1
    whole = (sum(begin_variance) + 1) / (sum(chain_variance) + 1)
    assert value(findings, "ST", "second in chain", math.nan, "begin") == pytest.approx(whole, abs=0.01)


# ---- what is handled and reported


def test_constant_outcomes_and_failed_runs_are_reported_and_poison_nothing(tmp_path: Path) -> None:
    outcomes = ("ishigami", "still", "fragile")
    findings = run_study(ishigami(size=1024, outcomes=outcomes, times=(1.0,)), tmp_path / "all")
    alone = run_study(ishigami(size=1024, times=(1.0,)), tmp_path / "alone")
    for factor in ISHIGAMI:
        assert value(findings, "ST", "ishigami", 1.0, factor) == pytest.approx(
            value(alone, "ST", "ishigami", 1.0, factor), abs=1e-13
        )
        assert math.isnan(value(findings, "ST", "still", 1.0, factor))
        clean = value(findings, "ST", "ishigami", 1.0, factor)
        assert value(findings, "ST", "fragile", 1.0, factor) == pytest.approx(clean, abs=0.1)
    notes = " ".join(map(english().in_words, findings.notes))
    assert "still does not vary" in notes
    assert findings.provenance["failed_runs"] > 10 and "gave no finite number" in notes
    assert "still: It depends on nothing that was varied." in findings.in_words(english())


def test_a_factor_without_effect_has_no_index(tmp_path: Path) -> None:
    factors = {"inflow": {"low": 0, "high": 2}, "head start": {}, "delay": {"low": 2, "high": 8}}
    factors["head start"] = factors["inflow"]
    study = Study(
        str(FUNCTIONS / "linear.mdl"), factors=factors, size=64, outcomes=("gained",), options={"resamples": 9}
    )
    findings = run_study(study, tmp_path / "out")
    assert value(findings, "ST", "gained", math.nan, "delay") == 0
    assert "1 of 3 have little effect" in findings.in_words(english())[0]


def test_seed_zero_is_a_seed_and_one_seed_gives_one_result(tmp_path: Path) -> None:
    zero, again, other = (
        run_study(ishigami(seed=seed), tmp_path / name).table for seed, name in ((0, "a"), (0, "b"), (3, "c"))
    )
    assert zero.equals(again)
    assert not zero.equals(other)


@pytest.mark.usefixtures("small_chunks")
def test_chunks_may_be_finished_in_any_order(tmp_path: Path) -> None:
    def backwards(chunks: Iterable[Chunk]) -> Iterator[Simulated]:
        return map(runner.run_chunk, reversed(list(chunks)))

    usual = run_study(ishigami(), tmp_path / "usual")
    assert run_study(ishigami(), tmp_path / "backwards", workers=backwards).table.equals(usual.table)


@pytest.mark.usefixtures("small_chunks")
def test_threads_change_no_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = ishigami(size=512, outcomes=("ishigami", "sum of ishigami"), options={"resamples": 50})
    for count in ("1", "2"):
        monkeypatch.setenv("POLICY_LAB_THREADS", count)
        run_study(study, tmp_path / count)
    assert (tmp_path / "1" / "findings.csv").read_bytes() == (tmp_path / "2" / "findings.csv").read_bytes()
    with xr.open_dataset(tmp_path / "1" / "runs.nc") as one, xr.open_dataset(tmp_path / "2" / "runs.nc") as two:
        assert one.identical(two)


def test_a_purpose_doubles_the_size_and_ends_where_the_large_study_would(tmp_path: Path) -> None:
    options = {"resamples": 50, "purpose": "indices", "max_size": 512}
    grown = run_study(ishigami(size=128, options=options), tmp_path / "grown")
    assert [step["size"] for step in grown.provenance["trace"]] == [128, 256, 512]
    direct = run_study(ishigami(size=512), tmp_path / "direct")
    assert grown.table.equals(direct.table)


# ---- the result folder


def test_the_result_folder_is_whole_and_opens_elsewhere(tmp_path: Path) -> None:
    out = tmp_path / "out"
    findings = run_study(ishigami(outcomes=("ishigami", "sum of ishigami")), out, pictures=True)
    names = {p.name for p in out.iterdir()}
    assert {"study.toml", "findings.csv", "runs.nc", "ranking.png", "ranking.svg", "report.html"} <= names
    assert "work" not in names and "lock" not in names
    assert load_findings(out).table.equals(findings.table)
    with xr.open_dataset(out / "runs.nc") as runs:
        assert dict(runs.sizes) == {"run": 256 * 5, "factor": 3, "time": 2, "outcome": 2}
        x = runs["value"].sel(factor="x1").to_numpy()
        assert x.min() >= -math.pi and x.max() <= math.pi
        y = np.sin(runs["value"][:, 0]) + 7 * np.sin(runs["value"][:, 1]) ** 2
        y += 0.1 * runs["value"][:, 2] ** 4 * np.sin(runs["value"][:, 0])
        assert np.allclose(runs["result"].sel(outcome="ishigami", time=1.0), y, atol=1e-12)


def test_the_report_stands_alone(tmp_path: Path) -> None:
    run_study(ishigami(), tmp_path, pictures=True)
    page = (tmp_path / "report.html").read_text()
    assert page.count("<svg") == 1 and "Over all years it depends most on x1" in page
    assert "x1" in page and "-3.14159 to 3.14159" in page
    for outside in (" src=", "@import", "<script", "<link", "url("):
        assert outside not in page.replace("url(#", "")


def test_a_study_that_was_stored_as_sentences_is_read_and_told_anew(tmp_path: Path) -> None:
    """As every study was before its statements were data."""
    out = tmp_path / "out"
    findings = run_study(ishigami(), out)
    file = out / "provenance.json"
    known = json.loads(file.read_text(encoding="utf-8"))
    del known["statements"], known["sha256"]
    file.write_text(json.dumps(known | {"words": ["x1 leads."], "notes": ["Beware."]}), encoding="utf-8")
    stored = load_findings(out)
    assert stored.in_words(english()) == ["x1 leads."]
    assert [english().in_words(note) for note in stored.notes] == ["Beware."]
    page = html.unescape(str(report_files(stored, english())["report.html"])).replace("\N{NO-BREAK SPACE}", " ")
    assert all(english().in_words(one.message) in page for one in findings.statements if one.about)
    file.write_text(json.dumps(known | {"statements": [{"about": ""}]}), encoding="utf-8")
    with pytest.raises(StudyError, match="damaged"):
        load_findings(out)


def test_a_stored_study_can_be_read_again_and_replayed(tmp_path: Path) -> None:
    run_study(ishigami(scenario=None, options={"resamples": 50, "second_order": True}), tmp_path / "out")
    stored = tomllib.loads((tmp_path / "out" / "study.toml").read_text())
    assert stored["version"] == 1 and stored["second_order"] is True and stored["size"] == 256
    assert not Path(stored["model"]).is_absolute()
    assert replay(tmp_path / "out").same


def test_a_replay_says_what_differs(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_study(ishigami(), out)
    table = (out / "findings.csv").read_text().splitlines()
    fields = table[1].split(",")
    fields[5] = repr(float(fields[5]) + 0.25)
    (out / "findings.csv").write_text("\n".join([table[0], ",".join(fields), *table[2:]]) + "\n")
    found = replay(out)
    assert not found.same
    said = english().in_words(found.differences[-1])
    assert "1 of" in said and "at most 0.25" in said


def test_a_finished_study_is_read_not_run(tmp_path: Path) -> None:
    first = run_study(ishigami(), tmp_path / "out")
    again = run_study(ishigami(), tmp_path / "out", workers=stopping(0, AssertionError("ran again")))
    assert again.table.equals(first.table)


# ---- stopping, killing, resuming


@pytest.mark.usefixtures("small_chunks")
def test_ctrl_c_keeps_what_is_finished_and_the_rest_follows(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt, match="run the same command to continue"):
        run_study(ishigami(), out, workers=stopping(7, KeyboardInterrupt()))
    made: list[int] = []

    def counting(chunks: Iterable[Chunk]) -> Iterator[Simulated]:
        for chunk in chunks:
            made.append(chunk.start)
            yield runner.run_chunk(chunk)

    resumed = run_study(ishigami(), out, workers=counting)
    assert made == [64 * n for n in range(7, 20)]
    assert resumed.table.equals(run_study(ishigami(), tmp_path / "undisturbed").table)


KILLED = """
import os, signal, sys
from policy_lab.ensemble import runner
from policy_lab.studies import load_study, run_study
runner.LEAST_RUNS = runner.MOST_RUNS = 64
def workers(chunks):
    for n, chunk in enumerate(chunks):
        if n == 9:
            os.kill(os.getpid(), signal.SIGKILL)
        yield runner.run_chunk(chunk)
run_study(load_study(sys.argv[1]), sys.argv[2], workers=workers)
"""


@pytest.mark.usefixtures("small_chunks")
def test_a_killed_study_goes_on_and_ends_in_the_same_bits(tmp_path: Path) -> None:
    study = write(tmp_path, ISHIGAMI_FILE)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(study), str(tmp_path / "out")], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / "out" / "work").is_dir() and not (tmp_path / "out" / "findings.csv").exists()
    # the last chunk reached the file only in part: its checksum gives it away
    journal = tmp_path / "out" / "work" / "runs.done"
    lines = journal.read_text().splitlines()
    assert len(lines) == 9
    start = int(lines[-1].split()[0])
    with (tmp_path / "out" / "work" / "runs.bin").open("r+b") as file:
        file.seek(start * 16 + 40)
        file.write(b"\0" * 24)
    journal.write_text("\n".join(lines) + "\n1152 12")
    run_study(load_study(study), tmp_path / "out", pictures=True)
    run_study(load_study(study), tmp_path / "undisturbed", pictures=True)
    for name in ("findings.csv", "ranking.svg", "study.toml"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "undisturbed" / name).read_bytes()
    with xr.open_dataset(tmp_path / "out" / "runs.nc") as a, xr.open_dataset(tmp_path / "undisturbed" / "runs.nc") as b:
        assert a.identical(b)


@pytest.mark.usefixtures("small_chunks")
def test_runs_of_another_study_are_neither_used_nor_lost(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run_study(ishigami(seed=1), out, workers=stopping(7, KeyboardInterrupt()))
    with pytest.raises(StudyError, match="unfinished runs of another study"):
        run_study(ishigami(seed=2), out)
    first = run_study(ishigami(seed=1), out)
    with pytest.raises(StudyError, match="another finished study"):
        run_study(ishigami(seed=2), out)
    assert load_findings(out).table.equals(first.table)


def test_a_folder_in_use_is_refused_and_left_alone(tmp_path: Path) -> None:
    def meanwhile(chunks: Iterable[Chunk]) -> Iterator[Simulated]:
        with pytest.raises(StudyError, match=r"in use by another run \(process \d+"):
            run_study(ishigami(seed=5), tmp_path / "out")
        return map(runner.run_chunk, chunks)

    run_study(ishigami(), tmp_path / "out", workers=meanwhile)


def test_a_lock_deleted_by_its_last_owner_is_taken_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = folder._locked, []

    def late(file: TextIO) -> bool:
        if not asked:  # between opening the file and locking it, the last owner lets go and deletes it
            (tmp_path / "out" / "lock").unlink()
        asked.append(file)
        return real(file)

    monkeypatch.setattr(folder, "_locked", late)
    with folder.ResultFolder(tmp_path / "out", "one"):
        assert len(asked) == 2 and (tmp_path / "out" / "lock").exists()
        with pytest.raises(StudyError, match="in use by another run"):
            folder.ResultFolder(tmp_path / "out", "one").__enter__()


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("keep me")
    with pytest.raises(StudyError, match="not empty and contains no study"):
        run_study(ishigami(), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["letters.txt"]


def test_a_full_disk_is_known_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(OutputError, match="MB are free"):
        run_study(ishigami(), tmp_path / "out", workers=stopping(0, AssertionError("work was begun")))


def test_a_disk_that_fills_up_loses_nothing(tmp_path: Path) -> None:
    script = """
import resource, sys
from policy_lab.errors import OutputError
from policy_lab.studies import load_study, run_study
resource.setrlimit(resource.RLIMIT_FSIZE, (24_000, 24_000))
try:
    run_study(load_study(sys.argv[1]), sys.argv[2])
except OutputError as error:
    print(error)
"""
    study = write(tmp_path, ISHIGAMI_FILE)
    out = tmp_path / "out"
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    said = subprocess.run(
        [sys.executable, "-c", script, str(study), str(out)], check=True, capture_output=True, text=True
    ).stdout
    assert said.startswith("Cannot write") and "runs.nc" in said and "Free some space" in said
    made: list[int] = []

    def counting(chunks: Iterable[Chunk]) -> Iterator[Simulated]:
        for chunk in chunks:
            made.append(chunk.start)
            yield runner.run_chunk(chunk)

    run_study(load_study(study), out, workers=counting)
    assert made == []  # every run had been kept; only what is written at the end was missing
    assert replay(out).same


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(OutputError, match="A file of that name is in the way"):
            run_study(ishigami(), place)


def test_a_folder_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(
        OutputError, match=r"Permission denied\. You have no permission to write there; choose another folder"
    ):
        run_study(ishigami(), tmp_path / "out")


# ---- bad study files, each refused before any run

ISHIGAMI_FILE = f"""
model = "{FUNCTIONS.as_posix()}/ishigami.mdl"
size = 256
outcomes = ["ishigami"]
times = "all"
resamples = 50

[factors]
x1 = {{ low = -3.1, high = 3.1 }}
x2 = {{ low = -3.1, high = 3.1 }}
x3 = {{ low = -3.1, high = 3.1 }}
"""

FIELD_FILE = f"""
model = "{FIELD.as_posix()}"
scenario = "status_quo"
size = 64
factors = "levers"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "study.toml"
    path.write_text(text)
    return path


BAD: list[tuple[str, str, type[PolicyLabError], str]] = [
    ("size = 256", "size = 250", StudyError, "not a power of two.*take 128 or 256"),
    ("size = 256", "size = 0", StudyError, "size = 0 is too small"),
    ("size = 256", "size = 2.5", StudyError, "not a whole number"),
    ("size = 256", "seed = -1", StudyError, "seed = -1 is not a whole number"),
    ("size = 256", "version = 2", StudyError, "newer than this Policy Lab"),
    ("size = 256", 'method = "sobel"', UnknownName, "no method 'sobel'.*'sobol'"),
    ("size = 256", "sise = 256", UnknownName, "no key 'sise'.*'size'"),
    ("size = 256", "second_order = 1", StudyError, "should be true or false"),
    ("size = 256", 'scenario = "utopia"', UnknownName, "no scenario 'utopia'"),
    ("size = 256", 'purpose = "fun"', StudyError, "take indices, ranking or screening"),
    ("size = 256", "max_size = 100", StudyError, "max_size = 100"),
    ("size = 256", "confidence = 95.0", StudyError, "confidence lies between 0 and 1"),
    ("resamples = 50", "resamples = 1", StudyError, "resamples is at least 2"),
    ("resamples = 50", 'groups = "sector"', UnknownName, "no grouping 'sector'"),
    ("resamples = 50", "[groups]\na = ['x9']", UnknownName, "no factor 'x9' in the group 'a'"),
    ("resamples = 50", "[groups]\na = ['x1']\nb = ['x1']", StudyError, "'x1' is in two groups"),
    ("resamples = 50", "[groups]\na = ['x1', 'x2', 'x3']", StudyError, "at least two factors or groups"),
    ("resamples = 50", "[settings]\nx9 = 1", UnknownName, "no constant or lever 'x9'"),
    ('times = "all"', "times = [0.5]", StudyError, "0.5 is not saved.*nearest is"),
    ('times = "all"', "times = [1, 1]", StudyError, "named twice"),
    ('times = "all"', 'times = "some"', StudyError, 'neither "all" nor a list'),
    ('times = "all"', "times = []", StudyError, 'neither "all" nor a list'),
    ('"ishigami"]', '"ishigamy"]', UnknownName, "'ishigamy'.*Did you mean 'ishigami'"),
    ('"ishigami"]', '"x1"]', StudyError, "is a constant of the model"),
    ('"ishigami"]', '"ishigami", "ishigami"]', StudyError, "named twice"),
    ("x3 = {", "x4 = {", UnknownName, "no variable 'x4'"),
    ("x3 = {", "ishigami = {", StudyError, "only constants can be varied"),
    ("x3 = { low = -3.1, high = 3.1 }", "X1 = { low = 0, high = 1 }", StudyError, "'x1' is named twice"),
    ("x3 = { low = -3.1, high = 3.1 }", "x3 = { low = 3, high = 3 }", StudyError, "not below high"),
    ("x3 = { low = -3.1, high = 3.1 }", "x3 = { low = 3, high = -3 }", StudyError, "not below high"),
    ("x3 = { low = -3.1, high = 3.1 }", "x3 = { low = nan, high = 3 }", StudyError, "not finite"),
    ("x3 = { low = -3.1, high = 3.1 }", "x3 = { low = -inf, high = 3 }", StudyError, "not finite"),
    ("x3 = { low = -3.1, high = 3.1 }", 'x3 = { low = "a", high = 3 }', StudyError, "not a number"),
    ("x3 = { low = -3.1, high = 3.1 }", "x3 = { low = 1, hihg = 3 }", UnknownName, "no key 'hihg'"),
    ("x3 = { low = -3.1, high = 3.1 }", "x3 = 3", StudyError, "low = 0, high = 1"),
    ("x3 = { low = -3.1, high = 3.1 }", "x3 = { low = -9, high = 3 }", StudyError, "the model allows -3.2 to 3.2"),
    ("high = 3.1 }\nx2", 'high = 3.1, distribution = "gamma" }\nx2', UnknownName, "no distribution 'gamma'"),
    ("high = 3.1 }\nx2", 'high = 3.1, distribution = "log-uniform" }\nx2', StudyError, "low above zero"),
    ("high = 3.1 }\nx2", 'high = 3.1, distribution = "triangular", mode = 5 }\nx2', StudyError, "outside its range"),
    ("high = 3.1 }\nx2", 'high = 3.1, distribution = "normal", sd = 0 }\nx2', StudyError, "above zero"),
    ("high = 3.1 }\nx2", 'high = 3.1, distribution = "discrete", values = [1] }\nx2', StudyError, "at least two"),
    ("ishigami.mdl", "nothing.mdl", PolicyLabError, "nothing.mdl"),
    ("model =", "modle =", StudyError, "names its model"),
    ("model =", "model", StudyError, "not valid TOML"),
]


def test_what_a_factor_lacks_is_what_the_model_file_says_or_missed(tmp_path: Path) -> None:
    half = ISHIGAMI_FILE.replace("x3 = { low = -3.1, high = 3.1 }", "x3 = { low = 1 }")
    study = load_study(write(tmp_path, half))
    assert [(f.low, f.high) for f in plan_of(study).factors if f.name == "x3"] == [(1.0, 3.2)]
    text = (FUNCTIONS / "ishigami.mdl").read_text(encoding="utf-8")
    (tmp_path / "bare.mdl").write_text(text.replace(" [-3.2,3.2]", ""), encoding="utf-8")
    with pytest.raises(StudyError, match="lacks high"):
        load_study(write(tmp_path, half.replace((FUNCTIONS / "ishigami.mdl").as_posix(), "bare.mdl")))


@pytest.mark.parametrize(("old", "new", "error", "says"), BAD, ids=[f"{b[1][:40]}" for b in BAD])
def test_bad_study_files(tmp_path: Path, old: str, new: str, error: type[PolicyLabError], says: str) -> None:
    text = ISHIGAMI_FILE.replace(old, new, 1)
    if new.startswith("["):  # a table goes to the end, or the keys after it would be its own
        text = ISHIGAMI_FILE.replace(old, "", 1) + new
    assert text != ISHIGAMI_FILE
    with pytest.raises(error, match=says) as refused:
        load_study(write(tmp_path, text))
    assert "\n" not in str(refused.value).strip()


@pytest.mark.parametrize(
    ("old", "new", "error", "says"),
    [
        ("size = 64", "[settings]\n'shared funding' = 500", BadValue, "shared funding"),
        ('factors = "levers"', 'factors = "leavers"', UnknownName, "set of factors 'leavers'.*'levers'"),
        ('factors = "levers"', "factors = {}", StudyError, "factors is"),
        (
            'factors = "levers"',
            'factors = { "shared funding" = { low = -5, high = 100 }, "leaving rate" = {} }',
            StudyError,
            "allows 0 to 100",
        ),
    ],
)
def test_bad_studies_of_a_model_folder(
    tmp_path: Path, old: str, new: str, error: type[PolicyLabError], says: str
) -> None:
    text = FIELD_FILE.replace(old, "", 1) + new if new.startswith("[") else FIELD_FILE.replace(old, new, 1)
    with pytest.raises(error, match=says):
        load_study(write(tmp_path, text))


def test_files_that_are_no_study(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="There is no study file"):
        load_study(tmp_path / "none.toml")
    with pytest.raises(StudyError, match="is a folder"):
        load_study(tmp_path)
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StudyError, match="cannot be read"):
        load_study(tmp_path / "odd.toml")
    with pytest.raises(StudyError, match="no finished study"):
        load_findings(tmp_path)


def test_what_a_factor_leaves_out_comes_from_the_models_tables(tmp_path: Path) -> None:
    text = FIELD_FILE.replace('"levers"', '{ "company growth" = {}, "shared_funding" = { high = 50 } }')
    from policy_lab.studies import plan_of

    growth, funding = plan_of(load_study(write(tmp_path, text))).factors
    assert (growth.low, growth.high, growth.distribution, growth.kind) == (0.1, 0.4, "triangular", "uncertainty")
    assert growth.mode == growth.default
    assert (funding.name, funding.low, funding.high, funding.kind) == ("shared funding", 0, 50, "lever")


def test_headline_outcomes_are_studied_where_none_are_named(tmp_path: Path) -> None:
    findings = run_study(load_study(write(tmp_path, FIELD_FILE)), tmp_path / "out")
    assert findings.outcomes == ("knowledge", "total researchers")
    assert json.loads((tmp_path / "out" / "provenance.json").read_text())["scenario"] == "status_quo"


# ---- distributions


@pytest.mark.parametrize(
    ("factor", "mean", "sd"),
    [
        (Factor("f", 2, 6), 4, 4 / math.sqrt(12)),
        (Factor("f", 1, math.e, "log-uniform"), math.e - 1, math.sqrt((math.e**2 - 1) / 2 - (math.e - 1) ** 2)),
        (Factor("f", 0, 6, "triangular", mode=1.5), 2.5, math.sqrt((36 + 2.25 - 9) / 18)),
        (Factor("f", -1e3, 1e3, "normal", mode=5, sd=2), 5, 2),
        (Factor("f", 0, 10, "normal", mode=0, sd=1), math.sqrt(2 / math.pi), math.sqrt(1 - 2 / math.pi)),
        (Factor("f", 1, 8, "discrete", values=(1, 2, 8)), 11 / 3, math.sqrt((1 + 4 + 64) / 3 - (11 / 3) ** 2)),
    ],
)
def test_distributions_have_the_mean_and_spread_their_formulas_give(factor: Factor, mean: float, sd: float) -> None:
    u = (np.arange(200_000) + 0.5) / 200_000
    x = factor.at(u)
    assert x.mean() == pytest.approx(mean, rel=1e-4)
    assert x.std() == pytest.approx(sd, rel=1e-3)
    ends = factor.at(np.array([0.0, np.nextafter(1, 0)]))
    assert ends.min() >= factor.low and ends.max() <= factor.high
    assert (np.diff(x) >= 0).all()


def test_a_replay_compares_the_runs_too(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_study(ishigami(), out)
    import netCDF4

    with netCDF4.Dataset(out / "runs.nc", "a") as runs:
        runs["result"][17, 0, 0] += 0.5
        runs["result"][18, 0, 0] = np.nan
    found = replay(out)
    said = [english().in_words(one) for one in found.differences]
    assert said == ["runs.nc: outcomes of 2 of 1,280 runs differ, by at most 0.5"]
    (out / "runs.nc").unlink()
    assert replay(out).same, "runs that were not kept are not missed"


# ---- damage


def told_or_harmless(folder: Path, want: Findings) -> bool:
    """Whether a damaged folder is refused in words, or gives the numbers and sentences that it gave before."""
    try:
        found = load_findings(folder)
    except PolicyLabError as error:
        return str(folder) in str(error)
    return found.table.equals(want.table) and found.in_words(english()) == want.in_words(english())


@pytest.mark.parametrize("name", ["findings.csv", "provenance.json", "study.toml"])
def test_a_flipped_bit_is_told_or_changes_no_number(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    want, random = run_study(ishigami(), out, pictures=False), np.random.default_rng(8)
    whole = (out / name).read_bytes()
    for bit in random.integers(0, 8 * len(whole), 60):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << (bit % 8)
        (out / name).write_bytes(damaged)
        assert told_or_harmless(out, want), f"bit {bit}"
    (out / name).write_bytes(whole[: len(whole) // 2])
    assert told_or_harmless(out, want)
    (out / name).write_bytes(whole)
    assert load_findings(out).table.equals(want.table)


def test_a_flipped_bit_among_the_runs_is_told_by_a_replay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_study(ishigami(), out, pictures=False)
    whole, random = (out / "runs.nc").read_bytes(), np.random.default_rng(9)
    import netCDF4

    with netCDF4.Dataset(out / "runs.nc") as runs:
        numbers = {name: np.array(runs[name][:]) for name in ("value", "result")}
    for bit in random.integers(0, 8 * len(whole), 6):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << (bit % 8)
        (out / "runs.nc").write_bytes(damaged)
        if replay(out).same:
            with netCDF4.Dataset(out / "runs.nc") as runs:
                assert all(np.array_equal(runs[name][:], numbers[name]) for name in numbers), f"bit {bit}"


@pytest.mark.parametrize("what", ["time", "name", "hash", "file"])
def test_a_replay_is_never_the_same_where_times_names_hashes_or_files_differ(tmp_path: Path, what: str) -> None:
    out = tmp_path / "out"
    run_study(ishigami(), out, pictures=False)
    import netCDF4

    if what in ("time", "name"):
        with netCDF4.Dataset(out / "runs.nc", "a") as runs:
            if what == "time":
                runs["time"][0] += 1
            else:
                runs["factor"][0] = "another"
    elif what == "hash":
        made = json.loads((out / "provenance.json").read_text())
        (out / "provenance.json").write_text(json.dumps(folder.sealed({**made, "model_hash": "0" * 64})))
    else:
        with (out / "findings.csv").open("a") as table:
            table.write("\n")  # no number is another one
    found = replay(out)
    assert not found.same
    told = {"time": "other names", "name": "other names", "hash": "model_hash was 000", "file": "findings.csv is not"}
    assert told[what] in " ".join(english().in_words(one) for one in found.differences)


def test_no_name_in_a_table_of_findings_is_a_formula(tmp_path: Path) -> None:
    names = ["=1+1", "+a", "-b", "@c", " =d", "'=e", "plain"]
    value = np.zeros((len(names), 1, 1))
    table = table_of("sobol", [grid_rows(("=SUM(A1)",), [1.0], names, "ST", value)])
    write_csv(table, tmp_path / "findings.csv")
    cells = [cell for row in csv.reader((tmp_path / "findings.csv").read_text().splitlines()) for cell in row]
    assert not [cell for cell in cells if re.match(r"\s*[=+@]|\s*-[^\d]", cell)]
    assert read_csv(tmp_path / "findings.csv")["factor"].tolist() == names
