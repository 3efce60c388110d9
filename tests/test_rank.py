"""What the Rank page is told: stored and own studies, their views and files, the form and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import logging
import math
import re
import shutil
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from flask.testing import FlaskClient
from SALib.analyze import sobol as salib

from policy_lab import paths
from policy_lab.app import create_app, ranking_view, study_form
from policy_lab.app.ranking_chart import Bar, bars, percent
from policy_lab.app.stored_studies import stored_studies
from policy_lab.ensemble.folder import sealed
from policy_lab.errors import PolicyLabError
from policy_lab.jobs import Limits, Queue
from policy_lab.model import Model, load_model
from policy_lab.studies import Study, questions, replay, run_study

#: Words that no German text has.
ENGLISH = re.compile(r"\b(the|of|and|with|which|factors|runs|share|year|is|to|uniform)\b")
#: Numbers that are written alike in every language, versions of packages, and ones that German writes as words.
VERSIONS = 24
SMALL = Path(__file__).parent / "models" / "small_field"
TIMES = (2030.0, 2040.0, 2050.0)
OUTCOME = "knowledge"
HERE = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(SMALL)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rank") / "study"
    run_study(Study(model=str(SMALL), scenario="status_quo", size=64, factors="levers", times=TIMES), folder)
    return folder


@pytest.fixture(scope="module")
def choice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("choice") / "study"
    study = Study(
        model=str(SMALL), scenario="status_quo", size=64, factors="all", groups="kind", times=TIMES,
        options={"second_order": True},
    )  # fmt: skip
    run_study(study, folder, pictures=False)
    return folder


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Queue:
    """A queue whose runners are never set to work."""
    monkeypatch.setattr(Queue, "_hire", lambda self, table: None)
    return Queue(tmp_path / "studies", Limits(each=2))


@pytest.fixture
def client(model: Model, stored: Path, queue: Queue) -> FlaskClient:
    return create_app(model, rank_folder=stored, queue=queue).server.test_client()


def rows(folder: Path, index: str, time: str = "all") -> dict[str, float]:
    """Factor to value, as the file has it."""
    with (folder / "findings.csv").open(encoding="utf-8") as file:
        found = [r for r in csv.DictReader(file) if (r["outcome"], r["time"], r["index"]) == (OUTCOME, time, index)]
    return {r["factor"]: float(r["value"]) for r in found if r["factor"] != "(dummy)"}


def form(model: Model, **changes: Any) -> dict[str, Any]:
    """What the form sends when nobody changes anything."""
    offered = study_form.form(model)
    factors = {
        f["name"]: [f["low"], f["high"]] for g in offered["groups"] if g["kind"] == "lever" for f in g["factors"]
    }
    outcomes = [o["name"] for o in offered["outcomes"] if o["chosen"]]
    return {
        "question": "levers",
        "scenario": "status_quo",
        "size": "quick",
        "outcomes": outcomes,
        "factors": factors,
    } | changes


def test_the_stored_study_is_told_as_its_file_has_it(client: FlaskClient, stored: Path) -> None:
    shown = client.get(f"/studies/levers/view?outcome={OUTCOME}&width=700").json
    total = rows(stored, "ST")
    ordered = sorted(total, key=lambda name: -total[name])
    assert [row[1].casefold() for row in shown["tables"][0]["body"]] == [name.casefold() for name in ordered]
    assert shown["tables"][0]["body"][0][2] == f"{100 * total[ordered[0]]:.1f}%"
    assert shown["caution"] == ""
    lines = {line["key"]: line["values"] for line in shown["lines"]["lines"]}
    at_2040 = rows(stored, "ST", "2040")
    assert lines[ordered[0]][1] == pytest.approx(100 * at_2040[ordered[0]], abs=1e-3)
    assert shown["lines"]["time"] == list(TIMES)


def test_where_a_lever_could_rank_is_the_interval_of_its_rank(client: FlaskClient, stored: Path) -> None:
    with (stored / "findings.csv").open(encoding="utf-8") as file:
        paths = {
            r["factor"]: (float(r["low"]), float(r["high"]))
            for r in csv.DictReader(file)
            if (r["outcome"], r["time"], r["index"]) == (OUTCOME, "all", "rank")
        }
    body = client.get(f"/studies/levers/view?outcome={OUTCOME}").json["tables"][0]["body"]
    for row in body:
        low, high = next(v for k, v in paths.items() if k.casefold() == row[1].casefold())
        assert row[4] == (f"{low:.0f}" if round(low) == round(high) else f"{low:.0f} – {high:.0f}")


def test_another_year_gives_the_figures_of_that_year(client: FlaskClient, stored: Path) -> None:
    shown = client.get(f"/studies/levers/view?outcome={OUTCOME}&time=2050").json
    assert shown["time"] == "2050"
    first = shown["tables"][0]["body"][0]
    assert first[2] == f"{100 * max(rows(stored, 'ST', '2050').values()):.1f}%"


def test_what_does_not_exist_is_replaced(client: FlaskClient) -> None:
    shown = client.get("/studies/levers/view?outcome=%3Cscript%3E&time=1066&width=99999999999").json
    assert (shown["outcome"], shown["time"]) == (OUTCOME, "all")
    assert "<script>" not in json.dumps(shown)


def shares_by_salib(folder: Path, time: float) -> tuple[float, ...]:
    """What choices explain, uncertainty and both: from the stored runs with SALib's estimators, without our own."""
    with xr.open_dataset(folder / "runs.nc") as runs:
        y = runs["result"].sel(outcome=OUTCOME, time=time).to_numpy()
    a, *mixed, b = ((y - y.mean()) / y.std()).reshape(-1, 6).T  # A, AB of each group, BA of each group, B
    first = [float(salib.first_order(a, mixed[n], b)) for n in (0, 1)]
    total = [float(salib.total_order(a, mixed[n], b)) for n in (0, 1)]
    levers, luck = (min(1, max(0, (first[n] + 1 - total[1 - n]) / 2)) for n in (0, 1))  # two estimates of one share
    whole = max(1.0, levers + luck)
    return levers / whole, luck / whole, 1 - (levers + luck) / whole


