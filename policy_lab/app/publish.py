"""Publishing: the page as plain files, for any web host, a course page or a memory stick.

The app is asked for everything that its page can ask for, once in each language, and each answer becomes a file: there
is no second way to make a page. ``addresses.py`` has the names; what needs a server says so on the page. The folder
appears whole under its name, or not at all.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, Final, cast

from flask.testing import FlaskClient

from policy_lab import __version__
from policy_lab.app import front_page
from policy_lab.app.addresses import Addresses
from policy_lab.app.app import create_app
from policy_lab.app.bundle import name_of_type
from policy_lab.app.index_page import Page, published_tags
from policy_lab.app.loop_strengths import scored
from policy_lab.app.middleware.access_log import unasked
from policy_lab.app.middleware.security_headers import EMBED
from policy_lab.app.page_list import pages_of
from policy_lab.app.panels import variable_list
from policy_lab.app.published_studies import studies_of
from policy_lab.app.ranking_view import load_ranking
from policy_lab.app.sector_pictures import views_of
from policy_lab.app.several import bundles, placed
from policy_lab.app.story_data import chosen
from policy_lab.browser_files import browser_module
from policy_lab.catalogue import SOURCE, in_language, languages, speak
from policy_lab.errors import BadValue, OutputError, PolicyLabError, UnknownName
from policy_lab.jobs import Queue
from policy_lab.messages import Message
from policy_lab.model import Model
from policy_lab.paths import assets_folder
from policy_lab.progress import MeterMaker, silent

#: What says of a folder that it was published, from what, and by which version.
SITE: Final = "site.json"
#: Files below the engine's address that are the same in every language.
ENGINE: Final = ("model.wasm", "fused.wasm", "layout.json", "single.json", "members.bin")
#: Those that not every model has: the page asks for them where ``single.json`` does not say why there are none.
IF_THERE: Final = ("single.wasm", "single-fused.wasm")

#: Gives the answer at an address of the app, by its path.
Ask = Callable[[str], bytes]


@dataclass
class Site:
    """A published folder.

    Attributes:
        models: how many are in it.
        sizes: files and bytes of each kind: ``pages``, ``scripts``, ``model``, ``equations``, ``cases``, ``stories``,
            ``studies``.
    """

    folder: Path
    models: int = 1
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def has_study(self) -> bool:
        """Whether Rank has anything to show, beside its list in each language."""
        return self.sizes["studies"][0] > self.models * len(languages())

    def count(self, kind: str, size: int) -> None:
        """One more file."""
        files, already = self.sizes.get(kind, (0, 0))
        self.sizes[kind] = files + 1, already + size


@dataclass(frozen=True)
class File:
    """One file: its name below the folder, its kind, and what makes it."""

    name: str
    kind: str
    make: Callable[[], bytes]


def publish(
    model: Model | Sequence[Model],
    folder: Path,
    opens_in: str = SOURCE,
    study: Path | None = None,
    replace: bool = False,
    meter: MeterMaker = silent,
) -> Site:
    """Writes the page of a model as plain files, in every language there is.

    Args:
        model: what the page explores; several get a folder each, below a page that lists them.
        folder: where the files go; it must be absent or empty.
        opens_in: language of ``index.html``; the others are a click away.
        study: result folder of a study of all levers for Rank; by default the one stored with the model, if any.
        replace: take the place of a folder that was published before.
        meter: told how far it is.

    Raises:
        UnknownName: there is no such language.
        UnsupportedConstruct: the model cannot be compiled for the browser, so it needs a server.
        BadValue: there is no study in that folder, it is given for several models, or two would have one address.
        OutputError: the folder has something else in it, or cannot be written.
    """
    if opens_in not in languages():
        raise UnknownName("language", opens_in, languages())
    models = placed(model)
    if study and len(models) > 1:
        raise BadValue("error.publish.study_of_several", folder=study)
    folder = folder.absolute()
    _check(folder, replace)
    if study and (problem := load_ranking(study).problem):
        raise BadValue("error.publish.study", folder=study, reason=problem)
    for one in models.values():
        browser_module(one)
    site = Site(folder, len(models))
    with _whole(folder) as part, tempfile.TemporaryDirectory() as jobs, closing(Queue(Path(jobs))) as queue, unasked():
        for path, one in models.items():
            app = create_app(one, rank_folder=study, queue=queue, opens_in=opens_in, above="../" if path else "")
            client = app.server.test_client(use_cookies=False)
            at = cast(Page, app).at
            own = _own(at, _about(one))
            _write([*_files(cast(Page, app), client, one), *own], part / path, site, meter)
        if len(models) > 1:
            _write(_front(models, opens_in), part, site, meter)
    return site


def _write(files: Sequence[File], folder: Path, site: Site, meter: MeterMaker) -> None:
    with meter(Message("progress.publishing"), len(files)) as told:
        for file in files:
            content = file.make()
            place = folder / file.name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            site.count(file.kind, len(content))
            told.advance()


def _files(app: Page, client: FlaskClient, model: Model) -> Iterator[File]:
    """Everything that the app answers, as files."""
    at, codes = app.at, list(languages())

    def ask(address: str) -> bytes:
        with client.get("/" + address) as reply:  # closed, or the places for downloads are soon taken
            if reply.status_code != 200:
                raise PolicyLabError("error.publish.answer", address=address, status=reply.status_code)
            return bytes(reply.data)

    def told(path: str, kind: str, address: str = "") -> Iterator[File]:
        for code in codes:
            asked = f"{address or path}?lang={code}"
            yield File(at.answer_file(path, code), kind, lambda asked=asked: ask(asked))  # type: ignore[misc]

    for path in (*(page.path for page in pages_of(model)), EMBED):
        for code in codes:
            asked = f"{path}?lang={code}"
            yield File(at.page_file(path, code), "pages", lambda asked=asked: ask(asked))  # type: ignore[misc]
    for part in ("layout", "dependencies"):
        yield from told(f"dash-{part}.json", "pages", f"_dash-{part}")
    ask(f"?lang={SOURCE}")  # which names all scripts
    engine = app.files["layout"].removeprefix(at.prefix).removesuffix("layout.json")
    there = [name for name in IF_THERE if client.get(f"/{engine}{name}").status_code == 200]
    scripts = [(address.removeprefix(at.prefix), "scripts") for address in app.addresses()]
    for address, kind in [*scripts, *((engine + name, "model") for name in (*ENGINE, *there))]:
        yield File(address, kind, lambda address=address: ask(address))  # type: ignore[misc]
    yield from told(engine + "names.json", "model")
    yield from told("loops.json", "equations")
    yield from told("told.json", "pages")
    yield from told("assumptions.json", "pages")
    for world in scored(model):
        yield from told(f"why/{world}.json", "equations")
    yield from told("variables.json", "equations")
    for number in sorted(set(variable_list.groups(model).values())):
        yield from told(f"entries/{number}.json", "equations")
    for number in range(len(views_of(model))):
        yield from told(f"sector/{number}.svg", "equations")
    yield from told("precedents.json", "cases")
    stories = chosen(model)
    if stories:
        yield from told("learn.json", "stories")
    for key in stories:
        yield from told(f"learn/{key}.json", "stories")
    for name, make in studies_of(at, ask, codes):
        yield File(name, "studies", make)


def _front(models: Mapping[str, Model], opens_in: str) -> list[File]:
    """The page that lists several models, with what it needs."""
    at, parts, types = Addresses("./", opens_in), bundles(), sorted(assets_folder().glob("*.woff2"))
    head = "".join(published_tags(""))

    def page(code: str) -> bytes:
        speak(code)
        return front_page.page(models, at, {key: part.name for key, part in parts.items()}, head).encode()

    return [
        *(File(at.page_file("", code), "pages", lambda code=code: page(code)) for code in languages()),  # type: ignore[misc]
        *(File(f"scripts/{part.name}", "scripts", lambda part=part: part.text.encode()) for part in parts.values()),  # type: ignore[misc]
        *(File(f"scripts/{name_of_type(file)}", "scripts", file.read_bytes) for file in types),
        *_own(at, {"models": {path: _about(model) for path, model in models.items()}}),
    ]


def _about(model: Model) -> dict[str, str]:
    return {"model": model.name, "model_hash": model.hash}


def _own(at: Addresses, of: Mapping[str, Any]) -> Iterator[File]:
    """What a server has no use for: a page for unknown addresses, as many web hosts show it, and what this is."""
    about = {"policy_lab": __version__, **of, "opens_in": at.opens_in, "languages": list(languages())}
    yield File("404.html", "pages", lambda: _not_found(at).encode())
    yield File(SITE, "pages", lambda: (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode())


def _not_found(at: Addresses) -> str:
    """Without scripts and styles: nobody knows at which depth a web host shows it."""
    said = []
    for code in sorted(languages(), key=lambda code: code != at.opens_in):
        words = in_language(code).texts
        link = f'<a href="{at.page_file("", code)}">{escape(words["published.to_start"])}</a>'
        said.append(f'<p lang="{code}">{escape(words["published.not_found"])} {link}</p>')
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>404</title>'
    head += "<style>body{margin:3rem;font:1rem/1.5 system-ui,sans-serif}</style>"
    return f'<!DOCTYPE html>\n<html lang="{at.opens_in}"><head>{head}</head><body>{"".join(said)}</body></html>\n'


def _check(folder: Path, replace: bool) -> None:
    """Raises ``OutputError``, before any work, where the folder cannot be taken."""
    if folder.exists() and not folder.is_dir():
        raise OutputError("error.publish.file", folder=folder)
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / SITE).is_file():
        raise OutputError("error.publish.other", folder=folder)
    if not replace:
        raise OutputError("error.publish.published", folder=folder)


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder to write to, which takes its place at the end; what stood there stays if anything fails."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        yield part
        mask = os.umask(0)
        os.umask(mask)
        part.chmod(0o777 & ~mask)
        _exchange(part, folder)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _exchange(part: Path, folder: Path) -> None:
    if not folder.exists():
        part.rename(folder)
        return
    old = part.with_suffix(".old")
    folder.rename(old)
    try:
        part.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old)


def _unwritable(folder: Path, error: OSError) -> OutputError:
    refused = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY)
    key = "error.publish.permission" if refused else "error.output.write_quoted"
    values = {"folder": folder, "parent": folder.parent} if refused else {"path": folder}
    return OutputError(key, **values, reason=error.strerror or error)
