"""The tables beside a model file: read strictly, so that a slip in a spreadsheet is found where it stands."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from policy_lab.errors import ModelError, PolicyLabError
from policy_lab.messages import Message
from policy_lab.model.conditions import Condition, read_condition
from policy_lab.model.parts import TIMING, Core, Lever, Outcome, Source, Uncertainty

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "levers.csv": ("name", "group", "low", "default", "high", "step", "low_words", "high_words", "start", "ramp", "end",
                   "decided_by", "cost", "why"),
    "uncertainties.csv": ("name", "group", "low", "high", "distribution", "source", "grade", "why"),
    "outcomes.csv": ("name", "label", "group", "headline", "better", "decimals", "why", "where", "low_words",
                     "high_words", "parts"),
    "sources.csv": ("key", "grade", "citation", "note"),
    "references.csv": ("outcome", "label", "value", "why"),
}  # fmt: skip
#: Columns that a table may leave out, and what every cell of them would say: "" for nothing.
OPTIONAL: Mapping[str, Mapping[str, str]] = {
    "levers.csv": dict.fromkeys(
        ("group", "default", "step", "low_words", "high_words", "start", "ramp", "end", "decided_by", "cost", "why"), ""
    ),
    "uncertainties.csv": {"group": "", "distribution": "uniform", "source": "", "grade": "J", "why": ""},
    "outcomes.csv": {"label": "", "group": "", "headline": "yes", "better": "neither", "decimals": "2", "why": "",
                     "where": "", "low_words": "", "high_words": "", "parts": ""},
}  # fmt: skip
DISTRIBUTIONS = ("uniform", "log-uniform", "triangular", "normal")
#: D is what a model defines or a run sets (a unit, a width, a lever): no claim about the world.
GRADES = ("A", "B", "C", "D", "J")
BETTER = ("higher", "lower", "neither")
T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One row of a table: its number (the header is row 1) and its cells by column."""

    file: str
    number: int
    cells: Mapping[str, str]

    def wrong(self, column: str, what: str | Message, **values: object) -> ModelError:
        """An error that says where it stands."""
        return ModelError(
            "error.row.cell",
            file=self.file,
            row=self.number,
            column=column,
            problem=PolicyLabError(what, **values),
        )

    def text(self, column: str) -> str:
        """A cell that must not be empty."""
        value = self.cells[column]
        if not value:
            raise self.wrong(column, "error.row.empty")
        return value

    def number_in(self, column: str) -> float:
        """A cell that must be a finite number."""
        value = self.text(column)
        try:
            number = float(value)
        except ValueError:
            raise self.wrong(column, "error.row.number", value=value) from None
        if not math.isfinite(number):
            raise self.wrong(column, "error.row.finite", value=value)
        return number

    def one_of(self, column: str, possible: Sequence[str]) -> str:
        """A cell that must be one of a few words."""
        value = self.text(column)
        if value not in possible:
            raise self.wrong(column, "error.row.one_of", value=value, possible=", ".join(possible))
        return value


def rows(folder: Path, file: str) -> Iterator[Row]:
    """Rows of a table; none where the file is not there.

    Raises:
        ModelError: the header is not ``COLUMNS[file]``, a row is too long or too short, the file is not UTF-8.
    """
    path = folder / file
    if not path.exists():
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(file, error) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    _check_header(file, [h.strip() for h in header])
    for cells in reader:
        if not any(c.strip() for c in cells):
            continue
        if len(cells) != len(header):
            raise ModelError("error.row.cells", file=file, row=reader.line_num, count=len(cells), wanted=len(header))
        given = {h.strip(): c.strip() for h, c in zip(header, cells, strict=True)}
        yield Row(file, reader.line_num, {**OPTIONAL.get(file, {}), **given})


def round_step(low: float, high: float) -> float:
    """A hundredth of a range or a little more, as 1, 2 or 5 times a power of ten: one move of a slider."""
    least = (high - low) / 100
    size = 10.0 ** math.floor(math.log10(least))
    return next(step for n in (1, 2, 5, 10) if (step := float(f"{n * size:.6g}")) >= least * (1 - 1e-9))


