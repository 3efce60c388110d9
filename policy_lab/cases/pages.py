"""The cases as a Markdown page, and as one HTML page without scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from policy_lab.cases import overview

_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:80rem;margin:2rem auto;padding:0 1rem;color:#222;
background:#fff}table{border-collapse:collapse;display:block;overflow-x:auto}th,td{text-align:left;
padding:.3rem .6rem;border-bottom:1px solid #ccc;vertical-align:top}th{background:#f2f2f2}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181a1b}th{background:#26292b}th,td{border-color:#444}}"""

INTRODUCTION = (
    "Each case is an ordinary run of the model with `case run` at 1: the same equations for opposition, cost growth, "
    "cancellation and budgets as in every world, the same shared numbers, and a few constants of its own. Model year "
    "2015 stands for the first year of a case. A case states at most seven facts (what is not stated is ordinary: no "
    "treaty members, no secrecy, normal urgency), takes the rivals' budget and incomes from the record by one rule, "
    "and has at most three fitted numbers, fitted to its spending, its completion and what was built, never to its "
    "fate. A project is cancelled when its standing falls below one half before 95 % of its works are paid.",
    "What this shows is that the equations are consistent with these histories given those facts. The pathway is "
    "stated, not explained; so is the true cost: the model says what cost growth does to support, not why costs grew.",
    "A new case is two files beside the model: `cases/<case>.toml` with its facts and what to compare, and "
    "`cases/<case>.csv` with its figures, each with range, grade, source (a key of `sources.csv`) and "
    "whether it was read or recalled. `policy-lab precedents --fit` says what is missing, fits and keeps the result. A "
    "case that is to test the equations gets `held_out = true` before it is run for the first time.",
)
RULES = (
    "**Rivals' budget**: public money for research and development of the same purpose (the budget function) in the "
    "sponsoring states, without the project; the mean over its years, brought to the first year by the growth of "
    "incomes.",
    "**Incomes and their growth**: an exponential through income per head at current prices.",
    "**Money** is in millions of the case's currency at the prices of each year; nothing is deflated.",
    "**Spending error**: mean absolute error over the mean of the figures, every figure counted, recalled ones too.",
    "**Facts drawn**: the share of draws of the stated facts from their ranges, each by itself, with the fate of the "
    "record.",
    "**Left out**: sets of shared numbers drawn from their ranges, weighed by the votes and fates of the *other* cases "
    "(those set aside never count); the weighted share in which this case has its fate, run with the medians of the "
    "others' fitted numbers.",
    "**Pictures**: lines are the model, which runs on after a cancellation with what little stands; points are the "
    "record, hollow where recalled, with their ranges.",
    "**Without hindsight**: the true cost replaced by the mean of its reference class (cost growth 1.5, Flyvbjerg), "
    "other facts known only afterwards by what is ordinary.",
)


def markdown(data: Mapping[str, Any], made_by: str, pictures: str = "") -> str:
    """The page of a model's cases.

    Args:
        data: what ``examine`` gives.
        made_by: the command that makes the page again.
        pictures: folder of the figures as seen from the page; "" for none.
    """
    return "\n".join(_lines(data, made_by, pictures)) + "\n"


