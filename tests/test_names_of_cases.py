"""No file but its own says the name of a method, an evaluation, a loss and the like: it is asked what holds of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from groupinf.effects.changes.registry import CHANGES
from groupinf.effects.evaluations.disparities.registry import MEASURES
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.methods.registry import METHODS
from groupinf.numerics.losses.registry import LOSSES

PACKAGE = Path(__file__).parents[1] / "groupinf"
# the folders of the axes
AXES = ("methods", "evaluations", "disparities", "changes", "losses")
NAMES = (*METHODS, *EVALUATIONS, *MEASURES, *CHANGES, *LOSSES)

# What is called the same and is something else.
OTHERS = {
    ("effects/row_orders/influence.py", "influence"): "an order of rows",
    ("effects/row_orders/newton.py", "newton"): "an order of rows",
    ("studies/group_effects/checks.py", "influence"): "a section of the configuration",
    ("analysis/repair.py", "test_loss"): "a column: the mean loss of the test rows",
    ("reporting/tables/sweep.py", "test_loss"): "a column: the mean loss of the test rows",
}


# ``module:attribute``, by which a registry finds a case
PLACE = re.compile(r"groupinf[.\w]*:\w+")


def literals(tree: ast.AST) -> Iterator[str]:
    """Texts in the code, parts of f-strings too; docstrings and the lines of registries are left out."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    lines = [zip(node.keys, node.values, strict=True) for node in ast.walk(tree) if isinstance(node, ast.Dict)]
    places = [pair for pairs in lines for pair in pairs if is_place(pair[1])]
    told |= {id(text) for pair in places for text in pair}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def is_place(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and PLACE.fullmatch(node.value) is not None


def names_in(texts: Iterable[str], names: Iterable[str]) -> set[str]:
    """Names that are one of the texts; of those that are no English word also any that stand inside one."""
    texts = list(texts)
    inside = [name for name in names if "_" in name]
    found = {name for name in inside if any(re.search(rf"\b{name}\b", text) for text in texts)}
    return found | ({*names} & {*texts})


def owner(name: str) -> str:
    """The file whose name is that of the case."""
    [path] = [path for path in PACKAGE.rglob(f"{name}.py") if path.parent.name in AXES]
    return str(path.relative_to(PACKAGE))


def test_names_are_said_by_their_own_files_alone() -> None:
    owners = {name: owner(name) for name in NAMES}
    said = {
        (str(path.relative_to(PACKAGE)), name)
        for path in sorted(PACKAGE.rglob("*.py"))
        for name in names_in(literals(ast.parse(path.read_text(encoding="utf-8"))), NAMES)
    }
    assert {(place, name) for place, name in said if place != owners[name]} == OTHERS.keys()
    assert {name for place, name in said if place == owners[name]} == {*NAMES}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('"""Of newton."""\nx = 1', set()),
        ('def f():\n    """newton"""\n    return "newton"', {"newton"}),
        ('x = f"expected test_loss, found {y}"', {"test_loss"}),
        ('x = "the newton step"', set()),
        ('x = {"newton": "groupinf.methods.newton:Newton"}', set()),
        ('x = {"newton": "groupinf.methods.newton"}', {"newton"}),
        ('x = "test_losses"', set()),
        ('if x == "self_loss":\n    pass', {"self_loss"}),
    ],
)
def test_the_check_sees_what_it_should(source: str, found: set[str]) -> None:
    assert names_in(literals(ast.parse(source)), NAMES) == found
