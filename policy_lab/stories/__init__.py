"""Stories: lessons in text files beside a model, checked against it, as a page, a worksheet and notes.

A story is Markdown with TOML front matter, one heading a step, and at most one fenced block a step: ``show``,
``predict``, ``reveal`` or ``ask``; a role play has ``role``, ``goal`` and ``deal`` instead. It names things as the
model labels them in the story's language, and each number it quotes says what it is, so that a check can compute it.
``docs/teaching.md`` tells a teacher how to write one.

faults.py      what does not fit, collected with its line
document.py    the file in pieces: front matter, headings, paragraphs, blocks
prose.py       words: emphasis, lists, links into the app, quoted numbers; whatever else is refused
vocabulary.py  labels of a language to the names of the model
runs.py        runs of the model, or of one of its historical cases, made once each
figures.py     quoted numbers computed
story.py       the typed story
blocks.py      blocks as parts of a story
reading.py     a file as a story, with all its faults
translations.py  a story's other languages
page_data.py   a story as data for a page
sheets.py      worksheet and notes
"""

from policy_lab.model.stories import story_files
from policy_lab.stories.page_data import as_data
from policy_lab.stories.reading import Reading, read_story
from policy_lab.stories.sheets import notes, worksheet
from policy_lab.stories.story import Story
from policy_lab.stories.translations import check_story

__all__ = ["Reading", "Story", "as_data", "check_story", "notes", "read_story", "story_files", "worksheet"]
