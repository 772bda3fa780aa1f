"""Effects of single rows do not depend on how they are cut into chunks, and distances are Euclidean."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from scipy.spatial.distance import cdist
from support.problems import make_objective

from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.evaluations.test_margin import TEST_MARGIN
from groupinf.effects.test_rows import TestRows
from groupinf.numerics.fit import fit
from groupinf.points.distances import distances
from groupinf.points.point_effects import point_effects

COLUMNS = ("influence", "without_hessian", "without_train_loss", "inner_product", "newton")


@pytest.mark.parametrize("sums", [(), (slice(0, 4), slice(4, 9))])
@pytest.mark.parametrize("as_sparse", [False, True])
def test_chunks_change_nothing(as_sparse: bool, sums: tuple[slice, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    o = make_objective(3, weighted=True, as_sparse=as_sparse)
    fitted, rows = fit(o), replace(o.at(slice(20, 29)), sample_weight=np.ones(9), lam=0.0)
    test = TestRows(rows, (-2, -3) if sums else tuple(range(9)), sums)
    whole = point_effects(fitted, test, [TEST_LOSS, TEST_MARGIN])
    monkeypatch.setattr("groupinf.points.point_effects.MOVED_TOGETHER", 40)
    monkeypatch.setattr("groupinf.points.point_effects.SOLVED_TOGETHER", 7)
    cut = point_effects(fitted, test, [TEST_LOSS, TEST_MARGIN])
    for name in COLUMNS:
        np.testing.assert_allclose(
            getattr(cut.effects, name), getattr(whole.effects, name), rtol=1e-9, atol=1e-12, err_msg=name
        )
    assert cut.values == whole.values == tuple((e, t) for e in ("test_loss", "test_margin") for t in test.labels)
    some = point_effects(fitted, test, [TEST_LOSS, TEST_MARGIN], np.array([50, 2]))
    np.testing.assert_allclose(some.effects.newton, whole.effects.newton[:, [50, 2]], rtol=1e-9)
    np.testing.assert_array_equal(some.scores.leverage, whole.scores.leverage[[50, 2]])


def test_a_sum_over_test_rows_is_the_sum_of_their_effects() -> None:
    o = make_objective(2)
    fitted, rows = fit(o), replace(o.at(slice(20, 25)), lam=0.0)
    single = point_effects(fitted, TestRows(rows, tuple(range(5))), [TEST_LOSS])
    summed = point_effects(fitted, TestRows(rows, (-1,), (slice(0, 5),)), [TEST_LOSS])
    for name in COLUMNS:
        expected = getattr(single.effects, name).sum(axis=0)
        np.testing.assert_allclose(getattr(summed.effects, name)[0], expected, rtol=1e-9, atol=1e-12)


def test_distances_are_euclidean_and_none_to_a_row_that_is_alike() -> None:
    rng = np.random.default_rng(0)
    X = np.where(rng.uniform(size=(5000, 6)) < 0.5, 0.0, rng.normal(size=(5000, 6)))
    others = np.vstack([X[17], rng.normal(size=(2, 6))])
    found = distances(X, others)
    np.testing.assert_allclose(found, cdist(others, X), rtol=1e-12)
    assert found[0, 17] == 0.0
    by_products = distances(sparse.csr_array(X), sparse.csr_array(others))
    np.testing.assert_allclose(by_products, found, atol=1e-6)
    np.testing.assert_allclose(np.delete(by_products[0], 17), np.delete(found[0], 17), rtol=1e-9, atol=1e-7)
