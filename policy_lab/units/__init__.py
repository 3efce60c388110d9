"""Dimensional check of every equation of a Vensim or XMILE model, in the modeller's words.

    measures.py  unit texts -> ``Measure``: synonyms, the modeller's own words, conversion (pint underneath)
    rules.py     what each function does to units
    exponents.py exponents made of numbers and constants
    checking.py  ``check_units``: all statements of a ``Document``
    findings.py  what the check reports

How numbers without a unit are read
    A literal number multiplies and divides as a pure number, and zero fits every unit. In a sum it is a pure number
    as well: ``1 - share`` is right and ``1 - people`` is not. In a comparison, in MIN and MAX, between the branches
    of IF THEN ELSE, as a time or as an initial value it takes the unit of its neighbours, and the check says
    so as a warning, because a named constant would carry its unit. A variable without a stated unit fits everything;
    it is named once.
"""

from policy_lab.units.checking import check_units
from policy_lab.units.findings import UnitFinding
from policy_lab.units.measures import Measure, Units

__all__ = ["Measure", "UnitFinding", "Units", "check_units"]
