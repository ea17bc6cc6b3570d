"""Blocks: HTML that is whole on one line goes past Markdown, which would read each tag of it twice and change nothing.

An extension of Python-Markdown, named in mkdocs.yml. Tables, facts and pictures are such lines: most of a page.
"""

from __future__ import annotations

import re

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.util import HtmlStash

BEFORE_HTML = 25  # Markdown's own reading of HTML has priority 20, MkDocs' 21; white space is settled at 30
WHOLE = re.compile(r"<(div|dl|details|figure|p|ul)\b.*</\1>")


class Blocks(Extension):
    """Lines of whole HTML between empty lines are kept as they are."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 Markdown's own name
        """Register what sets the lines aside."""
        md.preprocessors.register(_Aside(md.htmlStash), "whole_blocks", BEFORE_HTML)


class _Aside(Preprocessor):
    def __init__(self, stash: HtmlStash) -> None:
        super().__init__()
        self._stash = stash

    def run(self, lines: list[str]) -> list[str]:
        around = ["", *lines, ""]
        return [
            self._stash.store(line) if not (before or after) and _is_whole(line) else line
            for before, line, after in zip(around, lines, around[2:], strict=False)
        ]


def _is_whole(line: str) -> bool:
    """Whether the line is one element and nothing after it: the first moment that all is closed is its end."""
    found = WHOLE.fullmatch(line)
    if not found:
        return False
    depth = 0
    for tag in re.finditer(rf"<(/?){found[1]}\b", line):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.start() == len(line) - len(f"</{found[1]}>")
    return False
