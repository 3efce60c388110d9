"""All checks of one model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from policy_lab.checks.findings import Finding, finding
from policy_lab.checks.loops import loop_findings
from policy_lab.checks.outflow_control import control_findings, states_of
from policy_lab.checks.structure import source_findings, structure_findings, unit_findings
from policy_lab.checks.tables import Beside, read_beside
from policy_lab.checks.verdicts import Verdict, constants_of_worlds, judge
from policy_lab.errors import ModelError, PolicyLabError
from policy_lab.messages import Message
from policy_lab.model import Model, load_model
from policy_lab.model.checks import World
from policy_lab.model.faults import Parts
from policy_lab.model.loading import folder_of, model_file
from policy_lab.readers import document_of
from policy_lab.statements import Document

if TYPE_CHECKING:
    from policy_lab.checks.validation_tests import Test

Say = Callable[[Message], object]


@dataclass
class Report:
    """What came out.

    Attributes:
        model: its name; ``hash`` is that of its equations, "" where they cannot be read.
        equations: how many the file has.
        findings: in order: units, structure, tables, control.
        verdicts: one for each predicate of ``checks.yaml``.
        tests: the twelve tests, where they have been made (``validation.twelve_tests``).
    """

    model: str
    hash: str = ""
    equations: int = 0
    findings: list[Finding] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)

    @property
    def errors(self) -> list[Finding]:
        """Findings that must be mended."""
        return [f for f in self.findings if f.severity == "error"]

    @property
    def warnings(self) -> list[Finding]:
        """Findings that should be looked at."""
        return [f for f in self.findings if f.severity == "warning"]

    @property
    def unexpected(self) -> list[Verdict]:
        """Checks that came out other than the file says."""
        return [v for v in self.verdicts if v.unexpected]

    def sound(self, strict: bool = False) -> bool:
        """Whether nothing must be mended; ``strict``: warnings, and what is known to fail, count too."""
        return not self.errors and not self.unexpected and not (strict and (self.warnings or self.failing))

    @property
    def failing(self) -> list[str]:
        """Everything that does not hold, known or not: predicates, and tests of the twelve."""
        return [v.check.says for v in self.verdicts if not v.passed] + [
            t.key for t in self.tests if t.verdict == "fails"
        ]


def check_model(name_or_path: str | Path, runs: bool = True, say: Say | None = None) -> Report:
    """Check a model by name, folder or file.

    Args:
        name_or_path: as ``load_model`` takes it.
        runs: also what needs runs: control of outflows, and the predicates of ``checks.yaml``.
        say: gets what is being done.

    Raises:
        UnknownName, ModelError: there is no such model, or its file cannot be parsed. What is wrong in a table, or
            keeps the model from running, is a finding.
    """
    tell = say or (lambda doing: None)
    path = model_file(name_or_path)
    folder = folder_of(path)
    tell(Message("progress.units"))
    document = document_of(path)
    try:
        bare = load_model(path)
    except ModelError as wrong:
        return _unrunnable(path.stem, document, wrong)
    beside = read_beside(bare, folder) if folder is not None else Beside(Parts(bare))
    report = Report(beside.model.name, bare.hash, len(document.statements))
    report.findings.extend(unit_findings(document))
    report.findings.extend(structure_findings(document, beside.used))
    if beside.model.sources:
        report.findings.extend(source_findings(document, beside.model, beside.cited))
    report.findings.extend(beside.findings)
    if runs:
        tell(Message("progress.outflows"))
        report.findings.extend(_control(beside.model, document))
        report.findings.extend(_loops(beside.model, tell))
        _predicates(report, beside.model, tell)
    return report


def _unrunnable(name: str, document: Document, why: PolicyLabError) -> Report:
    """What can be said of a model that is written well enough to be read and not to be run."""
    report = Report(name, "", len(document.statements))
    report.findings = [*unit_findings(document), *structure_findings(document)]
    report.findings.append(
        finding("cannot be run", name, document.name, 0, Message("finding.cannot_run", {"why": why.message}))
    )
    return report


def _control(model: Model, document: Document) -> Iterator[Finding]:
    """In the states of all worlds at once."""
    program = model.program
    if program.refused:
        words = Message("finding.not_looked_at", {"why": program.refused[0].message})
        yield finding("not looked at", program.refused[0].variable, document.name, program.refused[0].line, words)
        return
    try:
        states = _all_worlds(model)
    except PolicyLabError as failed:
        yield finding(
            "cannot be run", model.name, document.name, 0, Message("finding.cannot_run", {"why": failed.message})
        )
        return
    yield from control_findings(program, states, document.name)


def _loops(model: Model, tell: Say) -> list[Finding]:
    """What runs say of the named loops; a table or model that cannot be used is a finding of its own already."""
    try:
        return list(loop_findings(model, tell))
    except PolicyLabError:
        return []


def _all_worlds(model: Model) -> dict[str, Any]:
    moments, saved = model.program.clock.moments()
    values, count = constants_of_worlds(model, [World(key) for key in model.scenarios] or [World("")])
    return states_of(model.program, values, count, np.array([moments[i] for i in saved]))


def _predicates(report: Report, model: Model, tell: Say) -> None:
    try:
        checks = model.checks
        if checks:
            tell(Message("progress.predicates", {"count": len(checks)}))
        report.verdicts = judge(model, checks)
    except PolicyLabError as wrong:
        report.findings.append(finding("cannot be read", "checks.yaml", "checks.yaml", 0, wrong.message))
