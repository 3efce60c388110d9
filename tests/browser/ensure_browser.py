"""Makes sure there is a Chromium for the browser tests, and prints its path; run by ``make test``.

In this order: one that is there already (``POLICY_LAB_CHROMIUM`` names it, or it is on the path, or Playwright
installed it); Debian's package, where apt-get is there and we may use it; Playwright's own build.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    """Path of a Chromium that is there already, else None."""
    chosen = os.environ.get("POLICY_LAB_CHROMIUM")
    if chosen:
        return chosen if Path(chosen).is_file() else None
    on_path = next((path for name in NAMES if (path := shutil.which(name))), None)
    return on_path or _playwrights()


def ensure_browser() -> str:
    """Path of a Chromium, installed if need be; leaves with a message if none can be had."""
    there = find_browser()
    if there:
        print(f"== Browser for the tests: {there}")
        return there
    if _may_use_apt():
        print("== Installing Debian's chromium package (once; it takes a minute)", flush=True)
        _apt()
    if not find_browser():
        print("== Installing Playwright's Chromium (once; it takes a minute)", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    there = find_browser()
    if not there:
        sys.exit(
            "No Chromium could be installed. Install one (on Debian: apt-get install chromium), or name one in"
            " POLICY_LAB_CHROMIUM, and try again."
        )
    print(f"== Browser for the tests: {there}")
    return there


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def _may_use_apt() -> bool:
    return shutil.which("apt-get") is not None and (_is_root() or _sudo_asks_nothing())


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _sudo_asks_nothing() -> bool:
    return (
        shutil.which("sudo") is not None and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0
    )


def _apt() -> None:
    before = [] if _is_root() else ["sudo", "-n"]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (
        ["update", "-q"],
        ["install", "-qq", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
    ):
        done = subprocess.run([*before, "apt-get", *words], env=quiet, capture_output=True, text=True)
        if done.returncode:
            print(f"apt-get {' '.join(words)} failed:\n{done.stdout[-500:]}{done.stderr[-1500:]}", file=sys.stderr)
            return


if __name__ == "__main__":
    ensure_browser()
