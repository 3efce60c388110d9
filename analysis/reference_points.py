"""Reference points: what an outcome of the model would have been for known projects, such as CERN in 1960.

    python -m analysis.reference_points

From documented facts (``cases/reference_points/facts.csv``, each with grade, source and whether it was read), prices
(``prices.csv``) and the records of the cases: people, money a year at prices of the last year of ``prices.csv`` and as
a share of national product, years from the start to a critical fact, and the strength of big science: the cube root of
plant x agreement x science, plant and basic scientists each against the value at which they are half way. Writes
``cases/reference_points.csv``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from analysis.results_folder import DEFAULT_MODEL, model_asked_for, print_table, write_table
from policy_lab.model import Model
from policy_lab.model.cases import FOLDER

WHERE: Final = f"{FOLDER}/reference_points"
FILE: Final = f"{FOLDER}/reference_points.csv"
#: Constants of the model: the value of facilities (M$), and basic scientists, half way to big science. The numbers hold
#: for a model file without such a constant.
HALVES: Final = {"infrastructure half": 3000.0, "science half": 5000.0}
#: The facts that make up the strength.
PARTS: Final = ("plant", "agreement", "basic scientists")
HEADER: Final = ("case", "label", "year", "people", "money a year", "share of product", "years to fact", "fact",
                 "plant", "agreement", "basic scientists", "strength", "strength low", "strength high", "grades",
                 "read")  # fmt: skip
Row = Mapping[str, str]
Point = Mapping[str, Row]


def main() -> None:
    model = model_asked_for(DEFAULT_MODEL)
    assert model.folder is not None  # it has cases
    rows = points(model)
    write_table(model.folder / FILE, HEADER, rows)
    print_table(HEADER, rows)


def points(model: Model) -> list[list[object]]:
    """One row a reference point, in the order of the facts."""
    assert model.folder is not None
    prices = _prices(_read(model.folder / WHERE / "prices.csv"))
    known: dict[str, dict[str, Row]] = {}
    for fact in _read(model.folder / WHERE / "facts.csv"):
        known.setdefault(fact["label"], {})[fact["quantity"]] = fact
    return [_row(model, label, facts, prices) for label, facts in known.items()]


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _prices(rows: Sequence[Row]) -> dict[int, float]:
    """Year to what money of that year is worth at prices of the last one."""
    level = {int(row["year"]): float(row["gdp_current"]) / float(row["gdp_chained"]) for row in rows}
    return {year: level[max(level)] / value for year, value in level.items()}


def _row(model: Model, label: str, facts: Point, prices: Mapping[int, float]) -> list[object]:
    def today(quantity: str, end: str = "value") -> float:
        """Thousand millions of dollars at prices of the last year."""
        fact = facts[quantity]
        rate = float(facts["dollar"]["value"]) if "dollar" in facts else 1.0
        return float(fact[end]) / rate * prices[int(fact["prices"])] / 1000

    case = next(iter(facts.values()))["case"]
    value = {name: float(fact["value"]) for name, fact in facts.items()}
    start = value.get("start", model.cases[case].first_year)
    fact = facts.get("critical fact")
    strong = [strength(model, 1000 * today("plant", end), *(float(facts[p][end]) for p in PARTS[1:]))
              for end in ("value", "low", "high")]  # fmt: skip
    return [
        case,
        label,
        int(next(iter(facts.values()))["year"]),
        value["people"],
        today("spending") if "spending" in facts else "",
        value["spending"] / value["gdp"] if "gdp" in facts else "",
        float(fact["value"]) - start if fact else "",
        fact["why"] if fact else "",
        today("plant"),
        value["agreement"],
        value["basic scientists"],
        *strong,
        "/".join(facts[part]["grade"] for part in PARTS),
        "/".join("yes" if facts[part]["status"] == "CONFIRMED" else "no" for part in PARTS),
    ]


def strength(model: Model, plant: float, agreement: float, scientists: float) -> float:
    """Strength of big science, 0 to 1.

    Args:
        model: whose constants say at which values plant and science are half way.
        plant: facilities in operation, M$ of today.
        agreement: how far those who set goals agree, 0 to 1.
        scientists: people in basic science.
    """
    halves = [float(model.program.constants.get(name, value)) for name, value in HALVES.items()]
    built, science = (x / (x + half) for x, half in zip((plant, scientists), halves, strict=True))
    return float((built * agreement * science) ** (1 / 3))


if __name__ == "__main__":
    main()
