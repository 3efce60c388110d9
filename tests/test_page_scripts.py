"""The page's scripts, in node: what a state amounts to, links, undo, figures, and where a chart puts what."""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import playwright
import pytest

from policy_lab import catalogue
from policy_lab.app import ensemble_members, labels
from policy_lab.app import page_data as page_facts
from policy_lab.app import policy as page
from policy_lab.app.app import default_run
from policy_lab.app.engine_routes import names
from policy_lab.app.loops import assumption_keys, loop_facts, switched
from policy_lab.app.model_session import Memory, ModelSession
from policy_lab.app.panels import variable_list
from policy_lab.ensemble.factors import uncertainty_factors
from policy_lab.model import Model, Setting, load_model

NODE = shutil.which("node") or str(Path(playwright.__file__).parent / "driver" / "node")
TESTS = Path(__file__).parent
SMALL = TESTS / "models" / "small_field"
STATES = 1000
#: Characters of a link that every program passes on whole, and of the longest one that is read (web/core/url-state.js).
SAFE, LONGEST = 2000, 8000
#: Uncertain inputs that somebody changes by hand, beside every lever and three pinned scenarios.
FEW = 50
Call = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def big() -> Model:
    return load_model("big_science")


@pytest.fixture(scope="module")
def small() -> Model:
    return load_model(SMALL)


