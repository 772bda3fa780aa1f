"""A Pipeline: its last step is the model, those before it make the features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline

from groupinf.datasets.dataset import Features
from groupinf.errors import DataError
from groupinf.model_effects.given_rows import features_of
from groupinf.wording import listed


@dataclass(frozen=True)
class Steps:
    """The ``model``, and the steps ``before`` it, which stay as they were fitted; None where it stands alone."""

    model: Any
    before: Any = None

    @property
    def told(self) -> str:
        """That they stay as they are; empty where there are none."""
        if self.before is None:
            return ""
        names = listed(type(step).__name__ for _, step in self.before.steps if step not in (None, "passthrough"))
        return f"{names}: applied as fitted, and not fitted again when groups are changed" if names else ""

    def features(self, X: Any, what: str) -> tuple[Features, tuple[str, ...]]:
        """The features that the model gets, and their names; raises DataError where it cannot be given these rows."""
        if self.before is None:
            self._require_columns(X, what)
            features, names = features_of(X, what)
        else:
            made = self._transformed(X, what)
            features, names = features_of(made, f"{what} behind the steps before the model", self._names(X))
        expected = getattr(self.model, "n_features_in_", features.shape[1])
        if features.shape[1] != expected:
            raise DataError(f"{what}: expected {expected:,} features, as the model has, found {features.shape[1]:,}")
        return features, names

    def _transformed(self, X: Any, what: str) -> Any:
        """X behind the steps before the model. A ColumnTransformer takes its columns by name, whatever others there
        are: its own word decides.
        """
        by_name = isinstance(self.before.steps[0][1], ColumnTransformer)
        if not by_name:
            self._require_columns(X, what)
        try:
            return self.before.transform(X)
        except (ValueError, TypeError, KeyError, NotFittedError) as error:
            if by_name:
                self._require_columns(X, what)
            said = str(error).partition("\n")[0]  # what follows may be the whole of X
            raise DataError(f"{what}: the steps before the model cannot take it: {said}") from error

    def _require_columns(self, X: Any, what: str) -> None:
        """The columns of a frame must be those that the model was fitted to."""
        first = self.model if self.before is None else self.before
        fitted = getattr(first, "feature_names_in_", None)
        if fitted is None or not isinstance(X, pd.DataFrame) or list(X.columns) == list(fitted):
            return
        missing = [str(name) for name in fitted if name not in set(X.columns)]
        more = [str(name) for name in X.columns if name not in set(fitted)]
        others = f"with {listed(more[:3])}" if more else "in another order"
        lacks = f"without {listed(missing[:3])}" if missing else others
        raise DataError(f"{what}: expected the columns that the model was fitted to, found a frame {lacks}")

    def _names(self, X: Any) -> tuple[str, ...]:
        """What the steps call their features; empty where they do not."""
        fitted = getattr(self.before, "feature_names_in_", None)
        columns = list(X.columns) if isinstance(X, pd.DataFrame) and fitted is None else fitted
        try:
            return tuple(str(name) for name in self.before.get_feature_names_out(columns))
        except (AttributeError, ValueError, NotFittedError):
            return ()


def steps_of(model: Any) -> Steps:
    """A model by itself, or a Pipeline that ends in one, itself or by a Pipeline that it ends in."""
    if not isinstance(model, Pipeline):
        return Steps(model)
    if any(isinstance(step, Pipeline) for _, step in model.steps):
        model = Pipeline([(str(number), step) for number, step in enumerate(_steps(model))])
    return Steps(model.steps[-1][1], model[:-1] if len(model.steps) > 1 else None)


def _steps(pipeline: Pipeline) -> Iterator[Any]:
    """All steps, those of a Pipeline among them one by one."""
    for _, step in pipeline.steps:
        yield from _steps(step) if isinstance(step, Pipeline) else (step,)
