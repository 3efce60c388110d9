"""Checks of a model: units, structure, tables, the predicates of its ``checks.yaml``, and the twelve validation tests.

findings.py         ``Finding``: one thing that is wrong, where, and how much it matters
structure.py        what is wrong in the equations themselves, and beside them
outflow_control.py  outflows that run on when their stock is empty
loops.py            what named loops say of themselves: signs, closure, effect
tables.py           levers, uncertainties, outcomes, sources, scenarios, loops, history: what does not fit the model
verdicts.py         checks against runs, all of them made in a few batches
run_checks.py       ``check_model``: all of it
versions.py         two versions of a model, every outcome in every scenario
fit.py              how well a run fits figures of the past: Theil's parts of the error
twelve_tests.py     the twelve tests of a model
family_members.py   one of them: historical cases on the same equations
settings_or_feedback.py  what the scenarios' order and spread owe to each
validation_tests.py a test as data, and its words
report.py           findings and verdicts as text, JSON and HTML
"""

from policy_lab.checks.findings import Finding
from policy_lab.checks.run_checks import Report, check_model
from policy_lab.checks.verdicts import Verdict

__all__ = ["Finding", "Report", "Verdict", "check_model"]
