"""What the unit check says about published models of other people.

    python -m tests.deep.units_of_other_models FOLDER [--table FILE.md]

FOLDER holds checkouts of bpowers/simlin and SDXorg/PySD-Cookbook under those names (``simlin``, ``PySD-Cookbook``),
kept outside this repository. Each finding that counts was read by a person, and what it means is written here: one
that turns up and is not explained, or is explained and does not turn up, ends the script with 1.

PySD's parser does not take ``{comments}`` inside an equation; they are taken out of a copy before it reads the file.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis import documents
from policy_lab.catalogue import english
from policy_lab.errors import PolicyLabError
from policy_lab.readers import document_of
from policy_lab.report.templating import Context
from policy_lab.statements import Document
from policy_lab.units import UnitFinding, check_units


@dataclass(frozen=True)
class Published:
    """A model, where it is, and what each error of its units means: variable to explanation."""

    title: str
    path: str
    explained: dict[str, str] = field(default_factory=dict)


AGEING = (
    "The share that survives a year is written 1 - mortality, with mortality in 1/year: right at a step in years, and "
    "no pure number. A constant of one year would mend it."
)
MODELS = (
    Published("World3-03, Meadows, Randers and Meadows, by Fiddaman", "simlin/test/metasd/WRLD3-03/wrld3-03.mdl",
              {f"maturation {ages}": AGEING for ages in ("14 to 15", "44 to 45", "64 to 65")}),
    Published("Wonderland, Sanderson, by Fiddaman", "simlin/test/metasd/wonderland/Wonderland3.mdl"),
    Published("Beer game, Sterman, by Fiddaman", "simlin/test/metasd/beer-game/RealBeer4-Sterman13.mdl"),
    Published("Industrial Dynamics ch. 15, Forrester, by Fiddaman",
              "simlin/test/metasd/industrial-dynamics/IDch15/IDch15d.mdl"),
    Published("Thyroid dynamics, Fiddaman 2008", "simlin/test/metasd/thyroid-dynamics/thyroid-2008-d.mdl"),
    Published("Valuation of a social network, Fiddaman", "simlin/test/metasd/social-network-valuation/groupon 3.mdl"),
    Published("Reliability (XMILE), Powers", "simlin/default_projects/reliability/model.xmile"),
    Published("Sales agents, PySD Cookbook",
              "PySD-Cookbook/source/models/Sales_Agents/Sales_Agent_Market_Building_Dynamics.mdl"),
    Published("Capability trap, Repenning and Sterman, PySD Cookbook",
              "PySD-Cookbook/source/models/Capability_Trap/Capability Trap.mdl",
              {"Desired Performance": "A bare 3000 stands for widgets a week beside a step in that unit: a number in "
               "an equation that has a unit and no name."}),
)  # fmt: skip


@dataclass(frozen=True)
class UnitsOfModels(Context, template="units_of_models.md.j2", folder=documents.TEMPLATES):
    """The table of ``docs/units.md``, a row a model."""

    rows: Sequence[Sequence[object]]


def main(words: list[str] | None = None) -> int:
    """Command line; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--table", type=Path, help="write the rows into this file, between its two marks")
    asked = parser.parse_args(words)
    rows, surprises = [], []
    for model in MODELS:
        try:
            document = read(asked.folder / model.path)
        except PolicyLabError as error:
            surprises.append(f"{model.title}: {error}")
            continue
        findings = check_units(document)
        rows.append(row(model, document, findings))
        surprises.extend(unexplained(model, findings))
    text = documents.text(UnitsOfModels(rows))
    print(text, end="")
    if asked.table:
        page = asked.table.read_text(encoding="utf-8")
        made = documents.between(page, "<!-- table -->", "<!-- end of table -->", text)
        asked.table.write_text(made, encoding="utf-8")
    for surprise in surprises:
        print(f"! {surprise}", file=sys.stderr)
    return 1 if surprises else 0


def read(path: Path) -> Document:
    """A model without the comments inside its equations."""
    if path.suffix.lower() != ".mdl":
        return document_of(path)
    text = path.read_text(encoding="utf-8", errors="replace")
    equations, sketch, rest = text.partition("\\\\\\---///")
    bare = equations[:7] + re.sub(r"\{[^{}]*\}", "", equations[7:])
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        copy.write_text(bare + sketch + rest, encoding="utf-8")
        return document_of(copy)


def row(model: Published, document: Document, findings: list[UnitFinding]) -> list[object]:
    """One row of the table."""
    kinds = [f.kind for f in findings]
    errors = [f for f in findings if f.severity == "error"]
    told = "<br>".join(f"`{f.variable}` (line {f.line}): {english().in_words(f.words)}" for f in errors)
    why = "<br>".join(dict.fromkeys(model.explained.values()))
    counts = (kinds.count(k) for k in ("no unit", "not checked", "number without unit"))
    return [model.title, len(document.statements), *counts, len(errors), "<br>".join(filter(None, [told, why]))]


def unexplained(model: Published, findings: list[UnitFinding]) -> Iterator[str]:
    """Errors that nobody has read, and explanations of errors that are not there."""
    found = {f.variable for f in findings if f.severity == "error"}
    yield from (f"{model.title}: '{name}' is reported, and not explained here" for name in found - set(model.explained))
    yield from (f"{model.title}: '{name}' is explained, and not reported" for name in set(model.explained) - found)


if __name__ == "__main__":
    sys.exit(main())
