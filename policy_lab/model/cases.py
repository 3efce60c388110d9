"""A historical case as data: what is stated about it, what is taken from the record, and what may be fitted.

One file a case, ``cases/<case>.toml`` beside the model, with its figures in ``cases/<case>.csv``. What its facts set
and its figures are held against stands in ``cases/roles.toml`` (``case_roles.py``).

A record that historians read in more than one way has several readings in one file: ``reading`` names the facts as
they are stated, and each ``[[readings]]`` has a ``title`` and the ``facts`` that it states otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from policy_lab.errors import ModelError, UnknownName
from policy_lab.messages import Message
from policy_lab.model import fields
from policy_lab.model.case_roles import FILE as ROLES
from policy_lab.model.case_roles import Roles, filled, read_roles
from policy_lab.model.case_series import GRADES, Point, Series, read_figures
from policy_lab.model.parts import Core

FOLDER = "cases"
#: A case that needs more than this is told rather than explained.
MOST_FACTS, MOST_FITTED = 7, 3
#: The fact that every case states: the calendar year of the model's first year.
START = "start"
#: What became of a project, in the record.
CANCELLED, UNDER_WAY = "cancelled", "under construction"
FATES = ("finished", "operating", UNDER_WAY, CANCELLED)
#: Which twelve months a figure of year y means, from y + start to y + end.
SPENDING_YEARS: Mapping[str, tuple[float, float]] = {
    "calendar": (0.0, 1.0),
    "fiscal": (-0.25, 0.75),
    "fiscal_june": (-0.5, 0.5),
}
_KEYS = ("title", "summary", "currency", "held_out", "reading", "facts", "drivers", "fitted", "record", "readings")
_FACT_KEYS = ("value", "low", "high", "unit", "source", "grade", "hindsight", "why")


@dataclass(frozen=True)
class Fact:
    """One stated fact: value with its range, where it is from, and whether it was known only afterwards."""

    name: str
    value: float | str
    low: float
    high: float
    unit: str
    source: str
    grade: str
    hindsight: bool
    why: str


@dataclass(frozen=True)
class Case:
    """A historical case.

    Attributes:
        key: file name without ending; of a reading, with its title after a slash.
        held_out: set aside before anything was fitted.
        facts, bounds: stated facts by name; fitted numbers by name to (lowest, highest).
        purpose: of the money, "" where nobody says; ``drivers``: driver to the series it is taken from.
        fate, year: what became of it, one of ``FATES``, and when (calendar year).
        record: part of the record (``case_roles.PARTS``) to names of series.
        window: the twelve months that a figure of spending for year y means, from y + start to y + end.
        series: every series of its table by name.
        roles: what the model's variables are to it.
        reading: what this way to read the record is called, "" where it is read in one way.
        readings: the same record with other facts stated, each a case of its own.
    """

    key: str
    title: str
    summary: str
    currency: str
    held_out: bool
    facts: Mapping[str, Fact]
    bounds: Mapping[str, tuple[float, float]]
    purpose: str
    drivers: Mapping[str, str]
    fate: str
    year: float
    record: Mapping[str, tuple[str, ...]]
    window: tuple[float, float]
    series: Mapping[str, Series]
    roles: Roles
    reading: str = ""
    readings: tuple[Case, ...] = ()

    @property
    def words(self) -> dict[str, str]:
        """What fills the places in names of variables."""
        return self.roles.words({name: str(self.facts[name].value) for name in self.roles.choices})

    @property
    def first_year(self) -> float:
        """The calendar year of the model's first year."""
        return float(self.facts[START].value)

    @property
    def under_way(self) -> bool:
        """Whether nobody knows yet what becomes of it."""
        return self.fate == UNDER_WAY

    def name(self, variable: str) -> str:
        """A name of ``roles.toml`` with its places filled."""
        return filled(variable, self.words)

    def points(self, part: str) -> list[tuple[Series, Point]]:
        """The points of a part of the record with their series, in order of series and year."""
        return [(self.series[n], p) for n in self.record.get(part, ()) for p in self.series[n].points]


