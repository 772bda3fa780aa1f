"""What one would use instead: scikit-learn's solvers, warm-started at θ̂."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass

import numpy as np
from benchmarking.problem import SEED, Problem
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.utils.optimize import LineSearchWarning  # type: ignore[attr-defined]

MAX_ITERATIONS = 100_000
