"""A historical case as data: what is stated about it, what is taken from the record, and what may be fitted.

One file a case, ``cases/<case>.toml`` beside the model, with its figures in ``cases/<case>.csv``.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policy_lab.errors import ModelError, UnknownName
from policy_lab.model.case_series import GRADES, Point, Series, read_figures
from policy_lab.model.parts import Core
from policy_lab.model.tables import text_rows

FOLDER = "cases"
RESULTS = f"{FOLDER}/results.json"
#: A case that needs more than this is told rather than explained.
MOST_FACTS, MOST_FITTED = 7, 3
#: What can be stated, the constant it sets ({p}: the pathway), and what holds where it is not stated.
FACTS: Mapping[str, tuple[str, float | None]] = {
    "start": ("", None),
    "pathway": ("", None),
    "first_approved_cost": ("project scope[{p}]", None),
    "planned_duration": ("project plan[{p}]", None),
    "final_cost_growth": ("case final cost growth", 1.0),
    "treaty_members": ("case treaty members", 0.0),
    "secrecy": ("case secrecy", 0.0),
    "urgency": ("case urgency", 1.0),
    "urgency_end": ("case urgency end", 40.0),
}
NEEDED = ("start", "pathway", "first_approved_cost", "planned_duration")
#: What can be fitted, and the constant it sets.
FITTED: Mapping[str, str] = {
    "schedule_factor": "schedule factor[{p}]",
    "build_up": "build up power[{p}]",
    "operating_share": "operating share[{p}]",
}
PATHWAYS = ("top down", "bottom up")
FATES = ("finished", "operating", "under construction", "cancelled")
#: Parts of [record] that name series, and the variable those series must have.
RECORDS: Mapping[str, str] = {
    "spending": "project spending",
    "staff": "project staff",
    "cost_estimate": "cost estimate",
    "votes": "opposition",
    "works": "project works share",
}
#: Which twelve months a figure of year y means, from y + start to y + end.
SPENDING_YEARS: Mapping[str, tuple[float, float]] = {
    "calendar": (0.0, 1.0),
    "fiscal": (-0.25, 0.75),
    "fiscal_june": (-0.5, 0.5),
}
_KEYS = ("title", "summary", "currency", "held_out", "facts", "drivers", "fitted", "record")
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
        key: file name without ending.
        held_out: set aside before anything was fitted.
        facts, bounds: stated facts by name; fitted numbers by name to (lowest, highest).
        purpose, rival, income: the purpose of the money; series of the rivals' budget and of income per head.
        fate, year: what became of it, one of ``FATES``, and when (calendar year).
        record: part of the record (``RECORDS``) to names of series.
        window: the twelve months that a figure of spending for year y means, from y + start to y + end.
        series: every series of its table by name.
    """

    key: str
    title: str
    summary: str
    currency: str
    held_out: bool
    facts: Mapping[str, Fact]
    bounds: Mapping[str, tuple[float, float]]
    purpose: str
    rival: str
    income: str
    fate: str
    year: float
    record: Mapping[str, tuple[str, ...]]
    window: tuple[float, float]
    series: Mapping[str, Series]

    @property
    def pathway(self) -> str:
        """The element of Pathway that runs the project; stated, not explained."""
        return str(self.facts["pathway"].value)

    @property
    def first_year(self) -> float:
        """Calendar year that the model's first year stands for."""
        return float(self.facts["start"].value)

    def points(self, part: str) -> list[tuple[Series, Point]]:
        """The points of a part of the record with their series, in order of series and year."""
        return [(self.series[n], p) for n in self.record.get(part, ()) for p in self.series[n].points]


def read_cases(model: Core) -> dict[str, Case]:
    """Every case beside a model, by key, in order of their names.

    Raises:
        ModelError: a case that cannot be used; names file and key, what is possible.
    """
    files = _files(model)
    if not files:
        raise ModelError(f"'{model.name}' has no historical cases: they stand in a folder '{FOLDER}' beside the model.")
    return {path.stem: read_case(path, model) for path in files}


def case_keys(model: Core) -> list[str]:
    """The keys of the cases beside a model, in order; what their files hold is not looked at."""
    return [path.stem for path in _files(model)]


def _files(model: Core) -> list[Path]:
    return sorted((model.folder / FOLDER).glob("*.toml")) if model.folder else []


def one_case(model: Core, key: str) -> Case:
    """A case by its key; raises UnknownName."""
    cases = read_cases(model)
    if key not in cases:
        raise UnknownName("case", key, cases, model.name)
    return cases[key]


