"""The study of single rows that a configuration of groups makes: its data, model, λ and test points, and no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from groupinf.config.overrides import Override
from groupinf.config.reader import Key
from groupinf.effects.evaluations.self_loss import SELF_LOSS
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.newton import Newton
from groupinf.errors import ConfigError
from groupinf.groups.builders.single_rows import SingleRows
from groupinf.studies.group_effects.points.section import PointsConfig
from groupinf.studies.group_effects.schema import Config, GroupsConfig, LoadedStudy
from groupinf.studies.linear.lambda_sweep import without_sweep
from groupinf.wording import counted, listed

# what of a configuration a study of its single rows takes; the other keys say what is done to groups
KEPT = ("name", "seed", "dataset", "loss", "model", "regularization", "block_width", "test_points", "points")
OF_GROUPS = tuple(key for key in Config.model_fields if key not in KEPT)
# how the note on what such a study leaves aside begins
LEFT_ASIDE = "left aside of"
# rows whose perturbation is told of each test point where none are named
FEW_MOVED = 3


@dataclass(frozen=True)
class RowsAsked:
    """What is asked of single rows: the ``rows``, all where there are none, how many of the strongest are retrained
    without (``top``), and whether the perturbation is told.
    """

    top: int
    rows: tuple[int, ...] = ()
    perturbation: bool = False

    def section(self) -> dict[str, Any]:
        """The section ``points`` that says so."""
        section: dict[str, Any] = {"show": self.top}
        if self.rows:
            section["rows"] = list(self.rows)
        if self.perturbation:
            strongest = {"strongest": min(self.top, FEW_MOVED)}
            section["perturbation"] = {"rows": list(self.rows)} if self.rows else strongest
        return section

    def overrides(self) -> list[Override]:
        """The same, key by key, as an evaluation takes it of a run that has been retrained already."""
        options = {
            "show": f"--top {self.top}",
            "rows": f"--rows {_numbers(self.rows)}",
            "perturbation": "--perturbation",
        }
        return [Override(("points", key), value, "", options[key]) for key, value in self.section().items()]

    def builder(self) -> SingleRows:
        """The rows that are retrained without: those named, or the strongest of each test point."""
        return SingleRows(rows=self.rows) if self.rows else SingleRows(strongest=self.top)

    def written(self) -> list[Override]:
        """Which options stand for which keys of the study that is made of them."""
        key, option = ("rows", f"--rows {_numbers(self.rows)}") if self.rows else ("strongest", f"--top {self.top}")
        return [Override(("groups", "builders", "0", key), None, "", option), *self.overrides()]


def _numbers(rows: Sequence[int]) -> str:
    return ",".join(map(str, rows))


def study_of_rows(loaded: LoadedStudy, asked: RowsAsked) -> LoadedStudy:
    """The study of the rows that are ``asked`` for, each against each test point.

    Keys of a section ``points`` that the configuration has stay unless they are asked for otherwise. Raises ConfigError
    where the configuration is of another kind of study.
    """
    return _of_single_rows(loaded, asked.builder(), asked.section(), asked.written(), "points")


def study_of_suspects(loaded: LoadedStudy, top: int) -> LoadedStudy:
    """The study of the ``top`` rows most likely mislabelled, each left out; raises as ``study_of_rows``."""
    written = Override(("groups", "builders", "0", "suspects"), None, "", f"--top {top}")
    return _of_single_rows(loaded, SingleRows(suspects=top), {"show": top}, [written], "suspects")


def _left_out_note(loaded: LoadedStudy, builder: SingleRows) -> str:
    """What of a configuration has no place in the study that was made of it."""
    keys = [key for key in OF_GROUPS if key in loaded.config.model_fields_set]
    keys += ["regularization.sweep"] if loaded.config.regularization.sweep is not None else []
    keys += ["test_points.bootstrap"] if loaded.config.test_points.bootstrap is not None else []
    rows = builder.model_dump(exclude={"builder"}, exclude_none=True)
    groups = listed(f"{key}: {_short(value)}" for key, value in rows.items())
    return f"{LEFT_ASIDE} {loaded.config.name}: {listed(keys)}; the groups here are single_rows, {groups}"


def _short(value: Any) -> str:
    return counted(len(value), "row") if isinstance(value, list | tuple) else str(value)


def _of_single_rows(
    loaded: LoadedStudy, builder: SingleRows, points: Mapping[str, Any], written: Sequence[Override], suffix: str
) -> LoadedStudy:
    if not isinstance(loaded.config, Config):
        raise ConfigError(f"{loaded.source}: expected a study of group effects, of whose rows {suffix} tells")
    config = without_sweep(loaded).config
    told = {} if config.points is None else config.points.model_dump(mode="json", exclude_none=True)
    changed = {
        **{key: field.get_default() for key, field in Config.model_fields.items() if key in OF_GROUPS},
        "name": f"{config.name[: 99 - len(suffix)]}-{suffix}",
        "groups": GroupsConfig(builders=(builder,)),
        "evaluations": (TEST_LOSS, SELF_LOSS),
        "methods": (Influence(), Newton()),
        "test_points": config.test_points.model_copy(update={"bootstrap": None}),
        "points": PointsConfig.model_validate({**told, **points}),
    }
    # errors of keys that the file has not are not at the places of its own
    lines = {key: line for key, line in loaded.lines.items() if key[:1] not in [(name,) for name in OF_GROUPS]}
    return replace(
        loaded,
        config=config.model_copy(update=changed),
        notes=(_left_out_note(loaded, builder),),
        lines=lines,
        overridden={**loaded.overridden, **{_key(override): override for override in written}},
    )


def _key(override: Override) -> Key:
    return tuple(int(part) if part.isdecimal() else part for part in override.parts)


def notes_again(loaded: LoadedStudy, notes: Sequence[str]) -> tuple[str, ...]:
    """The ``notes`` of a run that was made before, with what this configuration leaves aside in the place of what the
    one left aside that made it.
    """
    return (*loaded.notes, *(note for note in notes if not note.startswith(LEFT_ASIDE)))
