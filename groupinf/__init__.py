"""groupinf: how well influence functions predict the effect of removing groups of training points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from groupinf.config.load import LoadedConfig
    from groupinf.experiments.progress import Progress
    from groupinf.experiments.result import Run

__version__ = version("groupinf")
__all__ = ["load_run", "run_experiment"]


def run_experiment(
    config: str | Path | Mapping[str, Any] | LoadedConfig,
    *,
    overrides: Sequence[str] = (),
    out: str | Path = "results",
    jobs: int | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Run an experiment, or what is left of it, write its report and return its tables as pandas data frames.

    ``config`` is a YAML file or the same as a mapping; ``overrides`` are ``KEY=VALUE``; the run's folder is
    ``out``/<name>-<hash>; ``jobs`` processes compute it (default: one per core), which changes no number.
    Raises ConfigError or DataError for bad input before anything runs, ConvergenceError or RunError for a run that
    fails; what it had computed is kept.
    """
    import joblib

    from groupinf.config.load import LoadedConfig, load_config
    from groupinf.errors import ConfigError
    from groupinf.experiments.progress import Silent
    from groupinf.experiments.run import execute
    from groupinf.reporting.report import write_report

    if jobs is not None and jobs < 1:
        raise ConfigError(f"jobs: expected at least 1, found {jobs}")
    if isinstance(config, LoadedConfig) and overrides:
        raise ConfigError("overrides: expected none with a loaded configuration, which has its own")
    loaded = config if isinstance(config, LoadedConfig) else load_config(config, overrides)
    shown = progress or Silent()
    run = execute(loaded, Path(out), jobs or joblib.cpu_count(), fresh, shown)
    shown.stage("report")
    write_report(run)
    return run


def load_run(path: str | Path) -> Run:
    """Read a finished run back; raises DataError where the folder holds none or a file was altered."""
    from groupinf.experiments.run import load_run as load

    return load(Path(path))
