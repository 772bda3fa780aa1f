"""Single rows of a run: every column is that of the registered methods on the row's own group, whatever the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from support.runs import collect_run, execute_shard, unreported

from groupinf.errors import ConfigError
from groupinf.experiments.workers.progress import Silent
from groupinf.experiments.workers.shards import Shard
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.lambda_sweep.open import GROUP_SWEEP
from groupinf.studies.group_effects.memory import work_of
from groupinf.studies.group_effects.result import Run
from groupinf.studies.linear.configured_model import model_of
from groupinf.studies.linear.lambda_sweep import plan_sweep
from groupinf.studies.load import load_config

METHODS = ("influence", "newton", "without_hessian", "without_train_loss", "inner_product")
PAIR = ["row", "evaluation", "test_point"]
N, M, D = 36, 5, 4


def data(folder: Path, classes: int, n: int = N, d: int = D, weights: bool = False, as_sparse: bool = False) -> str:
    """Random rows, their features of different sizes."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(n + M, d)) * np.logspace(0.0, 1.0, d)
    y = rng.integers(classes, size=n + M) if classes else X[:, 0] + rng.normal(size=n + M)
    if classes:
        y[: 2 * classes] = np.repeat(np.arange(classes), 2)
    arrays: dict[str, Any] = {"y_train": y[:n], "y_test": y[n:]}
    if weights:
        arrays["sample_weight_train"] = rng.uniform(0.3, 2.0, size=n)
    if as_sparse:
        X[np.abs(X) < 1.0] = 0.0
        for name, part in (("X_train", X[:n]), ("X_test", X[n:])):
            csr = sparse.csr_array(part)
            parts = {"data": csr.data, "indices": csr.indices, "indptr": csr.indptr, "shape": np.array(csr.shape)}
            arrays |= {f"{name}_{key}": value for key, value in parts.items()}
    else:
        arrays |= {"X_train": X[:n], "X_test": X[n:]}
    path = folder / "rows.npz"
    np.savez(path, **arrays)
    return str(path)


def study(path: str, **changed: Any) -> dict[str, Any]:
    return {
        "name": "points",
        "dataset": {"npz": path},
        "regularization": {"lambda_over_n": 0.05},
        "groups": {"builders": [{"builder": "single_rows", "rows": "all"}]},
        "test_points": {"indices": [0, 3]},
        "methods": list(METHODS),
        "points": True,
        **changed,
    }


def points_of(run: Run) -> pd.DataFrame:
    assert run.points is not None
    return run.points


def check_columns(run: Run) -> None:
    """Every column against the effects of the group of the row."""
    points = points_of(run).set_index(PAIR)
    effects = run.effects.assign(row=run.effects["group_name"].map(run.groups.set_index("name")["group"]))
    archive = np.load(run.path / "groups.npz")
    effects["row"] = archive["indices"][archive["indptr"][effects["group"]]]
    wide = effects.pivot_table(index=PAIR, columns="method", values="effect")
    on_points = wide[wide.index.get_level_values("evaluation") != "self_loss"]
    assert len(on_points) == len(points)
    found = points.loc[on_points.index]
    for name in (*METHODS, "actual"):
        scale = on_points[name].abs().max()
        np.testing.assert_allclose(found[name], on_points[name], rtol=1e-7, atol=1e-9 * scale, err_msg=name)
    own = wide.xs("self_loss", level="evaluation").droplevel("test_point")
    rows = points_of(run).drop_duplicates("row").set_index("row").loc[own.index]
    for name, method in (("self_influence", "influence"), ("self_newton", "newton"), ("self_actual", "actual")):
        scale = own[method].abs().max()
        np.testing.assert_allclose(rows[name], own[method], rtol=1e-7, atol=1e-9 * scale, err_msg=name)
    errors = effects[effects["method"] == "actual"].set_index(PAIR)["error_estimate"]
    np.testing.assert_array_equal(found["error_estimate"], errors.loc[on_points.index])


CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "two classes": ({"classes": 2}, {}),
    "weights": ({"classes": 2, "weights": True}, {}),
    "sparse": ({"classes": 2, "as_sparse": True}, {}),
    "no intercept": ({"classes": 2}, {"model": {"intercept": "none"}}),
    "penalised intercept": ({"classes": 3}, {"model": {"intercept": "penalised"}}),
    "softmax": ({"classes": 3, "weights": True}, {}),
    "regression": ({"classes": 0, "weights": True}, {}),
    "fewer rows than features": ({"classes": 2, "n": 12, "d": 20}, {}),
    "smooth hinge": ({"classes": 2}, {"model": {"loss": "smooth_hinge", "temperature": 0.5}}),
    "hinge": ({"classes": 2}, {"model": {"loss": "hinge", "smoothing": 0.1, "intercept": "none"}}),
    "linearised": (
        {"classes": 2},
        {"model": {"linearised": {"loss": "smooth_hinge", "temperature": 0.5}, "intercept": "none"}},
    ),
    "measured": ({"classes": 2}, {"model": {"measured": {"loss": "smooth_hinge", "temperature": 0.5}}}),
    "kernel": ({"classes": 2}, {"model": {"kernel": {"name": "rbf"}}}),
    "sums": ({"classes": 2}, {"test_points": {"all": True}}),
}


@pytest.mark.parametrize("case", CASES)
def test_columns_are_those_of_the_methods_on_single_rows(case: str, tmp_path: Path) -> None:
    made, changed = CASES[case]
    path = data(tmp_path, **made)
    dataset = {"npz": path, "task": "classification" if made["classes"] else "regression"}
    run = unreported(study(path, dataset=dataset, **changed), tmp_path / "runs")
    check_columns(run)


