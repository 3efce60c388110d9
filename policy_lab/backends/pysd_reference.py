"""Reference backend: PySD itself, one run at a time; slow, and the right answer for every other backend.

The model file is translated by PySD into a temporary folder, never beside the file. What PySD would write into
Python code unchanged (documentation, names of ranges and macros) is left out or checked before, so that a model
file stays data. One mistake of PySD's is put right on the way, see ``_start_smooths_from_doubles``.
"""

from __future__ import annotations

import atexit
import copy
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from policy_lab.backends import Backend, Integration, Request
from policy_lab.errors import ModelError, SimulationError
from policy_lab.messages import Message
from policy_lab.program import Program
from policy_lab.readers import Given, bare, fold
from policy_lab.readers.model_file import Reading, read
from policy_lab.runs import Floats

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # PySD's own imports warn about numpy and pandas, not about a model
    import pysd
    from pysd.builders.python.python_functions import functionspace
    from pysd.builders.python.python_model_builder import ModelBuilder
    from pysd.translators.structures import abstract_expressions as tree

#: Where PySD's random numbers begin, in every run: as in Vensim, all runs get the same, and a second time too.
_SEED = 20_260
#: What takes numbers from a file that is not there.
_FROM_ELSEWHERE = "error.construct.outside_data"
_HARMLESS = re.compile(r"[^'\"\\\n\r{}%]*")


def _drawn(kind: str, given: str, extra: str = "0", least: str = "%(0)s") -> tuple[str, tuple[tuple[str, ...], ...]]:
    """Python of a random function that PySD does not have, as its builder writes one.

    A number between the first two arguments, from a distribution that is stretched by the last but one and shifted by
    the last but two (Vensim, Reference Manual, "Random Number Functions"), by the inverse of its distribution.
    """
    shift, stretch = given.split()
    low, high = (f"stats.{kind.replace('@', f'cdf(({end}-{shift})/{stretch}-({extra}), ')}" for end in (least, "%(1)s"))
    drawn = kind.replace("@", f"ppf(np.random.uniform({low}, {high}, size=%(size)s), ")
    return f"((stats.{drawn}+({extra}))*{stretch}+{shift})", (("scipy", "stats"), ("numpy",), ("scipy", "special"))


#: Below the lowest whole number that is drawn, as a distribution of whole numbers counts it in.
_BELOW = "(%(0)s-1e-9)"
functionspace.update({
    "random_poisson": _drawn("poisson.@%(2)s)", "%(3)s %(4)s", least=_BELOW),
    "random_gamma": _drawn("gamma.@%(2)s)", "%(3)s %(4)s"),
    "random_weibull": _drawn("weibull_min.@%(2)s, scale=1/special.gamma(1+1/%(2)s))", "%(3)s %(4)s"),
    "random_beta": _drawn("beta.@%(2)s, %(3)s)", "%(4)s %(5)s"),
    "random_binomial": _drawn("binom.@%(3)s, %(2)s)", "%(4)s %(5)s", least=_BELOW),
    "random_negative_binomial": _drawn("nbinom.@%(3)s, %(2)s)", "%(4)s %(5)s", "%(3)s", _BELOW),
    "random_triangular": _drawn("triang.@(%(3)s-%(2)s)/(%(4)s-%(2)s), loc=%(2)s, scale=%(4)s-%(2)s)", "0 1"),
    "gamma_ln": ("special.gammaln(%(0)s)", (("scipy", "special"),)),
})  # fmt: skip


class PysdReference(Backend):
    """PySD, one run at a time."""

    name = "pysd"
    integrations: tuple[Integration, ...] = ("euler",)

    def supports(self, program: Program) -> None:
        """Every Program that needs no data from elsewhere; what PySD cannot translate fails when it runs."""
        for refused in program.refused:
            construct = refused.construct
            if isinstance(construct, Message) and construct.key == _FROM_ELSEWHERE:
                raise ModelError(
                    "error.pysd.outside", variable=refused.variable, line=refused.line, construct=construct
                )

    def simulate(self, request: Request, values: Floats) -> None:
        """Fill ``values[run, time, output]``.

        Raises:
            ModelError: PySD cannot translate the model.
            SimulationError: PySD stopped during a run; with its message.
        """
        program, timing, step, outputs = request.program, request.schedule, request.step, request.outputs
        clock = program.clock
        numbers = tuple((f"{n.lower().replace(' ', '_')}$", v) for n, v in clock.controls(step).items())
        try:
            model = _translated(program.file, program.source, program.data, numbers)
        except ModelError as error:
            raise _for_a_stand_in(error, program) from None
        _, saved = clock.moments(step, timing.moments[-1])
        saveper = clock.saveper if clock.even and timing.rows.keys() <= set(saved) else step
        final = clock.final if _reads_final_time(program) else timing.moments[-1]
        for run in range(len(values)):
            given = {n: float(v) if np.ndim(v) == 0 else float(v[run]) for n, v in request.constants.items()}  # type: ignore[index]
            timing_words = {"time_step": step, "saveper": saveper, "final_time": final}
            np.random.seed(_SEED)
            table = model.run(given, outputs, program.name, timing_words)
            rows = _rows(table.index.to_numpy(float), [timing.moments[i] for i in sorted(timing.rows)], step)
            for column, name in enumerate(outputs):
                own = model.values_of(name, table)[rows]
                # SAVEPER and FINAL TIME were changed for PySD above; the model's own values are reported
                values[run, :, column] = {"SAVEPER": clock.saveper, "FINAL TIME": clock.final}.get(name, own)