def read_case(path: Path, model: Core) -> Case:
    """One case from its file; raises ModelError as ``read_cases`` does."""
    where = f"{FOLDER}/{path.name}"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"{where} cannot be read: {str(error).rstrip('.')}.") from None
    _known(data, _KEYS, where)
    series = read_figures(path.with_suffix(".csv"), model.sources)
    facts = _facts(_table(data, "facts", where), model, where)
    drivers = _table(data, "drivers", where)
    _known(drivers, ("purpose", "rival_budget", "income_per_head"), f"{where}: [drivers]")
    record = _table(data, "record", where)
    _known(record, ("fate", "year", "spending_year", *RECORDS), f"{where}: [record]")
    parts = {part: _series(record, part, RECORDS[part], series, where) for part in RECORDS if part in record}
    held_out = data.get("held_out", False)
    if not isinstance(held_out, bool):
        raise ModelError(f"{where}: 'held_out' must be true or false.")
    return Case(
        key=path.stem,
        title=_text(data, "title", where),
        summary=_text(data, "summary", where),
        currency=_text(data, "currency", where),
        held_out=held_out,
        facts=facts,
        bounds=_bounds(_table(data, "fitted", where), model, str(facts["pathway"].value), where),
        purpose=_text(drivers, "purpose", where),
        rival=_driver(drivers, "rival_budget", "rival budget", series, where),
        income=_driver(drivers, "income_per_head", "income per head", series, where),
        fate=_one_of(record, "fate", FATES, where),
        year=_number(record, "year", f"{where}: [record]"),
        record=parts,
        window=SPENDING_YEARS[_one_of(record, "spending_year", tuple(SPENDING_YEARS), f"{where}: [record]")],
        series=series,
    )


def read_results(model: Core) -> Mapping[str, Any] | None:
    """What the cases gave when they were examined last, None where nothing is stored.

    Raises:
        ModelError: the file cannot be read.
    """
    file = results_file(model)
    if file is None or not file.is_file():
        return None
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        raise ModelError(f"{RESULTS} cannot be read: make it again with 'policy-lab precedents --fit'.") from None
    if not isinstance(data, dict) or not isinstance(data.get("cases"), list):
        raise ModelError(f"{RESULTS} is no result of precedents: make it again with 'policy-lab precedents --fit'.")
    return data


def results_file(model: Core) -> Path | None:
    """Where the results of the cases are stored; None for a model file without a folder."""
    return model.folder / RESULTS if model.folder else None


@dataclass(frozen=True)
class Mention:
    """A source that a case cites (``kind`` is "source") or a variable that it compares with ("variable")."""

    kind: str
    name: str
    file: str


def case_files(model: Core) -> list[str]:
    """Every file that says something of a case, relative to the model's folder: facts first, then figures."""
    folder = model.folder / FOLDER if model.folder else None
    found = [*sorted(folder.glob("*.toml")), *sorted(folder.glob("*.csv"))] if folder else []
    return [f"{FOLDER}/{path.name}" for path in found]