def test_choice_against_luck_adds_up(choice: Path) -> None:
    findings = ranking_view.load_ranking(choice).findings
    assert findings is not None
    picture = ranking_view.lines(findings, OUTCOME)
    drawn = list(zip(*(line["values"] for line in picture["lines"]), strict=True))
    assert any(shares[0] is not None for shares in drawn)
    for time, shares in zip(TIMES, drawn, strict=True):
        if shares == (None, None, None):
            continue
        assert shares == pytest.approx([100 * share for share in shares_by_salib(choice, time)], abs=1e-9)
        said = ranking_view.split_of(findings, OUTCOME, time)
        assert said is not None
        assert sum(part["share"] for part in said["parts"]) == 100
        assert all(abs(part["share"] - share) < 1 for part, share in zip(said["parts"], shares, strict=True))
    assert ranking_view.table(findings, OUTCOME, math.nan)["body"][0][1].endswith(")")


def test_bars_are_as_long_as_their_shares() -> None:
    drawn = [Bar("first & <best>", 0.4, 0.3, 0.5, 0.2, "told"), Bar("second", 0.1, 0.05, 0.2, 0.1)]
    for width in (300, 800):
        picture = ET.fromstring(bars(drawn, 0.05, width, "label"))
        space = "{http://www.w3.org/2000/svg}"
        totals = [e for e in picture.iter(f"{space}rect") if e.get("class") == "rank__total"]
        lengths = [float(e.get("width")) for e in totals[1:]]  # the first is the key's
        assert lengths[0] / lengths[1] == pytest.approx(4, rel=0.02)
        ends = [float(e.get("x", 0)) + float(e.get("width", 0)) for e in picture.iter(f"{space}rect") if e.get("x")]
        assert max(ends) <= width
        texts = [e.text for e in picture.iter(f"{space}text")]
        assert "first & <best>" in texts


def test_shares_are_said_with_as_many_digits_as_they_carry() -> None:
    assert [percent(x) for x in (0.356, 0.051, 0.2, 0.0)] == ["36%", "5.1%", "20%", "0%"]


