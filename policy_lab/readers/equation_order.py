"""Run order of equations, by topological sorting: once a run, for the initial values, and at every step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from policy_lab.errors import ModelError
from policy_lab.messages import Message
from policy_lab.program import Equation, Expression, names_in


@dataclass(frozen=True)
class Orders:
    """Run orders, as ``Program`` has them."""

    once: tuple[str, ...]
    start: tuple[str, ...]
    step: tuple[str, ...]


def orders(equations: Mapping[str, Equation], wanted_at_start: Iterable[str]) -> Orders:
    """All three run orders.

    Args:
        equations: every equation by name.
        wanted_at_start: auxiliaries to evaluate at the start besides what stocks need (guards).

    Raises:
        ModelError: variables that need each other's value at the same moment; names the circle.
    """
    reads = {n: _reads(e.expression, equations) for n, e in equations.items()}
    initial = {n: _reads(e.at_start, equations) for n, e in equations.items()}
    moving = [n for n, e in equations.items() if e.kind == "auxiliary"]
    settled = {n for n, e in equations.items() if e.kind in ("constant", "control", "lookup")}
    stocks = [n for n, e in equations.items() if e.kind == "stock"]

    def needs(name: str) -> list[str]:
        return [] if equations[name].kind == "stock" else reads[name]

    auxiliaries = [n for n in _sorted(moving, needs, "error.equation.reads") if equations[n].kind == "auxiliary"]
    once = _unchanging(auxiliaries, equations, reads, settled)
    fixed = settled | set(once)
    visible = [n for n in auxiliaries if not equations[n].hidden]
    needed = set(_sorted([*visible, *(r for s in stocks for r in reads[s])], needs, "error.equation.reads"))
    step = [n for n in auxiliaries if n in needed and n not in fixed]
    start = _sorted([*stocks, *wanted_at_start], lambda n: initial[n], "error.equation.starts")
    used = needed | set(start)
    return Orders(tuple(n for n in once if n in used), tuple(n for n in start if n not in fixed), tuple(step))


def _reads(expression: Expression | None, equations: Mapping[str, Equation]) -> list[str]:
    """Names of equations an expression reads; not the clock, not tables."""
    if expression is None:
        return []
    return [n for n in dict.fromkeys(names_in(expression)) if n in equations and equations[n].kind != "lookup"]


def _unchanging(
    auxiliaries: Iterable[str], equations: Mapping[str, Equation], reads: Mapping[str, list[str]], settled: set[str]
) -> list[str]:
    fixed, once = set(settled), []
    for name in auxiliaries:
        equation = equations[name]
        assert equation.expression is not None  # an auxiliary always has one
        timeless = "Time" not in names_in(equation.expression)
        if equation.initial is None and timeless and all(r in fixed for r in reads[name]):
            fixed.add(name)
            once.append(name)
    return once


def _sorted(names: Iterable[str], needs: Callable[[str], list[str]], verb: str) -> list[str]:
    """Names and all they need, what is needed first; depth first, in the order given."""
    done: dict[str, None] = {}
    for name in names:
        path, pending = [name], [iter(needs(name))] if name not in done else []
        on_path = {name}
        while pending:
            following = next(pending[-1], None)
            if following is None:
                pending.pop()
                finished = path.pop()
                on_path.discard(finished)
                done[finished] = None
            elif following in on_path:
                raise _circle(path[path.index(following) :], verb)
            elif following not in done:
                path.append(following)
                on_path.add(following)
                pending.append(iter(needs(following)))
    return list(done)


def _circle(path: list[str], verb: str) -> ModelError:
    shown = path if len(path) <= 8 else [*path[:4], "...", *path[-3:]]
    ring = " -> ".join(f"'{n}'" if n != "..." else n for n in [*shown, path[0]])
    return ModelError("error.equation.circle", verb=Message(verb), ring=ring)
