"""Retraining is measured on the groups it says, beside what scikit-learn finds; the page has all methods and parts."""

from __future__ import annotations

import doctest
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).parents[2]


def made(**shape: Any) -> Any:
    """A small problem with its fit: 12 groups."""
    from benchmarking.problem import make_problem
    from benchmarking.shapes import Shape
    from benchmarking.synthetic import make_dataset

    wanted = Shape(**{"n": 200, "d": 5, "classes": 2, "lambda_over_n": 1e-3, **shape})
    return make_problem(make_dataset("small", wanted), wanted.lambda_over_n, 12)


SMALL: list[dict[str, Any]] = [
    {},
    {"n": 60, "d": 80},  # in coordinates of the rows' span
    {"classes": 3, "spread": 10.0},
    {"row_entries": 4, "weighted": True},
]


@pytest.mark.parametrize("shape", SMALL)
def test_the_reference_is_what_newton_cholesky_finds(shape: dict[str, Any]) -> None:
    from benchmarking.retraining.measured import errors
    from benchmarking.retraining.peers import Peer, random_order, refit
    from benchmarking.retraining.reference import solve_reference

    problem, fitted = made(**shape)
    reference, left = solve_reference(problem, fitted)
    fits = refit(problem, Peer("newton-cholesky", 1e-15), random_order(problem), most_seconds=60.0)
    numbers = [fit.group for fit in fits]
    assert sorted(numbers) == list(range(len(problem.groups)))
    found = errors(problem, numbers, np.vstack([fit.theta for fit in fits]), reference)
    assert max(found.relative_theta, found.effect) < 1e-8
    assert left.max() < 1e-12


@pytest.mark.parametrize("shape", SMALL)
def test_the_package_finds_the_reference(shape: dict[str, Any]) -> None:
    from benchmarking.retraining.measured import errors
    from benchmarking.retraining.ours import prepare, retrain_all
    from benchmarking.retraining.reference import solve_reference

    problem, fitted = made(**shape)
    prepared = prepare(problem)
    assert sorted(g for block in prepared.blocks for g in block) == list(range(len(problem.groups)))
    theta, passes = retrain_all(problem, prepared, prepared.blocks)
    found = errors(problem, list(range(len(problem.groups))), theta, solve_reference(problem, fitted)[0])
    assert max(found.relative_theta, found.effect) < 1e-6
    assert (passes >= 1).all()


def test_errors_are_those_that_were_put_in() -> None:
    from benchmarking.retraining.measured import errors

    problem, _ = made(classes=3)
    reference = np.repeat(problem.theta[None], len(problem.groups), axis=0)
    reference += np.random.default_rng(0).normal(size=reference.shape)
    wrong = reference[[4, 7]].copy()
    wrong[0, 2] += 0.25
    wrong[1, -3:] += 5.0  # the same for all intercepts: no loss depends on it
    found = errors(problem, [4, 7], wrong, reference)
    assert found.theta == pytest.approx(0.25)
    assert found.relative_theta == pytest.approx(0.25 / np.abs(problem.theta).max())
    assert found.effect > 0.0
    unchanged = errors(problem, [4], reference[[4]], reference)
    assert unchanged.theta == unchanged.effect == 0.0


def test_groups_are_half_random_half_tails_and_leave_every_class() -> None:
    problem, fitted = made(n=400)
    again, _ = made(n=400)
    groups = problem.groups
    assert [m.tolist() for m in problem.members()] == [m.tolist() for m in again.members()]
    assert groups.kind == ("random",) * 6 + ("positive_tail", "negative_tail") * 3
    assert groups.sizes[:6].tolist() == groups.sizes[6:].tolist() == [1, 20, 40, 60, 80, 100]
    r, X = fitted.residuals[:, 0], fitted.objective.X
    for g in range(6, 12):
        row = problem.test_points.index(groups.test_point[g])
        x = np.append(problem.X_test[row], 1.0)
        slope = 1.0 / (1.0 + np.exp(-x @ problem.theta)) - problem.y_test[row]
        influence = slope * (X @ fitted.factor.solve(x)) * r
        outside = np.setdiff1d(np.arange(400), groups.members(g))
        sign = 1.0 if groups.kind[g] == "positive_tail" else -1.0
        assert (sign * influence[groups.members(g)]).min() >= np.sort(sign * influence)[-int(1.5 * groups.sizes[g])]
        assert (sign * influence[groups.members(g)]).mean() > (sign * influence[outside]).mean()


