"""Policy Lab: a system-dynamics policy simulator with levers, uncertainty and explanation on one checked model.

The public list is ``__all__``; each name is imported when it is first used, so ``import policy_lab`` is quick and
brings in neither Dash nor PySD.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from policy_lab.app import create_app
    from policy_lab.ensemble.findings import Findings, load_findings
    from policy_lab.ensemble.measures import outcomes_of
    from policy_lab.errors import PolicyLabError
    from policy_lab.model import Model, Setting, load_model
    from policy_lab.runs import Runs
    from policy_lab.simulation import simulate
    from policy_lab.studies import Study, load_study, run_study

__version__ = "0.1.0"

# What a Dash app that holds our components is to load; Dash looks for it here, in the package's first module.
_js_dist = [{"relative_package_path": "components/policy_lab_components.js", "namespace": "policy_lab"}]
_css_dist = [{"relative_package_path": "components/policy_lab_components.css", "namespace": "policy_lab"}]

__all__ = [
    "load_model",
    "Model",
    "Setting",
    "simulate",
    "Runs",
    "outcomes_of",
    "load_study",
    "Study",
    "run_study",
    "Findings",
    "load_findings",
    "create_app",
    "PolicyLabError",
]

_HOME = {
    "load_model": "model",
    "Model": "model",
    "Setting": "model",
    "simulate": "simulation",
    "Runs": "runs",
    "outcomes_of": "ensemble.measures",
    "load_study": "studies",
    "Study": "studies",
    "run_study": "studies",
    "Findings": "studies",
    "load_findings": "studies",
    "create_app": "app",
    "PolicyLabError": "errors",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'policy_lab' has no attribute '{name}'; it has {', '.join(__all__)}")
    value = getattr(importlib.import_module(f"policy_lab.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
