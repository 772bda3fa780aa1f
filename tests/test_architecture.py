"""Imports between the packages run one way, as the design lays down."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "groupinf"

# What every part may import: errors, words, what an axis of cases is, and what numbers stand for test points.
SHARED = ("errors", "wording", "registry", "test_point_labels")

# What each part imports besides. The root (``groupinf/__init__.py``) offers the public functions.
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "atomic": set(),
    "wording": set(),
    "registry": set(),
    "test_point_labels": set(),
    "config": set(),
    "numerics": set(),
    "analysis": set(),
    "datasets": {"atomic", "config", "numerics"},
    "groups": {"config", "datasets"},
    "effects": {"config", "numerics"},
    "theory": {"effects", "numerics"},
    "points": {"effects", "numerics"},
    "experiments": {"atomic"},
    "studies": {"analysis", "config", "datasets", "effects", "experiments", "groups", "numerics", "points", "theory"},
    "reporting": {"analysis", "datasets", "effects", "experiments", "groups", "studies"},
    "estimators": {"numerics"},
    "model_effects": {
        "analysis",
        "config",
        "datasets",
        "effects",
        "estimators",
        "experiments",
        "groups",
        "numerics",
        "points",
        "studies",
        "theory",
    },
    "batch": {"experiments", "studies"},
    "": {"config", "datasets", "experiments", "model_effects", "reporting", "studies"},
    "reproduction": {
        "analysis",
        "config",
        "datasets",
        "effects",
        "experiments",
        "groups",
        "numerics",
        "reporting",
        "studies",
        "theory",
    },
    "cli": {"", "batch", "config", "datasets", "experiments", "reporting", "studies"},
    "__main__": {"cli"},
}

# ``module:attribute``, which a registry imports when it is asked for
PLACE = re.compile(r"groupinf[.\w]*:\w+")
FILES = sorted(PACKAGE.rglob("*.py"))


def imported(tree: ast.AST, package: str) -> Iterator[str]:
    """Yield every module of the project that the tree imports, inside functions too, and by what registries say of
    places (``module:attribute``); relative names are resolved.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            start = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (start, node.module) if part)
            names = [f"{module}.{a.name}" if module == "groupinf" else module for a in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and PLACE.fullmatch(node.value):
            names = [node.value.partition(":")[0]]
        else:
            continue
        yield from (n for n in names if n == "groupinf" or n.startswith("groupinf."))


def owner(module: str) -> str:
    """The part of the project that a module belongs to; a plain name of the root package belongs to the root."""
    part = module.split(".")[1] if "." in module else ""
    return part if part in ALLOWED else ""


def may_import(part: str) -> set[str]:
    # of the shared parts, each may import those that stand before it; what writes files needs none of them
    below = SHARED[: SHARED.index(part)] if part in SHARED else () if part == "atomic" else SHARED
    return {part, *below, *ALLOWED[part]}


def violations(source: str, module: str, package: str) -> list[str]:
    allowed = may_import(owner(module))
    return [
        f"{module} imports {target}" for target in imported(ast.parse(source), package) if owner(target) not in allowed
    ]


def module_name(path: Path) -> tuple[str, str]:
    """The module of a file and the package that its relative imports start from."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    package = ".".join(parts[:-1])
    return (package if parts[-1] == "__init__" else ".".join(parts)), package


def test_every_part_of_the_project_has_its_place() -> None:
    parts = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in FILES} - {"__init__"}
    assert parts <= ALLOWED.keys()


def test_imports_run_one_way() -> None:
    sources = [(path.read_text(encoding="utf-8"), *module_name(path)) for path in FILES]
    assert [violation for source in sources for violation in violations(*source)] == []


# The order inside two wings: what stands in a group imports its own and the groups before it. A name is a folder or a
# file; the one that begins longest with what a module is called decides.
ORDERS = {
    "groupinf.reporting": [
        ["words", "standing"],
        ["growing_groups.reading", "growing_groups.curves", "growing_groups.words"],
        ["drawing", "tables", "sources"],
        ["repair.words", "group_values.words", "robustness.statements", "robustness.looks"],
        ["repair.curves", "repair.pairs", "repair.tables", "group_values.tables", "robustness.words"],
        ["group_values.figure", "robustness.tables", "robustness.bars", "robustness.paths"],
        ["repair.sweep.words"],
        ["repair.sweep.figure", "repair.sweep.tables"],
        ["paper", "html.parts"],
        ["single_rows", "growing_groups"],
        ["theory", "koh_liang_2017", "liu_et_al"],
        ["figures"],
        ["html.section"],
        ["html.sections", "html.frame"],
        ["html.page"],
        ["html.write"],
        ["report_files", "repair.page", "repair.sweep.page", "group_values.page", "robustness.page"],
        ["report", "repair.report", "repair.sweep.report", "group_values.report", "robustness.report"],
        ["sweep_of_groups"],
        ["registry"],
        ["sweep_report"],
    ],
    "groupinf.cli": [
        ["command", "options", "errors", "progress", "transfers", "data_text", "shard_text", "results"],
        ["reported_sweep"],
        ["commands"],
        ["main"],
    ],
}


def rank(module: str, wing: str) -> int | None:
    """The number of the group in the order of the wing; None outside it, and for the wing's own package."""
    inside = module.removeprefix(f"{wing}.")
    names = {name: i for i, group in enumerate(ORDERS[wing]) for name in group}
    fitting = [name for name in names if inside != module and f"{inside}.".startswith(f"{name}.")]
    return names[max(fitting, key=len)] if fitting else None


@pytest.mark.parametrize("wing", ORDERS)
def test_imports_inside_a_wing_run_one_way(wing: str) -> None:
    upward = []
    for path in FILES:
        module, package = module_name(path)
        mine = rank(module, wing)
        if mine is not None:
            targets = imported(ast.parse(path.read_text(encoding="utf-8")), package)
            upward += [f"{module} imports {t}" for t in targets if (of := rank(t, wing)) is not None and of > mine]
    assert upward == []


@pytest.mark.parametrize("wing", ORDERS)
def test_every_file_of_a_wing_has_its_place_in_the_order(wing: str) -> None:
    modules = [module_name(path)[0] for path in FILES if path.name != "__init__.py"]
    assert [m for m in modules if m.startswith(f"{wing}.") and rank(m, wing) is None] == []


def test_every_allowance_is_needed() -> None:
    used: dict[str, set[str]] = {part: set() for part in ALLOWED}
    for path in FILES:
        module, package = module_name(path)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        used[owner(module)].update(owner(target) for target in imported(tree, package))
    assert {part: unused for part in ALLOWED if (unused := ALLOWED[part] - used[part])} == {}


@pytest.mark.parametrize(
    ("module", "source", "allowed"),
    [
        ("groupinf.numerics.fit", "from groupinf.errors import DataError", True),
        ("groupinf.numerics.fit", "from groupinf.config.section import Section", False),
        ("groupinf.config.load", "from groupinf.groups.sizes import Sizes", False),
        ("groupinf.groups.sizes", "from groupinf.config.section import Range", True),
        ("groupinf.numerics.fit", "def f():\n    import groupinf.datasets.own.npz", False),
        ("groupinf.atomic", "from groupinf.errors import RunError", False),
        ("groupinf.errors", "from groupinf.wording import number", False),
        ("groupinf.registry", "from groupinf.wording import nearest", True),
        ("groupinf.numerics.fit", "from groupinf import atomic", False),
        ("groupinf.datasets.files.into_place", "from groupinf.atomic import replacement", True),
        ("groupinf.groups.random", "from groupinf.effects import influence", False),
        ("groupinf.effects.actual", "from groupinf.groups.source import GroupSource", False),
        ("groupinf.effects.actual", "from ..analysis import pairs", False),
        ("groupinf.effects.actual", "from .evaluations import f", True),
        ("groupinf.effects.methods.registry", "x = 'groupinf.groups.random:Random'", False),
        ("groupinf.experiments.collect", "from groupinf import reporting", False),
        ("groupinf.experiments.driver", "from groupinf import load_run", False),
        ("groupinf.experiments.driver", "from groupinf.studies.registry import STUDIES", False),
        ("groupinf.experiments.folder.manifest", "from groupinf.groups.groups import Groups", False),
        ("groupinf.reporting.tables.spearman", "import groupinf.cli.main", False),
        ("groupinf.cli.main", "from groupinf import load_run", True),
        ("groupinf.analysis.pairs", "import numpy, json", True),
    ],
)
def test_the_check_sees_what_it_should(module: str, source: str, allowed: bool) -> None:
    assert (violations(source, module, module.rsplit(".", 1)[0]) == []) is allowed
