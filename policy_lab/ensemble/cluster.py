"""Dask cluster: a study's chunks on a running scheduler, or on processes of this machine for the time being.

A chunk is one task and depends on nothing but itself, so a worker that dies costs the chunks it was at, which Dask
gives to another one, and the result has the same bits wherever they are made. The model travels with its chunks
(some tens of kilobytes, packed): workers need Policy Lab, not the model's folder. A worker unpacks and compiles a model
once. Only a few chunks for each worker are under way, so memory does not grow with the size of the study.
"""

from __future__ import annotations

import os
import platform
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from importlib import metadata
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from policy_lab import __version__
from policy_lab.ensemble.runner import Chunk, Simulated, Workers, run_chunk
from policy_lab.errors import PolicyLabError, StudyError
from policy_lab.messages import Message

LOCAL: Final = "local:"
#: Seconds until a scheduler that does not answer, or has not one worker, is given up.
PATIENCE: Final = 30.0
#: Chunks under way for each thread of the cluster: one at work and one waiting.
AHEAD: Final = 2
#: How often a chunk is tried again after an error that another machine, or a second try, may not have.
RETRIES: Final = 2
MOST_PROCESSES: Final = 256
#: A terminal sends Ctrl-C to every process; this one hears it and ends the others, who need not complain too.
_DEAF_TO_CTRL_C: Final = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"

_unpacking = threading.Lock()


@dataclass(frozen=True)
class Parcel:
    """A model sent to another machine: the name of its folder or file, and its files as a ZIP archive."""

    name: str
    content: bytes

    @property
    def key(self) -> str:
        """Hash of the content."""
        return sha256(self.content).hexdigest()[:16]


@contextmanager
def workers_of(scheduler: str) -> Iterator[Workers]:
    """The workers of a Dask cluster, to be given to ``run_study`` while in this ``with``.

    Args:
        scheduler: address of a running scheduler, ``tcp://10.0.0.5:8786``; or ``local:4``, which starts four
            processes on this machine and ends them afterwards.

    Raises:
        StudyError: Dask is not installed, the address is none, or nobody answers there; says what to do.
    """
    processes = _processes(scheduler)
    distributed = _dask()
    with ExitStack() as stack:
        address = scheduler if processes is None else stack.enter_context(_local_cluster(distributed, processes))
        client = stack.enter_context(_client(distributed, address, scheduler))
        yield lambda chunks: _through(client, chunks)


def _processes(scheduler: str) -> int | None:
    """The N of ``local:N``; None for an address."""
    if not scheduler.startswith(LOCAL.rstrip(":")):
        return None
    count = scheduler.removeprefix(LOCAL)
    if not (count.isdecimal() and 1 <= int(count) <= MOST_PROCESSES):
        raise StudyError(
            "error.cluster.processes",
            scheduler=scheduler,
            most=MOST_PROCESSES,
            local=LOCAL,
            example=os.cpu_count() or 2,
        )
    return int(count)


def _dask() -> Any:
    try:
        import distributed
    except ImportError:
        raise StudyError("error.cluster.dask") from None
    return distributed


