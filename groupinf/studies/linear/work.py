"""The work of a run of a linear model, as far as all kinds of study do the same: who it is, its fit, and its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar

from groupinf.config.load import STUDY as STUDY_KEY
from groupinf.config.load import LoadedConfig
from groupinf.datasets.dataset import Dataset
from groupinf.experiments.folder.files import parquet_bytes
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.workers.memory import shortage
from groupinf.experiments.workers.processes import one_thread
from groupinf.experiments.workers.progress import Progress
from groupinf.numerics.losses.loss import Array
from groupinf.studies.linear.configured_model import model_of
from groupinf.studies.linear.described import Described, described
from groupinf.studies.linear.fit import PREDICTIONS, Model, fit_model
from groupinf.studies.linear.identity import other_data
from groupinf.studies.linear.rows import ROWS, rows_frame
from groupinf.studies.linear.schema import LinearConfig, resolved
from groupinf.studies.linear.stored_fit import CONFIG, CROSS_VALIDATION, config_file, fit_files

# files of a run that tell of paths and names, which change no number
MAY_DIFFER = (CONFIG, ROWS)

Section = TypeVar("Section", bound=LinearConfig)


@dataclass(frozen=True)
class LinearWork(Generic[Section]):
    """A configuration, which has been checked, on its data; a kind of ``study`` adds what it makes of the fit.

    ``identity`` is all that decides the numbers of the run.
    """

    loaded: LoadedConfig[Section]
    dataset: Dataset
    identity: Mapping[str, Any]
    study: ClassVar[str]

    @property
    def name(self) -> str:
        """What the configuration calls it."""
        return self.loaded.config.name

    @property
    def configuration(self) -> dict[str, Any]:
        """The configuration as the run keeps it, with the kind of study that it is of."""
        return {STUDY_KEY: self.study, **resolved(self.loaded, self.dataset.task)}

    def other_data(self, other: RunManifest) -> list[str]:
        """The files of the data that ``other`` has differently, where that is all that tells the two apart."""
        return other_data(self.identity, self.dataset.sources, other) if other.study == self.study else []

    def fit(
        self, taken: int, progress: Progress, jobs: int, made: str = PREDICTIONS, start: Array | None = None
    ) -> Model:
        """Choose λ and fit, as ``fit_model`` does with a thread for each of the ``jobs``; before that say where there
        is less memory than is ``taken``.
        """
        loaded, dataset = self.loaded, self.dataset
        for note in filter(None, [shortage(taken)]):
            progress.note(note)
        progress.stage("fit")
        model, config = model_of(loaded, dataset), loaded.config
        fit = partial(fit_model, config.regularization, config.seed, model, start=start, made=made, threads=jobs)
        return one_thread(fit, dataset)

    def files(
        self, chosen: Model, own: Mapping[str, bytes] | None = None, new_labels: Array | None = None
    ) -> dict[str, bytes]:
        """The configuration, the fit, the rows, which have ``new_labels`` where these are given, what is the study's
        ``own``, and the cross-validation where there was one.
        """
        scored = chosen.cross_validation
        return {
            **config_file(self.configuration),
            **fit_files(chosen.fitted, self.dataset),
            ROWS: parquet_bytes(rows_frame(self.dataset, new_labels)),
            **(own or {}),
            **({} if scored is None else {CROSS_VALIDATION: parquet_bytes(scored)}),
        }

    def described(self, chosen: Model) -> Described:
        """What the manifest says of the configuration, the data and the fit."""
        return described(self.study, self.identity, self.loaded, self.dataset, chosen)
