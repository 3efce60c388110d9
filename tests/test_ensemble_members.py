"""The members of the page's ensemble: the same to the last bit in Python and in the page, and few bytes on the way."""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

import numpy as np
import pytest

from policy_lab.app.ensemble_members import MEMBERS, members_of, packed
from policy_lab.model import load_model
from tests.test_page_scripts import NODE

MODELS = Path(__file__).parent.parent / "models"
SCRIPT = Path(__file__).parent / "page" / "members.mjs"


@pytest.mark.parametrize("name", ["big_science", "core", "tipping_field"])
def test_the_page_unpacks_every_member_to_the_last_bit(name: str, tmp_path: Path) -> None:
    model = load_model(MODELS / name)
    drawn, file = members_of(model), tmp_path / "members.bin"
    file.write_bytes(packed(model))
    done = subprocess.run([NODE, str(SCRIPT), str(file), str(len(drawn))], capture_output=True, check=True)
    got = np.frombuffer(done.stdout, "<f4").reshape(len(drawn), MEMBERS)
    for values, there in zip(drawn.values(), got, strict=True):
        np.testing.assert_array_equal(values, there)
        assert len(np.unique(values)) > 1


def test_members_take_a_fifth_of_the_bytes_that_they_would_take_as_numbers() -> None:
    model = load_model(MODELS / "big_science")
    plain = np.stack(list(members_of(model).values())).tobytes()
    assert len(gzip.compress(packed(model), 8)) < len(gzip.compress(plain, 8)) / 5
