"""The verdict in words: it agrees with the ensemble, worked out again in Python, and what it hangs on turns it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from policy_lab.app import ensemble_members
from policy_lab.app import page_data as page_facts
from policy_lab.app import policy as page
from policy_lab.app.app import default_run
from policy_lab.app.engine_routes import names
from policy_lab.app.loops import assumption_keys
from policy_lab.app.model_session import Memory, ModelSession
from policy_lab.browser_files import write_browser_files
from policy_lab.ensemble.quantity import money_of
from policy_lab.errors import ModelError
from policy_lab.model import Model, Outcome, load_model
from policy_lab.simulation import simulate
from tests.test_page_scripts import NODE, Settings, constants_of, drawn_levers, pin_of, state_of

Floats = NDArray[np.float64]
TESTS = Path(__file__).parent
#: IPCC guidance note (Mastrandrea et al. 2010): the word, and the share of futures from which on it holds.
IPCC = {
    "virtually certain": 0.99,
    "extremely likely": 0.95,
    "very likely": 0.9,
    "likely": 0.66,
    "about as likely as not": 0.33,
    "unlikely": 0.0,
}
#: The published model's share of a thousand policies in the default run is small; all of them take minutes.
THOUSAND = pytest.param("big", 1000, 96, marks=pytest.mark.deep)
MANY_TURNS = pytest.param("big", 60, 256, marks=pytest.mark.deep)
VERBS = {"improve": 1, "worsen": -1, "raise": 1, "lower": -1}


class Verdicts:
    """A model compiled for node, its members, and verdicts of states; and the same ensembles in Python."""

    def __init__(self, model: Model, folder: Path) -> None:
        self.model, self.folder = model, folder
        self.members = {n: v.astype(float) for n, v in ensemble_members.members_of(model).items()}
        bench = ModelSession(model, Memory(default_run(model)))
        rows = [{"key": row[0], "name": row[1]} for row in names(bench)]
        self.facts = page_facts.facts(bench, {})
        self.told = folder / "facts.json"
        self.told.write_text(json.dumps({"facts": self.facts, "variables": rows}), encoding="utf-8")
        self.code, self.layout, _ = write_browser_files(model, folder)
        (folder / "members.bin").write_bytes(ensemble_members.packed(model))
        self.headlines = [o for o in model.outcomes.values() if o.headline]

    def of(
        self, states: Sequence[Any], count: int, turns: bool = False, year: int | None = None
    ) -> list[dict[str, Any]]:
        command = [NODE, str(TESTS / "page" / "verdict.mjs"), *map(str, (self.told, self.code, self.layout))]
        asked = json.dumps({"states": states, "count": count, "turns": turns, "year": year})
        done = subprocess.run(
            [*command, str(self.folder / "members.bin")], input=asked, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        answers: list[dict[str, Any]] = json.loads(done.stdout)
        return answers

    def ends(
        self, constants: Mapping[str, float], count: int, held: Mapping[str, float] = {}, year: float | None = None
    ) -> dict[str, Floats]:
        """``value[member]`` of each headline in a year, the last if none is given; NaN where it does not exist."""
        drawn = {n: v[:count] for n, v in self.members.items() if n not in constants and n not in held}
        outcomes = [o.name for o in self.headlines]
        by = [o.where.variable for o in self.headlines if o.where]
        runs = simulate(
            self.model,
            {**constants, **held, **drawn},
            outputs=[*outcomes, *(name for name in by if name not in outcomes)],
            times=[year or self.model.program.clock.final],
            backend="llvm",
        )
        return {name: np.broadcast_to(self.model.outcome(runs, name)[:, -1], count).copy() for name in outcomes}

    def grain(self, outcome: Outcome) -> float:
        shown = next(about for about in self.facts["shown"] if about["name"] == outcome.name)
        return 0.05 if shown["date"] else 0.5 * 10.0**-outcome.decimals


def random_settings(model: Model, count: int, seed: int) -> list[Settings]:
    random = Random(seed)
    worlds = list(model.scenarios)
    found = [Settings(world, page.levers_of_world(model, world)) for world in worlds]
    while len(found) < count:
        world = random.choice(worlds)
        found.append(Settings(world, drawn_levers(model, random, world, random.choice([0.1, 0.5, 1.0]))))
    return found[:count]


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    return Verdicts(load_model(TESTS / "models" / "harbour"), tmp_path_factory.mktemp("harbour"))


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    return Verdicts(load_model("big_science"), tmp_path_factory.mktemp("big"))


def direction(change: Floats, grain: float) -> str:
    """Nothing is said where the middle 90% of the changes holds zero, or what is written as zero."""
    there = change[np.isfinite(change)]
    if len(there) < 30:
        return "unclear"
    low, high = np.quantile(there, [0.05, 0.95])
    if low > grain:
        return "up"
    if high < -grain:
        return "down"
    return "same" if low >= -grain and high <= grain else "unclear"


def share_of(text: str) -> tuple[float, float]:
    """The least and the greatest share that words such as "19 of 20 futures" stand for."""
    if "all futures computed" in text:
        return 1.0, 1.0
    if "more than 99 of 100" in text:
        return 0.99, 1.0
    found = re.search(r"(at least )?(\d+) of (\d+) futures", text)
    assert found is not None, text
    part, of = int(found[2]), int(found[3])
    off = 1 if of == 100 else 0.5
    return (part - off) / of, (part + off) / of


def word_of(share: float) -> str:
    return next(word for word, least in IPCC.items() if share >= least)


def within(label: str) -> str:
    return label[0].lower() + label[1:] if re.match(r"[A-Z][a-z ]", label) else label


def check_clear(verdicts: Verdicts, text: str, changes: Mapping[str, Floats]) -> set[str]:
    """The sentence that claims directions; gives the outcomes that it names."""
    found = re.fullmatch(r"(By \d+, .+?|It) is ([a-z ]+) \(([^)]+)\) to (.+)\.", text)
    assert found is not None, text
    clauses = re.split(r"\b(improve|worsen|raise|lower) ", found[4])
    shares, named = [], set()
    for verb, listed in zip(clauses[1::2], clauses[2::2], strict=True):
        for outcome in verdicts.headlines:
            if f"{within(outcome.label)} (" not in listed:
                continue
            grain, change = verdicts.grain(outcome), changes[outcome.name]
            went = direction(change, grain)
            assert went in ("up", "down"), text
            sign = 1 if went == "up" else -1
            good = VERBS[verb] if outcome.better != "lower" or verb in ("raise", "lower") else -VERBS[verb]
            assert sign == good, text
            assert (verb in ("improve", "worsen")) == (outcome.better != "neither"), text
            there = change[np.isfinite(change)]
            shares.append(float(np.mean(there > grain if sign > 0 else there < -grain)))
            named.add(outcome.name)
    assert 1 <= len(named) <= 3, text
    least, most = share_of(found[3])
    assert least - 1e-9 <= min(shares) <= most + 1e-9, (text, shares)
    assert found[2] == word_of(min(shares)), (text, shares)
    return named


def check(verdicts: Verdicts, told: Mapping[str, Any], ends: dict[str, Floats], reference: dict[str, Floats]) -> None:
    """Every sentence and every card of a verdict against the members' own values."""
    changes = {name: ends[name] - reference[name] for name in ends}
    ways = {o.name: direction(changes[o.name], verdicts.grain(o)) for o in verdicts.headlines}
    named: set[str] = set()
    for text in told["sentences"]:
        if re.search(r" to (improve|worsen|raise|lower) ", text):
            named = check_clear(verdicts, text, changes)
        elif text.startswith("Direction unclear") or "has a clear direction" in text:
            listed = [o.name for o in verdicts.headlines if within(o.label) in text.split(": ", 1)[1]]
            assert listed and all(ways[name] == "unclear" for name in listed), text
    if not named:  # nothing that is neither money nor told by its level is clear
        level = {s["outcome"] for s in told["subjects"] if s["kind"] == "level"}
        money = [o.name for o in verdicts.headlines if money_of(o.unit)][:1]
        assert not {n for n, way in ways.items() if way in ("up", "down")} - level - set(money)
    for outcome in verdicts.headlines:
        card = told["cards"][outcome.name]
        assert (card["tone"] in ("better", "worse")) == (
            ways[outcome.name] in ("up", "down") and outcome.better != "neither"
        ), (outcome.name, card, ways)
        assert bool(re.search("better|worse|higher|lower|[▲▼]", card["change"])) <= (
            ways[outcome.name] in ("up", "down")
        )
        if card["bar"]:
            there = changes[outcome.name][np.isfinite(changes[outcome.name])]
            want = np.quantile(there, [0.05, 0.25, 0.5, 0.75, 0.95])
            np.testing.assert_allclose(card["bar"]["change"], want, rtol=1e-6, atol=1e-6 * (1 + np.abs(there).max()))


