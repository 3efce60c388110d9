"""The twelve tests as a Markdown page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_MARKS = {
    "holds": "holds",
    "partly": "**partly**",
    "fails": "**FAILS**",
    "reported": "reported",
    "not yet": "*not yet*",
}


def page(data: Mapping[str, Any], made_by: str) -> str:
    """The page of a model's validation.

    Args:
        data: what ``validation.as_data`` gives.
        made_by: the command that makes the page again.
    """
    return "\n".join(_lines(data, made_by)) + "\n"


def _lines(data: Mapping[str, Any], made_by: str) -> Iterator[str]:
    tests = data["tests"]
    yield f"# How far `{data['model']}` can be trusted"
    yield ""
    yield (
        "Twelve tests of a model (Sterman 2000, *Business Dynamics*, ch. 21), each as far as a program can make it. "
        f"This page is made by `{made_by}`; nobody edits it. *Reported* is for what only a reader can judge. A test "
        "that fails is shown as failing. Everything here is conditional on the model; passing makes it consistent with "
        "what was tried, and no more."
    )
    yield ""
    yield f"Equations: `{data['hash'][:12]}`."
    yield ""
    overview = [[f"[{t['title']}](#{_anchor(t['title'])})", _MARKS[t["verdict"]], t["summary"]] for t in tests]
    yield from _table(("test", "verdict", "in short"), overview)
    for test in tests:
        yield ""
        yield f"## {test['title']}"
        yield ""
        yield f"*{test['question']}* {_MARKS[test['verdict']].capitalize()}. {test['summary']}"
        if test["rows"]:
            yield ""
            yield from _table(test["columns"], test["rows"])
        if test["notes"]:
            yield ""
            yield from (f"- {note}" for note in test["notes"])


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield f"| {' | '.join(_cell(c) for c in row)} |"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1e6 else f"{value:.4g}"
    return str(value).replace("|", "\\|").replace("\n", " ")
