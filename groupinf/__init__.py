"""groupinf: how well influence functions predict the effect of removing groups of training points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from groupinf.experiments.workers.progress import Progress
    from groupinf.model_effects.asked import Entries
    from groupinf.model_effects.fitted_model import FittedModel
    from groupinf.model_effects.result import GroupEffects, PointEffects
    from groupinf.studies.group_effects.result import Run, Sweep
    from groupinf.studies.group_effects.schema import LoadedStudy

__version__ = version("groupinf")
__all__ = [
    "fitted_model",
    "group_effects",
    "load_run",
    "load_sweep",
    "point_effects",
    "run_experiment",
    "run_sweep",
]


def run_experiment(
    config: str | Path | Mapping[str, Any] | LoadedStudy,
    *,
    data: Any = None,
    overrides: Sequence[str] = (),
    out: str | Path = "results",
    jobs: int | None = None,
    fresh: bool = False,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> Run:
    """Run an experiment, or what is left of it, write its report and return its tables as pandas data frames.

    Of another kind of study than group effects, such as repair_labels, it is what that kind returns: a RepairRun.
    ``config`` is a YAML file or the same as a mapping; ``overrides`` are ``KEY=VALUE``; the run's folder is
    ``out``/<name>-<hash>; ``jobs`` processes compute it (default: one per core), or the Dask cluster
    whose address is ``scheduler``; neither changes a number.
    ``data`` is a data frame, or {"train": ..., "test": ...} of two, where the section ``dataset`` names no file, only
    what columns are (target, split, weight, ...). They are kept as Parquet files in ``out``/data, which the run's
    configuration names: whatever reads the data again finds them there. Equal frames are the same run.
    Raises ConfigError or DataError for bad input before anything runs, DataError also where all groups that are drawn
    empty a class, and ConvergenceError or RunError for a run that fails; what it had computed is kept.
    """
    from groupinf.config.arguments import as_flag, as_path, as_text
    from groupinf.experiments.driver import execute_study
    from groupinf.experiments.workers.memory import memory_in_words
    from groupinf.experiments.workers.progress import Silent
    from groupinf.reporting.registry import REPORTS
    from groupinf.reporting.standing import keep_report
    from groupinf.studies.registry import kind_of

    folder = as_path("out", out)
    loaded, processes = _loaded(config, overrides, data, folder), _processes(jobs)
    anew, cluster, shown = as_flag("fresh", fresh), as_text("scheduler", scheduler), progress or Silent()
    with memory_in_words():
        kind = kind_of(loaded)
        run: Run = execute_study(kind, loaded, folder, processes, anew, shown, cluster)
        shown.stage("report")
        keep_report(run.path, lambda: REPORTS[kind.name].write(run))
    return run


def load_run(path: str | Path) -> Run:
    """Read a finished run back, of whatever kind of study.

    Raises DataError where the folder holds none or a file was altered.
    """
    from groupinf.config.arguments import as_path
    from groupinf.studies.registry import load_run as load

    run: Run = load(as_path("path", path))
    return run


def run_sweep(
    config: str | Path | Mapping[str, Any] | LoadedStudy,
    *,
    data: Any = None,
    lambda_over_n: str | Sequence[float] | None = None,
    redraw: bool = False,
    overrides: Sequence[str] = (),
    out: str | Path = "results",
    jobs: int | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Sweep:
    """Run a study at many values of λ/n on the same groups and test points, drawn at the config's own λ/n.

    ``lambda_over_n`` is "MIN:MAX:NUM", log-spaced, or the values; without it the config's regularization.sweep counts.
    With ``redraw`` groups and test points are drawn anew at every value. The folder is ``out``/<name>-sweep-<hash>;
    it holds one folder per value, with its report, and tables/. Of repair_labels, where the same labels are flipped at
    every value, ``runs`` are RepairRuns, and nothing is redrawn. The rest is as in ``run_experiment``.
    Raises ConvergenceError, once all values are done, naming those that did not converge.
    """
    from groupinf.config.arguments import as_flag, as_path
    from groupinf.config.sweep_grid import grid_of
    from groupinf.experiments.sweep.result import raise_failures
    from groupinf.experiments.workers.memory import memory_in_words
    from groupinf.experiments.workers.progress import Silent
    from groupinf.reporting.sweep_report import write_sweep_report
    from groupinf.studies.sweeps import sweep_of

    folder = as_path("out", out)
    loaded, processes = _loaded(config, overrides, data, folder), _processes(jobs)
    wanted = None if lambda_over_n is None else grid_of(lambda_over_n)
    anew, shown = as_flag("fresh", fresh), progress or Silent()
    kind = sweep_of(loaded)
    plan = kind.plan(loaded, wanted, as_flag("redraw", redraw))
    with memory_in_words():
        sweep: Sweep = kind.execute(plan, folder, processes, anew, shown)
        shown.stage("reports")
        write_sweep_report(sweep, processes)
    raise_failures(sweep.manifest.parameter, sweep.manifest.failures)
    return sweep


def load_sweep(path: str | Path) -> Sweep:
    """Read a finished sweep back, of whatever kind of study.

    Raises DataError where the folder holds none or a run of it is unfinished.
    """
    from groupinf.config.arguments import as_path
    from groupinf.studies.sweeps import load_sweep as load

    return load(as_path("path", path))


def fitted_model(
    model: Any,
    X: Any,
    y: Any,
    X_test: Any = None,
    y_test: Any = None,
    *,
    sample_weight: Any = None,
    test_columns: Any = None,
    smoothing: float | None = None,
    refit: bool = False,
) -> FittedModel:
    """A fitted scikit-learn model, ready to be asked for effects: its optimum and the factor of its Hessian are kept.

    ``model`` is a LogisticRegression, Ridge, RidgeClassifier, LinearSVC(loss="hinge") or SVC(kernel="linear"), or a
    Pipeline that ends in one, whose earlier steps stay as they were fitted. X (n, d), y (n,) and ``sample_weight`` (n,)
    are what it was fitted to; X_test (m, d) and y_test (m,) what effects are measured on, for evaluations of test rows:
    y_test may be left out for those that need no labels, such as test_prediction.
    X is a NumPy array, SciPy sparse or a data frame, whose columns name the features. The columns of the frame
    ``test_columns`` (m rows) are no features: by them, and those of a frame X_test, disparity tells test rows apart.
    Rows go by their place; where indices of pandas have the same labels in another order, that is refused.
    ``smoothing`` is of the hinge loss: the temperature of its smooth version, which predictions are made with; 0.001
    where it is left out. ``told`` says where predictions are likely to be poor with it.
    Effects are those of the exact optimum of the model's objective, Σ s_i ℓ_i + (λ/2)‖weights‖² with λ = 1/C or alpha.
    ``told`` says how the model was translated, and how far it was from there.

    Raises DataError where there is no such objective or the rows are not the model's, and ConvergenceError where the
    model is so far from its optimum that effects would be off by more than 1 % of what leaving out a typical row does:
    with ``refit`` it is refitted exactly, from its coefficients.

    >>> import numpy as np
    >>> from sklearn.linear_model import Ridge
    >>> X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0.0, 1.0, 2.0, 5.0])
    >>> fitted = fitted_model(Ridge(alpha=1.0).fit(X, y), X, y, X, y)
    >>> fitted.told["λ"]
    '1 (alpha), kept when groups are changed'
    >>> fitted.theta.round(3)
    array([1.333, 0.   ])
    """
    from groupinf.config.arguments import as_flag
    from groupinf.model_effects.fitted_model import FittedModel
    from groupinf.model_effects.given_rows import Given
    from groupinf.model_effects.taken import taken

    given = Given(X, y, X_test, y_test, sample_weight, test_columns)
    return FittedModel(taken(model, given, as_flag("refit", refit), smoothing))


def group_effects(
    model: Any,
    X: Any,
    y: Any,
    X_test: Any = None,
    y_test: Any = None,
    *,
    groups: Any,
    sample_weight: Any = None,
    test_columns: Any = None,
    smoothing: float | None = None,
    evaluations: Entries | None = None,
    methods: Entries | None = None,
    change: str | Mapping[str, Any] | None = None,
    retrain: str | Mapping[str, Any] = "all",
    test_points: str | Sequence[int] = "sum",
    refit: bool = False,
    jobs: int = 1,
) -> GroupEffects:
    """What removing each group of training rows does to a fitted model: predicted, and by exact retraining.

    ``model``, the rows, ``smoothing`` and ``refit`` are as in ``fitted_model``, whose ``group_effects`` this is.
    ``groups`` are a Series or array of n names (rows of one name are a group, rows without one in none; a frame has one
    kind of groups for each column), a mapping from names to rows, a list of lists of rows or of masks (n,), or a 0/1
    matrix (groups, n), dense or sparse. Rows are positions from 0; a pandas Index holds labels of the frame X instead.
    ``evaluations`` (the default is the test loss), ``methods`` (influence and Newton), ``change`` (removal) and
    ``retrain`` are as in a configuration: names, or mappings with options. ``test_points`` is "sum", one value over all
    test rows, "each", a list of their places or a mask. With ``jobs`` processes the same numbers come.

    Effects are f with the group changed − f as the model is, in nats for classes, half squared units of y for Ridge and
    units of the score for the hinge. Each has an estimate of its error, each retraining a certificate.
    Raises DataError and ConfigError for bad input, ConvergenceError as ``fitted_model``.

    >>> import numpy as np
    >>> from sklearn.linear_model import Ridge
    >>> X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0.0, 1.0, 2.0, 5.0])
    >>> model = Ridge(alpha=1.0).fit(X, y)
    >>> found = group_effects(model, X, y, groups=["a", "a", "b", "b"], X_test=X, y_test=y)
    >>> [[round(effect, 3) for effect in group] for group in found.table.to_numpy().tolist()]
    [[0.037, 1.222, 1.222], [0.259, 6.556, 6.556]]
    """
    fitted = fitted_model(
        model,
        X,
        y,
        X_test,
        y_test,
        sample_weight=sample_weight,
        test_columns=test_columns,
        smoothing=smoothing,
        refit=refit,
    )
    return fitted.group_effects(
        groups,
        evaluations=evaluations,
        methods=methods,
        change=change,
        retrain=retrain,
        test_points=test_points,
        jobs=jobs,
    )


def point_effects(
    model: Any,
    X: Any,
    y: Any,
    X_test: Any,
    y_test: Any = None,
    *,
    sample_weight: Any = None,
    smoothing: float | None = None,
    evaluations: Entries | None = None,
    test_points: str | Sequence[int] = "each",
    refit: bool = False,
) -> PointEffects:
    """What removing each training row alone does to a fitted model, as predicted without retraining.

    Of each row: loss, residual, leverage, self-influence, its loss where it is left out, and Cook's distance; and on
    each test point of each of the ``evaluations`` (the default is the test loss) influence and the Newton step without
    the row, leave-one-out. ``matrix()`` is (n, m). Units and errors are those of ``group_effects``, arguments too.

    >>> import numpy as np
    >>> from sklearn.linear_model import Ridge
    >>> X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0.0, 1.0, 2.0, 5.0])
    >>> found = point_effects(Ridge(alpha=1.0).fit(X, y), X, y, X[3:], y[3:])
    >>> found.rows[["row", "leverage", "residual"]].round(3)
       row  leverage  residual
    0    0     0.625     0.000
    1    1     0.292     0.333
    2    2     0.292     0.667
    3    3     0.625    -1.000
    """
    fitted = fitted_model(model, X, y, X_test, y_test, sample_weight=sample_weight, smoothing=smoothing, refit=refit)
    return fitted.point_effects(evaluations=evaluations, test_points=test_points)


def _loaded(
    config: str | Path | Mapping[str, Any] | LoadedStudy, overrides: Sequence[str], data: Any, out: Path
) -> LoadedStudy:
    from groupinf.config.load import LoadedConfig
    from groupinf.errors import ConfigError
    from groupinf.studies.load import load_config

    if isinstance(config, LoadedConfig):
        given = "overrides" if overrides else "" if data is None else "data"
        if given:
            raise ConfigError(f"{given}: expected none with a loaded configuration, which has its own")
        return config
    if data is None:
        return load_config(config, overrides)
    from groupinf.datasets.own.frames import frames_as_files

    return load_config(config, [*overrides, *frames_as_files(data, out)])


def _processes(jobs: int | None) -> int:
    import joblib

    from groupinf.config.arguments import as_count

    return int(joblib.cpu_count()) if jobs is None else as_count("jobs", jobs)
