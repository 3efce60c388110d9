"""The twelve validation tests of a model, as data for the app and as a page.

    python -m analysis.validation [MODEL]

Writes ``results/validation/MODEL.json`` (format: ``policy_lab/checks/validation_tests.py``) and
``docs/validation/MODEL.md``.
The sensitivity of conclusions is read from ``results/conclusions``, which its own script makes: run that first.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis import documents
from analysis.results_folder import DEFAULT_MODEL, RESULTS
from policy_lab.catalogue import english
from policy_lab.checks import check_model
from policy_lab.checks.twelve_tests import twelve_tests
from policy_lab.checks.validation_tests import Worded, as_data, in_words, read_test
from policy_lab.errors import PolicyLabError
from policy_lab.model import load_model
from policy_lab.report.templating import Context


@dataclass(frozen=True)
class Validation(Context, template="validation.md.j2", folder=documents.TEMPLATES):
    """The twelve tests as a page; ``tests`` as ``twelve_tests`` words them."""

    model: str
    hash: str
    tests: Sequence[Worded]


def page_of(data: Mapping[str, Any]) -> Validation:
    """The page of what the JSON file holds, in English."""
    tests = [in_words(read_test(test), english()) for test in data["tests"]]
    return Validation(data["model"], data["hash"], tests)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?", default=DEFAULT_MODEL)
    name = words.parse_args().model
    try:
        model = load_model(name)
        report = check_model(name, say=lambda doing: print(english().in_words(doing)))
        tests = twelve_tests(model, report)
    except PolicyLabError as error:
        sys.exit(str(error))
    data = as_data(model, tests)
    file = RESULTS / "validation" / f"{model.name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    documents.write(page_of(data), f"validation/{model.name}.md")
    for test in tests:
        told = in_words(test, english())
        print(f"{told.verdict:>9}  {told.title}: {told.summary}")


if __name__ == "__main__":
    main()
