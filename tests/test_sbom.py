"""The bill of materials has every package that is locked, as it is locked, and no other."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from analysis import sbom


@pytest.fixture(scope="module")
def parts() -> dict[str, dict[str, Any]]:
    made = sbom.made()
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    assert json.dumps(made) == json.dumps(sbom.made())
    return {part["purl"]: part for part in made["components"]}


def test_every_locked_package_is_in_it_with_every_hash(parts: dict[str, dict[str, Any]], repository: Path) -> None:
    lock = (repository / "requirements.lock").read_text(encoding="utf-8")
    hashes = [h["content"] for purl, part in parts.items() if purl.startswith("pkg:pypi/") for h in part["hashes"]]
    assert sorted(hashes) == sorted(re.findall(r"sha256:([0-9a-f]{64})", lock))
    assert sum(purl.startswith("pkg:pypi/") for purl in parts) == len(re.findall(r"^\S+==", lock, re.MULTILINE))
    npm = json.loads((repository / "web" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    names = {(place.rpartition("node_modules/")[2], about["version"]) for place, about in npm.items() if place}
    assert {(p["name"], p["version"]) for purl, p in parts.items() if purl.startswith("pkg:npm/")} == names


def test_what_people_run_is_told_from_what_makes_it(parts: dict[str, dict[str, Any]], repository: Path) -> None:
    needed = {part["name"] for part in parts.values() if part["scope"] == "required"}
    assert {"numpy", "dash", "gunicorn", "lean-qr"} <= needed
    assert not {"pytest", "mypy", "playwright", "esbuild", "qr"} & needed
    bundled = (repository / "assets" / "page.bundle.LICENSE.txt").read_text(encoding="utf-8")
    assert all(name.split("/")[-1] in bundled or name.startswith("@fontsource") for name in sbom.BUNDLED)


def test_licences_are_said_where_packages_are_installed(parts: dict[str, dict[str, Any]]) -> None:
    python = [part for purl, part in parts.items() if purl.startswith("pkg:pypi/")]
    said = [part for part in python if part.get("licenses")]
    assert len(said) > 0.8 * len(python)
    assert parts[next(p for p in parts if p.startswith("pkg:pypi/waitress@"))]["licenses"]


def test_no_address_is_in_it(parts: dict[str, dict[str, Any]]) -> None:
    assert "://" not in json.dumps(list(parts.values()))


def test_a_lock_that_cannot_be_read_is_no_short_bill(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("good==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\nnumpy @ file:there\n")
    with pytest.raises(ValueError, match="numpy"):
        sbom.locked(tmp_path / "lock")
