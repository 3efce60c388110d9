"""The output that stands beside a test model, as printed, and how a run differs from it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from policy_lab.readers import fold
from policy_lab.runs import Floats, Runs

#: Expected outputs are printed with six digits or so, some come from single-precision Vensim.
RELATIVE, ABSOLUTE = 2e-5, 1e-6


def expected_file(path: Path) -> Path | None:
    """The file with the expected output of a model file, None if there is none."""
    if path.name == "model_to_generate_data.mdl":  # its output is not the one that is kept beside it
        return None
    stella = ["output_stella.csv", "output_stella1006.csv"] if path.suffix.lower() != ".mdl" else []
    for name in [*stella, "output.tab", "output.csv", "output_vensim63dp.csv", "output_vensimdss63dp.csv"]:
        if (path.parent / name).exists():
            return path.parent / name
    return None


def differences(runs: Runs, expected: Path) -> tuple[dict[str, str], int]:
    """Variables of the first run that differ from the expected file, each with how, and how many were compared."""
    text = expected.read_text(encoding="utf-8", errors="replace")
    delimiter = "\t" if expected.suffix == ".tab" or "\t" in text.split("\n")[0] else ","
    rows = [r for r in csv.reader(io.StringIO(text), delimiter=delimiter) if any(c.strip() for c in r)]
    header, body = rows[0], rows[1:]
    times = np.array([_number(r[0]) for r in body])
    spelled = {_key(n): n for n in runs.outputs}
    wrong: dict[str, str] = {}
    compared = 0
    for column, title in enumerate(header[1:], start=1):
        name = spelled.get(_key(title))
        printed = [r[column].strip() if column < len(r) else "" for r in body]
        series = np.array([_number(p) for p in printed])
        if name is None or np.isnan(series).all():
            continue
        compared += 1
        problem = _difference(runs.time, runs.of(name)[0], times, series, np.array([last_digit(p) for p in printed]))
        if problem:
            wrong[name] = problem
    return wrong, compared


def _key(name: str) -> str:
    return fold(name.replace(", ", ",").replace("\\n", " "))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def last_digit(text: str) -> float:
    """What one in the last printed digit is worth."""
    mantissa, _, exponent = text.lower().partition("e")
    return float(10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))) if "." in mantissa else 0.0


def _difference(time: Floats, ours: Floats, times: Floats, expected: Floats, digit: Floats) -> str:
    scale = np.nanmax(np.abs(expected))
    for at, value, last in zip(times, expected, digit, strict=True):
        if np.isnan(value) or np.isnan(at):
            continue
        nearest = int(np.argmin(np.abs(time - at)))
        if abs(time[nearest] - at) > 1e-6 * max(1.0, abs(at)):
            continue
        printed = last if last < 0.01 * abs(value) else 0.0
        if not abs(ours[nearest] - value) <= max(RELATIVE * abs(value), printed) + ABSOLUTE * scale + 1e-12:
            return f"{ours[nearest]:.8g} where {value:.8g} is expected at {at:g}"
    return ""
