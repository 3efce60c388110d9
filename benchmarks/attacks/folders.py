"""Result folders that were damaged or prepared: told, or harmless, and never other numbers."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

from policy_lab.ensemble.findings import load_findings
from policy_lab.errors import PolicyLabError
from policy_lab.studies import Study, run_study

STUDY = Study(model="core", size=8, factors="levers")
#: Files of a folder through which a link may lead out of it.
LINKED = ("lock", "provenance.json", "findings.csv", "study.toml", "work")


def tried(folder: Path, flips: int) -> Iterator[tuple[str, list[str], str]]:
    """Each attack: its name, what was wrong, and what came of it."""
    whole = folder / "study"
    run_study(STUDY, whole, pictures=False)
    yield _flipped(whole, folder / "damaged", flips)
    yield _linked(folder)


def _flipped(whole: Path, copy: Path, flips: int) -> tuple[str, list[str], str]:
    """Single bits flipped in every file that a finding is read from."""
    right = load_findings(whole)
    chance, wrong, told = random.Random(1), [], 0
    names = sorted(
        path.name for path in whole.iterdir() if path.is_file() and path.suffix in (".csv", ".json", ".toml")
    )
    for n in range(flips):
        shutil.copytree(whole, copy)
        path = copy / names[n % len(names)]
        raw = bytearray(path.read_bytes())
        at = chance.randrange(len(raw))
        raw[at] ^= 1 << chance.randrange(8)
        path.write_bytes(raw)
        try:
            read = load_findings(copy)
            if not read.table.equals(right.table) or read.provenance != right.provenance:
                wrong.append(f"{path.name}, byte {at}: other numbers")
        except PolicyLabError:
            told += 1
        except Exception as error:
            wrong.append(f"{path.name}, byte {at}: {type(error).__name__}")
        shutil.rmtree(copy)
    return "flipped bits", wrong, f"{flips} flipped, {told} told, the rest in what no number is read from"


def _linked(folder: Path) -> tuple[str, list[str], str]:
    """Links to a file, or a folder, outside."""
    wrong = []
    for name in LINKED:
        place, outside = folder / "prepared", folder / "outside"
        outside.mkdir()
        (outside / "file").write_text("ours")
        place.mkdir()
        if name != "work":
            (place / "work").mkdir()
        (place / name).symlink_to(outside if name == "work" else outside / "file")
        try:
            run_study(STUDY, place, pictures=False)
            wrong.append(f"{name} was followed")
        except PolicyLabError:
            pass
        if (outside / "file").read_text() != "ours" or len(list(outside.iterdir())) != 1:
            wrong.append(f"something was written through {name}")
        shutil.rmtree(place)
        shutil.rmtree(outside)
    return "links", wrong, f"{len(LINKED)} tried"
