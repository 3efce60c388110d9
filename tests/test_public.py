"""The public list is short, pinned, and quick to import."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import pytest

import policy_lab

PUBLIC = [
    "load_model",
    "Model",
    "Setting",
    "simulate",
    "Runs",
    "outcomes_of",
    "load_study",
    "Study",
    "run_study",
    "Findings",
    "load_findings",
    "create_app",
    "PolicyLabError",
]


def test_the_public_list_changes_only_on_purpose() -> None:
    assert policy_lab.__all__ == PUBLIC
    assert set(dir(policy_lab)) == {*PUBLIC, "__version__"}


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there_and_explained(name: str) -> None:
    assert getattr(policy_lab, name).__doc__


def test_no_module_hides_a_public_name() -> None:
    """Importing a module sets its name in the package, so a module ``simulate`` would stand where the function does."""
    assert not set(PUBLIC) & {module.name for module in pkgutil.iter_modules(policy_lab.__path__)}
    code = "import policy_lab.app; from policy_lab import simulate; print(callable(simulate))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"


def test_an_unknown_name_says_what_there_is() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'simulat'; it has load_model, .*simulate"):
        policy_lab.simulat  # noqa: B018


def test_importing_brings_in_nothing_heavy() -> None:
    code = "import sys, policy_lab; print(*sorted(m.partition('.')[0] for m in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"dash", "pysd", "pandas", "numpy", "SALib", "plotly", "xarray", "matplotlib"} & set(loaded)


@pytest.mark.parametrize(
    ("names", "heavy"),
    [("policy_lab.load_model, policy_lab.simulate", {"dash", "SALib", "plotly"}), ("policy_lab.run_study", {"dash"})],
)
def test_simulating_needs_no_page(names: str, heavy: set[str]) -> None:
    code = f"import sys, policy_lab; {names}; print(*sorted(m.partition('.')[0] for m in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not heavy & set(loaded)
