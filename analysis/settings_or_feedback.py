"""Settings or feedback: how the scenarios rank and spread with all named loops, and with all of them cut.

    python -m analysis.settings_or_feedback [MODEL]

Writes ``results/settings_or_feedback/table.csv``; the validation page tells the headline outcomes' share.
"""

from __future__ import annotations

import argparse

from analysis.results_folder import fresh_folder, model_asked_for, print_table, write_table
from policy_lab import progress
from policy_lab.checks.settings_or_feedback import settings_or_feedback
from policy_lab.messages import Message

HEADER = ("outcome", "headline", "rank correlation", "spread kept")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?")
    model = model_asked_for(words.parse_args().model)
    with fresh_folder("settings_or_feedback") as folder:
        runs = 2 * len(model.scenarios)
        with progress.bar(Message(progress.SIMULATING), runs) as meter:
            shares = settings_or_feedback(model)
            meter.advance(runs)
        rows = [(s.outcome, "yes" if s.headline else "no", s.same_order, s.spread_kept) for s in shares]
        folder.mkdir(parents=True)
        write_table(folder / "table.csv", HEADER, rows)
        print_table(HEADER, rows)


if __name__ == "__main__":
    main()