def test_downloads_hold_the_study(client: FlaskClient, stored: Path) -> None:
    packed = client.get("/studies/levers/folder.zip")
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        assert archive.testzip() is None
        inside = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    readme = inside.pop("README.md").decode()
    assert inside == {p.name: p.read_bytes() for p in stored.iterdir() if p.is_file()}
    assert load_model(SMALL).hash in readme
    assert {"study.toml", "runs.nc", "report.html"} <= set(inside)
    assert client.get("/studies/levers/findings.csv").data == (stored / "findings.csv").read_bytes()
    for gone in ("bars.svg", "bars.csv", "lines.csv"):  # the page makes them of what it shows
        assert client.get(f"/studies/levers/{gone}").status_code == 404
    assert client.get("/studies/levers/passwords.txt").status_code == 404


def test_what_the_readme_of_a_download_says_works(client: FlaskClient, tmp_path: Path, stored: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(client.get("/studies/levers/folder.zip").data)) as archive:
        archive.extractall(tmp_path)
    name = next(tmp_path.iterdir()).name
    readme = (tmp_path / name / "README.md").read_text(encoding="utf-8")
    codes = [line.strip() for line in readme.splitlines() if line.startswith("    ")]
    assert f"policy-lab study --replay {name}" in codes
    assert replay(tmp_path / name).same
    python = "\n".join(code for code in codes if not code.startswith("policy-lab"))
    python = python.replace(name, str(tmp_path / name)).replace("print(", "given = (")
    found: dict[str, Any] = {}
    exec(python, found)  # the README's own lines, as somebody would paste them
    total = rows(stored, "ST", f"{TIMES[-1]:g}")
    given = {str(n): float(v) for n, v in zip(found["names"], found["given"][0]["ST"], strict=True)}
    assert given == pytest.approx(total, abs=1e-12)
    assert not found["findings"].empty


@pytest.mark.parametrize("kept", ["lever_ranking", "policy_vs_uncertainty"])
def test_a_german_takes_a_german_report_away(kept: str, tmp_path: Path, queue: Queue) -> None:
    folder = paths.results_folder() / kept
    real = load_model("big_science")
    client = create_app(real, rank_folder=folder, queue=queue).server.test_client()
    english = zipfile.ZipFile(io.BytesIO(client.get("/studies/levers/folder.zip?lang=en").data))
    german = zipfile.ZipFile(io.BytesIO(client.get("/studies/levers/folder.zip?lang=de").data))
    assert english.read(f"{kept}/report.html") == (folder / "report.html").read_bytes()
    assert german.read(f"{kept}/findings.csv") == (folder / "findings.csv").read_bytes()
    report = german.read(f"{kept}/report.html").decode()
    assert '<html lang="de">' in report
    words = re.sub(r"<(style|code)\b.*?</\1>", "", report, flags=re.DOTALL)
    texts = [*re.findall(r">([^<>]*[a-z][^<>]*)<", words), *re.findall(r'aria-label="([^"]+)"', words)]
    own_names = {x["name"] for x in json.loads((folder / "provenance.json").read_text())["factors"]}
    assert [text for text in texts if ENGLISH.search(text) or text in own_names] == []
    drawing = german.read(f"{kept}/ranking.svg").decode()
    assert "Anteil an der Varianz" in drawing
    assert "share of" not in drawing
    ET.fromstring(drawing)
    assert "LIESMICH.md" in {name.rpartition("/")[2] for name in german.namelist()}
    # Every number of the English report is in the German one, in German.
    numbers = re.findall(
        r"\d(?:[\d.,]*\d)?", re.sub(r"<[^>]*>", " ", (folder / "report.html").read_text().partition("</style>")[2])
    )
    there = Counter(re.findall(r"\d(?:[\d.,]*\d)?", re.sub(r"<[^>]*>", " ", report.partition("</style>")[2])))
    swapped = Counter(n.translate({ord("."): ",", ord(","): "."}) for n in numbers)
    assert sum((swapped - there).values()) <= VERSIONS