def test_a_group_that_empties_a_class_is_left_out() -> None:
    from benchmarking.problem import draw_groups

    _, fitted = made()
    y = np.zeros(200)
    y[0] = 1.0
    influence = np.zeros((200, 1))
    influence[0] = 1.0  # the first row is the only one of its class, and leads every positive tail
    objective = replace(fitted.objective, y=y)
    groups = draw_groups(objective, influence, (3,), 40, np.random.default_rng(0))
    assert 0 < len(groups) < 40
    assert not any(0 in groups.members(g) for g in range(len(groups)))


@pytest.mark.parametrize("shape", [{}, {"row_entries": 3}])
def test_a_problem_comes_back_from_its_files(shape: dict[str, Any], tmp_path: Path) -> None:
    from benchmarking.problem import load_problem, save_problem
    from benchmarking.retraining.plain import gradient

    problem, _ = made(**shape)
    save_problem(problem, tmp_path)
    loaded = load_problem(tmp_path)
    assert type(loaded.X) is type(problem.X)
    assert loaded.groups.kind == problem.groups.kind
    assert (loaded.groups.indices == problem.groups.indices).all()
    before = gradient(problem, problem.sample_weight, problem.theta)
    assert gradient(loaded, loaded.sample_weight, loaded.theta).tolist() == before.tolist()


def test_the_penalties_are_those_of_the_configs() -> None:
    from benchmarking.shapes import SHAPES

    configs = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "configs").glob("*.yaml"))]
    shared = [c for c in configs if c["dataset"].get("name") in SHAPES]
    assert len(shared) >= 6
    for config in shared:
        assert SHAPES[config["dataset"]["name"]].lambda_over_n == config["regularization"]["lambda_over_n"]


def test_rounds_of_a_slow_solver_go_on_with_other_groups() -> None:
    from benchmarking.retraining.peers import Peer, random_order, refit

    problem, _ = made()
    order, peer = random_order(problem), Peer("newton-cholesky", 1e-4)
    rounds = [refit(problem, peer, order, most_seconds=0.0), refit(problem, peer, order, most_seconds=1e-9)]
    assert [len(fits) for fits in rounds] == [0, 1]
    seen = rounds[1] + refit(problem, peer, order, most_seconds=60.0)
    assert len(seen) == 1 + len(problem.groups)
    assert seen[0].group == seen[-1].group


def in_this_process(task: str, folder: Path, name: str = "", amount: str = "", rounds: int = 1) -> Any:
    from benchmarking.tasks import run_task

    run_task(task, folder, name, amount, range(rounds))
    return json.loads((folder / f"{task}.json").read_text(encoding="utf-8"))


def cells(page: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:1] == "|"]


