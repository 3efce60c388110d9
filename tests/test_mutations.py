"""Faults planted in big_science, each of which the check must name.

A fault is one change of a file's text. Several stand in one copy of the model, because reading it takes a second;
that also shows that none hides another. Only those that behaviour alone gives away need runs.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from policy_lab.checks import Report, check_model
from policy_lab.checks.tables import Beside, read_beside
from policy_lab.model import load_model

FOLDER = Path(__file__).parent.parent / "models" / "big_science"
FILE = "big_science.mdl"


@dataclass(frozen=True)
class Fault:
    """A change of a file, and what must be said about it: a finding of this kind about this subject."""

    what: str
    change: Callable[[str], str]
    kind: str
    subject: str
    file: str = FILE
    copy: int = 0


def once(old: str, new: str) -> Callable[[str], str]:
    """Replace text that stands in the file exactly once."""

    def change(text: str) -> str:
        assert text.count(old) == 1, f"'{old}' stands {text.count(old)} times"
        return text.replace(old, new)

    return change


def entry(title: str, old: str, new: str) -> Callable[[str], str]:
    """Replace the first ``old`` in the entry of one variable."""

    def change(text: str) -> str:
        start = re.search(rf"^{re.escape(title)} =$", text, flags=re.MULTILINE)
        assert start, f"there is no {title}"
        end = text.index("\t|\n", start.start())
        inside = text[start.start() : end]
        assert old in inside, f"'{old}' is not in {inside}"
        return text[: start.start()] + inside.replace(old, new, 1) + text[end:]

    return change


def unit(title: str, new: str) -> Callable[[str], str]:
    """Another unit for one variable; its range stays."""

    def change(text: str) -> str:
        start = re.search(rf"^{re.escape(title)} =$", text, flags=re.MULTILINE)
        assert start, f"there is no {title}"
        stated = re.compile(r"\t~\t[^\n\[]*?( ?\[[^\n]*)?\n").search(text, start.end())
        assert stated
        return f"{text[: stated.start()]}\t~\t{new}{stated[1] or ''}\n{text[stated.end() :]}"

    return change


def added(text_of_it: str) -> Callable[[str], str]:
    """A new entry in front of the groups."""
    return lambda text: text.replace("{UTF-8}\n", "{UTF-8}\n" + text_of_it, 1)


DIFFER, PURE, TABLE = "units differ", "not a pure number", "table does not fit"
UNITS = [
    Fault("a target in another unit", unit("race target", "1/year"), DIFFER, "race target"),
    Fault("people counted in money", unit("Trainees", "M$"), DIFFER, "Trainees"),
    Fault(
        "a time in months among years",
        unit("perception time", "month"),
        "conversion missing",
        "change in perceived nearness",
    ),
    Fault("a time that is a head count", unit("promotion time", "person"), DIFFER, "promotion[Actor]"),
    Fault(
        "an adjustment without its time", entry("change in race", "/race adjustment time", ""), DIFFER, "change in race"
    ),
    Fault("an outflow without its time", entry("training exit", "/training time", ""), DIFFER, "training exit"),
    Fault(
        "spending that is all of the pot",
        entry("disbursement[Funder]", "/spend out time[Funder]", ""),
        DIFFER,
        "disbursement[Funder]",
    ),
    Fault(
        "a level added to a rate",
        entry("frontier capability", "+Algorithmic Progress", "+algorithmic growth"),
        DIFFER,
        "frontier capability",
    ),
    Fault("times for plus", entry("staff[Actor]", "+Seniors", "*Seniors"), DIFFER, "staff[Actor]"),
    Fault(
        "a square left out in a sum",
        entry("standing target[top down]", "-Standing Institutions)^2", "-Standing Institutions)"),
        DIFFER,
        "standing target[top down]",
    ),
    Fault(
        "a root left out",
        entry("standing target[top down]", "SQRT(", "("),
        DIFFER,
        "standing target[top down]",
        copy=1,
    ),
    Fault(
        "a ratio without its denominator",
        entry("perceived years left", "/MAX(capability growth, least capability growth)", ""),
        DIFFER,
        "perceived years left",
    ),
    Fault(
        "a stock that gathers another kind",
        entry("Cumulative Public Cost", "public spending", "field size"),
        DIFFER,
        "Cumulative Public Cost",
    ),
    Fault(
        "years under an exponential",
        entry("change in perceived nearness", "/planning horizon", ""),
        PURE,
        "change in perceived nearness",
        copy=1,
    ),
    Fault(
        "orders of magnitude under a logarithm's exponential",
        entry("goalpost pressure", "/(goalpost margin*goalpost blur)", ""),
        PURE,
        "goalpost pressure",
    ),
    Fault(
        "a logarithm not made pure before a power of ten",
        entry("frontier run cost", "/one OOM", ""),
        PURE,
        "frontier run cost",
    ),
    Fault(
        "a pure number taken from a year",
        entry("price performance growth", "Time-slowdown year", "Time-1"),
        DIFFER,
        "price performance growth",
    ),
    Fault(
        "a ramp not divided by its time",
        entry("lever progress[Lever]", "/lever ramp[Lever]", ""),
        DIFFER,
        "lever progress[Lever]",
    ),
    Fault(
        "a sum over the wrong array",
        entry("total safety funding", "disbursement[Funder!]", "Committed Funds[Funder!]"),
        DIFFER,
        "total safety funding",
    ),
    Fault(
        "a reference of another kind",
        entry("effect of breadth on output", "agendas normal", "field normal"),
        DIFFER,
        "effect of breadth on output",
    ),
    Fault(
        "an initial value of another kind", entry("Tension", "tension before", "initial candidates"), DIFFER, "Tension"
    ),
    Fault("a unit with an open bracket", unit("kink width", "Dmnl/("), "unit cannot be read", "kink width"),
    Fault("no unit", unit("trainees per senior", ""), "no unit", "trainees per senior"),
]
STRUCTURE = [
    Fault(
        "no documentation",
        entry(
            "race elasticity of spending",
            "How strongly race intensity speeds up frontier spending. Source: judgement.",
            "",
        ),
        "no documentation",
        "race elasticity of spending",
    ),
    Fault("no source", entry("nearness normal", " Source: definition.", ""), "no source", "nearness normal"),
    Fault(
        "a source that nobody lists",
        entry("memory time", "Source: gallagher2014", "Source: hearsay"),
        "unknown source",
        "memory time",
    ),
    Fault("no range", entry("goalpost margin", " [1,5]", ""), "no range", "goalpost margin"),
    Fault("a constant outside its range", entry("goalpost time", "\t1.5", "\t15"), "out of range", "goalpost time"),
    Fault(
        "an element outside its range",
        entry("event size[Event]", "0,0,0,0,0", "0,0,7,0,0"),
        "out of range",
        "event size[Event]",
    ),
    Fault(
        "a number in an equation",
        entry("tension target", "background tension*", "background tension*0.93*"),
        "number without a name",
        "tension target",
    ),
    Fault(
        "a constant that feeds nothing",
        added("idle time =\n\t3\n\t~\tyear [1,5]\n\t~\tIdle. Source: judgement.\n\t|\n"),
        "feeds nothing",
        "idle time",
    ),
    Fault(
        "an auxiliary that feeds nothing",
        added("idle sum =\n\tfield size+field size\n\t~\tperson\n\t~\tIdle.\n\t|\n"),
        "feeds nothing",
        "idle sum",
    ),
    Fault(
        "a constant cut off from its equation",
        entry("forgetting", "/memory time", "/perception time"),
        "feeds nothing",
        "memory time",
    ),
    Fault(
        "an equation twice",
        added("capability growth =\n\tfrontier spending growth\n\t~\tOOM/year\n\t~\tTwice.\n\t|\n"),
        "duplicate",
        "capability growth",
        copy=1,  # it keeps the model from being read, and with it the tables from being looked at
    ),
]
LEVER = "diplomacy,Rules,"


def row_with(start: str, old: str, new: str) -> Callable[[str], str]:
    """Replace text in the one row of a table that begins so."""

    def change(text: str) -> str:
        [row] = [line for line in text.splitlines() if line.startswith(start)]
        assert old in row, row
        return text.replace(row, row.replace(old, new, 1))

    return change


def doubled(start: str) -> Callable[[str], str]:
    """The first row that begins so, twice."""

    def change(text: str) -> str:
        row = next(line for line in text.splitlines() if line.startswith(start))
        return text.replace(f"{row}\n", f"{row}\n{row}\n", 1)

    return change


SSO = "scenarios/cern_for_ai.toml"
TABLES = [
    Fault("a lever twice", doubled("training fellowships,"), TABLE, "levers.csv", "levers.csv"),
    Fault(
        "a lever whose range leaves out its status quo",
        row_with("mission programme,", ",0,20000", ",5,20000"),
        TABLE,
        "levers.csv",
        "levers.csv",
    ),
    Fault(
        "a lever beyond the model's range",
        row_with("mission programme,", ",20000,", ",30000,"),
        TABLE,
        "levers.csv",
        "levers.csv",
    ),
    Fault(
        "a lever that is no constant",
        row_with("mission programme,", "mission programme,", "mission appetite,"),
        TABLE,
        "levers.csv",
        "levers.csv",
    ),
    Fault(
        "a lever that the model does not have",
        row_with("mission programme,", "mission programme,", "moon programme,"),
        TABLE,
        "levers.csv",
        "levers.csv",
    ),
    Fault(
        "an uncertainty without a source",
        row_with("transformative threshold,", ",grace2024,", ",,"),
        TABLE,
        "uncertainties.csv",
        "uncertainties.csv",
    ),
    Fault(
        "an uncertainty with a grade that is none",
        row_with("transformative threshold,", ",grace2024,C,", ",grace2024,Z,"),
        TABLE,
        "uncertainties.csv",
        "uncertainties.csv",
    ),
    Fault(
        "an uncertainty twice", doubled("transformative threshold,"), TABLE, "uncertainties.csv", "uncertainties.csv"
    ),
    Fault(
        "an uncertainty wider than the model's range",
        row_with("transformative threshold,", ",15,", ",5,"),
        TABLE,
        "uncertainties.csv",
        "uncertainties.csv",
    ),
    Fault(
        "an uncertainty narrower than the model's range",
        row_with("transformative threshold,", ",15,", ",16,"),
        "range differs",
        "transformative threshold",
        "uncertainties.csv",
    ),
    Fault(
        "an outcome that does not exist",
        row_with("pathway index,", "pathway index,", "pathway indices,"),
        TABLE,
        "outcomes.csv",
        "outcomes.csv",
    ),
    Fault("a source twice", doubled("judgement,"), TABLE, "sources.csv", "sources.csv"),
    Fault(
        "a source of a grade that is none",
        row_with("judgement,", "judgement,J,", "judgement,K,"),
        TABLE,
        "sources.csv",
        "sources.csv",
    ),
    Fault("a scenario's lever beyond its range", once("value = 5000", "value = 50000"), TABLE, SSO, SSO),
    Fault(
        "a scenario's lever that starts too early",
        once('"diplomacy" = { value = 0.7, start = 2026', '"diplomacy" = { value = 0.7, start = 1926'),
        TABLE,
        SSO,
        SSO,
    ),
    Fault("a scenario's lever misspelt", once('"shared facility"', '"shard facility"'), TABLE, SSO, SSO),
    Fault(
        "a scenario without a rationale",
        lambda text: re.sub(r"^rationale.*$", "", text, flags=re.MULTILINE),
        TABLE,
        SSO,
        SSO,
    ),
    Fault(
        "a loop with a switch that is none",
        row_with("Dilution,", "dilution loop", "delusion loop"),
        TABLE,
        "Dilution",
        "loops.csv",
    ),
    Fault("a loop twice", doubled("Dilution,"), "duplicate", "Dilution", "loops.csv"),
    Fault("a figure twice", doubled("Field size,"), "duplicate", "Field size", "data/history.csv"),
    Fault(
        "a figure in another unit",
        lambda text: text.replace("field size,2022,400,300,600,person", "field size,2022,400,300,600,M$"),
        TABLE,
        "field size",
        "data/history.csv",
    ),
    Fault(
        "a figure without a source",
        lambda text: text.replace("600,person,B,mcaleese2025\nField", "600,person,B,\nField"),
        "unknown source",
        "field size",
        "data/history.csv",
    ),
]
BEHAVIOUR = [
    Fault(
        "an outflow that does not ask the stock",
        entry("candidates leaving", "Candidates/candidate time", "initial candidates/candidate time"),
        "outflow without control",
        "Candidates",
    ),
    Fault(
        "a second outflow that does not ask the stock",
        entry("moves out[Actor]", "mobility*Seniors[Actor]", "mobility*initial seniors[Actor]"),
        "outflow without control",
        "Seniors[labs]",
    ),
    Fault(
        "people who are promoted and stay",
        entry("Juniors[Actor]", "-promotion[Actor]", ""),
        "fails",
        "Staff grow by hires and shrink by leavers and layoffs; promotion and moves change no sum",
    ),
    Fault(
        "money that lapses and stays",
        entry("Committed Funds[Funder]", "-lapse[Funder]", ""),
        "fails",
        "Money committed is money appropriated less spent, lapsed and cancelled",
    ),
    Fault(
        "a sign: opening takes from open knowledge",
        entry("Open Knowledge", "+opening", "-opening"),
        "fails",
        "Results that open move from closed to open, and are not counted twice",
    ),
    Fault(
        "a sign: tension falls when states arm",
        entry("tension target", "(1+arms weight in tension*", "(1-arms weight in tension/2*"),
        "fails",
        "A Manhattan Project raises the tension between rivals",
    ),
    Fault(
        "a sign: disclosure closes labs",
        entry(
            "disclosure in force",
            "(disclosure rules-status quo[disclosure lever])",
            "(status quo[disclosure lever]-disclosure rules)/2",
        ),
        "fails",
        "Disclosure rules lower the secrecy of labs",
    ),
    Fault(
        "a switch that cuts nothing",
        entry("effect of trust on tension", "loop active[facility trust loop]*", ""),
        "fails",
        "Cutting 'Facility and trust' leaves Tension higher in cern_for_ai",
    ),
]


def named(fault: Fault) -> str:
    return fault.what


@cache
def sound() -> Report:
    return check_model(FOLDER, runs=False)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faulty")


def planted(place: Path, faults: list[Fault], name: str, runs: bool) -> Report:
    """The report on a copy with all these faults; made once."""
    key = (str(place), name)
    if key not in _REPORTS:
        folder = place / name / "big_science"
        shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("expected"))
        text = (folder / FILE).read_text(encoding="utf-8")
        for fault in faults:
            text = fault.change(text)
        (folder / FILE).write_text(text, encoding="utf-8")
        _REPORTS[key] = check_model(folder, runs=runs)
    return _REPORTS[key]


_REPORTS: dict[tuple[str, str], Report] = {}


def said(report: Report) -> set[tuple[str, str]]:
    return {(f.kind, f.subject) for f in report.findings}


def test_there_are_at_least_forty() -> None:
    faults = [*UNITS, *STRUCTURE, *TABLES, *BEHAVIOUR]
    assert len({f.what for f in faults}) == len(faults) >= 40


def test_the_model_itself_is_in_order() -> None:
    """Nothing is reported without a fault."""
    assert said(sound()) == set()


@pytest.mark.parametrize("fault", UNITS, ids=named)
def test_a_fault_of_units_is_named(fault: Fault, place: Path) -> None:
    together = [f for f in UNITS if f.copy == fault.copy]
    assert (fault.kind, fault.subject) in said(planted(place, together, f"units {fault.copy}", runs=False))


@pytest.mark.parametrize("fault", STRUCTURE, ids=named)
def test_a_fault_of_structure_is_named(fault: Fault, place: Path) -> None:
    together = [f for f in STRUCTURE if f.copy == fault.copy]
    assert (fault.kind, fault.subject) in said(planted(place, together, f"structure {fault.copy}", runs=False))


@pytest.mark.parametrize("fault", TABLES, ids=named)
def test_a_fault_in_a_table_is_named(fault: Fault, tmp_path: Path) -> None:
    folder = tmp_path / "big_science"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("expected", "*.mdl"))
    file = folder / fault.file
    before = file.read_text(encoding="utf-8")
    after = fault.change(before)
    assert after != before
    file.write_text(after, encoding="utf-8")
    beside: Beside = read_beside(load_model(FOLDER / FILE), folder)
    assert (fault.kind, fault.subject) in {(f.kind, f.subject) for f in beside.findings}


@pytest.mark.parametrize("fault", BEHAVIOUR, ids=named)
def test_a_fault_of_behaviour_is_named(fault: Fault, place: Path) -> None:
    report = planted(place, BEHAVIOUR, "behaviour", runs=True)
    failing = {(v.status, v.check.says) for v in report.verdicts}
    assert (fault.kind, fault.subject) in said(report) | failing
    assert not report.sound()
