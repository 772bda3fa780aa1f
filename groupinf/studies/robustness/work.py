"""The work of a run of robustness: the fit, what is asked of it, and then one statement after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from groupinf.config.load import STUDY as STUDY_KEY
from groupinf.datasets.choice.words import choice_notes
from groupinf.datasets.column_use import column_notes
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.registry import kind_of
from groupinf.effects.study import Study
from groupinf.effects.test_rows import TestRows
from groupinf.effects.trust import trust_in_fit
from groupinf.experiments.folder.files import parquet_bytes
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.provenance import provenance
from groupinf.experiments.study import Blocks, Made
from groupinf.experiments.workers.memory import shortage
from groupinf.experiments.workers.processes import one_thread
from groupinf.experiments.workers.progress import Progress
from groupinf.numerics.bounds import bounded_problem
from groupinf.numerics.change import removing
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.fit import Fitted
from groupinf.numerics.objective import Objective, scores
from groupinf.numerics.predict import accuracy, mean_loss
from groupinf.studies.group_effects.checks import parameter_names
from groupinf.studies.linear.configured_model import model_of
from groupinf.studies.linear.fit import Model, fit_model, scored_values
from groupinf.studies.linear.identity import identifying_config, other_data
from groupinf.studies.linear.linear_model import test_objective
from groupinf.studies.linear.manifest import FitCertificate
from groupinf.studies.linear.memory import work_bytes
from groupinf.studies.linear.rows import ROWS, rows_frame
from groupinf.studies.linear.schema import resolved
from groupinf.studies.linear.stored_fit import CROSS_VALIDATION, config_file, fit_files, fit_from
from groupinf.studies.repair_labels.schema import rows_of
from groupinf.studies.robustness.block import Robustness, compute_statement
from groupinf.studies.robustness.checks import load_checked
from groupinf.studies.robustness.manifest import STUDY, RobustnessManifest, Statement
from groupinf.studies.robustness.questions.question import Asking
from groupinf.studies.robustness.refits import Refits
from groupinf.studies.robustness.schema import LoadedRobustness
from groupinf.theory.fewest_rows.at_fit import RowsAtFit, rows_at_fit

# raised when a stage gives other numbers for the same configuration and data
STAGE_VERSIONS: dict[str, int] = {"prepare": 1, "compute": 1, "collect": 1}
# rows that are usually removed, which decides how retraining solves: flips take few
USUAL_ROWS = 8.0


@dataclass(frozen=True)
class Flipping:
    """Fit, ask, and look for the fewest rows that flip each statement, as configured."""

    loaded: LoadedRobustness
    dataset: Dataset
    identity: Mapping[str, Any] = field(init=False)
    manifest: type[RobustnessManifest] = RobustnessManifest
    stage: str = "flip"

    def __post_init__(self) -> None:
        """The configuration, the data and the versions of what computes."""
        identity = {
            "study": STUDY,
            "config": identifying_config(self.loaded, self.dataset),
            "sources": sorted(self.dataset.sources.values()),
            **kind_of(self.loaded.config.dataset).identity(self.loaded.config.dataset, self.dataset),
            "stages": dict(STAGE_VERSIONS),
        }
        object.__setattr__(self, "identity", identity)

    @property
    def name(self) -> str:
        """What the configuration calls it."""
        return self.loaded.config.name

    def other_data(self, other: RunManifest) -> list[str]:
        """The files of the data that ``other`` has differently, where that is all that tells the two apart."""
        return other_data(self.identity, self.dataset.sources, other) if other.study == STUDY else []

    def make(self, jobs: int, progress: Progress) -> Made[RobustnessManifest]:
        """Fit, which also chooses λ, and ask; before that say where memory is too little."""
        loaded, dataset = self.loaded, self.dataset
        model = model_of(loaded, dataset)
        for note in filter(None, [shortage(work_bytes(dataset, model, None, theory=True))]):
            progress.note(note)
        progress.stage("fit")
        fit = partial(fit_model, loaded.config.regularization, loaded.config.seed, model, made="orders take rows by")
        chosen = one_thread(fit, dataset)
        table = chosen.cross_validation
        files = {
            **config_file({STUDY_KEY: STUDY, **resolved(loaded, dataset.task)}),
            **fit_files(chosen.fitted, dataset),
            ROWS: parquet_bytes(rows_frame(dataset)),
            **({} if table is None else {CROSS_VALIDATION: parquet_bytes(table)}),
        }
        lam = chosen.fitted.objective.lam
        fitted, test, rows = one_thread(partial(_restored, self, files), lam)
        about = one_thread(partial(_described, self, chosen, test), rows is not None)
        return Made(_blocks(self, about, fitted, test, rows), files, about, may_differ=(*config_file({}), ROWS))

    def restore(self, files: Mapping[str, bytes], manifest: RobustnessManifest) -> Blocks[Robustness, range]:
        """The same from the stored fit."""
        return _blocks(self, manifest, *one_thread(partial(_restored, self, files), manifest.lam))


def flipping(loaded: LoadedRobustness) -> Flipping:
    """The work that a configuration describes; raises ConfigError where the data cannot give what it asks."""
    return Flipping(loaded, load_checked(loaded))


def _units(block: range) -> range:
    return block


def _restored(work: Flipping, files: Mapping[str, bytes], lam: float) -> tuple[Fitted, Objective, RowsAtFit | None]:
    """The stored fit, the test rows, and what is proven of training rows."""
    model = model_of(work.loaded, work.dataset)
    fitted = fit_from(work.dataset, model, lam, files)
    test = test_objective(work.dataset, model, fitted.objective.basis)
    return fitted, test, rows_at_fit(_study(fitted, test))


def _study(fitted: Fitted, test: Objective) -> Study:
    """The removal of rows as the theory of groups knows it, without groups."""
    change = removing(fitted)
    engine = choose_engine(fitted, change, USUAL_ROWS)
    bounded = bounded_problem(fitted, test, engine.kernel)
    points = TestRows(test, tuple(range(test.n)))
    return Study(
        fitted=fitted,
        change=change,
        engine=engine,
        influence_solver=fitted.factor,
        test=points,
        evaluations=(),
        methods=(),
        scales={},
        gradient_norms={},
        bounded=bounded,
        of_fit=trust_in_fit(bounded, fitted),
    )


def _blocks(
    work: Flipping, about: RobustnessManifest, fitted: Fitted, test: Objective, rows: RowsAtFit | None
) -> Blocks[Robustness, range]:
    engine = one_thread(partial(choose_engine, fitted, removing(fitted)), USUAL_ROWS)
    shared = Robustness(
        refits=Refits(fitted, engine),
        test=test,
        names=replace(parameter_names(work.dataset, about.model), test=None),
        classes=about.classes,
        questions=work.loaded.config.questions,
        statements=about.statements,
        orders=work.loaded.config.by,
        most=about.most,
        rows=rows,
    )
    return Blocks(shared, _units, compute_statement)


def _statements(work: Flipping, fitted: Fitted, test: Objective) -> tuple[Statement, ...]:
    """Every statement that a question is about, each once."""
    z = scores(test.X, fitted.theta, test.loss.outputs)
    names = parameter_names(work.dataset, model_of(work.loaded, work.dataset))
    of = Asking(work.dataset, names, test.loss.values(z, test.y), work.loaded.config.seed)
    return tuple(
        Statement(i, question.name, number, name, question.asks)
        for i, question in enumerate(work.loaded.config.questions)
        for number, name in question.asked(of).items()
    )


def _described(work: Flipping, chosen: Model, test: Objective, proves: bool) -> RobustnessManifest:
    """The manifest of a run that has been prepared just now."""
    loaded, dataset, fitted = work.loaded, work.dataset, chosen.fitted
    config, statements = loaded.config, _statements(work, chosen.first, test)
    names = parameter_names(dataset, model_of(loaded, dataset))
    return RobustnessManifest(
        study=STUDY,
        name=work.name,
        identity=work.identity,
        sources=dict(dataset.sources),
        units=len(statements),
        block_width=1,
        notes=(
            *loaded.notes,
            *choice_notes(dataset),
            *column_notes(dataset.uses),
            *chosen.notes,
            *filter(None, (question.note(dataset, names) for question in config.questions)),
        ),
        provenance=provenance(),
        dataset=dataset.name,
        task=dataset.task,
        n=dataset.n,
        d=dataset.d,
        n_test=dataset.n_test,
        classes=tuple(str(label) for label in dataset.classes),
        loss_name=fitted.objective.loss.name,
        loss_options=config.model_or_default.options,
        intercept=fitted.objective.intercept,
        columns=tuple(dataset.uses),
        rows_left=dataset.rows_left,
        seed=config.seed,
        lam=fitted.objective.lam,
        lam_over_n=chosen.lam_over_n,
        cross_validation=scored_values(chosen),
        statements=statements,
        meanings=tuple(f"{of.label}{f' ({of.asks})' if of.asks else ''}: {of.meaning}" for of in config.questions),
        orders=tuple(order.name for order in config.by),
        most=rows_of(config.most, dataset.n),
        proves=proves,
        test_accuracy=accuracy(test, fitted.theta) if dataset.classes else None,
        test_loss=mean_loss(test, fitted.theta),
        fit=FitCertificate(fitted.gradient_norm, fitted.decrement, fitted.passes),
        hessian=fitted.factor.name,
    )