def test_the_page_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import benchmark
    from benchmarking import parts
    from benchmarking.retraining import growth
    from benchmarking.retraining.peers import PEERS

    def side_by_side(tasks: list[str], rounds: int, folder: Path, name: str, amount: str) -> Any:
        return {task: in_this_process(task, folder, name, amount, rounds) for task in tasks}

    monkeypatch.setattr(parts, "measure", in_this_process)
    monkeypatch.setattr(parts, "in_turns", side_by_side)
    monkeypatch.setattr(growth, "LINES", {"features d": {"7": growth._with(n=300, d=7)}})
    out, kept = tmp_path / "page.md", tmp_path / "kept"
    wanted = ["--part", "retraining", "--part", "growth", "--dataset", "tiny", "--groups", "4", "--rounds", "2"]
    benchmark.main([*wanted, "--measured", str(kept), "--out", str(out)])
    page = out.read_text(encoding="utf-8")
    rows = cells(page)
    methods = {row[0]: row for row in rows}
    for name in ("groupinf", "groupinf, random", "groupinf, tails", "groupinf, with predictions", *PEERS):
        assert name in methods, name
    assert float(methods["groupinf"][6]) < 1e-6
    assert float(methods["newton-cholesky, tol 1e-8"][6]) < 1e-5
    assert methods["features d"][1] == "7"
    assert "/tmp" not in page

    measured = json.loads((kept / "retraining-tiny.json").read_text(encoding="utf-8"))
    assert all(share > 0 for share in measured["groupinf"]["phases"].values())
    ours, theirs = (measured[name]["rounds"] for name in ("groupinf", "lbfgs, tol 1e-8"))
    low, high = sorted(their / our for their, our in zip(theirs, ours, strict=True))
    assert methods["lbfgs, tol 1e-8"][-2].endswith(f"({in_words(low)} to {in_words(high)})")

    def never(*_: Any) -> Any:
        raise AssertionError("measured again")

    monkeypatch.setattr(parts, "measure", never)
    monkeypatch.setattr(parts, "in_turns", never)
    benchmark.main([*wanted, "--measured", str(kept), "--out", str(tmp_path / "again.md")])
    assert (tmp_path / "again.md").read_text(encoding="utf-8") == page


def in_words(ratio: float) -> str:
    from benchmarking.words import times

    return times(ratio)


def retrained() -> dict[str, Any]:
    """Results of made-up methods, as they are measured on a dataset; those of the extra are three times as quick."""
    ours = {"rounds": [0.02, 0.04, 0.03], "mean": 0.03, "whole": 0.05, "passes": 5.0, "most_passes": 7, "unit": 0.001}
    ours |= {"effect": 1e-9, "theta": 1e-9, "relative_theta": 1e-9, "memory": 3e8, "memory_before": 2e8}
    ours |= {"way": "passes", "preconditioner": "diagonal", "truncated_newton": True, "blocks": [4]}
    ours |= {"phases": {"the passes": 0.3, "certificates": 0.1, "the rest": 0.6}}
    ours |= {"fit_seconds": 0.1, "study_seconds": 0.1, "kinds": {}, "wall_over_cpu": 1.0}
    peer = ours | {"median": 0.2, "fastest": 0.1, "slowest": 0.3, "groups": 4, "fits": 9, "warned": 0}
    facts = {"n": 5, "d": 3, "classes": 2, "source": "real", "sparse": True, "entries": 9, "weighted": False}
    facts |= {"parameters": 4, "convention": "", "asked": 4, "groups": 4, "smallest": 1, "largest": 2}
    return {
        "prepare": facts | {"reference_left": 1e-15},
        "groupinf": ours,
        "groupinf[fast]": ours | {"rounds": [0.01, 0.01, 0.01], "mean": 0.01},
        "lbfgs, tol 1e-8": peer | {"rounds": [0.2, 0.2, 0.3], "mean": 0.2},
        "newton-cholesky, tol 1e-4": peer | {"rounds": [0.1, 0.1, 0.1], "mean": 0.1},
        "newton-cg, tol 1e-8": peer | {"rounds": [0.2, 0.1, 0.12], "mean": 0.14},
    }


def test_the_extra_has_rows_of_its_own_where_it_was_measured() -> None:
    from benchmarking.retraining.page import retraining_section

    results = retrained()
    rows = cells("\n".join(retraining_section({"text": results})[2:]))
    short = {row[0]: row for row in rows if row[0].startswith("text")}
    assert short["text"][9] == "10 (5.0 to 10)"
    assert short["text, groupinf\\[fast]"][9] == "20 (20 to 30)"
    methods = {row[0]: row for row in rows}
    assert methods["groupinf\\[fast]"][10] == "0.33 (0.25 to 0.50)"
    del results["groupinf[fast]"]
    assert not any("fast" in row[0] for row in cells("\n".join(retraining_section({"text": results})[2:])))


