"""The page: the paper's numbers beside those of a reproduction, in Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from groupinf.datasets.known.registry import facts_of
from groupinf.experiments.folder.files import write_atomically
from groupinf.experiments.folder.provenance import provenance
from groupinf.reporting.words.formats import coefficient, extent, interval, percent, ratio
from groupinf.reporting.words.markdown import markdown_table
from groupinf.reporting.words.style import evaluation_name, method_name
from groupinf.reproduction.claims import all_claims, figure_1_runs, other_runs
from groupinf.reproduction.explanations import DATA, TABLE_1
from groupinf.reproduction.reading import Facts, Results, read_results
from groupinf.reproduction.record import Record, read_record
from groupinf.reproduction.studies import ORDER, STUDIES
from groupinf.studies.group_effects.convention import joint_convention
from groupinf.wording import UNDEFINED, number

METHODS = ("influence", "parameter_influence", "newton")
SHOWN = "the test point that the figure shows, which is the one of highest loss"
SCORE = 1e-3  # scores that differ by less look the same


def write_page(out: Path, page: Path) -> None:
    """Write the page of the reproduction in ``out``; raises DataError where there is none or a run was altered."""
    record = read_record(out)
    page.parent.mkdir(parents=True, exist_ok=True)
    figures = [file.name for file in sorted(page.parent.glob("figure-*.png"))]
    write_atomically(page, markdown_page(read_results(out, record), record, figures).encode())


def markdown_page(results: Results, record: Record, figures: Sequence[str]) -> str:
    """The whole page; ``figures`` are files beside it."""
    parts = ["# The paper, reproduced", *_opening(results, record)]
    for heading, body in (
        ("Claims", _claims(results)),
        ("Table 1", _table_1(results)),
        ("Figure 1: influence", _figure(results, "influence", "figure-1", figures)),
        ("Figure 2: Newton", _figure(results, "newton", "figure-2", figures)),
        ("Is the prediction too small?", _by_sign(results)),
        ("Figure C.1: other test points", _other_points(results, figures)),
        ("Figures C.2 and C.3: regularisation", _sweeps(results, figures)),
        ("Figure C.4: three predictions", _methods(results, figures)),
        ("Natural groups", _natural(results)),
        ("Time and machine", _time(results, record)),
    ):
        if body:
            parts += [f"## {heading}", *body]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def every_run(results: Results) -> list[Facts]:
    """Runs, evaluations and the runs of sweeps."""
    return [*results.runs.values(), *(run for runs in results.sweeps.values() for run in runs)]


def _opening(results: Results, record: Record) -> Iterator[str]:
    yield (
        "Koh, Ang, Teo and Liang, *On the Accuracy of Influence Functions for Measuring Group Effects*, NeurIPS 2019, "
        "beside what `bash scripts/reproduce_paper.sh` finds. ρ is Spearman's rank correlation of predicted with "
        "actual effects over all groups of a run; brackets hold its 95 % interval. A slope above 1 means that the "
        'prediction is too small; "too small" is the share of groups whose prediction has the right sign and is '
        "smaller than the actual effect."
    )
    yield f"Convention: {joint_convention(run.manifest.convention for run in every_run(results))}"
    if record.shrunk:
        yield f"**A trial, no reproduction**: the studies were changed by {', '.join(f'`{o}`' for o in record.shrunk)}."
    if record.absent:
        lacking = "; ".join(f"{name} ({', '.join(files)})" for name, files in record.absent.items())
        yield f"Left out because their data are not at hand: {lacking}."
    if record.failed:
        yield "Failed: " + "; ".join(f"{name} ({why})" for name, why in record.failed.items()) + "."


def _claims(results: Results) -> list[str]:
    claims = all_claims(results)
    if not claims:
        return []
    rows = [(claim.paper, claim.found, claim.verdict) for claim in claims]
    reasons = dict.fromkeys(why for claim in claims for why in claim.explanations)
    return [markdown_table(("the paper", "here", "verdict"), rows), *_list(reasons)]


def _table_1(results: Results) -> list[str]:
    runs = figure_1_runs(results)
    multinli = results.runs.get("natural-groups-multinli")
    rows, notes = [], []
    for run in [*runs, *([multinli] if multinli else [])]:
        line = TABLE_1[run.dataset]
        paper, about = facts_of(line.facts), run.manifest
        score = run.test_f1 if paper.test_f1 is not None else about.test_accuracy
        stated = paper.test_f1 if paper.test_f1 is not None else paper.test_accuracy
        lam = paper.lambda_over_n
        rows.append(
            (
                f"{line.title}{' (substitute)' if line.substitute else ''}",
                f"{paper.n:,}",
                f"{about.n:,}",
                f"{line.d:,}",
                f"{about.d:,}",
                UNDEFINED if lam is None else number(lam, 2),
                number(about.lam_over_n, 2),
                UNDEFINED if stated is None else _score(stated, paper.test_f1 is not None),
                UNDEFINED if score is None else _score(score, paper.test_f1 is not None),
            )
        )
        off = score is None or stated is None or abs(score - stated) >= SCORE
        if off or line.d != about.d or paper.n != about.n:
            notes.append(DATA[run.dataset])
    if not rows:
        return []
    head = ("data", "n, paper", "n", "d, paper", "d", "λ/n, paper", "λ/n", "test score, paper", "test score")
    return [markdown_table(head, rows), "The score is test accuracy, for CDR F1 of the positive class.", *_list(notes)]


def _score(value: float, is_f1: bool) -> str:
    return f"F1 {value:.3f}" if is_f1 else percent(value, 1)


def _figure(results: Results, method: str, name: str, figures: Sequence[str]) -> list[str]:
    """Figures 1 and 2: each panel, and the range over all test points of the run."""
    rows = []
    for run in figure_1_runs(results):
        for evaluation in run.evaluations:
            row, all_rows = run.row(evaluation, method), run.rows(evaluation, method)["spearman"]
            rows.append(
                (
                    run.dataset,
                    evaluation_name(evaluation),
                    coefficient(row["spearman"]),
                    interval(row["spearman_low"], row["spearman_high"]),
                    _range(list(all_rows), evaluation),
                    ratio(row["slope"]),
                    percent(row["underestimated"]),
                )
            )
    head = ("data", "evaluation", "ρ", "interval", "ρ over all test points", "slope", "too small")
    return _with_picture(name, figures, head, rows, f"ρ, interval, slope and share are those of {SHOWN}.")


def _range(spearman: Sequence[float], evaluation: str) -> str:
    """Over test points; a group's own loss has none."""
    return UNDEFINED if evaluation == "self_loss" else extent(min(spearman), max(spearman), coefficient)


