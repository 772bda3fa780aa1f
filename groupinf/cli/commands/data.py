"""``groupinf data``: what datasets there are, and how they come to be on disk."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupinf.cli.command import Group
from groupinf.errors import RunError
from groupinf.wording import counted

if TYPE_CHECKING:
    from groupinf.datasets.describe import Row
    from groupinf.datasets.facts import DatasetFacts
    from groupinf.datasets.files.integrity import FileState

force_option = click.option(
    "--force", is_flag=True, help="Replace files on disk that are wrong or cannot be verified; right ones stay."
)


@click.group(cls=Group)
def data() -> None:
    """List, get, verify and describe datasets.

    They live in the data home: $GROUPINF_DATA, else groupinf in your cache folder.
    """


@data.command("list")
def list_() -> None:
    """List the datasets, with the paper's λ/n and score."""
    from groupinf.cli.data_text import list_text
    from groupinf.datasets.files.data_home import data_home
    from groupinf.datasets.known.registry import dataset_names, facts_of

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    click.echo(list_text([facts_of(name) for name in dataset_names()], data_home(), width))


@data.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--mirror", metavar="DIR_OR_URL", help="Folder or URL that holds the data home's files; tried first.")
@force_option
def fetch(names: tuple[str, ...], mirror: str | None, force: bool) -> None:
    """Download datasets into the data home.

    Files that are there and right are left alone; others come to their place only when verified.
    """
    from groupinf.cli.transfers import shown_transfer
    from groupinf.datasets.files import fetch as fetching
    from groupinf.datasets.files.data_home import data_home
    from groupinf.datasets.known.registry import facts_of

    datasets = [facts_of(name) for name in names]
    request = fetching.Request(data_home(), None if mirror is None else fetching.mirror_of(mirror), force)
    fetching.fetch(datasets, request, shown_transfer(sys.stderr), click.echo)


@data.command()
@click.argument("names", metavar="[NAME...]", nargs=-1)
def verify(names: tuple[str, ...]) -> None:
    """Verify the files on disk, of all datasets or of those named."""
    from groupinf.cli.data_text import home_text
    from groupinf.datasets.describe import remedies, state_words
    from groupinf.datasets.files.data_home import data_home
    from groupinf.datasets.files.fetch import verify
    from groupinf.datasets.known.registry import dataset_names, facts_of

    home, datasets = data_home(), [facts_of(name) for name in names or dataset_names()]
    _require_home(home, datasets)
    states = verify(datasets, home)
    shown = [state for state in states if names or state.status != "missing"]
    for state in shown:
        click.echo(f"{state.source.path}: {state_words(state)}")
    if not shown:
        click.echo(f"no files to verify {'of these datasets' if names else f'in {home_text(home)}'}")
    if bad := _bad(shown):
        raise RunError(f"{home}: {bad} of {counted(len(shown), 'file')} missing or wrong{remedies(datasets, shown)}")


def _require_home(home: Path, datasets: Sequence[DatasetFacts]) -> None:
    """Raises RunError where a data home that was named, or is no folder, is to hold files."""
    from groupinf.datasets.files.data_home import NO_FOLDER, home_fault
    from groupinf.datasets.files.integrity import files_of

    without = home_fault(home)
    if without and files_of(datasets) and (os.environ.get("GROUPINF_DATA") or without != NO_FOLDER):
        raise RunError(f"{home}: expected the folder of the data home (GROUPINF_DATA), found {without}")


@data.command()
@click.argument("name")
def show(name: str) -> None:
    """Describe a dataset; what is in it is said where it is on disk."""
    from groupinf.cli.data_text import rows_text
    from groupinf.cli.results import width
    from groupinf.datasets.describe import file_rows, known_rows, remedies
    from groupinf.datasets.files.data_home import data_home
    from groupinf.datasets.files.fetch import verify
    from groupinf.datasets.known.registry import facts_of

    facts, home = facts_of(name), data_home()
    states = verify([facts], home)
    rows = [("title", facts.title), *known_rows(facts), *file_rows(facts, states)]
    click.echo(f"{facts.name}\n{rows_text(rows, width())}")
    if _bad(states):
        click.echo(f"Not loaded: files are missing or wrong in {home}{remedies([facts], states)}")
    else:
        click.echo(f"Loaded with seed 0:\n{rows_text(_rows_loaded(name), width())}")


def _rows_loaded(name: str) -> list[Row]:
    from groupinf.datasets.describe import loaded_rows
    from groupinf.datasets.known.by_name import NamedDataset
    from groupinf.datasets.registry import load_dataset
    from groupinf.experiments.workers.libraries import reserve_buffers

    reserve_buffers()
    return loaded_rows(load_dataset(NamedDataset(name=name), Path(), seed=0))


def _bad(states: Iterable[FileState]) -> int:
    return sum(state.status not in ("right", "unknown") for state in states)


@data.command("import")
@click.argument("name")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@force_option
def import_(name: str, paths: tuple[Path, ...], force: bool) -> None:
    """Copy files that you have into the data home.

    PATH is a file of the dataset NAME, or a folder that holds some.
    """
    from groupinf.datasets.files.data_home import data_home
    from groupinf.datasets.files.import_files import import_files
    from groupinf.datasets.known.registry import facts_of

    import_files(facts_of(name), paths, data_home(), force, click.echo)
