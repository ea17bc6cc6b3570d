"""Personal data that parsing left in a table: told by kind and place, never quoted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from shahrnama.catalog import Resource
from shahrnama.issue import Problem, problem
from shahrnama.package import CAPTURE_ID
from shahrnama.privacy import findings
from shahrnama.privacy.columns import suspects

REMEMBERED = 4096  # texts: what offices write by rote comes again and again


def personal(resource: Resource, path: Path) -> Iterator[Problem]:
    """One problem for each kind of personal data in each text cell of the CSV at `path`."""
    texts = [field.name for field in resource.fields if field.type == "string" and field.name != CAPTURE_ID]
    for number, name, text in suspects(path, texts) if texts else ():
        for kind in _kinds(text):
            yield problem("personal_data", resource.name, name, row=number, what=kind)


@lru_cache(REMEMBERED)
def _kinds(text: str) -> tuple[str, ...]:
    return tuple(sorted({finding.kind for finding in findings(text)}))
