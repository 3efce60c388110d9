"""Studies: many runs of one model, and what they say about a question.

Each file in this folder is one method and is found by its name; a new method is a new file with

- ``TITLE`` and ``QUESTION``: what it is called and what it answers, for people;
- ``DEFAULT_SIZE`` and ``OPTIONS``: its size where a study names none, and the keys only it knows, with defaults;
- ``check(plan)``: raises ``StudyError`` for what it cannot do, before any run;
- ``inputs(plan)``: what decides its result and is not in the plan, such as the contents of scenarios an option names;
- ``run(plan, ensemble)``: makes runs through ``ensemble.run(sample)`` and gives a ``Result``;
- ``words(plan, findings)``: the findings in sentences;
- ``draw(plan, findings)``: figure name to matplotlib figure.

A method imports from ``policy_lab.ensemble`` and never from another method.
"""

from __future__ import annotations

import importlib
import pkgutil
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol, cast

import pandas as pd
from matplotlib.figure import Figure

from policy_lab import __version__
from policy_lab.ensemble.compare_runs import other_runs
from policy_lab.ensemble.factors import Factor
from policy_lab.ensemble.findings import ALL_TIMES, DUMMY, Findings, Result, load_findings, table_of
from policy_lab.ensemble.folder import ResultFolder
from policy_lab.ensemble.plan import Plan, make_plan
from policy_lab.ensemble.runner import Ensemble, Workers, in_process
from policy_lab.ensemble.study_file import Study, check_options, read_study
from policy_lab.errors import StudyError, UnknownName
from policy_lab.model import load_model
from policy_lab.progress import MeterMaker, silent
from policy_lab.report import study_report

#: The grade of a range that no source gives.
JUDGEMENT: Final = "J"

PROGRAM: Final = "policy-lab"

__all__ = [
    "ALL_TIMES",
    "DUMMY",
    "Factor",
    "Findings",
    "Method",
    "Plan",
    "Replay",
    "Result",
    "Study",
    "load_findings",
    "load_study",
    "method",
    "methods",
    "plan_of",
    "replay",
    "run_study",
]


class Method(Protocol):
    """What a file in this folder offers."""

    TITLE: str
    QUESTION: str
    DEFAULT_SIZE: int
    OPTIONS: Mapping[str, Any]

    def check(self, plan: Plan) -> None:
        """Raise ``StudyError`` for what it cannot do."""
        ...

    def inputs(self, plan: Plan) -> Mapping[str, Any]:
        """What decides its result beyond the plan, as JSON could say it; a result of other inputs is another one."""
        ...

    def run(self, plan: Plan, ensemble: Ensemble) -> Result:
        """Make the runs and analyse them."""
        ...

    def words(self, plan: Plan, findings: Findings) -> list[str]:
        """Give the findings in sentences."""
        ...

    def draw(self, plan: Plan, findings: Findings) -> dict[str, Figure]:
        """Give the figures by name."""
        ...


