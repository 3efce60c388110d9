"""``policy-lab app``: serve the page to this machine (or, with ``--host``, to others)."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from policy_lab.cli import data
from policy_lab.cli.describe import OUR_MODEL
from policy_lab.cli.several import opened_models
from policy_lab.cli.text_tables import HelpFormatter
from policy_lab.errors import BadValue

USUAL_PORT = 8050
MOST_WORKERS = 64
EXAMPLES = f"""\
examples:
  policy-lab app
  policy-lab app --model my_model.mdl
  policy-lab app --model {OUR_MODEL} --model core --model my_model.mdl
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    words = commands.add_parser(
        "app",
        help="open the app in the browser",
        description="Serve the app and print its address; stop it with Ctrl-C. Several models get a front page.",
        epilog=EXAMPLES,
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    words.add_argument(
        "--model",
        metavar="MODEL",
        action="append",
        help="a model's name, file or folder, or a folder of models; repeat it for several "
        f"(default: POLICY_LAB_MODELS, several separated by {os.pathsep!r}, else {OUR_MODEL})",
    )
    words.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    words.add_argument(
        "--port", metavar="N", help=f"port to listen on; 0 takes a free one (default: {USUAL_PORT}, if it is free)"
    )
    words.add_argument("--no-browser", action="store_true", help="do not open the browser")
    words.add_argument(
        "--prefix",
        metavar="PATH",
        default=os.environ.get("POLICY_LAB_PREFIX", "/"),
        help="path prefix of the app, for a proxy that serves other things too (default: /)",
    )
    words.add_argument(
        "--workers",
        metavar="N",
        default="0",
        help="serve with N gunicorn processes, for many users (default: this process only)",
    )
    words.add_argument(
        "--behind-proxy",
        metavar="ADDRESS",
        nargs="?",
        const="",
        help="trust the X-Forwarded-... headers of the proxy in front, which is on this machine or in a private "
        "network, or has this address (or is in 10.1.2.0/24, or one of several separated by commas)",
    )
    words.add_argument(
        "--name",
        metavar="HOST",
        action="append",
        default=[],
        help="a host name to accept, such as lab.example.org; without a proxy the app accepts only its "
        "addresses, localhost, this machine's name and these",
    )
    _add_audience(words)
    words.add_argument("--log", action="store_true", help="write every request and study to standard error")
    data.add_option(words)
    words.set_defaults(does=command)


def _add_audience(words: argparse.ArgumentParser) -> None:
    """What is offered beside the usual pages, and to whom."""
    words.add_argument(
        "--pages", metavar="FOLDER", help="folder of your own pages: Python files, see docs/extend-the-app.md"
    )
    words.add_argument(
        "--stories", metavar="FOLDER", help="folder of your own stories for the Learn page, see docs/teaching.md"
    )
    words.add_argument(
        "--embed-from",
        metavar="ORIGIN",
        action="append",
        default=[],
        help="a site whose pages may show the Learn page in a frame, such as https://moodle.example.org; "
        "repeat it for several (default: none)",
    )
    words.add_argument(
        "--rooms",
        action="store_true",
        help="let teachers open rooms, in which a class leaves its guesses for a day; no account, cookie or address",
    )


def command(arguments: argparse.Namespace) -> int:
    """Serve until somebody stops it."""
    port, workers = _port(arguments.port), _workers(arguments.workers)
    from policy_lab.app import serve

    models = opened_models(arguments.model or _usual_models(), arguments.stories, arguments.data)
    if port is None:
        port = _usual_port(arguments.host)
    signal.signal(signal.SIGTERM, _stop)
    serve(
        models,
        arguments.host,
        port,
        open_browser=not arguments.no_browser and _has_a_screen(),
        prefix=arguments.prefix,
        workers=workers,
        behind_proxy=arguments.behind_proxy is not None,
        proxies=arguments.behind_proxy or "",
        names=tuple(arguments.name),
        embed_from=tuple(arguments.embed_from),
        log=arguments.log,
        rooms=arguments.rooms,
        pages=Path(arguments.pages) if arguments.pages else None,
    )
    print("Policy Lab has stopped.")
    return 0


def _usual_models() -> list[str]:
    """Those that the environment names, else ours."""
    return [name for name in os.environ.get("POLICY_LAB_MODELS", "").split(os.pathsep) if name] or [OUR_MODEL]


def _port(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or int(text) > 65535:
        raise BadValue("error.cli.port", text=text)
    return int(text)


def _workers(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_WORKERS:
        raise BadValue("error.cli.workers", text=text, most=MOST_WORKERS)
    return int(text)


def _usual_port(host: str) -> int:
    """The usual port; 0, a free one, if another program has it and nobody insists."""
    from policy_lab.app.server import listen

    try:
        listen(host, USUAL_PORT).close()
    except BadValue:
        return 0
    return USUAL_PORT


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _has_a_screen() -> bool:
    """Whether opening a browser shows one: without a display some systems start one inside the terminal."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
