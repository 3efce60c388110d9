"""A second model folder, with cases, loops, passages, checks and German texts, works with no code of its own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from policy_lab.app import create_app
from policy_lab.app.variable_detail import Entries
from policy_lab.checks import check_model
from policy_lab.checks.twelve_tests import twelve_tests
from policy_lab.cli import main
from policy_lab.errors import ModelError
from policy_lab.model import Model, load_model
from policy_lab.model.cases import read_cases

BRIDGE = Path(__file__).parent / "models" / "bridge"


@pytest.fixture(scope="module")
def bridge() -> Model:
    return load_model(BRIDGE)


@pytest.fixture(scope="module")
def client(bridge: Model) -> FlaskClient:
    return create_app(bridge).server.test_client()


def precedents(client: FlaskClient, language: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.get(f"/precedents.json?lang={language}").text)
    return found


def test_its_checks_hold_and_no_table_is_at_fault(bridge: Model) -> None:
    report = check_model(BRIDGE)
    assert report.sound(strict=True), [finding.words for finding in report.findings]
    verdicts = {test.key: test.verdict for test in twelve_tests(bridge, report)}
    assert verdicts["family"] == verdicts["anomaly"] == verdicts["behaviour"] == "holds"


def test_the_command_line_runs_its_cases(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["precedents", str(BRIDGE)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "The model reproduces the outcome of 2 of 2 cases" in said
    assert main(["precedents", str(BRIDGE), "--case", "tower_bridge"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "no overrun: finished (other outcome)" in said and "the price +" in said


def test_the_page_has_its_cases_in_its_own_words(client: FlaskClient, bridge: Model) -> None:
    told = precedents(client, "en")
    assert told["hash"] == bridge.hash
    fates = {one["key"]: (one["outcome"]["fate"], one["outcome"]["right"]) for one in told["cases"]}
    assert fates == {"stone_bridge": ("finished", True), "tower_bridge": ("cancelled", True)}
    assert [curve["key"] for curve in told["curves"]] == ["money", "stone", "patience", "anger"]
    assert told["fate"]["cancelled"] == "patience" and told["fate"]["stands"] == 0.3
    for one in told["cases"]:
        assert set(one["live"]["outputs"].values()) <= set(bridge.program.visible)
        assert set(one["live"]["constants"]) <= set(bridge.program.constants)
        assert {control["name"] for control in one["live"]["controls"]} == {"overrun", "plan", "ferry"}
        assert {fact["name"] for fact in one["facts"]} - {"start"} <= set(told["words"]["facts"])
        assert set(one["runs"]) == set(told["words"]["curves"])
        assert {term["name"] for term in one["why"]["terms"]} == set(told["words"]["causes"])
        assert {row["change"] for row in one["without"]} == set(told["words"]["changes"])


def test_the_page_tells_them_in_german(client: FlaskClient) -> None:
    told = precedents(client, "de")
    assert told["words"]["facts"]["price"] == "Bewilligter Preis"
    assert told["cases"][0]["title"] == "Die Steinbrücke" and told["cases"][0]["translated"]
    assert told["cases"][1]["title"] == "The bridge with the tower" and not told["cases"][1]["translated"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Complaints", "overrun seen", "Nobody lives there.", "When does a town stop building its bridge?"]),
        ("de", ["Klagen", "bekannte Mehrkosten", "Wann hört eine Stadt auf, ihre Brücke zu bauen?"]),
    ],
)
def test_the_pages_tell_its_question_loops_and_weaknesses(client: FlaskClient, language: str, words: list[str]) -> None:
    shown = "".join(
        client.get(f"{address}?lang={language}").text for address in ("/_dash-layout", "/", "/model", "/told.json")
    )
    shown = json.dumps(shown, ensure_ascii=False)
    assert [word for word in words if word not in shown] == []


def test_its_variables_have_entries_with_passages(bridge: Model) -> None:
    passages = [(passage.quote, passage.own) for passage in bridge.passages.behind("Patience")]
    assert passages == [("patience is spent before the money is", True)]
    assert [passage.own for passage in bridge.passages.behind("bill")] == [False]
    assert "impatience" in Entries(bridge).equation("loss of patience")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('constant = "overrun"', 'constant = "overran"', r"cases/roles.toml: There is no constant or lever 'overran'"),
        ('record = "works"', 'record = "stones"', r"\[curves.stone\]: 'record' is 'stones'; it must be one of"),
        ('curve = "patience"', 'curve = "money_"', r"\[fate\]: 'curve' is 'money_'; it must be one of money, stone"),
        ('planned = "plan"', 'planned = "years"', r"\[fate\]: 'planned' is 'years'; it must be one of price, plan"),
        ('{ fact = "overrun" }', '{ fact = "plan" }', r"\[without.no overrun\] plan: 'ordinary' is missing"),
        ("[threshold]", "[treshold]", r"unknown key 'treshold'. Possible: choices"),
        ('controls = ["overrun"', 'controls = ["weather"', r"\[page\] controls: .* must be one of price, plan"),
    ],
)
def test_roles_that_cannot_be_used_are_told_where(tmp_path: Path, old: str, new: str, says: str) -> None:
    folder = tmp_path / "bridge"
    shutil.copytree(BRIDGE, folder)
    text = (folder / "cases" / "roles.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "cases" / "roles.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ModelError, match=says):
        read_cases(load_model(folder))


def test_cases_without_roles_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "bridge"
    shutil.copytree(BRIDGE, folder)
    (folder / "cases" / "roles.toml").unlink()
    with pytest.raises(ModelError, match=r"cases/roles.toml is missing: it says which variables of 'bridge'"):
        read_cases(load_model(folder))
