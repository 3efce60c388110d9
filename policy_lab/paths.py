"""Where the folders that people edit live: in a checkout beside the package, in a wheel inside it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def checkout() -> Path | None:
    """The folder that people edit, with ``models/``, ``assets/`` and ``web/``; None where the package was installed."""
    return None if (PACKAGE / "_data").is_dir() else PACKAGE.parent


def models_folder() -> Path:
    """The folder with one folder per model."""
    return _shipped("models", "models")


def assets_folder() -> Path:
    """The folder with the style sheets, scripts and fonts that the app serves."""
    return _shipped("assets", "assets")


def results_folder() -> Path:
    """The folder with the stored results of the studies in ``analysis/``."""
    return _shipped("results", "analysis/results")


def cache_folder() -> Path:
    """The folder for what can be made again (models read, models compiled); safe to delete.

    It is made by whoever writes to it. ``POLICY_LAB_CACHE`` names another one.
    """
    chosen = os.environ.get("POLICY_LAB_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    return _user_cache() / "policy-lab"


def studies_folder() -> Path:
    """The folder for studies that people run from the page; what lies there can be made again, in minutes or hours.

    It is made by whoever writes to it. ``POLICY_LAB_STUDIES`` names another one.
    """
    chosen = os.environ.get("POLICY_LAB_STUDIES")
    return Path(chosen).expanduser() if chosen else cache_folder() / "studies"


def _shipped(in_wheel: str, in_checkout: str) -> Path:
    data = PACKAGE / "_data"
    return data / in_wheel if data.is_dir() else PACKAGE.parent / in_checkout


def _user_cache() -> Path:
    try:
        home = Path.home()
    except RuntimeError:
        # A user without a home: a place where nothing can be, so there is no cache.
        return Path(os.devnull)
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
    return Path(os.environ.get("XDG_CACHE_HOME", home / ".cache"))
