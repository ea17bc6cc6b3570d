"""Pictures that stand alone: on a white card, with title, sentence and origin, for pages and papers of others.

Taken out of its page, a picture still says where it is from and whether its data is fictional.
"""

from __future__ import annotations

import re
from html import escape

from shahrnama.persian import Language
from shahrnama.publish.picture import Picture
from shahrnama.publish.svg import FONT, SMALL, WIDTH, lines, px, resolved, words, wrapped

EDGE, TITLE, SENTENCE = 22, 18, 13.5  # px: margin, letters of the title and the sentence
PAPER, INK, SOFT, WARN = "#ffffff", "#17252a", "#44565c", "#9a3412"
SAID: dict[Language, tuple[str, str]] = {
    "fa": ("شهرنما، دادهٔ باز شهر", "دادهٔ نمونه و ساختگی؛ دربارهٔ تهران واقعی چیزی نمی‌گوید."),
    "en": ("Shahrnama, the city's open data", "Fictional demonstration data; it says nothing about the real Tehran."),
}


def alone(item: Picture, address: str) -> str:
    """A whole SVG file; `address` (empty where it is not known) is written under it."""
    persian = item.language == "fa"
    side, anchor = (EDGE + WIDTH, "end") if persian else (EDGE, "start")
    title, sentence = wrapped(item.title, WIDTH, TITLE), wrapped(item.sentence, WIDTH, SENTENCE)
    parts = [lines(title, (side, EDGE + 16), 26, anchor=anchor, size=TITLE, bold=True)]
    at: float = EDGE + 16 + 26 * len(title)
    parts.append(lines(sentence, (side, at), 21, anchor=anchor, size=SENTENCE))
    at += 21 * len(sentence)
    parts.append(f'<g transform="translate({EDGE},{px(at)})">{inside(item.svg)}</g>')
    at += item.height + 24
    origin, fictional = SAID[item.language]
    if item.is_demo:
        told = wrapped(fictional, WIDTH, SMALL)
        parts.append(lines(told, (side, at), 18, anchor=anchor, size=SMALL, fill=WARN, bold=True))
        at += 18 * len(told)
    parts.append(
        words(" · ".join(filter(None, (origin, item.dataset))), (side, at), anchor=anchor, size=SMALL, fill=SOFT)
    )
    if address:
        at += 17
        parts.append(words(address, (side, at), anchor=anchor, size=10, fill=SOFT))
    return _card(item, "".join(parts), at + EDGE - 6)


def inside(svg: str) -> str:
    """What is in a picture, without its frame: a frame in a frame costs the renderer twice the time."""
    return re.sub(r"\A<svg [^>]*><title>.*?</title><desc>.*?</desc>|</svg>\Z", "", svg, flags=re.S)


def _card(item: Picture, parts: str, height: float) -> str:
    wide = WIDTH + 2 * EDGE
    size = f'width="{wide}" height="{px(height)}" viewBox="0 0 {wide} {px(height)}"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}'
        f' lang="{item.language}" direction="ltr" font-family="{FONT}" font-size="14" role="img">'
        f"<title>{escape(item.title)}</title><desc>{escape(item.sentence)}</desc>"
    )
    return f'{head}<rect width="100%" height="100%" fill="{PAPER}"/>{resolved(parts)}</svg>\n'
