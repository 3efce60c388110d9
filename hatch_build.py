"""Puts the folders that people edit (models, assets, stored results) into the wheel as package data.

A checkout uses them where they are, so an editable install (``pip install -e``) gets no copy that could go stale.
Neither a wheel nor a source distribution is made while the page's bundles are older than ``web/``.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = {
    "models": "policy_lab/_data/models",
    "assets": "policy_lab/_data/assets",
    "analysis/results": "policy_lab/_data/results",
}
# Every run of a study, which its study file makes again: large, and nothing in the package reads it.
LEFT_OUT = {".nc", ".part"}


class ShippedFolders(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        complaint = runpy.run_path(str(Path(self.root) / "policy_lab" / "app" / "web_bundles.py"))["complaint"]
        if found := complaint(Path(self.root)):
            raise RuntimeError(found)
        if self.target_name != "wheel":
            return
        for name, inside in FOLDERS.items():
            folder = Path(self.root) / name
            files = shipped(folder)
            if not files:
                raise RuntimeError(f"The wheel needs the folder {name}/, and there is nothing in it.")
            for file in files:
                build_data["force_include"][str(file)] = f"{inside}/{file.relative_to(folder).as_posix()}"


def shipped(folder: Path) -> list[Path]:
    every = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in every if path.suffix not in LEFT_OUT and not path.name.startswith(".")]
