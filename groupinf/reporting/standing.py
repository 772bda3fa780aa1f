"""The report in the folder of a run: what it consists of, and whether it stands, made of this run by this code."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from groupinf.experiments.folder.files import sha256, write_atomically
from groupinf.experiments.folder.kinds import MANIFEST
from groupinf.experiments.folder.provenance import LIBRARIES
from groupinf.experiments.folder.sealed import UnsealedError, sealed, unsealed

REPORT_NAME, PAGE_NAME, STANDING = "report.md", "report.html", "report.json"
_SEAL = "sha256"
# what a report consists of, in the folder of a run
_PARTS = (PAGE_NAME, REPORT_NAME, "tables/*", "figures/*")
# what draws it beside the libraries that numbers come from: pictures, and the plots of its page
_DRAWING = ("pillow", "plotly")
_PACKAGE = Path(__file__).parents[1]


def keep_report(folder: Path, write: Callable[[], Any]) -> None:
    """Let ``write`` make the report of the run in the folder, unless the one that is there stands."""
    if not report_stands(folder):
        renew_report(folder, write)


def renew_report(folder: Path, write: Callable[[], Any]) -> None:
    """Let ``write`` make the report, and keep in report.json what it was made of, by what, and its files.

    What is there before is not looked through for garbage meanwhile, which takes a tenth of the time.
    """
    gc.freeze()
    try:
        write()
    finally:
        gc.unfreeze()
    write_atomically(folder / STANDING, sealed(_standing(folder), _SEAL))


def report_stands(folder: Path) -> bool:
    """Whether the report was made of what the folder's manifest names now, by the code and the libraries that there
    are now, and no file of it was altered, added or lost since.
    """
    try:
        return unsealed((folder / STANDING).read_bytes(), _SEAL) == _standing(folder)
    except (OSError, UnsealedError):
        return False


def _standing(folder: Path) -> dict[str, Any]:
    files = sorted(path for part in _PARTS for path in folder.glob(part))
    return {
        MANIFEST: sha256((folder / MANIFEST).read_bytes()),
        "code": _code(),
        "versions": {name: _version(name) for name in (*LIBRARIES, *_DRAWING)},
        "files": {path.relative_to(folder).as_posix(): sha256(path.read_bytes()) for path in files},
    }


def _code() -> str:
    """The SHA-256 of all files of the package but what Python and numba compile them to."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.*")):
        if path.is_file() and path.parent.name != "__pycache__":
            digest.update(f"{path.relative_to(_PACKAGE)} {sha256(path.read_bytes())}\n".encode())
    return digest.hexdigest()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
