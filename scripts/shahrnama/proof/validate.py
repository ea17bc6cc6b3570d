"""The way in: the files of a package are hashed while Frictionless is still being imported."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shahrnama.proof.ahead import reading_ahead

if TYPE_CHECKING:
    from shahrnama.proof.verdict import OnError, Rule, Verdict


def validate(
    source: Path | str,
    *,
    limit_errors: int | None = 1000,
    rules: Sequence[Rule] = (),
    on_error: OnError | None = None,
    chunk_bytes: int | None = None,
) -> Verdict:
    """Validate a datapackage.json, or a table, as `frictionless.validate(source, limit_errors=...)`.

    `limit_errors` cuts the report only (None: it is whole); `on_error(resource, error)` is told every error as it is
    found, without any being kept; `chunk_bytes` is how much of a file is looked at together (None: 12 MB, or less where
    there are more than four processors). Raises SlowPatternError where a regular expression runs away.
    """
    with reading_ahead(Path(source)) as digests_of:
        judge = _imported()
        verdict: Verdict = judge.judge(str(source), limit_errors, rules, on_error, chunk_bytes, digests_of)
    return verdict


def _imported() -> Any:
    """What judges. Importing it makes many thousands of objects, none of them garbage: Python need not look for any."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return importlib.import_module("shahrnama.proof.judge")
    finally:
        if collecting:
            gc.enable()
