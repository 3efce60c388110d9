"""Browser files of a Model: WebAssembly code, and JSON with its parameters, outcomes and layout."""

from __future__ import annotations

import json
import math
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from policy_lab import __version__
from policy_lab.compiler.webassembly import Module, module_of, single_module_of
from policy_lab.errors import OutputError
from policy_lab.model import Model


def browser_module(model: Model) -> Module:
    """The Model compiled for the browser, in double precision.

    Besides what ``compiler/webassembly.py`` describes, ``layout`` has ``hash`` and ``version`` (a stale file has
    others), ``levers``, ``outcomes`` and ``scenarios`` (the constants of each).

    Raises:
        UnsupportedConstruct: the model uses something that the compiler does not know.
    """
    module = module_of(model.program, _varied(model))
    about: dict[str, Any] = {
        "hash": model.hash,
        "version": __version__,
        "levers": [asdict(lever) for lever in model.levers.values()],
        "outcomes": [asdict(outcome) for outcome in model.outcomes.values()],
        "scenarios": {key: dict(model.constants_of(key)) for key in model.scenarios},
    }
    return Module(module.code, module.fused, {**module.layout, **about})


def single_module(model: Model) -> Module:
    """The Model in single precision, for ensembles of which only quantiles are shown.

    Raises:
        UnsupportedConstruct, TooFine: see ``compiler/webassembly.py``.
    """
    return single_module_of(model.program, _varied(model))


def _varied(model: Model) -> list[str]:
    return [uncertainty.name for uncertainty in model.uncertainties.values()]


def write_browser_files(model: Model, folder: Path) -> tuple[Path, Path, Path]:
    """Write ``<model>.wasm``, ``<model>.json`` and ``<model>.fused.wasm`` into a folder; it is made if it is not there.

    The third is the first for browsers that fuse multiply and add; ``engine.js`` chooses.

    Raises:
        UnsupportedConstruct: see ``browser_module``.
        OutputError: the folder cannot be written.
    """
    module = browser_module(model)
    stem = re.sub(r"[^A-Za-z0-9_-]", "_", model.name)
    text = written(module.layout)
    code, layout, fused = (folder / f"{stem}.{end}" for end in ("wasm", "json", "fused.wasm"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(code, module.code)
        _replace(fused, module.fused)
        _replace(layout, text.encode())
    except OSError as error:
        raise OutputError("error.output.write_quoted", path=folder, reason=error.strerror or error) from error
    return code, layout, fused


def written(layout: Mapping[str, Any]) -> str:
    """A layout as JSON. JSON has no infinity: such a number is the text that JavaScript's ``Number`` reads as it."""

    def finite(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: finite(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [finite(one) for one in value]
        if isinstance(value, float) and not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        return value

    return json.dumps(finite(layout), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _replace(path: Path, content: bytes) -> None:
    """A file appears whole under its name, or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError:
        os.unlink(name)
        raise