def read_cases(model: Core) -> dict[str, Case]:
    """Every case beside a model, by key, in order of their names.

    Raises:
        ModelError: a case that cannot be used, or none; names file and key, what is possible.
    """
    files = _files(model)
    if not files:
        raise ModelError("error.case.none", model=model.name, folder=FOLDER)
    roles = read_roles(model, files[0].parent)
    return {path.stem: read_case(path, model, roles) for path in files}


def case_keys(model: Core) -> list[str]:
    """The keys of the cases beside a model, in order; what their files hold is not looked at."""
    return [path.stem for path in _files(model)]


def _files(model: Core) -> list[Path]:
    found = sorted((model.folder / FOLDER).glob("*.toml")) if model.folder else []
    return [path for path in found if path.name != ROLES]


def one_case(model: Core, key: str) -> Case:
    """A case by its key; raises UnknownName."""
    cases = read_cases(model)
    if key not in cases:
        raise UnknownName("case", key, cases, model.name)
    return cases[key]


def read_case(path: Path, model: Core, roles: Roles) -> Case:
    """One case from its file; raises ModelError as ``read_cases`` does."""
    where = f"{FOLDER}/{path.name}"
    data = fields.read_toml(path, where)
    fields.known(data, _KEYS, where)
    case = _as_stated(path, data, model, roles)
    others = data.get("readings", [])
    if not isinstance(others, list) or not all(isinstance(given, dict) for given in others):
        raise ModelError("error.case.readings", where=where)
    if not others:
        return case
    named = replace(case, reading=fields.text(data, "reading", where))
    return replace(named, readings=tuple(_reading(named, given, data, model, where) for given in others))


def _as_stated(path: Path, data: Mapping[str, Any], model: Core, roles: Roles) -> Case:
    where = f"{FOLDER}/{path.name}"
    series = read_figures(path.with_suffix(".csv"), model.sources, _kinds(roles))
    facts = _facts(fields.table(data, "facts", where), model, roles, where)
    drivers = fields.table(data, "drivers", where, needed=bool(roles.drivers))
    fields.known(drivers, ("purpose", *roles.drivers), f"{where}: [drivers]")
    record = fields.table(data, "record", where)
    there = f"{where}: [record]"
    curves = {curve.record: curve.figures for curve in roles.curves.values() if curve.record}
    fields.known(record, ("fate", "year", "spending_year", *curves), there)
    return Case(
        key=path.stem,
        title=fields.text(data, "title", where),
        summary=fields.text(data, "summary", where),
        currency=fields.text(data, "currency", where),
        held_out=fields.flag(data, "held_out", where),
        facts=facts,
        bounds=_bounds(data, model, roles, facts, where),
        purpose=str(drivers.get("purpose", "")),
        drivers={name: _driver(drivers, name, role.figures, series, where) for name, role in roles.drivers.items()},
        fate=fields.one_of(record, "fate", FATES, where),
        year=fields.number(record, "year", there),
        record={part: _series(record, part, curves[part], series, where) for part in curves if part in record},
        window=SPENDING_YEARS[fields.one_of({"spending_year": "calendar", **record}, "spending_year", SPENDING_YEARS,
                                            there)],
        series=series,
        roles=roles,
    )  # fmt: skip


def _reading(case: Case, given: Mapping[str, Any], data: Mapping[str, Any], model: Core, where: str) -> Case:
    """A case with the facts that one of its readings states otherwise."""
    fields.known(given, ("title", "facts"), f"{where}: [[readings]]")
    title = fields.text(given, "title", f"{where}: [[readings]]")
    place = f"{where}: reading '{title}'"
    facts = _facts({**data["facts"], **fields.table(given, "facts", place)}, model, case.roles, place)
    bounds = _bounds(data, model, case.roles, facts, place)
    return replace(case, key=f"{case.key}/{title}", reading=title, facts=facts, bounds=bounds)


def _kinds(roles: Roles) -> tuple[str, ...]:
    """What a series can be of; "" is for what is shown and not compared."""
    held = (curve.figures for curve in roles.curves.values() if curve.record)
    return (*dict.fromkeys([*held, *(driver.figures for driver in roles.drivers.values())]), "")


