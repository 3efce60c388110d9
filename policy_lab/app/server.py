"""Serving the app: to one person from this process, to an institution from several that gunicorn looks after.

Each process runs the server of ``http_server.py``. Gunicorn (an extra) forks workers that share what was loaded before,
restarts one that dies, and reloads without dropping anybody.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import logging
import os
import re
import socket
import sys
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from policy_lab import paths
from policy_lab.app.app import create_app
from policy_lab.app.http_server import CONNECTIONS, Server
from policy_lab.app.middleware.proxies import BehindProxy, networks
from policy_lab.app.middleware.response_cache import warm
from policy_lab.app.middleware.same_origin import OwnNames
from policy_lab.app.rooms import Rooms
from policy_lab.app.several import in_front, placed
from policy_lab.app.web_bundles import complaint
from policy_lab.errors import BadValue
from policy_lab.jobs import Queue
from policy_lab.model import Model

HOST, PORT = "127.0.0.1", 8050
#: Seconds without a sign of life after which a worker is replaced.
SILENCE = 60
#: ``M_ARENA_MAX`` of glibc's malloc.h, see mallopt(3).
_ARENA_MAX = -8
_LOGGED = ("policy_lab.access", "policy_lab.studies", "gunicorn.error")


@dataclass(frozen=True)
class Serving:
    """How the app is served.

    Attributes:
        host: address to listen on; 127.0.0.1 is this machine alone.
        port: 0 takes a free one.
        prefix: path below which everything stands, with a slash at both ends.
        workers: processes; 0 serves from this one, with waitress.
        behind_proxy: whether a proxy in front says, in ``X-Forwarded-…``, who asks and by which address.
        proxies: where such a proxy is: addresses and networks with commas between, "" for near by.
        pages: a folder with further pages, as ``create_app`` takes it.
        names: host names that lead to it from elsewhere; without a proxy it answers to no other, see ``same_origin``.
        embed_from: sites that may put the Learn page into a frame.
        rooms: whether teachers can open rooms for the guesses of a class, see ``rooms.py``.
        log: whether every request and study is written to standard error.
    """

    host: str = HOST
    port: int = PORT
    prefix: str = "/"
    workers: int = 0
    behind_proxy: bool = False
    proxies: str = ""
    names: tuple[str, ...] = ()
    embed_from: tuple[str, ...] = ()
    log: bool = False
    rooms: bool = False
    rank_folder: Path | None = None
    pages: Path | None = None
    studies: Path = field(default_factory=paths.studies_folder)


def serve(
    model: Model | Sequence[Model],
    host: str = HOST,
    port: int = PORT,
    open_browser: bool = True,
    rank_folder: Path | None = None,
    **more: Any,
) -> None:
    """Serves the app until it is interrupted, and prints its address as one line.

    Args:
        model: what it explores; of several each has a path of its own below a page that lists them.
        host: address to listen on; 127.0.0.1 is this machine alone.
        port: 0 takes a free one.
        open_browser: also show the page.
        rank_folder: the stored study of the Rank page, as ``create_app`` takes it.
        more: the other fields of ``Serving``.

    Raises:
        BadValue: the port is taken or not allowed, the host is not an address of this machine, the prefix is no path,
            a proxy's is no address, a site of ``embed_from`` is none, gunicorn is not installed, or two models would
            have one address.
    """
    models = placed(model)
    how = Serving(host=host, port=port, rank_folder=rank_folder, **{**more, "prefix": whole_prefix(more.get("prefix"))})
    if how.workers:
        need_gunicorn()
    networks(how.proxies)
    listening = listen(how.host, how.port)
    keep_log(how.log)
    address = f"http://{_for_link(how.host)}:{listening.getsockname()[1]}{how.prefix}"
    allow_connections(CONNECTIONS + 100)
    share_heaps()
    queue = Queue(how.studies)
    server = application(model, how, queue)
    _warn_of_stale_scripts()
    print(f"Policy Lab: {address}", flush=True)
    if open_browser:
        webbrowser.open(address)
    try:
        if how.workers:
            for path in models:
                warm(server, below(how.prefix, path))
            _by_gunicorn(server, how, listening)
        else:
            _here(server, listening)
    except KeyboardInterrupt:
        pass
    finally:
        queue.close()


def _warn_of_stale_scripts() -> None:
    """Whoever edits ``web/`` and forgets ``make web`` would look for a change that is not there."""
    folder = paths.checkout()
    if folder and (found := complaint(folder)):
        print(found, file=sys.stderr, flush=True)


def below(prefix: str, path: str) -> str:
    """The prefix of one model's app."""
    return f"{prefix}{path}/" if path else prefix


