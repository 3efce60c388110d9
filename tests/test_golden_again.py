"""PySD runs the real model again: its first years, and on request one world to its end."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.golden_runs import check, run_pysd, years
from analysis.quick_pysd import quick_pysd
from policy_lab.model import load_model


@pytest.mark.deep
def test_pysd_run_again_to_its_end_gives_what_is_stored() -> None:
    """A world in which levers move, events or not: the stored run is what PySD says today, at every year.

    It takes PySD more than a minute; ``test_golden.py`` has it run the first years each time, and hold our engines
    against every stored year of every world.
    """
    assert "run again to 2050: the same" in check(load_model("big_science"), "cern_for_ai", whole=True, quick=True)


def test_the_short_cuts_give_what_pysd_as_shipped_gives_bit_for_bit() -> None:
    model = load_model("big_science")
    first = years(model)[:3]
    shipped = run_pysd(model, "manhattan_for_ai", first)
    with quick_pysd():
        quick = run_pysd(model, "manhattan_for_ai", first)
    assert np.array_equal(shipped.values, quick.values, equal_nan=True)
