"""Two versions of a model: which equations differ, and what that does to every outcome in every world."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from policy_lab import catalogue
from policy_lab.checks.verdicts import run_worlds
from policy_lab.errors import ModelError, UnknownName
from policy_lab.messages import Language, Message
from policy_lab.model import Model, load_model
from policy_lab.model.checks import World
from policy_lab.model.loading import has_tables, model_file
from policy_lab.readers import document_of
from policy_lab.report.templating import Context, render
from policy_lab.runs import Floats
from policy_lab.simulation import simulate
from policy_lab.statements import Document, as_written

GOLDEN = "golden"
#: Differences below this share of the outcome's range are rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Difference:
    """How far an outcome is from what it was, in one world.

    Attributes:
        share: the largest distance as a share of the outcome's range over all worlds of the other version.
        time: where it is largest; ``here`` and ``there`` are the two values, in the outcome's unit.
    """

    outcome: str
    world: str
    share: float
    time: float
    here: float
    there: float
    unit: str


@dataclass(frozen=True)
class Comparison:
    """Two versions compared.

    Attributes:
        model, other: what was compared.
        equations: one sentence for each equation that was added, removed or changed.
        differences: largest first, every outcome in every world that both have.
        notes: what could not be compared.
    """

    model: str
    other: str
    equations: tuple[Message, ...]
    differences: tuple[Difference, ...]
    notes: tuple[Message, ...] = ()

    def as_text(self) -> str:
        """Lines for a terminal."""
        moved = [d for d in self.differences if d.share > ROUNDING]
        head = f"{self.model} against {self.other}: {len(self.equations)} equations differ; {len(moved)} of "
        head += f"{len(self.differences)} outcomes in worlds moved."
        rows = [f"{d.share:9.3%}  {d.outcome} in {d.world}: {d.here:.6g} instead of {d.there:.6g} at {d.time:g}"
                for d in moved]  # fmt: skip
        return "\n".join([head, *(f"  {catalogue.english().in_words(line)}" for line in self.equations), *rows])

    def as_json(self) -> str:
        """The same as JSON: model, other, equations, differences (the fields of ``Difference``), notes."""
        equations, notes = (list(map(catalogue.english().in_words, said)) for said in (self.equations, self.notes))
        data = {"model": self.model, "other": self.other, "equations": equations, "notes": notes,
                "differences": [d.__dict__ for d in self.differences]}  # fmt: skip
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"

    def as_html(self, language: Language | None = None) -> str:
        """The same as a page, in English if nothing else is said."""
        page = VersionsPage(self.model, self.other, self.equations, self.differences)
        return render(page, language or catalogue.english())


@dataclass(frozen=True)
class VersionsPage(Context, template="versions.html.j2"):
    """A comparison as a page; the fields are those of ``Comparison``."""

    model: str
    other: str
    equations: Sequence[Message]
    differences: Sequence[Difference]


def compare_versions(name_or_path: str | Path, other: str) -> Comparison:
    """Compare a model with another version of it.

    Args:
        name_or_path: as ``load_model`` takes it.
        other: ``golden`` for its stored runs, a folder or file, or a git revision.

    Raises:
        UnknownName: there is no such version. ModelError: it cannot be read, or has no world or outcome in common.
    """
    path = model_file(name_or_path)
    model = load_model(path.parent if has_tables(path.parent) else path)
    if other == GOLDEN:
        return _compared(model, other, (), *_golden(model))
    with _version(path, other) as theirs:
        before = load_model(theirs)
        equations = tuple(_changed(document_of(before.path), document_of(path)))
        return _compared(model, other, equations, *_runs(before, _outcomes(model, before)))


Curves = Mapping[str, Mapping[str, Floats]]


def _outcomes(model: Model, other: Model) -> list[str]:
    """Names that people look at, and both versions have; every stock and auxiliary where no table names any."""
    wanted = list(model.outcomes) or [n for n in model.program.visible if n not in model.program.constants]
    known = set(other.program.visible)
    return [n for n in wanted if n in known]


def _runs(model: Model, names: Sequence[str]) -> tuple[Floats, Curves]:
    """``curves[world][outcome]`` at the times a model saves."""
    if not names:
        raise ModelError("error.version.no_outcome")
    if not model.scenarios:
        runs = simulate(model, outputs=names)
        return runs.time, {"": {n: runs.of(n)[0] for n in names}}
    batch = run_worlds(model, [World(key) for key in model.scenarios], names)
    return batch.runs.time, {w.key: {n: batch.of(w, n) for n in names} for w in batch.places}


def _golden(model: Model) -> tuple[Floats, Curves]:
    time, curves = model.expected
    if not curves:
        raise UnknownName("version", GOLDEN, (), model.name)
    return time, curves


def _compared(model: Model, other: str, equations: tuple[Message, ...], time: Floats, theirs: Curves) -> Comparison:
    shared = {n for curves in theirs.values() for n in curves}
    own_time, ours = _runs(model, [n for n in model.program.visible if n in shared])
    notes = [Message("versions.one_only", {"scenario": w}) for w in sorted(set(ours) ^ set(theirs))]
    worlds = [w for w in ours if w in theirs]
    if not worlds:
        raise ModelError("error.version.no_scenario")
    found = []
    for name in sorted(shared):
        span = max(float(np.ptp(np.concatenate([theirs[w][name] for w in worlds]))), 1e-12)
        for world in worlds:
            here, there = np.interp(time, own_time, ours[world][name]), theirs[world][name]
            at = int(np.abs(here - there).argmax())
            share = float(abs(here[at] - there[at])) / span
            unit = model.program.equations[name].unit
            found.append(Difference(name, world or model.name, share, float(time[at]), float(here[at]),
                                    float(there[at]), unit))  # fmt: skip
    found.sort(key=lambda d: -d.share)
    return Comparison(model.name, other, equations, tuple(found), tuple(notes))


def _changed(before: Document, after: Document) -> Iterator[Message]:
    """Equations that differ."""
    old, new = ({s.title: as_written(s.expression, 400) for s in d.statements} for d in (before, after))
    for title in dict.fromkeys([*old, *new]):
        if title not in new:
            yield Message("versions.removed", {"title": title})
        elif title not in old:
            yield Message("versions.added", {"title": title, "equation": new[title]})
        elif old[title] != new[title]:
            told = {"title": title, "equation": new[title], "before": old[title]}
            yield Message("versions.changed", told)


@contextmanager
def _version(path: Path, other: str) -> Iterator[Path]:
    """Another version of a model: a folder, a file, or one taken from git into a folder of its own."""
    if Path(other).expanduser().exists():
        yield Path(other).expanduser().resolve()
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / path.parent.name
        folder.mkdir()
        _take_from_git(path.parent, other, folder)
        yield folder if has_tables(folder) else folder / path.name


def _take_from_git(source: Path, revision: str, folder: Path) -> None:
    """The files of ``source`` as they were in a revision."""
    unknown = UnknownName("version", revision, (GOLDEN, "a git revision", "a folder or file"), str(source.name))
    if revision.startswith("-"):
        raise unknown
    try:
        done = subprocess.run(["git", "-C", str(source), "archive", "--format=tar", revision, "."], capture_output=True)
    except OSError:
        raise ModelError("error.version.git") from None
    if done.returncode != 0:
        raise unknown
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
