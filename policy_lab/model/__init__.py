"""A ``models/<name>/`` folder as one frozen ``Model``. Nothing else in the package opens a file of such a folder.

parts.py        what a run needs: levers, uncertainties, outcomes, sources, scenarios, and the Program
model.py        ``Model``: that, and every other part, read on first use
loading.py      a model by its name or path
tables.py       ``levers.csv``, ``uncertainties.csv``, ``outcomes.csv``, ``sources.csv``
conditions.py   where an outcome exists
choices.py      ``choices.toml``
scenarios.py    ``scenarios/*.toml``
loops.py        ``loops.csv``
passages.py     ``passages.csv``
references.py   ``references.csv``
history.py      ``data/history.csv``
checks.py       ``checks.yaml``
cases.py        ``cases/*.toml``; case_roles.py: ``cases/roles.toml``; case_series.py: ``cases/*.csv``; case_results.py:
                ``cases/results.json``
texts.py        ``text/<language>.toml``
readme.py       ``README.md``
expected.py     ``expected/*.csv.gz``
faults.py       every table read by itself, and what is wrong with it
"""

from policy_lab.model.loading import load_model, model_names
from policy_lab.model.model import Model
from policy_lab.model.parts import (
    TIMING,
    Choice,
    Level,
    Lever,
    Outcome,
    Scenario,
    Setting,
    Source,
    Uncertainty,
)

__all__ = [
    "TIMING",
    "Choice",
    "Level",
    "Lever",
    "Model",
    "Outcome",
    "Scenario",
    "Setting",
    "Source",
    "Uncertainty",
    "load_model",
    "model_names",
]
