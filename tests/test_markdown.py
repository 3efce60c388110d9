"""A little of Markdown as components of the page."""

from __future__ import annotations

from dash import html

from policy_lab.app.markdown import inline
from policy_lab.model.readme import Readme

TEXT = """# Model

## Weak

1. **One** thing
   that goes on.
2. Another, see [the page](../page.md).

Words below the list.

## Next
3. No part of it.
"""


def test_items_of_a_list_end_where_the_list_ends() -> None:
    items = [item.text for item in Readme(TEXT).numbered("Weak")]
    assert items == ["**One** thing that goes on.", "Another, see [the page](../page.md)."]
    assert Readme(TEXT).numbered("Nowhere") == []


def test_marks_become_components_and_links_their_words() -> None:
    parts = inline("**Cost** of `x` is *not* [the page](../page.md) [a, b].")
    assert [type(part) for part in parts] == [html.Strong, str, html.Code, str, html.Em, str]
    assert [part if isinstance(part, str) else part.children for part in parts] == [
        "Cost", " of ", "x", " is ", "not", " the page [a, b].",
    ]  # fmt: skip


def test_a_question_ends_with_its_own_mark() -> None:
    text = "# Big *science*\n\n**Question.** Who pays: *states*,\nor all? And why?\n\nWords.\n"
    assert Readme(text).question == ("Big *science*", "Who pays: *states*, or all?")
    assert Readme(TEXT).question == ("", "")
