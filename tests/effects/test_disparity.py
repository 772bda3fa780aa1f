"""Disparities are what NumPy and scikit-learn make of sets of test rows, and their slopes are derivatives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from support.measured import measured_block, measured_study
from support.problems import make_objective

from groupinf.effects.evaluations.disparities.parts import MeanPart
from groupinf.effects.evaluations.disparities.scores import PREDICTED, PROBABILITY
from groupinf.effects.evaluations.disparity import MOST_COMPARED, Disparities, Disparity
from groupinf.effects.evaluations.evaluation import ParameterNames
from groupinf.effects.evaluations.on_test_points import RowsPart
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.numerics.fit import fit
from groupinf.numerics.losses.loss import Loss
from groupinf.numerics.losses.registry import loss_for
from groupinf.numerics.objective import Objective

GROUPS = (np.array([1, 7, 30]), np.arange(20, 32), np.array([59]))
GAPS = ("demographic_parity", "true_positive_rates", "false_positive_rates")


@dataclass(frozen=True)
class Columns:
    """Labels of test rows, and columns of texts; a row with an empty one has no value."""

    y: np.ndarray
    columns: Mapping[str, np.ndarray]
    loss: Loss = field(default_factory=lambda: loss_for(2))

    @property
    def classes(self) -> tuple[str, ...]:
        return ("no", "yes")[: 2 * (not self.loss.is_for(0))]

    def problem(self, columns: tuple[str, ...]) -> str | None:
        return next((f"found {name!r}" for name in columns if name not in self.columns), None)

    def sets(self, columns: tuple[str, ...]) -> dict[str, np.ndarray]:
        values = self.columns[columns[0]]
        return {str(v): np.flatnonzero(values == v) for v in np.unique(values) if v}


def measured(
    classes: int = 2, sets: tuple[str, ...] = ("a", "b"), m: int = 60, **options: object
) -> tuple[Objective, Objective, Columns, Disparities]:
    """Training and test rows, the sets of these, a few of which are in none, and what is measured."""
    o, test = make_objective(classes, weighted=True), make_objective(classes, n=m, seed=9)
    values = np.random.default_rng(1).choice([*sets, ""], size=m, p=[0.9 / len(sets)] * len(sets) + [0.1])
    columns = Columns(test.y, {"sex": values}, o.loss)
    quantity = Disparity(column="sex", **options).quantity(ParameterNames((), (), test=columns))
    assert isinstance(quantity, Disparities)
    return o, test, columns, quantity


def by_hand(of: str, theta: np.ndarray, test: Objective, first: np.ndarray, second: np.ndarray, sharp: bool) -> float:
    """A gap between two sets of rows, second minus first, written out; smooth where it is not ``sharp``."""
    z = test.X @ theta.ravel()
    p = 1.0 / (1.0 + np.exp(-z))
    if of == "demographic_parity":
        return float(p[second].mean() - p[first].mean())
    code = {"true_positive_rates": 1, "false_positive_rates": 0}[of]
    share = (z > 0).astype(float) if sharp else p
    means = [np.mean([share[i] for i in rows if test.y[i] == code]) for rows in (first, second)]
    return float(means[1] - means[0])


def refitted(o: Objective, rows: np.ndarray, times: float, start: np.ndarray | None = None) -> np.ndarray:
    weight = o.sample_weight.copy()
    weight[rows] *= times
    return fit(replace(o, sample_weight=weight), start).theta


def test_actual_effects_are_those_of_sets_under_scikit_learns_refits() -> None:
    o, test, columns, quantity = measured()
    block, sets = measured_block(measured_study(o, test, [quantity], GROUPS), GROUPS), columns.sets(("sex",))

    def theta(rows: np.ndarray) -> np.ndarray:
        model = LogisticRegression(C=1 / o.lam, solver="newton-cholesky", tol=1e-12, max_iter=500)
        model.fit(o.X[rows, :-1], o.y[rows], sample_weight=o.sample_weight[rows])
        return np.append(model.coef_, model.intercept_)

    def worst(at: np.ndarray) -> float:
        z = test.X @ at
        losses = np.log1p(np.exp(-(2 * test.y - 1) * z))
        return max(losses[rows].mean() for rows in sets.values())

    everything = np.arange(o.n)
    before = theta(everything)
    for g, rows in enumerate(GROUPS):
        after = theta(np.setdiff1d(everything, rows))
        change = [
            *(by_hand(of, after, test, *sets.values(), True) - by_hand(of, before, test, *sets.values(), True)
              for of in GAPS),
            worst(after) - worst(before),
        ]  # fmt: skip
        np.testing.assert_allclose(block.effect[3, :, g], change, atol=1e-7)
        assert (np.abs(block.effect[3, :, g] - change) <= block.error_estimate[3, :, g] + 1e-8).all()
    assert np.abs(block.effect[3, 1:3]).max() > 0  # some row changes sides


@pytest.mark.parametrize("sets", [("a", "b"), ("a", "b", "c")])
def test_influence_is_the_derivative_of_the_smooth_gaps_as_weights_fall(sets: tuple[str, ...]) -> None:
    o, test, columns, quantity = measured(sets=sets, of=GAPS)
    study = measured_study(o, test, [quantity], GROUPS)
    block, t, rows_of = measured_block(study, GROUPS), 1e-4, [*columns.sets(("sex",)).values()]
    pairs = [(i, j) for i in range(len(sets)) for j in range(i + 1, len(sets))]
    assert block.effect.shape[1] == len(GAPS) * len(pairs)
    for g, rows in enumerate(GROUPS):
        ends = [refitted(o, rows, times, study.fitted.theta) for times in (1 - t, 1 + t)]
        slope = [
            np.subtract(*(by_hand(of, theta, test, rows_of[i], rows_of[j], False) for theta in ends)) / (2 * t)
            for of in GAPS
            for i, j in pairs
        ]
        np.testing.assert_allclose(block.effect[0, :, g], slope, rtol=2e-5, atol=1e-8)


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_the_worst_loss_follows_the_set_that_is_worst_and_its_slope_that_at_the_fit(classes: int) -> None:
    o, test, columns, quantity = measured(classes, sets=("a", "b", "c"), of=("worst_loss",))
    study = measured_study(o, test, [quantity], GROUPS)
    block, sets, t = measured_block(study, GROUPS), columns.sets(("sex",)), 1e-4

    def means(theta: np.ndarray) -> list[float]:
        losses = test.loss.values((test.X @ theta.reshape(test.X.shape[1], -1))[:, :, None], test.y)[:, 0]
        return [losses[rows].mean() for rows in sets.values()]

    at_fit = means(study.fitted.theta)
    for g, rows in enumerate(GROUPS):
        actual = max(means(refitted(o, rows, 0.0))) - max(at_fit)
        np.testing.assert_allclose(block.effect[3, 0, g], actual, atol=1e-8)
        ends = [means(refitted(o, rows, times, study.fitted.theta))[np.argmax(at_fit)] for times in (1 - t, 1 + t)]
        np.testing.assert_allclose(block.effect[0, 0, g], np.subtract(*ends) / (2 * t), rtol=2e-5, atol=1e-8)


def test_where_another_set_overtakes_exact_readouts_have_it_and_linear_ones_do_not() -> None:
    """Two sets of one row each with nearly the same loss at the fit, of opposite classes: what helps one hurts the
    other, so that the worst never falls by more than their distance."""
    o = make_objective(2)
    fitted, x = fit(o), np.array([0.0, 0.0, 0.0, 0.0, 1.0])
    x[0] = -fitted.theta[-1] / fitted.theta[0]  # a score of 0, where both classes have the loss log 2
    test = Objective(np.vstack([x, x]), np.array([0.0, 1.0]), np.ones(2), 0.0, o.loss)
    columns = Columns(test.y, {"sex": np.array(["a", "b"])})
    quantity = Disparity(column="sex", of=("worst_loss",)).quantity(ParameterNames((), (), test=columns))
    groups = tuple(np.array([i]) for i in range(o.n))
    block = measured_block(measured_study(o, test, [quantity], groups), groups)
    assert block.effect[0, 0].min() < -1e-3  # influence sees the first set fare better
    assert block.effect[1:, 0].min() > -1e-9
    moved = np.abs((block.theta - fitted.theta) @ x)
    np.testing.assert_allclose(block.effect[3, 0], np.logaddexp(0.0, moved) - np.log(2.0), atol=1e-8)


def test_what_is_named_is_compared_in_that_order_and_labels_stay() -> None:
    _, _, columns, quantity = measured(sets=("a", "b", "c"))
    some = Disparity(column="sex", values=["c", "a"], of=["false_positive_rates", "worst_loss"])
    names = ParameterNames((), (), test=columns)
    every = Disparity(column="sex").value_names(names)
    assert [*every.values()][:4] == ["parity, b minus a", "parity, c minus a", "parity, c minus b", "TPR, b minus a"]
    assert [*every] == [*quantity.labels(())]
    assert [*some.value_names(names).values()] == ["FPR, a minus c", "worst loss"]
    assert len({*every}) == 10
    same = Disparity(column="sex", values=["a", "c"], of=["false_positive_rates"]).value_names(names)
    assert same.items() <= every.items()
    assert not {*some.value_names(names)} & {*every}  # the other way round, and the worst of two sets alone


def test_numbers_are_named_with_their_column() -> None:
    columns = Columns(np.array([0.0, 1.0, 0.0, 1.0]), {"male": np.array(["0", "0", "1", "1"])})
    names = Disparity(column="male", values=[1, 0]).value_names(ParameterNames((), (), test=columns))
    assert [*names.values()] == [
        "parity, male=0 minus male=1",
        "TPR, male=0 minus male=1",
        "FPR, male=0 minus male=1",
        "worst loss",
    ]


def test_a_gap_has_the_other_sign_the_other_way_round() -> None:
    o, test, columns, _ = measured()
    names = ParameterNames((), (), test=columns)
    there, back = (Disparity(column="sex", values=v, of=GAPS).quantity(names) for v in (["a", "b"], ["b", "a"]))
    blocks = [measured_block(measured_study(o, test, [q], GROUPS), GROUPS) for q in (there, back)]
    np.testing.assert_allclose(blocks[0].effect, -blocks[1].effect, atol=1e-15)
    np.testing.assert_allclose(blocks[0].error_estimate, blocks[1].error_estimate, rtol=1e-12)


def test_rows_at_the_boundary_are_the_error_estimate_of_exact_readouts_alone() -> None:
    """Three of the rows of class 1 in the second set are put on the boundary of the refit without the first group."""
    o, test, columns, _ = measured()
    theta = measured_block(measured_study(o, test, [TEST_LOSS], GROUPS), GROUPS).theta[0]
    second = columns.sets(("sex",))["b"]
    positive = second[test.y[second] == 1]
    X, rows = test.X.copy(), positive[:3]
    X[rows, :-1] -= np.outer(X[rows] @ theta, theta[:-1]) / (theta[:-1] @ theta[:-1])
    quantity = Disparity(column="sex", of=GAPS[1:]).quantity(ParameterNames((), (), test=columns))
    block = measured_block(measured_study(o, replace(test, X=X), [quantity], GROUPS), GROUPS)
    np.testing.assert_allclose(block.error_estimate[3, 0], [3 / positive.size, 0.0, 0.0], atol=1e-15)
    np.testing.assert_array_equal(block.error_estimate[3, 1], [0.0, 0.0, 0.0])
    assert (block.error_estimate[0] > 0).all()  # a slope is not counted
    assert (block.error_estimate[0] < 1e-8).all()


def test_what_is_retrained_and_other_effects_stay_as_they_are_beside_them() -> None:
    o, test, _, quantity = measured()
    alone = measured_block(measured_study(o, test, [TEST_LOSS], GROUPS), GROUPS)
    both = measured_block(measured_study(o, test, [quantity, TEST_LOSS], GROUPS), GROUPS)
    assert both.theta.tobytes() == alone.theta.tobytes()
    np.testing.assert_array_equal(both.effect[:, 4:], alone.effect)


def test_scales_and_norms_are_those_written_out() -> None:
    o, test, _, quantity = measured(of=("demographic_parity", "worst_loss"))
    study = measured_study(o, test, [quantity], GROUPS)
    block = measured_block(study, GROUPS)
    assert study.scales["disparity"] == pytest.approx(np.abs(block.effect[0]).max(), rel=1e-9)
    t, norms = 1e-6, []
    for measure in quantity.measures(study.test, block.at.changed):

        def value(theta: np.ndarray, parts: tuple = measure.parts) -> float:
            return sum(float(part.values(part.scores(theta[:, None]))[0, 0]) for part in parts)

        steps = t * np.eye(o.size)
        gradient = np.array([value(study.fitted.theta + e) - value(study.fitted.theta - e) for e in steps]) / (2 * t)
        norms.append(np.sqrt(gradient @ study.fitted.factor.solve(gradient[:, None])[:, 0]))
    np.testing.assert_allclose(study.gradient_norms["disparity"], norms, rtol=1e-6)


@pytest.mark.parametrize("function", [PROBABILITY, PREDICTED])
@pytest.mark.parametrize("weight", [0.25, -0.25])
def test_the_least_and_the_largest_hold_what_scores_that_move_come_to(function: object, weight: float) -> None:
    rng, loss = np.random.default_rng(0), loss_for(2)
    z, reach = 2.0 * rng.normal(size=(4, 1, 1)), np.array([[0.1], [0.5], [2.0], [0.0]])
    rows = Objective(np.ones((4, 1)), np.zeros(4), np.ones(4), 0.0, loss)
    part = MeanPart(RowsPart(function, rows, summed=True, place=slice(0, 4)), weight)  # type: ignore[arg-type]
    low, high = part.between(z, reach)
    moved = z + reach[:, None] * np.linspace(-1.0, 1.0, 41) * rng.choice([-1.0, 1.0], size=(4, 1, 1))
    values = part.values(moved)
    assert low[0, 0] <= values.min()
    assert values.max() <= high[0, 0]
    ends = np.sort([part.values(z - reach[:, None])[0, 0], part.values(z + reach[:, None])[0, 0]])
    np.testing.assert_allclose([low[0, 0], high[0, 0]], ends, atol=1e-13)  # and no more than that


def test_the_steepness_of_a_probability_is_the_largest_of_its_derivatives() -> None:
    z, loss, t = np.linspace(-12.0, 12.0, 200_001)[:, None, None], loss_for(2), 1e-4
    steep = PROBABILITY.steepness(loss)
    assert steep is not None
    y, one = np.zeros(z.size), np.ones_like(z)
    second = PROBABILITY.curvature(loss, z, y, one)
    third = (PROBABILITY.curvature(loss, z + t, y, one) - PROBABILITY.curvature(loss, z - t, y, one)) / (2 * t)
    found = [np.abs(PROBABILITY.slopes(loss, z, y)).max(), np.abs(third).max(), second.min(), second.max()]
    np.testing.assert_allclose([steep.slope, steep.third, steep.least, steep.most], found, rtol=1e-7)
    slope = (PROBABILITY.values(loss, z + t, y) - PROBABILITY.values(loss, z - t, y)) / (2 * t)
    np.testing.assert_allclose(PROBABILITY.slopes(loss, z, y)[:, 0], slope, atol=1e-8)


def problem_of(y: list[int], sex: list[str], loss: Loss | None = None, **options: object) -> tuple[str, str] | None:
    columns = Columns(np.array(y, dtype=float), {"sex": np.array(sex)}, loss or loss_for(2))
    return Disparity(**{"column": "sex", **options}).check(ParameterNames((), (), test=columns))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("y", "sex", "options", "key", "said"),
    [
        ([0, 1], ["a", "b"], {"column": "sx"}, "column", "found 'sx'"),
        ([0, 1], ["a", "a"], {}, "column", "two values of sex at least, found a alone"),
        ([0, 1], ["", ""], {}, "column", "found none"),
        ([0, 1, 0, 1], ["f", "f", "m", "m"], {"values": ["f", "mm"]}, "values", "found 'mm'; did you mean 'm'?"),
        (
            [0, 1, 0, 0],
            ["f", "f", "m", "m"],
            {},
            "column",
            "a test row of class yes in every set of sex, without which",
        ),
        ([0, 1, 0, 0], ["f", "f", "m", "m"], {"of": ["true_positive_rates"]}, "of", "found none in m; name other"),
        ([1, 1, 0, 1], ["f", "f", "m", "m"], {"of": ["false_positive_rates"]}, "of", "of class no in every set"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(
    y: list[int], sex: list[str], options: dict[str, object], key: str, said: str
) -> None:
    problem = problem_of(y, sex, **options)
    assert problem is not None
    assert problem[0] == key
    assert said in problem[1]


def test_a_set_without_a_class_is_no_problem_where_no_rate_is_asked_for() -> None:
    assert problem_of([0, 1, 0, 0], ["f", "f", "m", "m"], of=["demographic_parity", "worst_loss"]) is None


@pytest.mark.parametrize("loss", [loss_for(0), loss_for(3), loss_for(2, "hinge")])
def test_rates_and_parity_are_of_the_logistic_loss_of_two_classes_and_the_worst_loss_of_any(loss: Loss) -> None:
    rows = [0, 1, 0, 1], ["f", "f", "m", "m"]
    assert problem_of(*rows, loss) is None
    for name in GAPS:
        problem = problem_of(*rows, loss, of=[name])
        assert problem is not None
        assert problem[0] == "of"
        assert (
            f"expected worst_loss with the {loss.label}, found {name}, which is defined for two classes" in problem[1]
        )
    names = ParameterNames((), (), test=Columns(np.array([0.0, 1.0]), {"sex": np.array(["f", "m"])}, loss))
    assert [*Disparity(column="sex").value_names(names).values()] == ["worst loss"]


def test_every_two_of_many_sets_are_not_compared_and_the_worst_of_them_is_told() -> None:
    many = [str(i) for i in range(MOST_COMPARED + 1) for _ in range(2)]
    problem = problem_of([0, 1] * (MOST_COMPARED + 1), many)
    assert problem is not None
    assert "at most 12 sets of which every two are compared, found 13 by sex; name some in values" in problem[1]
    assert problem_of([0, 1] * (MOST_COMPARED + 1), many, of=["worst_loss"]) is None
    assert problem_of([0, 1] * (MOST_COMPARED + 1), many, values=["0", "7", "12"]) is None