@pytest.mark.parametrize(("which", "policies", "count"), [("harbour", 1000, 96), ("big", 40, 96), THOUSAND])
def test_words_and_cards_agree_with_the_ensemble_in_random_policies(
    which: str, policies: int, count: int, request: pytest.FixtureRequest
) -> None:
    verdicts: Verdicts = request.getfixturevalue(which)
    settings = random_settings(verdicts.model, policies, seed=16)
    answers = verdicts.of([state_of(verdicts.model, one) for one in settings], count)
    reference = verdicts.ends(verdicts.model.constants_of(page.status_quo_world(verdicts.model)), count)
    spoken = set()
    for asked, told in zip(settings, answers, strict=True):
        ends = verdicts.ends(constants_of(verdicts.model, asked), count)
        check(verdicts, told, ends, reference)
        spoken |= {text.split(" ")[0] for text in told["sentences"]}
    assert {"By", "Direction"} <= spoken


LISTS = {
    "better": r"Better",
    "worse": r"Worse",
    "unclear": r"No clear difference",
    "up": r"Higher, where neither counts as better",
    "down": r"Lower, where neither counts as better",
}


def kind_of(outcome: Outcome, way: str) -> str:
    """Better or worse where one way counts as better, else which way it is."""
    if way in ("same", "unclear") or outcome.better == "neither":
        return "unclear" if way in ("same", "unclear") else way
    return "better" if (way == "up") == (outcome.better == "higher") else "worse"


