"""Studies: many runs of one model, and what they say about a question.

Each file in this folder is one method and is found by its name; a new method is a new file with

- ``DEFAULT_SIZE`` and ``OPTIONS``: its size where a study names none, and the keys only it knows, with defaults;
- ``check(plan)``: raises ``StudyError`` for what it cannot do, before any run;
- ``inputs(plan)``: what decides its result and is not in the plan, such as the contents of scenarios an option names;
- ``run(plan, ensemble)``: makes runs through ``ensemble.run(sample)`` and gives a ``Result``;
- ``statements(plan, findings)``: what the findings say, as messages;
- ``draw(plan, findings, words)``: file name to picture, labelled in a language;
- if it wants, ``tables(plan, findings)``: tables for the report;
- ``QUESTIONS`` and ``runs(plan)`` if people may ask it on the page: what it answers, and how many runs that takes.

Its texts are in the catalogue under ``study.<name>``; ``title`` and ``question`` say what it is called and what it
answers. A method imports from ``policy_lab.ensemble`` and never from another method.
"""

from __future__ import annotations

import importlib
import pkgutil
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, cast

from policy_lab import __version__
from policy_lab.catalogue import english
from policy_lab.ensemble import failures, provenance
from policy_lab.ensemble.compare_runs import edited, made_otherwise, other_findings, other_runs
from policy_lab.ensemble.factors import Factor
from policy_lab.ensemble.findings import ALL_TIMES, DUMMY, Findings, Result, Statement, load_findings, table_of
from policy_lab.ensemble.folder import ResultFolder
from policy_lab.ensemble.plan import Plan, make_plan
from policy_lab.ensemble.questions import Question
from policy_lab.ensemble.runner import Ensemble, Workers, in_process
from policy_lab.ensemble.study_file import Study, check_options, read_study
from policy_lab.errors import StudyError, UnknownName
from policy_lab.messages import Language, Message
from policy_lab.model import load_model
from policy_lab.moments import adapted
from policy_lab.progress import MeterMaker, silent
from policy_lab.report import study_report
from policy_lab.report.plots import Picture

__all__ = [
    "ALL_TIMES",
    "DUMMY",
    "Factor",
    "Findings",
    "Method",
    "Plan",
    "Question",
    "Replay",
    "Result",
    "Statement",
    "Study",
    "load_findings",
    "load_study",
    "method",
    "methods",
    "plan_of",
    "question_of",
    "questions",
    "replay",
    "report_files",
    "run_study",
    "runs_of",
]


class Method(Protocol):
    """What a file in this folder offers."""

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

    def statements(self, plan: Plan, findings: Findings) -> list[Statement]:
        """Say what was found."""
        ...

    def draw(self, plan: Plan, findings: Findings, words: Language) -> dict[str, Picture]:
        """Give the pictures by name."""
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


@cache
def questions() -> Mapping[str, tuple[str, Question]]:
    """All that people may ask on the page: key to the method that answers it, and the question."""
    found = ((name, q) for name in methods() for q in getattr(method(name), "QUESTIONS", ()))
    return {q.key: (name, q) for name, q in found}


def question_of(name: str, kinds: Collection[str], grouped: bool) -> str:
    """The key of the question that a study answers; the method's name where nobody can ask it.

    Args:
        name: of the method.
        kinds: of the factors that the study varies.
        grouped: whether it moves them in groups.
    """
    asked = [q for q in getattr(method(name), "QUESTIONS", ()) if not q.varies or bool(q.groups) == grouped]
    return next((q.key for q in asked if set(q.varies) == set(kinds)), asked[0].key if len(asked) == 1 else name)


def runs_of(plan: Plan) -> tuple[int, int]:
    """Runs of the model that a study makes whose method is asked on the page: at first, and at most."""
    counted: Callable[[Plan], tuple[int, int]] = getattr(method(plan.study.method), "runs")  # noqa: B009
    return counted(plan)


def load_study(path: str | Path) -> Study:
    """Read a study file and check it against its model.

    Raises:
        StudyError, UnknownName, ModelError, BadValue: whatever keeps it from running, named with the way out.
    """
    study = read_study(path)
    try:
        plan_of(study)
    except StudyError as error:
        raise StudyError("error.in", where=path, problem=error) from None
    return study


def plan_of(study: Study) -> Plan:
    """A study checked against its model; raises what ``load_study`` raises."""
    known = method(study.method)
    options = check_options(study.options, known.OPTIONS, study.method)
    plan = make_plan(study, load_model(study.model_reference(), study.data_files()), options, known.DEFAULT_SIZE)
    known.check(plan)
    return replace(plan, inputs=known.inputs(plan))


