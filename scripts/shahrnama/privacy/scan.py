"""The scanner: names, addresses, plates, numbers, in this order; each sees what was found before as a wall."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from shahrnama.privacy.names import names
from shahrnama.privacy.numbers import numbers
from shahrnama.privacy.prefilter import may_hold
from shahrnama.privacy.signs import emails, plates
from shahrnama.privacy.view import PLACEHOLDERS, WALL, Finding, View

JOINT = "\n"  # between cells that are read as one text
MOST_PASSES = 8  # two were the most in millions of random texts; a text made to need more is masked whole


def findings(text: str) -> list[Finding]:
    """Personal data in `text`, in order and without overlap; positions are those of the text as given."""
    return sorted(_found(View.of(text))) if may_hold(text) else []


def _found(view: View) -> Iterator[Finding]:
    named = list(names(view.text))
    yield from (view.finding(start, end, "name") for start, end in named)
    view = view.walled(named).without_half_spaces()
    for kind, search in (("email", emails), ("plate", plates)):
        spans = _apart(search(view.text))
        yield from (view.finding(start, end, kind) for start, end in spans)
        view = view.walled(spans)
    yield from (view.finding(*found) for found in numbers(view.text))


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of stretches that overlap the first and longest."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def mask(text: str) -> str:
    """The text with each finding replaced by what it was, as in `[شماره همراه]`; masking again changes nothing."""
    return mask_across([text])[0]


def findings_across(texts: Sequence[str]) -> list[list[Finding]]:
    """What is found in each of adjacent cells, read alone and then as one text: 021 in one cell, 55001234 in the next.

    A number over two cells is a finding in each, over its share.
    """
    alone = [findings(text) for text in texts]
    if len(texts) < 2:
        return alone
    walled = ["".join(_pieces(text, found, _wall)) for text, found in zip(texts, alone, strict=True)]
    starts = [0]
    for text in walled:
        starts.append(starts[-1] + len(text) + len(JOINT))
    joint = findings(JOINT.join(walled))
    return [
        sorted([*own, *_shares(joint, start, start + len(text))])
        for own, start, text in zip(alone, starts, walled, strict=False)
    ]


def mask_across(texts: Sequence[str]) -> list[str]:
    """Adjacent cells, each with its findings and its shares of the common ones replaced; again changes nothing."""
    passes = 0
    while any(found := findings_across(texts)):
        passes += 1
        if passes > MOST_PASSES:
            texts = [_placeholder(own[0]) if own else text for text, own in zip(texts, found, strict=True)]
        else:
            texts = ["".join(_pieces(text, own, _placeholder)) for text, own in zip(texts, found, strict=True)]
    return list(texts)


def _shares(joint: Iterable[Finding], start: int, end: int) -> Iterator[Finding]:
    """What of the findings in the common text lies in the cell that goes from `start` to `end`."""
    for found in joint:
        low, high = max(found.start, start), min(found.end, end)
        if low < high:
            yield Finding(low - start, high - start, found.kind)


def _pieces(text: str, found: Iterable[Finding], instead: Callable[[Finding], str]) -> Iterator[str]:
    at = 0
    for finding in found:
        yield text[at : finding.start]
        yield instead(finding)
        at = finding.end
    yield text[at:]


def _placeholder(finding: Finding) -> str:
    return PLACEHOLDERS[finding.kind]


def _wall(finding: Finding) -> str:
    return WALL * (finding.end - finding.start)
