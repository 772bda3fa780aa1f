"""groupinf: how well influence functions predict the effect of removing groups of training points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from groupinf.experiments.workers.progress import Progress
    from groupinf.studies.group_effects.result import Run, Sweep
    from groupinf.studies.group_effects.schema import LoadedStudy

__version__ = version("groupinf")
__all__ = ["load_run", "load_sweep", "run_experiment", "run_sweep"]


def run_experiment(
    config: str | Path | Mapping[str, Any] | LoadedStudy,
    *,
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
    Raises ConfigError or DataError for bad input before anything runs, ConvergenceError or RunError for a run that
    fails; what it had computed is kept.
    """
    from groupinf.config.arguments import as_flag, as_path, as_text
    from groupinf.experiments.driver import execute_study
    from groupinf.experiments.workers.memory import memory_in_words
    from groupinf.experiments.workers.progress import Silent
    from groupinf.reporting.registry import REPORTS
    from groupinf.studies.registry import kind_of

    loaded, processes, folder = _loaded(config, overrides), _processes(jobs), as_path("out", out)
    anew, cluster, shown = as_flag("fresh", fresh), as_text("scheduler", scheduler), progress or Silent()
    with memory_in_words():
        kind = kind_of(loaded)
        run: Run = execute_study(kind, loaded, folder, processes, anew, shown, cluster)
        shown.stage("report")
        REPORTS[kind.name].write(run)
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

    loaded, processes, folder = _loaded(config, overrides), _processes(jobs), as_path("out", out)
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


def _loaded(config: str | Path | Mapping[str, Any] | LoadedStudy, overrides: Sequence[str]) -> LoadedStudy:
    from groupinf.config.load import LoadedConfig
    from groupinf.errors import ConfigError
    from groupinf.studies.load import load_config

    if isinstance(config, LoadedConfig) and overrides:
        raise ConfigError("overrides: expected none with a loaded configuration, which has its own")
    return config if isinstance(config, LoadedConfig) else load_config(config, overrides)


def _processes(jobs: int | None) -> int:
    import joblib

    from groupinf.config.arguments import as_count

    return int(joblib.cpu_count()) if jobs is None else as_count("jobs", jobs)
