"""Result folders of the scripts here, and how they print what they found."""

from __future__ import annotations

import csv
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from policy_lab.catalogue import english
from policy_lab.errors import PolicyLabError
from policy_lab.model import Model, load_model
from policy_lab.studies import Findings

RESULTS = Path(__file__).parent / "results"
DEFAULT_MODEL = "big_science"


@contextmanager
def fresh_folder(name: str) -> Iterator[Path]:
    """A result folder that is put in place of the old one when the work is done; errors are said in one line."""
    place, beside = RESULTS / name, RESULTS / f".{name}.new"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        yield beside
    except PolicyLabError as error:
        shutil.rmtree(beside, ignore_errors=True)
        sys.exit(str(error))
    if place.exists():
        shutil.rmtree(place)
    beside.rename(place)
    print(f"The result is in {place.relative_to(RESULTS.parent.parent)}")


def say(findings: Findings) -> None:
    """Print the findings in sentences, and what a reader must know."""
    for sentence in findings.in_words(english()):
        print(f"- {sentence}")
    for note in findings.notes:
        print(f"! {english().in_words(note)}")


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table that a spreadsheet opens; numbers with four significant digits."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows([f"{x:.4g}" if isinstance(x, float) else x for x in row] for row in rows)


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table in columns as wide as what is in them."""
    text = [[f"{x:.3g}" if isinstance(x, float) else str(x) for x in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in text) for i in range(len(header))]
    for n, row in enumerate(text):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if n == 0:
            print("  ".join("-" * width for width in widths))


def model_asked_for(name: str | None) -> Model:
    """The model a script was asked for; an unknown one is said in one line."""
    try:
        return load_model(name or DEFAULT_MODEL)
    except PolicyLabError as error:
        sys.exit(str(error))


def every_fifth_year(model: Model, first: float = 2030) -> tuple[float, ...]:
    """Every fifth year from ``first`` that the model saves, and its last."""
    clock = model.program.clock
    years = [y for y in range(int(clock.initial), int(clock.final) + 1) if y % 5 == 0 and y >= first]
    return tuple(float(y) for y in years)
