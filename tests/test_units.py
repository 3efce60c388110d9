"""The unit check against answers known by hand: algebra of units, every function's rule, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_lab.catalogue import english
from policy_lab.errors import BadValue
from policy_lab.readers import document_of
from policy_lab.statements import as_written
from policy_lab.units import UnitFinding, Units, check_units

CONTROLS = """
INITIAL TIME = 0
	~	year
	~	First.
	|
FINAL TIME = 10
	~	year
	~	Last.
	|
TIME STEP = 1
	~	year
	~	Step.
	|
SAVEPER = 1
	~	year
	~	Saved.
	|
"""
KNOWN = {"people": "person", "money": "M$", "share": "Dmnl", "wait": "year", "delay": "month", "rate": "1/year",
         "power": "Dmnl", "flow": "person/year", "energy": "MWh", "large energy": "GWh"}  # fmt: skip


def findings(tmp_path: Path, equation: str, unit: str, extra: str = "") -> list[UnitFinding]:
    """What the check says about one equation among constants of known units."""
    constants = "".join(f"{name} = 2\n\t~\t{u}\n\t~\tKnown.\n\t|\n" for name, u in KNOWN.items())
    text = f"{{UTF-8}}\n{constants}{extra}tested = {equation}\n\t~\t{unit}\n\t~\tTested.\n\t|\n{CONTROLS}"
    path = tmp_path / "tested.mdl"
    path.write_text(text, encoding="utf-8")
    return [f for f in check_units(document_of(path)) if f.variable == "tested"]


RIGHT = [
    ("people*money/wait", "person*M$/year"),
    ("people/wait + flow", "person/year"),
    ("people + people*share", "people"),
    ("1 - share", "Dmnl"),
    ("share", "fraction"),
    ("EXP(-wait*rate)", "Dmnl"),
    ("MAX(0, people)", "person"),
    ("IF THEN ELSE(people > 0, money, 0)", "M$"),
    ("SQRT(people*people)", "person"),
    ("people^2/people", "person"),
    ("(people^power + people^power)^(1/power)", "person"),
    ("ZIDZ(people, wait)", "person/year"),
    ("XIDZ(people, people, 1)", "Dmnl"),
    ("SMOOTH(people, wait)", "person"),
    ("SMOOTH3I(people, wait, people)", "person"),
    ("DELAY1(flow, wait)", "person/year"),
    ("DELAY FIXED(flow, wait, flow)", "person/year"),
    ("INTEG(flow, people)", "person"),
    ("INTEG(flow - people/wait, 0)", "person"),
    ("STEP(people, wait)", "person"),
    ("RAMP(flow, wait, wait)", "person"),
    ("PULSE(wait, wait)*people", "person"),
    ("TREND(people, wait, rate)", "1/year"),
    ("FORECAST(people, wait, wait)", "person"),
    ("Time - wait", "year"),
    ("people/TIME STEP", "person/year"),
    ("ABS(people) + INTEGER(people)", "person"),
    ("MODULO(people, people)", "person"),
    ("LN(people/people)", "Dmnl"),
    ("ACTIVE INITIAL(people, people)", "person"),
    ("INITIAL(people)", "person"),
    ("table(share)*money", "person*M$"),
    ("WITH LOOKUP(share, ([(0,0)-(1,1)],(0,0),(1,1)))", "anything"),
    ("energy*1", "MWh"),
]
TABLE = "table([(0,0)-(1,1)],(0,0),(1,1))\n\t~\tperson\n\t~\tTable.\n\t|\n"


@pytest.mark.parametrize(("equation", "unit"), RIGHT, ids=[e for e, _ in RIGHT])
def test_what_balances_is_not_reported(tmp_path: Path, equation: str, unit: str) -> None:
    assert not [f for f in findings(tmp_path, equation, unit, TABLE) if f.severity == "error"]


WRONG = [
    ("people + money", "person", "units differ", "people + money", "person", "M$"),
    ("people*wait", "person", "units differ", "people * wait", "person*year", "person"),
    ("people + 1", "person", "units differ", "people + 1", "person", "Dmnl"),
    ("1 - people", "person", "units differ", "1 - people", "person", "Dmnl"),
    ("EXP(wait)", "Dmnl", "not a pure number", "wait", "year", "Dmnl"),
    ("EXP(wait/delay)", "Dmnl", "conversion missing", "wait / delay", "year/month", "Dmnl"),
    ("share^wait", "Dmnl", "not a pure number", "wait", "year", "Dmnl"),
    ("people^tested share", "person", "exponent", "people ^ tested share", "person", ""),
    ("wait + delay", "year", "conversion missing", "wait + delay", "year", "month"),
    ("energy + large energy", "MWh", "conversion missing", "energy + large energy", "MWh", "GWh"),
    ("MAX(people, money)", "person", "units differ", "MAX(people, money)", "person", "M$"),
    ("IF THEN ELSE(share > 0, people, money)", "person", "units differ", "IF THEN ELSE(share > 0, people, money)",
     "person", "M$"),
    ("IF THEN ELSE(people > money, share, 1)", "Dmnl", "units differ", "people > money", "person", "M$"),
    ("INTEG(people, people)", "person", "units differ", "people", "person", "person/year"),
    ("INTEG(flow, money)", "person", "units differ", "money", "M$", "person"),
    ("SMOOTH(people, money)", "person", "units differ", "money", "M$", "year"),
    ("SMOOTH(people, delay)", "person", "conversion missing", "delay", "month", "year"),
    ("SMOOTHI(people, wait, money)", "person", "units differ", "SMOOTHI(people, wait, money)", "person", "M$"),
    ("DELAY3(flow, people)", "person/year", "units differ", "people", "person", "year"),
    ("STEP(people, money)", "person", "units differ", "money", "M$", "year"),
    ("RAMP(people, wait, wait)", "person", "units differ", "RAMP(people, wait, wait)", "person*year", "person"),
    ("TREND(people, wait, rate)", "Dmnl", "units differ", "TREND(people, wait, rate)", "1/year", "Dmnl"),
    ("Time", "person", "units differ", "Time", "year", "person"),
    ("people/wait", "person/(year", "unit cannot be read", "", "person/(year", ""),
    ("people", "", "no unit", "", "", ""),
    ("MAX(people, 5)", "person", "number without unit", "MAX(people, 5)", "person", ""),
    ("RANDOM POISSON(0, 10, 2, 0, 1, 3)", "person", "not checked", "RANDOM POISSON(0, 10, 2, 0, 1, 3)", "", ""),
]  # fmt: skip
VARYING = "tested share = share*Time/Time\n\t~\tDmnl\n\t~\tVaries.\n\t|\n"


@pytest.mark.parametrize(("equation", "unit", "kind", "expression", "left", "right"),
                         [w for w in WRONG if w[2]], ids=[w[0] for w in WRONG if w[2]])  # fmt: skip
def test_what_does_not_balance_is_said_in_the_modellers_words(
    tmp_path: Path, equation: str, unit: str, kind: str, expression: str, left: str, right: str
) -> None:
    found = [f for f in findings(tmp_path, equation, unit, VARYING) if f.kind == kind]
    assert found, findings(tmp_path, equation, unit, VARYING)
    assert (found[0].expression, found[0].left, found[0].right) == (expression, left, right)
    assert found[0].line > 0
    assert english().in_words(found[0].words).endswith(".")


def test_a_constant_exponent_may_be_taken_at_its_value(tmp_path: Path) -> None:
    """``people^power`` is person^2 only while the constant is 2; the check takes the file at its word."""
    assert not findings(tmp_path, "people^power", "person^2")
    assert findings(tmp_path, "people^power", "person^3")[0].kind == "units differ"


def test_one_fault_is_reported_once_for_all_elements(tmp_path: Path) -> None:
    extra = "Actor: lab, state\n\t~\t\n\t~\tWho.\n\t|\nstaff[Actor] = 1,2\n\t~\tperson\n\t~\tStaff.\n\t|\n"
    extra += "cost[Actor] = staff[Actor]*wait\n\t~\tM$\n\t~\tCost.\n\t|\n"
    path = tmp_path / "tested.mdl"
    findings(tmp_path, "people", "person", extra)
    found = [f for f in check_units(document_of(path)) if f.severity == "error"]
    assert [(f.variable, f.left, f.right) for f in found] == [("cost[Actor]", "person*year", "M$")]


def test_what_follows_a_fault_is_not_reported_again(tmp_path: Path) -> None:
    extra = "mixed = people + money\n\t~\tperson\n\t~\tMixed.\n\t|\n"
    found = findings(tmp_path, "(people + money)*wait + share", "person*year", extra)
    assert [f.kind for f in found] == ["units differ"]


# Units as text ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("M$/year/year", "M$/year^2"),
        ("M$/(person*year)", "M$/person/year"),
        ("1/Year", "1/Year"),
        ("person*year/person", "year"),
        ("Dmnl", "Dmnl"),
        ("dimensionless", "Dmnl"),
        ("(person/year)^2", "person^2/year^2"),
        ("vegetable equivalent kilograms/year", "vegetable equivalent kilograms/year"),
    ],
)
def test_units_are_read_and_written(text: str, words: str) -> None:
    units = Units()
    measure = units.read(text)
    assert measure is not None
    assert units.words(measure) == words


@pytest.mark.parametrize("text", ["person/", "*year", "(person", "person^two", "person)year"])
def test_what_is_no_unit_is_said(text: str) -> None:
    with pytest.raises(BadValue, match="is not a unit"):
        Units().read(text)


#: From the definitions of the units themselves (SI brochure; Julian year of 365.25 days, as pint has it).
CONVERSIONS = [
    ("year", "month", 12.0), ("year", "day", 365.25), ("week", "day", 7.0), ("hour", "minutes", 60.0),
    ("GWh", "MWh", 1000.0), ("MWh", "kWh", 1000.0), ("km", "m", 1000.0), ("tonne", "kg", 1000.0),
    ("M$", "dollars", 1e6), ("billion $", "M$", 1000.0), ("hectare", "kilometer*kilometer", 0.01),
    ("people", "person", 1.0), ("Persons", "people", 1.0), ("widgets", "widget", 1.0), ("usd", "$", 1.0),
    ("TWh/year", "GW", 0.1140771), ("percent", "Dmnl", 0.01),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right", "factor"), CONVERSIONS, ids=[f"{a} in {b}" for a, b, _ in CONVERSIONS])
def test_conversions(left: str, right: str, factor: float) -> None:
    units = Units()
    one, other = units.read(left), units.read(right)
    assert one is not None
    assert other is not None
    assert units.factor(one, other) == pytest.approx(factor, rel=1e-6)


@pytest.mark.parametrize(("left", "right"), [("person", "M$"), ("link", "km"), ("year", "1/year"), ("OOM", "Dmnl"),
                                             ("member", "m"), ("peak", "year")])  # fmt: skip
def test_different_things_do_not_convert(left: str, right: str) -> None:
    units = Units()
    one, other = units.read(left), units.read(right)
    assert one is not None
    assert other is not None
    assert units.factor(one, other) is None


def test_a_model_can_declare_units_equal(tmp_path: Path) -> None:
    path = tmp_path / "synonyms.mdl"
    text = f"a = 1\n\t~\twidget\n\t~\tA.\n\t|\nb = a\n\t~\tgadget\n\t~\tB.\n\t|\n{CONTROLS}"
    path.write_text(text, encoding="utf-8")
    assert [f.kind for f in check_units(document_of(path))] == ["units differ"]
    path.write_text(text + "\\\\\\---/// Sketch\n:L<%^E!@\n22:Widget,Gadget\n", encoding="utf-8")
    assert check_units(document_of(path)) == []


def test_xmile_units_and_aliases_are_read(tmp_path: Path) -> None:
    path = tmp_path / "model.xmile"
    path.write_text(
        '<?xml version="1.0" encoding="utf-8"?><xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">'
        '<header><vendor>v</vendor><product version="1" lang="en">p</product></header>'
        '<sim_specs time_units="months"><start>0</start><stop>2</stop><dt>1</dt></sim_specs>'
        '<model_units><unit name="head"><eqn>1</eqn><alias>heads</alias><alias>cattle</alias></unit></model_units>'
        '<model><variables><aux name="herd"><eqn>5</eqn><units>cattle</units></aux>'
        '<aux name="sold"><eqn>herd</eqn><units>heads</units></aux>'
        '<aux name="wrong"><eqn>herd*herd</eqn><units>head</units></aux></variables></model></xmile>',
        encoding="utf-8",
    )
    errors = [f for f in check_units(document_of(path)) if f.severity == "error"]
    assert [(f.variable, f.right) for f in errors] == [("wrong", "cattle")]


# The model ----------------------------------------------------------------------------------------------------------


def test_every_equation_of_big_science_passes(repository: Path) -> None:
    document = document_of(repository / "models" / "big_science" / "big_science.mdl")
    assert len(document.statements) > 800
    assert document.time_unit == "year"
    assert check_units(document) == []


@pytest.mark.parametrize(
    "equation", ["a - (b - c)", "a - b - c", "a/(b*c)", "(a + b)*c", "-a^2", "(a^b)^c", "a^b^c", "MAX(a, b)/c"]
)
def test_expressions_are_written_with_the_brackets_they_need(tmp_path: Path, equation: str) -> None:
    path = tmp_path / "brackets.mdl"
    letters = "".join(f"{x} = 2\n\t~\tDmnl\n\t~\tX.\n\t|\n" for x in "abc")
    path.write_text(f"{letters}tested = {equation}\n\t~\tDmnl\n\t~\tT.\n\t|\n{CONTROLS}", encoding="utf-8")
    [tested] = document_of(path).by_name["tested"]
    assert as_written(tested.expression).replace(" ", "") == equation.replace(" ", "")
