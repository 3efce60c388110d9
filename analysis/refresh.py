"""`make refresh`: from a changed model to everything that is stale, and only that.

    python -m analysis.refresh [TASK ...] [--list] [--current]

Says first what is stale, then makes it, a line a task, and lists the files that changed. What is stale is decided by
doit from the bytes of the inputs (``analysis/refresh_graph.py`` says what is made from what); the state after the last
time is in ``analysis/refresh_state.json``, which is committed with the results. What is stopped goes on next time:
golden runs scenario by scenario, studies chunk by chunk. TASK names some of them, or one that is made on request.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from doit.control import TaskControl
from doit.dependency import Dependency, FileChangedChecker, JsonDB
from doit.exceptions import TaskFailed
from doit.runner import Runner
from doit.task import Stream, dict_to_task
from doit.task import Task as DoitTask

from analysis.refresh_graph import PARTS, ROOT, Task, tasks, write_parts
from policy_lab.errors import PolicyLabError
from policy_lab.model import load_model, model_names
from policy_lab.paths import models_folder

STATE = "analysis/refresh_state.json"
#: Folders whose files a task may write; what changed in them is listed at the end.
WRITTEN = ("models", "analysis/results", "docs")


class Content(FileChangedChecker):  # type: ignore[misc]
    """A file has changed where its SHA-256 has: no times, so that the state means the same in every checkout."""

    def check_modified(self, file_path: str, file_stat: object, state: str) -> bool:
        """Whether a file is another than its state says."""
        return _digest(file_path) != state

    def get_state(self, dep: str, current_state: str | None) -> str | None:
        """The state to keep, None where it is the one that is kept already."""
        found = _digest(dep)
        return None if found == current_state else found


class Sorted:
    """JSON in one order, a line a value, so that the state's changes read well."""

    def encode(self, data: Mapping[str, Any]) -> str:
        """Data to text."""
        plain = {name: {**state, "deps:": sorted(state["deps:"])} for name, state in data.items() if "deps:" in state}
        return json.dumps(plain, indent=1, sort_keys=True) + "\n"

    def decode(self, data: str) -> Any:
        """Text to data."""
        return json.loads(data)


class Progress:
    """doit's reporter: a line when a task begins, one when it ends, and what failed."""

    def __init__(self, out: TextIO, stale: Sequence[str], kept: Dependency) -> None:
        self.out, self.kept = out, kept
        self.left = {name: last_time(kept, name) for name in stale}
        self.number, self.total = 0, len(stale)
        self.failed: list[str] = []

    def write(self, text: str) -> None:
        """doit's own words, which are few."""
        print(text, file=self.out, flush=True)

    def execute_task(self, task: DoitTask) -> None:
        """A task begins."""
        self.number += 1
        before = self.left.pop(task.name, None)
        rest = [seconds for seconds in self.left.values() if seconds]
        told = f", {human(before)} last time" if before else ""
        later = f"; then {human(sum(rest))} or so" if rest else ""
        self.write(f"[{self.number} of {self.total}] {task.name}{told}{later}")

    def add_success(self, task: DoitTask) -> None:
        """A task is done: what it was made from is kept at once, so that nothing is lost when the next is stopped."""
        self.kept.backend.dump()
        self.write(f"    done in {human(task.values['seconds'])}")

    def add_failure(self, task: DoitTask, fail: Any) -> None:
        """A task failed; those that need it are left out."""
        self.failed.append(task.name)
        self.write(f"    {task.name} failed: {fail.get_msg().strip()}")

    def skip_uptodate(self, task: DoitTask) -> None:
        """A task was listed because of one before it, which changed nothing."""
        if self.left.pop(task.name, "no") != "no":
            self.number += 1
            self.write(f"[{self.number} of {self.total}] {task.name} is as it was: what it is made from did not change")

    def initialize(self, tasks: object, selected: object) -> None:
        """Nothing to say."""

    get_status = skip_ignore = cleanup_error = teardown_task = runtime_error = lambda self, *_: None

    def complete_run(self) -> None:
        """The end is said by ``main``."""


