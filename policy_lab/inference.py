"""Inference: the tables of a model folder from a model file alone, so that a stranger's model has sliders and curves.

Nothing is known about such a model but what its file says. What is inferred is written into the tables a person would
write, and each row says how it was found, so that they can be mended instead of begun.

Levers are the constants whose range the file states (``[low, high]`` behind the unit), and after these, up to a dozen
in all, those that move an outcome most when they go from nothing to twice their value. Outcomes are the variables that
the file draws, its stocks and, where these are few, its flows.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from policy_lab import backends
from policy_lab.cache import key_of
from policy_lab.catalogue import SOURCE, english, in_language, languages
from policy_lab.errors import OutputError, PolicyLabError, UnknownName
from policy_lab.messages import Language, Message
from policy_lab.model import Model, load_model
from policy_lab.model.tables import round_step
from policy_lab.model.texts import FOLDER
from policy_lab.moments import CALENDAR
from policy_lab.paths import cache_folder
from policy_lab.readers.data_files import files_of
from policy_lab.runs import Floats
from policy_lab.simulation import simulate

#: Levers in all, unless the file states more ranges; constants that are tried; outcomes, and those on show first.
LEVERS, TRIED, OUTCOMES, HEADLINES = 12, 400, 30, 6
#: A constant that moves no outcome by this share of its range is no lever.
MOVES: Final = 1e-3
#: Moments at which it is looked at what a constant moves.
MOMENTS: Final = 40
_NAMED_IN_A_GRAPH = re.compile(r'^:VAR (.+)$|<entity\b[^>]*\bname="([^"]+)"', flags=re.MULTILINE)
STATED, TWICE, DATE = "stated", "twice", "date"
_QUESTION = "What is this model for? Write it here; it stands on the model's page."
_README = """\
# {model}

**Question.** {question}

{said} Look through `levers.csv` and `outcomes.csv`: rename, regroup, mend the ranges, delete what nobody decides or
looks at. What nobody knows goes into `uncertainties.csv`, with its range; then the app shows how sure an outcome is.
Every file and column is explained in Policy Lab's `docs/models.md`.

    policy-lab app --model {model}
    policy-lab check {model}

## What is wrong with this model

1. **Nobody has written this list yet.** What does it leave out, and what rests on judgement?
"""


@dataclass(frozen=True)
class LeverGuess:
    """A constant with a range; ``how`` it was found: stated in the file, twice its value, or a date within the run."""

    name: str
    low: float
    high: float
    how: str


@dataclass(frozen=True)
class OutcomeGuess:
    """A variable to look at, with the decimals it is shown with."""

    name: str
    headline: bool
    decimals: int


@dataclass(frozen=True)
class Guesses:
    """What a model file suggests."""

    levers: tuple[LeverGuess, ...]
    outcomes: tuple[OutcomeGuess, ...]

    def count(self, how: str) -> int:
        """How many levers were found so."""
        return sum(lever.how == how for lever in self.levers)

    @property
    def said(self) -> Message:
        """In a sentence."""
        told = {"levers": len(self.levers), "stated": self.count(STATED), "outcomes": len(self.outcomes)}
        return Message("inferred.said", {**told, "inferred": len(self.levers) - self.count(STATED)})


def guesses(model: Model) -> Guesses:
    """Levers and outcomes of a model; it is run once, and once for each end of each constant that may be a lever."""
    outcomes = _outcomes(model)
    ranges = _ranges(model)
    stated = [lever for lever in ranges if lever.how == STATED]
    others = _most_moving([lever for lever in ranges if lever.how != STATED], model, [o.name for o in outcomes])
    kept = {lever.name for lever in [*stated, *others[: max(0, LEVERS - len(stated))]]}
    return Guesses(tuple(lever for lever in ranges if lever.name in kept), outcomes)


def _ranges(model: Model) -> list[LeverGuess]:
    """Every constant that could be moved, in the order of the file."""
    found = []
    for name, value in model.program.constants.items():
        equation = model.program.equations[name]
        if not equation.hidden and math.isfinite(value) and (guess := _range(model, name, value)) is not None:
            found.append(guess)
    return found


def _range(model: Model, name: str, value: float) -> LeverGuess | None:
    clock, equation = model.program.clock, model.program.equations[name]
    least, most = equation.limits
    if least is not None and most is not None and least < most and least <= value <= most:
        return LeverGuess(name, least, most, STATED)
    dated = equation.unit == clock.unit and clock.initial >= CALENDAR and clock.initial <= value <= clock.final
    low, high = (clock.initial, clock.final) if dated else (min(0.0, 2 * value), max(0.0, 2 * value))
    low, high = max(low, -math.inf if least is None else least), min(high, math.inf if most is None else most)
    return LeverGuess(name, low, high, DATE if dated else TWICE) if low < high and low <= value <= high else None


def _outcomes(model: Model) -> tuple[OutcomeGuess, ...]:
    """What the file draws, then its stocks, single ones before elements; then flows, where these are few."""
    program = model.program
    drawn = list(dict.fromkeys(name for text in _graphs(model.text) for name in _known(model, text)))
    stocks = [name for name in program.stocks if not program.equations[name].hidden]
    moving = [n for n in program.visible if program.equations[n].kind == "auxiliary" and n in program.step]
    chosen = sorted(dict.fromkeys([*drawn, *stocks]), key=lambda name: "[" in name)[:OUTCOMES]
    further = [name for name in (*(n for n in moving if n in program.flows), *moving) if name not in chosen]
    chosen += list(dict.fromkeys(further))[: max(0, HEADLINES - len(chosen))]
    if not chosen:
        return ()
    runs = simulate(model, outputs=chosen, allow_nan=True)
    size = {name: runs.of(name)[0] for name in chosen}
    shown = [n for n in chosen if len(np.unique(size[n][np.isfinite(size[n])])) > 1] or chosen
    return tuple(OutcomeGuess(n, n in shown[:HEADLINES], _decimals(size[n])) for n in chosen)


def _graphs(text: str) -> Iterable[str]:
    return (found[1] or found[2] for found in _NAMED_IN_A_GRAPH.finditer(text))


def _known(model: Model, text: str) -> Iterable[str]:
    """A graph's variable, or nothing where it names an input, a whole array or what the file does not have."""
    with suppress(UnknownName):
        name = model.find(text.strip().strip('"'))
        if model.program.equations[name].kind in ("stock", "auxiliary"):
            yield name