def html(data: Mapping[str, Any]) -> str:
    """The table and the causes as one page."""
    title = escape(f"Precedents of {data['model']}")
    causes = [[case["title"], f"{case['why']['year']:.1f}", ", ".join(overview.causes(case)), _what_ifs(case)]
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


def _lines(data: Mapping[str, Any], made_by: str, pictures: str) -> Iterator[str]:
    yield "# Precedents"
    yield ""
    yield f"This page is made by `{made_by}`; nobody edits it. Equations: `{data['hash'][:12]}`."
    for paragraph in INTRODUCTION:
        yield ""
        yield paragraph
    yield ""
    yield from _table(overview.HEADER, overview.rows(data))
    yield ""
    yield from (f"- {sentence}" for sentence in overview.summary(data))
    yield ""
    yield "## Rules for all cases"
    yield ""
    yield from (f"- {rule}" for rule in RULES)
    yield (
        f"- Sets drawn for the leave-one-out: {data['sets']}. Shared numbers: "
        + ", ".join(f"{name} {value:g}" for name, value in data["shared"].items())
        + "."
    )
    yield ""
    yield "## Why"
    yield ""
    yield (
        "Log odds of opposition in the decisive year, the largest first: the year in which standing is lost, or that "
        "of the strongest opposition. *Taken away* is what comes out when one thing is removed, all else equal."
    )
    yield ""
    yield from _table(
        ("case", "decisive year", "log odds by cause", "opposition", "taken away", "cancelled from cost growth"),
        [[c["title"], f"{c['why']['year']:.1f}", ", ".join(overview.causes(c)),
          overview.percent(c["why"]["opposition"]),
          _what_ifs(c), "never" if c["cancelled_above"] is None else f"{c['cancelled_above']:.3g}"]
         for c in data["cases"]],
    )  # fmt: skip
    yield from _asked(data)
    for case in data["cases"]:
        yield ""
        yield from _case(case, pictures)


def _asked(data: Mapping[str, Any]) -> Iterator[str]:
    """What the cases together say about the numbers they share."""
    if not data["asked"]:
        return
    titles = {case["key"]: case["title"] for case in data["cases"]}
    wrong = [titles[c["key"]] for c in data["asked"]["cases"] if not c["right"]]
    yield ""
    yield "## What the cases ask of the shared numbers"
    yield ""
    yield (
        "One fit of the shared numbers to the votes and fates of all cases that are not set aside, within their ranges "
        "and drawn to the model file's values. It is reported and not used: the table above is the model as it stands, "
        "and numbers chosen to have every fate right would make fates say nothing. With these numbers "
        + (f"the fate is wrong for {', '.join(wrong)}." if wrong else "the fate of every case is that of the record.")
    )
    yield ""
    yield from _table(
        ("number", "model file", "asked for"),
        [[name, f"{data['shared'][name]:g}", f"{value:.3g}"] for name, value in data["asked"]["numbers"].items()],
    )


def _case(case: Mapping[str, Any], pictures: str) -> Iterator[str]:
    yield f"## {case['title']}"
    yield ""
    yield case["summary"] + (" Set aside before anything was fitted." if case["held_out"] else "")
    yield ""
    if pictures:
        yield f"![{case['title']}: spending, works and opposition, model and record]({pictures}/{case['key']}.svg)"
        yield ""
    yield from _table(
        ("fact", "value", "range", "grade", "hindsight", "why", "source"),
        [[f["name"].replace("_", " "), _value(f["value"]), "" if isinstance(f["value"], str) else
          f"{f['low']:g} to {f['high']:g} {f['unit']}", f["grade"], "yes" if f["hindsight"] else "", f["why"],
          f["source"]] for f in case["facts"]],
    )  # fmt: skip
    drivers = case["drivers"]
    yield ""
    yield (
        f"Drivers: rivals ({drivers['purpose']}) {drivers['rival budget']:.4g} {case['currency']} a year and income "
        f"per head {drivers['income per head']:.3g} {case['currency']} in the first year, growing "
        f"{drivers['growth of money']:.1%}".replace("%", " %")
        + " a year."
    )
    if case["fitted"]:
        yield ""
        yield (
            "Fitted: "
            + ", ".join(
                f"{n['name'].replace('_', ' ')} {n['value']:.3g} ({n['low']:g} to {n['high']:g})"
                for n in case["fitted"]
            )
            + "."
        )
    errors = case["errors"]
    if errors.get("bias") is not None:
        yield ""
        yield (
            f"Spending: {errors['points']} figures, {errors['good_points']} of grade A or B and read; of the mean "
            f"square error {errors['bias']:.0%} is bias, {errors['variance']:.0%} spread, {errors['covariance']:.0%} "
            "pattern.".replace("%", " %")
        )


def _what_ifs(case: Mapping[str, Any]) -> str:
    told = [f"{w['change']}: {w['fate']}" + (" (flips)" if w["flips"] else "") for w in case["without"]]
    return "; ".join(told)


def _value(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |"
