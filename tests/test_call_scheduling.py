"""Calls put side by side: nothing is read before it is known, nothing is lost, and equal calls are one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from policy_lab.compiler.call_scheduling import Batch, Item, batched
from policy_lab.compiler.layout import in_order_of_depth, layout_of, needed_for_rates
from policy_lab.model import load_model
from policy_lab.program import Apply, Expression, Name, Number, names_in

MOST = {"pow": 4, "exp": 4, "ln": 4, "cos": 2, "lookup": 2}


def put_back(expression: Expression, calls: Mapping[str, Apply]) -> Expression:
    """The expression with the calls in their names' place again."""
    if isinstance(expression, Name) and expression.name in calls:
        return put_back(calls[expression.name], calls)
    if isinstance(expression, Apply):
        return Apply(expression.function, tuple(put_back(a, calls) for a in expression.arguments))
    return expression


def known_in_time(steps: Sequence[Item | Batch]) -> None:
    """Every name that some step gives is given before it is read."""
    given = {n for s in steps for n in (s.names if isinstance(s, Batch) else [s.name]) if n is not None}
    known: set[str] = set()
    for step in steps:
        read = step.calls if isinstance(step, Batch) else [step.expression]
        assert {n for e in read for n in names_in(e)} & given <= known
        known.update(step.names if isinstance(step, Batch) else [step.name or ""])


def items_of_our_model() -> list[Item]:
    layout = layout_of(load_model("big_science").program, reciprocals=False)
    names = in_order_of_depth(layout, needed_for_rates(layout))
    found = [Item(n, layout.moving[n], layout.slot[n]) for n in names]
    return found + [Item(None, layout.moving[s], layout.first_rate + i) for i, s in enumerate(layout.stocks)]


@pytest.mark.parametrize("most", [MOST, {"pow": 2, "exp": 2, "ln": 2}, {"pow": 1}])
def test_our_model_keeps_its_equations(most: Mapping[str, int]) -> None:
    items = items_of_our_model()
    steps = batched(items, most)
    known_in_time(steps)
    calls = {n: c for s in steps if isinstance(s, Batch) for n, c in zip(s.names, s.calls, strict=True)}
    whole = [Item(s.name, put_back(s.expression, calls), s.slot) for s in steps if isinstance(s, Item)]
    assert sorted(whole, key=lambda i: i.slot) == sorted(items, key=lambda i: i.slot)
    assert all(len(s.calls) <= most[s.function] for s in steps if isinstance(s, Batch))
    assert len(set(calls.values())) == len(calls)


def test_most_batches_of_our_model_are_full() -> None:
    sizes = [len(s.calls) for s in batched(items_of_our_model(), MOST) if isinstance(s, Batch) and s.function == "pow"]
    assert sum(sizes) >= 0.8 * 4 * len(sizes)


def test_a_call_waits_for_the_call_it_reads() -> None:
    inner = Apply("exp", (Name("a"),))
    items = [
        Item("b", Apply("exp", (Apply("add", (inner, Number(1.0))),)), 0),
        Item("c", Apply("exp", (Name("b"),)), 1),
    ]
    steps = batched(items, {"exp": 4})
    known_in_time(steps)
    assert [len(s.calls) for s in steps if isinstance(s, Batch)] == [1, 1, 1]


def test_reads_of_different_tables_and_easy_powers_stand_alone() -> None:
    read = [Apply("lookup", (Name(t), Name("x"))) for t in ("one", "two", "one")]
    items = [
        Item(f"y{i}", Apply("mul", (r, Apply("pow", (Name("x"), Number(float(i)))))), i) for i, r in enumerate(read)
    ]
    batches = [s for s in batched(items, MOST) if isinstance(s, Batch)]
    assert sorted((b.function, len(b.calls)) for b in batches) == [("lookup", 1), ("lookup", 1)]
