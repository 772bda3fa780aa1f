"""Which studies are measured as wholes, each as somebody would type it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CONFIGS = Path(__file__).resolve().parents[3] / "configs"
# processes, of the package as of the loop
JOBS = 2


@dataclass(frozen=True)
class Study:
    """A config with what is set beside it; ``dataset`` is whose files have to be there."""

    dataset: str
    config: str
    overrides: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """As one types it in the folder of the checkout."""
        sets = [f"--set {override}" for override in self.overrides]
        return " ".join(["groupinf experiment", f"configs/{self.config}.yaml", *sets, f"--jobs {JOBS}"])

    @property
    def config_arguments(self) -> tuple[str, ...]:
        """The config, from any folder, and what is set."""
        sets = [argument for override in self.overrides for argument in ("--set", override)]
        return (str(CONFIGS / f"{self.config}.yaml"), *sets)

    @property
    def arguments(self) -> tuple[str, ...]:
        """Of the command ``groupinf``; the run is kept below the folder ``runs``."""
        return ("experiment", *self.config_arguments, "--jobs", str(JOBS), "--out", "runs", "--fresh", "--quiet")


STUDIES: dict[str, Study] = {
    "breast_cancer": Study("breast_cancer", "breast_cancer"),
    "digits": Study("digits", "digits"),
    "diabetes": Study("diabetes", "diabetes"),
    "cdr_rebuilt": Study("cdr_rebuilt", "cdr_rebuilt"),
    "enron_spacy": Study("enron_spacy", "enron", ("dataset.name=enron_spacy",)),
    "dogfish_efficientnet": Study("dogfish_efficientnet", "dogfish_efficientnet"),
}
