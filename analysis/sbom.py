"""The parts that Policy Lab is made of, as a bill of materials (CycloneDX 1.6, JSON).

    python -m analysis.sbom [FILE]

Read from what is locked: ``requirements.lock`` and ``web/package-lock.json``, with the hashes that stand there.
Licences are those that installed packages state. ``scope`` is ``required`` for what people run
(``deploy/requirements.lock`` and what is bundled into the page) and ``excluded`` for what only makes and tests it. The
same files give the same bytes, so there is neither a time nor a serial number in it.

No library makes it: what is needed of the format are five fields, and those for Python bring half a dozen packages more
to list and know nothing of npm's lock file.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from policy_lab import __version__

ROOT: Final = Path(__file__).parent.parent
PINNED: Final = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]+?)\s*)?\\?$")
HASHED: Final = re.compile(r"^\s+--hash=sha256:(?P<hash>[0-9a-f]{64})\s*\\?$")
#: What of npm's packages goes into ``assets/``; the rest builds, checks and tests.
BUNDLED: Final = ("lean-qr", "@fontsource-variable/source-sans-3")


def locked(file: Path) -> dict[tuple[str, str], tuple[str, list[str]]]:
    """(name, version) to marker and hashes of every package that is locked; ValueError for a line that says nothing."""
    found: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if hashed := HASHED.match(line):
            found[next(reversed(found))][1].append(hashed["hash"])
        elif pinned := PINNED.match(line):
            found[pinned["name"], pinned["version"]] = pinned["marker"] or "", []
        elif line.strip() and not line.lstrip().startswith("#"):
            raise ValueError(f"{file}: {line}")
    return found


def of_python() -> Iterator[dict[str, Any]]:
    """Packages of ``requirements.lock``."""
    served = locked(ROOT / "deploy" / "requirements.lock")
    for (name, version), (marker, hashes) in locked(ROOT / "requirements.lock").items():
        part = component("pypi", name, version, (name, version) in served, [("SHA-256", h) for h in hashes])
        part |= {"licenses": said} if (said := licences(name, version)) else {}
        yield part | ({"properties": [{"name": "policy-lab:only-if", "value": marker}]} if marker else {})


def licences(name: str, version: str) -> list[dict[str, Any]]:
    """What an installed package says of its licence; nothing of one that is not there in this version."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return []
    if about["Version"] != version:
        return []
    if expression := about.get("License-Expression"):
        return [{"expression": expression}]
    kinds = [c.rpartition(" :: ")[2] for c in about.get_all("Classifier", []) if c.startswith("License :: ")]
    free = (about.get("License") or "").strip()
    named = kinds or ([free] if free and "\n" not in free else [])
    return [{"license": {"name": kind}} for kind in dict.fromkeys(named)]


def of_npm() -> Iterator[dict[str, Any]]:
    """Packages of ``web/package-lock.json``."""
    packages = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for place, about in packages.items():
        if not place:
            continue
        name = place.rpartition("node_modules/")[2]
        kind, _, digest = about["integrity"].partition("-")
        hashes = [(kind.upper().replace("SHA", "SHA-"), base64.b64decode(digest).hex())]
        part = component("npm", name, about["version"], name in BUNDLED, hashes)
        yield part | ({"licenses": [{"expression": about["license"]}]} if "license" in about else {})


def component(where: str, name: str, version: str, needed: bool, hashes: list[tuple[str, str]]) -> dict[str, Any]:
    """A package as the format has it."""
    address = f"pkg:{where}/{quote(name, safe='/')}@{quote(version)}"
    return {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "scope": "required" if needed else "excluded",
        "hashes": [{"alg": kind, "content": content} for kind, content in hashes],
        "purl": address,
    }


def made() -> dict[str, Any]:
    """The whole bill."""
    parts = {part["bom-ref"]: part for part in (*of_python(), *of_npm())}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "policy-lab", "version": __version__}},
        "components": [parts[key] for key in sorted(parts)],
    }


def main() -> None:
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "sbom.cdx.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    bill = made()
    file.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    print(f"{len(bill['components'])} packages in {file}")


if __name__ == "__main__":
    main()