def test_a_study_of_another_model_version_says_so(model: Model, stored: Path) -> None:
    findings = ranking_view.load_ranking(stored).findings
    assert findings is not None
    assert ranking_view.version_notice(findings, model) == ""
    assert "ffffffff" in ranking_view.version_notice(findings, replace(model, hash="f" * 64))


def test_a_study_of_another_model_is_never_shown(stored: Path, queue: Queue) -> None:
    client = create_app(load_model("big_science"), rank_folder=stored, queue=queue).server.test_client()
    listed = [study["id"] for study in client.get("/studies").json["studies"]]
    assert listed[0] == "choice"
    assert "levers" not in listed
    assert client.get("/studies/levers/view").status_code == 404


def test_a_model_without_a_stored_study_has_none_of_ours(model: Model, queue: Queue) -> None:
    client = create_app(model, queue=queue).server.test_client()
    assert client.get("/studies").json["studies"] == []


def test_stored_studies_are_found_by_their_model_wherever_they_lie(
    model: Model, stored: Path, choice: Path, tmp_path: Path
) -> None:
    shutil.copytree(stored, tmp_path / "any name")
    shutil.copytree(choice, tmp_path / "small" / "another")
    old = shutil.copytree(stored, tmp_path / "a" / "older")
    made = json.loads((old / "provenance.json").read_text()) | {"model_hash": "f" * 64, "runs": 10**9}
    (old / "provenance.json").write_text(json.dumps(sealed(made)))
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "provenance.json").write_text("{", encoding="utf-8")
    there = {"levers": tmp_path / "any name", "choice": tmp_path / "small" / "another"}
    assert stored_studies(model, results=tmp_path) == there
    shutil.rmtree(tmp_path / "any name")
    assert stored_studies(model, results=tmp_path)["levers"] == old  # the page says that it is older


def test_a_missing_ranking_says_how_to_make_one(model: Model, tmp_path: Path, queue: Queue) -> None:
    client = create_app(model, rank_folder=tmp_path / "nothing", queue=queue).server.test_client()
    refused = client.get("/studies/levers/view")
    assert refused.status_code == 404
    assert "Run one of your own" in refused.text


def test_a_damaged_ranking_is_told_and_not_raised(tmp_path: Path) -> None:
    (tmp_path / "findings.csv").write_text("nonsense\n", encoding="utf-8")
    (tmp_path / "provenance.json").write_text("{", encoding="utf-8")
    assert ranking_view.load_ranking(tmp_path).problem.startswith("The stored ranking could not be read")


@pytest.mark.parametrize("name", ["findings.csv", "provenance.json"])
def test_an_own_result_that_is_damaged_is_told_without_a_path_and_made_again(
    client: FlaskClient, model: Model, queue: Queue, stored: Path, name: str, written: list[logging.LogRecord]
) -> None:
    study = client.post("/studies", json=form(model)).json["id"]
    shutil.copytree(stored, queue.place(study))
    (queue.place(study) / name).write_text('{"a": "<b>"}', encoding="utf-8")
    refused = client.get(f"/studies/{study}/view")
    assert (refused.status_code, "Start the study again" in refused.text) == (404, True)
    assert str(queue.folder) not in refused.text
    # Whoever keeps the server learns which file it is.
    assert any(str(queue.folder) in line.getMessage() for line in written)
    assert client.post("/studies", json=form(model)).json["state"] == "waiting"
    assert queue.result(study) is None


def test_addresses_are_counted_by_the_network_that_one_household_has(
    client: FlaskClient, model: Model, queue: Queue
) -> None:
    for number, address in enumerate(("2001:db8:1:2::3", "2001:db8:1:2:ffff::4", "2001:db8:1:9::3", "203.0.113.9")):
        someone = client.application.test_client()
        sent = form(model, seed=number)
        assert someone.post("/studies", json=sent, environ_base={"REMOTE_ADDR": address}).status_code == 202
    with queue.table.reading() as table:
        counts = table.execute("SELECT count(*) FROM start GROUP BY address ORDER BY 1").fetchall()
    assert [row[0] for row in counts] == [1, 1, 2]


