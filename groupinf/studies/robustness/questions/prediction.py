"""Which rows flip the prediction of a test row?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from groupinf.config.section import Problem
from groupinf.datasets.dataset import Dataset
from groupinf.effects.evaluations.evaluation import ParameterNames
from groupinf.effects.targets import Linear
from groupinf.errors import DataError
from groupinf.groups.streams import builder_stream
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import scores
from groupinf.numerics.predict import classes_from
from groupinf.numerics.products import dense
from groupinf.studies.group_effects.schema import TestPoints
from groupinf.studies.group_effects.test_points import choose_test_points, most_points, rows_of_keys
from groupinf.studies.robustness.questions.question import Asking, Posed, Posing, Question, Route
from groupinf.wording import counted, number


class Prediction(Question):
    """The predicted class of single test rows: of two classes the sign of the score; of more that no other class has a
    larger score, z_k − z_j ≥ 0; of regression the side of the ``threshold`` that the prediction is on, which is the
    mean of the training targets where it is left out.
    """

    name: ClassVar = "prediction"
    label: ClassVar = "Prediction"
    in_text: ClassVar = "a prediction"
    measured: ClassVar = "score"
    measured_of_numbers: ClassVar = "prediction"

    flips: Literal["prediction"] = "prediction"
    test_points: TestPoints = TestPoints(random=3, highest_loss=3)
    threshold: Annotated[float, Field(allow_inf_nan=False)] | None = None

    def check(self, dataset: Dataset, names: ParameterNames) -> Problem | None:
        """Test points that are no single rows, or not there; a threshold beside classes."""
        points = self.test_points
        for key in ("all", "column", "bootstrap"):
            if getattr(points, key) is not None:
                return Problem("test_points", f"expected single test rows, whose predictions may flip, found {key}")
        if self.threshold is not None and dataset.classes:
            return Problem("threshold", "expected a threshold of regression alone, found classes")
        try:
            rows = list(points.indices or ()) if points.keys is None else rows_of_keys(points.keys, dataset)
        except DataError as error:
            return Problem("test_points", str(error))
        beyond = [row for row in rows if row >= dataset.n_test]
        if beyond:
            return Problem("test_points", f"expected test rows 0 to {dataset.n_test - 1}, found {beyond[0]}")
        asked = (points.random or 0) + (points.highest_loss or 0)
        if asked > dataset.n_test:
            expected = f"expected at most {counted(dataset.n_test, 'test point')}, as there are test rows"
            return Problem("test_points", f"{expected}, found {asked}")
        return None

    def most_asked(self, dataset: Dataset, names: ParameterNames) -> int:
        """As many as there are test points."""
        return most_points(self.test_points, dataset)

    def asked(self, of: Asking) -> Mapping[int, str]:
        """By the test row."""
        stream = builder_stream(of.seed, "test_points")
        chosen = choose_test_points(self.test_points, of.dataset, of.test_losses, stream)
        return {row: f"test point {chosen.names.get(row, row)}" for row in chosen.labels}

    def posed(self, to: Posing, number: int) -> Posed:
        """A route for every class that could be predicted instead."""
        x, theta = dense(to.test.X[[number]])[0], to.fitted.theta
        if not to.classes:
            return self._of_regression(to, x)
        z = scores(x[None], theta, to.fitted.objective.loss.outputs)[0]

        def state(fitted: Fitted) -> str:
            now = scores(x[None], fitted.theta, z.size)
            return to.classes[int(classes_from(now)[0])]

        if z.size == 1:
            return Posed(_routes(x, float(z[0]), 0.0), state)
        own = int(np.argmax(z))
        others = [_difference(x, own, k, z.size) for k in range(z.size) if k != own]
        return Posed(tuple(Route(Linear(c), "fall", 0.0, c=c) for c in others), state)

    def _of_regression(self, to: Posing, x: Array) -> Posed:
        objective = to.fitted.objective
        mean = float(np.average(objective.y, weights=objective.sample_weight))
        threshold = mean if self.threshold is None else self.threshold

        def state(fitted: Fitted) -> str:
            return f"{'above' if x @ fitted.theta > threshold else 'below'} {number(threshold)}"

        return Posed(_routes(x, float(x @ to.fitted.theta), threshold), state)

    @property
    def asks(self) -> str:
        """The threshold, where one is given."""
        return "" if self.threshold is None else f"threshold {number(self.threshold)}"

    @property
    def meaning(self) -> str:
        """Of classes and of regression."""
        threshold = "the mean of the training targets" if self.threshold is None else number(self.threshold)
        return f"another class is predicted, or the prediction of a regression is on the other side of {threshold}"


def _routes(x: Array, value: float, boundary: float) -> tuple[Route, ...]:
    """To the other side of the boundary; none from the boundary itself, which is on no side."""
    if value == boundary:
        return ()
    return (Route(Linear(x), "fall" if value > boundary else "rise", boundary, c=x),)


def _difference(x: Array, own: int, other: int, outputs: int) -> Array:
    c = np.zeros((x.size, outputs))
    c[:, own], c[:, other] = x, -x
    return c.ravel()
