"""WebAssembly: a Program as a module with 128-bit SIMD, and the layout a loader needs to call it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from policy_lab import cache
from policy_lab.catalogue import english
from policy_lab.compiler.emitter import emit
from policy_lab.compiler.exogenous import EXOGENOUS_ENTRY, check_moments, described, exogenous
from policy_lab.compiler.integrator import ENTRY, kept_slots
from policy_lab.compiler.layout import Layout, layout_of
from policy_lab.compiler.linker import Linked, link
from policy_lab.compiler.llvm_toolchain import browser, compile_object, versions
from policy_lab.compiler.target import Target
from policy_lab.program import Program

#: Version of the layout; goes up when a loader of the older form could not read the newer one.
FORMAT = 3


@dataclass(frozen=True)
class Module:
    """A compiled Program for the browser.

    Attributes:
        code: the ``.wasm`` file; every browser with SIMD runs it.
        fused: the same for browsers whose relaxed SIMD fuses multiply and add: a quarter faster.
        layout: the content of the JSON file beside them; it is the same for both.
    """

    code: bytes
    fused: bytes
    layout: dict[str, Any]


def module_of(program: Program, varied: Collection[str] = ()) -> Module:
    """Compile a Program. Raises UnsupportedConstruct for what the compiler does not know.

    Args:
        program: what is compiled.
        varied: constants that will differ between the runs of an ensemble; others may as well, but what follows from
            those is then computed anew for every run.
    """
    layout = _laid_out(program, varied)
    plain, fused = _compiled(program, layout)
    return Module(plain.module, fused.module, _described(program, layout, max(plain.constants, fused.constants)))


def single_module_of(program: Program, varied: Collection[str] = ()) -> Module:
    """The same in single precision, four runs in a vector, for ensembles of which only quantiles are shown.

    Its layout has what differs from that of ``module_of`` with the same arguments.

    Raises:
        UnsupportedConstruct: as ``module_of`` does.
        TooFine: the Program has numbers or functions that single precision does not, or an event between moments that
            it has not: one at 0.3 would come a step sooner or later. The message says which.
    """
    layout = _laid_out(program, varied)
    target = browser(single=True)
    check_moments(program, program.clock.moments()[0], target)
    target.check(_given(program, layout))
    plain, fused = _compiled(program, layout, single=True)
    sizes = _sizes(target, max(plain.constants, fused.constants))
    return Module(plain.module, fused.module, {**sizes, "stocks": kept_slots(layout, target)})


def _laid_out(program: Program, varied: Collection[str]) -> Layout:
    if program.refused:
        raise program.refused[0]
    return layout_of(program, reciprocals=False, exogenous=exogenous(program, varied))


def _compiled(program: Program, layout: Layout, single: bool = False) -> tuple[Linked, Linked]:
    """Without and with fused multiply-add."""
    entries = (ENTRY, EXOGENOUS_ENTRY) if layout.exogenous else (ENTRY,)
    targets = browser(single=single), browser(fused=True, single=single)
    plain, fused = (_linked(emit(program, layout, target), target, entries) for target in targets)
    return plain, fused


def _sizes(target: Target, constants: int) -> dict[str, Any]:
    """Lanes of a vector, bytes of a number, and bytes of the constants at the start of memory."""
    return {"lanes": target.lanes, "real": target.size, "heap": -(-constants // 16) * 16}


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
        "ahead": EXOGENOUS_ENTRY if layout.exogenous else None,
        **_sizes(browser(), constants),
        "slots": layout.size,
        "stocks": len(layout.stocks),
        "outside": described(layout),
        "clock": {"initial": clock.initial, "final": clock.final, "step": clock.step, "saveper": clock.saveper,
                  "unit": clock.unit, "moments": moments, "saved": saved, "method": clock.method},
        "given": _given(program, layout),
        "parameters": [
            {"name": n, "slot": layout.slot[n], "default": value, "unit": program.equations[n].unit,
             "range": list(program.equations[n].limits)}
            for n, value in program.constants.items()
        ],
        "variables": [
            {"name": n, "slot": layout.slot[n], "kind": program.equations[n].kind, "unit": program.equations[n].unit}
            for n in program.visible
        ],
        "guards": [{"variable": g.variable, "construct": english().shown(g.construct)} for g in program.guards],
    }  # fmt: skip


def _given(program: Program, layout: Layout) -> list[float]:
    """Defaults of the constants and time settings, in the order of their slots."""
    known = {**program.clock.controls(), **program.constants}
    return [known[name] for name in layout.given]
