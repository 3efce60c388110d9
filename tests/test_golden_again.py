"""PySD runs one whole world of the real model again; a file of its own, so that it runs beside the other tests."""

from __future__ import annotations

from analysis.golden_runs import check
from policy_lab.model import load_model


def test_pysd_run_again_to_its_end_gives_what_is_stored() -> None:
    """A world in which levers move, events or not: the stored run is what PySD says today, at every year."""
    assert "run again to 2050: the same" in check(load_model("big_science"), "cern_for_ai", whole=True)
