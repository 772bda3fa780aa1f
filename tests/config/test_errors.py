"""Every bad configuration is refused with its place, its key, what was expected and what was found; never a crash."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from groupinf.config.reader import UnreadableError, parse_yaml
from groupinf.errors import ConfigError
from groupinf.studies.load import load_config

GOOD = """\
name: study
dataset:
  name: digits
regularization:
  lambda_over_n: 1.0e-3
groups:
  sizes:
    min: 0.0025
    max: 0.25
    num: 10
  builders:
    - random
    - {builder: feature_clusters, k: [4]}
test_points: {random: 3}
"""

# what is replaced in GOOD, by what; the line and key of the message; words that it holds
BAD = [
    ("name: study", "nme: study", 1, "nme", ["unknown key", "did you mean 'name'?", "valid: name, seed, dataset"]),
    ("name: study", "seed: 1", 1, "name", ["expected this key, found none"]),
    ("name: study", 'name: "a\\nb"', 1, "name", ["expected a name on one line", r"'a\nb'"]),
    ("name: study", "name: '--'", 1, "name", ["a letter or digit in it, found '--'"]),
    ("name: study", "name: ''", 1, "name", ["at least one character"]),
    ("name: study", "name: 2019", 1, "name", ["expected text, found 2019", "in quotes"]),
    ("name: study", "name: null", 1, "name", ["expected text, found nothing"]),
    ("name: study", "name: study\nname: again", 2, "name", ["repeated key", "line 1"]),
    ("    max: 0.25", "    max: 0.25\n    max: 0.3", 10, "groups.sizes.max", ["repeated key", "line 9"]),
    ("  name: digits", "  nam: digits", 3, "dataset.nam", ["did you mean 'name'?", "name, npz, npy, csv"]),
    (
        "  name: digits",
        "  name: digts",
        3,
        "dataset.name",
        ["one of breast_cancer, ", "did you mean 'digits'?"],
    ),
    ("  name: digits", "  name: [digits]", 3, "dataset.name", ["expected one of breast_cancer, ", "found ['digits']"]),
    ("  name: digits", "  foo: digits", 2, "dataset", ["expected one of the keys name, npz, npy, csv", "foo"]),
    ("  name: digits", "  name: digits\n  npz: x.npz", 4, "dataset.npz", ["expected only one of", "name and npz"]),
    ("dataset:\n  name: digits", "dataset: digits", 2, "dataset", ["write {name: digits}"]),
    ("dataset:\n  name: digits", "dataset: {csv: x.csv}", 2, "dataset.target", ["expected this key", "for csv"]),
    ("dataset:\n  name: digits", "dataset: [digits]", 2, "dataset", ["name, npz, npy, csv", "found ['digits']"]),
    ("  name: digits", "  npz: none.npz", 3, "dataset.npz", ["expected a file", "no such file", "none.npz"]),
    ("  name: digits", "  npz: .", 3, "dataset.npz", ["expected a file", "a folder"]),
    ("  name: digits", "  npz: " + "x" * 5000, 3, "dataset.npz", ["expected a file", "too long"]),
    ("  name: digits", "  npz: ~nobody_at_all/x", 3, "dataset.npz", ["expected a file", "nobody_at_all"]),
    ("1.0e-3", "0", 5, "regularization.lambda_over_n", ["expected a number above 0, found 0"]),
    ("1.0e-3", "-1e-3", 5, "regularization.lambda_over_n", ["above 0, found -0.001"]),
    ("1.0e-3", "small", 5, "regularization.lambda_over_n", ["expected a number, found the text", "small"]),
    ("1.0e-3", "true", 5, "regularization.lambda_over_n", ["expected a number, found true"]),
    ("1.0e-3", ".inf", 5, "regularization.lambda_over_n", ["expected a finite number"]),
    ("1.0e-3", "1e999", 5, "regularization.lambda_over_n", ["expected a finite number"]),
    ("1.0e-3", "1" * 400, 5, "regularization.lambda_over_n", ["expected a number", "1..."]),
    ("  lambda_over_n: 1.0e-3", "  lambda: 1", 5, "regularization.lambda", ["did you mean 'lambda_over_n'?"]),
    ("  lambda_over_n: 1.0e-3", "  lambda_over_n:", 4, "regularization", ["found neither"]),
    ("regularization:\n  lambda_over_n: 1.0e-3", "regularization: 0.1", 4, "regularization", ["expected keys"]),
    (
        "1.0e-3",
        "1e-3\n  cross_validation: {min: 1, max: 2, num: 2}",
        4,
        "regularization",
        ["either lambda_over_n or cross_validation", "found both"],
    ),
    (
        "  lambda_over_n: 1.0e-3",
        "  cross_validation:\n    min: 2\n    max: 1\n    num: 2",
        5,
        "regularization.cross_validation",
        ["min <= max", "min 2 and max 1"],
    ),
    (
        "  lambda_over_n: 1.0e-3",
        "  cross_validation:\n    {min: 1, max: 2, num: 2, folds: 1, score: acuracy}",
        6,
        "regularization.cross_validation.score",
        ["did you mean 'accuracy'?"],
    ),
    ("    max: 0.25", "    max: 1.5", 9, "groups.sizes.max", ["at most 1, found 1.5"]),
    ("    max: 0.25", "    max: 0.001", 7, "groups.sizes", ["min <= max", "max 0.001"]),
    ("    num: 10", "    num: 1.5", 10, "groups.sizes.num", ["expected a whole number, found 1.5"]),
    ("    num: 10", "    num: 0", 10, "groups.sizes.num", ["expected a whole number of at least 1, found 0"]),
    ("    num: 10", "    num: 1e3", 10, "groups.sizes.num", ["a whole number, found 1000.0; write 1000"]),
    ("    num: 10", "    count: 10", 7, "groups.sizes.num", ["expected this key"]),
    ("    - random", "    - randm", 12, "groups.builders.0", ["unknown builder 'randm'", "did you mean 'random'?"]),
    ("    - random", "    - 3", 12, "groups.builders.0", ["a builder is a name", "found 3"]),
    ("    - random", "    - file", 12, "groups.builders.0.path", ["expected this key", "for file"]),
    ("    - random", "    - {buildr: random}", 12, "groups.builders.0.buildr", ["did you mean 'builder'?"]),
    ("    - random", "    - {k: [1]}", 12, "groups.builders.0", ["expected the key builder", "found the key k"]),
    ("    - random", "    - {builder: [1]}", 12, "groups.builders.0.builder", ["expected text, found [1]; valid: "]),
    ("    - random", "    - {builder: random, k: [2]}", 12, "groups.builders.0.k", ["unknown key 'k'"]),
    ("    - random", "    - {builder: file, path: no.csv}", 12, "groups.builders.0.path", ["no such file"]),
    ("k: [4]", "kk: [4]", 13, "groups.builders.1.kk", ["did you mean 'k'?", "valid: k, hierarchical"]),
    ("k: [4]", "k: [4, 1]", 13, "groups.builders.1.k.1", ["a whole number of at least 2, found 1"]),
    ("k: [4]", "k: [4, 4]", 13, "groups.builders.1.k", ["4 more than once"]),
    ("k: [4]", "k: []", 13, "groups.builders.1.k", ["a list of at least 1, found"]),
    ("k: [4]", "hierarchical: yes", 13, "groups.builders.1.hierarchical", ["true or false", '"yes"']),
    ("{random: 3}", "{}", 14, "test_points", ["random and/or highest_loss; indices", "found none"]),
    ("{random: 3}", "{random: 0}", 14, "test_points", ["at least one test point"]),
    ("{random: 3}", "{random: 3, all: true}", 14, "test_points", ["found 2 of them"]),
    ("{random: 3}", "{column: genre, all: true}", 14, "test_points", ["all; column; found 2 of them"]),
    ("{random: 3}", "{column: 3}", 14, "test_points.column", ["expected text, found 3"]),
    ("{random: 3}", "{all: false}", 14, "test_points.all", ["expected true, found false"]),
    ("{random: 3}", "{random: 3, num: 2}", 14, "test_points", ["percentile"]),
    ("{random: 3}", "{indices: [1, 1]}", 14, "test_points.indices", ["1 more than once"]),
    ("{random: 3}", "{keys: [p1, 1.5]}", 14, "test_points.keys.1", ["text or a whole number, found 1.5; in quotes it"]),
    ("{random: 3}", "{keys: [true]}", 14, "test_points.keys.0", ["expected text or a whole number, found true; in qu"]),
    ("{random: 3}", "{percentile: [60, 40]}", 14, "test_points", ["low < high, found [60.0, 40.0]"]),
    ("{random: 3}", "{percentile: [60]}", 14, "test_points.percentile", ["[low, high]", "list of 1"]),
    ("{random: 3}", "{percentile: [0, 101]}", 14, "test_points.percentile.1", ["at most 100"]),
    ("test_points: {random: 3}", "methods: newton", 14, "methods", ["expected a list", "write [newton]"]),
    ("test_points: {random: 3}", "methods: [newtn]", 14, "methods.0", ["did you mean 'newton'?"]),
    ("test_points: {random: 3}", "methods: [newton, newton]", 14, "methods.1", ["newton more than once"]),
    *(
        ("test_points: {random: 3}", f"methods:\n  - newton\n  - {entry}", 16, key, words)
        for entry, key, words in [
            ("{method: influence, solver: lisa}", "methods.1.solver", ["expected one of cholesky, cg", "'lissa'?"]),
            ("{method: influence, depth: 3}", "methods.1.depth", ["solver: lissa or taylor, found no solver"]),
            (
                "{method: influence, solver: taylor, repeats: 3}",
                "methods.1.repeats",
                ["only with solver: lissa, found"],
            ),
            ("{method: influence, solver: taylor, scale: 0}", "methods.1.scale", ["a number above 0, found 0"]),
            ("{method: newton, solver: cg}", "methods.1.solver", ["unknown key 'solver'", "valid: name, method"]),
            ("{method: newton, nam: a}", "methods.1.nam", ["did you mean 'name'?"]),
            ("{method: newton, name: ''}", "methods.1.name", ["expected at least one character"]),
            ("{method: newton, name: 3}", "methods.1.name", ["expected text, found 3; in quotes it is text"]),
            ("{method: newton, name: a b}", "methods.1.name", ["without spaces, found the text", "a b"]),
            ("{method: newton, name: ../b}", "methods.1.name", ["expected letters, digits and _ . + = -"]),
            ("{method: newton, name: ..}", "methods.1.name", ["expected letters, digits"]),
            (f"{{method: newton, name: {31 * 'a'}}}", "methods.1.name", ["expected at most 30 characters"]),
            ("{method: newton, name: influence}", "methods.1.name", ["a name of its own, found influence"]),
            ("{method: newton, name: actual}", "methods.1.name", ["a name of its own, found actual"]),
            ("{method: newton, name: Newton}", "methods.1.name", ["differs from newton in more", "found Newton"]),
            ("{method: influence, name: newton}", "methods.1", ["found newton more than once; give one a name"]),
            ("{method: newton, name: newton}", "methods.1", ["give one a name: {method: newton, name: ...}"]),
            ("{method: newtn}", "methods.1", ["unknown method 'newtn'; did you mean 'newton'?"]),
            ("{name: a}", "methods.1", ["expected the key method, found the key name"]),
            ("relative_influence", "methods.1.rows", ["expected this key, found none", "for relative_influence"]),
            ("{method: relative_influence, rows: 0}", "methods.1.rows", ["a whole number of at least 1, found 0"]),
        ]
    ),
    ("test_points: {random: 3}", "evaluations: []", 14, "evaluations", ["a list of at least 1, found"]),
    ("test_points: {random: 3}", "seed: -1", 14, "seed", ["a whole number of at least 0, found -1"]),
    ("{random: 3}", "{percentile: [-1, 9]}", 14, "test_points.percentile.0", ["a number of at least 0, found -1"]),
    *(
        ("test_points: {random: 3}", f"influence:\n  {given}\n  {key}: 3", 16, f"influence.{key}", [words])
        for key, given, words in [
            ("tolerance", "solver: lissa", "expected tolerance only with solver: cg, found solver: lissa"),
            ("tolerance", "solver: cholesky", "expected tolerance only with solver: cg, found solver: cholesky"),
            ("tolerance", "solver:", "expected tolerance only with solver: cg, found no solver"),
            ("depth", "solver: cg", "expected depth only with solver: lissa or taylor, found solver: cg"),
            ("repeats", "solver: cholesky", "expected repeats only with solver: lissa, found solver: cholesky"),
            ("scale", "solver: cg", "expected scale only with solver: lissa or taylor, found solver: cg"),
            ("batch_size", "solver:", "expected batch_size only with solver: lissa, found no solver"),
        ]
    ),
]


def refuse(file: Path, overrides: tuple[str, ...] = ()) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(file, overrides)
    return str(caught.value)


@pytest.mark.parametrize(("old", "new", "line", "key", "words"), BAD, ids=[f"{b[3]}: {b[1][:30]}" for b in BAD])
def test_a_bad_key_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, key: str, words: list[str]
) -> None:
    assert GOOD.count(old) == 1
    file = tmp_path / "bad.yaml"
    file.write_text(GOOD.replace(old, new))
    message = refuse(file)
    [about] = [m for m in message.split("\n") if m.startswith(f"{file}, line {line}: {key}: ")]
    assert [w for w in words if w not in about] == []
    assert not re.search(r"type=|Input should|pydantic|ValidationError|https?:", message)


UNREADABLE = [
    (b"", 1, "found an empty file"),
    (b"# only this\n", 1, "found an empty file"),
    (b"\n- a\n- b\n", 2, "found a list"),
    (b"just text\n", 1, 'found the text "just text"'),
    (b"name: a\ndataset:\n\tname: b\n", 3, "found a tab; indent with spaces"),
    (b"name: a\nseed: [1, 2\nmethods: [x]\n", 3, "not readable as YAML"),
    (b"name: 'a\n", 2, "not readable as YAML"),
    (b"name: a\nx: \xff\n", 2, "expected UTF-8 text, found the byte 0xff"),
    (b"name: a\nx: \x07\n", 2, "control character 7"),
    (b"name: a\n--- \nname: b\n", 2, "single document"),
    (b"name: &x a\nseed: *x\n", 2, "aliases"),
    (b"name: a\nseed: !!python/name:os.system\n", 2, "python/name:os.system"),
    (b"name: a\nseed: !!int x\n", 2, "expected a number, found 'x'"),
    (b"name: a\nseed: " + b"9" * 5000, 2, "expected a number"),
    (b'name: a\nx: "\\UFFFFFFFF"\n', 2, "out of range"),
    (b'name: a\nx: "\\uD800"\n', 2, "surrogate"),
    (b"name: a\n[b]: c\n", 2, "expected a plain name as the key"),
    (b"name: a\nx: " + b"[" * 200, 2, "at most 50 nested levels"),
]


@pytest.mark.parametrize(("raw", "line", "words"), UNREADABLE, ids=[u[2] for u in UNREADABLE])
def test_a_file_that_is_no_configuration_is_refused_with_its_line(
    tmp_path: Path, raw: bytes, line: int, words: str
) -> None:
    file = tmp_path / "bad.yaml"
    file.write_bytes(raw)
    message = refuse(file)
    assert message.startswith(f"{file}, line {line}: ")
    assert words in message


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert refuse(tmp_path / "none.yaml").endswith("none.yaml: expected a configuration file, found no such file")
    assert refuse(tmp_path) == f"{tmp_path}: expected a configuration file, found a folder"


def test_all_errors_of_a_file_come_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    bad = GOOD.replace("study", "--").replace("max: 0.25", "mx: 0.25").replace("{random: 3}", "{random: x}")
    file.write_text(bad + "name: again\nmehods: []\n")
    message = refuse(file)
    starts = [m.removeprefix(f"{file}, ").partition(": ")[2].partition(": ")[0] for m in message.split("\n")]
    assert starts == ["name", "groups.sizes.max", "groups.sizes.mx", "test_points.random", "name", "mehods"]


def test_a_misspelt_solver_is_the_only_fault_of_its_options(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(GOOD + "influence: {solver: lisa, depth: 3}\n")
    message = refuse(file)
    assert "did you mean 'lissa'?" in message
    assert "depth" not in message


@pytest.mark.parametrize(
    ("override", "found", "written"),
    [
        ("dataset.missing_values='?'", 'the text "?"', "['?']"),
        ("dataset.missing_values=-999", "-999", "[-999]"),
        ("dataset.missing_values='null'", 'the text "null"', "['null']"),
        ("dataset.drop='17'", 'the text "17"', "['17']"),
        ("dataset.drop=17", "17", "['17']"),
        ("dataset.drop=it's", 'the text "it\'s"', "[it's]"),
        ("dataset.drop=age", 'the text "age"', "[age]"),
        ("groups.builders.1.k=4", "4", "[4]"),
        ("groups.builders.1.k='4'", 'the text "4"', "[4]"),
        ("test_points={indices: 3}", "3", "[3]"),
        ("test_points={keys: p-17}", 'the text "p-17"', "[p-17]"),
        ("methods=newtn", 'the text "newtn"', "[newtn]"),
    ],
)
def test_where_a_list_was_expected_the_one_that_is_proposed_is_accepted(
    tmp_path: Path, override: str, found: str, written: str
) -> None:
    """The proposal, put in the place of the value, leaves no fault of that key but a name that nothing has."""
    file, table = tmp_path / "c.yaml", tmp_path / "table.csv"
    table.write_text("y\n")
    file.write_text(GOOD.replace("name: digits", f"{{csv: {table}, target: y}}"))
    assert refuse(file, (override,)).endswith(f": expected a list, found {found}; write {written}")
    key, _, value = override.partition("=")
    opening = value.rpartition(" ")[0] if value.startswith("{") else ""
    mended = f"{key}={opening} {written}" + ("}" if opening else "")
    if "newtn" in written:
        assert "did you mean 'newton'?" in refuse(file, (mended,))
    else:
        load_config(file, (mended,))


@pytest.mark.parametrize(
    ("source", "overrides", "message"),
    [
        (3, (), "config: expected the path of a file or a mapping, found 3"),
        (None, (), "config: expected the path of a file or a mapping, found nothing"),
        ({}, "seed=1", 'overrides: expected a list of "KEY=VALUE" texts, such as ["seed=1"], found the text "seed=1"'),
        ({}, {"seed": 1}, 'overrides: expected a list of "KEY=VALUE" texts, such as ["seed=1"], found the key seed'),
        ({}, [3], 'overrides: expected a list of "KEY=VALUE" texts, such as ["seed=1"], found 3 in the list'),
        ({}, None, 'overrides: expected a list of "KEY=VALUE" texts, such as ["seed=1"], found nothing'),
    ],
)
def test_a_callers_arguments_of_other_types_are_refused(source: Any, overrides: Any, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(source, overrides)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("override", "start", "words"),
    [
        ("groups.sizes.max=2", "--set groups.sizes.max=2: groups.sizes.max: ", "at most 1, found 2"),
        ("groups.sizes.mx=1", "--set groups.sizes.mx=1: groups.sizes.mx: ", "did you mean 'max'?"),
        ("groups.sizes={min: 1, max: 1}", "--set groups.sizes={min: 1, max: 1}: groups.sizes.num: ", "this key"),
        ("groups.sizes.max=0.001", "FILE, line 7: groups.sizes: ", "(with --set groups.sizes.max=0.001)"),
        ("a.b=1", "--set a.b=1: a: ", "unknown key"),
        ("seed", "--set seed: ", "expected KEY=VALUE"),
        ("=1", "--set =1: ", "expected KEY=VALUE"),
        ("groups..x=1", "--set groups..x=1: ", "expected KEY=VALUE"),
        ("seed=[", "--set seed=[: ", "not readable as YAML"),
        ("test_points={all: true, all: true}", "--set test_points={all: true, all: true}: ", "all is repeated"),
        ("name.x=1", '--set name.x=1: name is the text "study"', "no key x"),
        ("groups.builders.2=random", "--set groups.builders.2=random: groups.builders is a list", "from 0 to 1"),
        (
            "groups.builders.2=random",
            "--set groups.builders.2=random: ",
            "found 2; groups.builders=[..] replaces the list",
        ),
        ("groups.builders.x=random", "--set groups.builders.x=random: groups.builders is a list", "found x"),
        ("dataset={npz: no.npz}", "--set dataset={npz: no.npz}: dataset.npz: ", "no such file"),
        (
            "regularization.cross_validation={min: 1, max: 2, num: 3}",
            "FILE, line 4: regularization: ",
            "--set 'regularization={cross_validation: {min: 1, max: 2, num: 3}}' replaces the section",
        ),
        ("test_points.all=true", "FILE, line 14: test_points: ", "--set 'test_points={all: true}' replaces"),
    ],
)
def test_an_override_is_named_as_the_place(tmp_path: Path, override: str, start: str, words: str) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(GOOD)
    message = refuse(file, (override,))
    assert message.startswith(start.replace("FILE", str(file)))
    assert words in message


def test_lambda_over_n_does_not_go_with_the_files_cross_validation(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(GOOD.replace("lambda_over_n: 1.0e-3", "cross_validation: {min: 1, max: 2, num: 2}"))
    message = refuse(file, ("regularization.lambda_over_n=0.5",))
    assert message.startswith(f"{file}, line 4: regularization: ")
    assert "--set 'regularization={lambda_over_n: 0.5}' replaces the section" in message
    assert load_config(file, ["regularization={lambda_over_n: 0.5}"]).config.regularization.lambda_over_n == 0.5


def test_files_that_are_not_there_are_named_beside_what_is_wrong_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    builders = "    - {builder: file, path: groups.csv}\n    - {builder: [random]}\n    - randon"
    bad = GOOD.replace("name: digits", "libsvm: none.svm\n  test_file: other.svm").replace("    - random", builders)
    file.write_text(bad.replace("random: 3", "random: x"))
    lines = refuse(file).split("\n")
    missing = "expected a file, found no such file: "
    assert lines[:3] == [
        f"{file}, line 3: dataset.libsvm: {missing}{tmp_path / 'none.svm'}",
        f"{file}, line 4: dataset.test_file: {missing}{tmp_path / 'other.svm'}",
        f"{file}, line 13: groups.builders.0.path: {missing}{tmp_path / 'groups.csv'}",
    ]
    assert lines[3].startswith(f"{file}, line 14: groups.builders.1.builder: expected text, found ['random']; valid: ")
    assert lines[4].startswith(f"{file}, line 15: groups.builders.2: unknown builder 'randon'; did you mean 'random'?")
    assert lines[5].startswith(f"{file}, line 17: test_points.random: expected a whole number")
    assert len(lines) == 6


unhurried = settings(deadline=None)  # a busy machine is no failure

_punctuation = st.text(alphabet="abn01.-+:, []{}#&*!|>'\"%@`?~\\\t\nexU_/=<\r\x85\u2028", max_size=60)
_keys = st.sampled_from(
    [
        *("name", "seed", "dataset", "npz", "csv", "target", "regularization", "lambda_over_n", "cross_validation"),
        *("groups", "sizes", "min", "max", "num", "builders", "builder", "k", "path", "test_points", "random", "all"),
        *("percentile", "indices", "methods", "evaluations"),
    ]
)
_words = st.text(alphabet="a0 ~/.\0é", max_size=6)
_scalars = st.none() | st.booleans() | st.integers() | st.floats() | _words | _keys
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=5), max_leaves=20
)


@unhurried
@given(st.binary(max_size=40) | _punctuation.map(str.encode))
@example(b"%YAML 1." + b"9" * 5000 + b"\n---\na: 1")
@example(b"&a [*a]")
@example(b"? ? ? a")
def test_no_bytes_yield_anything_but_a_config_error(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "junk.yaml"
    file.write_bytes(raw)
    assert refuse(file).startswith(str(file))


@unhurried
@given(st.dictionaries(_keys, _values, max_size=8))
@example({"dataset": {"npz": "~\0"}})
def test_no_values_yield_anything_but_a_config_error(data: dict[str, object]) -> None:
    for message in _refusals(data).split("\n"):
        assert message.startswith("config: ")


MAPPING: dict[str, object] = {
    "name": "study",
    "dataset": {"name": "digits"},
    "regularization": {"lambda_over_n": 1.0},
    "groups": {"builders": [{"builder": "column", "column": "a"}]},
}


@unhurried
@given(_keys | _punctuation, _punctuation)
def test_no_override_yields_anything_but_a_config_error(key: str, value: str) -> None:
    assert _refusals(MAPPING, (f"{key}={value}",)).startswith(("--set ", "config: "))


def _refusals(data: dict[str, object], overrides: tuple[str, ...] = ()) -> str:
    try:
        load_config(data, overrides)
    except ConfigError as e:
        return str(e)
    return "config: nothing to refuse"


@unhurried
@given(_punctuation)
def test_lines_are_lines_of_the_text(text: str) -> None:
    assert all(1 <= line <= len(text.splitlines()) + 1 for line in _lines(text))


def _lines(text: str) -> list[int]:
    try:
        return list(parse_yaml(text).lines.values())
    except UnreadableError as e:
        return [e.line]