def check_answer(verdicts: Verdicts, answer: Sequence[str], changes: Mapping[str, Floats]) -> None:
    """The answer counts every outcome once, and a list's word and number are those of its least sure outcome."""
    ways = {o.name: direction(changes[o.name], verdicts.grain(o)) for o in verdicts.headlines}
    kinds = {o.name: kind_of(o, ways[o.name]) for o in verdicts.headlines}
    wanted = [o for o in verdicts.headlines if o.better != "neither"]
    count = {kind: sum(kinds[o.name] == kind for o in wanted) for kind in LISTS}
    number = {n: str(n or "none") for n in range(len(wanted) + 1)}
    if count["unclear"] == len(wanted):
        assert "no clear difference between" in answer[0] and f"any of {len(wanted)} outcomes" in answer[0]
    else:
        assert (
            f"on {number[count['better']]} of {len(wanted)} outcomes, worse on {number[count['worse']]}, " in answer[0]
        )
        assert answer[0].endswith(f"with no clear difference on {number[count['unclear']]}.")
    for kind, heading in LISTS.items():
        named = [o for o in verdicts.headlines if kinds[o.name] == kind and (kind != "unclear" or o in wanted)]
        texts = [text for text in answer[1:] if re.match(heading + r"( \(|:)", text)]
        assert len(texts) == bool(named), (kind, answer)
        if not named:
            continue
        assert all(within(o.label) in texts[0].split(": ", 1)[1] for o in named), texts
        if kind != "unclear":
            shares = [share_going(verdicts, o, changes[o.name], ways[o.name]) for o in named]
            told = re.match(heading + r" \(([a-z ]+), ", texts[0])
            assert told is not None and told[1] == word_of(min(shares)), (texts, shares)
            least, most = share_of(texts[0].split("): ")[0])
            assert least - 1e-9 <= min(shares) <= most + 1e-9, (texts, shares)


def share_going(verdicts: Verdicts, outcome: Outcome, change: Floats, way: str) -> float:
    there, grain = change[np.isfinite(change)], verdicts.grain(outcome)
    return float(np.mean(there > grain if way == "up" else there < -grain))


def check_cell(verdicts: Verdicts, outcome: Outcome, cell: Mapping[str, Any], ours: Floats, theirs: Floats) -> None:
    """A direction, a colour or "better" only where the interval holds no zero; the likelihood is the ensemble's."""
    change = ours - theirs
    there = change[np.isfinite(change)]
    if not len(there):
        assert cell["kind"] == "nowhere" and not cell["why"] and not cell["bar"]
        return
    way = direction(change, verdicts.grain(outcome))
    clear = way in ("up", "down")
    kind = kind_of(outcome, way)
    assert cell["kind"] == {"up": "higher", "down": "lower", "unclear": way if way == "same" else "unclear"}.get(
        kind, kind
    )
    assert (cell["tone"] in ("better", "worse")) == (clear and outcome.better != "neither")
    assert clear or not re.search("better|worse|higher|lower|[▲▼★]", cell["word"])
    if way == "same":
        return
    np.testing.assert_allclose(
        cell["bar"]["change"],
        np.quantile(there, [0.05, 0.25, 0.5, 0.75, 0.95]),
        rtol=1e-6,
        atol=1e-6 * (1 + np.abs(there).max()),
    )
    # "likely" beside "direction unclear" would contradict it: there the share stands alone.
    told = re.fullmatch(r"(higher|lower): ([a-z ]+), (.*)" if clear else r"(higher|lower)( in )(.*)", cell["why"])
    assert told is not None, cell
    going, word, _ = told.groups()
    share = share_going(verdicts, outcome, change, "up" if going == "higher" else "down")
    assert share == max(share_going(verdicts, outcome, change, side) for side in ("up", "down"))
    assert not clear or word == word_of(share), (cell, share)
    if share:
        least, most = share_of(cell["why"]) if "fewer than" not in cell["why"] else (0.0, 0.01)
        assert least - 1e-9 <= share <= most + 1e-9