def _for_a_stand_in(error: ModelError, program: Program) -> ModelError:
    """The error of a file that PySD was to run in our place: what our engine refused is what a modeller can mend."""
    told, refused = error.message, program.refused
    if told.key == "error.pysd.function":  # PySD does not have it; ours has, within limits
        refused = tuple(
            r for r in refused if r.variable == told.values["variable"] and isinstance(r.construct, Message)
        )
    elif told.key != "error.pysd.translate":
        return error
    return ModelError("error.pysd.only", refused=refused[0].message) if refused else error


def _reads_final_time(program: Program) -> bool:
    """Whether an equation would notice a run that is cut short."""
    return any("FINAL TIME" in equation.reads for equation in program.equations.values())


class _Translated:
    """A model translated by PySD, ready to run."""

    def __init__(self, path: Path) -> None:
        self._model = pysd.load(path)
        self._spelled: dict[str, str] = {fold(real): real for real in self._model.namespace}

    def run(
        self, constants: Mapping[str, float], outputs: Sequence[str], name: str, timing: Mapping[str, float]
    ) -> pd.DataFrame:
        """One run: a row a moment, a column a variable (arrays for subscripted ones)."""
        columns = list(dict.fromkeys(self._base(n) for n in outputs))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PySD warns about everything it extrapolates, at every step
            try:
                self._model.reload()
                overrides = self._overrides(constants)
                return self._model.run(params=overrides, return_columns=columns, flatten_output=False, **timing)
            except RecursionError:
                raise SimulationError("error.pysd.circular", name=name) from None
            except Exception as error:  # PySD lets through whatever its generated code raises
                reason = _reason(error)
                raise SimulationError("error.pysd.run", name=name, reason=reason) from None

    def _base(self, name: str) -> str:
        head, _ = _parts(name)
        whole = self._spelled.get(fold(name))
        found = whole or self._spelled.get(fold(head))
        if found is None:
            raise ModelError("error.pysd.variable", name=name)
        return found

    def _overrides(self, constants: Mapping[str, float]) -> dict[str, float | xr.DataArray]:
        """Constants by PySD's names; elements of one array together, the rest of it as it is."""
        overrides: dict[str, float | xr.DataArray] = {}
        for name, value in constants.items():
            base, (_, elements) = self._base(name), _parts(name)
            if fold(base) == fold(name) or not elements:
                whole = isinstance(self._model[base], int) and value == int(value)
                overrides[base] = int(value) if whole else value  # an order must be an int to PySD
                continue
            if base not in overrides:
                overrides[base] = self._model[base].astype(float).copy()
            array = overrides[base]
            assert isinstance(array, xr.DataArray)  # a subscripted constant is an array in PySD
            array[_indices(array, elements)] = value
        return overrides

    def values_of(self, name: str, table: pd.DataFrame) -> Floats:
        """``value[row]`` of one scalar variable."""
        base, (_, elements) = self._base(name), _parts(name)
        cells = table[base].to_list()
        if cells and isinstance(cells[0], xr.DataArray):
            where = _indices(cells[0], elements)
            return np.array([float(c.values[where]) for c in cells])
        return np.array([float(c) for c in cells])


def _parts(name: str) -> tuple[str, list[str]]:
    head, bracket, rest = name.partition("[")
    return head, rest.rstrip("] ").split(",") if bracket else []


def _indices(array: xr.DataArray, elements: Sequence[str]) -> tuple[int, ...]:
    folded = [[fold(str(c)) for c in array.coords[d].values] for d in array.dims]
    return tuple(known.index(fold(e)) for known, e in zip(folded, elements, strict=True))


def _rows(saved: Floats, wanted: Sequence[float], step: float) -> list[int]:
    """Positions of the wanted moments among the saved ones."""
    rows = [int(np.argmin(np.abs(saved - t))) for t in wanted]
    for row, time in zip(rows, wanted, strict=True):
        if abs(saved[row] - time) > step / 4:
            raise SimulationError("error.pysd.time", time=time)
    return rows


