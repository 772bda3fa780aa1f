"""What a run of robustness found, in sentences and in the words of its tables."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.effects.row_orders.registry import ROW_ORDERS
from groupinf.reporting.robustness.statements import Told, ordered
from groupinf.reporting.words.formats import one_line, percent, shorten
from groupinf.reporting.words.style import LONGEST_NAME
from groupinf.studies.robustness.manifest import RobustnessManifest
from groupinf.studies.robustness.questions.registry import QUESTIONS
from groupinf.studies.robustness.result import RobustnessRun
from groupinf.wording import UNDEFINED, counted, listed, number

# statements that a sentence names
MOST_NAMED = 3


def title_line(run: RobustnessRun) -> str:
    """The run's name."""
    return one_line(run.manifest.name)


def data_line(run: RobustnessRun) -> str:
    """Dataset, its size, λ/n, and how many rows were removed at most."""
    about = run.manifest
    size = f"n = {about.n:,}, d = {about.d:,}, λ/n = {number(about.lam_over_n)}"
    most = f"at most {counted(about.most, 'row')} ({percent(about.most / about.n, 1)}) removed"
    return f"{shorten(about.dataset, LONGEST_NAME)}: {size}; {most}"


def statement_words(told: Told) -> str:
    """What a statement is: of which question, about what, and what is asked beside that."""
    asks = f" ({told.asks})" if told.asks else ""
    return f"{QUESTIONS[told.flips].label}: {one_line(told.name)}{asks}"


def now_words(told: Told) -> str:
    """The value of a statement and its state; the state alone where nothing can be asked of it."""
    return f"{number(told.value)} ({one_line(told.state)})" if told.asked else one_line(told.state)


def after_words(told: Told) -> str:
    """The same of the model that was refitted without the fewest rows."""
    return UNDEFINED if told.fewest is None else f"{number(told.value_after)} ({one_line(told.state_after)})"


def fewest_words(told: Told, about: RobustnessManifest) -> str:
    """The fewest rows found, and their share; where there are none, up to where they were looked for."""
    if told.fewest is not None:
        return f"{told.fewest:,} ({percent(told.fewest / about.n, 1)})"
    return f"none of up to {about.most:,}" if told.asked else "not asked"


def order_words(told: Told) -> str:
    """By which order they were found."""
    return UNDEFINED if told.order is None else ROW_ORDERS[told.order].label


def bound_words(told: Told, about: RobustnessManifest) -> str:
    """At least how many rows it takes, proven."""
    if told.lower_bound is None:
        return "not at hand"
    if told.lower_bound > about.most:
        return f"more than {about.most:,}"
    return f"{told.lower_bound:,}" + (", the fewest" if told.proven_fewest else "")


def answers(run: RobustnessRun) -> list[str]:
    """How many statements flip, which take the fewest rows, and what is proven of that."""
    about, statements = run.manifest, ordered(run)
    asked, flipped = [s for s in statements if s.asked], [s for s in statements if s.fewest is not None]
    within = f"without at most {counted(about.most, 'row')} of {about.n:,}"
    lines = [f"Of {counted(len(asked), 'statement')}, {len(flipped):,} flip {within}, each by an exact refit."]
    if flipped:
        named = [
            f"{statement_words(s)} without {counted(s.fewest, 'row')} ({percent(s.fewest / about.n, 1)})"
            for s in flipped[:MOST_NAMED]
            if s.fewest is not None
        ]
        lines.append(f"Fewest rows: {'; '.join(named)}.")
    left = [s for s in statements if not s.asked]
    return [
        *lines,
        *_proven(about, asked, flipped),
        *([f"Nothing can be asked of {_named(left)}."] if left else []),
    ]