def caller(model: Model, folder: Path) -> Call:
    """A function that has the scripts do a list of jobs for a model."""
    bench = ModelSession(model, Memory(default_run(model)))
    told = folder / "facts.json"
    rows = [{"key": row[0], "name": row[1]} for row in names(bench)]
    told.write_text(json.dumps({"facts": page_facts.facts(bench, {}), "variables": rows}), encoding="utf-8")

    def call(jobs: Sequence[Sequence[Any]]) -> list[Any]:
        command = [NODE, str(TESTS / "page" / "run.mjs"), str(told)]
        done = subprocess.run(command, input=json.dumps(jobs), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        answers: list[Any] = json.loads(done.stdout)
        return answers

    return call


@pytest.fixture(scope="module")
def call(big: Model, tmp_path_factory: pytest.TempPathFactory) -> Call:
    return caller(big, tmp_path_factory.mktemp("big"))


@pytest.fixture(scope="module")
def call_small(small: Model, tmp_path_factory: pytest.TempPathFactory) -> Call:
    return caller(small, tmp_path_factory.mktemp("small"))


# ---- states, drawn at random


@dataclass(frozen=True)
class Settings:
    """A policy: a world, every lever of the model, and uncertain parameters that were changed, by name."""

    world: str
    levers: Mapping[str, Setting]
    assumptions: Mapping[str, float] = field(default_factory=dict)


def default_settings(model: Model) -> Settings:
    world = page.status_quo_world(model)
    return Settings(world, page.levers_of_world(model, world))


def moved_levers(model: Model, settings: Settings) -> dict[str, Setting]:
    """Levers that do not stand as the world sets them."""
    world = page.levers_of_world(model, settings.world)
    return {n: s for n, s in settings.levers.items() if not nearly(page.to_list(s), page.to_list(world[n]))}


def constants_of(model: Model, settings: Settings) -> dict[str, float]:
    """What the page's script is held to: constants that differ from the model file, as Python works them out."""
    return model.constants_of(settings.world or None, {**moved_levers(model, settings), **settings.assumptions})


def five(value: float) -> float:
    return float(f"{value:.5g}")


def drawn_levers(model: Model, random: Random, world: str, share: float) -> dict[str, Setting]:
    """A world's levers, a share of them moved anywhere in their ranges."""
    levers = page.levers_of_world(model, world)
    for name, standing in levers.items():
        if random.random() >= share:
            continue
        drawn = [
            round(random.uniform(*ends), 1) if n else five(random.uniform(*ends))
            for n, ends in enumerate(page.ranges_of(model, model.levers[name]))
        ]
        kept = [
            min(max(value, low), high) if math.isfinite(stands) and random.random() < 0.7 else stands
            for value, stands, (low, high) in zip(
                drawn,
                astuple(standing),
                page.ranges_of(model, model.levers[name]),
                strict=True,
            )
        ]
        levers[name] = Setting(*kept)
    return levers


def drawn_settings(model: Model, random: Random) -> Settings:
    world = random.choice(list(model.scenarios))
    assumptions = {
        known.name: min(max(five(random.uniform(known.low, known.high)), known.low), known.high)
        for known in model.uncertainties.values()
        if random.random() < random.choice([0.0, 0.1, 1.0])
    }
    assumptions |= {loop.switch: 0.0 for loop in switched(model) if random.random() < random.choice([0.0, 0.1, 1.0])}
    return Settings(world, drawn_levers(model, random, world, random.choice([0.0, 0.2, 1.0])), assumptions)


def state_of(model: Model, settings: Settings) -> dict[str, Any]:
    """Settings as the page's state."""
    keys, assumed = labels.keys_of(model.levers), assumption_keys(model)
    return {
        "world": settings.world,
        "levers": {keys[name]: page.to_list(setting) for name, setting in settings.levers.items()},
        "assumptions": {assumed[name]: value for name, value in settings.assumptions.items()},
        "charts": list(page.first_charts(model)),
        "pins": [],
    }


def pin_of(model: Model, settings: Settings) -> dict[str, Any]:
    keys = labels.keys_of(model.levers)
    moved = moved_levers(model, settings)
    return {"world": settings.world, "levers": {keys[name]: page.to_list(s) for name, s in moved.items()}}


def drawn_states(model: Model, count: int, seed: int) -> tuple[list[Settings], list[dict[str, Any]]]:
    random = Random(seed)
    charted = [name for name in model.program.visible if model.program.equations[name].kind != "control"]
    found: list[Settings] = []
    states = []
    for _ in range(count):
        settings = drawn_settings(model, random)
        state = state_of(model, settings)
        state["charts"] = random.choices(charted, k=2)
        pins = [pin_of(model, drawn_settings(model, random)) for _ in range(random.randint(0, 3))]
        state["pins"] = [pin for n, pin in enumerate(pins) if pin not in pins[:n]]
        found.append(settings)
        states.append(state)
    return found, states


def nearly(one: Any, other: Any) -> bool:
    """Equal, numbers to the precision that a page shows."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(nearly(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(nearly, one, other))
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return bool(one == other)


# ---- constants


def test_a_state_amounts_to_the_same_constants_as_in_python(big: Model, call: Call) -> None:
    settings, states = drawn_states(big, 300, seed=1)
    for asked, got in zip(settings, call([("constants", state) for state in states]), strict=True):
        assert got == constants_of(big, asked)


def test_a_world_amounts_to_what_its_file_says(big: Model, call: Call) -> None:
    worlds = list(big.scenarios)
    states = [state_of(big, Settings(key, page.levers_of_world(big, key))) for key in worlds]
    for key, got in zip(worlds, call([("constants", state) for state in states]), strict=True):
        assert got == big.constants_of(key)


def test_an_event_of_a_world_is_marked_at_its_year(call_small: Call) -> None:
    assert call_small([("marks", "open_laboratory")]) == [[{"time": 2034, "label": "Shock"}]]


# ---- links


def test_a_thousand_states_come_back_from_their_links(big: Model, call: Call) -> None:
    settings, states = drawn_states(big, STATES, seed=2)
    fitting = iter(call([("fits", state["pins"][:n]) for state in states for n in (1, 2, 3)]))
    for state in states:
        state["pins"] = state["pins"][: sum(next(fitting) for _ in range(3))]
    queries = call([("write", state) for state in states])
    assert max(map(len, queries)) <= LONGEST
    few = [{**state, "assumptions": dict(list(state["assumptions"].items())[:FEW])} for state in states]
    assert max(map(len, call([("write", state) for state in few]))) <= SAFE
    assert all(re.fullmatch(r"[?&=A-Za-z0-9._~%-]*", query) for query in queries)
    for state, opened in zip(states, call([("read", query) for query in queries]), strict=True):
        assert opened["notice"] == ""
        assert nearly(opened["state"], state)
    opened = [opened["state"] for opened in call([("read", query) for query in queries])]
    for asked, got in zip(settings, call([("constants", state) for state in opened]), strict=True):
        assert nearly(got, constants_of(big, asked))


@pytest.mark.parametrize("most", [FEW, None])
def test_everything_changed_at_once_still_fits_a_link(big: Model, call: Call, most: int | None) -> None:
    """What a person can change by hand passes through every program; all that a study could change is still a link."""
    random = Random(3)
    world = max(big.scenarios, key=len)
    levers = drawn_levers(big, random, world, 1.0)
    for name, setting in levers.items():
        lever = big.levers[name]
        start = 2031.2 if math.isfinite(setting.start) else setting.start  # not every lever can start later
        levers[name] = replace(setting, value=five(lever.high - (lever.high - lever.low) * 0.123457), start=start)
    assumed = {
        known.name: five(known.low + (known.high - known.low) * 0.761234) for known in big.uncertainties.values()
    }
    assumed |= {loop.switch: 0.0 for loop in switched(big)}
    state = state_of(big, Settings(world, levers, dict(list(assumed.items())[:most])))
    state["charts"] = sorted(big.program.visible, key=len)[-2:]
    whole = pin_of(big, Settings(world, levers))
    stepped = {name: replace(s, value=big.levers[name].high) for name, s in page.levers_of_world(big, world).items()}
    pin = pin_of(big, Settings(world, stepped))
    assert call([("fits", [pin]), ("fits", [pin, whole])]) == [True, False]
    state["pins"] = [pin, *({"world": key, "levers": {}} for key in list(big.scenarios)[:2])]
    [fits, query] = call([("fits", state["pins"]), ("write", state)])
    assert fits
    assert len(query) <= (SAFE if most else LONGEST)
    assert nearly(call([("read", query)])[0]["state"], state)


def test_a_lever_that_cannot_start_later_has_no_start_in_a_link(tmp_path: Path) -> None:
    """A lever without a start, a ramp or an end, among many that have them: the link has none either."""
    for name in ("small_field.mdl", "levers.csv"):
        shutil.copy(SMALL / name, tmp_path / name)
    model = load_model(tmp_path)
    without = next(name for name, lever in model.levers.items() if not lever.start)
    key = labels.keys_of(model.levers)[without]
    state = state_of(model, default_settings(model))
    state["levers"][key] = [model.levers[without].high, 2031.2, 3, 2040]
    there = caller(model, tmp_path)
    [query] = there([("write", state)])
    [opened, foreign] = there([("read", query), ("read", f"?l={key}~{model.levers[without].high}~2031")])
    for one in (opened, foreign):
        assert one["state"]["levers"][key] == [model.levers[without].high, None, None, None]
    assert opened["notice"] == ""
    assert model.levers[without].name.capitalize() in foreign["notice"]


# ---- composite choices


@pytest.mark.parametrize("name", ["small", "big"])
def test_choices_set_on_the_page_what_the_model_sets(name: str, request: pytest.FixtureRequest) -> None:
    """Every combination of levels, pressed in any order, is what ``Model.at_point`` gives, and is told as pressed."""
    model: Model = request.getfixturevalue(name)
    call: Call = request.getfixturevalue("call_small" if name == "small" else "call")
    random = Random(5)
    points = [
        dict(zip(model.choices, levels, strict=True))
        for levels in product(*(list(choice.levels) for choice in model.choices.values()))
    ]
    assert points
    orders = [random.sample(list(point.items()), len(point)) for point in points]
    for point, got in zip(points, call([("decided", order) for order in orders]), strict=True):
        levers = page.levers_of_world(model, page.status_quo_world(model))
        expected = state_of(model, Settings("", {**levers, **filled(model, model.at_point(point))}))["levers"]
        assert got["levers"] == expected, point
        assert got["chosen"] == point
        same = [other for other in points if model.at_point(other) == model.at_point(point)]
        assert got["alone"] in same


def filled(model: Model, settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """Settings with what they leave open as in status quo."""
    standing = page.levers_of_world(model, page.status_quo_world(model))
    return {
        name: Setting(*(b if math.isnan(a) else a for a, b in zip(astuple(s), astuple(standing[name]), strict=True)))
        for name, s in settings.items()
    }


def test_the_page_as_it_opens_has_a_bare_address(big: Model, call: Call) -> None:
    start = state_of(big, default_settings(big))
    opened = {"state": start, "views": {}, "notice": ""}
    assert call([("write", start), ("read", ""), ("read", "?lang=de")]) == ["", opened, opened]


BAD = [
    "?w=nowhere",
    "?utm_source=letter",
    "?m=zzzzzzzz",
    "?l=%3Cscript%3Ealert(1)%3C/script%3E~1",
    "?l=shared-funding~nan",
    "?l=shared-funding~1e999",
    "?l=shared-funding~1~2030~3~2040~5",
    "?l=shared-funding",
    "?l=__~~",
    "?l=__proto__~1",
    "?l=constructor~1",
    "?w=__proto__",
    "?w=constructor",
    "?a=shared-funding~1",
    "?a=toString~1",
    "?a=x",
    "?c=knowledge",
    "?c=<b>~<b>",
    "?p=../../etc/passwd",
    "?p=a&p=b&p=c&p=d",
    "?w=status_quo&w=open_laboratory",
    "?&&&",
    "?%00",
    "?%E0%A4%A",
    "?w=%E0%A4%A",
]


def test_what_cannot_be_read_is_left_out_and_told(small: Model, call_small: Call) -> None:
    start = state_of(small, default_settings(small))
    opened = call_small([("read", query) for query in BAD])
    for query, got in zip(BAD, opened, strict=True):
        assert got["state"] == start, query
        assert got["notice"], query


def test_a_number_out_of_range_goes_to_its_end_and_is_told(small: Model, call_small: Call) -> None:
    lever = small.levers["shared funding"]
    _, starts, *_ = page.ranges_of(small, lever)
    asked = ("?l=shared-funding~101", "?l=shared-funding~1e99", "?l=shared-funding~5~1066")
    above, far, early = call_small([("read", query) for query in asked])
    assert [one["state"]["levers"]["shared-funding"][0] for one in (above, far, early)] == [lever.high, lever.high, 5]
    assert early["state"]["levers"]["shared-funding"][1] == starts[0]
    for opened in (above, far, early):
        assert opened["notice"] == catalogue.say("link.out_of_range", lever="Shared funding")


def test_what_can_be_read_of_a_link_opens(small: Model, call_small: Call) -> None:
    start = state_of(small, default_settings(small))
    query = "?utm_source=letter&w=open_laboratory&l=shared-funding~40_openness~x&c=knowledge~nothing&p=status_quo~~__"
    [opened] = call_small([("read", query)])
    assert opened["state"]["world"] == "open_laboratory"
    assert opened["state"]["levers"]["shared-funding"][0] == 40
    assert opened["state"]["charts"] == ["knowledge", start["charts"][1]]
    assert opened["state"]["pins"] == [{"world": "status_quo", "levers": {}}]
    for told in ("utm_source", "openness~x", "nothing"):
        assert told in opened["notice"]


def test_an_overlong_link_says_that_it_is_too_long(small: Model, call_small: Call) -> None:
    [opened] = call_small([("read", "?w=" + "a" * LONGEST)])
    assert opened["state"] == state_of(small, default_settings(small))
    assert str(LONGEST) in opened["notice"]


def test_no_text_whatever_breaks_the_reader(small: Model, call_small: Call) -> None:
    random = Random(4)
    signs = "mwlcap=&~_?%20.-e1<>\"'\\\u0000é𝔊shared-fundingopen_laboratory"
    queries = ["?" + "".join(random.choices(signs, k=random.randint(0, 60))) for _ in range(500)]
    keys = labels.keys_of(small.levers)
    for got in call_small([("read", query) for query in queries]):
        assert set(got["state"]["levers"]) == set(keys.values())
        assert "<" not in got["notice"]


def test_an_older_link_opens_and_says_what_changed(small: Model, call_small: Call) -> None:
    query = "?m=00000000&w=open_laboratory&l=gone-lever~3_shared-funding~900~2030&a=gone-too~1&c=lost~knowledge"
    [opened] = call_small([("read", query)])
    assert opened["state"]["world"] == "open_laboratory"
    assert opened["state"]["levers"]["shared-funding"][:2] == [small.levers["shared funding"].high, 2030]
    for word in ("00000000", small.hash[:8], "gone-lever", "Shared funding", "gone-too", "lost"):
        assert word in opened["notice"]


def test_a_readable_key_and_a_short_one_lead_to_the_same_lever(small: Model, call_small: Call) -> None:
    keys = labels.keys_of(small.levers)
    short = labels.short_keys(keys, keys.values())
    [one, other] = call_small([("read", "?l=shared-funding~40"), ("read", f"?l={short['shared funding']}~40")])
    assert one == other
    assert one["state"]["levers"]["shared-funding"][0] == 40


# ---- undo


def test_two_hundred_steps_are_undone_and_redone(call: Call) -> None:
    steps = [[f"state {n}", "", 1000 * n] for n in range(250)]
    [got] = call([("undone", steps)])
    assert got["found"] == [f"state {n}" for n in reversed(range(250))]
    assert (got["back"], got["state"]) == (250, "now")


def test_moves_of_one_lever_in_one_breath_are_one_step(call: Call) -> None:
    steps = [["a", "lever x", 0], ["b", "lever x", 300], ["c", "lever y", 600], ["d", "lever y", 5000]]
    assert call([("undone", steps)])[0]["found"] == ["d", "c", "a"]


# ---- figures and charts


def test_figures_read_as_in_python(call: Call) -> None:
    values = [0, 0.51, -0.51, 0.0004, -0.0004, 12.345, 999.6, 1234.6, 9999.4, 10000, -123456.7, 1e9, 3.14159e-7]
    jobs = [(value, places) for value in values for places in (None, 0, 2)]
    got = call([("figure", value, places) for value, places in jobs])
    assert got == [labels.figure_of(value, places) for value, places in jobs]


@pytest.mark.parametrize(
    ("low", "high"),
    [(0, 1), (0.2, 0.9), (-0.6, 0.7), (3, 3), (0, 0), (5e6, 9e6), (1e-9, 2e-9), (-5, -4.9), (990, 1010)],
)
def test_an_axis_holds_its_range_wastes_little_and_its_ticks_are_round(call: Call, low: float, high: float) -> None:
    [[bottom, top]] = call([("limits", low, high)])
    assert bottom <= low <= high <= top
    if high > low:
        assert top - bottom <= 2.5 * (high - low)
    [ticks] = call([("ticks", bottom, top, 6)])
    assert 2 <= len(ticks) <= 6
    steps = np.diff(ticks)
    assert steps == pytest.approx(steps[0])
    leading = steps[0] / 10.0 ** math.floor(math.log10(steps[0]) + 1e-9)
    assert min(abs(leading - digit) for digit in (1, 2, 2.5, 5)) < 1e-6


@pytest.mark.parametrize(
    ("low", "high"), [(1942.5, 1951.5), (1987.08, 1998), (2015, 2050), (1961.4, 1974), (2006, 2041)]
)
@pytest.mark.parametrize("most", [3, 5, 8, 15])
def test_a_time_axis_counts_in_whole_years(call: Call, low: float, high: float, most: int) -> None:
    [years] = call([("years", low, high, most)])
    assert 1 <= len(years) <= most
    assert all(low <= year <= high and year == int(year) for year in years)
    assert len({round(step, 9) for step in np.diff(years)}) <= 1


def test_figures_of_a_record_are_drawn_and_written_with_their_ranges(call: Call) -> None:
    points = [
        {"time": 1.0, "value": 4.0, "low": 3.0, "high": 6.0, "note": "=a source, grade A"},
        {"time": 2.0, "value": 5.0, "low": 5.0, "high": 5.0, "note": ""},
        {"time": 9.0, "value": 1.0, "low": 1.0, "high": 1.0, "note": "after the last moment"},
    ]
    picture = {
        "title": "Spending",
        "unit": "M$",
        "time": [0, 1, 2, 3],
        "lines": [{"key": "run", "label": "Run", "kind": "policy", "values": [0, 1, 2, 3]}],
        "points": [{"key": "seen", "label": "Seen", "kind": "record", "points": points}],
    }
    [plan, text] = call([("plan", picture, {"width": 400, "height": 200}), ("csv", picture, ["a note"])])
    assert [bool(point["whisker"]) for point in plan["points"]] == [True, False]
    assert plan["limits"][1] >= 6
    assert text.splitlines()[-4:] == [
        "Seen,value,low,high,note",
        '1,4,3,6,"\'=a source, grade A"',
        "2,5,5,5,",
        "9,1,1,1,after the last moment",
    ]


def effect(level: Sequence[float], change: Sequence[float], count: int = 100) -> dict[str, Any]:
    """What an ensemble says of an outcome: quantiles of its level and of its change."""
    counts = {"count": count, "up": 0, "down": 0, "levels": count, "positive": count, "negative": 0}
    return {"level": level, "change": change, "grain": 0.5, **counts}


def test_a_card_claims_a_direction_only_where_the_interval_leaves_out_zero(call_small: Call) -> None:
    def card(change: Sequence[float]) -> tuple[str, ...]:
        bands = {"members": 100, "there": {}, "effects": {"knowledge": effect([90, 100, 120, 130, 150], change)}}
        [told] = call_small([("card", "knowledge", 117, 100, bands)])
        assert (told["value"], told["basis"]) == ("120", "median")  # never the one run
        return told["change"], told["range"], told["tone"]

    assert card([3, 10, 20, 30, 44]) == ("▲ 20 better", "+3 to +44", "better")
    assert card([-44, -30, -20, -10, -3]) == ("▼ 20 worse", "−44 to −3", "worse")
    assert card([-1, 10, 20, 30, 44]) == ("direction unclear", "−1 to +44", "other")
    assert card([0.4, 10, 20, 30, 44]) == ("direction unclear", "0 to +44", "other")  # 0 as it is written
    assert card([-0.3, 0, 0, 0, 0.3]) == ("as status quo", "", "same")


def test_without_an_ensemble_a_card_shows_one_run_and_claims_nothing(call_small: Call) -> None:
    [up, same] = call_small([("card", "knowledge", 120, 100, None), ("card", "knowledge", 100, 100, None)])
    assert (up["value"], up["basis"], up["change"], up["tone"]) == ("120", "one run", "▲ 20 higher", "other")
    assert (same["change"], same["bar"]) == ("as status quo", None)


PICTURE = {
    "title": "Knowledge",
    "unit": "papers",
    "time": [2020, 2030, 2040],
    "lines": [
        {"key": "status-quo", "label": "Status quo", "kind": "status-quo", "values": [0, 50, 100]},
        {"key": "policy", "label": "=Policy, mine", "kind": "policy", "values": [0, 80, 101]},
    ],
    "bands": [],
}


def test_a_curve_goes_through_its_values(call: Call) -> None:
    [plan] = call([("plan", PICTURE, {"width": 600, "height": 300})])
    points = [tuple(map(float, p.split())) for p in re.findall(r"[ML]([\d. ]+)", plan["lines"][0]["d"])]
    box = plan["box"]
    low, high = plan["limits"]
    for (x, y), time, value in zip(points, PICTURE["time"], PICTURE["lines"][0]["values"], strict=True):
        assert x == pytest.approx(box["left"] + (time - 2020) / 20 * (box["right"] - box["left"]), abs=0.06)
        assert y == pytest.approx(box["bottom"] - (value - low) / (high - low) * (box["bottom"] - box["top"]), abs=0.06)


def test_names_at_line_ends_never_cover_each_other(call: Call) -> None:
    picture = {
        **PICTURE,
        "lines": [{**PICTURE["lines"][0], "key": str(n), "values": [0, 1, 100 + n]} for n in range(5)],
    }
    [plan] = call([("plan", picture, {"width": 600, "height": 200})])
    heights = sorted(end["y"] for end in plan["ends"])
    assert min(np.diff(heights)) >= 12
    assert heights[-1] <= plan["box"]["bottom"] + 1e-9


def test_the_numbers_of_a_chart_are_saved_with_their_source(call: Call) -> None:
    [text] = call([("csv", PICTURE, ["Source: me\nand more", "http://127.0.0.1/?m=1"])])
    lines = text.splitlines()
    assert lines[:2] == ["# Source: me and more", "# http://127.0.0.1/?m=1"]
    rows = list(csv.reader(lines[2:]))
    assert rows[0] == ["Time", "Status quo", "'=Policy, mine"]  # no cell that a spreadsheet would take for a formula
    assert [float(cell) for cell in rows[2]] == [2030, 50, 80]


# ---- the list of variables


def test_every_variable_is_found_by_its_own_name(small: Model, call_small: Call) -> None:
    rows = variable_list.rows(small)
    names = list(small.program.visible)
    answers = call_small([["search", rows, name, ""] for name in names])
    for name, found in zip(names, answers, strict=True):
        assert found["rows"][0][0].partition("[")[0] == name.partition("[")[0]
        assert found["exact"]
    nothing, levers = call_small([["search", rows, "zzz no such word", ""], ["search", rows, "", "lever"]])
    assert nothing == {"rows": [], "exact": False}
    assert {row[0] for row in levers["rows"]} == set(small.levers)


def test_what_is_named_exactly_is_listed_first(big: Model, call: Call) -> None:
    rows = variable_list.rows(big)
    arrays = [row[0].partition("[")[0] for row in rows if "[" in row[0]]
    array = next(
        name for name in arrays if sum(name.casefold() in row[0].casefold() for row in rows) > arrays.count(name)
    )
    found, clock = call([["search", rows, array.upper(), ""], ["search", rows, "Time", ""]])
    count = arrays.count(array)
    assert {row[0].partition("[")[0] for row in found["rows"][:count]} == {array}
    assert len(found["rows"]) > count
    assert found["exact"]
    assert clock["rows"]
    assert not clock["exact"]  # it stands in diagrams and not in the list


def test_a_loops_words_that_are_said_to_be_found_are(big: Model, call: Call) -> None:
    steps = {s["step"] for about in loop_facts(big).values() for s in about["loop"]["path"] if s["found"]}
    answers = call([["search", variable_list.rows(big), step, ""] for step in steps])
    assert steps
    assert [step for step, found in zip(steps, answers, strict=True) if not found["rows"]] == []


# ---- members


def test_members_are_those_of_the_parameters_own_distributions(big: Model) -> None:
    drawn = ensemble_members.members_of(big)
    assert list(drawn) == list(big.uncertainties)
    shares = np.linspace(0.05, 0.95, 10)
    for factor in uncertainty_factors(big):
        values = drawn[factor.name]
        assert len(values) == ensemble_members.MEMBERS
        assert factor.low <= float(values.min()) <= float(values.max()) <= factor.high, factor.name
        spread = factor.high - factor.low
        got, true = np.quantile(values, shares), factor.at(shares)
        assert np.max(np.abs(got - true)) < 0.01 * spread, factor.name


def test_a_model_without_uncertain_parameters_has_no_members(small: Model) -> None:
    bare = replace(small, uncertainties={})
    assert ensemble_members.members_of(bare) == {}
    assert ensemble_members.packed(bare) == b""
