"""Programs kept on disk: the same as translated, never trusted, never needed, never many."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policy_lab import cache
from policy_lab.errors import ModelError
from policy_lab.notation import listing
from policy_lab.program import Program
from policy_lab.readers import program_cache, program_of, translate, translation
from tests.constructs.regenerate import model_file, names

MODEL = """{UTF-8}
stock = INTEG(-outflow, 100)
~ litre ~ what is left |
outflow = DELAY3(stock * fraction, wait)
~ litre/Month ~ |
fraction = 0.1
~ 1/Month [0,1] ~ |
wait = 3
~ Month ~ |
INITIAL TIME = 0 ~~| FINAL TIME = 10 ~ Month ~| TIME STEP = 0.5 ~~| SAVEPER = 1 ~~|
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, empty."""
    place = tmp_path / "cache"
    monkeypatch.setenv("POLICY_LAB_CACHE", str(place))
    return place


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "tank.mdl"
    path.write_text(MODEL, encoding="utf-8")
    return path


def entry(folder: Path) -> Path:
    [found] = folder.glob("*.program")
    return found


def as_text(program: Program) -> dict[str, str]:
    """Every field by its representation, in which NaN equals NaN and -0.0 is not 0.0."""
    return {f.name: repr(getattr(program, f.name)) for f in dataclasses.fields(program)}


def fail(*_: object) -> Program:
    raise AssertionError("translated although the cache had it")


@pytest.mark.parametrize("name", names())
def test_every_construct_comes_back_as_it_was_translated(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = model_file(name)
    try:
        first = translate(file)
    except ModelError:
        with pytest.raises(ModelError):
            program_of(file)
        assert not folder.exists()
        return
    assert as_text(program_of(file)) == as_text(first)
    monkeypatch.setattr(translation, "translated", fail)
    assert as_text(program_of(file)) == as_text(first)


def test_the_second_time_pysd_is_not_even_imported(model: Path) -> None:
    script = (
        "import sys\nfrom policy_lab import load_model, simulate\n"
        "print(float(simulate(load_model(sys.argv[1]), outputs=['stock']).values[0, -1, 0]), 'pysd' in sys.modules)"
    )
    words = [sys.executable, "-c", script, str(model)]
    first, second = (subprocess.run(words, capture_output=True, text=True, check=True).stdout.split() for _ in "ab")
    assert first[0] == second[0]
    assert (first[1], second[1]) == ("True", "False")


def test_the_name_and_file_are_those_of_the_path(model: Path, tmp_path: Path, folder: Path) -> None:
    program_of(model)
    elsewhere = tmp_path / "elsewhere" / model.name
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(model.read_bytes())
    assert program_of(elsewhere).file == str(elsewhere)
    assert entry(folder)  # one entry for both
    assert as_text(program_of(elsewhere)) == as_text(translate(elsewhere))


def test_another_structure_has_an_entry_of_its_own(model: Path, folder: Path) -> None:
    plain, short = program_of(model), program_of(model, {"TIME STEP": 2.0})
    assert len(list(folder.iterdir())) == 2
    assert as_text(plain) != as_text(short)
    assert as_text(program_of(model, {"TIME STEP": 2.0})) == as_text(short)


def changed_text(path: Path, _: pytest.MonkeyPatch) -> None:
    path.write_text(MODEL.replace("0.1", "0.2"), encoding="utf-8")


def another_pysd(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_cache, "version", lambda name: "0.0")


def another_python(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_cache.platform, "python_version", lambda: "2.7")


def another_version_of_ours(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_cache.policy_lab, "__version__", "0.0")


def another_translation(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = path.parent / "package"
    (package / "readers").mkdir(parents=True)
    for name in ("program.py", "evaluate.py", "readers/equation_order.py"):
        (package / name).write_text("an edited line")
    monkeypatch.setattr(program_cache, "PACKAGE", package)


@pytest.mark.parametrize(
    "change", [changed_text, another_pysd, another_python, another_version_of_ours, another_translation]
)
def test_what_a_program_was_made_from_is_its_key(
    change: Callable[[Path, pytest.MonkeyPatch], None], model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = program_cache.key_of(model, {})
    assert program_cache.key_of(model, {}) == before
    program_cache._translator.cache_clear()
    change(model, monkeypatch)
    assert program_cache.key_of(model, {}) != before
    program_cache._translator.cache_clear()


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "of another key", "garbage", "a folder"])
def test_a_damaged_entry_is_made_again(damage: str, model: Path, folder: Path) -> None:
    first = as_text(program_of(model))
    file = entry(folder)
    whole = file.read_bytes()
    if damage == "a folder":
        file.unlink()
        file.mkdir()
    else:
        file.write_bytes({
            "cut": whole[:-100], "flipped": whole.replace(b"litre", b"liter"), "empty": b"", "garbage": b"\x80" * 99,
            "of another key": whole.replace(file.stem.encode(), b"0" * 64),
        }[damage])  # fmt: skip
    assert as_text(program_of(model)) == first
    assert damage == "a folder" or file.read_bytes() == whole


def broken(data: dict[str, Any], how: str) -> Any:
    """Content that is well-formed JSON and no Program."""
    equations = data["equations"]
    ruin: dict[str, Callable[[], object]] = {
        "a part is missing": lambda: data.pop("clock"),
        "a part more": lambda: data.update(code="print(1)"),
        "an unknown function": lambda: data["nodes"].append(["system", 0]),
        "too few arguments": lambda: data["nodes"].append(["add", 0]),
        "a node that comes later": lambda: data["nodes"].insert(0, ["neg", 5]),
        "a node before the first": lambda: data["nodes"].append(["neg", -1]),
        "an unknown name": lambda: data["nodes"].append("nothing"),
        "a table that is none": lambda: data["nodes"].append(["lookup", 0, 0]),
        "a function that is a list": lambda: data["nodes"].append([[], 0]),
        "an empty node": lambda: data["nodes"].append([]),
        "a truth for a number": lambda: data["nodes"].append(True),
        "an unknown kind": lambda: equations[0].__setitem__(1, "thing"),
        "an expression past the end": lambda: equations[0].__setitem__(2, 10**6),
        "a stock without initial value": lambda: next(e for e in equations if e[1] == "stock").__setitem__(3, -1),
        "a number for a unit": lambda: equations[0].__setitem__(4, 7),
        "an empty equation": lambda: equations.append([]),
        "an unknown name in the order": lambda: data["step"].append("nothing"),
        "a constant that is none": lambda: data["constants"].append(["stock", 1.0]),
        "a value that is none": lambda: data["constants"][0].__setitem__(1, "1"),
        "a table of unequal columns": lambda: data["tables"].append(["t", [1.0], [], "hold", False]),
        "a guard that is no equation": lambda: data["guards"].append(["nothing", "stock", "a delay", 1]),
    }
    if how == "a list":
        return [data]
    ruin[how]()
    return data


BROKEN = [
    "a list", "a part is missing", "a part more", "an unknown function", "too few arguments", "a node that comes later",
    "a node before the first", "an unknown name", "a table that is none", "a function that is a list", "an empty node",
    "a truth for a number", "an unknown kind", "an expression past the end", "a stock without initial value",
    "a number for a unit", "an empty equation", "an unknown name in the order", "a constant that is none",
    "a value that is none", "a table of unequal columns", "a guard that is no equation",
]  # fmt: skip


@pytest.mark.parametrize("how", BROKEN)
def test_an_entry_with_a_right_checksum_is_not_trusted_either(how: str, model: Path, folder: Path) -> None:
    first = as_text(program_of(model))
    file = entry(folder)
    head, _, content = file.read_bytes().split(b"\n", 2)
    content = json.dumps(broken(json.loads(content), how)).encode()
    file.write_bytes(b"\n".join([head, hashlib.sha256(content).hexdigest().encode(), content]))
    key = program_cache.key_of(model, {})
    assert cache.read(key, program_cache.KIND) == content
    assert program_cache.read(key, model) is None
    assert as_text(program_of(model)) == first
    assert program_cache.read(key, model) is not None


def test_a_cache_that_cannot_be_written(model: Path, folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    assert as_text(program_of(model)) == as_text(translate(model))


def test_a_cache_that_others_may_write_to_is_not_used(model: Path, folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)
    assert as_text(program_of(model)) == as_text(translate(model))
    assert list(folder.iterdir()) == []


def test_a_file_that_cannot_be_read_is_refused_each_time(tmp_path: Path, folder: Path) -> None:
    for _ in range(2):
        with pytest.raises(ModelError, match="nowhere"):
            program_of(tmp_path / "nowhere.mdl")
    wrong = tmp_path / "wrong.mdl"
    wrong.write_text("a = b + ~~|")
    for _ in range(2):
        with pytest.raises(ModelError, match="wrong"):
            program_of(wrong)
    assert not folder.exists()


def test_a_file_that_changes_while_it_is_read_is_not_kept(
    model: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = translation.translated

    def slow(path: Path, *given: Any) -> Program:
        program = right(path, *given)
        model.write_text(MODEL.replace("0.1", "0.2"), encoding="utf-8")
        return program

    monkeypatch.setattr(translation, "translated", slow)
    program_of(model)
    assert not folder.exists()


def test_two_processes_at_once(model: Path, folder: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from policy_lab.notation import listing\nfrom policy_lab.readers import program_of\n"
        "print(listing(program_of(Path(sys.argv[1]))))"
    )
    words = [sys.executable, "-c", script, str(model)]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ}) for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert said == [listing(translate(model)) + "\n"] * 2
    assert [p.suffix for p in folder.iterdir()] == [".program"]


def key(number: int) -> str:
    return cache.key_of(str(number))


def aged(folder: Path, number: int, kind: str = "o") -> None:
    """Make an entry look as if it was last used ``number`` minutes after an hour ago."""
    then = time.time() - 3600 + 60 * number
    os.utime(folder / f"{key(number)}.{kind}", (then, then))


def test_what_was_not_used_for_longest_goes_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_ENTRIES", 3)
    for number in range(3):
        cache.write(key(number), "o", b"code")
        aged(folder, number)
    assert cache.read(key(0), "o") == b"code"  # used just now
    cache.write(key(3), "program", b"data")
    assert [cache.read(key(n), "o") for n in range(3)] == [b"code", None, b"code"]
    assert cache.read(key(3), "program") == b"data"


def test_the_folder_has_a_size(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_BYTES", 25_000)
    for number in range(4):
        cache.write(key(number), "o", bytes(10_000))
        aged(folder, number)
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 25_000
    assert [cache.read(key(n), "o") is not None for n in range(4)] == [False, False, True, True]


def test_other_files_of_the_folder_stay(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_ENTRIES", 0)
    cache.write(key(0), "o", b"code")
    kept_names = ["letter.txt", "model.o", f"{key(1)}.csv", ".policy-lab-part-fresh", ".policy-lab-part-old"]
    for name in kept_names:
        (folder / name).write_text("mine")
        os.utime(folder / name, (0, 0) if not name.endswith("fresh") else None)
    cache.write(key(2), "o", b"code")
    assert sorted(p.name for p in folder.iterdir()) == sorted(kept_names[:-1])  # a killed process's file went too
