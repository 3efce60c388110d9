"""Style sheets in ``assets/``: each is short and declares its rules in one layer; the first has the layers' order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policy_lab.app.index_page import ORDER
from policy_lab.paths import assets_folder

SHEETS = sorted(assets_folder().glob("*.css"))


def bare(text: str) -> str:
    return re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", text, flags=re.DOTALL)


def outside(text: str) -> str:
    """A style sheet without what stands in its braces."""
    while (shorter := re.sub(r"\{[^{}]*\}", "", text)) != text:
        text = shorter
    return " ".join(text.split())


def layers() -> list[str]:
    found = re.match(r"\s*@layer ([\w, -]+);", bare((assets_folder() / ORDER).read_text(encoding="utf-8")))
    assert found is not None
    return found[1].split(", ")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_sheet_is_short_and_in_one_layer(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    order = f"@layer {', '.join(layers())}; " if sheet.name == ORDER else ""
    assert outside(bare(text)) in {f"{order}@layer {layer}" for layer in layers()}


def test_each_layer_has_a_sheet() -> None:
    used = {
        layer for sheet in SHEETS for layer in re.findall(r"^@layer (\w+) \{", sheet.read_text(encoding="utf-8"), re.M)
    }
    assert sorted(used) == sorted(layers())
