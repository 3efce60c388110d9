"""The bundles that the app serves are those that ``web/`` makes, and stale ones cannot be shipped."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from policy_lab.app import server
from policy_lab.app.web_bundles import MANIFEST, complaint, stale

ROOT = Path(__file__).parent.parent


def test_the_bundles_at_hand_are_fresh() -> None:
    assert stale(ROOT) == []


def test_every_module_of_the_page_is_in_a_bundle() -> None:
    """A module that nothing imports would be neither served nor missed."""
    manifest = json.loads((ROOT / "assets" / MANIFEST).read_text(encoding="utf-8"))
    modules = {
        path.relative_to(ROOT / "web").as_posix()
        for path in (ROOT / "web").glob("*/*.js")
        if path.parent.name != "node_modules" and ".test" not in path.name
    }
    assert set(manifest["inputs"]) == modules
    beside = {f"../policy_lab/components/policy_lab_components.{kind}" for kind in ("js", "css")}
    assert {path.name for path in (ROOT / "assets").glob("*.js")} | beside == set(manifest["outputs"])


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder as ``web/build.js`` leaves it: one module, and its bundle."""
    (tmp_path / "web" / "core").mkdir(parents=True)
    (tmp_path / "assets").mkdir()
    module, bundle = tmp_path / "web" / "core" / "a.js", tmp_path / "assets" / "page.bundle.js"
    module.write_text("export const a = 1;\n", encoding="utf-8")
    bundle.write_text("(()=>{})();\n", encoding="utf-8")
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (module, bundle)]
    known = {"inputs": {"core/a.js": hashes[0]}, "outputs": {"page.bundle.js": hashes[1]}}
    (tmp_path / "assets" / MANIFEST).write_text(json.dumps(known), encoding="utf-8")
    return tmp_path


def test_an_edited_or_missing_file_is_named(checkout: Path) -> None:
    assert complaint(checkout) == ""
    module, bundle = checkout / "web" / "core" / "a.js", checkout / "assets" / "page.bundle.js"
    module.write_bytes(module.read_bytes().replace(b"\n", b"\r\n"))  # a checkout on Windows
    assert complaint(checkout) == ""
    module.write_text("export const a = 2;\n", encoding="utf-8")
    assert stale(checkout) == ["web/core/a.js"]
    bundle.unlink()
    assert stale(checkout) == ["web/core/a.js", "assets/page.bundle.js"]
    assert "`make web`" in complaint(checkout)
    (checkout / "assets" / MANIFEST).write_text("{", encoding="utf-8")
    assert stale(checkout) == [f"assets/{MANIFEST}"]


def test_where_there_is_no_web_folder_nothing_can_be_stale(tmp_path: Path) -> None:
    assert stale(tmp_path) == []


def test_the_app_says_so_from_a_checkout(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(server.paths, "checkout", lambda: checkout)
    server._warn_of_stale_scripts()
    assert capsys.readouterr().err == ""
    (checkout / "web" / "core" / "a.js").write_text("", encoding="utf-8")
    server._warn_of_stale_scripts()
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "run `make web`" in told
    monkeypatch.setattr(server.paths, "checkout", lambda: None)
    server._warn_of_stale_scripts()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("kind", ["--wheel", "--sdist"])
def test_neither_wheel_nor_source_distribution_is_made_of_stale_bundles(checkout: Path, kind: str) -> None:
    for name in ("pyproject.toml", "hatch_build.py", "README.md"):
        (checkout / name).write_bytes((ROOT / name).read_bytes())
    (checkout / "policy_lab" / "app").mkdir(parents=True)
    for name in ("__init__.py", "app/web_bundles.py"):
        (checkout / "policy_lab" / name).write_bytes((ROOT / "policy_lab" / name).read_bytes())
    (checkout / "web" / "core" / "a.js").write_text("export const a = 3;\n", encoding="utf-8")
    words = [sys.executable, "-m", "build", "--no-isolation", kind, "--outdir", str(checkout / "dist"), str(checkout)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=checkout, check=False)
    assert done.returncode != 0
    assert "web/core/a.js" in done.stdout + done.stderr
    assert not list(checkout.glob("dist/*"))
