"""The questions of the page, in their order."""

from __future__ import annotations

from groupinf.registry import Registry
from groupinf.reporting.html.section import Section
from groupinf.reporting.html.sections.all_groups import ALL_GROUPS
from groupinf.reporting.html.sections.choice_of_lambda import CHOICE_OF_LAMBDA
from groupinf.reporting.html.sections.every_group import EVERY_GROUP
from groupinf.reporting.html.sections.explanations import EXPLANATIONS
from groupinf.reporting.html.sections.farthest_off import FARTHEST_OFF
from groupinf.reporting.html.sections.in_numbers import IN_NUMBERS
from groupinf.reporting.html.sections.kinds_and_sizes import KINDS_AND_SIZES
from groupinf.reporting.html.sections.largest_effects import LARGEST_EFFECTS
from groupinf.reporting.html.sections.most_influential import MOST_INFLUENTIAL
from groupinf.reporting.html.sections.over_lambda import OVER_LAMBDA
from groupinf.reporting.html.sections.ranking import RANKING
from groupinf.reporting.html.sections.screening import SCREENING
from groupinf.reporting.html.sections.suspects import LABELS, TARGETS
from groupinf.reporting.html.sections.theory import THEORY
from groupinf.reporting.html.sections.training_rows import TRAINING_ROWS
from groupinf.reporting.html.sections.trust import TRUST
from groupinf.reporting.html.sections.underestimation import UNDERESTIMATION

SECTIONS: Registry[Section] = Registry(
    "section of the page",
    (
        SCREENING,
        OVER_LAMBDA,
        RANKING,
        UNDERESTIMATION,
        EVERY_GROUP,
        LARGEST_EFFECTS,
        MOST_INFLUENTIAL,
        TRAINING_ROWS,
        LABELS,
        TARGETS,
        CHOICE_OF_LAMBDA,
        KINDS_AND_SIZES,
        EXPLANATIONS,
        FARTHEST_OFF,
        ALL_GROUPS,
        IN_NUMBERS,
        THEORY,
        TRUST,
    ),
)
