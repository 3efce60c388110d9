"""Several models on one server: each app has its own path, and a front page lists them.

The apps are those that ``create_app`` makes for one model, with longer prefixes: each has its own answers in memory,
runs, rooms and cookie, and shows no other's studies. They share the queue of studies, as servers of several models do,
the language of a browser, and the process with its bounds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from flask import Flask, Response
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as Answer

from policy_lab import paths
from policy_lab.app import bundle, errands, front_page, middleware
from policy_lab.app.addresses import Addresses
from policy_lab.app.bundle import Bundle
from policy_lab.app.language import Speech, once_a_language
from policy_lab.app.middleware.security_headers import FIXED, NOTHING
from policy_lab.errors import BadValue
from policy_lab.model import Model

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

#: Paths that the server itself uses next to the models; no model may take one of these names.
HEALTH, SCRIPTS = "health", "scripts"
TAKEN: Final = (HEALTH, SCRIPTS, front_page.MISSING)

#: Characters of a model's hash that a link has.
VERSION: Final = 8


def placed(model: Model | Sequence[Model]) -> dict[str, Model]:
    """Models by their path on the server, in the order given; a single model gets the empty path.

    Raises:
        BadValue: a model is given twice, two would have the same address, or the server needs the address itself.
    """
    models = [model] if isinstance(model, Model) else model
    if len(models) == 1:
        return {"": models[0]}
    found: dict[str, Model] = {}
    for model in models:
        path = path_of(model.name)
        if path.casefold() in TAKEN:
            raise BadValue("error.server.model_taken", name=model.name, path=path)
        other = next((known for at, known in found.items() if at.casefold() == path.casefold()), None)
        if other is not None:
            same = other.path == model.path
            key = "error.server.model_twice" if same else "error.server.models_alike"
            raise BadValue(key, name=model.name, first=str(other.path), second=str(model.path), path=path)
        found[path] = model
    return found


def path_of(name: str) -> str:
    """A model's name as part of an address: ASCII, with a hyphen for each run of other characters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_~.-]+", "-", plain).strip("-.") or "model"


def in_front(models: Mapping[str, Model], apps: Mapping[str, Flask], prefix: str) -> Flask:
    """A server with a front page; it passes each request for a model on to that model's app.

    Args:
        models: by path, without slashes, relative to ``prefix``.
        apps: each model's app, by the same path; its own prefix is ``PREFIX/PATH/``.
        prefix: common to all of them, with a slash at both ends.
    """
    server = Flask("policy_lab_front", static_folder=None)
    files, types = bundles(), sorted(paths.assets_folder().glob("*.woff2"))
    at = Addresses(prefix)
    page = once_a_language(lambda: front_page.page(models, at, {key: one.name for key, one in files.items()}))
    Speech(None).listen(server)
    middleware.install(server, prefix, ("",))
    bundle.register(server, prefix, lambda: files, types=types)
    server.add_url_rule(prefix, "front", lambda: Response(page(), mimetype="text/html"))
    server.add_url_rule(f"{prefix}<path:path>", "unknown", lambda path: Response(status=404))
    server.add_url_rule(prefix + HEALTH, HEALTH, lambda: Response("OK", mimetype="text/plain"))
    for path, app in apps.items():
        # Never reached, since the model's app answers; the rule makes Flask redirect PATH to PATH/.
        server.add_url_rule(f"{prefix}{path}/", f"model {path}", lambda: Response(status=404))
        errands.share(app, server)
    below = {path: app.wsgi_app for path, app in apps.items()}
    server.wsgi_app = _Each(server.wsgi_app, below, models, prefix)  # type: ignore[method-assign]
    return server


def bundles() -> dict[str, Bundle]:
    """Scripts and styles of the front page."""
    folder = paths.assets_folder()
    sheets = [folder / f"{name}.css" for name in front_page.SHEETS]
    return {"styles": Bundle("styles", sheets), "front": Bundle("front", [folder / "front.bundle.js"])}


class _Each:
    """Passes each request to the model whose path it begins with, and any other to the front page.

    A link carries the version of its model (``web/core/link-parts.js``). Opened under another model's path, or without
    a path because it dates from when the server had one model, it is redirected to the model it was made with.
    """

    def __init__(
        self, front: WSGIApplication, apps: Mapping[str, WSGIApplication], models: Mapping[str, Model], prefix: str
    ) -> None:
        self._front, self._apps, self._prefix = front, apps, prefix
        self._versions = {path: model.hash[:VERSION] for path, model in models.items()}
        self._paths = {version: path for path, version in self._versions.items()}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        path, rest = self._parted(environ.get("PATH_INFO", ""))
        query = environ.get("QUERY_STRING", "")
        if environ["REQUEST_METHOD"] == "GET" and query.startswith("m=") and (other := self._other(path, query)):
            there = f"{self._prefix}{other}/{quote(rest.encode('latin-1', 'replace'))}?{query}"
            return redirect(there, Response=_Guarded)(environ, start_response)
        return self._apps.get(path, self._front)(environ, start_response)

    def _parted(self, whole: str) -> tuple[str, str]:
        """The model's path ("" if there is none) and the rest of the address after it."""
        below = whole.removeprefix(self._prefix)
        path, slash, rest = below.partition("/")
        return (path, rest) if slash and path in self._apps else ("", below)

    def _other(self, path: str, query: str) -> str | None:
        """The path of the model that a link was made with, if it is opened under a different one."""
        version = query[2 : 2 + VERSION]
        return None if self._versions.get(path) == version else self._paths.get(version)


class _Guarded(Answer):
    """A response with the security headers that every response carries."""

    default_mimetype = "text/html"

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.headers.update({**FIXED, **NOTHING})
