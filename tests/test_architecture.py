"""Imports between the packages run one way, as the design lays down."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "groupinf"

# What each package may import besides itself. The root (``groupinf/__init__.py``) offers the public functions.
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "atomic": set(),
    "wording": set(),
    "registry": {"errors", "wording"},
    "config": {"errors", "wording", "registry"},
    "numerics": {"errors", "wording", "registry"},
    "datasets": {"errors", "wording", "registry", "atomic", "config", "numerics"},
    "groups": {"errors", "wording", "registry", "config", "numerics", "datasets"},
    "effects": {"errors", "wording", "registry", "config", "numerics", "datasets"},
    "analysis": {"errors", "wording", "registry", "config", "numerics", "datasets"},
}
ALLOWED["experiments"] = {"errors", "wording", "registry", "atomic"}
ALLOWED["studies"] = {*ALLOWED["groups"], "atomic", "groups", "effects", "analysis", "experiments"}
ALLOWED["reporting"] = ALLOWED["batch"] = {*ALLOWED["studies"], "studies"}
ALLOWED[""] = {*ALLOWED["reporting"], "reporting"}
ALLOWED["reproduction"] = {*ALLOWED[""], ""}
ALLOWED["cli"] = {*ALLOWED[""], "", "batch"}
ALLOWED["__main__"] = {"cli"}

# The removal matrix is a value that effects are computed from.
EXCEPTIONS = {("effects", "groupinf.groups.groups")}

FILES = sorted(PACKAGE.rglob("*.py"))


def imported(tree: ast.AST, package: str) -> Iterator[str]:
    """Yield every module of the project that the tree imports, inside functions too; relative names are resolved."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            start = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (start, node.module) if part)
            names = [f"{module}.{a.name}" if module == "groupinf" else module for a in node.names]
        else:
            continue
        yield from (n for n in names if n == "groupinf" or n.startswith("groupinf."))


def owner(module: str) -> str:
    """The part of the project that a module belongs to; a plain name of the root package belongs to the root."""
    part = module.split(".")[1] if "." in module else ""
    return part if part in ALLOWED else ""


def violations(source: str, module: str, package: str) -> list[str]:
    mine = owner(module)
    return [
        f"{module} imports {target}"
        for target in imported(ast.parse(source), package)
        if owner(target) not in {*ALLOWED[mine], mine} and (mine, target) not in EXCEPTIONS
    ]


def module_name(path: Path) -> tuple[str, str]:
    """The module of a file and the package that its relative imports start from."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    package = ".".join(parts[:-1])
    return (package if parts[-1] == "__init__" else ".".join(parts)), package


def test_every_part_of_the_project_has_its_place() -> None:
    parts = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in FILES} - {"__init__"}
    assert parts <= ALLOWED.keys()


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    module, package = module_name(path)
    assert violations(path.read_text(encoding="utf-8"), module, package) == []


@pytest.mark.parametrize(
    ("module", "source", "allowed"),
    [
        ("groupinf.numerics.fit", "from groupinf.errors import DataError", True),
        ("groupinf.numerics.fit", "from groupinf.config.schema import Config", False),
        ("groupinf.numerics.fit", "def f():\n    import groupinf.datasets.own.npz", False),
        ("groupinf.atomic", "from groupinf.errors import RunError", False),
        ("groupinf.numerics.fit", "from groupinf import atomic", False),
        ("groupinf.datasets.files.place", "from groupinf.atomic import replacement", True),
        ("groupinf.groups.random", "from groupinf.effects import influence", False),
        ("groupinf.effects.actual", "from groupinf.groups.groups import Groups", True),
        ("groupinf.effects.actual", "from groupinf.groups.source import GroupSource", False),
        ("groupinf.effects.actual", "from ..analysis import pairs", False),
        ("groupinf.effects.actual", "from .evaluations import f", True),
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
