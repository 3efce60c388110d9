"""A push that is let go: fates and ranges against hand-made futures, the stored tables against runs of their own."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping

import numpy as np
import pytest

from analysis import documents
from analysis.push_and_let_go import (
    COHERENCE,
    END,
    ENDS,
    FALLS,
    FATES,
    FUTURES,
    GOES_ON,
    LATER,
    NEVER,
    PUSH,
    QUO,
    STAYS,
    STRENGTHS,
    THRESHOLD,
    Leaf,
    coherence,
    fate_of,
    fates,
    first_together,
    ranges,
    weaker,
)
from analysis.push_page import FOLDER, PAGE, only_push, page
from policy_lab.model import Model, load_model
from policy_lab.runs import Floats
from policy_lab.simulation import simulate

CRITICAL = 0.3
#: Coherence in the years of ``at``: the defaults, which are no future, then one future of each fate, and a relapse.
YEARS = (2030.0, 2035.0, 2045.0, 2060.0, 2090.0)
LINES = {
    "the defaults": (0.9, 0.9, 0.9, 0.9, 0.9),
    STAYS: (0.1, 0.4, 0.5, 0.6, 0.6),
    FALLS: (0.1, 0.4, 0.2, 0.1, 0.1),
    LATER: (0.0, 0.1, 0.2, 0.5, 0.1),
    NEVER: (0.0, 0.0, 0.2, 0.2, 0.4),
}


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("big_science")


def at(*lines: tuple[float, ...]) -> Mapping[float, Floats]:
    return {year: np.array(values) for year, *values in zip(YEARS, *lines, strict=True)}


def stored(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_each_future_has_the_fate_that_its_line_shows() -> None:
    push = at(*LINES.values())
    assert list(fate_of(push, CRITICAL)) == [STAYS, FALLS, LATER, NEVER] == list(FATES)
    relapse = at(LINES["the defaults"], (0.1, 0.4, 0.2, 0.5, 0.5))
    assert list(fate_of(relapse, CRITICAL)) == [LATER], "a gap is not staying"
    assert list(first_together(push, CRITICAL)) == [2030, 2035, 2035, 2060, np.inf]


def test_fates_stand_beside_status_quo() -> None:
    push = at(*LINES.values())
    quo = at(LINES["the defaults"], (0.0, 0.1, 0.4, 0.5, 0.5), (0.0,) * 5, (0.0, 0.0, 0.1, 0.2, 0.4), (0.0,) * 5)
    rows = fates(push, quo, CRITICAL)
    assert [row[:2] for row in rows] == [(fate, 0.25) for fate in FATES]
    assert rows[0][2:] == (10.0, 1.0, 0.0, 0.0), "ten years earlier, and not only with the push"
    assert rows[1][2:] == ("", 0.0, 0.0, 0.0)
    assert rows[2][2:] == ("", 0.0, 1.0, 0.0), "only with the push in 2060, and not for good"
    assert rows[3][2:] == ("", 0.0, 0.0, 1.0)
    told = [{"share of futures": "0.25", "only with the push in 2060": str(row[4])} for row in rows]
    assert only_push(told, "2060") == 0.25


def test_the_ranges_that_decide_are_found() -> None:
    """Together exactly where a is at least 0.6 and b below 0.5; c is noise."""
    rng = np.random.default_rng(2)
    drawn = {name: rng.random(4001) for name in "cab"}
    end = np.where((drawn["a"] >= 0.6) & (drawn["b"] < 0.5), 0.8, 0.1)
    leaves = ranges(drawn, {END: end}, CRITICAL)
    assert sum(leaf.size for leaf in leaves) == pytest.approx(1)
    assert {name for leaf in leaves for name, _, _ in leaf.conditions} == {"a", "b"}
    best = {(name, sign): threshold for name, sign, threshold in leaves[0].conditions}
    assert best["a", ">="] == pytest.approx(0.6, abs=0.05) and best["b", "<"] == pytest.approx(0.5, abs=0.05)
    assert leaves[0].share > 0.9 and all(leaf.share < 0.2 for leaf in leaves[1:])
    assert ranges(drawn, {END: np.full(4001, 0.1)}, CRITICAL) == [Leaf((), 1.0, 0.0)]
    assert Leaf((("a", "<", 0.5), ("b", ">=", 2.0), ("a", "<", 0.25)), 1.0, 1.0).words == "a < 0.25 and b >= 2"


def test_a_weaker_push_goes_part_of_the_way(model: Model) -> None:
    own = model.scenario(PUSH).levers
    half = weaker(model, 2040.0, 0.5)
    assert set(half) == set(own)
    for name, setting in half.items():
        assert setting.value == pytest.approx((model.levers[name].default + own[name].value) / 2)
        assert (setting.start, setting.ramp, setting.end) == (own[name].start, own[name].ramp, 2040.0)
    assert weaker(model, 2040.0, 0.0) == {}
    assert weaker(model, 2032.0, 1.0) == dict(own)


def test_a_pushed_field_stays_together_until_2060(model: Model) -> None:
    """At the defaults: below critical mass when the push begins, above it when it is over, and from then on."""
    push, quo = (coherence(model, {}, scenario) for scenario in (PUSH, QUO))
    critical = model.program.constants[THRESHOLD]
    assert push[2026.0] < critical
    assert all(values[0] >= critical for year, values in push.items() if 2035.0 <= year <= END)
    assert quo[2035.0] < critical <= quo[END], "and status quo comes together later by itself"


def test_the_stored_tables_are_of_this_model(model: Model) -> None:
    made = json.loads((FOLDER / "made_from.json").read_text(encoding="utf-8"))
    assert made["hash"] == model.hash, "python -m analysis.push_and_let_go"
    assert made["futures"] >= FUTURES and made["critical"] == model.program.constants[THRESHOLD]
    fate = stored("fates")
    assert [row["fate"] for row in fate] == list(FATES)
    assert sum(float(row["share of futures"]) for row in fate) == pytest.approx(1, abs=1e-3)
    together = {(r["scenario"], r["year"]): float(r["share together"]) for r in stored("over_time")}
    assert {scenario for scenario, _ in together} == {PUSH, QUO, GOES_ON}
    ends = sum(float(row["share of futures"]) for row in fate if row["fate"] in (STAYS, LATER))
    assert together[PUSH, "2060"] == pytest.approx(ends, abs=1e-3)
    assert {(float(r["ends"]), float(r["strength"])) for r in stored("lengths")} == {
        *((end, strength) for end in ENDS for strength in STRENGTHS),
        (ENDS[0], 0.0),
    }
    assert all(row["constant"] in model.uncertainties for row in stored("constants"))


def test_the_stored_defaults_are_those_of_single_runs(model: Model) -> None:
    for scenario in (PUSH, QUO):
        run = simulate(model, scenario=scenario, outputs=[COHERENCE], times=[2032, 2050, 2060], until=END)
        rows = {r["year"]: float(r["at the defaults"]) for r in stored("over_time") if r["scenario"] == scenario}
        assert [rows["2032"], rows["2050"], rows["2060"]] == pytest.approx(list(run.values[0, :, 0]), rel=1e-3)


def test_the_page_shows_the_stored_tables_and_the_picture() -> None:
    text = (documents.DOCS / PAGE).read_text(encoding="utf-8")
    assert text == documents.text(page()), "python -m analysis.push_page"
    assert "../analysis/results/push_and_let_go/push.svg" in text
    picture = ET.parse(FOLDER / "push.svg").getroot()
    assert picture.tag.endswith("svg")
    words = " ".join("".join(node.itertext()) for node in picture.iter() if node.tag.endswith("text"))
    assert all(f"{strength:.0%} as strong" in words for strength in STRENGTHS) and "status quo" in words