SMALL = {"groups": {"builders": [{"builder": "single_rows", "random": 3}]}, "methods": ["influence"]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("points")


@pytest.fixture(scope="module")
def small(folder: Path) -> dict[str, Any]:
    """A study of three groups, with everything that is told of points."""
    return study(data(folder, 3), **SMALL, points={"show": 2, "perturbation": {"rows": [7, 30]}})


@pytest.fixture(scope="module")
def run(small: dict[str, Any], folder: Path) -> Run:
    return unreported(small, folder / "runs")


def test_without_the_key_a_run_is_the_same_as_it_was(small: dict[str, Any], run: Run, tmp_path: Path) -> None:
    without = {key: value for key, value in small.items() if key != "points"}
    plain = unreported(without, tmp_path)
    off = unreported({**without, "points": False}, tmp_path)
    assert (plain.points, plain.perturbation, plain.shown) == (None, None, None)
    assert off.path.name == plain.path.name != run.path.name
    assert "points" not in plain.config
    pd.testing.assert_frame_equal(plain.effects.drop(columns="run"), run.effects.drop(columns="run"))
    assert {"points.npz", "points.parquet", "shown.npz", "perturbation.parquet"} & set(plain.manifest.files) == set()


def test_points_are_added_to_a_finished_run_without_retraining(small: dict[str, Any], run: Run, tmp_path: Path) -> None:
    without = unreported({key: value for key, value in small.items() if key != "points"}, tmp_path)
    told = "points={show: 2, perturbation: {rows: [7, 30]}}"
    added = evaluate(without.path, [told], None, 1, Silent())
    pd.testing.assert_frame_equal(points_of(added), points_of(run), rtol=1e-10)
    pd.testing.assert_frame_equal(added.perturbation, run.perturbation, rtol=1e-9)
    assert added.shown is not None
    assert run.shown is not None
    np.testing.assert_array_equal(added.shown.X, run.shown.X)
    elsewhere = evaluate(run.path, ["test_points={indices: [1]}"], None, 1, Silent())
    assert set(points_of(elsewhere)["test_point"]) == {1}
    dropped = evaluate(run.path, ["points=false"], None, 1, Silent())
    assert (dropped.points, dropped.perturbation, dropped.shown) == (None, None, None)


def test_shards_and_blocks_change_no_byte(small: dict[str, Any], run: Run, tmp_path: Path) -> None:
    loaded = load_config({**small, "block_width": 1})
    for number in (1, 2):
        done = execute_shard(loaded, tmp_path, 1, Shard(number, 2), Silent())
    collected = collect_run(done.path, Silent())
    pd.testing.assert_frame_equal(points_of(collected), points_of(run), rtol=1e-12)
    assert collected.manifest.files["points.npz"] == run.manifest.files["points.npz"]


def test_some_rows_are_told_as_among_all(small: dict[str, Any], run: Run, tmp_path: Path) -> None:
    some = points_of(unreported({**small, "points": {"rows": [30, 4]}}, tmp_path))
    assert some["row"].drop_duplicates().tolist() == [30, 4]
    whole = points_of(run).set_index(PAIR).loc[pd.MultiIndex.from_frame(some[PAIR])]
    pd.testing.assert_frame_equal(some.set_index(PAIR), whole, rtol=1e-9)


def test_rows_have_their_labels_weights_classes_and_distances(run: Run, folder: Path) -> None:
    table, arrays = points_of(run), np.load(folder / "rows.npz")
    rows = table.drop_duplicates("row")
    np.testing.assert_array_equal(rows["label"], arrays["y_train"])
    assert (rows["weight"] == 1.0).all()
    assert rows["score"].isna().all()  # three scores
    theta = np.load(run.path / "theta.npz")["theta"].reshape(D + 1, 3)
    z = np.column_stack([arrays["X_train"], np.ones(N)]) @ theta
    np.testing.assert_array_equal(rows["predicted"], np.argmax(z, axis=1))
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(rows["loss"], -log_p[np.arange(N), arrays["y_train"]], rtol=1e-7, atol=1e-12)
    far = np.linalg.norm(arrays["X_train"][table["row"]] - arrays["X_test"][table["test_point"]], axis=1)
    np.testing.assert_allclose(table["distance"], far, rtol=1e-12)


def test_shown_are_both_ends_of_each_test_point_and_the_suspects_and_what_was_moved(run: Run, folder: Path) -> None:
    table, shown, arrays = points_of(run), run.shown, np.load(folder / "rows.npz")
    assert shown is not None
    expected = {7, 30, *table.drop_duplicates("row").nlargest(2, "self_newton")["row"]}
    for point, of_point in table[table["evaluation"] == "test_loss"].groupby("test_point"):
        own = of_point["label"] == arrays["y_test"][point]
        for part in (of_point[own], of_point[~own]):
            expected |= {*part.nlargest(2, "influence")["row"], *part.nsmallest(2, "influence")["row"]}
    np.testing.assert_array_equal(shown.rows, sorted(expected))
    np.testing.assert_array_equal(shown.X, arrays["X_train"][shown.rows])
    np.testing.assert_array_equal(shown.test_rows, [0, 3])
    np.testing.assert_array_equal(shown.of_test(3), arrays["X_test"][3])
    np.testing.assert_array_equal(shown.of(30), arrays["X_train"][30])
    with pytest.raises(KeyError):
        shown.of_test(1)


def test_sparse_rows_stay_sparse_where_they_are_shown(tmp_path: Path) -> None:
    path = data(tmp_path, 2, as_sparse=True)
    shown = unreported(study(path, **SMALL), tmp_path / "runs").shown
    assert shown is not None
    assert isinstance(shown.X, sparse.csr_array)
    X = np.load(path)
    train = sparse.csr_array((X["X_train_data"], X["X_train_indices"], X["X_train_indptr"]), shape=(N, D)).toarray()
    np.testing.assert_array_equal(shown.X.toarray(), train[shown.rows])
    np.testing.assert_array_equal(shown.of(int(shown.rows[0])), train[shown.rows[0]])


def test_what_is_too_much_work_is_left_out_and_said(
    small: dict[str, Any], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groupinf.points.point_effects.MOST_MOVED", 10.0)
    no_newton = unreported(small, tmp_path / "newton")
    assert points_of(no_newton)["newton"].isna().all()
    assert points_of(no_newton)["self_newton"].notna().all()
    assert any(note.startswith("points: newton is left out") for note in no_newton.manifest.notes)
    monkeypatch.setattr("groupinf.points.row_scores.MOST_WORK", 10.0)
    plain = unreported(small, tmp_path / "plain")
    table = points_of(plain)
    left_out = ["leverage", "self_influence", "self_newton", "leave_one_out_loss", "cooks_distance", "newton"]
    assert table[left_out].isna().all(axis=None)
    kept = ["loss", "influence", "without_hessian", "distance"]
    pd.testing.assert_frame_equal(table[kept], points_of(run)[kept], rtol=1e-9)
    assert any(note.startswith("points: leverage, self-influence") for note in plain.manifest.notes)
    assert not any(note.startswith("points") for note in run.manifest.notes)


def test_rows_with_keys_have_them_and_a_standardised_row_its_plain_distance(tmp_path: Path) -> None:
    table = made_table(tmp_path)
    run = unreported(of_table(tmp_path), tmp_path / "runs")
    points = points_of(run)
    train = table[table["part"] == "train"].reset_index(drop=True)
    np.testing.assert_array_equal(points.drop_duplicates("row")["key"], train["id"])
    plain = np.column_stack([train["size"], (train["colour"].to_numpy()[:, None] == ["blue", "green", "red"])])
    tested = table[table["part"] == "test"].reset_index(drop=True)
    plain_test = np.column_stack([tested["size"], (tested["colour"].to_numpy()[:, None] == ["blue", "green", "red"])])
    far = np.linalg.norm(plain[points["row"]] - plain_test[points["test_point"]], axis=1)
    np.testing.assert_allclose(points["distance"], far, rtol=1e-12)
    assert run.shown is not None
    np.testing.assert_array_equal(run.shown.X, plain[run.shown.rows])
    assert run.shown.feature_names == ("size", "colour=blue", "colour=green", "colour=red")


def made_table(folder: Path) -> pd.DataFrame:
    """A number and a category, standardised and one-hot in the study ``of_table``."""
    rng = np.random.default_rng(5)
    size, colour = rng.normal(50.0, 12.0, size=40), rng.choice(["blue", "green", "red"], size=40)
    table = pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(40)],
            "size": size,
            "colour": colour,
            "y": (size + 9.0 * (colour == "red") + rng.normal(0.0, 8.0, size=40) > 52.0).astype(int),
            "part": np.where(np.arange(40) < 32, "train", "test"),
        }
    )
    table.to_csv(folder / "table.csv", index=False)
    return table


