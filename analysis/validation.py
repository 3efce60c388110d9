"""The twelve validation tests of a model, as data for the app and as a page.

    python -m analysis.validation [MODEL]

Writes ``results/validation/MODEL.json`` (format: ``policy_lab/checks/twelve_tests.py``) and
``docs/validation/MODEL.md``.
The sensitivity of conclusions is read from ``results/conclusions``, which its own script makes: run that first.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from analysis.results_folder import DEFAULT_MODEL, RESULTS
from policy_lab.catalogue import english
from policy_lab.checks import check_model
from policy_lab.checks.twelve_tests import as_data, in_words, twelve_tests
from policy_lab.checks.validation_page import page
from policy_lab.errors import PolicyLabError
from policy_lab.model import load_model

PAGES = RESULTS.parent.parent / "docs" / "validation"
COMMAND = "python -m analysis.validation"


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
    told = [asdict(in_words(test, english())) for test in tests]
    for folder, ending, text in (
        (RESULTS / "validation", "json", json.dumps(data, ensure_ascii=False, indent=1) + "\n"),
        (PAGES, "md", page({**data, "tests": told}, COMMAND)),
    ):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{model.name}.{ending}").write_text(text, encoding="utf-8")
    for test in told:
        print(f"{test['verdict']:>9}  {test['title']}: {test['summary']}")


if __name__ == "__main__":
    main()
