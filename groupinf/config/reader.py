"""YAML text to plain values that know their line: numbers and booleans as in YAML 1.2, no repeated keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from yaml import MappingNode, MarkedYAMLError, Node, ScalarNode, SequenceNode
from yaml.composer import Composer, ComposerError
from yaml.events import AliasEvent
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

Key = tuple[str | int, ...]

MAX_DEPTH = 50


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: at which key, in words, and on which line where that is not the key's own.

    ``alternatives``: keys of the section exclude each other.
    """

    key: Key
    message: str
    line: int | None = None
    alternatives: bool = False


@dataclass(frozen=True)
class Document:
    """A YAML text as dict, list, str, int, float, bool and None; the line of every key path; repeated keys."""

    value: Any
    lines: Mapping[Key, int]
    problems: tuple[Problem, ...]


class UnreadableError(ValueError):
    """The text is not YAML that is understood here; ``line`` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def parse_yaml(text: str) -> Document:
    """Read one YAML document.

    Scalars follow the core schema of YAML 1.2 (section 10.3.2): 1e-3 is a number; no, on and 2020-01-01 are text.
    Keys are text as written. Aliases, tags of other types and nesting beyond MAX_DEPTH raise UnreadableError.
    """
    node = _compose(text)
    if node is None:
        return Document(None, {}, ())
    builder = _Builder()
    builder.lines[()] = _line(node)
    value = builder.build(node, ())
    return Document(value, builder.lines, tuple(builder.problems))


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


class _Loader(Reader, Scanner, Parser, Composer, BaseResolver):
    """Text to nodes, with the implicit types of YAML 1.2 instead of PyYAML's YAML 1.1."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        BaseResolver.__init__(self)
        self.nesting = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """Compose a node as PyYAML does, but refuse aliases and nesting beyond MAX_DEPTH (ComposerError)."""
        if self.check_event(AliasEvent):
            raise ComposerError(None, None, "aliases (*) are not used here; write the value out", self._mark())
        if self.nesting >= MAX_DEPTH:
            raise ComposerError(None, None, f"expected at most {MAX_DEPTH} nested levels", self._mark())
        self.nesting += 1
        node: Node | None = super().compose_node(parent, index)
        self.nesting -= 1
        return node

    def _mark(self) -> Any:
        return self.peek_event().start_mark  # type: ignore[no-untyped-call]


_INT = "tag:yaml.org,2002:int"
_FLOAT = "tag:yaml.org,2002:float"
_BOOL = "tag:yaml.org,2002:bool"
_NULL = "tag:yaml.org,2002:null"
_STR = "tag:yaml.org,2002:str"
_MAP = "tag:yaml.org,2002:map"
_SEQ = "tag:yaml.org,2002:seq"

_PATTERNS = {
    _NULL: re.compile(r"^(?:~|null|Null|NULL|)$"),
    _BOOL: re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"),
    _INT: re.compile(r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$"),
    _FLOAT: re.compile(
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
}
for _tag, _pattern in _PATTERNS.items():
    _Loader.add_implicit_resolver(_tag, _pattern, None)


def _int(text: str) -> int:
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _float(text: str) -> float:
    return float(text.replace(".", "", 1)) if text.lstrip("+-")[:2].lower() in (".i", ".n") else float(text)


_SCALARS: dict[str, Callable[[str], Any]] = {
    _STR: str,
    _INT: _int,
    _FLOAT: _float,
    _BOOL: lambda text: text.lower() == "true",
    _NULL: lambda _: None,
}


def _compose(text: str) -> Node | None:
    try:
        loader = _Loader(text)
    except ReaderError as e:
        line = text.count("\n", 0, e.position) + 1
        raise UnreadableError(f"expected text, found the control character {e.character!r}", line) from e
    try:
        node: Node | None = loader.get_single_node()
    except MarkedYAMLError as e:
        mark = e.problem_mark or e.context_mark
        raise UnreadableError(_in_words(e), mark.line + 1 if mark else 1) from e
    except (ValueError, OverflowError) as e:  # PyYAML's scanner lets them through, on escapes such as "\UFFFFFFFF"
        raise UnreadableError("not readable as YAML: an escape or version is out of range", loader.line + 1) from e
    return node


def _in_words(error: MarkedYAMLError) -> str:
    problem = error.problem or error.context or "unknown cause"
    if "'\\t'" in problem:
        return "found a tab; indent with spaces"
    if isinstance(error, ComposerError) and not error.context:
        return problem
    return f"not readable as YAML: {', '.join(part for part in (error.context, problem) if part)}"


class _Builder:
    """Nodes to values; keeps the line of every key path and the keys that are repeated."""

    def __init__(self) -> None:
        self.lines: dict[Key, int] = {}
        self.problems: list[Problem] = []

    def build(self, node: Node, key: Key) -> Any:
        """The value of the node at ``key``; raises UnreadableError at a tag, key or number that is not understood."""
        if isinstance(node, MappingNode) and node.tag == _MAP:
            return self._mapping(node, key)
        if isinstance(node, SequenceNode) and node.tag == _SEQ:
            return self._sequence(node, key)
        if isinstance(node, ScalarNode) and node.tag in _SCALARS:
            return _scalar(node)
        raise UnreadableError(f"the tag {node.tag} is not used here; leave it out", _line(node))

    def _mapping(self, node: MappingNode, key: Key) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                raise UnreadableError("expected a plain name as the key, found a list or a section", _line(key_node))
            name = _text(key_node)
            here = (*key, name)
            if name in values:
                message = f"repeated key, first given on line {self.lines[here]}; keep one of them"
                self.problems.append(Problem(here, message, _line(key_node)))
            else:
                self.lines[here] = _line(key_node)
                values[name] = self.build(value_node, here)
        return values

    def _sequence(self, node: SequenceNode, key: Key) -> list[Any]:
        values = []
        for i, item in enumerate(node.value):
            self.lines[(*key, i)] = _line(item)
            values.append(self.build(item, (*key, i)))
        return values


def _text(node: ScalarNode) -> str:
    try:
        # JSON, which is YAML too, writes characters beyond U+FFFF as two escapes: join them.
        return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as e:
        raise UnreadableError("expected text, found half of a surrogate pair", _line(node)) from e


def _scalar(node: ScalarNode) -> Any:
    text = _text(node)
    try:
        return _SCALARS[node.tag](text)
    except ValueError as e:  # !!int on a text that is none, or thousands of digits
        raise UnreadableError(
            f"expected a number, found {text[:40]!r}, which cannot be read as one", _line(node)
        ) from e