def _proven(about: RobustnessManifest, asked: Sequence[Told], flipped: Sequence[Told]) -> list[str]:
    lines = _fewest(flipped)
    never = [s for s in asked if s.lower_bound is not None and s.lower_bound > about.most]
    if never:
        lines.append(f"No {about.most:,} rows, whichever, can flip {_named(never)}: proven.")
    unknown = [s for s in asked if s.lower_bound is None]
    if unknown:
        why = "its value is not linear in the parameters" if about.proves else "no factor of H is proven"
        kinds = listed(QUESTIONS[flips].in_text for flips in dict.fromkeys(s.flips for s in unknown))
        lines.append(f"No lower bound above one row is at hand of how few flip {kinds}: {why}.")
    return lines


def _fewest(flipped: Sequence[Told]) -> list[str]:
    """How many flip by one row, and of how many others it is proven that no fewer rows flip them."""
    more = [s for s in flipped if s.fewest != 1]
    ones, proven = len(flipped) - len(more), sum(s.proven_fewest for s in more)
    lines = [f"One row is enough for {f'{ones:,} of them' if more else 'each of them'}."] if ones else []
    which = f"the {len(more):,}" + (f" that take{'s' if len(more) == 1 else ''} more" if ones else "")
    if proven:
        of = which if proven == len(more) else f"{proven:,} of {which}"
        lines.append(f"No fewer rows, whichever, could have flipped {of}: proven.")
    elif more:
        lines.append(f"It is not proven that no fewer rows could have flipped {which}.")
    return lines


def _named(statements: Sequence[Told]) -> str:
    names = [statement_words(s) for s in statements[:MOST_NAMED]]
    more = len(statements) - len(names)
    return listed([*names, f"{more:,} more"] if more else names)


def order_lines(run: RobustnessRun) -> list[str]:
    """How often each order found as few rows as any, and where its own prediction was right."""
    best = run.statements.set_index("statement")["fewest"].dropna()
    if best.empty:
        return []
    as_few = []
    for name in run.manifest.orders:
        fewest = run.flips[run.flips["order"] == name].set_index("statement")["fewest"].reindex(best.index)
        as_few.append(f"{int((fewest == best).fillna(False).sum()):,} {ROW_ORDERS[name].in_text}")
    predicted = [_predicted(run, name) for name in run.manifest.orders]
    return [f"As few rows as by any order, of {len(best):,} flips: {listed(as_few)}.", *filter(None, predicted)]


def _predicted(run: RobustnessRun, name: str) -> str:
    """How far the number of first rows that an order predicts is from that which refits find; empty of none."""
    of = run.flips[run.flips["order"] == name].dropna(subset=["predicted", "first"])
    if of.empty:
        return ""
    fewer, more = (
        int(count) for count in ((of["predicted"] < of["first"]).sum(), (of["predicted"] > of["first"]).sum())
    )
    return (
        f"First rows {ROW_ORDERS[name].in_text}, of {counted(len(of), 'flip')}: the order itself predicts the number "
        f"that refits find for {len(of) - fewer - more:,}, too few for {fewer:,} and too many for {more:,}."
    )


def how_lines(run: RobustnessRun) -> list[str]:
    """What flips, and what was done, order by order."""
    orders = [ROW_ORDERS[name] for name in run.manifest.orders]
    told = "; ".join(f"{order.in_text}: {order.equation} ({order.source})" for order in orders)
    return [
        *(f"{meaning}." for meaning in dict.fromkeys(run.manifest.meanings)),
        f"Rows are taken {told}.",
        "Of each order the smallest number of first rows that flips a statement is looked for with refits; of these "
        "as many are put back as can be while it stays flipped.",
    ]


def trust_line(run: RobustnessRun) -> str:
    """How exact the refits are by which flips are told."""
    found = run.statements[run.statements["fewest"].notna()]
    if found.empty:
        return "No statement was flipped."
    error, past = float(found["error"].max()), float((found["value_after"] - found["boundary"]).abs().min())
    return (
        f"{counted(len(found), 'flip')}, each beyond its boundary by more than the error estimate of the refitted "
        f"value: the largest estimate is {number(error, 2)}, the smallest distance {number(past, 2)}."
    )
