"""Every kind has its own look, which colour-blind readers can tell apart too."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from groupinf.groups.builders.registry import known_kinds
from groupinf.reporting.words.palette import computed_looks
from groupinf.reporting.words.style import MOST_USER_KINDS, PLOTLY_SYMBOLS, kind_styles

KINDS = [kind.name for kind in known_kinds().values() if kind.look is not None]

# Machado, Oliveira & Fernandes 2009, full deficiency, on linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def lab(colour: str, deficiency: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of a colour as a reader with the deficiency sees it."""
    srgb = np.array(to_rgb(colour))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(deficiency @ linear, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ seen / (to_xyz @ np.ones(3))
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_colours_of_the_kinds_differ_with_every_deficiency(deficiency):
    seen = [lab(style.colour, DEFICIENCIES[deficiency]) for style in kind_styles(KINDS).values()]
    nearest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))
    assert nearest > 10  # a just noticeable difference is about 2.3


def test_no_two_kinds_look_alike_and_the_order_is_fixed():
    own = [f"ward {i}" for i in range(MOST_USER_KINDS)]
    styles = kind_styles([*own, *reversed(KINDS)])
    assert list(styles) == [*KINDS, *own]
    assert len({(style.colour, style.marker) for style in styles.values()}) == len(styles)
    assert len({style.marker for kind, style in styles.items() if kind in KINDS}) == len(KINDS)


def test_kinds_of_a_user_have_colours_that_no_kind_beside_them_has_while_there_are_any():
    alone, beside = kind_styles(["ward"]), kind_styles(["ward", "gradient_clusters"])
    assert alone["ward"].colour == beside["gradient_clusters"].colour
    assert beside["ward"].colour != beside["gradient_clusters"].colour


def test_kinds_beyond_the_palette_share_one_style_that_counts_them():
    styles = kind_styles([f"ward {i}" for i in range(300)])
    assert len(styles) == 300
    assert len(set(styles.values())) == MOST_USER_KINDS + 1
    assert styles["ward 299"].name == f"{300 - MOST_USER_KINDS} other kinds"


def test_looks_that_are_computed_differ_on_white_and_on_a_dark_ground():
    looks = list(itertools.islice(computed_looks(), 16))
    seen = [lab(colour, DEFICIENCIES["none"]) for colour, _ in looks]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 5
    assert all(marker in PLOTLY_SYMBOLS for _, marker in looks)
    for ground in ("#ffffff", "#16181c"):
        assert min(np.linalg.norm(one - lab(ground, DEFICIENCIES["none"])) for one in seen) > 25