def unreadable(file: str, error: OSError | UnicodeDecodeError) -> ModelError:
    """What to say of a text file that cannot be read."""
    if isinstance(error, OSError):
        return ModelError("error.file.read", file=file, reason=error.strerror or str(error))
    return ModelError("error.file.encoding", file=file)


def text_rows(folder: Path, file: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a table as texts, each with its number under ``row``; none where the file is not there.

    Raises:
        ModelError: a column is missing; columns beyond those named are allowed.
    """
    path = folder / file
    if not path.is_file():
        return []
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    except UnicodeDecodeError:
        raise ModelError("error.file.encoding", file=file) from None
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise ModelError("error.row.column", file=file, column=missing[0])
    return [{**{k: (v or "").strip() for k, v in row.items() if k}, "row": str(reader.line_num)} for row in reader]


def _check_header(file: str, header: Sequence[str]) -> None:
    optional = OPTIONAL.get(file, {})
    expected = [c for c in COLUMNS[file] if c in header or c not in optional]
    missing = [c for c in expected if c not in header]
    strange = [c for c in header if c not in expected]
    if missing or strange or len(header) != len(expected):
        twice = [c for c in header if list(header).count(c) > 1]
        problem = "error.row.header_lacks" if missing else "error.row.header_too_many"
        raise ModelError(problem, file=file, column=(missing or strange or twice)[0], expected=",".join(COLUMNS[file]))


class Tables:
    """Reads the tables of one model folder against its Program."""

    def __init__(self, folder: Path, bare: Core) -> None:
        self._folder, self._model, self._program = folder, bare, bare.program

    def sources(self) -> dict[str, Source]:
        """Where numbers come from, by key."""

        def read(row: Row) -> tuple[str, Source]:
            key = row.text("key")
            return key, Source(key, row.one_of("grade", GRADES), row.text("citation"), row.cells["note"])

        return self._all("sources.csv", "key", read)

    def levers(self) -> dict[str, Lever]:
        """What somebody can decide, by the constant's name."""
        return self._all("levers.csv", "name", self._lever)

    def uncertainties(self, sources: Mapping[str, Source], levers: Mapping[str, Lever]) -> dict[str, Uncertainty]:
        """What nobody knows, by the constant's name; a lever is decided, so it is none of them."""
        return self._all("uncertainties.csv", "name", lambda row: self._uncertainty(row, sources, levers))

    def outcomes(self) -> dict[str, Outcome]:
        """What people look at first, by the variable's name."""
        return self._all("outcomes.csv", "name", self._outcome)

    def _all(self, file: str, key: str, read: Callable[[Row], tuple[str, T]]) -> dict[str, T]:
        found: dict[str, T] = {}
        first: dict[str, int] = {}
        for row in rows(self._folder, file):
            name, item = read(row)
            if name in found:
                raise row.wrong(key, "error.row.twice", name=name, first=first[name])
            found[name], first[name] = item, row.number
        return found

    def _lever(self, row: Row) -> tuple[str, Lever]:
        name = self._constant(row, "name")
        low, default, high = self._span(row, name)
        if row.cells["default"] and row.number_in("default") != default:
            raise row.wrong("default", "error.row.default", given=row.number_in("default"), default=default)
        step = row.number_in("step") if row.cells["step"] else round_step(low, high)
        if not 0 < step <= high - low:
            raise row.wrong("step", "error.row.step", step=step, low=low, high=high)
        timing = {part: self._constant(row, part) if row.cells[part] else "" for part in TIMING}
        self._check_end(row, timing)
        words = {c: row.cells[c] for c in ("group", "low_words", "high_words", "decided_by", "cost", "why")}
        return name, Lever(name=name, unit=self._unit(name), low=low, default=default, high=high, step=step,
                           **timing, **words)  # fmt: skip

    def _check_end(self, row: Row, timing: Mapping[str, str]) -> None:
        """In the model file itself no lever ends: what a person takes an end away from stands at that year again."""
        end, final = timing["end"], self._program.clock.final
        if end and not (timing["start"] and timing["ramp"]):
            raise row.wrong("end", "error.row.end_alone")
        if end and self._program.constants[end] < final:
            raise row.wrong("end", "error.row.end_early", name=end, year=self._program.constants[end], final=final)

    def _uncertainty(
        self, row: Row, sources: Mapping[str, Source], levers: Mapping[str, Lever]
    ) -> tuple[str, Uncertainty]:
        name = self._constant(row, "name")
        if name in levers:
            raise row.wrong("name", "error.row.is_lever", name=name)
        low, default, high = self._span(row, name)
        distribution = row.one_of("distribution", DISTRIBUTIONS)
        if distribution == "log-uniform" and low <= 0:
            raise row.wrong("low", "error.row.log_uniform", low=low)
        source, grade = row.cells["source"], row.one_of("grade", GRADES)
        if source not in sources and (source or grade != "J"):
            raise row.wrong("source", "error.row.source_key", source=source, sources=", ".join(sources) or "none")
        return name, Uncertainty(name, row.cells["group"], self._unit(name), low, default, high, distribution, source,
                                 grade, row.cells["why"])  # fmt: skip

    def _outcome(self, row: Row) -> tuple[str, Outcome]:
        name = self._find(row, "name")
        if self._program.equations[name].kind == "lookup":
            raise row.wrong("name", "error.row.lookup", name=name)
        decimals = row.number_in("decimals")
        if decimals != int(decimals) or not 0 <= decimals <= 12:
            raise row.wrong("decimals", "error.row.decimals", decimals=decimals)
        headline = row.one_of("headline", ("yes", "no")) == "yes"
        return name, Outcome(name, row.cells["label"] or name, row.cells["group"], self._unit(name), headline,
                             row.one_of("better", BETTER), int(decimals), row.cells["why"],
                             self._condition(row, name), row.cells["low_words"], row.cells["high_words"],
                             self._parts(row))  # fmt: skip

    def _parts(self, row: Row) -> tuple[str, ...]:
        """The variables named in the cell, parted by semicolons."""
        try:
            return tuple(self._model.find(part) for part in row.cells["parts"].split(";") if part.strip())
        except PolicyLabError as unknown:
            raise row.wrong("parts", unknown.message) from None

    def _condition(self, row: Row, name: str) -> Condition | None:
        try:
            condition = read_condition(row.cells["where"], self._model.find)
        except PolicyLabError as wrong:
            raise row.wrong("where", wrong.message) from None
        if condition is not None and self._program.equations[condition.variable].kind == "lookup":
            raise row.wrong("where", "error.row.lookup", name=condition.variable)
        return condition

    def _span(self, row: Row, name: str) -> tuple[float, float, float]:
        """Low, default (the model file's value) and high, in this order and within the constant's limits."""
        low, default, high = row.number_in("low"), self._program.constants[name], row.number_in("high")
        if not low < high:
            raise row.wrong("low", "error.row.order", low=low, high=high)
        if not low <= default <= high:
            column = "low" if default < low else "high"
            raise row.wrong(column, "error.row.leaves_out", low=low, high=high, default=default, name=name)
        least, most = self._program.equations[name].limits
        for column, value in (("low", low), ("high", high)):
            if (least is not None and value < least) or (most is not None and value > most):
                limits = ",".join("?" if end is None else f"{end:g}" for end in (least, most))
                raise row.wrong(column, "error.row.limits", value=value, name=name, limits=limits)
        return low, default, high

    def _unit(self, name: str) -> str:
        return self._program.equations[name].unit

    def _constant(self, row: Row, column: str) -> str:
        name = self._find(row, column)
        if name not in self._program.constants:
            raise row.wrong(column, "error.row.no_constant", name=name)
        return name

    def _find(self, row: Row, column: str) -> str:
        try:
            return self._model.find(row.text(column))
        except ModelError:
            raise
        except PolicyLabError as unknown:
            raise row.wrong(column, unknown.message) from None
