"""What a reader sets above the plots: the prediction, the kinds that are shown, and the group that is marked."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.reporting.html.parts.marks import symbol
from groupinf.reporting.html.parts.markup import Content, Html, element
from groupinf.reporting.html.parts.plot_data import groups_of_styles
from groupinf.reporting.words.entries import Entry, Looks


def plot_controls(entries: Sequence[Entry], looks: Looks) -> Html:
    """Buttons for the predictions, a box for each style of kinds with its number of groups, and what marks a group."""
    predictions = [
        _choice({"type": "radio", "name": "method", "value": method}, look.style.name, chosen=i == 0)
        for i, (method, look) in enumerate(looks.methods.items())
    ]
    counts = groups_of_styles(entries, looks)
    kinds = [
        _choice(
            {"type": "checkbox", "name": "kind", "value": f"{i}"},
            symbol(look.css, look.style.marker),
            f" {look.style.name} ({counts[look.style]:,})",
        )
        for i, look in enumerate(dict.fromkeys(looks.kinds.values()))
    ]
    return element(
        "div",
        {"class": "controls"},
        element("fieldset", {}, element("legend", {}, "Prediction"), *predictions),
        element("fieldset", {}, element("legend", {}, "Kinds of groups (number of groups)"), *kinds),
        *_finder(),
    )


def _choice(attributes: dict[str, str], *words: Content, chosen: bool = True) -> Html:
    return element("label", {}, element("input", {**attributes, **({"checked": ""} if chosen else {})}), *words)


def _finder() -> list[Html]:
    """A form that marks the group of a name, and what then stands below it."""
    find = element("input", {"type": "search", "id": "find", "autocomplete": "off", "size": "12"})
    form = element(
        "form",
        {"id": "finder"},
        element("label", {"for": "find"}, "Mark the group named "),
        find,
        element("button", {"type": "submit"}, "Mark"),
        element("button", {"type": "button", "id": "unmark"}, "Unmark"),
    )
    effects = {"id": "marked-effects", "class": "scroll", "role": "region", "aria-label": "Effects of the marked group"}
    return [
        form,
        element("output", {"id": "marked", "for": "find"}, "No group is marked."),
        element("div", {**effects, "hidden": ""}),
    ]
