"""Made-up runs whose predicted effects are known fractions of the actual ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from selenium.webdriver import Chrome
from support.browser import chromium, emulate
from support.manifests import made_manifest
from support.page_in_browser import EVIL, KINDS
from support.undrawn import leave_pictures_out

from groupinf.analysis.agreement import AgreementTable, agreement_table
from groupinf.effects.methods.registry import METHODS
from groupinf.reporting.html.page import page_html
from groupinf.studies.group_effects.result import Run

FRACTIONS = {"influence": 0.5, "parameter_influence": 0.8, "newton": 1.0, "without_hessian": 1e3, "LiSSA": 0.7}

MakeRun = Callable[..., Run]


def readout_of(method: str) -> str:
    return METHODS[method].readout.value if method in METHODS else "exact"


def tidy_effects(
    kinds: list[str],
    measures: list[tuple[str, int]],
    methods: tuple[str, ...],
) -> pd.DataFrame:
    """Actual effects at random, each prediction a fixed fraction of them."""
    rng = np.random.default_rng(0)
    parts = []
    for evaluation, test_point in measures:
        actual = rng.normal(size=len(kinds))
        values = {method: FRACTIONS[method] * actual for method in methods} | {"actual": actual}
        for method, effect in values.items():
            part = pd.DataFrame({"group": np.arange(len(kinds)), "kind": kinds, "size": 10, "effect": effect})
            part = part.assign(evaluation=evaluation, test_point=test_point, method=method, readout=readout_of(method))
            parts.append(part.assign(error_estimate=1e-9 if method == "actual" else np.nan))
    return pd.concat(parts, ignore_index=True)


@cache
def measured(
    kinds: tuple[str, ...], measures: tuple[tuple[str, int], ...], methods: tuple[str, ...]
) -> tuple[pd.DataFrame, AgreementTable]:
    """Effects and their agreement, which is most of the work of making up a run."""
    effects = tidy_effects(list(kinds), list(measures), methods)
    return effects, agreement_table(effects, seed=0)


def maker(folder: Path) -> MakeRun:
    def make(
        kinds: list[str] | None = None,
        measures: list[tuple[str, int]] | None = None,
        methods: tuple[str, ...] = ("influence", "newton"),
        **manifest: object,
    ) -> Run:
        kinds = ["random"] * 20 + ["shared_feature"] * 12 if kinds is None else kinds
        measures = measures or [("test_loss", 7), ("test_loss", 3), ("self_loss", -1)]
        effects, agreement = measured(tuple(kinds), tuple(measures), tuple(methods))
        numbers = np.arange(len(kinds))
        about = {
            "n_groups": len(kinds),
            "units": len(kinds),
            "methods": tuple(methods),
            "agreement_interval": agreement.interval_in_words,
        }
        return Run(
            path=folder / "run",
            config={},
            manifest=made_manifest(**(about | manifest)),
            groups=pd.DataFrame(
                {
                    "group": numbers,
                    "name": numbers.astype(str),
                    "kind": kinds,
                    "size": 10,
                    "test_point": -1,
                    "made_from": [f"made of {kind}" for kind in kinds],
                }
            ),
            effects=effects.copy(),
            retrains=pd.DataFrame({"group": numbers, "passes": 6, "gradient_norm": 2e-9, "decrement": 3e-10}),
            spearman=agreement.table.copy(),
            attributes=pd.DataFrame({"group": numbers, "size": 10.0, "share_of_rows": 0.1}),
        )

    return make


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    return maker(tmp_path)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what a page says, whose static figures are not looked at."""
    leave_pictures_out(monkeypatch)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, notes = tmp_path_factory.mktemp("page"), [f"</script>{EVIL}<img src=x onerror=alert(2)>"]
    run = maker(folder)(KINDS, name="study", dataset=EVIL, notes=notes)
    path = folder / "report.html"
    path.write_text(page_html([run], "study", plotly=True), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser: Chrome, page: Path) -> Iterator[Chrome]:
    emulate(browser)
    browser.get_log("browser"), browser.get_log("performance")
    browser.get(page.as_uri())
    yield browser
    assert [entry["message"] for entry in browser.get_log("browser")] == []
