"""Every number of a repeat is that of scikit-learn, or of a few lines of NumPy, on the same flipped labels."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
from support.registered import registered

from groupinf.experiments.driver import execute_study
from groupinf.experiments.workers.progress import Silent
from groupinf.numerics.losses.loss import Array
from groupinf.studies.load import load_config
from groupinf.studies.repair_labels.orders.order import Known, Order
from groupinf.studies.repair_labels.orders.registry import ORDERS
from groupinf.studies.repair_labels.result import RepairRun
from groupinf.studies.repair_labels.study import REPAIR_LABELS

N, D, LAM_OVER_N = 90, 4, 0.02
LAM = LAM_OVER_N * N


def rows(classes: int, seed: int = 3) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N + 60, D))
    scores = X @ rng.normal(size=(D, classes)) + 0.4 * rng.normal(size=(N + 60, classes))
    y = scores.argmax(axis=1)
    return {"X_train": X[:N], "y_train": y[:N], "X_test": X[N:], "y_test": y[N:]}


def run_of(folder: Path, data: dict[str, Array], **changes: Any) -> RepairRun:
    np.savez(folder / "rows.npz", **data)
    config = {
        "study": "repair_labels",
        "name": "small",
        "dataset": {"npz": str(folder / "rows.npz")},
        "regularization": {"lambda_over_n": LAM_OVER_N},
        "flip": 12,
        "repeats": 2,
        "inspect": {"max": 30, "num": 4},
        **changes,
    }
    run: RepairRun = execute_study(REPAIR_LABELS, load_config(config), folder / "out", 1, False, Silent())
    return run


def labels_of(run: RepairRun, repeat: int, y: Array) -> Array:
    """The labels of a repeat, by the table of flips."""
    flips = run.flips[run.flips["repeat"] == repeat]
    assert (flips["label"].astype(int) == y[flips["row"]]).all()
    assert (flips["label"] != flips["flipped_label"]).all()
    flipped = y.copy()
    flipped[flips["row"]] = flips["flipped_label"].astype(int)
    return flipped


def repaired(run: RepairRun, repeat: int, order: str, inspected: int, y: Array) -> Array:
    """The labels once the first rows of an order are inspected, by the ranks in the table of flips."""
    flips = run.flips[run.flips["repeat"] == repeat]
    found = flips["row"][flips[f"rank_{order}"] <= inspected]
    labels = labels_of(run, repeat, y)
    labels[found] = y[found]
    return labels


def peer(X: Array, y: Array, intercept: bool = True) -> LogisticRegression:
    return LogisticRegression(C=1 / LAM, tol=1e-12, max_iter=20_000, fit_intercept=intercept, solver="lbfgs").fit(X, y)


@pytest.mark.parametrize(("classes", "intercept"), [(2, "free"), (2, "none"), (3, "free")])
def test_refits_are_those_of_scikit_learn(classes: int, intercept: str, tmp_path: Path) -> None:
    data = rows(classes)
    run = run_of(tmp_path, data, model={"intercept": intercept}, orders=["self_influence", "training_loss", "random"])
    for row in run.repairs.to_dict("records"):
        y = repaired(run, row["repeat"], row["order"], row["inspected"], data["y_train"])
        model = peer(data["X_train"], y, intercept == "free")
        p = model.predict_proba(data["X_test"])[np.arange(60), data["y_test"]]
        assert row["test_accuracy"] == pytest.approx(model.score(data["X_test"], data["y_test"]), abs=1e-12)
        assert row["test_loss"] == pytest.approx(-np.log(p).mean(), rel=1e-5)
        assert row["found"] == (run.flips["repeat"] == row["repeat"]).sum() - (y != data["y_train"]).sum()
    clean = peer(data["X_train"], data["y_train"], intercept == "free")
    assert run.repeats["clean_accuracy"].tolist() == [pytest.approx(clean.score(data["X_test"], data["y_test"]))] * 2
    first = run.repairs[(run.repairs["inspected"] == 0) & (run.repairs["order"] == "random")]
    assert run.repeats["flipped_accuracy"].tolist() == first["test_accuracy"].tolist()
    assert (run.repairs["uncertain"] == 0).all()
    assert (run.repairs["loss_error"] < 1e-8).all()


@pytest.mark.parametrize("classes", [2, 3])
def test_a_test_row_without_any_feature_is_not_uncertain(classes: int, tmp_path: Path) -> None:
    """Without an intercept its score is 0 whatever the model, and its class that of a rule."""
    data = rows(classes)
    data["X_test"][[3, 11]] = 0.0
    run = run_of(tmp_path, data, model={"intercept": "none"}, orders=["random"], repeats=1)
    assert (run.repairs["uncertain"] == 0).all()
    kept = run_of(tmp_path, data, model={"intercept": "penalised"}, orders=["random"], repeats=1)
    assert (kept.repairs["uncertain"] == 0).all()


def test_fewer_rows_than_features_are_refitted_in_their_span(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    X = rng.normal(size=(100, 150))
    y = (X @ rng.normal(size=150) > 0).astype(int)
    data = {"X_train": X[:N], "y_train": y[:N], "X_test": X[N:], "y_test": y[N:]}
    run = run_of(tmp_path, data, orders=["leave_one_out"], repeats=1)
    for row in run.repairs.to_dict("records"):
        model = peer(X[:N], repaired(run, 0, "leave_one_out", row["inspected"], y[:N]))
        p = model.predict_proba(X[N:])[np.arange(10), y[N:]]
        assert row["test_loss"] == pytest.approx(-np.log(p).mean(), rel=1e-5)


def test_refits_of_sparse_rows_far_from_the_fit_are_those_of_scikit_learn(tmp_path: Path) -> None:
    """Passes over few entries: refits go by the diagonal, to the same minimum."""
    rng = np.random.default_rng(5)
    X = sparse.random_array((760, 300), density=0.02, rng=rng, format="csr")
    y = (np.asarray(X @ rng.normal(size=300)) > 0).astype(int)
    for name, part in (("train", X[:700]), ("test", X[700:])):
        sparse.save_npz(tmp_path / f"{name}.npz", part)
    labels = {"y_train": y[:700], "y_test": y[700:]}
    files = {"X_train": str(tmp_path / "train.npz"), "X_test": str(tmp_path / "test.npz")}
    dataset = {"npz": str(tmp_path / "rows.npz"), **files}
    few = {"model": {"intercept": "none"}, "flip": 70, "orders": ["training_loss"], "repeats": 1}
    lam = {"regularization": {"lambda_over_n": 1e-3}}
    run = run_of(tmp_path, labels, dataset=dataset, inspect={"max": 300, "num": 3}, **few, **lam)
    for row in run.repairs.to_dict("records"):
        model = LogisticRegression(C=1 / 0.7, tol=1e-12, max_iter=20_000, fit_intercept=False)
        model.fit(X[:700], repaired(run, 0, "training_loss", row["inspected"], labels["y_train"]))
        p = model.predict_proba(X[700:])[np.arange(60), labels["y_test"]]
        assert row["test_loss"] == pytest.approx(-np.log(p).mean(), rel=1e-5)


def test_every_order_ranks_by_its_formula_at_the_fit_to_the_flipped_labels(tmp_path: Path) -> None:
    """Two classes without an intercept: H, leverages and leave-one-out Newton steps written out."""
    data, X = rows(2), rows(2)["X_train"]
    run = run_of(tmp_path, data, model={"intercept": "none"}, orders=[*ORDERS], repeats=3)
    for repeat in range(3):
        y = labels_of(run, repeat, data["y_train"])
        z = X @ peer(X, y, intercept=False).coef_[0]
        p = expit(z)
        r, a = p - y, p * (1 - p)
        H = X.T @ (a[:, None] * X) + LAM * np.eye(D)
        q = np.einsum("ij,ij->i", X, np.linalg.solve(H, X.T).T)
        without = z + r * q / (1 - a * q)
        loss, left_out = (np.logaddexp(0, -(2 * y - 1) * score) for score in (z, without))
        scores = {
            "self_influence": r**2 * q,
            "training_loss": loss,
            "leave_one_out": left_out,
            "leave_one_out_influence": r**2 * q / (1 - a * q),
            "leave_one_out_rise": left_out - loss,
            "cooks_distance": r**2 * q / (1 - a * q) ** 2,
            "leverage": a * q,
        }
        flips = run.flips[run.flips["repeat"] == repeat]
        for order, score in scores.items():
            ranks = 1 + np.argsort(np.argsort(-score))
            assert flips[f"rank_{order}"].tolist() == ranks[flips["row"]].tolist(), order
    assert set(scores) | {"random"} == set(ORDERS)


def test_softmax_is_ranked_by_its_blocks(tmp_path: Path) -> None:
    """Three classes: gᵢᵀH⁻¹gᵢ with the whole Hessian."""
    data = rows(3)
    orders = ["self_influence", "training_loss", "leave_one_out_influence"]
    run = run_of(tmp_path, data, model={"intercept": "none"}, orders=orders, repeats=1)
    X, y = data["X_train"], labels_of(run, 0, data["y_train"])
    p = softmax(X @ peer(X, y, intercept=False).coef_.T, axis=1)
    R = p - np.eye(3)[y]
    each = [np.kron(np.diag(q) - np.outer(q, q), np.outer(x, x)) for x, q in zip(X, p, strict=True)]
    H = LAM * np.eye(3 * D) + np.sum(each, axis=0)
    g = np.stack([np.kron(r, x) for r, x in zip(R, X, strict=True)])
    scores = {
        "self_influence": np.einsum("ij,ij->i", g, np.linalg.solve(H, g.T).T),
        "training_loss": -np.log(p[np.arange(N), y]),
        "leave_one_out_influence": np.array(
            [row @ np.linalg.solve(H - own, row) for row, own in zip(g, each, strict=True)]
        ),
    }
    for order, score in scores.items():
        ranks = 1 + np.argsort(np.argsort(-score))
        assert run.flips[f"rank_{order}"].tolist() == ranks[run.flips["row"]].tolist()


def test_a_support_vector_machine_is_refitted_as_it_is(tmp_path: Path) -> None:
    data = rows(2)
    model = {"loss": "hinge", "intercept": "none"}
    run = run_of(tmp_path, data, model=model, orders=["training_loss", "random"], repeats=1)
    [note] = run.manifest.notes
    assert note.startswith("orders score rows with the derivatives of a smooth version of the hinge loss, whose")
    X, X_test = data["X_train"], data["X_test"]
    for row in run.repairs.to_dict("records"):
        y = repaired(run, 0, row["order"], row["inspected"], data["y_train"])
        # without an intercept: every row beside its mirror image of the other class, at half the weight
        both, labels = np.vstack([X, -X]), np.concatenate([y, 1 - y])
        machine = SVC(C=0.5 / LAM, kernel="linear", tol=1e-10).fit(both, labels)
        z = X_test @ machine.coef_[0]
        margin = (2 * data["y_test"] - 1) * z
        assert row["test_loss"] == pytest.approx(np.maximum(0, 1 - margin).mean(), rel=1e-5)
        assert row["test_accuracy"] == pytest.approx((margin > 0).mean())


class FirstRows(Order):
    """Rows as they stand."""

    name: ClassVar = "first_rows"
    label: ClassVar = "First rows"
    in_text: ClassVar = "as they stand"
    equation: ClassVar = "−i"
    source: ClassVar = "a test"
    colour: ClassVar = "#000000"
    marker: ClassVar = "o"

    def score(self, known: Known) -> Array:
        """Falling."""
        return -np.arange(known.fitted.objective.n, dtype=np.float64)


def test_what_is_found_is_counted_by_hand(tmp_path: Path) -> None:
    """Rows inspected as they stand: flips among the first rows are those with a smaller number."""
    with registered(ORDERS, FirstRows):
        run = run_of(tmp_path, rows(2), orders=["first_rows"])
    for repeat, table in run.repairs.groupby("repeat"):
        flipped = run.flips[run.flips["repeat"] == repeat]["row"]
        assert table["inspected"].tolist() == [0, 10, 20, 30]
        found = [int((flipped < inspected).sum()) for inspected in (0, 10, 20, 30)]
        assert table["found"].tolist() == found
        assert table["found_share"].tolist() == [count / 12 for count in found]
        np.testing.assert_array_equal(
            table["precision"], [np.nan, *(count / (10 * (i + 1)) for i, count in enumerate(found[1:]))]
        )
        assert table["share"].tolist() == [0, 10 / 90, 20 / 90, 30 / 90]
        trapezoids = sum((a + b) / 2 for a, b in pairwise(found)) / 3 / 12
        assert run.repeats["found_area_first_rows"][repeat] == pytest.approx(trapezoids)
    assert run.flips["rank_first_rows"].tolist() == (run.flips["row"] + 1).tolist()


@pytest.mark.parametrize(
    ("classes", "model"), [(2, {}), (3, {}), (2, {"loss": "hinge", "intercept": "none"}), (2, {"loss": "smooth_hinge"})]
)
def test_a_repeat_that_finds_nothing_keeps_its_model(classes: int, model: dict[str, Any], tmp_path: Path) -> None:
    """Nothing is put right in any order: every model is that of the flipped labels."""
    few = {"flip": 1, "inspect": {"max": 2, "num": 3}, "orders": ["random"], "repeats": 1}
    run = run_of(tmp_path, rows(classes), model=model, **few)
    assert run.repairs["found"].tolist() == [0, 0, 0]
    assert run.repairs["test_loss"].nunique() == 1
    if not model:
        X, X_test, y_test = (rows(classes)[name] for name in ("X_train", "X_test", "y_test"))
        p = peer(X, labels_of(run, 0, rows(classes)["y_train"])).predict_proba(X_test)[np.arange(60), y_test]
        assert run.repairs["test_loss"][0] == pytest.approx(-np.log(p).mean(), rel=1e-5)


def test_a_row_without_a_score_comes_last_and_ties_fall_by_the_seed(tmp_path: Path) -> None:
    class Blank(FirstRows):
        name: ClassVar = "blank"

        def score(self, known: Known) -> Array:
            score = np.zeros(known.fitted.objective.n)
            score[:45] = np.nan
            return score

    with registered(ORDERS, Blank):
        run = run_of(tmp_path, rows(2), orders=["blank"], repeats=6)
    blank = run.flips["row"] < 45
    assert (run.flips["rank_blank"][blank] > 45).all()
    tied = run.flips[~blank]
    assert tied["rank_blank"].is_monotonic_increasing is False
    assert (tied["rank_blank"] <= 45).all()


def test_flips_of_a_repeat_depend_on_neither_orders_nor_other_repeats(tmp_path: Path) -> None:
    data = rows(3)
    few = run_of(tmp_path, data, orders=["random", "training_loss"], repeats=2)
    more = run_of(tmp_path, data, orders=["leave_one_out", "training_loss", "random"], repeats=3)
    same = more.flips[more.flips["repeat"] < 2]
    columns = ["repeat", "row", "label", "flipped_label", "rank_random", "rank_training_loss"]
    pd.testing.assert_frame_equal(few.flips[columns], same[columns])
    assert set(few.flips["row"][few.flips["repeat"] == 0]) != set(few.flips["row"][few.flips["repeat"] == 1])
    # all three pairs of classes occur, in both directions
    assert len(more.flips[["label", "flipped_label"]].drop_duplicates()) == 6


def test_the_seed_decides_which_labels_are_flipped(tmp_path: Path) -> None:
    data = rows(2)
    drawn = {tuple(run_of(tmp_path, data, seed=seed, repeats=1).flips["row"]) for seed in (0, 1, 2)}
    assert len(drawn) == 3
