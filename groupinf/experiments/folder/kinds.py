"""Whether a folder is that of a run, of a sweep or neither, and which command makes again what is missing there."""

from __future__ import annotations

import re
from pathlib import Path

MANIFEST, SWEEP = "manifest.json", "sweep.json"


def is_sweep(path: Path) -> bool:
    """Whether the folder is that of a sweep."""
    return (path / SWEEP).exists()


def looks_like_run(path: Path) -> bool:
    """Whether the folder holds what only a run has, with a manifest or without."""
    return (path / MANIFEST).exists() or holds_more(path / MANIFEST)


def holds_more(file: Path) -> bool:
    """Whether the folder of a manifest or of a sweep.json holds what else a run or a sweep has."""
    if file.name == SWEEP:
        return looks_like_sweep(file.parent)
    return any((file.parent / name).exists() for name in ("config.yaml", "blocks"))


def looks_like_sweep(path: Path) -> bool:
    """Whether the folder is that of a sweep but for its sweep.json, by its name and the runs in it."""
    named = "-sweep-" in path.absolute().name
    return named and not looks_like_run(path) and any(looks_like_run(inner) for inner in path.glob("*/"))


def sweep_of(path: Path) -> Path | None:
    """The folder of the sweep that the run in ``path`` belongs to; None where it belongs to none."""
    if _is_evaluation(path):  # it may lie beside the runs of a sweep
        return None
    parent = path.parent if path.name not in ("", "..") else path.resolve().parent
    return parent if is_sweep(parent) else None


def makes_again(path: Path) -> str:
    """The command that makes the run or sweep in ``path`` again, in words."""
    if _is_evaluation(path):
        return "the same groupinf evaluate command"
    if is_sweep(path) or sweep_of(path) is not None or "-sweep-" in path.absolute().parent.name:
        return "the same groupinf sweep command"
    return "the same groupinf experiment command"


def starts_over(path: Path) -> str:
    """What to do where a run in ``path`` cannot be gone on with, in words."""
    command = makes_again(path)
    if _is_evaluation(path):
        return f"delete the folder or name another --out, and {command} makes it again"
    return f"{command} with --fresh, or with another --out, makes it again"


def _is_evaluation(path: Path) -> bool:
    return re.search(r"-evaluate-[0-9a-f]+$", path.absolute().name) is not None


def no_sweep(path: Path) -> str:
    """Why the folder ``path``, without sweep.json, is not read as a sweep, and what to do."""
    remedy = "; the same groupinf sweep command makes it again" if looks_like_sweep(path) else ""
    return f"{path}: expected the folder of a sweep, found no {SWEEP} in it{remedy}"


def no_run(path: Path) -> str:
    """Why the folder ``path``, without manifest.json, is not read as a run, and what to do."""
    expected = f"{path}: expected the folder of a run, found"
    if path.is_file():
        return f"{expected} a file"
    if not path.is_dir():
        return f"{expected} no folder there"
    if is_sweep(path):
        return f"{expected} a sweep; name one of the runs in it"
    if looks_like_sweep(path):
        return f"{expected} what looks like a sweep without {SWEEP}; the same groupinf sweep command makes it again"
    remedy = f"; {makes_again(path)} makes it again" if looks_like_run(path) else ""
    return f"{expected} no {MANIFEST} in it, which a run has once it is prepared{remedy}"
