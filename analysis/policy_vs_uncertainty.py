"""Policy choices vs uncertainty: how much of each outcome levers decide, and how much uncertain parameters do.

    python -m analysis.policy_vs_uncertainty [MODEL] [--size N]

All levers as one group, all uncertain parameters as another, varied together. Keeps the study in
``results/policy_vs_uncertainty/``.
"""

from __future__ import annotations

import argparse

from analysis.results_folder import every_fifth_year, fresh_folder, model_asked_for, say
from policy_lab.progress import bar
from policy_lab.studies import Study, run_study


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?", help="a model folder; big_science by default")
    words.add_argument("--size", type=int, default=2048, help="base points, a power of two (default 2048)")
    asked = words.parse_args()
    model = model_asked_for(asked.model)
    study = Study(
        title="Choice against luck",
        model=str(asked.model or "big_science"),
        scenario="status_quo",
        factors="all",
        groups="kind",
        size=asked.size,
        times=every_fifth_year(model),
        options={"second_order": True},
    )
    with fresh_folder("policy_vs_uncertainty") as folder:
        say(run_study(study, folder, progress=bar))


if __name__ == "__main__":
    main()
