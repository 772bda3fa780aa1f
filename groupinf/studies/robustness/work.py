"""The work of a run of robustness: the fit, what is asked of it, and then one statement after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from groupinf.datasets.choice.words import choice_notes
from groupinf.datasets.column_use import column_notes
from groupinf.effects.freeze import ChangedFit, unpredicted_study
from groupinf.effects.study import Study
from groupinf.effects.test_rows import TestRows
from groupinf.experiments.study import Blocks, Made
from groupinf.experiments.workers.processes import one_thread
from groupinf.experiments.workers.progress import Progress
from groupinf.numerics.change import removing
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.fit import Fitted
from groupinf.numerics.objective import Objective, scores
from groupinf.numerics.predict import accuracy, mean_loss
from groupinf.studies.group_effects.checks import parameter_names
from groupinf.studies.linear.amount import rows_of
from groupinf.studies.linear.configured_model import model_of
from groupinf.studies.linear.fit import Model
from groupinf.studies.linear.identity import identity_of_kind
from groupinf.studies.linear.linear_model import test_objective
from groupinf.studies.linear.memory import work_bytes
from groupinf.studies.linear.stored_fit import fit_from
from groupinf.studies.linear.work import MAY_DIFFER, LinearWork
from groupinf.studies.robustness.block import Robustness, compute_statement
from groupinf.studies.robustness.checks import load_checked
from groupinf.studies.robustness.manifest import RobustnessManifest, Statement
from groupinf.studies.robustness.questions.question import Asking
from groupinf.studies.robustness.refits import Refits
from groupinf.studies.robustness.schema import STUDY, LoadedRobustness, RobustnessConfig
from groupinf.theory.fewest_rows.at_fit import RowsAtFit, rows_at_fit

# raised when a stage gives other numbers for the same configuration and data
STAGE_VERSIONS: dict[str, int] = {"prepare": 1, "compute": 1, "collect": 1}
# rows that are usually removed, which decides how retraining solves: flips take few
USUAL_ROWS = 8.0


@dataclass(frozen=True)
class Flipping(LinearWork[RobustnessConfig]):
    """Fit, ask, and look for the fewest rows that flip each statement, as configured."""

    study: ClassVar = STUDY
    manifest: type[RobustnessManifest] = RobustnessManifest
    stage: str = "flip"

    def make(self, jobs: int, progress: Progress) -> Made[RobustnessManifest]:
        """Fit, which also chooses λ, and ask; before that say where memory is too little."""
        taken = work_bytes(self.dataset, model_of(self.loaded, self.dataset), None, theory=True)
        chosen = self.fit(taken, progress, jobs, made="orders take rows by")
        files = self.files(chosen)
        lam = chosen.fitted.objective.lam
        study, rows = one_thread(partial(_restored, self, files), lam)
        about = one_thread(partial(_described, self, chosen, study.test.rows), rows is not None)
        return Made(_blocks(self, about, study, rows), files, about, may_differ=MAY_DIFFER)

    def restore(self, files: Mapping[str, bytes], manifest: RobustnessManifest) -> Blocks[Robustness, range]:
        """The same from the stored fit."""
        return _blocks(self, manifest, *one_thread(partial(_restored, self, files), manifest.lam))


def flipping(loaded: LoadedRobustness) -> Flipping:
    """The work that a configuration describes; raises ConfigError where the data cannot give what it asks."""
    dataset = load_checked(loaded)
    return Flipping(loaded, dataset, identity_of_kind(STUDY, loaded, dataset, STAGE_VERSIONS))


def _units(block: range) -> range:
    return block


def _restored(work: Flipping, files: Mapping[str, bytes], lam: float) -> tuple[Study, RowsAtFit | None]:
    """The stored fit with the test rows, and what is proven of training rows."""
    model = model_of(work.loaded, work.dataset)
    fitted = fit_from(work.dataset, model, lam, files)
    test = test_objective(work.dataset, model, fitted.objective.basis)
    study = _study(fitted, test)
    return study, rows_at_fit(study)


def _study(fitted: Fitted, test: Objective) -> Study:
    """The removal of rows as the theory of groups knows it, without groups."""
    change = removing(fitted)
    engine, points = choose_engine(fitted, change, USUAL_ROWS), TestRows(test, tuple(range(test.n)))
    return unpredicted_study(ChangedFit(fitted, change), engine, points, (), {}, {})


def _blocks(
    work: Flipping, about: RobustnessManifest, study: Study, rows: RowsAtFit | None
) -> Blocks[Robustness, range]:
    shared = Robustness(
        refits=Refits(study.fitted, study.engine),
        test=study.test.rows,
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
        **work.described(chosen),
        units=len(statements),
        block_width=1,
        notes=(
            *loaded.notes,
            *choice_notes(dataset),
            *column_notes(dataset.uses),
            *chosen.notes,
            *filter(None, (question.note(dataset, names) for question in config.questions)),
        ),
        statements=statements,
        meanings=tuple(f"{of.label}{f' ({of.asks})' if of.asks else ''}: {of.meaning}" for of in config.questions),
        orders=tuple(order.name for order in config.by),
        most=rows_of(config.most, dataset.n),
        proves=proves,
        test_accuracy=accuracy(test, fitted.theta) if dataset.classes else None,
        test_loss=mean_loss(test, fitted.theta),
        hessian=fitted.factor.name,
    )