@pytest.mark.parametrize(("which", "policies", "count"), [("harbour", 1000, 96), ("big", 24, 96), THOUSAND])
def test_compare_agrees_with_the_ensemble_in_random_policies(
    which: str, policies: int, count: int, request: pytest.FixtureRequest
) -> None:
    """Every policy against status quo and against the one before it, in the same futures."""
    verdicts: Verdicts = request.getfixturevalue(which)
    year = 2040
    settings = [
        s for s in random_settings(verdicts.model, policies + 2, seed=61) if not same_as_status_quo(verdicts.model, s)
    ]
    states = [state_of(verdicts.model, one) for one in settings]
    for state, before in zip(states[1:], settings, strict=False):
        state["pins"] = [pin_of(verdicts.model, before)]
    reference = verdicts.ends(verdicts.model.constants_of(page.status_quo_world(verdicts.model)), count, year=year)
    theirs = verdicts.ends(constants_of(verdicts.model, settings[0]), count, year=year)
    spoken: set[str] = set()
    for asked, told in zip(settings[1:], verdicts.of(states[1:], count, year=year), strict=True):
        ours = verdicts.ends(constants_of(verdicts.model, asked), count, year=year)
        assert told["keys"] == ["s", "p", "0"] and told["pair"] == ["p", "0"]
        check_answer(verdicts, told["answer"], {name: ours[name] - theirs[name] for name in ours})
        for outcome in verdicts.headlines:
            name = outcome.name
            check_cell(verdicts, outcome, told["cells"][1][name], ours[name], reference[name])
            check_cell(verdicts, outcome, told["cells"][2][name], theirs[name], reference[name])
            check_cell(verdicts, outcome, told["versus"][name], ours[name], theirs[name])
            assert not told["cells"][0][name]["kind"]
            level = told["cells"][1][name]["level"]
            there = ours[name][np.isfinite(ours[name])]
            if level:
                np.testing.assert_allclose(
                    level, np.quantile(there, [0.05, 0.25, 0.5, 0.75, 0.95]), rtol=1e-6, atol=1e-9
                )
            spoken.add(told["versus"][name]["kind"])
        theirs = ours
    assert {"better", "worse", "unclear"} <= spoken


def same_as_status_quo(model: Model, settings: Settings) -> bool:
    return constants_of(model, settings) == model.constants_of(page.status_quo_world(model))


def test_the_level_of_an_axis_is_told_by_its_words(harbour: Verdicts) -> None:
    """Who runs the harbour: on which side of zero, with the share of futures and its word."""
    settings = random_settings(harbour.model, 200, seed=5)
    found = set()
    for asked, told in zip(settings, harbour.of([state_of(harbour.model, s) for s in settings], 128), strict=True):
        [text] = [text for text in told["sentences"] if "run by" in text]
        level = harbour.ends(constants_of(harbour.model, asked), 128)["control"]
        above, below = float(np.mean(level > 0)), float(np.mean(level < 0))
        share = max(above, below)
        if share >= 0.66:
            assert f" is {word_of(share)} run by {'merchants' if above > below else 'the city'} (" in text
        else:
            assert "is about as likely run by the city as run by merchants" in text
        least, most = share_of(text)
        assert least - 1e-9 <= share <= most + 1e-9
        found.add(text.split(" is ")[1].split(" (")[0])
    assert len(found) >= 4


