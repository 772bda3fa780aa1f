"""The kernels: one line for each."""

from __future__ import annotations

from groupinf.datasets.kernels.kernel import Kernel
from groupinf.datasets.kernels.polynomial import Polynomial
from groupinf.datasets.kernels.rbf import Rbf

KERNELS: dict[str, type[Kernel]] = {"rbf": Rbf, "polynomial": Polynomial}
