"""Finding a model and reading it with all that stands beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from policy_lab.errors import BadValue, ModelError, UnknownName
from policy_lab.model.choices import read_choices
from policy_lab.model.expected import FOLDER as EXPECTED
from policy_lab.model.model import Model
from policy_lab.model.scenarios import read_scenarios
from policy_lab.model.tables import Tables
from policy_lab.paths import models_folder
from policy_lab.readers import ENDINGS, Given, Series, program_of
from policy_lab.readers.data_files import ENDINGS as DATA_ENDINGS
from policy_lab.readers.data_files import from_environment

#: What a person may give for data variables, see ``load_model``.
Data = str | Path | Sequence[str | Path] | Mapping[str, Any] | None


def load_model(name_or_path: str | Path, data: Data = None) -> Model:
    """A model by the name of its folder under ``models/``, or by the path of a folder or a model file.

    A folder comes with its tables and scenarios, a model file alone. The result is kept until a file changes.

    Args:
        name_or_path: which model.
        data: numbers for its data variables: a table (CSV, tab-separated, Vensim's ``.dat``, XLSX), several, or a
            mapping of names to series: a pandas Series over time, or ``(times, values)``. A constant in the mapping
            changes over time in all runs. If None, what ``POLICY_LAB_DATA`` names; a table beside the model and
            under its name is always read.

    Raises:
        UnknownName: no such folder or file.
        ModelError: the model file or a table cannot be read or contradicts itself; names file, row and column.
    """
    path, given = _located(name_or_path), given_data(data)
    state = (*_state(path), *_data_state(path, given))
    if path.is_dir():
        return _load_folder(path, state, given)
    return _load_file(path, state, given)


def given_data(data: Data) -> Given:
    """Data as a reader takes it; raises BadValue where a series is none."""
    if data is None:
        return from_environment()
    if isinstance(data, str | Path):
        return (str(Path(data).expanduser().resolve()),)
    if not isinstance(data, Mapping):
        return tuple(str(Path(d).expanduser().resolve()) for d in data)
    return tuple(one_series(name, value) for name, value in data.items())


def one_series(name: str, value: Any) -> Series:
    """A pandas Series over time, or ``(times, values)``, as a reader takes it; raises BadValue where it is neither."""
    try:
        times, values = zip(*value.items(), strict=True) if hasattr(value, "items") else value
        points = sorted(zip(map(float, times), map(float, values), strict=True))
    except (TypeError, ValueError):
        raise BadValue("error.data.series", name=name) from None
    if not points or len({t for t, _ in points}) < len(points) or not all(map(math.isfinite, (t for t, _ in points))):
        raise BadValue("error.data.series", name=name)
    return Series(name, tuple(t for t, _ in points), tuple(v for _, v in points))


def _data_state(path: Path, given: Given) -> Iterator[tuple[str, int, int]]:
    """Times and sizes of the data files beside a bare model file, and of those given."""
    beside = path.parent.iterdir() if path.is_file() else ()
    files = [Path(g) for g in given if isinstance(g, str)]
    for file in (*files, *(p for p in sorted(beside) if p.suffix.lower() in DATA_ENDINGS)):
        with suppress(OSError):  # a missing file is reported when it is read
            yield str(file), file.stat().st_mtime_ns, file.stat().st_size


def model_file(name_or_path: str | Path) -> Path:
    """The model file that ``load_model`` would read; raises as it does."""
    path = _located(name_or_path)
    return _only_model(path) if path.is_dir() else path


def model_names() -> tuple[str, ...]:
    """Names of the models that come with Policy Lab."""
    folder = models_folder()
    if not folder.is_dir():
        return ()
    return tuple(sorted(p.name for p in folder.iterdir() if p.is_dir() and _model_files(p)))


def models_in(name_or_path: str | Path) -> list[Path]:
    """The folders and files of the models that a folder holds; none for what is one model itself, or is not there."""
    with suppress(UnknownName):
        folder = _located(name_or_path)
        if folder.is_dir() and not has_tables(folder):
            files = _model_files(folder)
            if len(files) == 1 or any(file.stem == folder.name for file in files):
                return []
            below = sorted(p for p in folder.iterdir() if p.is_dir() and p.name[0] not in "._" and _model_files(p))
            return [*below, *files]
    return []


def _located(name_or_path: str | Path) -> Path:
    text = str(name_or_path)
    path = Path(text).expanduser()
    named = models_folder() / text if text and text == path.name and text not in (".", "..") else None
    for candidate in (named, path):
        if candidate is not None and (candidate.is_dir() or (candidate.is_file() and candidate != named)):
            return candidate.resolve()
    raise UnknownName("model", text, model_names())


def _state(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, times and sizes of all files a model is made of: when one changes the model is read anew."""
    files = sorted(p for p in path.rglob("*") if p.is_file() and EXPECTED not in p.parts) if path.is_dir() else [path]
    stats = [(p, p.stat()) for p in files]
    return tuple((str(p), s.st_mtime_ns, s.st_size) for p, s in stats)


def has_tables(folder: Path) -> bool:
    """Whether a folder holds more of a model than its file."""
    return (folder / "outcomes.csv").exists() or (folder / "levers.csv").exists()


def folder_of(file: Path) -> Path | None:
    """The folder whose tables belong to a model file: one of its name, or with tables; else None."""
    return file.parent if file.parent.name == file.stem or has_tables(file.parent) else None


def _model_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in ENDINGS)


@lru_cache(maxsize=32)
def _load_file(path: Path, state: tuple[tuple[str, int, int], ...], data: Given) -> Model:
    program = program_of(path, data=data)
    return Model(path.stem, path, None, program.source, program)


@lru_cache(maxsize=8)
def _load_folder(folder: Path, state: tuple[tuple[str, int, int], ...], data: Given) -> Model:
    bare = replace(_load_file(_only_model(folder), state, data), name=folder.name, folder=folder)
    tables = Tables(folder, bare)
    sources, levers = tables.sources(), tables.levers()
    model = replace(bare, sources=sources, levers=levers, outcomes=tables.outcomes(),
                    uncertainties=tables.uncertainties(sources, levers))  # fmt: skip
    model = replace(model, choices=read_choices(folder, model))
    return replace(model, scenarios=read_scenarios(folder / "scenarios", model))


def _only_model(folder: Path) -> Path:
    files = _model_files(folder)
    named = [p for p in files if p.stem == folder.name]
    if len(named) == 1 or len(files) == 1:
        return (named or files)[0]
    what = "error.model.which_file" if files else "error.model.no_file"
    raise ModelError(what, folder=folder.name, count=len(files), endings=", ".join(ENDINGS))
