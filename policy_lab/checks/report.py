"""A report of checks as lines for a terminal, as JSON, and as one HTML page without scripts."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policy_lab.catalogue import english
from policy_lab.checks.findings import Finding
from policy_lab.checks.run_checks import Report
from policy_lab.checks.validation_tests import Worded, in_words
from policy_lab.checks.verdicts import Verdict
from policy_lab.messages import Language, Message
from policy_lab.report.templating import Context, render


@dataclass(frozen=True)
class ChecksPage(Context, template="checks.html.j2"):
    """The report as a page; predicates that do not hold come first."""

    model: str
    summary: Message
    tests: Sequence[Worded]
    findings: Sequence[Finding]
    verdicts: Sequence[Verdict]


def lines(report: Report, every: bool = False) -> Iterator[str]:
    """The report for a terminal: what is wrong, one line each, then a sum; ``every``: what holds as well."""
    told = english().in_words
    for one in report.findings:
        words = told(one.words)
        yield f"{one.severity}: {_place(one, words)}{words} [{one.kind}]"
    for verdict in report.verdicts:
        if verdict.unexpected or verdict.check.known or every:
            known = f" ({verdict.check.known})" if verdict.check.known else ""
            yield f"{verdict.status}: {told(verdict.claim)}{known}"
    for test in report.tests:
        yield f"{_loud(test.verdict):>8}  {told(test.title)}: {told(test.summary)}"
    yield told(summary(report))


def summary(report: Report) -> Message:
    """One sentence: how many equations, findings, and checks that hold."""
    counts = Counter(v.status_words.key for v in report.verdicts)
    tests = Counter(t.verdict.replace(" ", "_") for t in report.tests)
    holds = counts.pop("verdict.holds", 0)
    rest = [Message("checks.count", {"number": count, "of": Message(key)}) for key, count in counts.items()]
    held = {"holds": holds, "all": len(report.verdicts), "rest": rest}
    results = [Message(f"checks.tests_{verdict}", {"count": count}) for verdict, count in tests.most_common()]
    told = {
        "model": report.model,
        "equations": Message("checks.equations", {"count": report.equations}),
        "errors": Message("checks.errors", {"count": len(report.errors)}),
        "warnings": Message("checks.warnings", {"count": len(report.warnings)}),
        "predicates": Message("checks.held_but" if rest else "checks.held", held) if report.verdicts else "",
        "tests": Message("checks.of_tests", {"results": results}) if results else "",
    }
    return Message("checks.summary", told)


def _loud(verdict: str) -> str:
    return verdict.upper() if verdict == "fails" else verdict


def _place(one: Finding, words: str) -> str:
    return f"{one.file}, line {one.line}: " if one.line and not words.startswith(one.file) else ""


def as_json(report: Report) -> str:
    """The report as JSON: model, hash, equations, sound, findings (the fields of ``Finding``), checks."""
    data = {
        "model": report.model,
        "hash": report.hash,
        "equations": report.equations,
        "sound": report.sound(),
        "findings": [{**vars(f), "words": english().in_words(f.words)} for f in report.findings],
        "checks": [_verdict(v) for v in report.verdicts],
        "tests": [dataclasses.asdict(in_words(t, english())) for t in report.tests],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _verdict(verdict: Verdict) -> dict[str, object]:
    check = verdict.check
    words = english().in_words(verdict.words)
    return {"says": check.says, "derived": check.derived, "status": verdict.status, "words": words,
            "known": check.known, "line": check.line}  # fmt: skip


def as_html(report: Report, language: Language | None = None) -> str:
    """The report as one page, in English if nothing else is said."""
    words = language or english()
    verdicts = sorted(report.verdicts, key=lambda v: v.status == "holds")
    tests = [in_words(test, words) for test in report.tests]
    return render(ChecksPage(report.model, summary(report), tests, report.findings, verdicts), words)
