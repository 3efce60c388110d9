"""Feedback of any model: circuits, link and loop scores, knock-outs.

What is right comes from outside: analytic cases of Loops that Matter, pysimlin's link scores, networkx's circuits.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import networkx
import numpy as np
import pytest

from policy_lab import load_model
from policy_lab.cli import main
from policy_lab.loops import CausalGraph, causal_graph, circuits_of, knock_outs, link_scores, loop_scores
from policy_lab.loops import strongest_circuits as strongest
from policy_lab.program import Program
from policy_lab.readers import translate
from policy_lab.simulation import simulate

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = {final} ~~|\nTIME STEP = {step} ~~|\nSAVEPER = {step} ~~|\n"


def program(folder: Path, text: str, final: float = 100, step: float = 0.125) -> Program:
    path = folder / "model.mdl"
    path.write_text("{UTF-8}\n" + text + CLOCK.format(final=final, step=step), encoding="utf-8")
    return translate(path)


def polarities(made: Program) -> dict[tuple[str, ...], tuple[str, np.ndarray]]:
    found = circuits_of(causal_graph(made)).found
    scores = loop_scores(link_scores(made, {}), found)
    return {names: (scores.polarity(i), scores.relative()[i]) for i, names in enumerate(found)}


# Analytic cases ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gain", [-0.5, -0.01, 0.02, 0.3])
def test_an_isolated_loop_scores_one_whatever_its_gain(tmp_path: Path, gain: float) -> None:
    made = program(tmp_path, f"s = INTEG(f, 10) ~~|\nf = g * s ~~|\ng = {gain} ~~|\n")
    [(kind, share)] = polarities(made).values()
    assert kind == ("R" if gain > 0 else "B")
    np.testing.assert_allclose(np.abs(share[2:]), 1, rtol=1e-9)


def test_growth_leads_to_the_inflection_of_the_logistic_curve(tmp_path: Path) -> None:
    text = "pop = INTEG(growth, 50) ~~|\ngrowth = rate * pop * room left ~~|\n"
    text += "room left = 1 - pop / 10000 ~~|\nrate = 0.08 ~~|\n"
    made = program(tmp_path, text, step=0.03125)
    found = polarities(made)
    grow, limit = found[("pop", "growth")], found[("pop", "room left", "growth")]
    assert (grow[0], limit[0]) == ("R", "B")
    times = np.array(made.clock.moments()[0])
    switch = times[2:][np.abs(grow[1])[2:] < np.abs(limit[1])[2:]][0]
    assert abs(switch - math.log((10000 - 50) / 50) / 0.08) < 0.5


def test_word_of_mouth_leads_until_half_of_a_market_is_left(tmp_path: Path) -> None:
    """Bass without innovation: adopters and those left act on the same flow, and are equal at the inflection."""
    text = "left = INTEG(-adoption, 990) ~~|\nadopters = INTEG(adoption, 10) ~~|\n"
    text += "adoption = contacts * adopters * left / 1000 ~~|\ncontacts = 0.48 ~~|\n"
    made = program(tmp_path, text, final=30, step=0.015625)
    found = polarities(made)
    mouth = next(v for names, v in found.items() if "adopters" in names)
    market = next(v for names, v in found.items() if "left" in names)
    assert (mouth[0], market[0]) == ("R", "B")
    times = np.array(made.clock.moments()[0])
    switch = times[2:][np.abs(mouth[1])[2:] < np.abs(market[1])[2:]][0]
    assert abs(switch - math.log(99) / 0.48) < 0.1


def test_three_arming_parties_have_eight_loops(tmp_path: Path) -> None:
    """Each arms against the other two: three loops of its own, three of two parties, two of all three."""
    parties = "abc"
    text = ""
    for me in parties:
        against = " + ".join(p for p in parties if p != me)
        text += f"{me} = INTEG(build {me}, {10 + ord(me) % 7}) ~~|\n"
        text += f"build {me} = (0.6 * ({against}) - {me}) / 2 ~~|\n"
    found = polarities(program(tmp_path, text, final=10))
    assert len(found) == 8
    assert sorted(kind for kind, _ in found.values()) == ["B"] * 3 + ["R"] * 5


def test_splitting_a_flow_changes_no_score(tmp_path: Path) -> None:
    whole = "s = INTEG(f - d, 10) ~~|\nf = 0.3 * s ~~|\nd = s * s / 400 ~~|\n"
    split = whole.replace("(f - d,", "(f + h - d,").replace("f = 0.3", "h = 0.1 * s ~~|\nf = 0.2")
    one, two = (polarities(program(tmp_path, text, final=30)) for text in (whole, split))
    grow = one[("s", "f")][1]
    np.testing.assert_allclose(two[("s", "f")][1] + two[("s", "h")][1], grow, atol=1e-9, equal_nan=True)
    np.testing.assert_allclose(two[("s", "d")][1], one[("s", "d")][1], atol=1e-9, equal_nan=True)


def test_models_that_do_not_touch_are_parts_of_their_own(tmp_path: Path) -> None:
    text = "a = INTEG(0.1 * a, 1) ~~|\nb = INTEG(in, 1) ~~|\nin = 0.2 * b ~~|\nreads both = a + b ~~|\n"
    graph = causal_graph(program(tmp_path, text))
    assert sorted(map(set, graph.parts()), key=len) == [{"a"}, {"b", "in"}]
    assert circuits_of(graph).found == (("b", "in"), ("a",)) and circuits_of(graph).complete


def test_a_stock_at_rest_scores_nothing(tmp_path: Path) -> None:
    made = program(tmp_path, "s = INTEG(in - out, 10) ~~|\nin = 1 ~~|\nout = s / 10 ~~|\n")
    [(kind, share)] = polarities(made).values()
    assert kind == "" and not share.any()


# Others' programs -------------------------------------------------------------------------------------------------


def graphs() -> Iterator[CausalGraph]:
    random = np.random.default_rng(4)
    for size, density in ((5, 0.5), (7, 0.3), (9, 0.25), (12, 0.15), (1, 1.0)):
        for _ in range(6):
            matrix = random.random((size, size)) < density
            names = tuple(f"v{i}" for i in range(size))
            yield CausalGraph(names, {n: tuple(np.array(names)[matrix[i]]) for i, n in enumerate(names)})
    for name in ("small_field", "harbour"):
        yield causal_graph(load_model(str(Path(__file__).parent / "models" / name)).program)


def least_first(circuit: tuple[str, ...]) -> tuple[str, ...]:
    at = circuit.index(min(circuit))
    return circuit[at:] + circuit[:at]


def test_circuits_are_those_of_networkx() -> None:
    for graph in graphs():
        theirs = networkx.DiGraph([(a, b) for a, effects in graph.after.items() for b in effects])
        want = {least_first(tuple(c)) for c in networkx.simple_cycles(theirs)}
        ours = circuits_of(graph, most=100_000)
        assert ours.complete and len(ours.found) == len(set(ours.found))
        assert {least_first(c) for c in ours.found} == want


def test_enumeration_stops_where_it_is_told_and_says_so() -> None:
    names = tuple("abcdefghij")
    full = CausalGraph(names, {n: tuple(m for m in names if m != n) for n in names})
    some = circuits_of(full, most=500)
    assert len(some.found) == 500 and not some.complete


@pytest.mark.parametrize("scenario", ["status_quo", "manhattan_for_ai"])
def test_link_scores_of_the_published_model_are_those_of_pysimlin(scenario: str) -> None:
    import simlin

    model = load_model("big_science")
    constants = model.constants_of(scenario)
    ours = link_scores(model.program, constants)
    folded = {(a.lower().replace(" ", "_"), b.lower().replace(" ", "_")): (a, b) for a, b in ours.links}
    run = simlin.load(str(model.path)).simulate(dict(constants), enable_ltm=True)
    run.run_to_end()
    scalar = [link for link in run.get_links() if link.has_score and (link.from_var, link.to_var) in folded]
    assert len(scalar) > 500
    # Where an effect changes by rounding errors alone, these are each program's own.
    runs = simulate(model, scenario=scenario)
    moving = {n: np.abs(np.diff(runs.of(n)[0])) > 1e-9 * np.abs(runs.of(n)[0, 1:]) for n in runs.outputs}
    every = round(model.program.clock.saveper / model.program.clock.step)
    effects = {folded[link.from_var, link.to_var][1] for link in scalar}
    assert np.mean([moving[name] for name in effects]) > 0.7
    for link in scalar:
        mine, theirs = ours.of(*folded[link.from_var, link.to_var])[::every][1:], np.asarray(link.score)[1:]
        moves = moving[folded[link.from_var, link.to_var][1]]
        np.testing.assert_allclose(mine[moves], theirs[moves], rtol=1e-4, atol=1e-4, err_msg=str(link))


# Named loops ------------------------------------------------------------------------------------------------------


def test_named_loops_push_as_their_table_says() -> None:
    model = load_model("core")
    loops = [loop for loop in model.loops if loop.circuit]
    scores = loop_scores(link_scores(model.program, {}), [loop.circuit for loop in loops if loop.circuit])
    assert [scores.polarity(i) for i in range(len(loops))] == [loop.kind for loop in loops]


def test_a_knock_out_is_the_run_without_the_loop() -> None:
    model = load_model("core")
    scenario, outcome = list(model.scenarios)[-1], next(iter(model.outcomes))
    found = knock_outs(model, [outcome], scenario=scenario)
    whole = simulate(model, scenario=scenario, outputs=[outcome]).values[0, :, 0]
    for number, loop in enumerate(found.loops):
        without = simulate(model, {loop.switch: 0.0}, scenario=scenario, outputs=[outcome]).values[0, :, 0]
        np.testing.assert_array_equal(found.effects[number, :, 0], whole - without)
    first, *_, last = (abs(found.effects[i, -1, 0]) for i in found.order(outcome, model.program.clock.final))
    assert first > last


def test_the_strongest_circuit_of_a_small_model_is_the_strongest_there_is(tmp_path: Path) -> None:
    text = "pop = INTEG(growth, 50) ~~|\ngrowth = 0.08 * pop * room left ~~|\nroom left = 1 - pop / 10000 ~~|\n"
    made = program(tmp_path, text)
    scores = link_scores(made, {})
    early, late = strongest(made, scores, [30.0, 90.0])
    assert early.names == ("pop", "growth") and late.names == ("pop", "room left", "growth")
    assert early.score > 0 > late.score


def test_the_command_prints_words_and_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["loops", "core", "--year", "2040"]) == 0
    said = capsys.readouterr().out
    assert "Bilingual zones" in said and "2040" in said
    assert main(["loops", "core", "--json", "--scenario", "status_quo"]) == 0
    data = json.loads(capsys.readouterr().out)
    sizes = [abs(loop["effect"]) for loop in data["loops"]]
    assert sizes == sorted(sizes, reverse=True) and len(data["loops"][0]["effects"]) == len(data["times"])
    for words, wrong in ((["--year", "1990"], "1990"), (["--outcome", "nobody"], "nobody")):
        assert main(["loops", "core", *words]) == 2
        assert wrong in capsys.readouterr().err
