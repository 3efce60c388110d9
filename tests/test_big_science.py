"""The model itself: its form, its numerics, its extremes, its levers, loops and worlds.

The right answers come from outside the code under test: the rules of the modelling guide (units, ranges,
sources), the same model at half its step, and what each loop and world is said to do in the tables that
stand beside the model.
"""

from __future__ import annotations

import csv
import re
import warnings
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from policy_lab.model import Model, load_model
from policy_lab.program import Program
from policy_lab.runs import Runs
from policy_lab.simulation import simulate

REPOSITORY = Path(__file__).parent.parent
FOLDER = REPOSITORY / "models" / "big_science"
YEARS = [float(year) for year in range(2015, 2051)]
SOURCE = re.compile(r"Source: (\w+)\.$")
#: Shares and indices: none of them may leave its interval, whatever the levers say.
SHARES = ("Restriction", "Nationalised Share", "Perceived Nearness", "Lab Secrecy", "State Secrecy", "Access Tightness")
SHARES += ("Pooling", "Shared Language", "Public Support", "Scientific Support", "Programme Trust", "dryness")
SHARES += ("Coherence[local]", "Coherence[regional]", "Coherence[field]", "Standing[top down]", "Standing[bottom up]")
SHARES += ("openness", "frontier coverage", "facility use", "duplication", "bureaucracy", "assurance coverage")
SHARES += ("strategic advantage", "power concentration", "leader share", "big science strength")


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("big_science")


