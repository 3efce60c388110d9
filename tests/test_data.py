"""Numbers for data variables: every kind of table, every way to give one, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from policy_lab import load_model, simulate
from policy_lab.cli import main
from policy_lab.errors import PolicyLabError
from policy_lab.inference import opened
from tests.test_readers import mdl

MODEL = """{UTF-8}
kind: a, b ~~|
rain ~ mm ~ |
use[kind] ~ ~ |
k = 2 ~ ~ |
y = k * rain ~ mm ~ |
FINAL TIME = 4 ~~|
INITIAL TIME = 0 ~~|
TIME STEP = 1 ~~|
SAVEPER = 1 ~~|
"""
ROWS = [["Time", "rain", "use[a]", "use[b]"], [0, 1, 5, 6], [2, 3, 5, 8], [4, 9, 5, 6]]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    file = tmp_path / "m.mdl"
    file.write_text(MODEL, encoding="utf-8")
    return file


def _text(path: Path, mark: str, sideways: bool = False, comma: bool = False) -> Path:
    rows = [list(row) for row in (zip(*ROWS, strict=True) if sideways else ROWS)]
    cells = [[str(c).replace(".", ",") if comma else f'"{c}"' if "[" in str(c) else str(c) for c in r] for r in rows]
    path.write_text("\n".join(mark.join(row) for row in cells) + "\n", encoding="utf-8-sig")
    return path


def _workbook(path: Path) -> Path:
    pd.DataFrame(ROWS[1:], columns=ROWS[0]).to_excel(path, index=False)
    return path


def _dat(path: Path) -> Path:
    columns = list(zip(*ROWS, strict=True))
    lines = [line for name, *values in columns[1:]
             for line in (name, *(f"{t}\t{v}" for t, v in zip(columns[0][1:], values, strict=True)))]  # fmt: skip
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


KINDS: dict[str, Callable[[Path], Path]] = {
    "csv": lambda folder: _text(folder / "d.csv", ","),
    "sideways, as Vensim exports": lambda folder: _text(folder / "d.tab", "\t", sideways=True),
    "tabs": lambda folder: _text(folder / "d.txt", "\t"),
    "semicolons": lambda folder: _text(folder / "d.csv", ";"),
    "workbook": lambda folder: _workbook(folder / "d.xlsx"),
    "dat": lambda folder: _dat(folder / "d.dat"),
    "beside the model": lambda folder: _text(folder / "m.csv", ","),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_table(kind: str, model: Path) -> None:
    table = KINDS[kind](model.parent)
    for engine in ("llvm", "numpy", "pysd"):
        runs = simulate(load_model(model, None if table.stem == "m" else table), backend=engine)
        assert runs.of("y")[0].tolist() == [2, 4, 6, 12, 18]
        assert runs.of("use[b]")[0].tolist() == [6, 7, 8, 7, 6]


def test_series_from_python_and_a_constant_that_changes(model: Path) -> None:
    rain = pd.Series([9.0, 1.0], index=[4, 0])
    loaded = load_model(model, {"rain": rain, "use": ([0, 4], [1, 1]), "K": ([0, 4], [0, 4])})
    runs = simulate(loaded)
    assert runs.of("y")[0].tolist() == [t * (1 + 2 * t) for t in range(5)]
    assert runs.of("use[a]")[0].tolist() == [1] * 5
    assert "k" not in loaded.program.constants
    assert loaded.hash != load_model(model).hash


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"rain": [1.0, 2.0]}, "'rain' is not a series over time"),
        ({"rain": ([0, 0], [1, 2])}, "every time once"),
        ({"rian": ([0, 1], [1, 2])}, "'rian', which the model does not have"),
        ({"y": ([0, 1], [1, 2])}, r"'y' \(line 6\): it is computed by the model"),
        ("Time,snow\n0,1\n", r"no column for a data variable of this model \(rain, use\); it has snow"),
        ("Time,rain\n0,1\n0,2\n", "has the time 0 twice for 'rain'"),
        ("Time,rain\nnever,1\n", "row 2: the time is 'never'"),
        ("Time,rain\n0,much\n", "row 2, column 'rain': 'much' is not a number"),
        ("Time,rain\n0,\n", r"'rain' \(line 3\): its data contains no number"),
        ('Time,rain,"use[a]"\n0,1,1\n', r"'use' \(line 4\): the data has no column for the element 'b'"),
        ("", "contains no table"),
    ],
)
def test_what_is_no_data_is_refused_by_name(data: object, says: str, model: Path, tmp_path: Path) -> None:
    if isinstance(data, str):
        data = _written(tmp_path / "d.csv", data)
    with pytest.raises(PolicyLabError, match=says):
        load_model(model, data)  # type: ignore[arg-type]


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_what_data_lack_is_told(model: Path) -> None:
    cells = "t,1,2,3\nv,10,none yet,30\n"
    _written(model.parent / "cells.csv", cells)
    text = model.read_text(encoding="utf-8").replace(
        "\nrain ~", "\nrain := GET DIRECT DATA('cells.csv', ',', '1', 'B2') ~"
    )
    _written(model, text)
    runs = simulate(load_model(model, {"use": ([0, 4], [1, 1])}))
    assert runs.of("rain")[0].tolist() == [10, 10, 20, 30, 30]
    notes = " ".join(runs.provenance["notes"])
    assert "'rain': 1 of 3 values are missing" in notes
    assert "do not reach over the whole run" not in notes  # a step at either end is no gap
    short = simulate(load_model(model, {"use": ([1.5, 2], [1, 1])}))
    assert "keep the values of their ends: 'use[a]' (1.5 to 2), 'use[b]' (1.5 to 2)." in short.provenance["notes"][-1]


def test_a_changed_table_is_read_again(model: Path) -> None:
    table = _text(model.with_suffix(".csv"), ",")
    before = load_model(model)
    _written(table, table.read_text(encoding="utf-8-sig").replace("4,9", "4,19"))
    after = load_model(model)
    assert simulate(after).of("y")[0][-1] == 38
    assert before.hash != after.hash


def test_commands_take_data(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = _text(tmp_path / "d.csv", ",")
    assert main(["run", str(model), "--outcome", "y"]) == 2
    assert "'rain' (line 3) is a data variable without numbers" in capsys.readouterr().err
    assert main(["run", str(model), "--outcome", "y", "--data", str(table)]) == 0
    assert capsys.readouterr().out == "Time,y\n0,2\n1,4\n2,6\n3,12\n4,18\n"
    assert main(["check", str(model), "--data", str(table)]) == 0
    assert main(["describe", str(model), "--data", str(table)]) == 0
    assert main(["run", str(model), "--data", str(tmp_path / "none.csv")]) == 2
    capsys.readouterr()
    assert main(["run", str(model)]) == 2  # the option held for its own command


def test_a_new_folder_and_the_app_take_the_data_along(model: Path, tmp_path: Path) -> None:
    table = _text(tmp_path / "d.csv", ",")
    (tmp_path / "cells.csv").write_text("3\n", encoding="utf-8")
    text = model.read_text(encoding="utf-8").replace("k = 2", "k = GET DIRECT CONSTANTS('cells.csv', ',', 'A1')")
    _written(model, text)
    assert main(["new", str(model), "--out", str(tmp_path / "made"), "--data", str(table)]) == 0
    assert simulate(load_model(tmp_path / "made")).of("y")[0].tolist() == [3, 6, 9, 18, 27]
    table.rename(model.with_suffix(".csv"))
    opened_model, _ = opened(model)
    assert simulate(opened_model).of("y")[0].tolist() == [3, 6, 9, 18, 27]


def test_named_cells_and_elements_from_a_workbook(tmp_path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.workbook.defined_name import DefinedName

    book = Workbook()
    sheet = book.active
    for row in (["", "x", "y"], ["t", 0, 4], ["v", 1, 9], ["w", 3, 3]):
        sheet.append(row)
    sheet.title = "Numbers"
    for name, cells in {"times": "$B$2:$C$2", "levels": "$B$3:$C$4", "pair": "$B$3:$C$3"}.items():
        book.defined_names[name] = DefinedName(name, attr_text=f"Numbers!{cells}")
    book.save(tmp_path / "n.xlsx")
    text = """{UTF-8}