def _by_sign(results: Results) -> list[str]:
    """How often and by how much influence is too small, apart for effects that fall and that rise."""
    rows = []
    for place, runs in (("Figure 1", figure_1_runs(results)), ("Figure C.1", other_runs(results))):
        for run in runs:
            for evaluation, parts in run.signs.groupby("evaluation", sort=False):
                if place == "Figure C.1" and evaluation != "test_loss":
                    continue
                by = {bool(row["negative"]): row for row in parts.to_dict("records")}
                cells = [
                    (percent(by[s]["under"]), ratio(by[s]["slope"])) if s in by else ("–", "–") for s in (True, False)
                ]
                rows.append((run.dataset, place, evaluation_name(str(evaluation)), *cells[0], *cells[1]))
    if not rows:
        return []
    signs = ("negative", "positive")
    head = ("data", "test points", "evaluation", *(f"{s}: {what}" for s in signs for what in ("too small", "slope")))
    text = (
        "Influence, pooled over all test points of a run, apart for groups whose removal lowers (negative) and raises "
        "what is measured. Here a prediction is too small where it is nearer to 0 than the actual effect."
    )
    return [markdown_table(head, rows), text]


def _other_points(results: Results, figures: Sequence[str]) -> list[str]:
    rows = []
    for run in other_runs(results):
        for evaluation in run.evaluations:
            if evaluation != "self_loss":
                values = list(run.rows(evaluation, "influence")["spearman"])
                each = ", ".join(map(coefficient, values))
                rows.append((run.dataset, evaluation_name(evaluation), each, _range(values, evaluation)))
    closing = (
        "Test points are drawn from those between the 40th and the 60th percentile of the test loss, on the groups of "
        "Figure 1, from the parameters that its runs have stored; the figure shows the first three."
    )
    return _with_picture("figure-c1", figures, ("data", "evaluation", "ρ of each test point", "range"), rows, closing)


