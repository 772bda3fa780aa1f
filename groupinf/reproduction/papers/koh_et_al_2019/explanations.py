"""What is written by hand on the page: whose place each dataset takes, and why a result differs from the paper's.

An explanation is shown only where its difference occurs.
"""

from __future__ import annotations

from dataclasses import dataclass

from groupinf.datasets.known.registry import facts_of


@dataclass(frozen=True)
class Counterpart:
    """A line of the paper's Table 1: its name there, the registered dataset that is it, and d where that has another.

    ``substitute`` says that our data are not the paper's.
    """

    title: str
    facts: str
    d: int
    substitute: bool = False


def _line(title: str, facts: str, d: int | None = None, substitute: bool = False) -> Counterpart:
    return Counterpart(title, facts, facts_of(facts).d if d is None else d, substitute)


# by the name of our dataset; the registry's d of enron is that of the vocabulary without spaCy's tables
TABLE_1: dict[str, Counterpart] = {
    "diabetes": _line("Diabetes", "diabetes"),
    "enron_spacy": _line("Enron", "enron", d=3_289),
    "dogfish_efficientnet": _line("Dogfish", "dogfish", substitute=True),
    "mnist": _line("MNIST", "mnist"),
    "cdr_rebuilt": _line("CDR", "cdr", substitute=True),
    "nli_workers": _line("MultiNLI", "multinli", substitute=True),
}

# for datasets whose n, d or score differ from the paper's
DATA: dict[str, str] = {
    "diabetes": "Diabetes has the paper's rows, features and split. The model is fitted to rounding here, by an "
    "optimiser with a tolerance there.",
    "enron_spacy": "Enron: the words are those of spaCy 2.0 as in the paper, but the order of the authors' files, "
    "which decides the split and so the words that occur in five training e-mails, is not known; here it is by name, "
    "spam first. Over 40 other splits d is 3,273 ± 43 and test accuracy 96.9 ± 0.4 %.",
    "dogfish_efficientnet": "Dogfish is a substitute: the authors' Inception features of dogs and fish could not be "
    "had. These are EfficientNet-Lite0 features of other ImageNet photographs, springer or tench, taken at 40 pixels "
    "so that the task is about as hard; d < n here, d > n in the paper.",
    "mnist": "MNIST has the paper's rows and pixels. The model is fitted to rounding here, by an optimiser with a "
    "tolerance there.",
    "cdr_rebuilt": "CDR is a substitute, rebuilt from the BioCreative V corpus with the labelling functions that were "
    "published in words; their votes, and n-grams in the place of features of a parser, are not the authors'.",
    "nli_workers": "MultiNLI is replaced by a substitute: which crowdworker wrote a training pair of MultiNLI was "
    "never published. These are the pairs of another corpus with 96 writers, 100 numbers for a word, no parses, and "
    "the collection protocol in the place of the genre.",
}

RHO_ABOVE = (
    "ρ above the paper's range: actual effects come from exact retraining here, from an optimiser with a tolerance "
    "there, whose error is noise that lowers ρ; and groups and test points are other draws. The two were not told "
    "apart."
)
RHO_BELOW = (
    "ρ below the paper's range: groups and test points are other draws than the paper's, and for substitutes the data "
    "are others too. The tables give the range over all test points beside the one that is shown."
)
CONVEX = (
    "Why a falling test loss is an exception: the loss is convex in the model's score, so that reading it out "
    "linearly, as influence does, makes a fall look larger and a rise smaller than they are; and it cannot fall below "
    "0, where the largest falls level off in Figures 1 and C.2. Read out exactly, as parameter influence does, falls "
    "are too small more often."
)
BOTH_CURVATURES = (
    "Why most falls are too small all the same: the change of the score is itself too small, whatever its sign, as the "
    "group takes its curvature with it; the bend of the loss outweighs that only where the change is large. So it "
    "shows in the slope and among the largest falls, which are what the eye sees in a plot, more than in the share of "
    "all groups, where each counts alike."
)
UNDER_OTHERWISE = "Where most groups are overestimated against the rule is named above; it is not explained here."
NO_ROOM = "A series whose ρ is at least 0.98 at every λ has next to no room to rise; differences there are a few ranks."
WITHIN_INTERVALS = (
    "Of the other series that do not rise, the intervals of ρ at the smallest and at the largest λ overlap unless they "
    "are named as falling."
)
FALLING = (
    "What falls by more than its intervals is not explained here. Where the median over all test points does not fall "
    "with it, it is the test point that is shown, not the data, that falls."
)

SLOPE_HIDDEN = (
    "ρ near 1 does not say that influence is of the right size: actual effects of labelling functions are larger, "
    "which a plot with equal axes shows as points below its diagonal."
)
PRECISE_LESS = (
    "Where precision goes together with the influence of labelling functions here, it does so backwards, and not "
    "because of coverage, which is partialled out: the more precise have less influence. The paper looked at a plot "
    "and gives no number."
)
SIZE_BOUNDS = (
    "The number of rows says nothing of whether a crowdworker helps or hurts, but it bounds how much: the correlation "
    "with the magnitude of influence is that of sums of more or fewer rows. The paper's claim is on the signed value."
)
OWN_SETS = (
    "No writer of the substitute has rows of two protocols, which stand in the place of genres: the number of rows "
    "contributed to one tells above all whose protocol it is, and writers help the rows of their own."
)
