"""Tasks done as a person does them, each action counted: what the page costs somebody who knows what they want.

A press (mouse, finger or key) is one action, and so is writing into a field; a choice from a list is two: opening it
and pressing an entry. Looking and scrolling are free.

The ten tasks of somebody who has not seen the page, each with the most actions it may take:

1. Say in one sentence what a scenario does by 2050 and how sure that is (2): ``test_verdict.py``.
2. The same from 2028 (4): ``test_levers.py``.
3. Two scenarios at equal money (6): ``test_compare.py``, and on Explore ``test_levers.py``.
4. Which three levers matter most for an outcome in 2040, and how much is luck (5): ``test_rank_questions.py``.
5. Why a curve bends in a year (3): ``test_why.py``.
6. What ended a project, and what would have saved it (3): ``test_precedents.py``.
7. The equation and source of a variable (4): ``test_model_loops.py``.
8. Send a view to a colleague and open it on a phone (3): ``test_share_menu.py``.
9. One page for the minister with three scenarios (5): ``test_share.py``.
10. What reaches a target by 2040 under a cap (6): ``test_rank_questions.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page


@dataclass
class Person:
    """Somebody at a page; ``actions`` is how many it took so far."""

    page: Page
    actions: int = 0

    def press(self, what: Locator) -> None:
        """A click on a button, link, tick or entry."""
        what.click()
        self.actions += 1

    def key(self, keys: str) -> None:
        """A key or a chord, such as ``Control+z``."""
        self.page.keyboard.press(keys)
        self.actions += 1

    def write(self, where: Locator, text: str) -> None:
        """A text in place of what a field holds; the field is left, as by tabbing on."""
        where.fill(text)
        where.blur()
        self.actions += 1

    def choose(self, where: Locator, label: str) -> None:
        """An entry of a list."""
        where.select_option(label=label)
        self.actions += 2
