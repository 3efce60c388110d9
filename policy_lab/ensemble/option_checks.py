"""Checks of options that several methods share; each raises ``StudyError`` before any run is made."""

from __future__ import annotations

from policy_lab.ensemble.designs import is_power_of_two
from policy_lab.ensemble.plan import Plan
from policy_lab.errors import StudyError


def power_of_two(plan: Plan) -> None:
    """The size is a power of two, which Sobol' points need to be balanced."""
    if plan.study.samples is None and not is_power_of_two(plan.size):
        below = 1 << (plan.size.bit_length() - 1)
        raise StudyError("error.study.power_of_two", size=plan.size, below=below, above=2 * below)


def bootstrap(plan: Plan) -> None:
    """``confidence`` is a probability, and ``resamples`` are enough for an interval."""
    if not 0 < plan.options["confidence"] < 1 or plan.options["resamples"] < 2:
        raise StudyError("error.study.bootstrap")


def thresholds(plan: Plan) -> None:
    """``thresholds`` has numbers for outcomes that are studied."""
    for name, value in plan.options["thresholds"].items():
        studied(plan, name, "thresholds")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise StudyError("error.study.threshold", name=name, value=repr(value))


def studied(plan: Plan, name: str, option: str) -> str:
    """An outcome that an option names, as the model spells it, if it is one of the study."""
    outcome = plan.find(name)
    if outcome not in plan.outcomes:
        raise StudyError("error.study.not_studied", option=option, name=outcome)
    return outcome