def test_a_study_is_started_found_again_and_cancelled(client: FlaskClient, model: Model, queue: Queue) -> None:
    reply = client.post("/studies", json=form(model))
    assert reply.status_code == 202
    name = reply.json["id"]
    assert reply.json["open"]
    cookie = reply.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert [s["id"] for s in client.get("/studies").json["studies"]][-1] == name
    assert client.get(f"/studies/{name}").json["said"] == "Next in queue."
    stranger = client.application.test_client()
    assert name not in [s["id"] for s in stranger.get("/studies").json["studies"]]
    assert stranger.get(f"/studies/{name}").json["open"]  # who has the link may look
    assert stranger.post(f"/studies/{name}/cancel", json={}).json["open"]  # but not end it
    assert client.post(f"/studies/{name}/cancel", json={}).json["state"] == "cancelled"
    job = queue.job(name)
    assert job is not None
    assert job.runs == 128 * (len(model.levers) + 2)


def test_an_own_study_is_the_study_that_was_asked_for(model: Model) -> None:
    name = next(iter(model.levers))
    sent = form(model, size="ranking")
    sent["factors"][name] = [5, 50]
    plan = study_form.asked(model, sent).plan
    assert [(f.low, f.high) for f in plan.factors if f.name == name] == [(5.0, 50.0)]
    assert plan.options["purpose"] == "ranking"
    assert plan.study.scenario == "status_quo"
    assert study_form.asked(model, sent).most == 16 * study_form.asked(model, sent).least
    everything = {u.name: [u.low, u.high] for u in model.uncertainties.values()}
    both = study_form.asked(model, form(model, question="choice", factors={**form(model)["factors"], **everything}))
    assert set(both.plan.groups) == {"levers", "uncertainties"}
    assert both.least == 128 * 6


def test_a_factor_can_be_held_and_a_sample_drawn_anew(model: Model) -> None:
    sent = form(model, fixed={"leaving rate": 0.1}, seed=7)
    sent["factors"]["shared funding"] = [5, 50]
    wanted = study_form.asked(model, sent)
    assert wanted.plan.base["leaving rate"] == 0.1
    assert wanted.plan.study.seed == 7
    assert "leaving rate" not in {f.name for f in wanted.plan.factors}
    assert wanted.title.split("; ")[1:] == ["Shared funding 5 – 50", "Leaving rate held at 0.1", "seed 7"]
    assert study_form.asked(model, form(model)).title == "Which levers matter most? 3 levers, Status quo"


def test_an_own_study_stands_beside_the_stored_one(stored: Path, tmp_path: Path) -> None:
    levers = {"shared funding": {"low": 0.0, "high": 10.0}, "openness requirement": {}}
    study = Study(model=str(SMALL), scenario="status_quo", size=32, seed=1, factors=levers, times=TIMES)
    run_study(study, tmp_path / "own", pictures=False)
    own, usual = (ranking_view.load_ranking(folder).findings for folder in (tmp_path / "own", stored))
    assert own is not None
    assert usual is not None
    assert ranking_view.comparable(own, usual)
    shown = ranking_view.table(own, OUTCOME, math.nan, usual)
    assert shown["head"][-1] == "In the stored study"
    total = rows(stored, "ST")
    for row in shown["body"]:
        name = row[1].casefold()
        place = 1 + sum(value > total[name] for value in total.values())
        assert row[-1].startswith(f"{place} ({100 * total[name]:.1f}%)")
        assert ("; 0 – 100" in row[-1]) == (name == "shared funding")