def application(model: Model | Sequence[Model], how: Serving, queue: Queue) -> Any:
    """The WSGI application, with its studies going on where the last server stopped."""
    models = placed(model)
    apps = {path: _app(model, path, how, queue) for path, model in models.items()}
    server: Any = apps[""] if "" in apps else in_front(models, apps, how.prefix)
    if how.names or not how.behind_proxy:
        server.wsgi_app = OwnNames(server.wsgi_app, (how.host, *how.names))
    if how.behind_proxy:
        server.wsgi_app = BehindProxy(server.wsgi_app, networks(how.proxies))
    queue.resume()
    return server


def _app(model: Model, path: str, how: Serving, queue: Queue) -> Any:
    """The server of one model; several models share the queue of studies and nothing else."""
    rooms = f"rooms-{path}.sqlite" if path else "rooms.sqlite"
    return create_app(
        model,
        rank_folder=how.rank_folder,
        queue=queue,
        prefix=below(how.prefix, path),
        pages=how.pages,
        embed_from=how.embed_from,
        rooms=Rooms(how.studies / rooms) if how.rooms else None,
        above=how.prefix if path else "",
    ).server


def _here(server: Any, listening: socket.socket) -> None:
    serving = Server(server, listening)
    try:
        serving.run()
    finally:
        serving.close()


def _by_gunicorn(server: Any, how: Serving, listening: socket.socket) -> None:
    from gunicorn.app.base import BaseApplication

    gc.collect()
    gc.freeze()  # a worker that looked through what all share would make a copy of it
    settings = {
        "bind": f"fd://{listening.fileno()}",
        "workers": how.workers,
        "worker_class": "policy_lab.app.gunicorn_worker.Worker",
        "preload_app": True,  # the model is read once, and its memory shared
        "timeout": SILENCE,
        "graceful_timeout": 10,
        "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # a heartbeat must not wait for a disk
        "accesslog": None,  # ``middleware/access_log.py`` writes ours
        "logger_class": "policy_lab.app.middleware.access_log.Plain",
        "proc_name": "policy-lab",
        "control_socket_disable": True,
    }

    class Served(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return server

    first = os.getpid()
    try:
        Served().run()
    except SystemExit as error:  # how gunicorn ends when it is told to, and how each of its workers does
        status = error.code if isinstance(error.code, int) else 0
        if os.getpid() != first:
            # It has answered all that it was asked. To take everything down piece by piece, as Python would, copies the
            # memory that it shares with the others, and takes seconds.
            os._exit(status)
        if status:
            raise


def allow_connections(wanted: int) -> None:
    """Let this process and those it starts have so many files open, as far as the system allows that."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if now != resource.RLIM_INFINITY and now < wanted:
        allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(now, allowed), most))


def share_heaps() -> None:
    """Let threads share two heaps; glibc gives each its own, and each keeps the most that a thread ever needed."""
    try:
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 2)
    except (OSError, TypeError, AttributeError):  # another C library, with other ways
        pass


def whole_prefix(text: str | None) -> str:
    """A prefix with a slash at both ends; raises ``BadValue`` for what is no path."""
    path = "/" + "/".join(part for part in (text or "").split("/") if part)
    if not re.fullmatch(r"[A-Za-z0-9._~/-]*", path) or ".." in path:
        raise BadValue("error.server.prefix", text=text)
    return path if path.endswith("/") else path + "/"


def need_gunicorn() -> None:
    """Raises ``BadValue`` with the way out where gunicorn cannot be used."""
    try:
        import gunicorn.app.base  # noqa: F401
    except ImportError:
        raise BadValue("error.server.gunicorn") from None


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address; raises ``BadValue`` in words where that cannot be."""
    if not 0 <= port <= 65535:
        raise BadValue("error.server.port", port=port)
    try:
        family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError):
        raise BadValue("error.server.host", host=host) from None
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(where)
        listening.listen(2048)  # who comes while the app is still being made ready waits instead of being turned away
    except OSError as error:
        listening.close()
        reason = error.strerror or str(error)
        raise BadValue(_why(error), host=host, port=port, reason=reason) from None
    return listening


def keep_log(told: bool) -> None:
    """What happens goes to standard error, a line each, if that was asked for; of others only what went wrong."""
    for name in ("waitress", "waitress.queue", "werkzeug", "dash", "dash.dash"):
        logging.getLogger(name).setLevel(logging.ERROR)
    lines = logging.StreamHandler()
    lines.setFormatter(logging.Formatter("%(asctime)s %(process)d %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    for name in _LOGGED:
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO if told else logging.ERROR)
        logger.handlers = [lines]
        logger.propagate = False


def _why(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "error.server.taken"
    return "error.server.not_allowed" if isinstance(error, PermissionError) else "error.server.listen"


def _for_link(host: str) -> str:
    return f"[{host}]" if ":" in host else host
