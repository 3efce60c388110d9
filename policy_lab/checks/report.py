"""A report of checks as lines for a terminal, as JSON, and as one HTML page without scripts."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from policy_lab.catalogue import english
from policy_lab.checks.findings import Finding
from policy_lab.checks.run_checks import Report
from policy_lab.checks.twelve_tests import in_words
from policy_lab.checks.verdicts import Verdict

_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;
color:#222;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc;
vertical-align:top}th{background:#f2f2f2}.bad{color:#a11;font-weight:600}.odd{color:#8a5a00;font-weight:600}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181a1b}th{background:#26292b}th,td{border-color:#444}
.bad{color:#ff8b80}.odd{color:#ffc46b}}"""


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
    yield summary(report)


def summary(report: Report) -> str:
    """One line: how many equations, findings, and checks that hold."""
    counts = Counter(v.status for v in report.verdicts)
    told = f"{report.model}: {report.equations} equations, {_many(report.errors, 'error')}, " + _many(
        report.warnings, "warning"
    )
    if report.verdicts:
        told += f"; {counts['holds']} of {len(report.verdicts)} predicates hold"
        rest = [f"{count} {status}" for status, count in counts.items() if status != "holds"]
        told += f" ({', '.join(rest)})" if rest else ""
    if report.tests:
        verdicts = Counter(t.verdict for t in report.tests)
        told += "; of the twelve tests " + ", ".join(f"{count} {_ENGLISH[v]}" for v, count in verdicts.most_common())
    return told + "."


#: Verdicts of the twelve tests as the end of "three …".
_ENGLISH = {"holds": "hold", "partly": "hold in part", "fails": "fail", "reported": "are reported", "not yet":
            "have not been made"}  # fmt: skip


def _loud(verdict: str) -> str:
    return verdict.upper() if verdict == "fails" else verdict


def _many(items: Sequence[object], noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


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


def as_html(report: Report) -> str:
    """The report as one page."""
    told = english().in_words
    findings = _table(
        ("", "where", "what", "kind"),
        ((f"<span class={'bad' if f.severity == 'error' else 'odd'}>{f.severity}</span>",
          escape(f"{f.file}{f', line {f.line}' if f.line else ''}"), escape(told(f.words)), escape(f.kind))
         for f in report.findings),
    )  # fmt: skip
    checks = _table(
        ("", "what must be true", "derived from", "what decides"),
        ((_marked(v), escape(v.check.says), v.check.derived, escape(_reason(v)))
         for v in sorted(report.verdicts, key=lambda v: v.status == "holds")),
    )  # fmt: skip
    tests = _table(
        ("", "test", "what came out"),
        ((f"<span class='{'bad' if t.verdict == 'fails' else ''}'>{t.verdict}</span>", escape(t.title),
          escape(t.summary)) for t in (in_words(one, english()) for one in report.tests)),
    )  # fmt: skip
    twelve = f"<h2>The twelve tests</h2>{tests}" if report.tests else ""
    title = escape(f"Checks of {report.model}")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1><p>{escape(summary(report))}</p>"
        f"{twelve}<h2>Units, structure and tables</h2>{findings if report.findings else '<p>Nothing found.</p>'}"
        f"<h2>Predicates</h2>{checks if report.verdicts else '<p>The model has none.</p>'}</html>\n"
    )


def _reason(verdict: Verdict) -> str:
    return english().in_words(verdict.words) + (f" ({verdict.check.known})" if verdict.check.known else "")


def _marked(verdict: Verdict) -> str:
    kind = "bad" if verdict.unexpected else "odd" if verdict.check.known else ""
    return f"<span class='{kind}'>{verdict.status}</span>"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th scope=col>{h}</th>" for h in header)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