def test_a_failed_study_is_run_again_as_it_was_asked_for(client: FlaskClient, model: Model, queue: Queue) -> None:
    name = client.post("/studies", json=form(model, seed=5)).json["id"]
    with queue.table.writing() as table:
        table.execute("UPDATE job SET state = 'failed', reason = 'disk' WHERE id = ?", (name,))
    assert client.get(f"/studies/{name}").json["state"] == "failed"
    again = client.post(f"/studies/{name}/again", json={}).json
    assert (again["id"], again["state"]) == (name, "waiting")
    assert client.post(f"/studies/{'0' * 20}/again", json={}).status_code == 404
    assert client.post(f"/studies/{name}/again").status_code == 404  # no form of another site


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"question": "everything"}, "could not read this study"),
        ({"size": 10**9}, "could not read this study"),
        ({"scenario": "../../etc"}, "no scenario"),
        ({"outcomes": []}, "at least one outcome"),
        ({"outcomes": ["<img src=x>"]}, "no variable"),
        ({"outcomes": ["knowledge", "knowledge"]}, "named twice"),
        ({"factors": {"shared funding": [0, 1]}}, "at least two inputs"),
        ({"factors": {"shared funding": [3, 1], "openness requirement": [0, 1]}}, "low end"),
        ({"factors": {"shared funding": [0, 1000], "openness requirement": [0, 1]}}, "the model allows"),
        ({"factors": {"shared funding": [0, None], "openness requirement": [0, 1]}}, "needs a low and a high value"),
        ({"factors": {"shared funding": [0, 1], "leaving rate": [0.1, 0.2]}}, "no factor"),
        ({"factors": "levers"}, "could not read this study"),
        ({"question": "choice"}, "at least one uncertain input"),
        ({"fixed": {"shared funding": 3}}, "not both"),
        ({"fixed": {"leaving rate": None}}, "held at a number"),
        ({"fixed": {"leaving rate": 9}}, "outside its range"),
        ({"fixed": {"nonsense": 1}}, "no factor"),
        ({"fixed": 3}, "could not read this study"),
        ({"seed": -1}, "whole number from 0"),
        ({"seed": "1"}, "whole number from 0"),
    ],
)
def test_what_the_browser_sends_is_never_trusted(
    client: FlaskClient, model: Model, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(PolicyLabError, match=said):
        study_form.asked(model, form(model, **changes))
    reply = client.post("/studies", json=form(model, **changes))
    assert (reply.status_code, reply.mimetype) == (422, "text/plain")
    assert said in reply.text


def test_limits_are_said_with_their_status(client: FlaskClient, model: Model) -> None:
    for size in ("quick", "usual"):
        assert client.post("/studies", json=form(model, size=size)).status_code == 202
    refused = client.post("/studies", json=form(model, size="ranking"))
    assert refused.status_code == 429
    assert "2 unfinished studies" in refused.text


def test_a_form_from_another_site_is_refused(client: FlaskClient, model: Model) -> None:
    # A page elsewhere can send a form, but no JSON without asking first, which nobody answers.
    refused = client.post("/studies", data=json.dumps(form(model)), content_type="text/plain")
    assert refused.status_code == 415
    assert client.post("/studies", data="not json", headers=HERE).status_code == 422


def test_a_disk_that_cannot_be_written_is_said_without_a_path(model: Model, stored: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    broken = create_app(model, rank_folder=stored, queue=Queue(tmp_path / "file" / "x")).server.test_client()
    refused = broken.post("/studies", json=form(model))
    assert refused.status_code == 507
    assert str(tmp_path) not in refused.text
    assert broken.get("/studies/levers/view").status_code == 200  # the stored study is still there


def test_what_is_no_study_is_not_found(client: FlaskClient) -> None:
    for name in ("0" * 20, "%2e%2e", "x", "levers%00"):
        assert client.get(f"/studies/{name}/view").status_code == 404
        assert client.get(f"/studies/{name}/folder.zip").status_code == 404


def test_the_form_offers_what_the_model_has(model: Model, client: FlaskClient) -> None:
    offered = client.get("/studies/form").json
    levers = [f for g in offered["groups"] if g["kind"] == "lever" for f in g["factors"]]
    assert {(f["name"], f["low"], f["high"]) for f in levers} == {
        (x.name, x.low, x.high) for x in model.levers.values()
    }
    estimate = client.post("/studies/estimate", json=form(model)).json
    assert f"{128 * (len(model.levers) + 2)} runs" in estimate["said"]
    assert "at least one outcome" in client.post("/studies/estimate", json=form(model, outcomes=[])).json["problem"]
    assert {q["value"] for q in offered["questions"]} == set(questions())
    assert "factorial" not in study_form.offered_questions(replace(model, choices={}))
    assert "prim" not in study_form.offered_questions(replace(model, uncertainties={}))
