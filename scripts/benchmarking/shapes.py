"""Which data can be measured: real datasets by name, and for each a shape to make data of where they are absent."""

from __future__ import annotations

from dataclasses import dataclass

# the package as every method is named, and with the compiled kernels of an extra
OURS, FAST = "groupinf", "groupinf[fast]"


@dataclass(frozen=True)
class Shape:
    """n × d training rows of K classes; ``row_entries`` non-zeros in a row make them sparse, 0 dense.

    ``spread`` is the ratio of the largest to the smallest scale of a feature. ``weighted`` rows weigh 1/k for k votes.
    """

    n: int
    d: int
    classes: int
    lambda_over_n: float
    row_entries: int = 0
    spread: float = 1.0
    weighted: bool = False


# λ/n as in configs/; the names that are no dataset of the package stand for data that cannot be had
SHAPES: dict[str, Shape] = {
    "diabetes": Shape(20_000, 127, 2, 2.154434690031884e-4, spread=1e3),
    "enron": Shape(4_137, 6_284, 2, 1e-3, row_entries=42),
    "enron_spacy": Shape(4_137, 3_295, 2, 1e-3, row_entries=34),
    "dogfish_efficientnet": Shape(1_800, 1_280, 2, 2.154434690031884e-2, spread=10),
    "dogfish_shape": Shape(1_800, 2_048, 2, 2.154434690031884e-2, spread=10),
    "cdr_rebuilt": Shape(17_643, 338, 2, 1e-4, row_entries=12, weighted=True),
    "cdr_shape": Shape(24_000, 330, 2, 1e-4, row_entries=12, weighted=True),
    "digits": Shape(1_438, 64, 10, 1e-3),
    "mnist_small": Shape(5_500, 784, 10, 1e-3, spread=10),
    "mnist": Shape(55_000, 784, 10, 1e-3, spread=10),
    "nli_workers": Shape(44_983, 200, 3, 1e-4),
    "multinli_shape": Shape(392_702, 600, 3, 1e-4),
    "tiny": Shape(300, 6, 2, 1e-3),
}
MADE_ONLY = frozenset({"dogfish_shape", "cdr_shape", "multinli_shape", "tiny"})
BY_DEFAULT = (
    "diabetes",
    "enron_spacy",
    "dogfish_efficientnet",
    "dogfish_shape",
    "cdr_rebuilt",
    "digits",
    "mnist_small",
    "nli_workers",
)
