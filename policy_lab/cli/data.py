"""``--data FILE``: numbers for a model's data variables, for any command that reads a model."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from policy_lab.errors import BadValue

VARIABLE = "POLICY_LAB_DATA"


def add_option(words: argparse.ArgumentParser) -> None:
    """Declare the option."""
    words.add_argument(
        "--data",
        metavar="FILE",
        action="append",
        default=[],
        help="a table with numbers for the model's data variables: .csv, .tab, .dat or .xlsx, with Time in its first"
        " row or column; may be repeated (a table beside the model and under its name is read without being named)",
    )


@contextmanager
def given(files: list[str]) -> Iterator[None]:
    """Let every model that is read meanwhile, in other processes too, have these files."""
    missing = next((f for f in files if not Path(f).expanduser().is_file()), None)
    if missing is not None:
        raise BadValue("error.data.no_table", file=missing)
    before = os.environ.get(VARIABLE)
    if files:
        os.environ[VARIABLE] = os.pathsep.join(str(Path(f).expanduser().resolve()) for f in files)
    try:
        yield
    finally:
        if files:
            os.environ.pop(VARIABLE)
            os.environ.update({} if before is None else {VARIABLE: before})