def of_table(folder: Path) -> dict[str, Any]:
    dataset = {"csv": str(folder / "table.csv"), "target": "y", "split": "part", "row_key": "id", "standardise": True}
    points = {"perturbation": {"rows": [4, 9]}}
    return study("", **SMALL, dataset=dataset, points=points, evaluations=["test_prediction", "test_loss"])


def test_perturbation_is_the_slope_of_the_influence_of_a_row_that_is_moved_in_its_plain_unit(tmp_path: Path) -> None:
    """By finite differences of ∇f(θ̂)ᵀH⁻¹ r(x) x, with θ̂ and H kept (Koh and Liang 2017, equation 5)."""
    table = made_table(tmp_path)
    run = unreported(of_table(tmp_path), tmp_path / "runs")
    found = run.perturbation
    assert found is not None
    plain = np.column_stack([table["size"], (table["colour"].to_numpy()[:, None] == ["blue", "green", "red"])])
    train, y = (table["part"] == "train").to_numpy(), table["y"].to_numpy()
    mean, sd = plain[train].mean(axis=0), plain[train].std(axis=0)
    theta = np.load(run.path / "theta.npz")["theta"]

    def rows(x: np.ndarray) -> np.ndarray:
        return np.column_stack([(np.atleast_2d(x) - mean) / sd, np.ones(np.atleast_2d(x).shape[0])])

    def p(x: np.ndarray) -> np.ndarray:
        return 1.0 / (1.0 + np.exp(-rows(x) @ theta))

    X, a = rows(plain[train]), p(plain[train]) * (1.0 - p(plain[train]))
    H = X.T * a @ X + np.diag([run.manifest.lam] * 4 + [0.0])
    for (row, evaluation, point), of in found.groupby(["row", "evaluation", "test_point"]):
        tested = plain[~train][point]
        slope = 1.0 if evaluation == "test_prediction" else p(tested)[0] - y[~train][point]
        S = np.linalg.solve(H, slope * rows(tested)[0])

        def influence(x: np.ndarray, row: int = row, S: np.ndarray = S) -> float:
            return float((p(x)[0] - y[train][row]) * rows(x)[0] @ S)

        step = 1e-5 * np.diag([10.0, 1.0, 1.0, 1.0])
        x = plain[train][row]
        expected = [(influence(x + h) - influence(x - h)) / (2.0 * h.sum()) for h in step]
        np.testing.assert_allclose(of["perturbation"], expected, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(of["first"] + of["second"], of["perturbation"], rtol=1e-12)
        r, u = p(x)[0] - y[train][row], rows(x)[0] @ S
        np.testing.assert_allclose(of["first"], r * S[:4] / sd, rtol=1e-6)
        np.testing.assert_allclose(of["second"], p(x)[0] * (1.0 - p(x)[0]) * u * theta[:4] / sd, rtol=1e-6)
        np.testing.assert_array_equal(of["value"], x)
        assert of["feature"].tolist() == ["size", "colour=blue", "colour=green", "colour=red"]
        assert of["column"].tolist() == ["size", "colour", "colour", "colour"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"points": 3}, "points: expected true, false, or keys and values, found 3"),
        ({"points": "rows"}, 'points: expected true, false, or keys and values, found the text "rows"'),
        ({"points": {"row": "all"}}, "points.row: unknown key 'row'"),
        ({"points": {"rows": "some"}}, 'points.rows: expected all or a list of row numbers, found the text "some"'),
        ({"points": {"rows": [1, 1]}}, "points.rows: expected every entry once, found 1 more than once"),
        ({"points": {"rows": []}}, "points.rows: expected a list of at least 1"),
        ({"points": {"rows": [-1]}}, "points.rows.0: expected a whole number of at least 0, found -1"),
        ({"points": {"rows": [0, 36]}}, "points.rows: expected training rows 0 to 35, found 36"),
        ({"points": {"show": 0}}, "points.show: expected a whole number of at least 1, found 0"),
        (
            {"points": {"perturbation": {}}},
            "points.perturbation: expected one of rows: [NUMBERS] and strongest: NUMBER; found neither",
        ),
        (
            {"points": {"perturbation": {"rows": [1], "strongest": 1}}},
            "points.perturbation: expected one of rows: [NUMBERS] and strongest: NUMBER; found both",
        ),
        ({"points": {"perturbation": {"rows": [40]}}}, "points.perturbation: expected training rows 0 to 35, found 40"),
        (
            {"points": {"perturbation": {"strongest": 1}}, "model": {"kernel": {"name": "rbf"}}},
            "points.perturbation: expected a model of the features of the data, found a kernel, through which",
        ),
        (
            {"change": {"change": "add", "pool_fraction": 0.2}},
            "points: expected points only with the removal of rows, of which they tell; found the change add",
        ),
        ({"change": "relabel"}, "points: expected points only with the removal of rows"),
        (
            {"evaluations": ["self_loss", "test_error"]},
            "evaluations: expected test_prediction, test_loss or test_margin among them beside points, found self_loss",
        ),
    ],
)
def test_what_points_cannot_be_told_of_is_refused_in_words(change: dict[str, Any], found: str, tmp_path: Path) -> None:
    wrong = {**study(data(tmp_path, 2), **SMALL), **change}
    with pytest.raises(ConfigError) as caught:
        load_checked(load_config(wrong))
    assert found in str(caught.value)


