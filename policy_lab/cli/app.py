"""``policy-lab app``: serve the page to this machine (or, with ``--host``, to others)."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
import webbrowser
from types import FrameType
from typing import TYPE_CHECKING

from policy_lab.cli.describe import OUR_MODEL
from policy_lab.errors import BadValue, OutputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.serving import BaseWSGIServer

    from policy_lab.runs import Runs

USUAL_PORT = 8050


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    words = commands.add_parser(
        "app",
        help="open the simulator in the browser",
        description="Serve the app and print its address; Ctrl-C stops it.",
        allow_abbrev=False,
    )
    words.add_argument("--model", metavar="MODEL", default=OUR_MODEL, help=f"default: {OUR_MODEL}")
    words.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    words.add_argument(
        "--port", metavar="N", help=f"port to listen on; 0 takes a free one (default: {USUAL_PORT}, if it is free)"
    )
    words.add_argument("--no-browser", action="store_true", help="do not open the browser")
    words.set_defaults(does=command)


def command(arguments: argparse.Namespace) -> int:
    """Serve until somebody stops it."""
    port = _port(arguments.port)
    server = _server(arguments.model, arguments.host, port)
    address = f"http://{_spoken(arguments.host)}:{server.port}/"
    if port is None and server.port != USUAL_PORT:
        print(f"Port {USUAL_PORT} is taken, so another one was chosen.")
    print(f"Policy Lab is at {address}  (Ctrl-C stops it)", flush=True)
    if not arguments.no_browser and _has_a_screen():
        webbrowser.open(address)
    _serve(server)
    print("Policy Lab has stopped.")
    return 0


def _server(model_name: str, host: str, port: int | None) -> BaseWSGIServer:
    """A server that is bound already, so that the address it tells is the one it has."""
    from werkzeug.serving import make_server

    from policy_lab.app import create_app
    from policy_lab.model import load_model
    from policy_lab.simulate import simulate

    free = _free_port(host, port)
    model = load_model(model_name)

    def run(constants: Mapping[str, float]) -> Runs:
        return simulate(model, dict(constants))

    app = create_app(model, run=run)
    # Its log of every request is for developers.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    return make_server(host, free, app.server, threaded=True)


def _serve(server: BaseWSGIServer) -> None:
    signal.signal(signal.SIGTERM, _stop)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _port(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or int(text) > 65535:
        raise BadValue(f"The port cannot be '{text}': it is a whole number from 0 (a free one) to 65535.")
    return int(text)


def _free_port(host: str, port: int | None) -> int:
    """The port to bind: the one asked for if it is free, else, if none was asked for, 0 (the system chooses)."""
    wanted = USUAL_PORT if port is None else port
    try:
        family, _, _, _, address = socket.getaddrinfo(host, wanted, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As the server does, so that a port whose last connections are still closing counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise BadValue(f"'{host}' is no address of this machine; try --host 127.0.0.1.") from None
    except OSError as error:
        if port is None and not isinstance(error, PermissionError):
            return 0
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"Cannot listen on {host}:{wanted}: {reason}. --port 0 takes a free port.") from None
    return wanted


def _spoken(host: str) -> str:
    """The host as a browser on this machine reaches it."""
    if host in ("0.0.0.0", "::", ""):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _has_a_screen() -> bool:
    """Whether opening a browser shows one: without a display some systems start one inside the terminal."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
