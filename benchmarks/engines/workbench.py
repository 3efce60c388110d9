"""The usual tools on a slice of a study: EMA workbench drives PySD, SALib gives the indices.

    python benchmarks/engines/workbench.py < slice.json > seconds.json

Run by an interpreter of its own, which has the peers and not Policy Lab (``benchmarks/studies.py`` sees to it). Asked
for are ``model`` (a Vensim file in a folder that may be written to), ``factors`` (name, low, high), ``outcomes``,
``size`` (base points), ``resamples``, and how much to measure: ``runs`` and ``outputs``. The answer has the seconds of
each run and of each output, those of starting up, and the versions. They are processor seconds: what else the machine
was doing does not count against the peer.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from importlib import metadata
from itertools import pairwise
from typing import Any


def seconds_of_runs(asked: dict[str, Any]) -> tuple[float, list[float]]:
    """Seconds until the first run was made, and of each run after it: translation and imports are not its fault."""
    started = time.process_time()
    import numpy as np
    from ema_workbench import RealParameter, Scenario, TimeSeriesOutcome, perform_experiments
    from ema_workbench.connectors.pysd_connector import PysdModel

    ends = []

    class Timed(PysdModel):
        def run_experiment(self, experiment: Any) -> Any:
            made = super().run_experiment(experiment)
            ends.append(time.process_time())
            return made

    # The workbench wants names that Python could have; what the model calls them goes along.
    names = {f"x{i}": factor for i, factor in enumerate(asked["factors"])}
    peer = Timed("peer", mdl_file=asked["model"])
    peer.uncertainties = [RealParameter(k, f["low"], f["high"], variable_name=f["name"]) for k, f in names.items()]
    peer.outcomes = [TimeSeriesOutcome(f"y{i}", variable_name=name) for i, name in enumerate(asked["outcomes"])]
    random = np.random.default_rng(1)
    points = [{k: random.uniform(f["low"], f["high"]) for k, f in names.items()} for _ in range(1 + asked["runs"])]
    perform_experiments([peer], scenarios=[Scenario(str(i), **point) for i, point in enumerate(points)])
    return ends[0] - started, [b - a for a, b in pairwise(ends)]


def seconds_of_outputs(asked: dict[str, Any]) -> list[float]:
    """Seconds SALib takes for each output: first and total order, with its bootstrap."""
    import numpy as np
    from SALib.analyze import sobol

    factors = len(asked["factors"])
    problem = {"num_vars": factors, "names": [f["name"] for f in asked["factors"]], "bounds": [[0, 1]] * factors}
    random, taken = np.random.default_rng(1), []
    for _ in range(asked["outputs"]):
        y = random.standard_normal(asked["size"] * (factors + 2))
        start = time.process_time()
        sobol.analyze(problem, y, calc_second_order=False, num_resamples=asked["resamples"], seed=1)
        taken.append(time.process_time() - start)
    return taken


def main() -> None:
    warnings.simplefilter("ignore")
    asked = json.load(sys.stdin)
    start_up, runs = seconds_of_runs(asked)
    answer = {
        "start up": start_up,
        "runs": runs,
        "outputs": seconds_of_outputs(asked),
        "versions": {name: metadata.version(name) for name in ("ema_workbench", "pysd", "SALib", "numpy")},
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
