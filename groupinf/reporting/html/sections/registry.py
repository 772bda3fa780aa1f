"""The questions of the page, in their order."""

from __future__ import annotations

from groupinf.registry import Registry
from groupinf.reporting.html.section import Section
from groupinf.reporting.html.sections.every_group import EVERY_GROUP
from groupinf.reporting.html.sections.every_number import EVERY_NUMBER
from groupinf.reporting.html.sections.explanations import EXPLANATIONS
from groupinf.reporting.html.sections.farthest_off import FARTHEST_OFF
from groupinf.reporting.html.sections.kinds_and_sizes import KINDS_AND_SIZES
from groupinf.reporting.html.sections.ranking import RANKING
from groupinf.reporting.html.sections.trust import TRUST
from groupinf.reporting.html.sections.underestimation import UNDERESTIMATION

SECTIONS: Registry[Section] = Registry(
    "section of the page",
    (RANKING, UNDERESTIMATION, KINDS_AND_SIZES, EXPLANATIONS, FARTHEST_OFF, EVERY_GROUP, TRUST, EVERY_NUMBER),
)
