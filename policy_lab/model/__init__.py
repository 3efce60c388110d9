"""A ``models/<name>/`` folder as one frozen ``Model``: the Program and the tables a modeller keeps beside it."""

from policy_lab.model.loading import load_model, model_names
from policy_lab.model.parts import Lever, Model, Outcome, Scenario, Setting, Source, Uncertainty

__all__ = [
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
