"""A good configuration loads with YAML 1.2's types and all defaults; it knows its lines, paths and overrides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.known.registry import KNOWN
from groupinf.datasets.own.csv import CsvDataset
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.errors import ConfigError
from groupinf.groups.builders.feature_clusters import FeatureClusters
from groupinf.groups.builders.random import Random
from groupinf.groups.builders.registry import BUILDERS
from groupinf.studies.group_effects.schema import Config
from groupinf.studies.load import json_schema, load_config

GOOD = """\
name: study
dataset: {name: digits}
regularization:
  lambda_over_n: 1e-3
groups:
  sizes: {min: 0.0025, max: 2.5E-1, num: 10}
  builders:
    - random
    - feature_clusters
"""


@pytest.fixture
def good(tmp_path: Path) -> Path:
    file = tmp_path / "study.yaml"
    file.write_text(GOOD)
    return file


def test_a_file_loads_with_its_defaults(good: Path) -> None:
    loaded = load_config(good)
    assert loaded.config.dataset == NamedDataset(name="digits")
    assert loaded.config.regularization.lambda_over_n == 0.001
    assert loaded.config.groups.builders == (Random(), FeatureClusters(k=(4, 8, 16, 32, 64, 128), hierarchical=True))
    assert (loaded.config.seed, loaded.config.test_points.random, loaded.config.test_points.highest_loss) == (0, 3, 3)
    assert (loaded.source, loaded.base) == (str(good), good.parent)


def test_every_key_and_list_entry_has_its_line(good: Path) -> None:
    lines = load_config(good).lines
    assert lines["name",] == 1
    assert lines["regularization", "lambda_over_n"] == 4
    assert lines["groups", "sizes", "max"] == 6
    assert lines["groups", "builders", 1] == 9


def test_an_error_names_the_nearest_line_that_is_known(good: Path) -> None:
    loaded = load_config(good, ["seed=7"])
    place = str(loaded.error(("groups", "builders", 1, "k"), "expected k <= n"))
    assert place == f"{good}, line 9: groups.builders.1.k: expected k <= n"
    assert str(loaded.error(("seed",), "no")) == "--set seed=7: seed: no"
    assert str(loaded.error(("methods",), "no")) == f"{good}, line 1: methods: no"


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 1e-3), ("1.0e-3", 1e-3), ("+1.E+2", 100.0), (".5", 0.5), ("0x1F", 31), ("0o17", 15), ("017", 17)],
)
def test_numbers_are_those_of_yaml_1_2(good: Path, text: str, value: float) -> None:
    overrides = [f"regularization.lambda_over_n={text}"]
    assert load_config(good, overrides).config.regularization.lambda_over_n == value


@pytest.mark.parametrize("text", ["no", "yes", "on", "off", "y", "2020-01-01", "1:30", "1_000", "0b1", "<<", '"7"'])
def test_only_true_and_false_are_booleans_and_dates_are_text(good: Path, text: str) -> None:
    loaded = load_config(good, [f"test_points={{column: {text}}}"])
    assert loaded.config.test_points.column == text.strip('"')


def test_a_mapping_is_a_configuration_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text("a\n")
    loaded = load_config(
        {
            "name": "m",
            "seed": np.int64(3),
            "dataset": {"csv": Path("t.csv"), "target": "a"},
            "regularization": {"lambda_over_n": np.float32(0.5)},
            "groups": {"builders": ({"builder": "column", "column": "a"},)},
        }
    )
    assert loaded.config.dataset == CsvDataset(csv="t.csv", target="a")
    assert (loaded.config.seed, loaded.config.regularization.lambda_over_n) == (3, 0.5)
    assert (loaded.source, loaded.base, dict(loaded.lines)) == ("config", tmp_path, {})
    with pytest.raises(ConfigError, match=r"^config: nam: unknown key 'nam'; did you mean 'name'\?"):
        load_config({**loaded.resolved(), "nam": 1})


def test_paths_start_from_the_files_folder(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "d.npz").touch()
    monkeypatch.chdir(elsewhere)
    loaded = load_config("../study.yaml", ["dataset={npz: d.npz}"])
    assert loaded.source == "../study.yaml"
    assert loaded.path("d.npz").samefile(tmp_path / "d.npz")


def test_a_tilde_is_the_home_folder(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "t.csv").touch()
    loaded = load_config(good, ["dataset={csv: ~/t.csv, target: y}"])
    assert loaded.path("~/t.csv") == tmp_path / "home" / "t.csv"


def test_resolved_is_json_and_loads_again_to_the_same(good: Path) -> None:
    loaded = load_config(good)
    resolved = loaded.resolved()
    assert resolved["groups"]["builders"][1]["k"] == [4, 8, 16, 32, 64, 128]
    assert resolved["test_points"] == {"random": 3, "highest_loss": 3}
    again = load_config(json.loads(json.dumps(resolved)))
    assert again.config == loaded.config
    assert again.resolved() == resolved


@pytest.mark.parametrize(
    "influence",
    [
        {"solver": "cg", "tolerance": 1e-6},
        {"solver": "lissa", "depth": 3, "repeats": 2, "scale": 4.5, "batch_size": 1},
        {"solver": "cholesky"},
        {},
    ],
    ids=str,
)
def test_options_of_the_solver_load_and_so_do_all_defaults_spelled_out(good: Path, influence: dict[str, Any]) -> None:
    loaded = load_config(good, [f"influence={json.dumps(influence)}"])
    resolved = loaded.resolved()
    assert set(resolved["influence"]) - {"solver"} == {"tolerance", "depth", "repeats", "scale", "batch_size"}
    assert resolved["influence"].items() >= influence.items()
    assert load_config(resolved).config == loaded.config


_shares = st.floats(1e-6, 1.0)
_alone = st.sampled_from(["shared_feature", "feature_clusters", "gradient_clusters", "random", "influence_tails"])
_clusters = st.fixed_dictionaries(
    {"builder": st.just("feature_clusters"), "k": st.lists(st.integers(2, 99), min_size=1, unique=True)},
    optional={"hierarchical": st.booleans()},
)
_test_points = st.one_of(
    st.fixed_dictionaries({"random": st.integers(1, 9)}, optional={"highest_loss": st.integers(0, 9)}),
    st.fixed_dictionaries({"indices": st.lists(st.integers(0, 10**6), min_size=1, unique=True)}),
    st.fixed_dictionaries({"percentile": st.just([40, 60.5])}, optional={"num": st.integers(1, 9)}),
    st.just({"all": True}),
    st.fixed_dictionaries({"column": st.text(alphabet="aB0 .-:#é\n\t'\"", max_size=8)}),
)
_configs = st.fixed_dictionaries(
    {
        "name": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,9}", fullmatch=True),
        "dataset": st.fixed_dictionaries({"name": st.sampled_from(sorted(KNOWN))}),
        "regularization": st.fixed_dictionaries({"lambda_over_n": st.floats(1e-300, 1e300)}),
        "groups": st.fixed_dictionaries(
            {
                "sizes": st.builds(lambda a, b: {"min": min(a, b), "max": max(a, b), "num": 3}, _shares, _shares),
                "builders": st.lists(_alone | _clusters, min_size=1, max_size=4),
            }
        ),
    },
    optional={
        "seed": st.integers(0, 2**40),
        "test_points": _test_points,
        "methods": st.lists(st.sampled_from(["influence", "newton"]), min_size=1, unique=True),
    },
)


@settings(deadline=None)
@given(_configs)
def test_every_good_configuration_round_trips_through_yaml(config: dict[str, object]) -> None:
    loaded = load_config(config)
    text = json.dumps(loaded.resolved())  # JSON is YAML
    overrides = [f"{key}={json.dumps(value)}" for key, value in json.loads(text).items()]
    other = {**loaded.resolved(), "name": "other", "seed": 1}
    assert load_config(other, overrides).config == loaded.config


class TestOverrides:
    """--set replaces or creates one key."""

    def test_a_key_is_replaced_and_one_is_created(self, good: Path) -> None:
        config = load_config(good, ["groups.sizes.num=3", "test_points.random=1", "evaluations=[test_loss]"]).config
        assert config.groups.sizes is not None
        assert (config.groups.sizes.num, config.groups.sizes.max) == (3, 0.25)
        assert (config.test_points.random, config.test_points.highest_loss) == (1, None)
        assert config.evaluations == (TEST_LOSS,)

    def test_a_builder_given_by_name_takes_an_option(self, good: Path) -> None:
        builders = load_config(good, ["groups.builders.1.k=[4]"]).config.groups.builders
        assert builders == (Random(), FeatureClusters(k=(4,)))

    def test_a_section_is_replaced_whole(self, good: Path) -> None:
        config = load_config(good, ["regularization={cross_validation: {min: 1e-4, max: 0.1, num: 4}}"]).config
        assert config.regularization.lambda_over_n is None

    def test_the_last_of_two_wins(self, good: Path) -> None:
        assert load_config(good, ["seed=1", "seed=2"]).config.seed == 2

    def test_the_file_is_left_as_it_was(self, good: Path) -> None:
        mapping = load_config(good).resolved()
        before = json.dumps(mapping)
        load_config(mapping, ["groups.builders.0=shared_feature", "groups.sizes.num=1"])
        assert json.dumps(mapping) == before


def test_the_json_schema_has_every_key_and_every_builder() -> None:
    schema = json_schema()
    assert set(schema["properties"]) == {*Config.model_fields, "study"}
    assert schema["additionalProperties"] is False
    by_name, with_options = schema["$defs"]["GroupsConfig"]["properties"]["builders"]["items"]["anyOf"]
    assert set(by_name["enum"]) == set(BUILDERS) - {"file", "column", "pairs"}
    assert len(with_options["oneOf"]) == len(BUILDERS)
    names, sections = schema["properties"]["evaluations"]["anyOf"][0]["items"]["anyOf"]
    assert set(names["enum"]) == set(EVALUATIONS) - {"coefficient", "disparity"}
    assert len(sections["oneOf"]) == len(EVALUATIONS)
    json.dumps(schema)
