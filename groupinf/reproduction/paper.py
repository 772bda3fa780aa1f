"""A paper that is reproduced: its studies, its figures, and what its page says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from groupinf.datasets.files.data_home import data_home
from groupinf.datasets.known.registry import facts_of
from groupinf.reproduction.record import Record
from groupinf.reproduction.results import Facts


@dataclass(frozen=True)
class Study:
    """Something to run: ``command`` is experiment, sweep or evaluate, ``config`` its file from the repository's root.

    An evaluation is ``of`` another study, whose configuration it has, with the keys that ``settings`` override.
    """

    name: str
    command: str
    config: Path
    of: str = ""
    settings: tuple[str, ...] = ()

    def dataset(self, root: Path) -> str:
        """The name of the dataset that its configuration, below the repository's ``root``, asks for."""
        return str(yaml.safe_load((root / self.config).read_text(encoding="utf-8"))["dataset"]["name"])


@dataclass(frozen=True)
class Findings:
    """What a page says of a paper's studies: ``opening`` lines, headings with their paragraphs, and every run read.

    A heading without paragraphs is left out. ``stages`` are seconds by the study's name and the stage's.
    """

    opening: tuple[str, ...]
    sections: tuple[tuple[str, Sequence[str]], ...]
    runs: tuple[Facts, ...]
    stages: Mapping[str, Mapping[str, float]]


class Illustrated:
    """What a page is written from, with the names of the ``figures`` beside it."""

    figures: Sequence[str]

    def picture(self, name: str, words: str) -> list[str]:
        """The figure in Markdown; nothing where it has not been drawn."""
        file = f"{name}.png"
        return [f"![{words}]({file})"] if file in self.figures else []


@dataclass(frozen=True)
class Paper:
    """A paper by its short ``name``, such as koh_et_al_2019.

    ``figures`` maps each figure that ``groupinf figure`` knows to the studies that it is drawn from, of which it takes
    those that are done. ``find`` reads the results in a folder; its last argument names the figures beside the page.
    Runs go below results/``folder``, and the page is ``page`` in the folder of the figures.
    """

    name: str
    folder: str
    page: str
    title: str
    studies: tuple[Study, ...]
    figures: Mapping[str, tuple[str, ...]]
    find: Callable[[Path, Record, Sequence[str]], Findings]


def absent_files(dataset: str) -> list[str]:
    """The files of a dataset that are not below the data home."""
    return [source.path for source in facts_of(dataset).files if not (data_home() / source.path).is_file()]
