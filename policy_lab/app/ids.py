"""Ids of everything a callback reads or writes, in one place, so that a typing error is an AttributeError."""

from __future__ import annotations

from typing import Final

MAIN: Final = "main"
# What is on the page before Dash is.
EARLY: Final = "early"

STAGE: Final = "stage"
NOTICE: Final = "notice"
NOTICE_TEXT: Final = "notice-text"

UNDO: Final = "undo"
REDO: Final = "redo"
SHARE: Final = "share"
SHARE_SAID: Final = "share-said"
SCHEME: Final = "scheme"

WORLD: Final = "world"
WORLD_RATIONALE: Final = "world-rationale"
WORLD_RESTORE: Final = "world-restore"
PINS: Final = "pins-add"
REPLAY: Final = "replay"
PIN: Final = "pin"
ASSUMPTIONS: Final = "assumptions"

SIDES: Final = ("a", "b")

RANKING: Final = "ranking"

SEARCH: Final = "variable-search"
SEARCH_KIND: Final = "variable-kind"
SEARCH_COUNT: Final = "variable-count"
VARIABLES: Final = "variables"

SECTOR: Final = "sector"
SKETCH: Final = "sketch"
SKETCH_VALUES: Final = "sketch-values"
SKETCH_YEAR: Final = "sketch-year"
