"""Where a run comes from: its config, and its data, seed, versions and machine as terms and what they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from groupinf.experiments.folder.provenance import Provenance
from groupinf.reporting.html.parts.markup import Content, Html, element, folded, joined
from groupinf.reporting.words.formats import one_line
from groupinf.wording import number

_MOST_LISTED = 12


def origin(config: Mapping[str, Any], said: Mapping[str, Any], made: Provenance) -> list[Html]:
    """The config as YAML, and what is said, followed by what made the run; both folded. What is None is left out."""
    written = yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True)
    lines = [joined([line, Html("\n")]) for line in written.splitlines()]  # plain text would lose its line breaks
    terms = {
        **said,
        "Versions": made.versions,
        "Commit": made.git_commit,
        "Changes beside the commit": made.git_dirty,
        "Processor": made.processor,
        "Platform": made.platform,
        "BLAS threads": made.threads,
    }
    known = ((words, value) for words, value in terms.items() if value is not None)
    pairs = ((element("dt", {}, words), element("dd", {}, _written(value))) for words, value in known)
    return [
        folded("Where it comes from", element("dl", {}, *(part for pair in pairs for part in pair))),
        folded("Config", element("pre", {"tabindex": "0"}, *lines)),
    ]


def _written(value: Any) -> Content:
    if isinstance(value, Mapping):
        items = [element("li", {}, f"{one_line(str(k))}: ", _written(v)) for k, v in value.items()]
        return element("ul", {"class": "bare"}, *items)
    if isinstance(value, tuple):
        listed = ", ".join(str(v) for v in value[:_MOST_LISTED])
        return listed + (f" and {len(value) - _MOST_LISTED:,} more" if len(value) > _MOST_LISTED else "")
    if isinstance(value, float):
        return number(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
