"""Words of the search without a server: folded as everywhere, and how the reader's browser is told to fold alike."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable

from shahrnama.persian import fold, folding
from shahrnama.synonyms import FOUND_BY

NUMBER = re.compile(r"\d+(?:\.\d+)*")
MOST_TIMES = 3  # of a word in one text: more neither find nor rank anything, and are carried to every reader


def terms(text: str) -> list[str]:
    """Folded words as the index has them: a number ends with a letter, so that 1 is not the beginning of 12."""
    words = fold(text).split()
    return [f"{word.replace('.', 'd')}n" if NUMBER.fullmatch(word) else word for word in words]


def thinned(texts: Iterable[str]) -> str:
    """The words of texts, each a few times at most; texts of nothing but numbers are left out.

    Full stops stand between them: two words that come to stand side by side are no name and no number of anybody's,
    and whoever screens the index must not take them for one. The texts themselves are screened where they are shown.
    """
    seen: Counter[str] = Counter()
    kept = []
    for text in texts:
        words = terms(text)
        if all(word[0].isdecimal() for word in words):
            continue
        for word in words:
            seen[word] += 1
            if seen[word] <= MOST_TIMES:
                kept.append(word)
    return ". ".join(kept)


def found_by(words: Iterable[str]) -> list[str]:
    """Folded words for which readers find these besides (`synonyms`), each once; an index of pages knows no others."""
    return list(dict.fromkeys(asked for word in words for asked in FOUND_BY.get(word.rstrip("."), ())))


def folding_script() -> str:
    """The JavaScript module with the letters and word lists that `site/assets/search_fold.js` folds by."""
    return f"export const FOLDING = {json.dumps(folding(), ensure_ascii=False, separators=(',', ':'))};\n"
