"""docs/fidelity.md, made of the table that its tests run: ``python -m tests.fidelity_page`` writes it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "fidelity"
PAGE = Path(__file__).parent.parent / "docs" / "fidelity.md"

HEAD = """\
# What a model file means here

A file is run as the program that wrote it runs it, or it is refused by name. What a file means is decided by the
documentation of Vensim and of Stella, by the XMILE standard, by stored runs of these programs, and by conservation of
what flows; PySD is the first witness and not the judge, and where it gives other numbers the table says so.

Every row is a small file in `tests/fidelity/`, and a test runs each on every engine: this page is made from the same
table (`tests/fidelity/cases.toml`, by `python -m tests.fidelity_page`). How larger models of other people fare is in
`docs/test-models.md`; where engines agree to which digit, in `docs/agreement.md`.
"""

REAL = """\
## Files of other people

Every `.mdl`, `.xmile` and `.stmx` file of these public repositories, each content once; they are kept out of this
one. None ends in a traceback. Compared with PySD was what it runs within a minute, in every variable, to a millionth.
One differs, `pulsetrain.mdl`: there ours is the run of Vensim that is stored beside it. The last two columns are how
many of these files the first edition refused, and how many of those run now. Counted by
`python -m tests.deep.real_files FOLDER --first CHECKOUT --write`.
"""

TAIL = """\
## What is not settled

- *Random numbers* are PySD's. They are the same in every run and a second time, as in Vensim, but not Vensim's own.
- *A ring of stocks that cannot be negative*: in which order Stella cuts its flows is not published. Nothing is lost or
  made here, and no stock falls below zero; a flow can be cut a step earlier than in Stella.
- *MOD of negative numbers* has the sign of the first, as Vensim's MODULO; the XMILE standard leaves it open.
- *PULSE of Stella between two time steps* happens at the first step at or after its time. Its volume is kept.
- *RK2 and the adaptive methods* of Vensim are not here: such a file runs by Euler, or RK4 if asked, and a note says so.
"""


def table() -> dict[str, list[dict[str, Any]]]:
    """``runs`` and ``refused``, one entry a row."""
    return tomllib.loads((FOLDER / "cases.toml").read_text(encoding="utf-8"))


def page() -> str:
    """The whole page."""
    rows = table()
    parts = [HEAD]
    for program in ("Vensim", "Stella"):
        own = [r for r in rows["runs"] if r["runs_as"] == program]
        parts.append(f"## As in {program}\n")
        parts.append(_lines(("what", "checked by", "where", "PySD 3.14"), (
            (r["about"], r["how"], r["source"], r.get("pysd", "agrees, or was not asked")) for r in own
        )))  # fmt: skip
    parts.append("## Refused\n")
    parts.append("Each with the variable, its line, what is wrong and what to do.\n")
    parts.append(_lines(("what", "instead"), ((r["about"], r["instead"]) for r in rows["refused"])))
    return "\n".join([*parts, *_real_files(), TAIL])


def _real_files() -> Iterable[str]:
    found = tomllib.loads((FOLDER / "real_files.toml").read_text(encoding="utf-8"))
    heads = (
        "repository",
        "files",
        "run",
        "of these by PySD alone",
        "compared, and agree",
        "refused",
        "not done in time",
        "refused at first",
        "of these, run now",
    )
    keys = ("name", "files", "runs", "by_pysd", "agree", "refused", "unfinished", "first_refused", "first_refused_runs")
    yield REAL
    yield _lines(heads, [*([str(row[key]) for key in keys] for row in found["repositories"]), _together(found, keys)])
    yield "What is refused of models that somebody made for a question of theirs:\n"
    yield _lines(("repository", "files", "why"), (
        (row["repository"], ", ".join(row["files"]), row["why"]) for row in found["refused"]
    ))  # fmt: skip


def _together(found: dict[str, Any], keys: Sequence[str]) -> list[str]:
    return ["together", *(str(sum(row[key] for row in found["repositories"])) for key in keys[1:])]


def _lines(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = [*heads]
    lines = [heads, ["---"] * len(heads), *([*map(_cell, row)] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