@contextmanager
def _local_cluster(distributed: Any, processes: int) -> Iterator[str]:
    threads = str(max(1, (os.cpu_count() or 1) // processes))
    with (
        TemporaryDirectory(prefix="policy-lab-cluster-", ignore_cleanup_errors=True) as folder,
        distributed.LocalCluster(
            n_workers=processes,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",  # without an address they would listen to the whole network
            local_directory=folder,
            silence_logs="CRITICAL",
            env={"POLICY_LAB_THREADS": threads},
            preload=[_DEAF_TO_CTRL_C],
        ) as cluster,
    ):
        yield cluster.scheduler_address


@contextmanager
def _client(distributed: Any, address: str, scheduler: str) -> Iterator[Any]:
    try:
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise StudyError(
            "error.cluster.no_answer",
            asked=scheduler,
            reason=_first_line(error),
            local=LOCAL,
            example=os.cpu_count() or 2,
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise StudyError("error.cluster.no_worker", asked=scheduler, address=address) from None
        yield client


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _through(client: Any, chunks: Iterable[Chunk]) -> Iterator[Simulated]:
    """Make the chunks on the cluster, giving them back as they are finished."""
    todo = iter(chunks)
    under_way: set[Any] = set()
    parcels: dict[str, Parcel] = {}
    try:
        while True:
            room = AHEAD * max(1, sum(client.nthreads().values())) - len(under_way)
            for chunk in islice(todo, max(0, room)):
                if chunk.model not in parcels:
                    parcels[chunk.model] = packed(chunk.model)
                under_way.add(
                    client.submit(_made, chunk, parcels[chunk.model], _versions(), pure=False, retries=RETRIES)
                )
            if not under_way:
                return
            for future in _finished(client, under_way):
                made = _result(future)
                if made is not None:
                    under_way.remove(future)
                    yield made
    finally:
        if under_way and client.status == "running":
            client.cancel(list(under_way))


def _finished(client: Any, under_way: set[Any]) -> set[Any]:
    """Those that are finished, at least one; waits for it as long as there are workers."""
    wait: Callable[..., Any] = _dask().wait
    while True:
        try:
            with client.as_current():
                return set(wait(under_way, timeout=PATIENCE, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            if client.status != "running":
                raise StudyError("error.cluster.failed", why=Message("error.cluster.gone")) from None
            if not client.nthreads():
                raise StudyError("error.cluster.failed", why=Message("error.cluster.none_left")) from None


def _result(future: Any) -> Simulated | None:
    """A finished chunk; None if the worker that held it died before it could be fetched, and it is made again."""
    from concurrent.futures import CancelledError

    from distributed.scheduler import KilledWorker

    try:
        made: Simulated = future.result(timeout=PATIENCE)
        return made
    except TimeoutError:
        return None
    except PolicyLabError:
        raise
    except KilledWorker as error:
        worker = error.last_worker.address if error.last_worker else Message("error.cluster.every_worker")
        raise StudyError("error.cluster.failed", why=Message("error.cluster.died", {"worker": worker})) from None
    except (CancelledError, OSError) as error:
        gone = Message("error.cluster.gone_because", {"reason": _first_line(error)})
        raise StudyError("error.cluster.failed", why=gone) from None
    except Exception as error:
        raise StudyError("error.cluster.failed", why=f"{type(error).__name__}: {_first_line(error)}") from None


def packed(model: str) -> Parcel:
    """A model's files as one archive, the same bytes for the same files; ``model`` is a folder or a file."""
    place = Path(model)
    files = [place] if place.is_file() else sorted(p for p in (*place.iterdir(), *place.glob("scenarios/*.toml")))
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for file in files:
            if file.is_file() and not file.name.startswith("."):
                name = file.relative_to(place.parent if place.is_dir() else file.parent).as_posix()
                zipped.writestr(zipfile.ZipInfo(name), file.read_bytes(), zipfile.ZIP_DEFLATED)
    return Parcel(place.name, archive.getvalue())


# ---- on the worker


def _made(chunk: Chunk, parcel: Parcel, versions: tuple[tuple[str, str], ...]) -> Simulated:
    """Make a chunk on a worker; a mistake of the study comes back as a StudyError, which can be pickled."""
    from distributed import get_worker

    worker = get_worker()
    for (name, ours), (_, theirs) in zip(_versions(), versions, strict=True):
        if ours != theirs:
            raise StudyError("error.cluster.versions", address=worker.address, name=name, ours=ours, theirs=theirs)
    place = _unpacked(parcel, Path(worker.local_directory))
    try:
        return run_chunk(replace(chunk, model=str(place)))
    except PolicyLabError as error:
        raise StudyError(str(error)) from None


def _unpacked(parcel: Parcel, folder: Path) -> Path:
    """Where the model lies on this worker, put there if it is the first to need it."""
    place = folder / f"policy-lab-{parcel.key}"
    with _unpacking:
        if not place.is_dir():
            beside = folder / f"{place.name}.new"
            with zipfile.ZipFile(BytesIO(parcel.content)) as zipped:
                zipped.extractall(beside)
            beside.rename(place)
    return place / parcel.name


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    """Versions that the bits of a run depend on."""
    libraries = tuple((name, metadata.version(name)) for name in ("numpy", "llvmlite", "pysd"))
    return (("Policy Lab", __version__), ("Python", ".".join(platform.python_version_tuple()[:2])), *libraries)