way: GET DIRECT SUBSCRIPT('n.xlsx', 'Numbers', 'B1', 'C1', '') ~~|
level[way] := GET XLS DATA('n.xlsx', 'numbers', 'times', 'levels') ~~|
pair[way] = GET XLS CONSTANTS('n.xlsx', 'Numbers', 'pair') ~~|
""" + "\n".join(MODEL.splitlines()[-4:])
    runs = simulate(load_model(_written(tmp_path / "n.mdl", text)))
    assert runs.of("level[x]")[0].tolist() == [1, 3, 5, 7, 9]
    assert runs.of("level[y]")[0].tolist() == [3] * 5
    assert [runs.of(f"pair[{e}]")[0][0] for e in "xy"] == [1, 9]


def test_a_tag_is_the_file_that_the_settings_name(tmp_path: Path) -> None:
    (tmp_path / "catches.csv").write_text("0,4\n3,1\n2,8\n", encoding="utf-8")
    text = mdl(tmp_path, "a = GET DIRECT CONSTANTS('?catch', ',', 'B2') ~~|\n")
    behind = "\\\\\\---/// Sketch\n*View 1\n///---\\\\\\\n:L<%^E!@\n30:?catch=catches.csv\n"
    text.write_text(text.read_text(encoding="utf-8") + behind, encoding="utf-8")
    assert simulate(load_model(text), outputs=["a"]).at("a", 0)[0] == 1


def test_values_over_time_are_not_taken_for_runs(model: Path) -> None:
    loaded = load_model(model, {"rain": ([0], [1]), "use": ([0], [1])})
    with pytest.raises(PolicyLabError, match="has the index 0, …, 10"):
        simulate(loaded, {"k": pd.Series([0.0, 1.0, 2.0], index=[0, 5, 10])})
    assert len(simulate(loaded, {"k": pd.Series([0.0, 1.0], index=pd.Index([0, 1], name="time"))})) == 1
    assert len(simulate(loaded, {"k": pd.Series([0.0, 1.0, 2.0])})) == 3
    runs = simulate(loaded)
    with pytest.raises(PolicyLabError, match="1000 lies outside the run"):
        runs.at("y", 1000)
    assert np.isclose(runs.at("y", 3.6)[0], 2)