@cache
def methods() -> tuple[str, ...]:
    """The names of all methods, found by their files."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")))


def method(name: str) -> Method:
    """A method by its name; raises ``UnknownName``."""
    if name not in methods():
        raise UnknownName("method", name, methods())
    return cast("Method", importlib.import_module(f"{__name__}.{name}"))


def load_study(path: str | Path) -> Study:
    """Read a study file and check it against its model.

    Raises:
        StudyError, UnknownName, ModelError, BadValue: whatever keeps it from running, named with the way out.
    """
    study = read_study(path)
    try:
        plan_of(study)
    except StudyError as error:
        raise StudyError(f"{path}: {error}") from None
    return study


def plan_of(study: Study) -> Plan:
    """A study checked against its model; raises what ``load_study`` raises."""
    known = method(study.method)
    options = check_options(study.options, known.OPTIONS, study.method)
    plan = make_plan(study, load_model(study.model_reference()), options, known.DEFAULT_SIZE)
    known.check(plan)
    return replace(plan, inputs=known.inputs(plan))


def run_study(
    study: Study,
    out: str | Path,
    seed: int | None = None,
    progress: MeterMaker = silent,
    workers: Workers = in_process,
    pictures: bool = True,
) -> Findings:
    """Run a study and keep it in a result folder; a study that was stopped there goes on from its finished chunks.

    The folder ends up with ``study.toml``, ``findings.csv``, ``runs.nc`` (samples and outcomes), figures as PNG and
    SVG, ``report.html`` and ``provenance.json``. A folder that holds this very study, finished, is read, not run.

    Args:
        study: what to run.
        out: the result folder, made if need be.
        seed: instead of the study's own.
        progress: makes a progress meter for long work (``policy_lab.progress.bar``).
        workers: where chunks of runs are made; in this process by default.
        pictures: whether to draw figures, which takes seconds where a study has many outcomes.

    Returns:
        The findings as they are stored.

    Raises:
        KeyboardInterrupt: stopped; its text says in one line what is kept.
        StudyError, OutputError, SimulationError: see ``policy_lab.errors``.
    """
    plan = plan_of(study if seed is None else replace(study, seed=seed))
    folder = ResultFolder(Path(out), plan.fingerprint(__version__))
    with folder:
        if folder.finished() is not None:
            folder.close_work()
            return load_findings(folder.path)
        ensemble = Ensemble(plan, folder, workers, progress)
        try:
            return _run(plan, ensemble, pictures)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"Stopped. What was finished is kept in {out}; the same command goes on from there."
            ) from None


def _run(plan: Plan, ensemble: Ensemble, pictures: bool) -> Findings:
    started, clock = datetime.now(UTC), time.monotonic()
    known = method(plan.study.method)
    result = known.run(plan, ensemble)
    table = table_of(plan.study.method, result.parts)
    varied = plan.factors if result.varied is None else result.varied
    notes = [*result.notes, *_general_notes(plan, ensemble, varied)]
    provenance = _provenance(plan, ensemble, varied) | {"notes": notes, **result.extra}
    findings = Findings(table, provenance, ensemble.folder.path)
    provenance["words"] = known.words(plan, findings)
    findings = Findings(table, provenance, ensemble.folder.path)
    figures = known.draw(plan, findings) if pictures else {}
    ensemble.write_netcdf()
    provenance |= {"started": started.isoformat(timespec="seconds"), "seconds": round(time.monotonic() - clock, 2)}
    study_report.write(plan, findings, figures, known.TITLE, known.QUESTION, ensemble.progress)
    ensemble.folder.close_work()
    return load_findings(ensemble.folder.path)


def _general_notes(plan: Plan, ensemble: Ensemble, varied: Sequence[Factor]) -> list[str]:
    notes = []
    failed, runs = ensemble.failed(), ensemble.runs()
    if failed:
        notes.append(
            f"{failed:,} of {runs:,} runs gave no finite number for some outcome and time; figures of that outcome "
            "and time leave them out."
        )
    notes += [f"The runs were made by a slower engine: {why}" for why in sorted(ensemble.fallbacks)]
    return notes + _notes_on_ranges(plan, [f for f in varied if f.distribution != "discrete"])


def _notes_on_ranges(plan: Plan, varied: Sequence[Factor]) -> list[str]:
    """Where ranges are arbitrary and where independence is assumed: what decides ranks without being in the model."""
    notes = []
    kinds = {f.kind for f in varied}
    if "lever" in kinds:
        notes.append(
            "Levers are varied over all that could be decided, every value as good as the others; that says nothing of "
            "how likely it is. A wider range makes a lever rank higher."
        )
    if "uncertainty" in kinds:
        known = [u for f in varied if (u := plan.model.uncertainties.get(f.name)) is not None]
        judged = sum(u.grade == JUDGEMENT for u in known)
        notes.append(
            f"The ranges of {judged} of {len(known)} uncertain parameters are judgement (grade {JUDGEMENT} below), so "
            "that they are wide or narrow is arbitrary to a degree, and so is a rank that hangs on it."
        )
        notes.append(
            "Uncertain parameters are drawn independently of each other. Where they hang together in truth, "
            "intervals would be wider or narrower and ranks would differ."
        )
    if "constant" in kinds:
        notes.append("Ranges that the study itself gives to constants of the model are the analyst's own; say why.")
    return notes


def _provenance(plan: Plan, ensemble: Ensemble, varied: Sequence[Factor]) -> dict[str, Any]:
    study = plan.study
    return {
        "policy_lab": __version__,
        "fingerprint": ensemble.folder.fingerprint,
        "method": study.method,
        "model": plan.model.name,
        "model_hash": plan.model.hash,
        "scenario": study.scenario or "",
        "settings": dict(study.settings),
        "backend": sorted(ensemble.backends),
        "seed": study.seed,
        "size": plan.size,
        "runs": ensemble.runs(),
        "failed_runs": ensemble.failed(),
        "time_unit": plan.model.program.clock.unit,
        "factors": [_about_factor(plan, f) for f in varied],
        "groups": {name: [plan.factors[i].name for i in where] for name, where in plan.groups.items()}
        if plan.grouped
        else {},
        "outcomes": [
            {"name": o, "label": plan.label(o), "unit": plan.model.program.equations[o].unit} for o in plan.outcomes
        ],
        "command": _command(),
        "versions": {"python": platform.python_version()}
        | {name: metadata.version(name) for name in ("numpy", "scipy", "SALib", "pandas", "pysd")},
    }


def _command() -> str:
    """What was typed; of a study that another program ran, what could be: that program's paths help nobody."""
    program = Path(sys.argv[0]).name
    return " ".join([program, *sys.argv[1:]]) if program == PROGRAM else f"{PROGRAM} study study.toml --out FOLDER"


