"""Precedents: historical cases of big science on the equations of the model, with the same shared numbers.

cases.py        ``precedents/*.toml`` -> ``Case``: stated facts, drivers, what may be fitted, the record
figures.py      ``data/precedents/*.csv`` -> ``Series``
drivers.py      rivals' budget, incomes and their growth, by one rule for all
trials.py       a case run by the model, and the fate that comes out
fitting.py      a case's own numbers from its figures
shared.py       the numbers that all cases share, held against votes and fates together
judging.py      a run against its record
why.py          causes in the decisive year, and what would have changed the fate
leave_out.py    the fate of each case from the others
examination.py  all of it as plain data
table.py        one row a case
page.py         the data as a page to read
"""

from policy_lab.precedents.cases import Case, read_cases
from policy_lab.precedents.examination import as_json, examine, fitted_of, stored

__all__ = ["Case", "as_json", "examine", "fitted_of", "read_cases", "stored"]
