"""Every question that a method answers, asked as the form of the Rank page asks it, and what the page says to it."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from policy_lab import catalogue, paths
from policy_lab.app import create_app, ranking_answer, ranking_view, study_form, study_view
from policy_lab.app.study_options import scale_of
from policy_lab.catalogue import english
from policy_lab.ensemble.findings import Findings
from policy_lab.ensemble.quantity import amount
from policy_lab.errors import PolicyLabError
from policy_lab.estimators.variance_split import split
from policy_lab.jobs import Queue
from policy_lab.model import Model, load_model
from policy_lab.studies import load_findings, methods, question_of, questions, run_study
from tests.test_rank import SMALL, form

RESULTS = paths.results_folder()
#: What the boxes of a question say in these tests.
OPTIONS: dict[str, dict[str, Any]] = {
    "prim": {"fails": [{"outcome": "knowledge", "side": "below", "limit": 300.0, "time": 2050.0}]},
    "policy_search": {
        "targets": [{"outcome": "knowledge", "side": "above", "limit": 300.0, "time": 2050.0}],
        "share": 0.5,
        "cost": "",
    },
    "shapley": {"package": ""},
}  # fmt: skip
#: Indices and shares of text, in percent.
PERCENT = re.compile(r"(−?\d[\d.,]*)%")


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(SMALL)


def sent(model: Model, key: str) -> dict[str, Any]:
    """What the form sends for a question when only what must be said is said."""
    question = next(q for q in study_form.form(model)["questions"] if q["value"] == key)
    groups = [g for g in study_form.form(model)["groups"] if g["kind"] in question["varies"]]
    options = dict(OPTIONS.get(key, {}))
    if key == "shapley":
        options["package"] = next(s for s in model.scenarios if s != "status_quo")
    return form(
        model,
        question=key,
        size=question["sizes"][0]["value"],
        factors={f["name"]: [f["low"], f["high"]] for g in groups for f in g["factors"]},
        options=options,
    )


def test_every_method_but_calibration_can_be_asked() -> None:
    answered = {name for name, _ in questions().values()}
    assert set(methods()) - answered == {
        "calibration"
    }  # it needs a choice of figures of the past; a stored one is shown
    for key in questions():
        for code in ("en", "de"):
            texts = catalogue.catalogue(code)
            assert texts[f"ask.{key}"].endswith("?")
            assert texts[f"ask.{key}_how"].endswith(".")


@pytest.mark.parametrize("key", sorted(questions()))
def test_a_question_is_asked_and_answered(model: Model, key: str, tmp_path: Path) -> None:
    if key not in study_form.offered_questions(model):
        pytest.fail(f"{key} is not offered")
    wanted = study_form.asked(model, sent(model, key))
    assert wanted.title.startswith(catalogue.catalogue("en")[f"ask.{key}"])
    assert 0 < wanted.least <= wanted.most
    findings = run_study(wanted.plan.study, tmp_path / "study", pictures=False)
    show = ranking_view.view if findings.method == "sobol" else study_view.view
    for code in ("en", "de"):
        catalogue.speak(code)
        shown = json.loads(json.dumps(show(findings, {})))
        assert shown["question"] == key
        assert shown["told"][0]
        assert shown["tables"][0]["body"]
        assert all(len(row) == len(shown["tables"][0]["head"]) for row in shown["tables"][0]["body"])
        drawn = [figure["svg"] for figure in shown.get("figures", [])] or [
            shown["bars"] for _ in "1" if "bars" in shown
        ]
        for picture in drawn:
            ET.fromstring(picture)
            assert "style=" not in picture  # the page's policy allows no inline styles
            assert "<style" not in picture
    if findings.method != "sobol":
        assert wanted.most >= findings.provenance["runs"] or key == "policy_search"


def test_an_option_is_looked_up_before_it_is_used(model: Model) -> None:
    good = sent(model, "prim")
    for broken in (
        {"fails": []},
        {"fails": [{**good["options"]["fails"][0], "outcome": "<img>"}]},
        {"fails": [{**good["options"]["fails"][0], "limit": None}]},
        {"fails": [{**good["options"]["fails"][0], "time": 1066}]},
        {"fails": [{**good["options"]["fails"][0], "side": "beside"}]},
        {"boxes": 10**9},
        3,
    ):
        with pytest.raises(PolicyLabError):
            study_form.asked(model, {**good, "options": broken})


# ---- the answer


@pytest.fixture(scope="module")
def ranking() -> Findings:
    return load_findings(RESULTS / "lever_ranking")


def test_the_answer_follows_outcome_and_year(ranking: Findings) -> None:
    first = {}
    for outcome in ranking.outcomes:
        for time in (*ranking.times, math.nan):
            total = ranking.of("ST", outcome, time).dropna(subset=["value"])
            total = total[total["factor"] != "(dummy)"]
            said = ranking_answer.answer(ranking, outcome, time)[0]
            if total.empty or not total["low"].max() >= 0.01:
                continue
            leader = str(total.loc[total["value"].idxmax(), "factor"])
            first[outcome, time] = leader
            assert said.startswith("Over all years" if math.isnan(time) else f"In {time:.0f}")
            named = said.split(": ")[-1]
            assert named.startswith(english().shown(ranking.factor(leader)))
    assert any(
        first.get((o, 2030.0)) != first.get((o, 2050.0)) for o in ranking.outcomes
    )  # a year does make a difference


def test_sure_is_never_said_of_a_sample_drawn_again(ranking: Findings) -> None:
    """The stored ranking as if its intervals came from its own sample, which knows of no other one."""
    again = replace(ranking, notes=tuple(note for note in ranking.notes if note.key != "study.sobol.replicates"))
    for outcome in again.outcomes:
        said = " ".join(ranking_answer.answer(again, outcome, 2040.0))
        assert not re.search(r"\b(sure|certain|clear|settled)\b", said.replace("clearly explains", ""))
        assert "another seed" in said or "of the variation" not in said


@pytest.mark.parametrize("kept", ["lever_ranking", "policy_vs_uncertainty"])
def test_no_share_outside_0_to_100_is_shown(kept: str) -> None:
    findings = load_findings(RESULTS / kept)
    choice = load_findings(RESULTS / "policy_vs_uncertainty")
    for outcome in findings.outcomes:
        for time in ("all", *(f"{t:g}" for t in findings.times)):
            view = ranking_view.view(findings, {"outcome": outcome, "time": time}, ranking_view.Company(choice=choice))
            split_parts = (view["split"] or {"parts": []})["parts"]
            assert sum(part["share"] for part in split_parts) in (0, 100)
            texts = [*view["told"], *(cell for row in view["tables"][0]["body"] for cell in row[2:6])]
            values = [float(n.replace("−", "-").replace(",", "")) for text in texts for n in PERCENT.findall(text)]
            assert values
            assert all(0 <= value <= 100 for value in values)
            for line in view["lines"]["lines"]:
                assert all(x is None or 0 <= x <= 100 for x in line["values"])


def test_two_estimates_of_a_share_must_agree() -> None:
    known = split((0.3, 0.4), (0.6, 0.7))
    assert known is not None
    assert (known.first, known.second, known.both) == pytest.approx((0.3, 0.6, 0.1))
    assert split((-0.17, 0.9), (0.5, 1.0)) is None
    assert split((0.3, 7.6), (0.1, 0.7)) is None
    assert split((math.nan, 1.0), (0.0, 1.0)) is None
    over = split((0.55, 0.48), (0.52, 0.47))
    assert over is not None
    assert over.first + over.second + over.both == pytest.approx(1)
    assert over.both == 0


def test_what_must_change_to_cohere_under_a_cap_is_stored_and_said() -> None:
    client = create_app(load_model("big_science")).server.test_client()
    shown = client.get("/studies/policy_search/view").json
    assert "$40 bn" in shown["told"][0]
    assert "0.3 in 2040" in shown["told"][0]
    assert any(line.startswith("academic credit: from 0.1 to ") for line in (one.casefold() for one in shown["told"]))
    assert {figure["title"] for figure in shown["figures"]} == {"Position within the range", "Coherence of the field"}


def test_a_study_looks_at_one_year_as_if_it_ended_then() -> None:
    findings = load_findings(RESULTS / "route_rules_money")
    client = create_app(load_model("big_science")).server.test_client()
    early, late = (client.get(f"/studies/factorial/view?outcome=Tension&time={t}").json for t in ("2040", "2050"))
    assert (early["time"], late["time"]) == ("2040", "2050")
    for time, shown in ((2040.0, early), (2050.0, late)):
        share = findings.of("share", "Tension", time).set_index("factor")["value"].max()
        assert f"{100 * share:.0f}%" in shown["told"][0]


def test_an_own_study_of_another_model_is_never_listed_nor_shown(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Servers of several models may share a folder of studies, and a browser's cookie."""
    monkeypatch.setattr(Queue, "_hire", lambda self, table: None)
    queue = Queue(tmp_path / "studies")
    here = create_app(model, queue=queue).server.test_client()
    study = here.post("/studies", json=form(model)).json["id"]
    plan = study_form.asked(model, form(model)).plan
    run_study(plan.study, queue.place(study), pictures=False)
    other = create_app(load_model("core"), queue=queue).server.test_client()
    other.set_cookie("policy-lab-studies", here.get_cookie("policy-lab-studies").value)
    assert study in [one["id"] for one in here.get("/studies").json["studies"]]
    assert here.get(f"/studies/{study}/view").status_code == 200
    assert study not in [one["id"] for one in other.get("/studies").json["studies"]]
    assert other.get(f"/studies/{study}/view").status_code == 404


def test_questions_are_told_apart_by_what_varies() -> None:
    assert question_of("sobol", {"lever"}, grouped=False) == "levers"
    assert question_of("sobol", {"uncertainty"}, grouped=False) == "uncertainties"
    assert question_of("sobol", {"lever", "uncertainty"}, grouped=True) == "choice"
    assert question_of("prim", {"uncertainty"}, grouped=False) == "prim"
    assert question_of("calibration", {"uncertainty"}, grouped=False) == "calibration"


def test_amounts_are_said_as_people_say_them() -> None:
    said = [
        english().in_words(amount(*one)) for one in ((40000.0, "M$"), (1414.0, "M$/year"), (0.3, ""), (12.0, "year"))
    ]
    assert said == ["$40 bn", "$1.41 bn a year", "0.3", "12 year"]
    assert english().in_words(amount(-2100.0, "M$", change=True)) == "−$2.1 bn"
    big = load_model("big_science")
    assert scale_of(big, "Cumulative Public Cost") == {"unit": "$ bn", "scale": 1000.0}