@lru_cache(maxsize=1)
def loops() -> tuple[dict[str, str], ...]:
    with (FOLDER / "loops.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def stocks_of(program: Program) -> list[str]:
    return [name for name in program.stocks if not program.equations[name].hidden]


def worlds_with(model: Model, values: Mapping[str, float], outputs: Iterable[str], **options: float) -> Runs:
    """Every world at once, in the order of ``model.scenarios``, with some constants set in all of them."""
    constants = [{**model.constants_of(key), **values} for key in model.scenarios]
    names = sorted(set().union(*constants))
    default = model.program.constants
    together = {name: [world.get(name, default[name]) for world in constants] for name in names}
    return simulate(model, together or None, outputs=list(outputs), times=YEARS, **options)  # type: ignore[arg-type]


# Form -------------------------------------------------------------------------------------------------------------


def test_every_variable_has_a_unit_and_a_documentation_line(model: Model) -> None:
    equations = [e for e in model.program.equations.values() if not e.hidden]
    assert not [e.name for e in equations if not e.unit]
    assert not [e.name for e in equations if len(e.documentation) < 12]


def test_every_constant_has_a_range_around_it_and_a_known_source(model: Model) -> None:
    for equation in model.program.equations.values():
        if equation.kind != "constant":
            continue
        low, high = equation.limits
        assert low is not None and high is not None, f"{equation.name} has no range"
        assert low <= model.program.constants[equation.name] <= high, f"{equation.name} lies outside its range"
        source = SOURCE.search(equation.documentation)
        assert source, f"{equation.name} has no source"
        assert source[1] in model.sources, f"{equation.name} names an unknown source {source[1]}"


def test_no_source_is_listed_in_vain(model: Model) -> None:
    text = (FOLDER / "big_science.mdl").read_text(encoding="utf-8")
    files = [FOLDER / "uncertainties.csv", *FOLDER.glob("data/*.csv"), *FOLDER.glob("cases/**/*.*")]
    tables = "".join(path.read_text(encoding="utf-8") for path in files)
    cited = (",{}", '"{}"')
    assert not [
        key
        for key in model.sources
        if f"Source: {key}." not in text and not any(form.format(key) in tables for form in cited)
    ]


def test_ranges_in_the_tables_are_those_in_the_model(model: Model) -> None:
    limits = {name: equation.limits for name, equation in model.program.equations.items()}
    for row in [*model.levers.values(), *model.uncertainties.values()]:
        low, high = limits[row.name]
        if "[" in row.name:  # the file has one range for all elements of an array, the table one for each
            assert low <= row.low <= model.program.constants[row.name] <= row.high <= high, row.name
            assert row.low < row.high, row.name
        else:
            assert (low, high) == (row.low, row.high), row.name


def test_quotations_are_short(model: Model) -> None:
    for equation in model.program.equations.values():
        for quotation in re.findall(r'"([^"]+)"', equation.documentation):
            assert len(quotation.split()) <= 12, f"{equation.name} quotes too much"


def test_no_number_hides_in_an_equation(model: Model) -> None:
    """Only numbers that are structure stand in equations: 0, 1, 2, the 3 of a smooth step, the 10 of a power of ten."""
    text = (FOLDER / "big_science.mdl").read_text(encoding="utf-8").split("\\\\\\---///")[0]
    allowed = {"0", "1", "2", "3", "10"}
    constants = {re.sub(r"\[.*", "", name) for name in model.program.constants}
    for entry in text.split("|"):
        head = entry.split("~")[0]
        match = re.search(r"([A-Za-z][^\n=\[(]*?)\s*(?:\[[^\]]*\])?\s*=\s*(.*)", head, re.DOTALL)
        if not match or match[1].strip() in constants | {"INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER"}:
            continue
        numbers = set(re.findall(r"(?<![\w.])\d+\.?\d*(?![\w.])", match[2]))
        assert numbers <= allowed, f"{match[1].strip()}: {numbers - allowed}"


def test_pysd_reads_the_file_without_a_warning_of_its_own() -> None:
    from pysd.translators.vensim.vensim_file import VensimFile

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        file = VensimFile(FOLDER / "big_science.mdl")
        file.parse()
        file.get_abstract_model()
    assert not [str(w.message) for w in caught if not issubclass(w.category, DeprecationWarning | FutureWarning)]


# Accounts ---------------------------------------------------------------------------------------------------------


def test_money_in_is_money_out(model: Model) -> None:
    """All that funders spend goes to actors, capital, focused organisations, zones and fellowships: nothing is lost."""
    parts = [f"funds to actor[{a}]" for a in ("labs", "nonprofits", "independents", "academia", "government")]
    names = [*parts, "capital spending[top down]", "capital spending[bottom up]", "facility renewal"]
    names += ["earmarked share", "grant money"]
    runs = worlds_with(model, {}, [*names, "total safety funding"])
    spent = sum(runs.of(name) for name in names[:-2]) + runs.of("earmarked share") * runs.of("grant money")
    np.testing.assert_allclose(spent, runs.of("total safety funding"), rtol=1e-9)


def test_people_are_neither_made_nor_lost_by_moving(model: Model) -> None:
    actors = ("labs", "nonprofits", "independents", "academia", "government")
    names = [f"moves {way}[{actor}]" for way in ("in", "out") for actor in actors]
    runs = worlds_with(model, {}, names)
    moved = [sum(runs.of(name) for name in names[i : i + len(actors)]) for i in (0, len(actors))]
    np.testing.assert_allclose(moved[0], moved[1], rtol=1e-9)


# Numerics and extremes --------------------------------------------------------------------------------------------


def test_halving_the_step_moves_no_outcome_by_half_a_percent_of_its_range(model: Model) -> None:
    step = model.program.clock.step
    whole, half = (worlds_with(model, {}, model.outcomes, time_step=s).values for s in (step, step / 2))
    span = np.ptp(whole.reshape(-1, whole.shape[2]), axis=0)
    moved = dict(zip(model.outcomes, np.abs(half - whole).max(axis=(0, 1)) / span, strict=True))
    assert not {name: share for name, share in moved.items() if share > 0.005}


def assert_sound(model: Model, runs: Runs, stocks: list[str]) -> None:
    assert np.isfinite(runs.values).all()
    lowest = {name: float(runs.of(name).min()) for name in stocks}
    assert not {name: value for name, value in lowest.items() if value < 0}
    for share in SHARES:
        assert runs.of(share).min() >= 0 and runs.of(share).max() <= 1, share


def test_no_stock_goes_negative_in_any_world(model: Model) -> None:
    stocks = stocks_of(model.program)
    assert_sound(model, worlds_with(model, {}, {*stocks, *SHARES}), stocks)


def test_levers_at_their_ends_and_in_random_mixes_are_sound(model: Model) -> None:
    random = np.random.default_rng(20261)
    mixes = {
        name: np.concatenate([[lever.low, lever.high], random.uniform(lever.low, lever.high, 200)])
        for name, lever in model.levers.items()
    }
    stocks = stocks_of(model.program)
    assert_sound(model, simulate(model, mixes, outputs=list({*stocks, *SHARES}), times=YEARS), stocks)


@pytest.mark.parametrize("world", ["status_quo", "cern_for_ai", "manhattan_for_ai", "soft_nationalisation"])
def test_every_constant_at_either_end_of_its_range_is_sound(model: Model, world: str) -> None:
    clock = {"INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER"}
    limits = {n: model.program.equations[n].limits for n in model.program.constants if n not in clock}
    names = list(limits)
    base = {**model.program.constants, **model.constants_of(world)}
    values = {name: np.full(2 * len(names), base[name]) for name in names}
    for position, name in enumerate(names):
        values[name][2 * position], values[name][2 * position + 1] = limits[name]
    stocks = stocks_of(model.program)
    runs = simulate(model, values, outputs=list({*stocks, *SHARES}), times=YEARS)
    assert_sound(model, runs, stocks)


def test_random_futures_with_events_are_sound(model: Model) -> None:
    random = np.random.default_rng(7)
    drawn = [*model.levers.values(), *model.uncertainties.values()]
    values = {row.name: random.uniform(row.low, row.high, 300) for row in drawn}
    for event in ("accident", "escalation", "engineering", "basic science", "drought"):
        values[f"event size[{event} event]"] = random.uniform(0, 3, 300)
    stocks = stocks_of(model.program)
    assert_sound(model, simulate(model, values, outputs=list({*stocks, *SHARES}), times=YEARS), stocks)


# Levers, loops, worlds --------------------------------------------------------------------------------------------


def test_no_lever_is_inert_in_every_world(model: Model) -> None:
    """At either end, each lever moves some outcome of some world by 5% of that outcome's range across the worlds."""
    base = worlds_with(model, {}, model.outcomes).values
    span = np.ptp(base.reshape(-1, base.shape[2]), axis=0)
    for name, lever in model.levers.items():
        ends = [worlds_with(model, {name: end}, model.outcomes).values for end in (lever.low, lever.high)]
        moved = max(float((np.abs(end - base).max(axis=(0, 1)) / span).max()) for end in ends)
        assert moved > 0.05, name


def test_loops_are_those_of_the_model(model: Model) -> None:
    switches = [name for name in model.program.constants if name.startswith("loop active[")]
    assert sorted(row["switch"] for row in loops()) == sorted(switches)
    assert {row["kind"] for row in loops()} == {"R", "B", "chain"}


@pytest.mark.parametrize("loop", loops(), ids=lambda row: str(row["name"]))
def test_cutting_a_loop_changes_behaviour_as_its_row_says(model: Model, loop: dict[str, str]) -> None:
    options = {"scenario": loop["world"], "outputs": [loop["outcome"]], "times": [float(loop["year"])]}
    whole, cut = (simulate(model, {loop["switch"]: on}, **options).values[0, 0, 0] for on in (1.0, 0.0))  # type: ignore[arg-type]
    change = (cut - whole) / abs(whole)
    assert abs(change) > 0.005, f"cutting it moves {loop['outcome']} by {change:.2%} only"
    assert ("higher" if change > 0 else "lower") == loop["when_cut"]


def at(runs: Runs, model: Model, world: str, name: str, year: float = 2050) -> float:
    return float(runs.at(name, year)[list(model.scenarios).index(world)])


def test_worlds_differ_for_the_reasons_they_give(model: Model) -> None:
    names = ["pathway index", "State Secrecy", "Coherence[field]", "access gap", "Nationalised Share", "Tension"]
    names += ["Experimental Leads", "Engaged Scientists", "Focus[lab goal]", "lab share of staff", "secrecy index"]
    names += ["assurance margin", "Effective Agendas", "year of transformation", "Incident Memory", "public spending"]
    names += ["Rival Programme", "Cumulative Public Cost", "power concentration", "leader share", "assurance lead"]
    names += ["usable applied knowledge"]
    runs = worlds_with(model, {}, names)

    def value(world: str, name: str, year: float = 2050) -> float:
        return at(runs, model, world, name, year)

    assert value("manhattan_for_ai", "pathway index") < value("soft_nationalisation", "pathway index")
    assert value("soft_nationalisation", "pathway index") < value("status_quo", "pathway index")
    assert value("status_quo", "pathway index") < value("cern_for_ai", "pathway index")
    assert value("manhattan_for_ai", "State Secrecy") > 2 * value("open_state_programme", "State Secrecy")
    assert value("manhattan_for_ai", "Tension") > value("cern_for_ai", "Tension")
    nationalised = [value(world, "Nationalised Share", 2032) for world in ("soft_nationalisation", "status_quo")]
    assert nationalised[0] > 5 * nationalised[1]
    assert value("soft_nationalisation", "Incident Memory", 2030) > value("status_quo", "Incident Memory", 2030) + 1
    assert value("aisi_style", "access gap") < value("open_state_programme", "access gap")
    assert value("open_state_programme", "secrecy index") < value("aisi_style", "secrecy index")
    assert value("engineering_breakthrough", "year of transformation") < value("status_quo", "year of transformation")
    assert value("engineering_breakthrough", "Focus[lab goal]", 2032) > value("status_quo", "Focus[lab goal]", 2032)
    assert value("basic_breakthrough", "Engaged Scientists", 2032) > 3 * value("status_quo", "Engaged Scientists", 2032)
    assert value("basic_breakthrough", "Effective Agendas", 2035) > value("status_quo", "Effective Agendas", 2035) + 1
    assert value("leads_run_dry", "Experimental Leads", 2033) < 0.2 * value("status_quo", "Experimental Leads", 2033)
    dry, wet = (value(world, "usable applied knowledge", 2035) for world in ("leads_run_dry", "status_quo"))
    assert dry < 0.5 * wet
    # Status quo comes together too, about 2039: what zones and open rules bring is time.
    for world in ("trading_zones_first", "open_rules", "push_and_let_go"):
        assert value(world, "Coherence[field]", 2040) > value("status_quo", "Coherence[field]", 2040) + 0.2
    assert value("push_and_let_go", "Coherence[field]", 2045) > value("status_quo", "Coherence[field]", 2045) + 0.1
    assert value("open_rules", "assurance lead", 2040) > value("status_quo", "assurance lead", 2040) + 1
    spent = [value(world, "Cumulative Public Cost", 2035) for world in ("open_rules", "status_quo", "escalation")]
    assert spent[0] == pytest.approx(spent[1], rel=0.02) and spent[2] > 2 * spent[1]
    assert value("escalation", "Tension", 2032) > value("status_quo", "Tension", 2032) + 1
    assert value("escalation", "Rival Programme", 2035) > 2 * value("status_quo", "Rival Programme", 2035)
    held = [value(world, "power concentration", 2034) for world in ("soft_nationalisation", "status_quo")]
    assert held[0] > held[1] + 0.05
    assert value("engineering_breakthrough", "leader share", 2029) > value("status_quo", "leader share", 2029) + 0.05
    assert value("trading_zones_first", "public spending", 2035) < 0.5 * value("cern_for_ai", "public spending", 2035)
