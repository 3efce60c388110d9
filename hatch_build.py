"""Puts the folders that people edit (models, assets, stored results) into the wheel as package data.

A checkout uses them where they are, so an editable install (``pip install -e``) gets no copy that could go stale.
"""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = {
    "models": "policy_lab/_data/models",
    "assets": "policy_lab/_data/assets",
    "analysis/results": "policy_lab/_data/results",
}


class ShippedFolders(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            build_data["force_include"].update(FOLDERS)
