"""Tasks done as a person does them, each action counted: what the page costs somebody who knows what they want.

A press (mouse, finger or key) is one action, and so is writing into a field; a choice from a list is two: opening it
and pressing an entry. Looking and scrolling are free.
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