def _decimals(values: Floats) -> int:
    """Enough for three figures of the largest value."""
    largest = float(np.max(np.abs(values[np.isfinite(values)]), initial=0.0))
    return min(6, max(0, 2 - math.floor(math.log10(largest)))) if largest > 0 else 2


def _most_moving(levers: Sequence[LeverGuess], model: Model, outcomes: Sequence[str]) -> list[LeverGuess]:
    """Those that move an outcome, the largest mover first; in the order of the file where PySD makes the runs."""
    tried = list(levers)[:TRIED]
    engine, _ = backends.choose(model.program, model.program.clock.method)
    if engine.name == backends.REFERENCE or not outcomes or not tried:
        return tried
    ends = np.array([end for lever in tried for end in (lever.low, lever.high)])
    values = {
        lever.name: np.where(np.arange(len(ends)) // 2 == n, ends, model.program.constants[lever.name])
        for n, lever in enumerate(tried)
    }
    _, saved = model.program.clock.moments()
    times = np.array(model.program.clock.moments()[0])[saved]
    times = times[np.unique(np.linspace(0, len(times) - 1, MOMENTS).astype(int))]
    try:
        got = simulate(model, values, outputs=outcomes, times=times, allow_nan=True).values
    except PolicyLabError:
        return tried  # such as a delay that would need another structure: nothing is known of what moves what
    moved = _moved(got)
    order = np.argsort(-moved, kind="stable")
    return [tried[n] for n in order if moved[n] > MOVES]


def _moved(values: Floats) -> Floats:
    """By how much each constant moves an outcome at most, as a share of its range: ``[constant]``.

    ``values[2 n]`` and ``values[2 n + 1]`` are those at the ends of constant n; one at which the model breaks moves
    nothing that could be shown.
    """
    good: NDArray[np.bool_] = np.asarray(np.isfinite(values).all(axis=(1, 2)))
    span = np.ptp(values[good], axis=(0, 1)) if good.any() else np.zeros(values.shape[2])
    apart = np.abs(values[1::2] - values[::2]).max(axis=1)
    share = np.max(np.divide(apart, span, out=np.zeros_like(apart), where=span > 0), axis=1)
    return np.where(good[::2] & good[1::2], share, 0.0)


# ---- the folder -----------------------------------------------------------------------------------------------------


def write_folder(model: Model, folder: Path, found: Guesses, link: bool = False) -> None:
    """Write the tables of a bare model into a folder that is new or empty, beside the model file and its data.

    Args:
        model: a model file without tables.
        folder: to write; raises OutputError where something lies there.
        found: from ``guesses``.
        link: the model file is linked to, rather than copied.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError("error.output.new_folder", folder=folder)
    (folder / "scenarios").mkdir(parents=True, exist_ok=True)
    file = folder / f"{folder.name}{model.path.suffix}"
    put: Callable[[Path, Path], object] = _link if link else shutil.copyfile
    put(model.path, file)
    for here in {p.resolve(): p for p in files_of(model.path, model.text, model.program.data)}.values():
        own = here.stem == model.path.stem or str(here) in model.program.data
        there = file.with_suffix(here.suffix) if own else folder / here.relative_to(model.path.parent)
        if not there.exists() and ".." not in there.parts:
            there.parent.mkdir(parents=True, exist_ok=True)
            put(here.resolve(), there)
    words, equations = english(), model.program.equations
    said = words.in_words(found.said)
    levers = [
        {"name": g.name, "group": equations[g.name].group, "low": _number(g.low), "high": _number(g.high),
         "step": _number(round_step(g.low, g.high)),
         "why": f"{_sentence(equations[g.name].documentation)}{words.in_words(Message(f'inferred.{g.how}'))}"}
        for g in found.levers
    ]  # fmt: skip
    outcomes = [
        {"name": g.name, "label": g.name, "group": equations[g.name].group, "headline": "yes" if g.headline else "no",
         "better": "neither", "decimals": str(g.decimals), "why": _sentence(equations[g.name].documentation)}
        for g in found.outcomes
    ]  # fmt: skip
    uncertainties = ("name", "group", "low", "high", "distribution", "source", "grade", "why")
    _write(folder / "levers.csv", ("name", "group", "low", "high", "step", "why"), levers)
    _write(folder / "outcomes.csv", ("name", "label", "group", "headline", "better", "decimals", "why"), outcomes)
    _write(folder / "uncertainties.csv", uncertainties, [])
    (folder / "scenarios" / "status_quo.toml").write_text(_scenario(words, file.name), encoding="utf-8")
    told = _README.format(model=folder.name, said=said, question=said if link else _QUESTION)
    (folder / "README.md").write_text(told, encoding="utf-8")
    if link:
        _translate(model, folder, found, file.name)


def _scenario(words: Language, file: str) -> str:
    """The scenario of a bare file."""
    parts = ("title", "rationale")
    told = {part: words.in_words(Message(f"inferred.scenario_{part}", {"file": file})) for part in parts}
    return "".join(f"{part} = {_quoted(told[part])}\n" for part in parts)


def _translate(model: Model, folder: Path, found: Guesses, file: str) -> None:
    """What was written in English, in every other language."""
    (folder / FOLDER).mkdir()
    for code in languages():
        words = in_language(code)
        lines = ["[readme]", f"question = {_quoted(words.in_words(found.said))}", "[scenarios.status_quo]",
                 _scenario(words, file)]  # fmt: skip
        for lever in found.levers:
            documentation = model.program.equations[lever.name].documentation
            why = f"{_sentence(documentation)}{words.in_words(Message(f'inferred.{lever.how}'))}"
            lines += [f"[levers.{_quoted(lever.name)}]", f"why = {_quoted(why)}"]
        if code != SOURCE:
            (folder / FOLDER / f"{code}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _quoted(text: str) -> str:
    """A text in TOML, which quotes as JSON does."""
    return json.dumps(text, ensure_ascii=False)


def _link(here: Path, there: Path) -> None:
    there.symlink_to(here)


def _number(value: float) -> str:
    return f"{value:.12g}"


def _sentence(text: str) -> str:
    """A model file's documentation on one line, with a full stop."""
    line = " ".join(text.split())
    return f"{line}{'' if line.endswith(('.', '!', '?')) else '.'} " if line else ""


def _write(path: Path, columns: Sequence[str], rows: Iterable[dict[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: cell.strip() for column, cell in row.items()} for row in rows)
    path.write_text(out.getvalue(), encoding="utf-8")


def opened(name_or_path: str | Path) -> tuple[Model, Message | None]:
    """A model as ``load_model`` gives it; a bare file with inferred tables, and a sentence on what was inferred.

    The tables lie in a folder of the cache, or of the system where there is no cache; they are made once a file.
    """
    model = load_model(name_or_path)
    if model.folder is not None:
        return model, None
    key = key_of("inferred", str(model.path), model.path.read_bytes(), model.hash, Path(__file__).read_bytes())[:24]
    place = cache_folder() / "inferred" / key / model.path.stem
    found = guesses(model)
    if not (place / "README.md").is_file():
        try:
            _made(model, place, found)
        except OSError:
            place = Path(tempfile.mkdtemp(prefix="policy-lab-")) / model.path.stem
            write_folder(model, place, found, link=True)
    return load_model(place), found.said


def _made(model: Model, place: Path, found: Guesses) -> None:
    """The folder, whole or not at all, whoever else makes it at the same time."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as beside:
        draft = Path(beside) / place.name
        write_folder(model, draft, found, link=True)
        with suppress(FileExistsError, OSError):
            os.rename(draft, place)
