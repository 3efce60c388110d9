"""The sketch: lays out the diagram of each sector and writes it into the model file.

    python -m analysis.draw_sketch [MODEL] [--check] [--svg FOLDER]

One view a group of the model file. Drawn: every stock, flow and auxiliary of the group, a subscripted variable once,
and as ghosts whatever they read of other groups. Not drawn, because they would drown the picture: lookup tables and
constants (docs/reference lists them; a group of few variables has room for its own), and what stands behind a lever
in force, which is shown in blue: its setting, its status quo and the phase-in that all levers share. A page
named "One page" was laid out by hand and stays as it is if it fits the equations. Everything above
the sketch section stays as it is, byte for byte, and so does the model's hash. ``--check`` writes nothing and fails
if the sketch is not up to date; ``--svg`` also writes each view as a picture.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from policy_lab.diagrams.layout import lay_out
from policy_lab.diagrams.sectors import base, dependencies, sectors
from policy_lab.errors import ModelError, PolicyLabError
from policy_lab.model import Model, load_model
from policy_lab.readers.sketch import View, read_sketch, to_svg, without_sketch, write_sketch

#: Name of the page of a model that a person laid out by hand.
BY_HAND = "One page"


def views(model: Model) -> list[View]:
    """Every view of the model's sketch section: the one laid out by hand, or one for each group in their order.

    Raises:
        ModelError: a page laid out by hand shows what the equations do not say, or leaves a stock out.
    """
    by_hand = [view for view in read_sketch(model.text) if view.name == BY_HAND]
    if not by_hand:
        return [lay_out(sector) for sector in sectors(model)]
    _check_by_hand(by_hand, model)
    return by_hand


def _check_by_hand(drawn: Sequence[View], model: Model) -> None:
    """Whether pages laid out by hand still fit the equations."""
    reads = dependencies(model.program)
    stocks = {base(name) for name in model.program.stocks}
    missing = stocks - {box.name for view in drawn for box in view.boxes if box.kind == "stock"}
    if missing:
        raise ModelError(f"The sketch laid out by hand leaves out {', '.join(sorted(missing))}.")
    for view in drawn:
        for arrow in view.arrows:
            cause, effect = view.variable_of(arrow.start), view.variable_of(arrow.end)
            if cause not in reads.get(effect, ()):
                raise ModelError(f"The sketch draws '{cause}' to '{effect}', which does not read it.")


def with_sketch(text: str, drawn: list[View]) -> str:
    """A model file's text with these views as its sketch section; the equations unchanged."""
    equations = without_sketch(text)
    if not equations.endswith("\n"):
        raise ModelError("The equations end without a line break: a sketch section has to begin on a line of its own.")
    return equations + write_sketch(drawn)


def file_name(view: View) -> str:
    """The picture of a view as a file beside the others."""
    return re.sub(r"[^a-z0-9]+", "_", view.name.lower()).strip("_") + ".svg"


def main(arguments: list[str] | None = None) -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", nargs="?", default="big_science", help="folder under models/, or a model file")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the sketch is not up to date")
    parser.add_argument("--svg", type=Path, metavar="FOLDER", help="also write every view as a picture")
    wanted = parser.parse_args(arguments)
    try:
        return _draw(wanted.model, wanted.check, wanted.svg)
    except PolicyLabError as error:
        print(f"draw_sketch: {error}", file=sys.stderr)
        return 1


def _draw(name: str, check: bool, folder: Path | None) -> int:
    model = load_model(name)
    drawn = views(model)
    raw = model.path.read_bytes().decode("utf-8")
    text = with_sketch(raw, drawn)
    if check:
        print("The sketch is up to date." if text == raw else f"Out of date: python -m analysis.draw_sketch {name}")
        return int(text != raw)
    if text != raw:
        model.path.write_bytes(text.encode("utf-8"))
    for view in drawn:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / file_name(view)).write_text(to_svg(view, style=True) + "\n", encoding="utf-8")
        print(f"{view.name}: {len(view.boxes)} boxes, {len(view.arrows)} arrows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
