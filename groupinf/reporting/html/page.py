"""The page of one or several runs."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.reporting.html.frame import Frame, framed
from groupinf.reporting.html.parts.assets import colours, plotly_is_installed
from groupinf.reporting.html.parts.in_short import in_short
from groupinf.reporting.html.parts.markup import Html, answers, element, folded, joined
from groupinf.reporting.html.parts.overview import overview
from groupinf.reporting.html.section import Answer, Material, PngOf, Question
from groupinf.reporting.html.sections.every_group import drawn_png
from groupinf.reporting.html.sections.registry import SECTIONS
from groupinf.reporting.words.entries import Entry, Looks, Named, entries_among, looks_of, named_runs
from groupinf.reporting.words.evaluation_answers import evaluation_answers
from groupinf.reporting.words.screening import chosen_lines
from groupinf.studies.group_effects.result import Run

# where a section comes before all others, what opens other pages follows it
_AGREEMENT = Question("agreement", "Predictions", "How good are the predictions?")


def page_html(
    runs: Sequence[Run],
    title: str,
    plotly: bool | None = None,
    png: PngOf = drawn_png,
    notes: Sequence[str] = (),
) -> str:
    """The page of the runs, in the order given; with one run its report, with several their comparison.

    ``plotly`` (default: where it is installed) draws the groups with plotly.js, which the page then holds;
    else the static figures stand there, as ``png`` gives them. ``notes`` stand below what was run. The same runs give
    the same text.
    """
    return page_of(named_runs(runs), title, plotly, png, notes)


def page_of(
    named: Sequence[Named],
    title: str,
    plotly: bool | None = None,
    png: PngOf = drawn_png,
    notes: Sequence[str] = (),
) -> str:
    """The same of runs that have their names on the page."""
    entries = entries_among(named)
    looks = looks_of(entries)
    material = Material(named, entries, looks, plotly_is_installed() if plotly is None else plotly, png)
    told = [element("p", {}, note) for note in notes]
    asked = [section for section in SECTIONS.values() if section.applies(material)]
    first = [section for section in asked if section.leads(material)]
    opening = [_answers(entries, looks)] if entries else []
    answered = [
        *((section, section.answer(material)) for section in first),
        *((_AGREEMENT, Answer(answer)) for answer in opening if first),
        *((section, section.answer(material)) for section in asked if section not in first),
    ]
    return framed(
        Frame(
            title=title,
            opening=[overview(named), *told, *([] if first else opening)],
            answered=answered,
            styles=colours([*looks.kinds.values(), *looks.methods.values()]),
        )
    )


def _answers(entries: Sequence[Entry], looks: Looks) -> Html:
    """A sentence for each evaluation; of several runs, folded, the table of answers in short."""
    told = answers([*evaluation_answers(entries), *chosen_lines(entries)])
    return joined([told, folded("In numbers", in_short(entries, looks))]) if len(entries) > 1 else told
