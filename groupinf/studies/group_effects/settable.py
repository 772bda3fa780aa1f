"""What an evaluation may set of a run's configuration: keys that leave the retrained parameters alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from groupinf.config.overrides import Override, parse_override
from groupinf.errors import ConfigError
from groupinf.numerics.losses.registry import LOSSES
from groupinf.wording import listed

SETTABLE = (
    "test_points",
    "evaluations",
    "methods",
    "groups.attributes",
    "theory",
    "points",
    "model.linearised",
    "model.measured",
)


def require_settable(overrides: Sequence[str | Override]) -> None:
    """Raises ConfigError where another key is set than those that leave the retrained parameters alone, or none is."""
    settable = (*SETTABLE, *map("model.{}".format, _of_derivatives()))
    if not overrides:
        raise ConfigError(f"--set: expected at least one of {', '.join(settable)} to be set, found nothing")
    for override in map(parse_override, overrides):
        if not any(_is_below(override, key) for key in settable):
            raise ConfigError(
                f"{override.place}: expected {listed(settable, 'or')}, found {'.'.join(map(str, override.parts))}; "
                "the stored parameters are those of the run's data, fitted loss, intercept, λ and groups: for others "
                "run groupinf experiment"
            )


def _of_derivatives() -> list[str]:
    """The options of losses that are not smooth: they decide derivatives alone, and not what is fitted."""
    return [option.name for loss in LOSSES.values() if not loss.smooth for option in loss.options]


def _is_below(override: Override, key: str) -> bool:
    parts = tuple(key.split("."))
    return override.parts[: len(parts)] == parts


def kept(config: Mapping[str, Any], overrides: Sequence[Override]) -> dict[str, Any]:
    """What a run's configuration says and nothing that is set takes the place of."""
    values = dict(config)
    values.pop("retrain", None)  # nothing is, and what was is known
    # what is set of test points replaces all that the run says of them, but for resamples of the same
    if any(_is_below(o, "test_points") and not _is_below(o, "test_points.bootstrap") for o in overrides):
        values.pop("test_points", None)
    given = {o.parts[1] for o in overrides if o.parts[0] == "model" and o.value is not None}
    return _with_model(values, given) if given else values


def _with_model(values: dict[str, Any], given: set[str]) -> dict[str, Any]:
    """The same where some keys of ``model`` are set: derivatives are those of a loss that is named, or those that the
    options of the fitted one say, and what is set replaces the other. The loss itself is named in the section.
    """
    options = set(_of_derivatives())
    replaced = ({"linearised"} if given & options else set()) | (options if "linearised" in given else set())
    model = {key: value for key, value in (values.get("model") or {}).items() if key not in replaced}
    loss = values.pop("loss", None)
    return {**values, "model": model if loss is None else {**model, "loss": loss}}
