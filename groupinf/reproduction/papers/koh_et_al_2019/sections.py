"""The sections of the page: the paper's claims, Table 1 and figures, each beside what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from groupinf.datasets.known.registry import facts_of
from groupinf.effects.evaluations.registry import EVALUATIONS, OF_THE_PAPER
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.evaluations.test_prediction import TEST_PREDICTION
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.newton import Newton
from groupinf.effects.methods.parameter_influence import ParameterInfluence
from groupinf.reporting.words.formats import coefficient, extent, interval, percent, ratio
from groupinf.reporting.words.markdown import padded_table
from groupinf.reporting.words.style import evaluation_in_text, evaluation_name, method_name
from groupinf.reproduction.paper import Findings
from groupinf.reproduction.papers.koh_et_al_2019.claims import all_claims, figure_1_runs, other_runs
from groupinf.reproduction.papers.koh_et_al_2019.explanations import DATA, TABLE_1
from groupinf.reproduction.papers.koh_et_al_2019.reading import KohFacts
from groupinf.reproduction.papers.koh_et_al_2019.studies import COUNTEREXAMPLES, NATURAL, ORDER
from groupinf.reproduction.results import Results
from groupinf.wording import UNDEFINED, number

Found = Results[KohFacts]

METHODS = (Influence.name, ParameterInfluence.name, Newton.name)
SHOWN = "the test point that the figure shows, which is the one of highest loss"
SCORE = 1e-3  # scores that differ by less look the same
OPENING = (
    "Koh, Ang, Teo and Liang, *On the Accuracy of Influence Functions for Measuring Group Effects*, NeurIPS 2019, "
    "beside what `bash scripts/reproduce_paper.sh` finds. ρ is Spearman's rank correlation of predicted with "
    "actual effects over all groups of a run; brackets hold its 95 % interval. A slope above 1 means that the "
    'prediction is too small; "too small" is the share of groups whose prediction has the right sign and is '
    "smaller than the actual effect."
)


def _claims(results: Found, _: Sequence[str]) -> list[str]:
    claims = all_claims(results)
    if not claims:
        return []
    rows = [(claim.paper, claim.found, claim.verdict) for claim in claims]
    reasons = dict.fromkeys(why for claim in claims for why in claim.explanations)
    return [padded_table(("the paper", "here", "verdict"), rows), *_list(reasons)]


def _table_1(results: Found, _: Sequence[str]) -> list[str]:
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
    return [padded_table(head, rows), "The score is test accuracy, for CDR F1 of the positive class.", *_list(notes)]


def _score(value: float, is_f1: bool) -> str:
    return f"F1 {value:.3f}" if is_f1 else percent(value, 1)


def _figure_1(results: Found, figures: Sequence[str]) -> list[str]:
    return _panels(results, Influence.name, "figure-1", figures)


def _figure_2(results: Found, figures: Sequence[str]) -> list[str]:
    return _panels(results, Newton.name, "figure-2", figures)


def _figure_3(results: Found, figures: Sequence[str]) -> list[str]:
    """Of each study how influence and Newton go together with the actual effects."""
    rows = []
    for name in (name for name in COUNTEREXAMPLES if name in results.runs):
        run = results.runs[name]
        influence, newton = (run.row(TEST_PREDICTION.name, method) for method in (Influence.name, Newton.name))
        rows.append(
            (
                name,
                run.dataset,
                str(influence["n_groups"]),
                coefficient(influence["spearman"]),
                interval(influence["spearman_low"], influence["spearman_high"]),
                ratio(influence["slope"]),
                coefficient(newton["spearman"]),
            )
        )
    head = ("study", "data", "groups", "ρ, influence", "interval", "slope", "ρ, Newton")
    closing = (
        "On the test prediction of data that are made so that influence fails: groups, test points or the data are "
        "chosen adversarially, as data/README.md says of each. The test points of the paper's MoG are found otherwise."
    )
    return _with_picture("figure-3", figures, head, rows, closing)


def _panels(results: Found, method: str, name: str, figures: Sequence[str]) -> list[str]:
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
    several = EVALUATIONS[evaluation].on_test_points()
    return extent(min(spearman), max(spearman), coefficient) if several else UNDEFINED


def _by_sign(results: Found, _: Sequence[str]) -> list[str]:
    """How often and by how much influence is too small, apart for effects that fall and that rise."""
    rows = []
    for place, runs in (("Figure 1", figure_1_runs(results)), ("Figure C.1", other_runs(results))):
        for run in runs:
            for evaluation, parts in run.signs.groupby("evaluation", sort=False):
                if place == "Figure C.1" and evaluation != TEST_LOSS.name:
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
    return [padded_table(head, rows), text]


def _other_points(results: Found, figures: Sequence[str]) -> list[str]:
    rows = []
    for run in other_runs(results):
        for evaluation in run.evaluations:
            if EVALUATIONS[evaluation].on_test_points():
                values = list(run.rows(evaluation, Influence.name)["spearman"])
                each = ", ".join(map(coefficient, values))
                rows.append((run.dataset, evaluation_name(evaluation), each, _range(values, evaluation)))
    closing = (
        "Test points are drawn from those between the 40th and the 60th percentile of the test loss, on the groups of "
        "Figure 1, from the parameters that its runs have stored; the figure shows the first three."
    )
    return _with_picture("figure-c1", figures, ("data", "evaluation", "ρ of each test point", "range"), rows, closing)


def _sweeps(results: Found, figures: Sequence[str]) -> list[str]:
    names = [f"figure-c2-{short}" for short in ORDER if f"figure-c2-{short}" in results.sweeps]
    evaluations = [evaluation.name for evaluation in OF_THE_PAPER]
    rows = []
    for name in names:
        for run in results.sweeps[name]:
            values = [
                coefficient(run.row(e, Influence.name)["spearman"]) if e in run.evaluations else UNDEFINED
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
    head = ("data", "λ/n", "test accuracy", *(f"ρ, {evaluation_in_text(e)}" for e in evaluations))
    closing = (
        f"ρ of influence on {SHOWN}. Groups and test points are drawn once, at the λ/n of Table 1 (MNIST: the smallest "
        "of the grid), and are the same at every λ; the paper's code draws them anew at each. As in the paper the "
        "sweep of MNIST is on a tenth of its training rows."
    )
    found = _with_picture("figure-c2", figures, head, rows, closing)
    return [*found, "![Figure C.3](figure-c3.png)"] if found and "figure-c3.png" in figures else found


def _methods(results: Found, figures: Sequence[str]) -> list[str]:
    rows = [
        (
            run.dataset,
            evaluation_name(evaluation),
            *(coefficient(run.row(evaluation, method)["spearman"]) for method in METHODS),
            *(ratio(run.row(evaluation, method)["slope"]) for method in METHODS),
        )
        for run in figure_1_runs(results)
        for evaluation in run.evaluations
        if evaluation != TEST_PREDICTION.name
    ]
    head = ("data", "evaluation", *(f"{method_name(m)}: {what}" for what in ("ρ", "slope") for m in METHODS))
    return _with_picture("figure-c4", figures, head, rows, f"On {SHOWN}.")


# what each figure of natural groups shows
PICTURED = {
    "figure-4": "influence against coverage and precision of labelling functions, each on the test rows of its class; "
    "and against the rows that crowdworkers contributed, on the sum over all test rows.",
    "figure-c5": "influence against actual effects of labelling functions.",
    "figure-c6": "influence against coverage, on the test rows of each class.",
    "figure-c7": "influence against precision, on the test rows of each class.",
    "figure-c8": "influence against actual effects of crowdworkers, by genre of the test rows.",
    "figure-c9": "influence on the sum over all genres against the rows contributed.",
    "figure-c10": "influence of each crowdworker on each genre.",
    "figure-c11": "influence on a genre against the rows contributed to it.",
}


def _natural(results: Found, figures: Sequence[str]) -> list[str]:
    """Labelling functions and crowdworkers: what predicts the effect on the sum over each set of test rows."""
    rows = []
    natural = (results.runs.get(name) for name in NATURAL)
    for run in (run for run in natural if run is not None):
        for row in run.rows(TEST_LOSS.name, Influence.name).to_dict("records"):
            newton = run.rows(TEST_LOSS.name, Newton.name)
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
    pictures = [part for name, words in PICTURED.items() for part in _picture(name, figures, words)]
    return [text, padded_table(head, rows), *pictures]


def _with_picture(
    name: str, figures: Sequence[str], head: Sequence[str], rows: Sequence[Sequence[str]], closing: str
) -> list[str]:
    """The figure where it was drawn, its table and what closes it; nothing without rows."""
    if not rows:
        return []
    return [*_picture(name, figures), padded_table(head, rows), closing]


def _picture(name: str, figures: Sequence[str], words: str = "") -> list[str]:
    """The figure where it was drawn, after words on it."""
    title = name.replace("figure-", "Figure ").replace("c", "C.")
    lines = [f"{title}: {words}"] if words else []
    return [*lines, f"![{title}]({name}.png)"] if f"{name}.png" in figures else []


def _list(lines: Sequence[str] | dict[str, None]) -> list[str]:
    return ["\n".join(f"- {line}" for line in lines)] if lines else []


# the page's headings in their order, and what stands below each; nothing where there are no results
SECTIONS: tuple[tuple[str, Callable[[Found, Sequence[str]], list[str]]], ...] = (
    ("Claims", _claims),
    ("Table 1", _table_1),
    ("Figure 1: influence", _figure_1),
    ("Figure 2: Newton", _figure_2),
    ("Figure 3: counterexamples", _figure_3),
    ("Is the prediction too small?", _by_sign),
    ("Figure C.1: other test points", _other_points),
    ("Figures C.2 and C.3: regularisation", _sweeps),
    ("Figure C.4: three predictions", _methods),
    ("Natural groups", _natural),
)


def findings(results: Found, figures: Sequence[str]) -> Findings:
    """What the page says of the results; ``figures`` are files beside it."""
    sections = tuple((heading, body(results, figures)) for heading, body in SECTIONS)
    return Findings((OPENING,), sections, results.every_run, results.stages)