def _about_factor(plan: Plan, factor: Factor) -> dict[str, Any]:
    about: dict[str, Any] = {
        "name": factor.name,
        "group": factor.group,
        "kind": factor.kind,
        "unit": factor.unit,
        "low": factor.low,
        "default": factor.default,
        "high": factor.high,
        "distribution": factor.distribution,
        "range": factor.range_in_words(),
    }
    uncertainty = plan.model.uncertainties.get(factor.name)
    if uncertainty is not None:
        about |= {"source": uncertainty.source, "grade": uncertainty.grade}
    return about


@dataclass(frozen=True)
class Replay:
    """Whether a stored study could be made again to the bit, and what differs if not."""

    same: bool
    differences: tuple[str, ...]


def replay(folder: str | Path, progress: MeterMaker = silent, workers: Workers = in_process) -> Replay:
    """Run a stored study again, somewhere else, and compare every number with the stored ones.

    Args:
        folder: a result folder.
        progress: makes a progress meter.
        workers: where chunks of runs are made.

    Raises:
        StudyError: the folder holds no finished study.
    """
    stored = load_findings(folder)
    study = read_study(Path(folder) / "study.toml")
    with TemporaryDirectory(prefix="policy-lab-replay-") as place:
        again = run_study(study, place, progress=progress, workers=workers, pictures=False)
        differing = [*_other_findings(stored, again), *other_runs(Path(folder), Path(place))]
    if not differing:
        return Replay(True, ())  # perhaps other versions, but the same bits: nothing to report
    return Replay(False, (*_made_otherwise(stored, again), *differing))


def _made_otherwise(stored: Findings, again: Findings) -> list[str]:
    """What may be the reason for other numbers."""
    return [
        f"{key} was {stored.provenance.get(key)}, is {again.provenance.get(key)}"
        for key in ("policy_lab", "model_hash", "backend", "versions")
        if stored.provenance.get(key) != again.provenance.get(key)
    ]


def _other_findings(stored: Findings, again: Findings) -> list[str]:
    said: list[str] = []
    if stored.table.equals(again.table):
        return said
    if len(stored.table) != len(again.table):
        return [*said, f"findings.csv had {len(stored.table)} rows, has {len(again.table)}"]
    labels = ["outcome", "time", "factor", "index"]
    if not stored.table[labels].equals(again.table[labels]):
        return [*said, "the rows of findings.csv are about other outcomes, times, factors or indices"]
    gap = (stored.table[["value", "low", "high"]] - again.table[["value", "low", "high"]]).abs()
    worst = gap.max(axis=1)
    where = stored.table.loc[worst.idxmax()] if worst.notna().any() else stored.table.iloc[0]
    changed = int((pd.concat([gap > 0, gap.isna() & stored.table[gap.columns].notna()], axis=1)).any(axis=1).sum())
    return [
        *said,
        f"{changed} of {len(worst)} rows differ, by at most {worst.max():.3g} "
        f"({where['index']} of {where['factor']} for {where['outcome']})",
    ]
