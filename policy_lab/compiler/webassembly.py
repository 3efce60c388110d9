"""A Program as a WebAssembly module with 128-bit SIMD, and the layout a loader needs to call it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from policy_lab import cache
from policy_lab.compiler.driver import ENTRY
from policy_lab.compiler.emit import emit
from policy_lab.compiler.layout import Layout, layout_of
from policy_lab.compiler.linker import Linked, link
from policy_lab.compiler.machine import browser, compile_object, versions
from policy_lab.compiler.outside import OUTSIDE, described, outside
from policy_lab.compiler.vectors import Target
from policy_lab.equations import Number, Program

#: Raised when a loader written for the older form could not read the newer one.
FORMAT = 2


@dataclass(frozen=True)
class Module:
    """A compiled Program for the browser.

    Attributes:
        code: the ``.wasm`` file; every browser with SIMD runs it.
        fused: the same for browsers whose relaxed SIMD fuses multiply and add: a quarter faster.
        layout: what the JSON file beside them says; it holds for both.
    """

    code: bytes
    fused: bytes
    layout: dict[str, Any]


def module_of(program: Program, varied: Collection[str] = ()) -> Module:
    """Compile a Program. Raises UnsupportedConstruct for what the compiler does not know.

    Args:
        program: what is compiled.
        varied: constants that will differ between the runs of an ensemble; others may as well, but what follows from
            those has to be worked out anew for every run then.
    """
    if program.refused:
        raise program.refused[0]
    layout = layout_of(program, reciprocals=False, outside=outside(program, varied))
    entries = (ENTRY, OUTSIDE) if layout.outside else (ENTRY,)
    plain, fused = (
        _linked(emit(program, layout, target), target, entries) for target in (browser(), browser(fused=True))
    )
    return Module(plain.module, fused.module, _described(program, layout, max(plain.constants, fused.constants)))


def _linked(text: str, target: Target, entries: tuple[str, ...]) -> Linked:
    key = cache.key_of(text, versions())
    code = cache.read(key, "o")
    if code is None:
        code = compile_object(text, target)
        cache.write(key, "o", code)
    return link(code, *entries)


def _described(program: Program, layout: Layout, constants: int) -> dict[str, Any]:
    clock = program.clock
    moments, saved = clock.moments()
    return {
        "format": FORMAT,
        "name": program.name,
        "source": program.source,
        "entry": ENTRY,
        "ahead": OUTSIDE if layout.outside else None,
        "lanes": browser().lanes,
        "heap": -(-constants // 16) * 16,
        "slots": layout.size,
        "stocks": len(layout.stocks),
        "outside": described(layout),
        "clock": {"initial": clock.initial, "final": clock.final, "step": clock.step, "saveper": clock.saveper,
                  "unit": clock.unit, "moments": moments, "saved": saved},
        "given": [_number(program, n) for n in layout.given],
        "parameters": [
            {"name": n, "slot": layout.slot[n], "default": value, "unit": program.equations[n].unit,
             "range": list(program.equations[n].limits)}
            for n, value in program.constants.items()
        ],
        "variables": [
            {"name": n, "slot": layout.slot[n], "kind": program.equations[n].kind, "unit": program.equations[n].unit}
            for n in program.visible
        ],
        "guards": [{"variable": g.variable, "construct": g.construct} for g in program.guards],
    }  # fmt: skip


def _number(program: Program, name: str) -> float:
    if name in program.constants:
        return program.constants[name]
    expression = program.equations[name].expression
    assert isinstance(expression, Number)  # the translation leaves time settings as numbers
    return expression.value
