"""The wheel works where the checkout is not: models, assets and stored results travel inside it.

The routine test installs the wheel into a new environment that borrows the libraries of this one (but not its link to
the checkout); the deep one (`make test-wheel`) starts from an empty environment and installs everything.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def python(environment: Path) -> Path:
    return environment / "bin" / "python"


def clean() -> dict[str, str]:
    """The process's environment without what could lead back to the checkout."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}


def call(*words: str | Path, cwd: Path, seconds: int = 300) -> str:
    done = subprocess.run([*map(str, words)], cwd=cwd, env=clean(), capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, f"{words}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made from the source distribution as `python -m build` does."""
    folder = tmp_path_factory.mktemp("dist")
    call(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def borrowing(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel, and with this one's libraries at the end of its path."""
    environment = tmp_path_factory.mktemp("borrowing") / "env"
    call(sys.executable, "-m", "venv", "--without-pip", environment, cwd=environment.parent)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python(environment),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    call(*pip, wheel, cwd=environment.parent)
    own = Path(
        call(
            python(environment), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=ROOT.parent
        ).strip()
    )
    # A path named in a .pth file is searched, but the .pth files in it (the link to the checkout) are not read.
    (own / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment


def works_alone(environment: Path, folder: Path) -> None:
    """Everything a person does first, outside the checkout."""
    where = "import policy_lab, sys; print(policy_lab.__file__); print(*sys.path, sep='\\n')"
    home, *path = call(python(environment), "-c", where, cwd=folder).splitlines()
    assert Path(home).is_relative_to(environment)
    assert str(ROOT) not in path

    command = environment / "bin" / "policy-lab"
    here = [sys.executable, "-m", "policy_lab", "run", "big_science", "--scenario", "status_quo"]
    there = call(command, "run", "big_science", "--scenario", "status_quo", cwd=folder)
    assert there == call(*here, cwd=ROOT)
    assert "status_quo" in call(command, "scenarios", cwd=folder)
    serves(command, folder)


def serves(command: Path, folder: Path) -> None:
    words = [str(command), "app", "--port", "0", "--no-browser"]
    server = subprocess.Popen(words, cwd=folder, env=clean(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line.startswith("Policy Lab: http"), server.communicate()[1]
        address = line.split()[2]
        page = urllib.request.urlopen(address, timeout=60).read().decode()
        own = [part.split('"')[0] for part in page.split('"')[1::2] if part.startswith("/scripts/")]
        assert len(own) >= 3  # the page's own scripts, its style sheets, Dash
        assert all(urllib.request.urlopen(address + asset.lstrip("/"), timeout=60).status == 200 for asset in own)
    finally:
        server.terminate()
        server.communicate(timeout=60)


def test_the_wheel_works_outside_the_checkout(borrowing: Path, tmp_path: Path) -> None:
    works_alone(borrowing, tmp_path)


@pytest.mark.deep
def test_the_wheel_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "env"
    call(sys.executable, "-m", "venv", environment, cwd=tmp_path)
    call(python(environment), "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path, seconds=1200)
    works_alone(environment, tmp_path)
