"""Studies in the background: a table of jobs in one SQLite file, and processes of their own that run them.

A web request only ever writes into the table and reads from it. ``Queue`` is what the app uses; ``runner`` is the
process; ``table`` is what they share. Any number of web processes on one machine may share a folder.
"""

from __future__ import annotations

from policy_lab.jobs.limits import Limits, Refused
from policy_lab.jobs.queue import Queue
from policy_lab.jobs.table import Job

__all__ = ["Job", "Limits", "Queue", "Refused"]