def _facts(given: Mapping[str, Any], model: Core, roles: Roles, where: str) -> dict[str, Fact]:
    fields.known(given, (START, *roles.choices, *roles.facts), f"{where}: [facts]")
    if len(given) > MOST_FACTS:
        raise ModelError("error.case.most_facts", where=where, count=len(given), most=MOST_FACTS)
    for name in (START, *roles.choices, *(name for name, role in roles.facts.items() if role.needed)):
        if name not in given:
            raise ModelError("error.case.fact_missing", where=where, name=name)
    facts = {name: _fact(name, stated, model, roles, f"{where}: [facts.{name}]") for name, stated in given.items()}
    words = roles.words({name: str(facts[name].value) for name in roles.choices})
    for name, fact in facts.items():
        if name in roles.facts:
            _in_range(model, filled(roles.facts[name].constant, words), float(fact.value), f"{where}: [facts.{name}]")
    return facts


def _fact(name: str, given: Any, model: Core, roles: Roles, where: str) -> Fact:
    if not isinstance(given, dict):
        raise ModelError("error.case.fact", where=where)
    fields.known(given, _FACT_KEYS, where)
    value: float | str
    if name in roles.choices:
        value, low, high = fields.one_of(given, "value", roles.choices[name], where), 0.0, 0.0
    else:
        value = fields.number(given, "value", where)
        low, high = (fields.number({"low": value, "high": value, **given}, end, where) for end in ("low", "high"))
        if not low <= value <= high:
            raise ModelError("error.case.own_range", where=where, value=value, low=low, high=high)
    source = fields.text(given, "source", where)
    if source not in model.sources:
        raise ModelError("error.case.source", where=where, source=source)
    hindsight = fields.flag(given, "hindsight", where, Message("error.case.why_hindsight"))
    grade = fields.one_of(given, "grade", GRADES, where)
    why = fields.text(given, "why", where)
    return Fact(name, value, low, high, str(given.get("unit", "")), source, grade, hindsight, why)


def _bounds(
    data: Mapping[str, Any], model: Core, roles: Roles, facts: Mapping[str, Fact], where: str
) -> dict[str, tuple[float, float]]:
    given = fields.table(data, "fitted", where, needed=False)
    words = roles.words({name: str(facts[name].value) for name in roles.choices})
    fields.known(given, roles.fitted, f"{where}: [fitted]")
    if len(given) > MOST_FITTED:
        raise ModelError("error.case.most_fitted", where=where, count=len(given), most=MOST_FITTED)
    bounds = {}
    for name, ends in given.items():
        place = f"{where}: [fitted] {name}"
        if not isinstance(ends, dict) or set(ends) != {"low", "high"}:
            raise ModelError("error.case.bounds", place=place)
        low, high = fields.number(ends, "low", place), fields.number(ends, "high", place)
        if not low < high:
            raise ModelError("error.case.bounds_order", place=place)
        for end in (low, high):
            _in_range(model, filled(roles.fitted[name][0], words), end, place)
        bounds[name] = (low, high)
    return bounds


def _in_range(model: Core, constant: str, value: float, where: str) -> None:
    name = model.constant(constant)
    low, high = model.range_of(name)
    if (low is not None and value < low) or (high is not None and value > high):
        raise ModelError("error.case.range", where=where, value=value, low=low, high=high, name=name)


def _series(
    record: Mapping[str, Any], part: str, figures: str, series: Mapping[str, Series], where: str
) -> tuple[str, ...]:
    names: Sequence[str] = record[part]
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
        raise ModelError("error.case.record", where=where, part=part)
    for name in names:
        _of_kind(name, figures, series, f"{where}: [record] {part}")
    return tuple(names)


def _driver(drivers: Mapping[str, Any], key: str, figures: str, series: Mapping[str, Series], where: str) -> str:
    name = fields.text(drivers, key, f"{where}: [drivers]")
    _of_kind(name, figures, series, f"{where}: [drivers] {key}")
    return name


def _of_kind(name: str, figures: str, series: Mapping[str, Series], where: str) -> None:
    if name not in series:
        raise ModelError("error.in", where=where, problem=UnknownName("series", name, series))
    if series[name].variable != figures:
        raise ModelError("error.case.series_of", where=where, name=name, other=series[name].variable, variable=figures)