def run_study(
    study: Study,
    out: str | Path,
    seed: int | None = None,
    progress: MeterMaker = silent,
    workers: Workers = in_process,
    pictures: bool = True,
    words: Language | None = None,
) -> Findings:
    """Run a study and keep it in a result folder; a study that was stopped there goes on from its finished chunks.

    The folder ends up with ``study.toml``, ``findings.csv``, ``runs.nc`` (samples and outcomes), figures as PNG and
    SVG, ``report.html`` and ``provenance.json``. A folder that holds this very study, finished, is read, not run; if a
    language is named, its report is written again.

    Args:
        study: what to run.
        out: the result folder, made if need be.
        seed: instead of the study's own.
        progress: makes a progress meter for long work (``policy_lab.progress.bar``).
        workers: where chunks of runs are made; in this process by default.
        pictures: whether to draw figures, which takes seconds where a study has many outcomes.
        words: the language of the report; English by default.

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
            if words is not None:
                words = _of_model(plan, words)
                study_report.write_report(*_told(plan, load_findings(folder.path), words), words, progress)
            return load_findings(folder.path)
        ensemble = Ensemble(plan, folder, workers, progress)
        try:
            return _run(plan, ensemble, pictures, _of_model(plan, words or english()))
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"Stopped. Finished runs are kept in {out}; run the same command to continue."
            ) from None


def _run(plan: Plan, ensemble: Ensemble, pictures: bool, words: Language) -> Findings:
    started, clock = datetime.now(UTC), time.monotonic()
    known = method(plan.study.method)
    result = known.run(plan, ensemble)
    varied = plan.factors if result.varied is None else result.varied
    shares = failures.failed_shares(plan, ensemble)
    findings = Findings(
        table_of(plan.study.method, result.parts),
        {**provenance.of(plan, ensemble, varied), **({"failed": shares} if shares else {}), **result.extra},
        notes=(
            *failures.notes(plan, ensemble, shares),
            *result.notes,
            *provenance.general_notes(plan, ensemble, varied),
        ),
        folder=ensemble.folder.path,
    )
    findings = _with_tables(known, plan, replace(findings, statements=tuple(known.statements(plan, findings))))
    drawn = known.draw(plan, findings, words) if pictures else {}
    ensemble.write_netcdf()
    made = {"started": started.isoformat(timespec="seconds"), "seconds": round(time.monotonic() - clock, 2)}
    findings = replace(findings, provenance={**findings.provenance, **made})
    study_report.write(plan, findings, drawn, words, ensemble.progress)
    ensemble.folder.close_work()
    return load_findings(ensemble.folder.path)


def report_files(findings: Findings, words: Language) -> dict[str, str | bytes]:
    """The report of a stored study and its pictures in a language, by file name; no run is made for them.

    Raises:
        StudyError, UnknownName, ModelError: the study no longer fits its model.
    """
    assert findings.folder is not None
    plan = plan_of(read_study(findings.folder / "study.toml"))
    words = _of_model(plan, words)
    return dict(study_report.files(*_told(plan, findings, words), words))


def _of_model(plan: Plan, words: Language) -> Language:
    """A language that speaks of the model's own moments."""
    return adapted(words, plan.model.program.clock.initial, plan.model.program.clock.unit)


def _told(plan: Plan, findings: Findings, words: Language) -> tuple[Plan, Findings, dict[str, Picture]]:
    """What a report of stored findings is made from, stated anew: sentences may say more than when it was stored."""
    known = method(plan.study.method)
    findings = replace(findings, statements=tuple(known.statements(plan, findings)))
    findings = _with_tables(known, plan, findings)
    return plan, findings, known.draw(plan, findings, words)


def _with_tables(known: Method, plan: Plan, findings: Findings) -> Findings:
    made = getattr(known, "tables", None)
    return replace(findings, tables=made(plan, findings)) if made else findings


@dataclass(frozen=True)
class Replay:
    """Whether a stored study could be made again to the bit, and what differs if not."""

    same: bool
    differences: tuple[Message, ...]


def replay(folder: str | Path, progress: MeterMaker = silent, workers: Workers = in_process) -> Replay:
    """Run a stored study again, somewhere else, and compare every number with the stored ones.

    Args:
        folder: a result folder.
        progress: makes a progress meter.
        workers: where chunks of runs are made.

    Raises:
        StudyError: the folder holds no finished study.
    """
    stored = load_findings(folder, check=False)  # what was edited is told number by number
    study = read_study(Path(folder) / "study.toml")
    with TemporaryDirectory(prefix="policy-lab-replay-") as place:
        again = run_study(study, place, progress=progress, workers=workers, pictures=False)
        differing = [*other_findings(stored, again), *other_runs(Path(folder), Path(place))]
    # Perhaps other versions, but the same bits of an untouched folder and the same model: nothing to report.
    differing = differing or edited(stored)
    if not differing and stored.provenance.get("model_hash") == again.provenance.get("model_hash"):
        return Replay(True, ())
    return Replay(False, (*made_otherwise(stored, again), *differing))