def test_tables_of_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = data(tmp_path, 2)
    asked = study(path, **SMALL, evaluations=["test_loss"], points={"perturbation": {"rows": [1, 2]}})
    limit = "groupinf.studies.group_effects.points.section.MOST_ROWS"
    monkeypatch.setattr(limit, 2 * N)
    load_checked(load_config(asked))
    monkeypatch.setattr(limit, 2 * N - 1)
    with pytest.raises(ConfigError, match=r"points.rows: expected a table of at most 71 rows, found 36 training rows"):
        load_checked(load_config(asked))
    monkeypatch.setattr(limit, 15)
    with pytest.raises(ConfigError, match=r"perturbation: .* at most 15 rows, found 2 training rows, 2 values and 4"):
        load_checked(load_config({**asked, "points": {**asked["points"], "rows": [1]}}))


def test_a_suspicious_row_counts_once_whichever_groups_have_it(tmp_path: Path) -> None:
    path = data(tmp_path, 2)
    twice = {"builders": [{"builder": "single_rows", "rows": "all"}, {"builder": "single_rows", "random": 4}]}
    run = unreported(study(path, groups=twice), tmp_path / "runs")
    assert len(points_of(run)) == N * 2 * 2
    assert points_of(run)["actual"].notna().all()


@pytest.mark.parametrize("loss", ["binary_logistic", "hinge"])
def test_suspects_are_those_of_the_table(loss: str, tmp_path: Path) -> None:
    builders = {"builders": [{"builder": "single_rows", "suspects": 5}]}
    model = {"loss": loss, "intercept": "none"}
    run = unreported(study(data(tmp_path, 2), groups=builders, model=model), tmp_path / "runs")
    rows = points_of(run).drop_duplicates("row")
    retrained = rows[rows["self_actual"].notna()]
    assert set(retrained["row"]) == set(rows.nlargest(5, "self_newton")["row"])
    assert set(run.groups["kind"]) == {"suspect_row"}


