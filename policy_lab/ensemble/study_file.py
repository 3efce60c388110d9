"""Study files: a study as TOML, read as a person wrote it, written into a result folder."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from policy_lab.errors import StudyError, UnknownName
from policy_lab.messages import Message

#: Version of the file form. A file that says a higher one was written for a later Policy Lab.
VERSION: Final = 1

COMMON_KEYS: Final = (
    "version",
    "title",
    "model",
    "scenario",
    "method",
    "size",
    "seed",
    "outcomes",
    "times",
    "factors",
    "groups",
    "settings",
    "data",
    "integration",
    "time_step",
    "final_time",
    "samples",
    "correlations",
)


@dataclass(frozen=True)
class Study:
    """A study as written in a file or in Python; ``policy_lab.studies`` checks and runs it.

    Attributes:
        model: folder name under ``models/``, or a path to a folder or a model file.
        method: name of a file in ``policy_lab/studies``.
        factors: ``levers``, ``uncertainties``, ``all``, or a mapping of constant name to
            ``{low, high, distribution, mode, sd, values}``; what is left out comes from the model's tables.
        scenario: the scenario that sets everything not varied; None is the model file as it is.
        size: number of base points, runs or trajectories, as the method counts; None is the method's own default.
        seed: every number is a seed, 0 too; the same seed gives the same bits.
        outcomes: variables to study, or tables that say what to take of them (``measures.py``); empty means the
            model's headline outcomes.
        times: years, or ``all`` saved ones.
        groups: group name to factor names, or ``group`` (the heading of each factor) or ``kind``
            (levers, uncertainties); None studies every factor by itself.
        settings: constants that differ from the scenario, not varied.
        options: what only this method has, such as ``second_order``.
        data: tables with numbers for the model's data variables, as seen from ``place``.
        integration, time_step, final_time: how runs are made; None is as the model says.
        samples: a table with the values of the factors, one row a run, as seen from ``place``; None draws them.
        correlations: rank correlations of pairs of factors, ``{factor: {other: number}}``; the rest are independent.
        title: a line for the report; written from the rest if empty.
        place: folder from which a relative model path starts.
    """

    model: str
    method: str = "sobol"
    factors: str | Mapping[str, Mapping[str, Any]] = "levers"
    scenario: str | None = None
    size: int | None = None
    seed: int = 1
    outcomes: tuple[str | Mapping[str, Any], ...] = ()
    times: tuple[float, ...] | str = "all"
    groups: str | Mapping[str, tuple[str, ...]] | None = None
    settings: Mapping[str, float] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    data: tuple[str, ...] = ()
    integration: str | None = None
    time_step: float | None = None
    final_time: float | None = None
    samples: str | None = None
    correlations: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    title: str = ""
    place: Path | None = None

    def model_reference(self) -> str:
        """The argument of ``load_model``: an absolute path, or the name of a shipped model."""
        if self.place is not None and (self.place / self.model).exists():
            return str(self.place / self.model)
        return self.model

    def data_files(self) -> tuple[str, ...] | None:
        """The argument ``data`` of ``load_model``."""
        return tuple(str((self.place or Path()) / file) for file in self.data) or None


def read_study(path: str | Path) -> Study:
    """Read a study file, without looking at the model it names.

    Raises:
        StudyError: it cannot be read, is not TOML, is of a newer version, or holds a value of the wrong type.
    """
    file = Path(path)
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except IsADirectoryError:
        raise StudyError("error.study.folder", file=file) from None
    except FileNotFoundError:
        raise StudyError("error.study.no_file", file=file) from None
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError("error.study.read", file=file, problem=error) from None
    except tomllib.TOMLDecodeError as error:
        raise StudyError("error.study.toml", file=file, problem=error) from None
    try:
        return study_from(data, file.resolve().parent)
    except StudyError as error:
        raise StudyError("error.in", where=file, problem=error) from None


def study_from(data: Mapping[str, Any], place: Path | None = None) -> Study:
    """A study from the mapping a TOML file holds; keys that are not common to all methods become options."""
    version = data.get("version", VERSION)
    if not _is_int(version) or version < 1:
        raise StudyError("error.study.version", version=repr(version), newest=VERSION)
    if version > VERSION:
        raise StudyError("error.study.newer", version=version, newest=VERSION)
    if "model" not in data:
        below = next((k for k, v in data.items() if isinstance(v, Mapping) and isinstance(v.get("model"), str)), "")
        raise StudyError("error.study.model_below" if below else "error.study.no_model", table=below)
    factors = data.get("factors", "levers")
    if not isinstance(factors, str | Mapping) or not factors:
        raise StudyError("error.study.factors")
    return Study(
        model=_text(data, "model"),
        method=_text(data, "method", "sobol"),
        factors=factors if isinstance(factors, str) else {k: _factor_entry(k, v) for k, v in factors.items()},
        scenario=_text(data, "scenario") if "scenario" in data else None,
        size=_whole(data, "size", None),
        seed=_whole(data, "seed", 1) or 0,
        outcomes=_outcomes(data),
        times=_times(data),
        groups=_groups(data),
        settings=_settings(data),
        options={k: v for k, v in data.items() if k not in COMMON_KEYS},
        data=_texts({"data": [data["data"]]} if isinstance(data.get("data"), str) else data, "data"),
        integration=_text(data, "integration") if "integration" in data else None,
        time_step=_real(data, "time_step"),
        final_time=_real(data, "final_time"),
        samples=_text(data, "samples") if "samples" in data else None,
        correlations=_correlations(data),
        title=_text(data, "title", ""),
        place=place,
    )


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(data: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = data.get(key, default)
    if not isinstance(value, str):
        raise StudyError("error.study.no_text", key=key, value=repr(value))
    return value


def _whole(data: Mapping[str, Any], key: str, default: int | None) -> int | None:
    value = data.get(key, default)
    if value is None:
        return None
    if not _is_int(value) or value < 0:
        raise StudyError("error.study.whole", key=key, value=repr(value))
    return int(value)


def _texts(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise StudyError("error.study.names", key=key, value=repr(value))
    return tuple(value)


def _outcomes(data: Mapping[str, Any]) -> tuple[str | Mapping[str, Any], ...]:
    value = data.get("outcomes", [])
    if not isinstance(value, list) or not all(isinstance(v, str | Mapping) for v in value):
        raise StudyError("error.study.names", key="outcomes", value=repr(value))
    return tuple(v if isinstance(v, str) else dict(v) for v in value)


def _real(data: Mapping[str, Any], key: str) -> float | None:
    value = data.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise StudyError("error.study.should_be", key=key, value=repr(value), wanted="a number")
    return None if value is None else float(value)


def _times(data: Mapping[str, Any]) -> tuple[float, ...] | str:
    value = data.get("times", "all")
    if value == "all":
        return "all"
    numbers = isinstance(value, list) and value and all(isinstance(v, int | float) for v in value)
    if not numbers:
        raise StudyError("error.study.times", value=repr(value))
    return tuple(float(v) for v in value)


def _factor_entry(name: str, entry: Any) -> Mapping[str, Any]:
    if not isinstance(entry, Mapping):
        raise StudyError("error.study.factor", name=name, entry=repr(entry))
    return dict(entry)


def _groups(data: Mapping[str, Any]) -> str | Mapping[str, tuple[str, ...]] | None:
    value = data.get("groups")
    if value is None or isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        raise StudyError("error.study.groups", value=repr(value))
    return {name: _texts(value, name) for name in value}


def _settings(data: Mapping[str, Any]) -> Mapping[str, float]:
    value = data.get("settings", {})
    if not isinstance(value, Mapping) or not all(isinstance(v, int | float) for v in value.values()):
        raise StudyError("error.study.settings", value=repr(value))
    return {str(k): float(v) for k, v in value.items()}


def _correlations(data: Mapping[str, Any]) -> Mapping[str, Mapping[str, float]]:
    value = data.get("correlations", {})
    pairs = list(value.values()) if isinstance(value, Mapping) else [None]
    if not all(isinstance(p, Mapping) and all(_is_number(n) for n in p.values()) for p in pairs):
        raise StudyError("error.study.correlations_table", value=repr(value))
    return {str(a): {str(b): float(n) for b, n in others.items()} for a, others in value.items()}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def check_options(options: Mapping[str, Any], known: Mapping[str, Any], method: str) -> dict[str, Any]:
    """The options of a method with its defaults filled in; the type of a value must be that of its default.

    A default of None takes anything but a text for a list; the method checks such values itself.

    Raises:
        UnknownName: a key that neither every study nor this method knows.
        StudyError: a value of the wrong type.
    """
    for key, value in options.items():
        if key not in known:
            raise UnknownName(
                "key", key, (*COMMON_KEYS, *known), Message("error.unknown.of_method", {"method": method})
            )
        if not _alike(value, known[key]):
            kind = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
            wanted = kind.get(type(known[key]), "a list" if isinstance(known[key], list) else "a table")
            raise StudyError("error.study.should_be", key=key, value=repr(value), wanted=wanted)
    return {**known, **options}


def _alike(value: Any, default: Any) -> bool:
    if default is None:
        return True
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, float):
        return isinstance(value, int | float)
    return isinstance(value, type(default))


def write_toml(study: Study, model: str, data: tuple[str, ...] = (), samples: str = "") -> str:
    """The study as TOML text, with ``model``, ``data`` and ``samples`` as the references that hold where it is written.

    Reading it back gives an equal study.
    """
    top: dict[str, Any] = {"version": VERSION}
    if study.title:
        top["title"] = study.title
    top["model"] = model
    if data:
        top["data"] = list(data)
    if samples:
        top["samples"] = samples
    top |= {k: v for k in ("integration", "time_step", "final_time") if (v := getattr(study, k)) is not None}
    if study.scenario is not None:
        top["scenario"] = study.scenario
    top["method"] = study.method
    if study.size is not None:
        top["size"] = study.size
    top |= {"seed": study.seed, **study.options}
    if study.outcomes:
        top["outcomes"] = list(study.outcomes)
    top["times"] = study.times if isinstance(study.times, str) else list(study.times)
    tables: dict[str, Mapping[str, Any]] = {}
    for key in ("factors", "groups", "settings", "correlations"):
        value = getattr(study, key)
        if isinstance(value, str):
            top[key] = value
        elif value:
            tables[key] = value
    lines = [f"{key} = {_toml(value)}" for key, value in top.items() if value is not None]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{json.dumps(k, ensure_ascii=False)} = {_toml(v)}" for k, v in table.items())]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(k, ensure_ascii=False)} = {_toml(v)}" for k, v in value.items()) + " }"
    return "[" + ", ".join(_toml(v) for v in value) + "]"