def test_shares_are_of_the_time_that_the_functions_named_take(monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarking.retraining import phases

    def slow() -> int:
        return sum(k * k for k in range(300_000))

    def quick() -> int:
        return 1

    def both() -> int:
        return slow() + quick()

    monkeypatch.setattr(phases, "PHASES", {"slow": (slow,), "quick": (quick,), "not called": (made,)})
    shares = phases.phases(both)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares["slow"] > shares["quick"] >= 0.0 == shares["not called"]


def test_shares_are_said_the_largest_first() -> None:
    from benchmarking.retraining.page import retraining_section

    said = "\n".join(retraining_section({"text": retrained()}))
    assert "Of the time of retraining the rest take 60 %, the passes 30 %, certificates 10 %." in said


def test_in_short_the_page_has_a_row_for_each_data_set_with_what_was_measured_of_it() -> None:
    from benchmarking.short import short_section

    turns = [{"clock": 18.0}, {"clock": 28.0}]
    study = {"whole": [{"clock": 10.0}, {"clock": 10.0}], "imports": [{"clock": 2.0}] * 2}
    study |= {"ways": {"as one writes it": {"turns": turns}, "with care": {"turns": turns[::-1]}}}
    measured = {"studies": {"text": study, "alone": study, "absent": None}, "retraining": {"text": retrained()}}
    [head, _, *rows] = cells(short_section(measured)[-1])
    whole, none = ["10 s (10 s to 10 s)", *["2.5 (2.0 to 3.0)"] * 2], ["–"] * 3
    assert rows == [
        ["text", *whole, "30.0 ms", "4.0 (2.5 to 10), newton-cg", "10 (5.0 to 10)"],
        ["text, groupinf\\[fast]", *whole, "10.0 ms", "12 (10 to 20), newton-cg", "20 (20 to 30)"],
        ["alone", *whole, *none],
    ]
    assert len(head) == len(rows[0])
    assert short_section({"growth": []}) == []


def test_the_page_of_single_rows_says_what_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import benchmark
    from benchmarking import parts
    from benchmarking.problem import NamedDataset, load_dataset
    from benchmarking.single_rows import measured as single_rows

    def few(config: NamedDataset, base: Path, seed: int) -> Any:
        """The first 30 training rows."""
        data = load_dataset(config, base, seed)
        kept = {"X_train": data.X_train[:30], "y_train": data.y_train[:30]}
        return replace(data, **kept, sample_weight_train=data.sample_weight_train[:30])

    def here(task: str, folder: Path, name: str = "", amount: str = "") -> Any:
        return {"processor": "p", "versions": {}, "matrix_product": 1e9} if task == "machine" else measured

    monkeypatch.setattr(single_rows, "load_dataset", few)
    monkeypatch.setattr(single_rows, "_peer_version", lambda: "")
    with threadpool_limits(limits=1):
        measured = single_rows.measure_single_rows(rounds=1)
    monkeypatch.setattr(parts, "measure", here)
    out = tmp_path / "page.md"
    benchmark.main(["--part", "single-rows", "--out", str(out)])
    page = out.read_text(encoding="utf-8")
    assert "30 training rows, 30 features, 114 test rows" in page
    assert "pyinfluence is not installed, so that its rows are left out; `python -m pip install" in page
    methods = {row[0]: row for row in cells(page) if row[0] not in ("method", "groupinf")}
    assert float(methods["refits with joblib, newton-cholesky"][-1]) < 1e-6
    assert 0 < float(methods["refits with joblib, lbfgs"][-1]) < 1e-3


def test_the_page_has_the_parts_that_were_measured_and_every_part_has_a_section() -> None:
    from benchmarking.page import SECTIONS, page
    from benchmarking.parts import PARTS

    assert list(SECTIONS) == list(PARTS)
    machine = {"processor": "p", "versions": {}, "matrix_product": 1e9}
    assert [line for line in page(machine, {"growth": []}).splitlines() if line[:1] == "#"] == [
        "# Benchmark",
        "## How the cost of a retrain grows",
    ]


def test_numbers_are_written_as_the_examples_say() -> None:
    from benchmarking import words

    assert doctest.testmod(words) == (0, 4)  # none failed
