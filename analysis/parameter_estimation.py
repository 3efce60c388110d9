"""Uncertain parameters estimated from history: fitted to the figures up to 2022, shown on those from 2023 on.

    python -m analysis.parameter_estimation

Fits the uncertain parameters that move the past at all: over the whole range of each, with the others as they are,
the fit changes by more than two standard deviations of the data. History cannot say anything about the others.
Writes ``results/parameter_estimation``; the model itself is not changed by it.
"""

from __future__ import annotations

from analysis.results_folder import DEFAULT_MODEL, fresh_folder, say
from policy_lab.progress import bar
from policy_lab.studies import Study, run_study

PARAMETERS = (
    "zone life",
    "planning horizon",
    "algorithmic growth normal",
    "transformative threshold",
    "demand slope",
    "spending growth normal",
    "race elasticity of spending",
    "secrecy weight in race",
    "contact rate normal",
    "fishing out elasticity",
    "substitution",
    "trainees per senior",
)
#: Those with figures before 2023.
OUTCOMES = (
    "technical researchers",
    "governance researchers",
    "field size",
    "disbursement[philanthropy]",
    "frontier compute",
    "frontier run cost",
    "access gap",
    "recorded incidents",
    "Tension",
    "bilingual share",
    "Coherence within Applied Safety",
)
STUDY = Study(
    DEFAULT_MODEL,
    method="calibration",
    title="What does history tell about the parameters?",
    scenario="status_quo",
    factors={name: {} for name in PARAMETERS},
    outcomes=OUTCOMES,
    times=tuple(float(year) for year in range(2015, 2026)),
    size=8,
    options={"hold_out_from": 2023},
)


def main() -> None:
    with fresh_folder("parameter_estimation") as folder:
        say(run_study(STUDY, folder, progress=bar))


if __name__ == "__main__":
    main()
