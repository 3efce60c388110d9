"""The command line as a person meets it: what it writes, and one line for everything that can go wrong."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pysd
import pytest

from policy_lab.cli import main
from policy_lab.cli.run import settings
from policy_lab.cli.text_tables import paragraph, printable, span, table
from policy_lab.model import Model, load_model

SMALL = Path(__file__).parent / "models" / "small_field"
PROGRAM = [sys.executable, "-m", "policy_lab"]


@dataclass
class Answer:
    status: int
    out: str
    err: str

    def rows(self) -> dict[str, np.ndarray]:
        header, *rows = csv.reader(io.StringIO(self.out))
        return dict(zip(header, np.array(rows, dtype=float).T, strict=True))


Say = Callable[..., Answer]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Give the command line some words, in this process."""

    def say(*words: str | Path) -> Answer:
        status = main([str(word) for word in words])
        return Answer(status, *capsys.readouterr())

    return say


def in_a_process(*words: str | Path, **more: object) -> Answer:
    done = subprocess.run([*PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=120, **more)  # type: ignore[call-overload]
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(SMALL)


# --- run -------------------------------------------------------------------------------------------------------------


def pysd_run(folder: Path, **constants: float) -> dict[str, np.ndarray]:
    """What PySD itself gives, by the names of the model."""
    copy = shutil.copy(SMALL / "small_field.mdl", folder)
    reference = pysd.read_vensim(copy)
    frame = reference.run(params=constants)
    return {"Time": frame.index.to_numpy(dtype=float), **{name: frame[name].to_numpy(dtype=float) for name in frame}}


def test_run_writes_every_variable_as_pysd_has_it(say: Say, tmp_path: Path, model: Model) -> None:
    ours = say("run", SMALL, "--set", "Shared_Funding=60", "--set", "openness requirement=0.5").rows()
    theirs = pysd_run(tmp_path, shared_funding=60, openness_requirement=0.5)
    spaced = {name.replace(", ", ","): values for name, values in theirs.items()}
    assert next(iter(ours)) == "Time"
    assert set(ours) - {"Time"} == set(model.program.visible)
    shared = [name for name in ours if name.replace(", ", ",") in spaced]
    assert len(shared) > 0.8 * len(ours)
    for name in shared:
        np.testing.assert_allclose(ours[name], spaced[name.replace(", ", ",")], rtol=1e-9, atol=1e-12, err_msg=name)


def test_run_writes_the_same_to_a_file_and_to_standard_output(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "runs.csv"
    written = say("run", SMALL, "--out", file)
    assert (written.status, written.out, written.err) == (0, "", "")
    assert file.read_text() == say("run", SMALL, "--out", "-").out == say("run", SMALL).out
    assert [path.name for path in tmp_path.iterdir()] == ["runs.csv"]


def test_outcomes_are_columns_in_the_order_asked_for(say: Say) -> None:
    answer = say("run", SMALL, "--outcome", "total researchers", "--outcome", "Researchers[company]")
    assert answer.out.splitlines()[0] == "Time,total researchers,researchers[company]"


def test_an_array_without_element_is_all_its_elements(say: Say) -> None:
    answer = say("run", SMALL, "--outcome", "researchers")
    assert answer.out.splitlines()[0] == "Time,researchers[public lab],researchers[company]"


def test_a_scenario_differs_from_status_quo_and_set_goes_over_it(say: Say) -> None:
    quo = say("run", SMALL, "--scenario", "status_quo").out
    world = say("run", SMALL, "--scenario", "open_laboratory").out
    assert say("run", SMALL).out == quo != world
    back = say("run", SMALL, "--scenario", "open_laboratory", "--set", "shared funding=0").rows()
    assert (back["shared funding"] == 0).all()


def test_a_lever_can_be_told_when_it_starts(say: Say) -> None:
    timed = say("run", SMALL, "--set", "shared funding=60", "--set", "shared funding:start=2040")
    plain = say("run", SMALL, "--set", "shared funding=60", "--set", "lever start[public lab]=2040")
    assert timed.status == 0
    assert timed.out == plain.out != say("run", SMALL, "--set", "shared funding=60").out


def test_settings_split_at_the_last_equals_sign(model: Model) -> None:
    assert settings(model, ["shared funding = 5", "shared funding:RAMP=3"]) == {
        "shared funding": 5.0,
        "lever ramp[public lab]": 3.0,
    }


def test_the_time_step_can_be_halved(say: Say, model: Model) -> None:
    step = model.program.clock.step
    halved = say("run", SMALL, "--time-step", str(step / 2), "--outcome", "total researchers").rows()
    usual = say("run", SMALL, "--outcome", "total researchers").rows()
    assert (halved["Time"] == usual["Time"]).all()
    assert (halved["total researchers"] != usual["total researchers"]).any()
    np.testing.assert_allclose(halved["total researchers"], usual["total researchers"], rtol=0.02)


def test_a_bare_model_file_runs(say: Say, tmp_path: Path) -> None:
    file = Path(shutil.copy(SMALL / "small_field.mdl", tmp_path))
    assert say("run", file).out == say("run", SMALL).out


def test_a_listing_sends_a_terminal_no_orders(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "odd.mdl"
    text = (SMALL / "small_field.mdl").read_text(encoding="utf-8")
    file.write_text(
        text.replace("{UTF-8}\n", '{UTF-8}\n"wipe \x1b[2J it" = 3 ~ \x1b]0;unit\x07 ~ |\n'), encoding="utf-8"
    )
    answer = say("compile", file, "--show")
    assert (answer.status, answer.err) == (0, "")
    assert "wipe" in answer.out and "\x1b" not in answer.out and "\x07" not in answer.out


def test_what_is_unlike_vensim_in_a_run_is_announced(say: Say) -> None:
    answer = say("run", "tests/constructs/delay_order_lowered")
    assert answer.status == 0
    assert answer.err.count("note:") == 3 and "'a' (line 7)" in answer.err


def test_runge_kutta_can_be_asked_for(say: Say) -> None:
    """Exponential decay by a tenth of its time constant: Euler is off by percents, Runge-Kutta by millionths."""
    exact = 10 * np.exp(-10 / 3)
    runs = {m: say("run", "tests/constructs/saveper_divides", "--integration", m).rows() for m in ("euler", "rk4")}
    off = {method: abs(rows["stock"][-1] / exact - 1) for method, rows in runs.items()}
    assert off["rk4"] < 1e-4 < 1e-2 < off["euler"]


def test_a_slower_engine_is_announced(say: Say, tmp_path: Path) -> None:
    text = (SMALL / "small_field.mdl").read_text()
    noisy = tmp_path / "noisy.mdl"
    noisy.write_text(text.replace("leaving rate=\n\t0.12", "leaving rate=\n\tRANDOM UNIFORM(0.1, 0.2, 7)"))
    assert noisy.read_text() != text
    answer = say("run", noisy)
    assert answer.status == 0
    assert len(answer.rows()["Time"]) == 51
    assert answer.err.count("\n") == 1
    assert answer.err.startswith("policy-lab: note: 'leaving rate' (line ")
    assert "RANDOM UNIFORM" in answer.err
    assert "pysd" in answer.err


def test_a_link_stays_a_link_and_a_file_keeps_its_permissions(say: Say, tmp_path: Path) -> None:
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    assert say("run", SMALL, "--out", link).status == 0
    assert link.is_symlink()
    assert target.read_text().startswith("Time,")
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_failed_write_leaves_what_stood_there(tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "runs.csv"
    file.write_text("the last good run")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("policy_lab.cli.run.write_csv", full_disk)
    answer = say("run", SMALL, "--out", file)
    assert answer.status == 2
    assert answer.err == f"policy-lab: '{file}' cannot be written: No space left on device.\n"
    assert file.read_text() == "the last good run"
    assert len(list(tmp_path.iterdir())) == 1


# --- describe, levers, scenarios -------------------------------------------------------------------------------------


def test_describe_json_holds_every_variable(say: Say, model: Model) -> None:
    data = json.loads(say("describe", SMALL, "--json").out)
    by_name = {v["name"]: v for v in data["variables"]}
    assert set(by_name) >= set(model.program.visible)
    assert all({"name", "kind", "unit", "documentation", "range"} <= set(v) for v in data["variables"])
    assert by_name["shared funding"]["kind"] == "lever"
    assert by_name["shared funding"]["range"] == [0, 100]
    assert by_name["researchers[company]"]["kind"] == "stock"
    assert by_name["researchers[company]"]["unit"] == "persons"
    assert by_name["leaving[company]"]["kind"] == "flow"
    assert by_name["leaving rate"]["kind"] == "constant"
    assert {v["kind"] for v in data["variables"]} >= {"stock", "flow", "auxiliary", "constant", "lookup", "lever"}
    assert [x["name"] for x in data["levers"]] == list(model.levers)
    assert [x["key"] for x in data["choices"]] == list(model.choices)
    assert [x["key"] for x in data["choices"][0]["levels"]] == list(model.choices["rules"].levels)
    assert [x["key"] for x in data["scenarios"]] == list(model.scenarios)
    assert [x["name"] for x in data["outcomes"]] == list(model.outcomes)


def test_describe_for_people_names_everything_and_fits_the_terminal(
    say: Say, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = say("describe", SMALL).out
    assert max(map(len, text.splitlines()[1:])) <= 80
    packed = "".join(text.split())
    for name in (*model.levers, *model.outcomes, *model.scenarios):
        assert name.split()[0] in packed


def test_levers_and_scenarios_are_told_with_their_reasons(say: Say, model: Model) -> None:
    levers, scenarios = say("levers", SMALL).out, " ".join(say("scenarios", SMALL).out.split())
    for lever in model.levers.values():
        assert lever.name in levers
        assert lever.group in levers
    for scenario in model.scenarios.values():
        assert f"{scenario.key}: {scenario.title}" in scenarios
        assert scenario.rationale in scenarios
    assert "shared funding = 60, from 2029, over 5 years" in scenarios


def test_a_model_without_tables_says_so(say: Say, tmp_path: Path) -> None:
    file = Path(shutil.copy(SMALL / "small_field.mdl", tmp_path))
    assert "has no levers" in say("levers", file).out
    assert "has no scenarios" in say("scenarios", file).out


# --- study -----------------------------------------------------------------------------------------------------------


def study_file(folder: Path, size: int = 32) -> Path:
    file = folder / "study.toml"
    lines = (
        f"model = '{SMALL}'",
        "scenario = 'status_quo'",
        "method = 'sobol'",
        f"size = {size}",
        "seed = 1",
        "outcomes = ['knowledge']",
        "times = [2050]",
        "factors = 'levers'",
    )
    file.write_text("\n".join(lines))
    return file


def test_study_makes_the_result_folder_and_says_where(say: Say, tmp_path: Path) -> None:
    out = tmp_path / "result"
    answer = say("study", study_file(tmp_path), "--out", out)
    assert (answer.status, answer.out) == (0, f"The result is in {out}\n")
    assert {"study.toml", "findings.csv", "provenance.json"} <= {path.name for path in out.iterdir()}
    header = (out / "findings.csv").read_text().splitlines()[0]
    assert header == "method,outcome,time,factor,index,value,low,high"


def test_another_seed_is_another_study(say: Say, tmp_path: Path) -> None:
    file = study_file(tmp_path)
    for name, seed in (("one", "1"), ("again", "1"), ("two", "2")):
        assert say("study", file, "--out", tmp_path / name, "--seed", seed).status == 0
    one, again, two = ((tmp_path / name / "findings.csv").read_bytes() for name in ("one", "again", "two"))
    assert one == again != two
    assert json.loads((tmp_path / "two" / "provenance.json").read_text())["seed"] == 2


def test_a_stored_study_can_be_replayed(say: Say, tmp_path: Path) -> None:
    out = tmp_path / "result"
    say("study", study_file(tmp_path), "--out", out)
    again = say("study", "--replay", out)
    assert (again.status, again.out) == (0, "The same numbers, to the last bit.\n")
    findings = out / "findings.csv"
    header, first, *rest = findings.read_text().splitlines()
    cells = first.split(",")
    cells[5] = str(float(cells[5]) + 1)
    findings.write_text("\n".join([header, ",".join(cells), *rest]) + "\n")
    changed = say("study", "--replay", out)
    assert changed.status == 1
    assert changed.out.startswith("Not the same:\n- 1 of ")


def test_a_report_is_written_in_the_language_that_is_named_and_later_in_another(say: Say, tmp_path: Path) -> None:
    out, file = tmp_path / "result", study_file(tmp_path)
    assert say("study", file, "--out", out, "--language", "de").status == 0
    german = (out / "report.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in german and "Welche Faktoren zählen" in german
    findings = (out / "findings.csv").read_bytes()
    assert say("study", file, "--out", out, "--language", "en").status == 0
    english = (out / "report.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in english and "Which factors matter" in english
    assert (out / "findings.csv").read_bytes() == findings
    is_one_line_naming(say("study", file, "--out", out, "--language", "xx"), ["language", "xx", "de"])


@pytest.mark.parametrize("out", ["{tmp}/study.toml", "/proc/result"])
def test_a_result_folder_that_cannot_be_made_is_named(say: Say, tmp_path: Path, out: str) -> None:
    out = out.format(tmp=tmp_path)
    is_one_line_naming(say("study", study_file(tmp_path), "--out", out), [out])


def test_ctrl_c_stops_a_study_in_one_line(tmp_path: Path) -> None:
    words = ["study", str(study_file(tmp_path, size=2**20)), "--out", str(tmp_path / "result")]
    process = subprocess.Popen([*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    first = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert "runs" in first
    assert process.returncode == 130
    assert out == ""
    assert err.splitlines()[-1].startswith("policy-lab: Stopped.")
    assert "Traceback" not in err


# --- what can go wrong -----------------------------------------------------------------------------------------------

BAD_WORDS: dict[str, tuple[list[str], list[str]]] = {
    "no command": ([], ["COMMAND", "--help"]),
    "unknown command": (["simulate"], ["simulate", "describe"]),
    "no model": (["run"], ["MODEL"]),
    "unknown model": (["run", "big_sience"], ["big_sience", "big_science"]),
    "model file that is not there": (["run", "{tmp}/nowhere.mdl"], ["nowhere.mdl"]),
    "folder without model": (["run", "{tmp}/nothing"], ["nothing", ".mdl"]),
    "broken model": (["run", "{tmp}/broken.mdl"], ["broken.mdl"]),
    "binary model": (["describe", "{tmp}/binary.mdl"], ["binary.mdl"]),
    "empty model": (["run", "{tmp}/empty.mdl"], ["empty.mdl"]),
    "broken xmile": (["run", "{tmp}/broken.xmile"], ["broken.xmile"]),
    "not a model file": (["run", "{tmp}/letter.txt"], ["letter.txt"]),
    "unknown scenario": (["run", "{small}", "--scenario", "open_labb"], ["open_labb", "open_laboratory"]),
    "unknown lever": (["run", "{small}", "--set", "shared fundin=1"], ["shared fundin", "'shared funding'"]),
    "unknown lever with a start": (["run", "{small}", "--set", "no lever:start=2030"], ["no lever"]),
    "start of what is no lever": (["run", "{small}", "--set", "leaving rate:start=2030"], ["leaving rate", "lever"]),
    "start of a lever without one": (["run", "{small}", "--set", "cost of a researcher:start=2030"], ["start"]),
    "unknown outcome": (["run", "{small}", "--outcome", "total reserchers"], ["total reserchers", "total researchers"]),
    "unknown backend": (["run", "{small}", "--backend", "abacus"], ["abacus", "numpy", "pysd"]),
    "value above the range": (["run", "{small}", "--set", "shared funding=101"], ["shared funding", "101", "0", "100"]),
    "value below the range": (["run", "{small}", "--set", "shared funding=-1"], ["shared funding", "-1"]),
    "value that is no number": (["run", "{small}", "--set", "shared funding=much"], ["shared funding", "much"]),
    "value that is empty": (["run", "{small}", "--set", "shared funding="], ["shared funding", "number"]),
    "not a number": (["run", "{small}", "--set", "shared funding=nan"], ["shared funding", "finite"]),
    "infinite": (["run", "{small}", "--set", "shared funding=inf"], ["shared funding", "finite"]),
    "set without value": (["run", "{small}", "--set", "shared funding"], ["NAME=VALUE"]),
    "set twice": (
        ["run", "{small}", "--set", "shared funding=1", "--set", "Shared Funding=2"],
        ["shared funding", "twice"],
    ),
    "set of a computed variable": (
        ["run", "{small}", "--set", "total researchers=5"],
        ["total researchers", "cannot be set"],
    ),
    "time step that is no number": (["run", "{small}", "--time-step", "small"], ["time step", "small"]),
    "time step of nothing": (["run", "{small}", "--time-step", "0"], ["time step", "0"]),
    "negative time step": (["run", "{small}", "--time-step=-1"], ["time step", "-1"]),
    "infinite time step": (["run", "{small}", "--time-step", "inf"], ["time step", "finite"]),
    "output folder that is not there": (["run", "{small}", "--out", "{tmp}/no/runs.csv"], ["{tmp}/no", "not exist"]),
    "output in a file": (["run", "{small}", "--out", "{tmp}/letter.txt/runs.csv"], ["letter.txt", "not a folder"]),
    "output that is a folder": (["run", "{small}", "--out", "{tmp}"], ["{tmp}", "is a folder"]),
    "full disk": (["run", "{small}", "--out", "/dev/full"], ["/dev/full", "space"]),
    "output that cannot be made": (
        ["run", "{small}", "--out", "/proc/runs.csv"],
        ["/proc/runs.csv", "cannot be written"],
    ),
    "study that is not there": (["study", "{tmp}/no.toml", "--out", "{tmp}/result"], ["no.toml"]),
    "study without result folder": (["study", "{tmp}/no.toml"], ["--out"]),
    "replay of nothing": (["study", "--replay", "{tmp}/nothing"], ["nothing"]),
    "replay with a seed": (["study", "--replay", "{tmp}/nothing", "--seed", "3"], ["--replay", "alone"]),
    "broken study": (["study", "{tmp}/letter.txt", "--out", "{tmp}/result"], ["letter.txt"]),
    "seed that is no number": (["study", "{tmp}/no.toml", "--out", "{tmp}/result", "--seed", "x"], ["seed", "x"]),
    "negative seed": (["study", "{tmp}/no.toml", "--out", "{tmp}/result", "--seed=-1"], ["seed", "-1"]),
    "port that is none": (["app", "--port", "99999"], ["port", "99999"]),
    "host that is none": (["app", "--host", "no.such.host.invalid", "--port", "0"], ["no.such.host.invalid"]),
    "unknown model in the app": (["app", "--model", "nowhere", "--port", "0", "--no-browser"], ["nowhere"]),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of things that are no models."""
    folder = tmp_path_factory.mktemp("broken")
    (folder / "broken.mdl").write_text("{UTF-8}\npopulation = INTEG ( births - \n\t~ persons\n\t~ \n\t|\n")
    (folder / "binary.mdl").write_bytes(bytes(range(256)) * 20)
    (folder / "empty.mdl").write_text("")
    (folder / "broken.xmile").write_text("<xmile><model>")
    (folder / "nothing").mkdir()
    (folder / "letter.txt").write_text("Dear colleague = ")
    return folder


def filled(words: list[str], folder: Path) -> list[str]:
    return [word.format(tmp=folder, small=SMALL) for word in words]


def is_one_line_naming(answer: Answer, named: list[str]) -> None:
    assert answer.status == 2
    assert answer.out == ""
    assert answer.err.startswith("policy-lab: ")
    assert answer.err.count("\n") == 1
    assert "Traceback" not in answer.err
    assert "Something unexpected" not in answer.err
    for word in named:
        assert word.casefold() in answer.err.casefold()


@pytest.mark.parametrize("what", BAD_WORDS)
def test_bad_words_give_one_line(what: str, say: Say, broken: Path) -> None:
    words, named = (filled(part, broken) for part in BAD_WORDS[what])
    is_one_line_naming(say(*words), named)
    assert not (broken / "result").exists()


MUST_HOLD = [
    "unknown model",
    "unknown scenario",
    "unknown lever",
    "unknown outcome",
    "value above the range",
    "value that is no number",
    "infinite",
    "broken model",
    "output folder that is not there",
    "full disk",
]


@pytest.mark.parametrize("what", MUST_HOLD)
def test_bad_words_give_one_line_in_a_process_of_their_own(what: str, broken: Path) -> None:
    words, named = (filled(part, broken) for part in BAD_WORDS[what])
    is_one_line_naming(in_a_process(*words), named)


def test_a_taken_port_is_named(say: Say) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        is_one_line_naming(say("app", "--model", SMALL, "--port", str(port), "--no-browser"), [str(port), "--port 0"])


def test_an_unexpected_error_is_one_line_and_asks_for_a_report(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("over\nlines")

    monkeypatch.delenv("POLICY_LAB_DEBUG", raising=False)
    monkeypatch.setattr("policy_lab.simulation.simulate", fails)
    answer = say("run", SMALL)
    assert answer.status == 2
    assert answer.err.count("\n") == 1
    assert "ZeroDivisionError: over lines" in answer.err
    assert "report" in answer.err
    monkeypatch.setenv("POLICY_LAB_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        say("run", SMALL)


def test_ctrl_c_is_one_line_and_130(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("policy_lab.simulation.simulate", interrupted)
    answer = say("run", SMALL)
    assert (answer.status, answer.out, answer.err) == (130, "", "policy-lab: Stopped.\n")


def test_a_reader_that_goes_away_is_no_error() -> None:
    process = subprocess.Popen([*PROGRAM, "run", str(SMALL)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=120) == 141
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()


def test_a_full_standard_output_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([*PROGRAM, "describe", str(SMALL)], stdout=full, stderr=subprocess.PIPE, text=True)
    is_one_line_naming(Answer(done.returncode, "", done.stderr), ["output", "space"])


def test_a_closed_standard_output_is_one_line() -> None:
    words = [*PROGRAM, "run", str(SMALL)]
    done = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *words], stderr=subprocess.PIPE, text=True, timeout=120)
    is_one_line_naming(Answer(done.returncode, "", done.stderr), ["standard output is closed", "--out"])


def test_a_terminal_without_our_letters_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "letters.mdl"
    file.write_text((SMALL / "small_field.mdl").read_text().replace("People who leave", "Café people who leave"))
    answer = in_a_process("describe", file, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (answer.status, answer.err) == (0, "")
    assert "Caf\\xe9" in answer.out


def test_names_from_a_model_cannot_command_the_terminal() -> None:
    assert printable("red \x1b[31malert\nnext") == "red [31malert next"
    assert "\x1b" not in table(["a"], [["\x1b[2J"]])


# --- app -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_app_answers_at_the_address_it_prints_and_stops_quietly(how: signal.Signals) -> None:
    quiet = {**os.environ, "PYTHONUNBUFFERED": "1"}
    words = ["app", "--model", str(SMALL), "--port", "0", "--no-browser"]
    process = subprocess.Popen([*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=quiet)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Policy Lab: http://127.0.0.1:")
        with urllib.request.urlopen(line.split()[2], timeout=30) as page:
            assert page.status == 200
            assert b"<html" in page.read()
    finally:
        process.send_signal(how)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "Policy Lab has stopped.\n", "")


# --- text for people -------------------------------------------------------------------------------------------------


def test_tables_align_and_wrap() -> None:
    text = table(["name", "why"], [["lever", "because it is a long story to tell"], ["x", ""]], width=24)
    assert text.splitlines() == [
        "name   why",
        "-----  -----------------",
        "lever  because it is a",
        "       long story to",
        "       tell",
        "x",
    ]


def test_ranges_are_said_in_words() -> None:
    assert span(0, 10) == "0 to 10"
    assert span(0, None) == "at least 0"
    assert span(None, 0.25) == "at most 0.25"
    assert span(None, None) == ""
    assert paragraph("one two three", "  ", width=9) == "  one two\n  three"
