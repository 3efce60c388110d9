"""``policy-lab precedents``: historical cases on the equations of a model, against their record."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from policy_lab.cli.language import add_option, language_of
from policy_lab.cli.output import check_output, complain, open_output
from policy_lab.cli.text_tables import HelpFormatter, paragraph, table
from policy_lab.errors import PolicyLabError

if TYPE_CHECKING:
    from policy_lab.model import Model

Data = dict[str, Any]

OUR_MODEL = "big_science"
EXAMPLES = """\
examples:
  policy-lab precedents
  policy-lab precedents --case ssc
  policy-lab precedents --json cases.json --html cases.html
  policy-lab precedents --fit
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    words = commands.add_parser(
        "precedents",
        help="run historical cases on a model's equations and compare them with the record",
        description="Run the historical cases of MODEL and compare fate, spending, completion, staff and "
        "votes with the record; show what would have changed the fate. Numbers fitted to each case are kept in "
        "cases/results.json; --fit fits them again and repeats the leave-one-out.",
        epilog=EXAMPLES,
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    words.add_argument("model", metavar="MODEL", nargs="?", default=OUR_MODEL, help=f"default: {OUR_MODEL}")
    words.add_argument("--case", metavar="NAME", help="one case, with its facts and causes")
    words.add_argument("--json", metavar="FILE", help="write everything as JSON; - is standard output")
    words.add_argument("--html", metavar="FILE", help="write the table and the causes as a page")
    add_option(words)
    words.add_argument("--fit", action="store_true", help="fit the cases' own numbers again and store them")
    words.set_defaults(does=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the cases and say what came out."""
    for out in filter(None, (arguments.json, arguments.html)):
        check_output(out)
    from policy_lab.cases import as_json, pages
    from policy_lab.cases.examine import examine
    from policy_lab.cases.overview import HEADER, rows, shown, summary
    from policy_lab.catalogue import english
    from policy_lab.model import load_model
    from policy_lab.model.case_results import results_file

    language, model = language_of(arguments.language, arguments.model), load_model(arguments.model)
    if arguments.fit:
        if arguments.case:
            raise PolicyLabError("error.cli.fit_case")
        data = examine(model, say=lambda step: complain(english().in_words(step)))
        with open_output(str(results_file(model))) as file:
            file.write(as_json(data))
    else:
        data = _again(model, arguments.case)
    for out, text in ((arguments.json, as_json), (arguments.html, lambda of: pages.html(of, language))):
        if out:
            with open_output(out) as file:
                file.write(text(data))
    if "-" not in (arguments.json, arguments.html):
        header, cells = shown(english(), HEADER), [shown(english(), row) for row in rows(data)]
        if arguments.case:
            print(table(("", ""), list(map(list, zip(header, cells[0], strict=True)))))
            print("\n" + "\n".join(_story(model, data["cases"][0])))
        else:
            print(table(header, cells))
            print("\n" + "\n".join(paragraph(english().in_words(said)) for said in summary(data)))
    return 0


def _again(model: Model, only: str | None) -> Data:
    """The cases run with the numbers fitted last; the leave-one-out of last time where the equations are the same."""
    from policy_lab.cases import examine, fitted_of

    last = model.case_results
    if last is None:
        complain("note: nothing has been fitted yet, so the cases are fitted now; add --fit to store the result.")
        return examine(model, sets=0, only=only)
    data = examine(model, fitted_of(last), sets=0, only=only)
    if last["hash"] != model.hash:
        complain("note: the model has changed since the cases were fitted; --fit fits them again.")
        return data
    left = {case["key"]: case["leave_one_out"] for case in last["cases"]}
    cases = [{**case, "leave_one_out": left.get(case["key"])} for case in data["cases"]]
    return {**data, "sets": last["sets"], "asked": last["asked"], "cases": cases}


def _story(model: Model, case: Data) -> list[str]:
    """One case in words: facts, causes, what-ifs; what the model calls them in English."""
    from policy_lab.cases.overview import READINGS, causes, readings, shown, what_ifs
    from policy_lab.catalogue import SOURCE, english
    from policy_lab.messages import Message

    words = {kind: dict(said) for kind, said in model.texts(SOURCE).get("cases", {}).items()}
    named = words.get("facts", {})
    facts = [[named.get(f["name"], f["name"]), str(f["value"]), f["unit"], f["grade"], "hindsight" * f["hindsight"],
              f["why"]] for f in case["facts"]]  # fmt: skip
    fitted = [Message("cases.number", {"name": named.get(n["name"], n["name"]), "value": n["value"]})
              for n in case["fitted"]]  # fmt: skip
    said = [
        Message("cases.told", {"numbers": fitted}) if fitted else Message("cases.told_nothing"),
        Message("cases.opposition", {"year": round(case["why"]["year"], 1), "causes": causes(case)}),
        *what_ifs(case),
    ]
    head = [english().in_words(Message(f"cases.head.{column}")) for column in ("fact", "value", "unit", "grade", "why")]
    # How far curves are apart is too long for a terminal's column.
    beside, *read = [shown(english(), row)[:-1] for row in (READINGS, *readings(case))]
    return [
        paragraph(case["summary"]),
        "",
        table((*head[:4], "", head[4]), facts),
        "",
        *(paragraph(english().in_words(message)) for message in said),
        *(("", table(beside, read)) if read else ()),
    ]
