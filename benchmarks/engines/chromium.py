"""Our engine in Chromium: a page that stays open and makes some more runs in every round."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.engines.peers import ensemble, outputs_of
from policy_lab.browser_files import browser_module, single_module, write_browser_files
from policy_lab.compiler.target import TooFine
from policy_lab.model import Model

HERE = Path(__file__).parent
ASSETS, WEB = (HERE.parent.parent / name for name in ("assets", "web"))
#: Members of the ensemble in one request, and how many constants differ between them.
MEMBERS, VARIED = 400, 56
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@dataclass
class Page:
    """One model in a page of Chromium.

    Attributes:
        fused: whether this browser and processor fuse multiply and add.
        one, many, single: what was measured so far: milliseconds of a run on the page's thread, runs a second of
            ensembles in one worker, and those in single precision. Bands are what ``benchmarks/page.py`` measures.
    """

    page: Any
    fused: bool
    one: list[float] = field(default_factory=list)
    many: list[float] = field(default_factory=list)
    single: list[float] = field(default_factory=list)

    def measure(self, seconds: float) -> None:
        """A third of the time for each of the three."""
        for kept, name in ((self.one, "one"), (self.many, "many"), (self.single, "single")):
            kept.extend(self.page.evaluate(f"{name}({seconds / 3})"))

    def told(self) -> str:
        """A line for a person."""
        how = "fused" if self.fused else "not fused"
        return (
            f"in Chromium ({how} multiply-add): one run {min(self.one):.2f} ms at best,"
            f" {statistics.median(self.one):.2f} median"
        )


def single_files(model: Model, folder: Path) -> dict[str, Path]:
    """The model in single precision, beside its other files: plain, fused and layout; none where it has none."""
    try:
        single = single_module(model)
    except TooFine:
        return {}
    kinds = {"plain": "single.wasm", "fused": "single.fused.wasm", "layout": "single.json"}
    files = {kind: folder / name for kind, name in kinds.items()}
    files["plain"].write_bytes(single.code)
    files["fused"].write_bytes(single.fused)
    files["layout"].write_text(json.dumps({**browser_module(model).layout, **single.layout}), encoding="utf-8")
    return files


@contextmanager
def opened(model: Model, folder: Path, program: str) -> Iterator[Page]:
    """A page with the model loaded and warm; ``program`` is the browser to start."""
    from playwright.sync_api import sync_playwright

    code, layout, fused = write_browser_files(model, folder)
    for script in (ASSETS / "engine.worker.bundle.js", HERE / "chromium.mjs"):
        shutil.copy(script, folder / script.name)
    shutil.copytree(WEB / "engine", folder / "engine")
    (folder / "index.html").write_text(
        '<!doctype html><meta charset="utf-8"><title>engine</title><script type="module" src="chromium.mjs"></script>',
        encoding="utf-8",
    )
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    single = single_files(model, folder)
    files: dict[str, Any] = {"plain": code.name, "fused": fused.name, "layout": layout.name}
    files["single"] = {kind: path.name for kind, path in single.items()} or None
    members = {n: v.tolist() for n, v in list(ensemble(model, MEMBERS).items())[:VARIED]}
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=program, args=list(FLAGS))
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_address[1]}/index.html")
            about = page.evaluate("asked => opened(...asked)", [files, outputs_of(model), members])
            yield Page(page, about["fused"])
            browser.close()
    finally:
        server.shutdown()
        server.server_close()
