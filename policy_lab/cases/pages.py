"""The cases as one HTML page without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from policy_lab.cases import overview

_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:80rem;margin:2rem auto;padding:0 1rem;color:#222;
background:#fff}table{border-collapse:collapse;display:block;overflow-x:auto}th,td{text-align:left;
padding:.3rem .6rem;border-bottom:1px solid #ccc;vertical-align:top}th{background:#f2f2f2}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181a1b}th{background:#26292b}th,td{border-color:#444}}"""


def html(data: Mapping[str, Any]) -> str:
    """The table and the causes as one page."""
    title = escape(f"Precedents of {data['model']}")
    causes = [[case["title"], f"{case['why']['year']:.1f}", ", ".join(overview.causes(case)), overview.what_ifs(case)]
              for case in data["cases"]]  # fmt: skip
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1>"
        + "".join(f"<p>{escape(sentence)}</p>" for sentence in overview.summary(data))
        + _html_table(overview.HEADER, overview.rows(data))
        + "<h2>Why</h2>"
        + _html_table(("case", "decisive year", "log odds of opposition", "taken away"), causes)
        + "</html>\n"
    )


def _html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th scope=col>{escape(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