def turned(verdicts: Verdicts, asked: Settings, turn: Mapping[str, Any], count: int) -> tuple[str, str]:
    """What the verdict says of an outcome before and after its input is moved there, by Python."""
    outcome = verdicts.model.outcomes[turn["split"]["outcome"]]
    keys = assumption_keys(verdicts.model)
    name = next(name for name, key in keys.items() if key == turn["key"])
    states = []
    for held in ({}, {name: turn["value"]}):
        ours = verdicts.ends(constants_of(verdicts.model, asked), count, held)[outcome.name]
        theirs = verdicts.ends(verdicts.model.constants_of(page.status_quo_world(verdicts.model)), count, held)
        if turn["split"]["kind"] == "level":
            there = ours[np.isfinite(ours)]
            above, below = np.mean(there > 0), np.mean(there < 0)
            states.append("high" if above >= 0.66 else "low" if below >= 0.66 else "open")
        else:
            states.append(direction(ours - theirs[outcome.name], verdicts.grain(outcome)))
    return states[0], states[1]


@pytest.mark.parametrize(("which", "policies", "count"), [("harbour", 60, 1024), ("big", 4, 256), MANY_TURNS])
def test_an_input_said_to_turn_the_verdict_turns_it(
    which: str, policies: int, count: int, request: pytest.FixtureRequest
) -> None:
    verdicts: Verdicts = request.getfixturevalue(which)
    settings = random_settings(verdicts.model, policies, seed=21)
    answers = verdicts.of([state_of(verdicts.model, one) for one in settings], count, turns=True)
    said = [(asked, turn) for asked, told in zip(settings, answers, strict=True) for turn in told["turns"]]
    assert sum(bool(told["turns"]) for told in answers) >= policies / 2
    for asked, turn in said:
        known = verdicts.model.uncertainties[turn["split"]["input"]]
        assert known.low <= turn["value"] <= known.high
        before, after = turned(verdicts, asked, turn, count)
        assert (before, after) == (turn["before"], turn["after"])
        assert before != after
    assert max(told["asked"] for told in answers) <= 18


def test_the_shares_on_either_side_are_those_of_the_ensemble(harbour: Verdicts) -> None:
    """And inputs that move nothing part nothing."""
    settings = random_settings(harbour.model, 40, seed=8)
    answers = harbour.of([state_of(harbour.model, one) for one in settings], 512)
    reference = harbour.ends(harbour.model.constants_of("status_quo"), 512)
    seen = set()
    for asked, told in zip(settings, answers, strict=True):
        ends = harbour.ends(constants_of(harbour.model, asked), 512)
        for split in told["splits"]:
            outcome, values = harbour.model.outcomes[split["outcome"]], harbour.members[split["input"]][:512]
            level = ends[outcome.name]
            shown = level if split["kind"] == "level" else level - reference[outcome.name]
            grain = 0.0 if split["kind"] == "level" else harbour.grain(outcome)
            goes = shown > grain if split["way"] > 0 else shown < -grain
            there = np.isfinite(shown)
            for side, mine in (("low", values < split["at"]), ("high", values >= split["at"])):
                assert split[side]["count"] == np.sum(mine & there)
                assert split[side]["way"] == np.sum(mine & there & goes)
            seen.add(split["input"])
    assert {"harm of mud", "clean water", "pull of merchants"} <= seen
    assert not {"taste for herring", "colour of boats"} & seen


def test_a_unit_of_money_is_read() -> None:
    read = {unit: money_of(unit) for unit in ("M$/year", "bn$", "million USD", "$ per year", "$/person", "year")}
    assert read == {
        "M$/year": {"scale": 1e6, "sign": "$", "yearly": True},
        "bn$": {"scale": 1e9, "sign": "$", "yearly": False},
        "million USD": {"scale": 1e6, "sign": "$", "yearly": False},
        "$ per year": {"scale": 1.0, "sign": "$", "yearly": True},
        "$/person": None,
        "year": None,
    }


def test_words_at_the_ends_of_an_axis_and_parts_are_read(harbour: Verdicts, tmp_path: Path) -> None:
    outcome = harbour.model.outcomes["control"]
    assert (outcome.low_words, outcome.high_words) == ("run by the city", "run by merchants")
    assert outcome.parts == ("Depth", "trade")
    shown = {about["name"]: about for about in harbour.facts["shown"]}
    assert shown["control"]["poles"] == ["run by the city", "run by merchants"]
    assert [part["label"] for part in shown["control"]["parts"]] == ["Depth", "Trade of the harbour"]
    assert [name for name, about in shown.items() if about["date"]] == ["Year of the deep harbour"]
    copy = shutil.copytree(TESTS / "models" / "harbour", tmp_path / "harbour")
    table = copy / "outcomes.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("Depth; trade", "Deepness"), encoding="utf-8")
    with pytest.raises(ModelError, match=r"outcomes\.csv, row 2, column 'parts'"):
        load_model(copy)
