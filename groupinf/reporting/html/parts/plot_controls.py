"""What a reader sets above the plots: the prediction, the kinds that are shown, the group that is marked."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.reporting.html.parts.marks import symbol
from groupinf.reporting.html.parts.markup import Content, Html, element
from groupinf.reporting.html.parts.plot_data import groups_of_styles
from groupinf.reporting.words.entries import Entry, Looks


def plot_controls(entries: Sequence[Entry], looks: Looks) -> Html:
    """Buttons for the predictions, a box for each style of kinds with its number of groups, and what finds a group.

    What there is one of alone, cannot be chosen.
    """
    predictions = [
        _choice(
            {"type": "radio", "name": "method", "value": method, "autocomplete": "off"}, look.style.name, chosen=i == 0
        )
        for i, (method, look) in enumerate(looks.methods.items())
    ]
    counts = groups_of_styles(entries, looks)
    kinds = [
        _choice(
            {"type": "checkbox", "name": "kind", "value": f"{i}", "autocomplete": "off"},
            symbol(look.css, look.style.marker),
            f" {look.style.name} ({counts[look.style]:,})",
        )
        for i, look in enumerate(dict.fromkeys(looks.kinds.values()))
    ]
    methods, groups = (
        [element("fieldset", {}, element("legend", {}, name), *choices)] if len(choices) > 1 else []
        for name, choices in (("Prediction", predictions), ("Groups", kinds))
    )
    return element("div", {"class": "controls"}, *methods, _finder(), *groups)


def marked_card() -> Html:
    """What the script says of the group that is marked: it stays in sight, wherever the page is scrolled to."""
    effects = element("div", {"id": "marked-effects", "class": "scroll", "role": "region", "aria-label": "Its effects"})
    return element(
        "aside",
        {"id": "marked-card", "aria-label": "Marked group", "hidden": ""},
        element("button", {"type": "button", "id": "unmark"}, "Unmark"),
        element("p", {"id": "marked"}),
        effects,
    )


def _choice(attributes: dict[str, str], *words: Content, chosen: bool = True) -> Html:
    return element("label", {}, element("input", {**attributes, **({"checked": ""} if chosen else {})}), *words)


def _finder() -> Html:
    """A form that finds groups by any part of what is said of them; a list of matches opens below it."""
    words = "Any part of a group's name, of its kind or of what made it"
    about = {"type": "search", "id": "find", "autocomplete": "off", "size": "22", "title": words}
    find = element("input", {**about, "placeholder": "name, kind, what made it", "aria-controls": "matches"})
    return element(
        "form",
        {"id": "finder", "role": "search"},
        element("label", {"for": "find"}, "Find a group"),
        element("span", {"class": "finds"}, find, element("ul", {"id": "matches", "hidden": ""})),
        element("button", {"type": "submit"}, "Mark"),
        element("output", {"id": "found", "for": "find"}),
    )
