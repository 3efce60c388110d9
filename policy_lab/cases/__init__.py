"""Precedents: historical cases of big science on the equations of the model, with the same shared numbers.

The files of a case are read by ``policy_lab/model/cases.py``.

drivers.py            what comes from the record by one rule for all, such as incomes and their growth
run_case.py           a case run by the model, and the fate that comes out
fit.py                a case's own numbers from its figures
shared_parameters.py  the numbers that all cases share, held against votes and fates together
against_record.py     a run against its record
causes.py             causes in the decisive year, and what would have changed the fate
leave_one_out.py      the fate of each case from the others
examine.py            all of it as plain data
overview.py           one row a case
pages.py              the table and the causes as an HTML page
"""

from policy_lab.cases.examine import as_json, examine, fitted_of

__all__ = ["as_json", "examine", "fitted_of"]
