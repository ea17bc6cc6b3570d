"""Search: what a reader asks, folded like the index, and the words that were found, marked in the text as it stands.

FTS5's own `snippet` cannot mark here: it counts the words of the text, and the index holds folded ones, some of which
are none of the text's (`persian.fold` drops suffixes that stand alone). So the text is folded again, word by word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from markupsafe import Markup, escape

from shahrnama.persian import fold
from shahrnama.synonyms import FINDS

MOST_LETTERS = 500  # of a question: what is behind them is not asked
MOST_TERMS = 24  # FTS5 refuses a tree deeper than 256; nobody types that many words
MOST_MARKED = 20_000  # letters of a cell that are looked through
SNIPPET_LETTERS = 180
_SPAN = re.compile(r"[^\s.,;:!?()\[\]{}<>«»\"'/\\|،؛؟…]+(?:\.\d+)*")


@dataclass(frozen=True)
class Term:
    """One folded word; `prefix` where its beginning is enough."""

    word: str
    prefix: bool = False

    @property
    def also(self) -> tuple[str, ...]:
        """Words that it finds besides itself (`synonyms`)."""
        return () if self.prefix else FINDS.get(self.word, ())

    def fits(self, folded: str) -> bool:
        """Whether a folded word of a text is this one, or one that it finds."""
        return folded.startswith(self.word) if self.prefix else folded == self.word or folded in self.also

    def expression(self) -> str:
        """The word, or any of what it finds, in FTS5's words."""
        words = " OR ".join(f'"{word}"' for word in (self.word, *self.also))
        return f"({words})" if self.also else f"{words}{'*' * self.prefix}"


def terms(asked: str) -> tuple[Term, ...]:
    """The words of a question, folded like the index; one that ends in `*` matches beginnings.

    Marks and lone suffixes are none; a question of suffixes alone (`ها`) asks for them. No input raises.
    """
    asked = asked[:MOST_LETTERS]
    found = [Term(part, word.endswith("*")) for word in asked.split() for part in fold(word).split()]
    meaningful = set(fold(asked).split())
    return tuple(islice([term for term in found if term.word in meaningful] or found, MOST_TERMS))


def search_expression(asked: str) -> str:
    """A reader's words as an FTS5 expression: each quoted, all of them required; what has no word matches nothing."""
    return " AND ".join(term.expression() for term in terms(asked)) or '""'


def marked(text: str, wanted: tuple[Term, ...]) -> Markup | None:
    """The text with the words that were asked for in `<mark>`, or None where there is none of them."""
    spans = _found(text[:MOST_MARKED], wanted)
    return _mark(text, spans, 0, len(text)) if spans else None


def snippet(text: str, wanted: tuple[Term, ...], letters: int = SNIPPET_LETTERS) -> Markup | None:
    """The part of a text around the first word that was asked for, marked; None where there is none of them."""
    spans = _found(text[:MOST_MARKED], wanted)
    if not spans:
        return None
    start = max(0, spans[0][0] - letters // 3)
    if start:  # from the beginning of a word
        start = text.rfind(" ", 0, start) + 1
    end = min(len(text), start + letters)
    if end < len(text):
        end = max(text.rfind(" ", start, end), spans[0][1])
    return Markup("{}{}{}").format("… " * (start > 0), _mark(text, spans, start, end), " …" * (end < len(text)))


def _found(text: str, wanted: tuple[Term, ...]) -> list[tuple[int, int]]:
    if not wanted:
        return []
    matches = ((found.span(), fold(found[0]).split()) for found in _SPAN.finditer(text))
    return [span for span, words in matches if any(term.fits(word) for term in wanted for word in words)]


def _mark(text: str, spans: list[tuple[int, int]], start: int, end: int) -> Markup:
    parts: list[Markup] = []
    at = start
    for first, last in spans:
        if start <= first and last <= end:
            parts += [escape(text[at:first]), Markup("<mark>{}</mark>").format(text[first:last])]
            at = last
    return Markup("").join([*parts, escape(text[at:end])])