def _sweeps(results: Results, figures: Sequence[str]) -> list[str]:
    names = [f"figure-c2-{short}" for short in ORDER if f"figure-c2-{short}" in results.sweeps]
    evaluations = ("test_prediction", "test_loss", "self_loss")
    rows = []
    for name in names:
        for run in results.sweeps[name]:
            values = [
                coefficient(run.row(e, "influence")["spearman"]) if e in run.evaluations else UNDEFINED
                for e in evaluations
            ]
            rows.append(
                (
                    run.dataset,
                    number(run.manifest.lam_over_n),
                    percent(run.manifest.test_accuracy, 1),
                    *values,
                )
            )
    head = ("data", "λ/n", "test accuracy", *(f"ρ, {evaluation_name(e).lower()}" for e in evaluations))
    closing = (
        f"ρ of influence on {SHOWN}. Groups and test points are drawn once, at the λ/n of Table 1 (MNIST: the smallest "
        "of the grid), and are the same at every λ; the paper's code draws them anew at each. As in the paper the "
        "sweep of MNIST is on a tenth of its training rows."
    )
    found = _with_picture("figure-c2", figures, head, rows, closing)
    return [*found, "![Figure C.3](figure-c3.png)"] if found and "figure-c3.png" in figures else found


def _methods(results: Results, figures: Sequence[str]) -> list[str]:
    rows = [
        (
            run.dataset,
            evaluation_name(evaluation),
            *(coefficient(run.row(evaluation, method)["spearman"]) for method in METHODS),
            *(ratio(run.row(evaluation, method)["slope"]) for method in METHODS),
        )
        for run in figure_1_runs(results)
        for evaluation in run.evaluations
        if evaluation != "test_prediction"
    ]
    head = ("data", "evaluation", *(f"{method_name(m)}: {what}" for what in ("ρ", "slope") for m in METHODS))
    return _with_picture("figure-c4", figures, head, rows, f"On {SHOWN}.")


def _natural(results: Results) -> list[str]:
    """Labelling functions and crowdworkers: what predicts the effect on the sum over each set of test rows."""
    rows = []
    natural = (results.runs.get(name) for name in ("natural-groups-cdr", "natural-groups-multinli"))
    for run in (run for run in natural if run is not None):
        for row in run.rows("test_loss", "influence").to_dict("records"):
            newton = run.rows("test_loss", "newton")
            other = newton[newton["test_point"] == row["test_point"]].iloc[0]
            rows.append(
                (
                    run.dataset,
                    run.sets[row["test_point"]],
                    str(row["n_groups"]),
                    coefficient(row["spearman"]),
                    interval(row["spearman_low"], row["spearman_high"]),
                    ratio(row["slope"]),
                    coefficient(other["spearman"]),
                )
            )
    if not rows:
        return []
    head = ("data", "test rows", "groups", "ρ, influence", "interval", "slope", "ρ, Newton")
    text = (
        "What if a labelling function of CDR had not voted, or a crowdworker had not written? Effects are on the test "
        "loss, summed over the test rows named. Both data are substitutes for the paper's."
    )
    return [text, markdown_table(head, rows)]


def _time(results: Results, record: Record) -> list[str]:
    rows = []
    for study in STUDIES:
        if study.name in record.done():
            stages = results.stages.get(study.name, {})
            named = [f"{stages[stage]:,.0f}" if stage in stages else UNDEFINED for stage in ("prepare", "compute")]
            rows.append((study.name, *named, f"{record.entries[study.name].seconds:,.0f}"))
    total = sum(entry.seconds for entry in record.done().values())
    about, commits = provenance(), sorted({str(run.manifest.provenance.git_commit) for run in every_run(results)})
    versions = ", ".join(f"{name} {version}" for name, version in about.versions.items())
    return [
        markdown_table(("study", "prepare, s", "predict and retrain, s", "in all, s"), rows),
        f"Together {total / 60:,.0f} minutes on the clock, from the start of each command to its report. "
        "Of a study that was interrupted, the stages are those of the last go.",
        f"Machine: {about.processor}, {os.cpu_count()} cores, {about.platform}. Versions: {versions}. "
        f"Commit of the runs: {', '.join(commits)}.",
    ]


def _with_picture(
    name: str, figures: Sequence[str], head: Sequence[str], rows: Sequence[Sequence[str]], closing: str
) -> list[str]:
    """The figure where it was drawn, its table and what closes it; nothing without rows."""
    if not rows:
        return []
    title = name.replace("figure-", "Figure ").replace("c", "C.")
    picture = [f"![{title}]({name}.png)"] if f"{name}.png" in figures else []
    return [*picture, markdown_table(head, rows), closing]


def _list(lines: Sequence[str] | dict[str, None]) -> list[str]:
    return ["\n".join(f"- {line}" for line in lines)] if lines else []
