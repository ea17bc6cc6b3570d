"""YAML read strictly: one document of plain maps, lists and scalars, as JSON could hold it.

Refused: aliases and anchors (a few lines of which unfold to gigabytes), tags, a second document, a key twice or one
that is not text, deep nesting. Dates stay text: YAML would read a Jalali one as a Gregorian day.
"""

from __future__ import annotations

from typing import Any

import yaml

from shahrnama.errors import ParseError

MOST_DEPTH = 50  # of a descriptor, which needs ten: what follows is read by recursion
MOST_EVENTS = 200_000  # scalars and ends of lists: half a second to read


class _Strict(yaml.CSafeLoader):
    """A safe loader that takes a key once, as text, and a date as it is written."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The map of a node; ParseError where a key is not text or comes twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:str":
                raise ParseError(f"line {key.start_mark.line + 1} has a key that is not text; put it in quotes")
            if key.value in seen:
                raise ParseError(f"line {key.start_mark.line + 1} has the key {key.value[:80]!r} twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _as_written(_: _Strict, node: yaml.Node) -> str:
    return str(node.value)


_Strict.add_constructor("tag:yaml.org,2002:timestamp", _as_written)


def loads(body: bytes) -> Any:
    """The one YAML document in `body` (UTF-8); ParseError in one line for anything else."""
    try:
        text = body.decode("utf-8-sig")
        _check(text)
        return yaml.load(text, Loader=_Strict)  # noqa: S506 a safe loader, only stricter
    except UnicodeDecodeError as error:
        raise ParseError(f"the file is broken YAML (byte {error.start} is not UTF-8)") from error
    except (yaml.YAMLError, ValueError) as error:
        raise ParseError(f"the file is broken YAML ({' '.join(str(error).split())[:200]})") from error


def _check(text: str) -> None:
    """Look at the events, which come one by one and unfold nothing, before anything is built."""
    depth = documents = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Strict), start=1):
        place = f"line {event.start_mark.line + 1}" if event.start_mark else "a line"
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ParseError(f"{place} has an alias or an anchor; write the value out")
        if getattr(event, "tag", None):
            raise ParseError(f"{place} has a tag, a mark like !this; plain values need none")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > MOST_DEPTH:
            raise ParseError(f"{place} is nested deeper than {MOST_DEPTH} levels")
        if documents > 1:
            raise ParseError(f"{place} begins a second document; keep one")
        if count > MOST_EVENTS:
            raise ParseError(f"has more than {MOST_EVENTS:,} values by {place}; is it data and no descriptor?")
