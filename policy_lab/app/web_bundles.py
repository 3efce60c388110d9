"""Whether the scripts that the app serves are those that ``web/`` makes; ``assets/bundles.json`` has the hashes.

``hatch_build.py`` reads this file on its own, so it imports nothing but Python's own library.
"""

from __future__ import annotations

import hashlib
import json
from os.path import normpath
from pathlib import Path

#: What was made from what, by SHA-256; ``web/build.js`` writes it.
MANIFEST = "bundles.json"


def stale(root: Path) -> list[str]:
    """Files of a checkout that are not those which the bundles were made with; none where ``web/`` is not there.

    Args:
        root: the folder with ``web/`` and ``assets/``.

    Returns:
        Their paths below ``root``; the manifest's own if there is none that can be read.
    """
    web, assets = root / "web", root / "assets"
    if not web.is_dir():
        return []
    try:
        manifest = json.loads((assets / MANIFEST).read_text(encoding="utf-8"))
        wanted = [(web / name, known) for name, known in manifest["inputs"].items()]
        wanted += [(Path(normpath(assets / name)), known) for name, known in manifest["outputs"].items()]
    except (OSError, ValueError, KeyError, AttributeError):
        return [f"assets/{MANIFEST}"]
    return [path.relative_to(root).as_posix() for path, known in wanted if _hash_of(path) != known]


def complaint(root: Path) -> str:
    """One sentence about stale bundles and what to do, "" where they are fresh."""
    found = stale(root)
    if not found:
        return ""
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"The page's scripts in assets/ are older than web/ ({found[0]}{more}): run `make web`."


def _hash_of(path: Path) -> str:
    try:
        text = path.read_bytes().replace(b"\r\n", b"\n")  # a checkout may have the line ends of its system
    except OSError:
        return ""
    return hashlib.sha256(text).hexdigest()
