"""Carries figures that Vensim gave over to the constructs that compute the same: ``tests/constructs/*/vensim.csv``.

    python -m tests.deep.carry_over_vensim FOLDER

FOLDER is a checkout of SDXorg/test-models, kept outside this repository, which has Vensim's output beside each of its
models. A construct whose name begins with ``vensim_`` states the same relations in words of its own; what Vensim
gives for them is kept beside it, with the file it comes from.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.constructs.regenerate import FOLDER


@dataclass(frozen=True)
class Carried:
    """Where figures come from: the file, our variable to its column there, and how many rows lie between two kept."""

    file: str
    columns: Mapping[str, str]
    every: int = 1


SOURCES: dict[str, Carried] = {
    "vensim_inputs": Carried(
        "tests/input_functions/output.csv",
        {"pushed": "Test Pulse", "pushed often": "Test Pulse Train", "rising": "Test Ramp", "from then on": "Test Step",
         "gathered": "StockA"}, every=4,
    ),
    "vensim_delay_fixed": Carried(
        "tests/delay_fixed/output.tab",
        {"square": "time squared", "by half a step": "DF05", "by a step": "DF1", "by more than a step": "DF12",
         "by one and a half": "DF15", "by two": "DF2", "by nearly four": "DF37", "by a time that wavers": "DST"},
    ),
    "vensim_smooths": Carried(
        "tests/smooth/output.tab",
        {"signal": "Input", "wait": "Adjustment Time", "first": "Smooth output", "first from": "SmoothI output",
         "third": "Smooth3 output", "third from": "Smooth3I output", "any order": "Smooth N output"}, every=4,
    ),
    "vensim_trend": Carried("tests/trend/output.csv", {"wave": "input", "growth": "TREND of input"}),
    "vensim_integer_and_modulo": Carried(
        "tests/rounding/output.tab", {"x": "StockA", "whole": "test integer", "rest": "test modulo"}
    ),
    "vensim_division_by_zero": Carried(
        "tests/xidz_zidz/output.tab", {"nothing instead": "test zidz", "another instead": "text xidz"}
    ),
    "vensim_power": Carried(
        "tests/exponentiation/output.tab", {"minus before power": "associativity", "square": "output"}
    ),
    "vensim_delay_n": Carried(
        "tests/delay_numeric_error/output.tab",
        {"coming": "Inflow DelayN", "going": "Outflow DelayN", "between": "Stock DelayN"}, every=16,
    ),
    "vensim_lookup": Carried(
        "tests/lookups/output.tab", {"read": "lookup function call", "gathered": "accumulation"}, every=4
    ),
    "vensim_saveper": Carried(
        "tests/euler_step_vs_saveper/output.tab", {"turning": "Cosine of t", "swing": "Sine of t"}, every=5
    ),
    "vensim_time": Carried(
        "tests/time/output.tab",
        {"coming": "Inflow", "all that is there": "Outflow 1", "at the end": "Outflow 2", "store": "Stock"},
    ),
    "vensim_sample_if_true": Carried(
        "tests/sample_if_true/output.tab",
        {"wobble": "oscilating var", "held below zero": "sample simple", "held above zero": "sample var"},
    ),
    "vensim_delay1": Carried("tests/delay_parentheses/output.tab", {"out": "Delay Them"}),
    "vensim_except": Carried(
        "tests/except/output.tab",
        {"store[a,two]": "inventory[s1,p2]", "store[c,five]": "inventory[s3,p5]", "given away": "special giveaways"},
    ),
    "vensim_active_initial": Carried("tests/active_initial/output.tab", {"store": "Stock A", "rule": "Value A"}),
    "vensim_initial_chain": Carried(
        "tests/chained_initialization/output.tab", {"a": "Stock A", "b": "Stock B", "c": "Stock C", "d": "Stock D"}
    ),
    "vensim_forecast": Carried(
        "tests/forecast/output.tab", {"input": "R", "late": "R Delayed", "expected": "R forecast"}
    ),
    "vensim_macro_with_stock": Carried("tests/macro_stock/output.tab", {"kept": "macro output"}),
    "vensim_mapping": Carried(
        "tests/subscript_mapping_vensim/output.tab",
        {"people[born]": "POPULATION[INFANT]", "people[young]": "POPULATION[CHILD]", "people[old]": "POPULATION[OLD]",
         "work[parts]": "WORK FLOW[PARTS]", "work[wholes]": "WORK FLOW[SYSTEMS]"}, every=10,
    ),
}  # fmt: skip


def carry(folder: Path, name: str, source: Carried) -> None:
    """Write ``vensim.csv`` of one construct; a cell is empty where Vensim printed none."""
    text = (folder / source.file).read_text(encoding="utf-8", errors="replace").replace("\r", "\n")
    header, *body = [
        row for row in csv.reader(text.splitlines(), delimiter="\t" if source.file.endswith(".tab") else ",") if row
    ]
    places = [header.index(column) for column in source.columns.values()]
    with (FOLDER / name / "vensim.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(f"# Vensim's output, from SDXorg/test-models, {source.file}\n")
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["Time", *source.columns])
        for row in body[:: source.every]:
            table.writerow([row[0], *(row[p].strip() if p < len(row) else "" for p in places)])


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(words).folder
    missing = [s.file for s in SOURCES.values() if not (folder / s.file).is_file()]
    if missing:
        parser.error(f"{folder} has no {missing[0]}: name a checkout of SDXorg/test-models.")
    for name, source in SOURCES.items():
        carry(folder, name, source)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
