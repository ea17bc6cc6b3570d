"""Frictionless' verdicts on CSV tables, many times faster: prove what is right, replay what is not.

For anyone with a data package; it needs nothing else of shahrnama:

    from shahrnama.proof import validate
    verdict = validate("datapackage.json")
    verdict.report  # a frictionless.Report, equal to frictionless.validate("datapackage.json") but for the times

A table's rows are read in chunks by numpy and polars. A row is *proved* where its quotes follow RFC 4180 and each cell
surely is what the Table Schema asks. Every other row is given, with its number, to Frictionless' own row stream, which
says what is wrong with it, if anything; so is every row that shares a key with another. A table that is not a plain
CSV file in UTF-8 is Frictionless' from the start. `python -m shahrnama.proof datapackage.json` prints a short verdict.
"""

import importlib
from typing import TYPE_CHECKING, Any

from shahrnama.proof.errors import ProofError, SlowPatternError
from shahrnama.proof.validate import validate

if TYPE_CHECKING:
    from shahrnama.proof.missing import missing_keys
    from shahrnama.proof.verdict import Replay, Rule, Verdict

__all__ = ["ProofError", "Replay", "Rule", "SlowPatternError", "Verdict", "missing_keys", "validate"]
_LATER = {"missing_keys": "missing", "Replay": "verdict", "Rule": "verdict", "Verdict": "verdict"}


def __getattr__(name: str) -> Any:
    """What needs numpy, polars or Frictionless is imported when it is first asked for (PEP 562)."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)
