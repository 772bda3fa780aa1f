"""The frame of any page: head, links to its questions, the answers, data and scripts; it loads nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from groupinf.reporting.html.parts.assets import asset
from groupinf.reporting.html.parts.markup import Html, element, json_element
from groupinf.reporting.html.section import Answer, Question

Answered = tuple[Question, Answer]


@dataclass(frozen=True)
class Frame:
    """What a page shows: ``opening`` stands above the links, ``styles`` are CSS beside that of every page."""

    title: str
    opening: Sequence[Html]
    answered: Sequence[Answered]
    styles: str


def framed(page: Frame) -> str:
    """The text of the page, which opens from disk without network."""
    answers = [answer for _, answer in page.answered]
    scripts = list(dict.fromkeys([asset("tables.js"), *(script for answer in answers for script in answer.scripts)]))
    sections = []
    for section, answer in page.answered:
        heading = element("h2", {"id": f"{section.name}-heading"}, section.question)
        about = {"id": section.name, "aria-labelledby": f"{section.name}-heading"}
        sections.append(element("section", about, heading, answer.html))
    body = element(
        "body",
        {},
        _header(page),
        element("main", {}, *sections),
        *(json_element(name, value) for answer in answers for name, value in answer.data.items()),
        *(Html(f"<script>{script}</script>") for script in scripts),
    )
    whole = element("html", {"lang": "en"}, _head(page, scripts), body)
    return f"<!DOCTYPE html>\n{whole.text}\n"


def _header(page: Frame) -> Html:
    links = [element("a", {"href": f"#{section.name}"}, section.short) for section, _ in page.answered]
    nav = element("nav", {"aria-label": "Questions"}, *links)
    return element("header", {}, element("h1", {}, page.title), *page.opening, nav)


def _head(page: Frame, scripts: Sequence[str]) -> Html:
    """Nothing may be loaded, and no script may run but those of the page, whose hashes are named."""
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    hashes = " ".join(f"'sha256-{digest}'" for digest in digests)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    return element(
        "head",
        {},
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": policy}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "color-scheme", "content": "light dark"}),
        element("title", {}, page.title),
        element("style", {}, Html(asset("page.css") + page.styles)),
    )
