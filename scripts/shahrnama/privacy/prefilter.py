"""A quick look at texts that surely hold nothing, so that the scanner reads only the rest.

One regular expression over the text as given, spelt so that Python's and Rust's engines (polars) read it alike. It may
say yes to a text that holds nothing, never no to one in which `findings` finds something: a number has eight digits
or more with nothing but gaps between, a plate has a letter between digits, an address a sign, a name a title.
"""

from __future__ import annotations

import re

from shahrnama.privacy.view import FOLDED, GAP, INVISIBLE, ZWNJ

TITLE = "(?:[آا]ق(?:ا|ای|اي|اى)|خان(?:م|وم)|مهندس|د[کك]تر|حا(?:ج|جی|جي|جى)|س[یيى]د(?:ه)?)[\u064e-\u0652]?"


def _raw(seen: str) -> str:
    """Every character of the basic plane that is seen as one of `seen`, as the inside of a class."""
    letters = sorted({*seen, *(chr(code) for code, folded in FOLDED.items() if folded in seen and code < 0x10000)})
    return "".join(f"\\{letter}" if letter in r"\-[]^&~/._()" and letter != "/" else letter for letter in letters)


_DIGIT = f"[{_raw('0123456789')}]"
_GAP = f"[{_raw(GAP)}{ZWNJ}]"
_SPACE = _raw(" \n")
BEHIND_TITLE = f"[{_SPACE}{ZWNJ}:(«]"
_ODD = "".join(sorted({*INVISIBLE, *(chr(code) for code in range(0xFF01, 0xFF5F) if not FOLDED[code].isdigit())}))
_ODD_ONES = f"[{_ODD}]"
_STYLED = "[\U0001d7ce-\U0001d7ff]"  # a class of its own: with the others it would be no table but a list
_NUMBER = f"{_DIGIT}(?:{_GAP}*{_DIGIT}){{7}}"
_PLATE = f"{_DIGIT}{_GAP}*{_DIGIT}{_GAP}*[آ-یA-Za-z](?:{_GAP}*[لف]){{0,2}}{_GAP}*{_DIGIT}{_GAP}*{_DIGIT}"
_SIGN = "[@\ufe6b]"
_AT = rf"[\[({{{_SPACE}][aA]{ZWNJ}*[tT][\])}}{_SPACE}]"
PATTERN = "|".join((_ODD_ONES, _STYLED, _NUMBER, _PLATE, _SIGN, _AT, f"{TITLE}{BEHIND_TITLE}"))
_SEARCHES = tuple(
    re.compile(part) for part in (_ODD_ONES, _STYLED, _NUMBER, _PLATE, _SIGN, _AT)
)  # each alone: its first class is
_TITLED = re.compile(f"{TITLE}{BEHIND_TITLE}")  # sought by a quick loop of the engine, an alternation's is not
_CORES = ("آقا", "اقا", "خان", "مهندس", "کتر", "كتر", "حاج", "سید", "سيد", "سىد")  # one is in every title


def may_hold(text: str) -> bool:
    """False only where `findings(text)` is empty; linear, and far quicker than looking."""
    for pattern in _SEARCHES:
        if pattern.search(text):
            return True
    return any(core in text for core in _CORES) and _TITLED.search(text) is not None
