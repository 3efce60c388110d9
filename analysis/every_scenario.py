"""Which loops and weaknesses are there in every scenario, and not only in the one that their row names.

    python -m analysis.every_scenario [MODEL]

Prints two tables. The validation page says the same of the loops.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from analysis.results_folder import model_asked_for, print_table
from policy_lab.checks.every_scenario import Elsewhere, loops_everywhere, weaknesses_everywhere
from policy_lab.model.checks import read_checks

HEADER = ("as claimed", "opposite", "neither", "where it is the opposite", "where neither")


def rows_of(found: Sequence[Elsewhere]) -> list[tuple[object, ...]]:
    return [
        (one.claim.text or one.claim.key, len(one.right), len(one.opposite), len(one.still),
         ", ".join(one.opposite), ", ".join(one.still))
        for one in found
    ]  # fmt: skip


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?")
    model = model_asked_for(words.parse_args().model)
    print_table(("loop", *HEADER), rows_of(loops_everywhere(model)))
    print()
    print_table(("weakness (as claimed: it fails)", *HEADER), rows_of(weaknesses_everywhere(model, read_checks(model))))


if __name__ == "__main__":
    main()