@lru_cache(maxsize=16)
def _translated(file: str, source: str, data: Given, numbers: tuple[tuple[str, float], ...]) -> _Translated:
    """PySD's translation of a model file; kept for the life of the process. ``numbers`` are what macros read of the
    model's time settings (``TIME STEP$``), which PySD's own cannot.
    """
    reading = read(Path(file), data)
    if reading.source.hash != source:
        raise ModelError("error.model.changed", file=Path(file).name)
    folder = Path(tempfile.mkdtemp(prefix="policy-lab-pysd-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what PySD warns about when it reads is in Program.notes
        try:
            return _Translated(ModelBuilder(_harmless(reading, folder, dict(numbers))).build_model())
        except ModelError:
            raise
        except Exception as error:  # PySD's builder raises whatever goes wrong inside it
            reason = _reason(error)
            raise ModelError("error.pysd.translate", file=Path(file).name, reason=reason) from None


def _harmless(reading: Reading, folder: Path, numbers: Mapping[str, float]) -> Any:
    """The abstract model without anything that would be written into Python code unquoted."""
    model = copy.deepcopy(reading.abstract)
    _rename_macros(model)
    names = {fold(e.name) for s in model.sections for e in s.elements} | {fold(s.name) for s in model.sections}
    for number, section in enumerate(model.sections):
        section.path = folder / ("model.py" if number == 0 else f"macro_{number}.py")
        for name in [*(section.name for _ in range(number > 0)), *_range_names(section), *section.params]:
            _check(name)
        for element in section.elements:
            element.documentation = ""
            for component in element.components:
                if number:
                    component.ast = _with(component.ast, numbers)
                if type(component).__name__ == "AbstractData":
                    _check(element.name)
                _check_tree(component.ast, names, element.name, reading.source.line(element.name))
                _start_smooths_from_doubles(component.ast)
    return replace(model, original_path=folder / "model.mdl")


def _rename_macros(model: Any) -> None:
    """Macros under names that are no words of Python's, spelled as calls of them are."""
    spelled = [(section, section.name.lower().replace(" ", "_")) for section in model.sections[1:]]
    others = {old: tree.ReferenceStructure(f"{old}_macro") for _, old in spelled}
    for section in model.sections:
        for element in section.elements:
            for component in element.components:
                component.ast = _with(component.ast, others)
    for section, old in spelled:
        for element in section.elements:
            if fold(element.name) == fold(section.name):
                element.name = f"{old}_macro"
        section.name = f"{old}_macro"


def _reason(error: Exception) -> str | Message:
    """What PySD says, where it is said to a modeller and not to a programmer."""
    for_programmers = (AttributeError, KeyError, IndexError, NameError, TypeError, SyntaxError)
    text = " ".join(str(error).split())[:300]
    return Message("error.pysd.own") if isinstance(error, for_programmers) or not text else text


def _with(node: Any, others: Mapping[str, Any]) -> Any:
    """A tree with something else in the place of some names, of variables and of functions."""
    if isinstance(node, tree.ReferenceStructure):
        return others.get(node.reference.lower().replace(" ", "_"), node)
    if isinstance(node, (list, tuple)):
        return type(node)(_with(child, others) for child in node)
    if hasattr(node, "__dict__") and not isinstance(node, np.ndarray):
        for name, child in vars(node).items():
            setattr(node, name, _with(child, others))
    return node


def _range_names(section: Any) -> Iterator[str]:
    for item in section.subscripts:
        yield item.name
        if isinstance(item.subscripts, dict):
            raise ModelError("error.pysd.range", name=item.name)
        yield from [item.subscripts] if isinstance(item.subscripts, str) else item.subscripts


def _check(name: str) -> None:
    if not _HARMLESS.fullmatch(name.strip('"')) or (name.startswith('"') and "'" in name):
        raise ModelError("error.pysd.name", name=repr(name[:60]))


def _check_tree(node: Any, names: set[str], variable: str, line: int) -> None:
    """Files and unknown functions are written into the code as they are named: neither is let through."""
    if isinstance(node, tree.CallStructure):
        function = node.function.reference
        if function not in functionspace and function != "a_function_of" and fold(function) not in names:
            shown = function.replace("_", " ").upper()[:60]
            raise ModelError("error.pysd.function", variable=bare(variable), line=line, function=shown)
    for child in _children(node):
        _check_tree(child, names, variable, line)


def _start_smooths_from_doubles(node: Any) -> None:
    """PySD 3.14 keeps a smooth that starts from a whole number in an array of whole numbers, and so cuts the decimals
    off its input in the first step. Vensim does not; ``+ 0.0`` makes the start a double and changes nothing else.
    """
    if isinstance(node, (tree.SmoothStructure, tree.SmoothNStructure)):
        node.initial = tree.ArithmeticStructure(["+"], (node.initial, 0.0))
    for child in _children(node):
        _start_smooths_from_doubles(child)


def _children(node: Any) -> list[Any]:
    if isinstance(node, (list, tuple)):
        return list(node)
    return list(vars(node).values()) if hasattr(node, "__dict__") and not isinstance(node, np.ndarray) else []


BACKEND = PysdReference()