def main(argv: Sequence[str]) -> int:
    """Command line; 0 where everything is current at the end."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("tasks", nargs="*", metavar="TASK", help="only these, and what they are made from")
    words.add_argument("--list", action="store_true", help="make nothing; status 1 if anything is stale")
    words.add_argument("--current", action="store_true", help="take what is stored as made from what there is now")
    given = words.parse_args(argv)
    os.chdir(ROOT)
    try:
        graph = graph_of(given.tasks)
    except PolicyLabError as error:
        print(error, file=sys.stderr)
        return 2
    kept = Dependency(JsonDB, STATE, Content, Sorted)
    made = {task.name: task for task in map(_for_doit, graph)}
    if given.current:
        return _take_as_current(made.values(), kept)
    stale = stale_tasks(graph, made, kept)
    _say(stale, graph, kept)
    if given.list or not stale:
        return int(bool(stale))
    before, progress = fingerprints(), Progress(sys.stdout, list(stale), kept)
    try:
        control = TaskControl(list(made.values()))
        control.process(None)
        Runner(kept, progress, continue_=True, stream=Stream(0)).run_all(control.task_dispatcher())
    except KeyboardInterrupt:
        print("Stopped. What is done is kept, and make refresh goes on from there.")
        return 130
    finally:
        _say_changes(before, fingerprints())
    if progress.failed:
        print(f"Not made: {', '.join(progress.failed)}. make refresh tries these again.")
    return int(bool(progress.failed))


def graph_of(wanted: Sequence[str]) -> list[Task]:
    """The tasks of all models, or those wanted (by name, or by what stands before the colon) and what they need."""
    models = [load_model(models_folder() / name) for name in model_names()]
    for model in models:
        write_parts(model)
    every = {task.name: task for task in tasks(models)}
    if not wanted:
        return [task for task in every.values() if not task.on_request]
    chosen = [name for name in every if name in wanted or name.partition(":")[0] in wanted]
    if not chosen or {w for w in wanted if not any(w in (n, n.partition(":")[0]) for n in chosen)}:
        raise PolicyLabError(f"There is no task {' or '.join(wanted)}. Possible: {', '.join(every)}")
    maker = {file: task.name for task in every.values() for file in task.outputs}
    for name in chosen:  # it grows while it is read, until it has all that is needed
        chosen += [n for n in {*every[name].after, *(maker[f] for f in every[name].inputs if f in maker)}
                   if n not in chosen and not every[n].on_request]  # fmt: skip
    return [task for name, task in every.items() if name in chosen]


def stale_tasks(graph: Sequence[Task], made: Mapping[str, DoitTask], kept: Dependency) -> dict[str, str]:
    """Name of each stale task to the reason; those included that only follow from one that is stale."""
    found: dict[str, str] = {}
    for task in graph:
        status = kept.get_status(made[task.name], None, get_log=True)
        if status.status != "up-to-date":
            found[task.name] = _reason(status.reasons)
    grows = True
    while grows:
        files = {file: task.name for task in graph if task.name in found for file in task.outputs}
        after = {t.name: files[f] for t in graph if t.name not in found for f in t.inputs if f in files}
        found |= {name: f"if {cause} changes" for name, cause in after.items()}
        grows = bool(after)
    return {task.name: found[task.name] for task in graph if task.name in found}


def _reason(reasons: Mapping[str, Any]) -> str:
    for key, words in (("missing_target", "never made: {}"), ("missing_file_dep", "missing: {}"),
                       ("changed_file_dep", "changed: {}"), ("added_file_dep", "new: {}"),
                       ("removed_file_dep", "gone: {}")):  # fmt: skip
        if reasons.get(key):
            names = [_short(str(name)) for name in sorted(reasons[key])]
            return words.format(", ".join(names[:3]) + (" …" if len(names) > 3 else ""))
    return "never made"


def _short(name: str) -> str:
    path = Path(name)
    return path.stem if PARTS in path.parents else name


def last_time(kept: Dependency, name: str) -> float | None:
    """Seconds that a task took when it was last made."""
    return kept.get_values(name).get("seconds")


def human(seconds: float) -> str:
    """A length of time as people say it."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def fingerprints() -> dict[str, str]:
    """Every file below ``WRITTEN`` and its SHA-256."""
    files = (p for folder in WRITTEN for p in Path(folder).rglob("*") if p.is_file() and p.suffix != ".nc")
    return {path.as_posix(): _digest(path) for path in files}


def _for_doit(task: Task) -> DoitTask:
    return dict_to_task({
        "name": task.name, "actions": [(_run, [task])], "file_dep": list(task.inputs), "targets": list(task.outputs),
        "task_dep": list(task.after),
    })  # fmt: skip


def _run(task: Task) -> dict[str, float] | TaskFailed:
    """Run a task's command; what it prints goes to a file, its progress to the terminal."""
    log, started = Path("build/refresh/logs") / f"{task.name.replace(':', '-')}.txt", time.monotonic()
    log.parent.mkdir(parents=True, exist_ok=True)
    shown = None if sys.stderr.isatty() else subprocess.STDOUT
    with log.open("w", encoding="utf-8") as file:
        done = subprocess.run(task.command, stdout=file, stderr=shown)
    if done.returncode:
        last = log.read_text(encoding="utf-8").strip().splitlines()[-3:]
        return TaskFailed(f"{' / '.join(last)} (all it said is in {log})")
    return {"seconds": round(time.monotonic() - started, 1)}


def _take_as_current(every: Iterable[DoitTask], kept: Dependency) -> int:
    for task in every:
        missing = [file for file in (*task.file_dep, *task.targets) if not Path(file).is_file()]
        if missing:
            print(f"{task.name}: not taken, there is no {missing[0]}")
            continue
        task.values = kept.get_values(task.name)
        kept.save_success(task)
    kept.close()
    return 0


def _say(stale: Mapping[str, str], graph: Sequence[Task], kept: Dependency) -> None:
    if not stale:
        print(f"Nothing is stale: {len(graph)} tasks are current.")
        return
    seconds = sum(last_time(kept, name) or 0.0 for name in stale)
    print(f"Stale: {len(stale)} of {len(graph)} tasks" + (f", {human(seconds)} last time" if seconds else ""))
    for name, reason in stale.items():
        print(f"  {name:<34}{reason}")


def _say_changes(before: Mapping[str, str], after: Mapping[str, str]) -> None:
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    print(f"{len(changed)} files changed" + (":" if changed else "."))
    for name in changed:
        print(f"  {'new' if name not in before else 'gone' if name not in after else 'changed':<9}{name}")


def _digest(path: str | Path) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
