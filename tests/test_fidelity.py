"""A model file is run as its author's program runs it, or refused in our words: ``tests/fidelity/cases.toml``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from policy_lab.errors import PolicyLabError
from policy_lab.messages import Message
from policy_lab.model import load_model
from policy_lab.simulation import simulate
from tests.fidelity_page import FOLDER, PAGE, page, table

TABLE = table()
ENGINES = ("llvm", "numpy")
CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
#: Words of a parser or of Python that no person should read.
FOREIGN = re.compile(r"Rule '|Error:|Exception|NoneType|list index|stuck at|Traceback|unexpected happened")


def _name(row: dict[str, Any]) -> str:
    return str(row.get("file") or row["about"])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("row", [r for r in TABLE["runs"] if not r.get("again")], ids=_name)
def test_a_file_runs_as_its_own_program_runs_it(row: dict[str, Any], engine: str) -> None:
    runs = simulate(load_model(FOLDER / row["file"]), row.get("set"), backend=engine)
    if "time" in row:
        np.testing.assert_allclose(runs.time, row["time"], atol=1e-9)
    for name, expected in row.get("values", {}).items():
        np.testing.assert_allclose(runs.of(name)[0], expected, rtol=1e-6, atol=1e-6, err_msg=name)
    for name, moments in row.get("at", {}).items():
        for moment, expected in moments.items():
            column = int(np.argmin(np.abs(runs.time - float(moment))))
            assert runs.of(name)[0][column] == pytest.approx(expected, abs=1e-9), (name, moment)
    for name, other in row.get("same", {}).items():
        np.testing.assert_array_equal(runs.of(name), runs.of(other))
    assert row.get("note", "") in " ".join(runs.provenance["notes"])


@pytest.mark.parametrize("row", [r for r in TABLE["runs"] if r.get("again")], ids=_name)
def test_chance_is_the_same_a_second_time_and_in_every_run(row: dict[str, Any]) -> None:
    model = load_model(FOLDER / row["file"])
    first, second = simulate(model, {"c": [2.0, 2.0]}), simulate(model)
    np.testing.assert_array_equal(first.values[0], second.values[0])
    np.testing.assert_array_equal(first.values[0], first.values[1])
    assert np.ptp(first.of("u")) > 0 and "RANDOM" in first.provenance["fallback"]


#: Mean and standard deviation of each distribution, from its definition.
SPREADS = {"poisson": (4, 2), "gamma": (6, 2 * 3**0.5), "weibull": (1, (4 / np.pi - 1) ** 0.5), "beta": (0.4, 0.2),
           "binomial": (3, 2.1**0.5), "negative binomial": (6, 6**0.5), "triangular": (5, 1.5**0.5)}  # fmt: skip


def test_random_numbers_have_the_distributions_of_the_manual() -> None:
    runs = simulate(load_model(FOLDER / "vensim_random_kinds.mdl"))
    for name, (mean, spread) in SPREADS.items():
        values = runs.of(name)[0]
        assert values.mean() == pytest.approx(mean, abs=4 * spread / len(values) ** 0.5), name
        assert values.std() == pytest.approx(spread, rel=0.1), name
    assert runs.of("log of 24")[0][0] == pytest.approx(np.log(24))
    assert runs.of("negative binomial").min() >= 3 and runs.of("triangular").max() <= 8


@pytest.mark.parametrize("row", TABLE["refused"], ids=_name)
def test_what_is_refused_is_refused_in_our_words(row: dict[str, Any], tmp_path: Path) -> None:
    file = FOLDER / row["file"] if "file" in row else tmp_path / "little.mdl"
    if "text" in row:
        file.write_text("{UTF-8}\n" + row["text"] + "\n" + CLOCK, encoding="utf-8")
    with pytest.raises(PolicyLabError, match=row["says"]) as caught:
        simulate(load_model(file))
    assert not FOREIGN.search(str(caught.value)) and "\n" not in str(caught.value)
    assert isinstance(caught.value.message, Message) and caught.value.message.key.startswith("error.")


def test_runs_of_one_call_have_one_clock() -> None:
    model = load_model(FOLDER / "vensim_final_time_computed.mdl")
    with pytest.raises(PolicyLabError, match="'FINAL TIME' follows from 'horizon'"):
        simulate(model, {"horizon": [2.0, 6.0]})
    assert simulate(model, {"horizon": [4.0, 4.0]}).time[-1] == 4


def test_a_step_that_misses_what_is_saved_is_refused() -> None:
    model = load_model(FOLDER / "vensim_long_equation.mdl")
    with pytest.raises(PolicyLabError, match=r"A time step of 0\.3 does not reach 1"):
        simulate(model, time_step=0.3)
    assert simulate(model, time_step=0.25).time.tolist() == [0, 1, 2, 3, 4]


def test_the_page_is_made_of_the_same_table() -> None:
    """Run ``python -m tests.fidelity_page`` where this fails."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_file_has_a_row() -> None:
    named = {r["file"] for rows in TABLE.values() for r in rows if "file" in r}
    assert named == {p.name for p in FOLDER.iterdir() if p.suffix not in (".toml", ".csv")}
