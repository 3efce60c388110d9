"""Bands in single precision stand where those in double precision would, next to what 200 members leave open."""

from __future__ import annotations

import numpy as np

from analysis.single_precision import MEMBERS, cases, compare, shifts
from policy_lab.model import load_model


def test_edges_move_by_little_of_their_sampling_error() -> None:
    """By a twentieth, also where futures agree on a year and there is next to no sampling error to compare with."""
    model = load_model("big_science")
    every = cases(model, 10)
    rows = list(compare(model, {name: every[name] for name in ("scenario cern_for_ai", "mix 8", "mix 9")}))
    assert len(rows) == 3
    for row in rows:
        assert 0 < row.edge < 0.05, row
        assert row.end < 0.05, row
        assert 0 < row.run < 1e-4, row  # of the outcome's range


def test_a_shift_is_measured_in_standard_errors() -> None:
    """A normal sample moved by a tenth of its quantile's known standard error: sqrt(p (1-p) / n) / density."""
    sample = np.random.default_rng(1).normal(size=(4000, 1))
    error = np.sqrt(0.25 * 0.75 / len(sample)) / 0.3178
    [moved] = shifts(sample + 0.1 * error, sample, np.ones(1), (0.25,))
    assert 0.07 < moved[0] < 0.13
    unseen = shifts(np.full((MEMBERS, 1), 1.00001), np.ones((MEMBERS, 1)), np.ones(1))
    np.testing.assert_allclose(unseen, 0.1, rtol=1e-6)
