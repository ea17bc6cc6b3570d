"""How much the scanner finds and how much of what it finds is personal: measured over a generated corpus.

The corpus is synthetic (`personal.py`): it shows that no known disguise hides a number, not that there is no other.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from personal import CHANGES, CHECKSUMMED, Planted, corpus, decoys
from shahrnama.privacy import Finding, findings, may_hold

COUNT = int(os.environ.get("SHAHRNAMA_FUZZ", "306"))  # identifiers, of each kind a ninth
SEED = 137
LEAST_RECALL = {"name": 0.95, "landline": 0.98, "email": 0.98, "plate": 0.98, "mobile": 0.98, "postal_code": 0.98}


def is_found(planted: Planted, found: list[Finding]) -> bool:
    """Whether every letter and digit of what was planted lies in a finding."""
    start = planted.text.index(planted.value)
    covered = {at for finding in found for at in range(finding.start, finding.end)}
    return all(
        start + at in covered for at, letter in enumerate(planted.value) if letter.isalnum() and letter != "\u0640"
    )


@pytest.fixture(scope="module")
def measured() -> tuple[Counter[str], Counter[str], Counter[str], list[Planted]]:
    """Planted and found by kind, findings that touch what was planted or not, and what was missed."""
    planted, found, touching, missed = Counter[str](), Counter[str](), Counter[str](), []
    for item in corpus(SEED, COUNT):
        hits = findings(item.text)
        assert may_hold(item.text) or not hits
        planted[item.kind] += 1
        if is_found(item, hits):
            found[item.kind] += 1
        else:
            missed.append(item)
        start = item.text.index(item.value)
        for hit in hits:
            touches = hit.start < start + len(item.value) and hit.end > start
            touching["true" if touches else "false"] += 1
    return planted, found, touching, missed


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    assert COUNT >= 300
    assert len(CHANGES) >= 40
    assert len(set(decoys(SEED))) >= 200


def test_identifiers_with_a_checksum_are_found_in_every_disguise(
    measured: tuple[Counter[str], Counter[str], Counter[str], list[Planted]],
) -> None:
    """SHAHRNAMA_FUZZ=5000 plants so many identifiers (306 otherwise)."""
    planted, found, _, missed = measured
    share = sum(found[kind] for kind in CHECKSUMMED) / sum(planted[kind] for kind in CHECKSUMMED)
    assert share >= 0.98, [item for item in missed if item.kind in CHECKSUMMED][:20]


@pytest.mark.parametrize("kind", LEAST_RECALL)
def test_others_are_found(kind: str, measured: tuple[Counter[str], Counter[str], Counter[str], list[Planted]]) -> None:
    planted, found, _, missed = measured
    assert found[kind] / planted[kind] >= LEAST_RECALL[kind], [item for item in missed if item.kind == kind][:20]


def test_what_is_found_is_personal(
    measured: tuple[Counter[str], Counter[str], Counter[str], list[Planted]],
) -> None:
    _, _, touching, _ = measured
    wrong = [(text, hit) for text in decoys(SEED) for hit in findings(text)]
    false = touching["false"] + len(wrong)
    assert touching["true"] / (touching["true"] + false) >= 0.95, wrong
    # Of each decoy by itself too: with the corpus, thousands of true findings would hide a hundred false ones.
    assert len({text for text, _ in wrong}) <= 0.02 * len(list(decoys(SEED))), wrong
