"""What is made from what: the tasks of `make refresh`, for doit.

A model is given to the tasks in parts, small files under build/refresh/ that say what a run depends on: the equations,
the numbers of each table, what each scenario sets. So an edit of a sentence in a table makes no run stale, and a new
lever range does not touch the golden runs. Results are the targets of one task and the inputs of the next.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.factorial_tables import STUDY
from analysis.results_folder import DEFAULT_MODEL
from policy_lab.model import Model

ROOT = Path(__file__).resolve().parent.parent
PARTS = Path("build/refresh")
RESULTS = "analysis/results"
#: The model that is held against the default one.
SMALL_MODEL = "core"
PYTHON = sys.executable
#: Endings of files in a model's folder that programs write: golden runs, results of the cases.
MADE = (".gz", ".json")
#: Tables that a page is written from.
REQUIREMENTS = ("requirements.csv", "levers.csv", "scenarios.csv", "constants.csv", "losing.csv", "made_from.json")
PUSH = ("over_time.csv", "fates.csv", "constants.csv", "ranges.csv", "sweep.csv", "lengths.csv", "made_from.json")


@dataclass(frozen=True)
class Task:
    """One thing that is made.

    Attributes:
        name: what a person calls it; a colon and the model's name follow where each model has its own.
        command: words of a command that makes it, run in the root of the repository.
        inputs, outputs: files, from that root; what is made again when an input's bytes have changed.
        after: tasks that come first although none of their files is read.
        on_request: whether it is left out unless somebody names it, with the reason.
    """

    name: str
    command: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    on_request: str = ""


def write_parts(model: Model) -> None:
    """Write the parts of a model."""
    parts: dict[str, object] = {
        "equations": model.hash,
        "levers": {r.name: (r.group, r.low, r.high, r.step, *r.constants) for r in model.levers.values()},
        "uncertainties": {u.name: (u.low, u.high, u.distribution, u.grade) for u in model.uncertainties.values()},
        "outcomes": {o.name: o.headline for o in model.outcomes.values()},
        "choices": {
            choice.key: {
                key: (
                    vars(level.amount) if level.amount else None,
                    level.carries,
                    {lever: vars(setting) for lever, setting in level.levers.items()},
                )
                for key, level in choice.levels.items()
            }
            for choice in model.choices.values()
        },
    }
    parts |= {f"scenario-{key}": model.constants_of(key) for key in model.scenarios}
    folder = ROOT / PARTS / model.name
    folder.mkdir(parents=True, exist_ok=True)
    for name, what in parts.items():
        (folder / f"{name}.json").write_text(json.dumps(what, indent=1) + "\n", encoding="utf-8")


def tasks(models: Sequence[Model]) -> list[Task]:
    """Everything that is made from these models."""
    found: list[Task] = []
    for model in models:
        found += _of_any_model(model)
        if model.name == DEFAULT_MODEL:
            found += [
                *_studies(model),
                *_results(model),
                *_requirements(model),
                *_agreement(model),
                *_pages(),
                _pictures(),
            ]
    by_name = {model.name: model for model in models}
    if {SMALL_MODEL, DEFAULT_MODEL} <= set(by_name):
        found.append(_against(by_name[SMALL_MODEL], by_name[DEFAULT_MODEL]))
    return found


def _against(small: Model, full: Model) -> Task:
    """How the small model ranks the scenarios beside the full one."""
    inputs = [part for model in (small, full) for part in (*_part(model, "equations", "outcomes"), *_scenarios(model))]
    name = "core_against_full"
    # Labels are what outcomes are matched by, and they stand in no part.
    labels = (f"models/{small.name}/outcomes.csv", f"models/{full.name}/outcomes.csv")
    outputs = (f"{RESULTS}/{name}/ranks.csv", f"{RESULTS}/{name}/made_from.json")
    return Task(name, _module(name), (*inputs, *labels), outputs)


def _module(name: str, *words: str) -> tuple[str, ...]:
    return (PYTHON, "-m", f"analysis.{name}", *words)


def _part(model: Model, *names: str) -> tuple[str, ...]:
    return tuple((PARTS / model.name / f"{name}.json").as_posix() for name in names)


def _scenarios(model: Model) -> tuple[str, ...]:
    return _part(model, *(f"scenario-{key}" for key in model.scenarios))


def _files(model: Model) -> tuple[str, ...]:
    """Every file of a model that a person writes, its equations as a part: drawing the sketch makes nothing stale."""
    assert model.folder is not None
    files = (p for p in sorted(model.folder.rglob("*")) if p.is_file() and not p.name.startswith("."))
    written = (
        p for p in files if p != model.path and p.suffix not in MADE and p.parent.name not in ("text", "stories")
    )
    return (*_part(model, "equations"), *(p.relative_to(ROOT).as_posix() for p in written))


def _below(*patterns: str) -> tuple[str, ...]:
    """Files of the repository that match, so that what is made follows its templates and data."""
    return tuple(sorted(p.relative_to(ROOT).as_posix() for pattern in patterns for p in ROOT.glob(pattern)))


def _of_any_model(model: Model) -> Iterator[Task]:
    """Sketch, golden runs, validation and reference."""
    name = model.name
    where = f"models/{name}"
    if model.path.suffix.lower() == ".mdl":
        pictures = ("--svg", "docs/images/sectors") if name == DEFAULT_MODEL else ()
        yield Task(f"sketch:{name}", _module("draw_sketch", where, *pictures), _part(model, "equations"))
    yield Task(
        f"golden:{name}",
        _module("golden_runs", where, "--stale"),
        (*_part(model, "equations"), *_scenarios(model)),
        (f"{where}/expected/KEY.json",),
    )
    stored = (f"{RESULTS}/conclusions/claims.csv", f"{RESULTS}/conclusions/made_from.json")
    cases = (f"{where}/cases/results.json",)
    read = (*stored, *cases) if name == DEFAULT_MODEL else ()
    validation = f"{RESULTS}/validation/{name}.json"
    yield Task(
        f"validation:{name}",
        _module("validation", where),
        (*_files(model), *read, *_below("analysis/templates/validation*.j2")),
        (validation, f"docs/validation/{name}.md"),
    )
    yield Task(
        f"reference:{name}",
        _module("reference", where),
        (
            *_files(model),
            validation,
            *_below("analysis/reference.py", "analysis/templates/reference*.j2", "analysis/templates/sector*.j2"),
        ),
        (f"docs/reference/{name}.md",),
        (f"sketch:{name}",) if model.path.suffix.lower() == ".mdl" else (),
    )


def _studies(model: Model) -> Iterator[Task]:
    """The studies of ``analysis/*.toml``."""
    for file in sorted((ROOT / "analysis").glob("*.toml")):
        study = tomllib.loads(file.read_text(encoding="utf-8"))
        factors = study.get("factors", "levers")
        varied = (factors,) if factors in ("levers", "uncertainties") else ("levers", "uncertainties")
        inputs = _part(model, "equations", *varied, "outcomes", f"scenario-{study['scenario']}")
        history = (f"models/{model.name}/data/history.csv",) if study.get("method") == "calibration" else ()
        choices = _part(model, "choices") if study.get("method") == "factorial" else ()
        yield Task(
            file.stem,
            _module("stored_study", file.stem),
            (*inputs, *history, *choices, f"analysis/{file.name}"),
            (f"{RESULTS}/{file.stem}/findings.csv", f"{RESULTS}/{file.stem}/provenance.json"),
        )


def _results(model: Model) -> Iterator[Task]:
    """Results that have a script of their own."""
    equations, history = _part(model, "equations"), (f"models/{model.name}/data/history.csv",)
    status_quo, scenarios = _part(model, "scenario-status_quo"), _scenarios(model)
    uncertain, outcomes = _part(model, "uncertainties"), _part(model, "outcomes")
    tables = (f"models/{model.name}/checks.yaml", f"models/{model.name}/loops.csv")
    claimed = _below("analysis/claims.py", "analysis/claim_forms.py", "analysis/criteria.py", *tables)
    cases = tuple(file for file in _below(f"models/{model.name}/cases/*.toml", f"models/{model.name}/cases/*.csv")
                  if not file.endswith("reference_points.csv"))  # fmt: skip
    made = {
        "scenario_runs": ((*equations, *scenarios, *outcomes), ("scenarios.csv", "made_from.json")),
        "conclusions": (
            (*equations, *scenarios, *uncertain, *_part(model, "choices"), *claimed),
            ("claims.csv", "doubts.csv", "made_from.json"),
        ),
        "settings_or_feedback": ((*equations, *scenarios, *outcomes, f"models/{model.name}/loops.csv"), ("table.csv",)),
        "parameter_uncertainty": (
            (*equations, *scenarios, *uncertain, *outcomes),
            ("parameters.csv", "spread.csv", "report.html", "provenance.json"),
        ),
        "influence_of_constants": ((*equations, *scenarios, *uncertain, *outcomes), ("influence.csv",)),
        "lever_screening": ((*equations, *scenarios, *_part(model, "levers"), *outcomes), ("levers.csv",)),
        "calibration": ((*equations, *history, *uncertain, *status_quo), ("summary.json", "errors.csv")),
        "fit_to_history": ((*equations, *history, *status_quo), ("fit.csv", "fit.svg")),
    }
    for name, (inputs, outputs) in made.items():
        # The page that conclusions ends with starts with the factorial study.
        after = (STUDY,) if name == "conclusions" else ()
        yield Task(name, _module(name), inputs, tuple(f"{RESULTS}/{name}/{file}" for file in outputs), after)
    beside = f"models/{model.name}/cases"
    yield Task(
        "reference_class",
        _module("reference_class"),
        (*equations, *_below(f"{beside}/roles.toml", f"{beside}/reference_class/*.csv", "analysis/reference_class.py")),
        (f"{RESULTS}/reference_class/compared.csv", f"{RESULTS}/reference_class/by_growth.csv"),
    )
    points = f"{beside}/reference_points"
    yield Task(
        "reference_points",
        _module("reference_points"),
        (*equations, *cases, *_below(f"{points}/*.csv", "analysis/reference_points.py")),
        (f"{points}.csv",),
    )
    yield Task(
        "precedents",
        _module("precedents", "--fit"),
        (*equations, *status_quo, *cases),
        (f"models/{model.name}/cases/results.json", f"{RESULTS}/precedents/cases.csv"),
    )


def _requirements(model: Model) -> Iterator[Task]:
    """What must hold of the model, which also reads what other studies have stored, and the push that is let go."""
    equations, uncertain, levers = (_part(model, part) for part in ("equations", "uncertainties", "levers"))
    inputs = (*equations, *_scenarios(model), *uncertain, *levers)
    studies = ("conclusions/doubts.csv", "conclusions/made_from.json", f"{STUDY}/findings.csv",
               f"{STUDY}/provenance.json", "lever_ranking/findings.csv", "lever_ranking/provenance.json",
               "influence_of_constants/influence.csv")  # fmt: skip
    scripts = ("model_requirements", "requirement_measures", "headline_differences")
    yield Task(
        "model_requirements",
        _module("model_requirements"),
        (
            *inputs,
            *_part(model, "choices", "outcomes"),
            *(f"models/{model.name}/{table}.csv" for table in ("near_scenarios", "sources")),
            *(f"{RESULTS}/{file}" for file in studies),
            *(f"analysis/{name}.py" for name in scripts),
        ),
        tuple(f"{RESULTS}/model_requirements/{file}" for file in REQUIREMENTS),
    )
    yield Task(
        "push_and_let_go",
        _module("push_and_let_go"),
        (*inputs, "analysis/push_and_let_go.py", "analysis/push_picture.py"),
        (*(f"{RESULTS}/push_and_let_go/{file}" for file in PUSH), f"{RESULTS}/push_and_let_go/push.svg"),
    )


def _agreement(model: Model) -> Iterator[Task]:
    """How far engines are apart."""
    inputs = (*_part(model, "equations"), *_scenarios(model))
    levers = _part(model, "levers")
    yield Task("engine_agreement", _module("engine_agreement"), inputs, (f"{RESULTS}/engine_agreement/agreement.csv",))
    yield Task(
        "mixes_between_engines",
        _module("mixes_between_engines"),
        (*inputs, *levers),
        (f"{RESULTS}/mixes_between_engines/mixes.csv",),
    )
    yield Task(
        "single_precision",
        _module("single_precision"),
        (*inputs, *levers, *_part(model, "uncertainties", "outcomes")),
        (f"{RESULTS}/single_precision/edges.csv",),
    )
    yield Task(
        "mixes_against_pysd",
        _module("mixes_against_pysd"),
        (*inputs, *levers),
        (f"{RESULTS}/mixes_against_pysd/mixes.csv",),
        on_request="PySD runs thirty mixes, minutes each",
    )


def _pages() -> Iterator[Task]:
    """Pages of the documentation that are written from results, so that an edit of a text runs nothing."""
    agreement = ("engine_agreement/agreement.csv", "mixes_against_pysd/mixes.csv", "mixes_between_engines/mixes.csv",
                 "single_precision/edges.csv")  # fmt: skip
    pages = {
        "conclusions": (
            "conclusions/claims.csv",
            "conclusions/doubts.csv",
            "conclusions/made_from.json",
            f"{STUDY}/findings.csv",
            f"{STUDY}/provenance.json",
        ),
        "calibration": ("calibration/summary.json", "calibration/errors.csv"),
        "agreement": agreement,
        "push": tuple(f"push_and_let_go/{file}" for file in PUSH),
        "requirements": tuple(f"model_requirements/{file}" for file in REQUIREMENTS),
    }
    # Without --fit the script only writes the page and the pictures from what is stored.
    cases = f"models/{DEFAULT_MODEL}/cases/results.json"
    writer = _below("analysis/precedents.py", "analysis/templates/precedents*.j2")
    beside = (f"{RESULTS}/reference_class/compared.csv", f"{RESULTS}/reference_class/by_growth.csv",
              f"models/{DEFAULT_MODEL}/cases/reference_points.csv")  # fmt: skip
    yield Task("page:precedents", _module("precedents"), (cases, *beside, *writer), ("docs/precedents.md",))
    for page, results in pages.items():
        writer = _below(f"analysis/{page}_page.py", f"analysis/templates/{page}*.j2")
        if page == "conclusions":
            writer += _below("analysis/factorial_tables.py", f"models/{DEFAULT_MODEL}/choices.toml")
        if page == "requirements":  # which says why a constant is graded as it is
            writer += _below(f"models/{DEFAULT_MODEL}/uncertainties.csv")
        yield Task(
            f"page:{page}",
            _module(f"{page}_page"),
            (*(f"{RESULTS}/{name}" for name in results), *writer),
            (f"docs/{page}.md",),
        )


def _pictures() -> Task:
    inputs = _below("assets/*.css", "assets/*.js", "policy_lab/app/**/*.py", "policy_lab/locale/en.toml")
    return Task(
        "pictures", _module("take_pictures"), inputs, on_request="it photographs every page of the app in Chromium"
    )