def test_the_memory_that_is_said_before_has_the_table_and_the_rows_that_are_shown(tmp_path: Path) -> None:
    path = data(tmp_path, 2)

    def bytes_of(**changed: Any) -> int:
        loaded = load_config(study(path, **SMALL, evaluations=["test_loss"], **changed))
        dataset = load_checked(loaded)
        return work_of(loaded, dataset, model_of(loaded, dataset))

    without, whole = bytes_of(points=False), bytes_of(points=True)
    blocks, inverse = 4 * 8 * N, 5 * 8 * (D + 1) ** 2
    assert whole - without == 500 * N * 2 + blocks + inverse
    assert whole - bytes_of(points={"rows": [1]}) == 500 * (N - 1) * 2
    scaled = {"dataset": {"npz": path, "standardise": True}}
    assert bytes_of(points=True, **scaled) - bytes_of(points=False, **scaled) == whole - without + 8 * D * (N + M)


def test_every_run_of_a_sweep_has_its_points(tmp_path: Path) -> None:
    regularization = {"lambda_over_n": 0.05, "sweep": {"values": [0.5, 0.05]}}
    asked = study(data(tmp_path, 2), **SMALL, regularization=regularization)
    swept = GROUP_SWEEP.execute(plan_sweep(load_config(asked)), tmp_path / "runs", 1, False, Silent())
    leverages = [points_of(run).drop_duplicates("row")["leverage"].sum() for run in swept.runs]
    assert len(leverages) == 2
    # effective parameters: fewer where the penalty is larger
    lams = [run.manifest.lam for run in swept.runs]
    assert leverages[int(np.argmax(lams))] < leverages[int(np.argmin(lams))] < D + 1
