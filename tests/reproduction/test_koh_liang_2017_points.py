"""Claims of Koh and Liang (2017) on single rows: each is false where its numbers are, and numbers are those of runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from support.children import CHILDREN, N, children_run, write_children
from support.runs import unreported

from groupinf.analysis.influence_and_distance import BySign, InfluenceAndDistance
from groupinf.analysis.influence_components import (
    FULL,
    INNER_PRODUCT,
    WITHOUT_HESSIAN,
    WITHOUT_TRAIN_LOSS,
    Component,
)
from groupinf.errors import DataError
from groupinf.reporting.koh_liang_2017.children import CHILD, coefficients
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART, Claim
from groupinf.reproduction.papers.koh_liang_2017 import children as of_children
from groupinf.reproduction.papers.koh_liang_2017 import components as of_components
from groupinf.reproduction.papers.koh_liang_2017 import kernel as of_kernel
from groupinf.reproduction.papers.koh_liang_2017.children import Child, Children, children_claims, children_found
from groupinf.reproduction.papers.koh_liang_2017.components import Components, components_claims, components_found
from groupinf.reproduction.papers.koh_liang_2017.kernel import FAR_ROWS, Pair, pair_claims, pair_found
from groupinf.reproduction.papers.koh_liang_2017.stopped import AtTheta, Stopped, stopped_early
from groupinf.studies.group_effects.result import Run

# as the paper's figures and text have them
PARTS = {
    FULL: Component(FULL, -56.2, 95.2, 1.0, 100, 0.44, 0.43),
    WITHOUT_TRAIN_LOSS: Component(WITHOUT_TRAIN_LOSS, -133.0, 198.0, 0.37, 18, 0.44, 0.43),
    WITHOUT_HESSIAN: Component(WITHOUT_HESSIAN, -15.1, 18.6, 0.51, 65, 0.0, 0.0),
    INNER_PRODUCT: Component(INNER_PRODUCT, -22.9, 25.1, 0.18, 8, 0.0, 0.0),
}
COMPONENTS = Components(PARTS, 2989, -37.1, 20, 0.9999)
KERNEL = InfluenceAndDistance((0, 50), -0.5, 1.0, BySign(0.74, 0.69, 0.72), BySign(0.9, 0.9, 0.9), (100, None))
NETWORK = InfluenceAndDistance((0, 50), -0.13, 0.6, BySign(0.65, 0.44, 0.55), BySign(0.9, 0.7, 0.8), (5, 3))
PAIR = Pair("Digits", KERNEL, NETWORK, 0.967, 0.97)
FOUND = Children(
    (
        Child(1, True, -0.12, -0.125, CHILD, CHILD),
        Child(2, True, -0.12, -0.125, CHILD, CHILD),
        Child(3, True, -0.11, -0.115, CHILD, CHILD),
        Child(4, False, 0.10, 0.110, CHILD, CHILD),
    ),
    next=0.0032,
    larger=14,
    features=127,
)
STOPPED = Stopped(AtTheta(0.0016, 14, 14, (27.6, 40.3)), AtTheta(1e-16, 12, 30, (24.5, 36.8)), 137, 0)


def verdicts(claims: tuple[Claim, ...]) -> list[str]:
    return [claim.verdict for claim in claims]


def part(column: str, **changed: float) -> Components:
    return replace(COMPONENTS, parts={**PARTS, column: replace(PARTS[column], **changed)})


def test_all_claims_on_figure_1_hold_of_the_numbers_of_the_paper() -> None:
    assert verdicts(components_claims(COMPONENTS)) == [HOLDS] * 6


def test_the_axes_of_figure_1_are_missed_by_more_than_a_tick() -> None:
    assert of_components.ranges_claim(part(FULL, high=160.0)).verdict == IN_PART
    wrong = {name: replace(of, low=-1e3) for name, of in PARTS.items()}
    assert of_components.ranges_claim(replace(COMPONENTS, parts=wrong)).verdict == DIFFERS


def test_what_is_said_of_each_variant_is_false_where_it_tells_influence() -> None:
    assert of_components.train_loss_claim(part(WITHOUT_TRAIN_LOSS, shared=60)).verdict == DIFFERS
    assert of_components.train_loss_claim(part(WITHOUT_TRAIN_LOSS, pearson=0.9)).verdict == DIFFERS
    assert of_components.hessian_claim(part(WITHOUT_HESSIAN, own_harmful=0.01)).verdict == IN_PART
    few = replace(
        COMPONENTS, parts={**part(WITHOUT_HESSIAN, own_harmful=0.01).parts, FULL: replace(PARTS[FULL], own_harmful=0.0)}
    )
    assert of_components.hessian_claim(few).verdict == DIFFERS
    assert of_components.inner_product_claim(part(INNER_PRODUCT, pearson=0.6)).verdict == IN_PART
    assert of_components.inner_product_claim(part(INNER_PRODUCT, pearson=0.95)).verdict == DIFFERS
    assert of_components.harmful_claim(replace(COMPONENTS, harmful=0.1)).verdict == DIFFERS
    assert of_components.retrained_claim(replace(COMPONENTS, with_actual=0.9)).verdict == DIFFERS


def test_all_claims_on_figure_4_hold_of_the_numbers_that_were_expected() -> None:
    assert verdicts(pair_claims(PAIR)) == [HOLDS] * 6
    assert of_kernel.first_dog_claim(PAIR).found == (
        "the first row of another label has rank 3 to 5 (network) and 100 to 100 (RBF) of the most helpful; rank 5 or "
        "before on 2 of 2 test points (network)"
    )


def test_each_claim_on_figure_4_is_false_of_other_numbers() -> None:
    assert of_kernel.accuracy_claim(replace(PAIR, network_accuracy=0.6)).verdict == DIFFERS
    assert of_kernel.distance_claim(replace(PAIR, network=replace(NETWORK, rho=-0.6))).verdict == DIFFERS
    assert (
        of_kernel.distance_claim(
            replace(PAIR, kernel=replace(KERNEL, rho=0.09), network=replace(NETWORK, rho=0.2))
        ).verdict
        == DIFFERS
    )
    far = replace(KERNEL, near=replace(KERNEL.near, others_harmful=0.4))
    assert of_kernel.nearest_claim(replace(PAIR, kernel=far)).verdict == DIFFERS
    same_top = replace(NETWORK, top_own=1.0)
    assert of_kernel.either_claim(replace(PAIR, network=same_top)).verdict == IN_PART
    alike = replace(same_top, all_rows=KERNEL.all_rows)
    assert of_kernel.either_claim(replace(PAIR, network=alike)).verdict == DIFFERS
    assert of_kernel.signs_claim(replace(PAIR, network=alike)).verdict == DIFFERS
    late = replace(NETWORK, first_other=(20, None))
    assert of_kernel.first_dog_claim(replace(PAIR, network=late)).verdict == DIFFERS
    once = replace(NETWORK, first_other=(20, 5))
    assert of_kernel.first_dog_claim(replace(PAIR, network=once)).verdict == IN_PART
    early = replace(KERNEL, first_other=(100, 4))
    assert of_kernel.first_dog_claim(replace(PAIR, kernel=early)).verdict == IN_PART
    never = replace(KERNEL, first_other=(None, None))
    assert "and none (RBF)" in of_kernel.first_dog_claim(replace(PAIR, kernel=never)).found


def test_signs_of_far_rows_are_explained_where_they_do_not_follow_the_label_more() -> None:
    fewer = replace(PAIR, kernel=replace(KERNEL, all_rows=BySign(0.63, 0.60, 0.61)))
    claim = of_kernel.signs_claim(fewer)
    assert (claim.verdict, claim.explanations) == (IN_PART, (FAR_ROWS,))
    assert of_kernel.signs_claim(PAIR).explanations == ()
    window = replace(KERNEL, all_rows=BySign(1.0, 1.0, 1.0))
    told = "100 % of its label helpful, 100 % of others harmful."
    assert of_kernel.signs_claim(replace(fewer, narrow=window)).explanations == (
        FAR_ROWS,
        f"Digits: with a narrower kernel more signs follow the label, {told}",
    )
    alike = replace(fewer, narrow=fewer.kernel)
    assert "with a narrower kernel no more signs follow the label, 63 %" in of_kernel.signs_claim(alike).explanations[1]


def test_all_claims_on_the_children_hold_of_the_numbers_of_the_paper() -> None:
    assert verdicts(children_claims(FOUND, FOUND, STOPPED)) == [HOLDS] * 9
    assert all(not claim.explanations for claim in children_claims(FOUND, FOUND, STOPPED))


def with_child(at: int, **changed: object) -> Children:
    children = list(FOUND.children)
    children[at] = replace(children[at], **changed)  # type: ignore[arg-type]
    return replace(FOUND, children=tuple(children))


def test_each_claim_on_the_children_is_false_of_other_numbers() -> None:
    assert of_children.mismatch_claim(with_child(0, readmitted=False)).verdict == DIFFERS
    assert of_children.coefficients_claim(replace(FOUND, larger=0)).verdict == DIFFERS
    assert of_children.ahead_claim(replace(FOUND, next=0.01)).verdict == DIFFERS
    assert of_children.signs_claim(with_child(3, influence=-0.1)).verdict == IN_PART
    turned = replace(FOUND, children=tuple(replace(c, influence=-c.influence) for c in FOUND.children))
    assert of_children.signs_claim(turned).verdict == DIFFERS
    other = replace(FOUND, children=tuple(replace(c, leads="visits", leads_first="visits") for c in FOUND.children))
    claim = of_children.perturbation_claim(other)
    assert (claim.verdict, claim.explanations) == (DIFFERS, (of_children.COEFFICIENTS_COPIED,))
    assert claim.found.startswith("it is first for 0 of 4; first are 1 visits; 2 visits")
    assert of_children.perturbation_claim(with_child(1, leads="visits")).verdict == IN_PART
    assert of_children.first_term_claim(other).verdict == DIFFERS
    assert of_children.first_term_claim(with_child(1, leads_first="visits")).verdict == IN_PART
    assert of_children.retrained_claim(with_child(0, actual=-0.2)).verdict == DIFFERS
    assert of_children.free_claim(FOUND, replace(FOUND, next=0.01)).verdict == IN_PART
    assert of_children.free_claim(FOUND, replace(other, next=0.01)).verdict == DIFFERS


def test_children_are_got_wrong_because_others_were_left_out() -> None:
    claim = of_children.errors_claim(STOPPED)
    assert (claim.verdict, claim.found) == (HOLDS, "30 of 137, 0 where they are not left out")
    few = replace(STOPPED, exact=replace(STOPPED.exact, wrong=5))
    assert of_children.errors_claim(few).verdict == IN_PART
    assert of_children.errors_claim(replace(STOPPED, before=30)).verdict == DIFFERS


def test_what_stopping_early_explains_stands_below_numbers_that_differ() -> None:
    exact = replace(FOUND, larger=12, next=0.0041)
    claims = children_claims(exact, stopped=STOPPED)
    assert len(claims) == 8
    coefficients_claim, ahead = claims[2], claims[3]
    assert (coefficients_claim.verdict, ahead.verdict) == (IN_PART, IN_PART)
    assert coefficients_claim.explanations == ahead.explanations == (STOPPED.in_words(14),)
    assert "14 larger coefficients (that is the paper's number)" in STOPPED.in_words(14)
    fewer = replace(STOPPED, stopped=replace(STOPPED.stopped, larger=13))
    assert "13 larger coefficients (the paper has 14)" in fewer.in_words(14)
    assert "27.6 to 40.3 times the next row, at the minimum 24.5 to 36.8" in fewer.in_words(14)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return children_run(tmp_path_factory.mktemp("children"))


def test_children_are_read_from_the_run(run: Run) -> None:
    """Influence, the next row and the leading features by brute force from the arrays of the data."""
    arrays = np.load(str(run.config["dataset"]["npz"]))
    X, y, x, theta = arrays["X_train"], arrays["y_train"], arrays["X_test"][0], coefficients(run).to_numpy()
    p = expit(X @ theta)
    H = (X * (p * (1 - p))[:, None]).T @ X + run.manifest.lam * np.eye(4)
    S = np.linalg.solve(H, expit(x @ theta) * x)
    influence = (p - y) * (X @ S)
    found = children_found(run)
    assert [child.row for child in found.children] == list(CHILDREN)
    assert [child.readmitted for child in found.children] == [True, True, True, False]
    assert [child.influence for child in found.children] == pytest.approx(influence[list(CHILDREN)], rel=1e-6)
    assert found.next == pytest.approx(np.abs(np.delete(influence, CHILDREN)).max(), rel=1e-6)
    names = run.shown.feature_names if run.shown is not None else ()
    for child in found.children:
        first = (p[child.row] - y[child.row]) * S
        moved = first + p[child.row] * (1 - p[child.row]) * (X[child.row] @ S) * theta
        assert (child.leads, child.leads_first) == (names[np.abs(moved).argmax()], names[np.abs(first).argmax()])
    assert found.larger == np.sum(np.abs(theta) > np.abs(theta[0]))
    assert found.features == 4
    assert all(abs(child.actual / child.influence - 1) < 1 for child in found.children)


def test_a_fit_that_may_go_on_to_its_end_is_the_exact_one(run: Run) -> None:
    """With few features 1,000 iterations are enough: both have the numbers of the run."""
    found = stopped_early(run)
    of_run = children_found(run)
    assert found.children == 4
    assert found.exact.gradient < 1e-10
    for at in (found.stopped, found.exact):
        assert at.times == pytest.approx(of_run.times, rel=1e-3)
        assert at.larger == of_run.larger
    arrays = np.load(str(run.config["dataset"]["npz"]))
    assert found.exact.wrong == np.sum(arrays["X_test"][:4] @ coefficients(run).to_numpy() > 0)
    assert found.before == found.exact.wrong  # no row is left out


def test_rows_that_are_left_out_are_in_the_fit_before(tmp_path: Path) -> None:
    """Without most rows of class 1 children are called well that were called ill; scikit-learn's fits say the same."""
    arrays = np.load(write_children(tmp_path / "children.npz"))
    config = {"npz": str(tmp_path / "children.npz"), "exclude": [{"label": 1}], "keep": 6}
    found = stopped_early(children_run(tmp_path, dataset=config, points=True))
    ill = np.flatnonzero(arrays["y_train"] == 1)
    kept = np.setdiff1d(np.arange(N), ill[:-6])
    for rows, wrong in ((kept, found.exact.wrong), (np.arange(N), found.before)):
        model = LogisticRegression(C=1 / (1e-3 * rows.size), fit_intercept=False, tol=1e-10, max_iter=5_000)
        model.fit(arrays["X_train"][rows], arrays["y_train"][rows])
        assert wrong == model.predict(arrays["X_test"][:4]).sum()
    assert found.exact.wrong < found.before


def test_components_and_pairs_are_read_from_runs(run: Run, tmp_path: Path) -> None:
    found = components_found(run)
    assert found.retrained == 30
    assert found.parts[FULL].pearson == pytest.approx(1)
    assert found.with_actual > 0.9
    pair = pair_found("both", run, run)
    assert pair.kernel == pair.network
    assert pair.kernel_accuracy == run.manifest.test_accuracy
    without = unreported({**dict(run.config), "points": None, "name": "plain"}, tmp_path)
    with pytest.raises(DataError, match="expected a run with points: true, found one without; groupinf evaluate"):
        components_found(without)
