"""Folders are found in a checkout and in an installed package, and the cache goes where a person wants it."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_lab import paths

ROOT = Path(__file__).parent.parent


def test_a_checkout_uses_its_own_folders() -> None:
    assert paths.models_folder() == ROOT / "models"
    assert paths.assets_folder() == ROOT / "assets"
    assert paths.results_folder() == ROOT / "analysis" / "results"
    assert all(f().is_dir() for f in (paths.models_folder, paths.assets_folder, paths.results_folder))


def test_an_installed_package_uses_what_it_carries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_data").mkdir()
    monkeypatch.setattr(paths, "PACKAGE", tmp_path)
    assert paths.models_folder() == tmp_path / "_data" / "models"
    assert paths.assets_folder() == tmp_path / "_data" / "assets"
    assert paths.results_folder() == tmp_path / "_data" / "results"


def test_the_cache_follows_the_person_then_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_LAB_CACHE", str(tmp_path / "mine"))
    assert paths.cache_folder() == tmp_path / "mine"
    monkeypatch.delenv("POLICY_LAB_CACHE")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert paths.cache_folder() == tmp_path / "xdg" / "policy-lab"
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert paths.cache_folder() == tmp_path / "Library" / "Caches" / "policy-lab"