def mentions_of(folder: Path, file: str) -> list[Mention]:
    """What a file of ``case_files`` mentions, whether or not its case can be used; raises ModelError if unreadable."""
    if file.endswith(".csv"):
        rows = text_rows(folder, file, ())
        named = dict.fromkeys((column, row.get(column, "")) for column in ("source", "variable") for row in rows)
        return [Mention(column, name, file) for column, name in named if name]
    try:
        told = tomllib.loads((folder / file).read_text(encoding="utf-8-sig"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise ModelError(f"{file} cannot be read: {str(wrong).rstrip('.')}.") from None
    return [Mention("source", key, file) for key in dict.fromkeys(_named_sources(told))]


def _named_sources(told: Any) -> Iterator[str]:
    """The values of every key ``source``, however deep."""
    if isinstance(told, Mapping):
        if isinstance(told.get("source"), str):
            yield told["source"]
        for value in told.values():
            yield from _named_sources(value)
    elif isinstance(told, list):
        for value in told:
            yield from _named_sources(value)


def _facts(given: Mapping[str, Any], model: Core, where: str) -> dict[str, Fact]:
    _known(given, tuple(FACTS), f"{where}: [facts]")
    if len(given) > MOST_FACTS:
        raise ModelError(f"{where}: states {len(given)} facts, {MOST_FACTS} at most: leave out what is ordinary.")
    for name in NEEDED:
        if name not in given:
            raise ModelError(f"{where}: [facts.{name}] is missing.")
    facts = {name: _fact(name, fields, model, f"{where}: [facts.{name}]") for name, fields in given.items()}
    pathway = facts["pathway"].value
    for name, fact in facts.items():
        if FACTS[name][0]:
            _in_range(model, FACTS[name][0].format(p=pathway), float(fact.value), f"{where}: [facts.{name}]")
    return facts


def _fact(name: str, fields: Any, model: Core, where: str) -> Fact:
    if not isinstance(fields, dict):
        raise ModelError(f"{where} must be a table with value, source, grade, hindsight and why.")
    _known(fields, _FACT_KEYS, where)
    if name == "pathway":
        value: float | str = _one_of(fields, "value", PATHWAYS, where)
        low = high = 0.0
    else:
        value = _number(fields, "value", where)
        low, high = (_number({"low": value, "high": value, **fields}, end, where) for end in ("low", "high"))
        if not low <= value <= high:
            raise ModelError(f"{where}: {value:g} is outside its own range {low:g} to {high:g}.")
    source = _text(fields, "source", where)
    if source not in model.sources:
        raise ModelError(f"{where}: the source '{source}' is not in sources.csv: add it there.")
    hindsight = fields.get("hindsight")
    if not isinstance(hindsight, bool):
        raise ModelError(f"{where}: 'hindsight' must be true or false: was this known only afterwards?")
    return Fact(name, value, low, high, str(fields.get("unit", "")), source, _one_of(fields, "grade", GRADES, where),
                hindsight, _text(fields, "why", where))  # fmt: skip


def _bounds(given: Mapping[str, Any], model: Core, pathway: str, where: str) -> dict[str, tuple[float, float]]:
    _known(given, tuple(FITTED), f"{where}: [fitted]")
    if len(given) > MOST_FITTED:
        raise ModelError(f"{where}: fits {len(given)} numbers, {MOST_FITTED} at most.")
    bounds = {}
    for name, ends in given.items():
        place = f"{where}: [fitted] {name}"
        if not isinstance(ends, dict) or set(ends) != {"low", "high"}:
            raise ModelError(f"{place} must be written {{ low = …, high = … }}.")
        low, high = _number(ends, "low", place), _number(ends, "high", place)
        if not low < high:
            raise ModelError(f"{place}: low must be below high.")
        for end in (low, high):
            _in_range(model, FITTED[name].format(p=pathway), end, place)
        bounds[name] = (low, high)
    return bounds


def _in_range(model: Core, constant: str, value: float, where: str) -> None:
    try:
        name = model.constant(constant)
    except UnknownName:
        raise ModelError(f"{where}: the model '{model.name}' has no constant '{constant}' to set.") from None
    low, high = model.range_of(name)
    if (low is not None and value < low) or (high is not None and value > high):
        raise ModelError(f"{where}: {value:g} is outside the range {low:g} to {high:g} of '{name}'.")


def _series(
    record: Mapping[str, Any], part: str, variable: str, series: Mapping[str, Series], where: str
) -> tuple[str, ...]:
    names = record[part]
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
        raise ModelError(f"{where}: [record] {part} must be a list of names of series.")
    for name in names:
        _of_variable(name, variable, series, f"{where}: [record] {part}")
    return tuple(names)


def _driver(drivers: Mapping[str, Any], key: str, variable: str, series: Mapping[str, Series], where: str) -> str:
    name = _text(drivers, key, f"{where}: [drivers]")
    _of_variable(name, variable, series, f"{where}: [drivers] {key}")
    return name


def _of_variable(name: str, variable: str, series: Mapping[str, Series], where: str) -> None:
    if name not in series:
        raise ModelError(f"{where}: {UnknownName('series', name, series)}")
    if series[name].variable != variable:
        raise ModelError(f"{where}: '{name}' is a series of '{series[name].variable}', not of '{variable}'.")


def _table(data: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    table = data.get(key)
    if not isinstance(table, dict):
        raise ModelError(f"{where}: the table [{key}] is missing.")
    return table


def _known(given: Mapping[str, Any], possible: tuple[str, ...], where: str) -> None:
    for key in given:
        if key not in possible:
            raise ModelError(f"{where}: unknown key '{key}'. Possible: {', '.join(possible)}.")


def _text(given: Mapping[str, Any], key: str, where: str) -> str:
    value = given.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ModelError(f"{where}: '{key}' is missing or no text.")
    return value.strip()


def _number(given: Mapping[str, Any], key: str, where: str) -> float:
    value = given.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ModelError(f"{where}: '{key}' is missing or no number.")
    return float(value)


def _one_of(given: Mapping[str, Any], key: str, possible: tuple[str, ...], where: str) -> str:
    value = given.get(key)
    if value not in possible:
        raise ModelError(f"{where}: '{key}' is {value!r}; it must be one of {', '.join(possible)}.")
    return str(value)
