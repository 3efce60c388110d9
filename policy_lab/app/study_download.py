"""The download of a study: its result folder as a ZIP file, with a README, the report in the language of the page.

Tables of numbers and the study file stay as they are, so that everything can be made again.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from policy_lab.app.labels import count_of
from policy_lab.app.ranking_view import world_told
from policy_lab.app.remembering import remembered
from policy_lab.catalogue import SOURCE, here, language, say
from policy_lab.ensemble.findings import Findings
from policy_lab.errors import PolicyLabError
from policy_lab.studies import report_files

#: Bytes read at once.
BLOCK: Final = 1 << 18
#: What a study's folder holds besides its result.
NOT_RESULT: Final = ("lock", "work")
#: Reports in other languages kept in memory; one is a few megabytes, and takes seconds to draw.
KEPT: Final = 3


def packed(findings: Findings) -> Iterator[bytes]:
    """The result folder of a Sobol' study as a ZIP file, piece by piece."""
    assert findings.folder is not None
    readme = {say("rank.readme_file"): _readme(findings, findings.folder.name)}
    return zipped(findings.folder, {**readme, **_report(findings, language())})


@remembered(KEPT, lambda files: 1)
def _report(findings: Findings, told_in: str) -> Mapping[str, str | bytes]:
    """The report in a language, unless it is there in it, or the study no longer fits its model."""
    if told_in == SOURCE:
        return {}
    try:
        return report_files(findings, here())
    except PolicyLabError:
        return {}


def _readme(findings: Findings, name: str) -> str:
    known = findings.provenance
    factors = findings.provenance.get("factors", ())
    grouped = bool(known.get("groups"))
    return say(
        "rank.readme",
        name=name,
        model=known.get("model", "?"),
        hash=known.get("model_hash", "?"),
        world=world_told(findings),
        runs=count_of(int(known.get("runs", 0))),
        size=count_of(int(known.get("size", 0))),
        seed=known.get("seed", "?"),
        factors=count_of(len(factors)),
        policy_lab=known.get("policy_lab", "?"),
        versions=", ".join(f"{package} {version}" for package, version in known.get("versions", {}).items()),
        salib="" if grouped else say("rank.readme_salib", outcome=findings.outcomes[0], year=f"{findings.times[-1]:g}"),
    )


class _Pipe(io.RawIOBase):
    """What a ZipFile writes to: keeps the bytes until they are taken, and cannot go back."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = bytearray()

    def writable(self) -> bool:
        """Yes, and nothing else."""
        return True

    def write(self, data: Any) -> int:
        """Keep some bytes."""
        self.kept += data
        return len(data)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self.kept)
        self.kept.clear()
        return taken


def zipped(folder: Path, instead: Mapping[str, str | bytes]) -> Iterator[bytes]:
    """The files of a result folder as a zip archive, piece by piece.

    Args:
        folder: of the result.
        instead: by file name, what is added to it, or replaces a file of that name.
    """
    pipe = _Pipe()
    with ZipFile(cast("IO[bytes]", pipe), "w", ZIP_DEFLATED) as archive:
        for name, content in instead.items():
            archive.writestr(f"{folder.name}/{name}", content)
            yield pipe.take()
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_symlink() or not path.is_file() or inside.parts[0] in NOT_RESULT or str(inside) in instead:
                continue
            about_file = ZipInfo.from_file(path, f"{folder.name}/{inside.as_posix()}")
            about_file.compress_type = ZIP_STORED if path.suffix == ".png" else ZIP_DEFLATED
            with path.open("rb") as source, archive.open(about_file, "w", force_zip64=True) as target:
                while block := source.read(BLOCK):
                    target.write(block)
                    yield pipe.take()
            yield pipe.take()
    yield pipe.take()
