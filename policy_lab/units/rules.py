"""Unit rules of functions: which arguments must share a unit, which must be time or a pure number.

A rule is written in a few letters, one an argument, and one for the result:

    ``x``  this unit; every ``x`` of a rule must be the same       ``t``  the model's time unit
    ``y``  likewise, another one                                    ``1``  a pure number
    ``*``  anything, not looked at

``result`` may also be ``x*t`` (a rate times time), ``x/t``, ``x/y``, ``1/t``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """Letters of the arguments, and of the result; ``more`` allows the last argument any number of times."""

    arguments: str
    result: str
    more: bool = False


def _rules(text: str) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for line in text.strip().splitlines():
        names, letters, result = (part.strip() for part in line.split("|"))
        rule = Rule(letters.rstrip("+"), result, letters.endswith("+"))
        found.update((name, rule) for name in names.split())
    return found


RULES: Mapping[str, Rule] = _rules("""
    add sub min max                     | xx    | x
    eq ne lt le gt ge                   | xx    | 1
    and or                              | **    | 1
    not                                 | *     | 1
    neg abs integer game initial        | x     | x
    sum vmin vmax vmin_xmile vmax_xmile | x     | x
    prod                                | 1     | 1
    mean                                | x+    | x
    exp ln sin cos tan arcsin arccos    | 1     | 1
    arctan sinh cosh tanh               | 1     | 1
    log                                 | 1x    | 1
    pi                                  |       | 1
    if_then_else                        | *xx   | x
    zidz                                | xy    | x/y
    xidz                                | xy*   | x/y
    quantum modulo                      | xx    | x
    active_initial                      | xx    | x
    sample_if_true                      | *xx   | x
    integ                               | xy    | integ
    step                                | xt    | x
    ramp                                | xtt   | x*t
    Xramp                               | xt    | x*t
    pulse                               | tt    | 1
    Xpulse                              | tx    | x/t
    pulse_train                         | tttt  | 1
    Xpulse_train                        | ttx   | x/t
    smooth smooth3                      | xt    | x
    smoothi smooth3i delay_fixed        | xtx   | x
    delay delay3                        | xt    | x
    delayi delay3i                      | xtx   | x
    smooth_n delay_n                    | xtx1  | x
    trend                               | xty   | 1/t
    forecast                            | xtt   | x
    random_uniform                      | xx*   | x
    random_normal                       | xxxx* | x
    getdata getconstants getlookups data |       | any
    random_0_1                          |       | 1
    elmcount                            | *     | 1
    get_time_value                      | *t*   | t
    allocate_by_priority                | x**x  | x
    allocate_available                  | x*x   | x
    vector_select                       | *x*** | x
    vector_sort_order vector_rank       | **    | 1
    table                               | *     | any
    numbers                             | *+    | any
""")
