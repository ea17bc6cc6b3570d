"""A pattern cannot hang the gate: where it might not be linear, a child process matches, and may be killed.

Frictionless looks `check_pattern` up when it makes a cell's reader, so everything that it reads (rows, referenced
tables, items of arrays) is bounded while `bounded_patterns` is entered.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

import frictionless.schema.field as frictionless_field

from shahrnama.proof.errors import SlowPatternError
from shahrnama.proof.patterns import is_linear

MATCHER = """
import json, re, signal, sys
for line in sys.stdin:
    pattern, cell = json.loads(line)
    signal.setitimer(signal.ITIMER_VIRTUAL, 1)  # seconds of this process's own CPU; then the signal kills it
    found = re.match(pattern, cell) is not None
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    print(int(found), flush=True)
"""
MOST_REMEMBERED = 100_000
_lock = threading.RLock()
_entered = 0


class _Matcher:
    """A child process that matches; started when first asked, started again after it was killed."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.known: dict[tuple[str, str], bool] = {}

    def match(self, pattern: str, cell: str) -> bool:
        key = (pattern, cell)
        if key not in self.known:
            if len(self.known) >= MOST_REMEMBERED:
                self.known.clear()
            self.known[key] = self._ask(pattern, cell)
        return self.known[key]

    def _ask(self, pattern: str, cell: str) -> bool:
        if self.process is None:
            command = [sys.executable, "-I", "-S", "-c", MATCHER]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        given, answers = self.process.stdin, self.process.stdout
        if given and answers:
            given.write(json.dumps([pattern, cell]) + "\n")
            given.flush()
            if answer := answers.readline().strip():
                return answer == "1"
        self.close()
        raise SlowPatternError(pattern)

    def close(self) -> None:
        if self.process:
            with suppress(BrokenPipeError):
                self.process.communicate()
            self.process = None


_matcher = _Matcher()
_stock = frictionless_field.check_pattern


def _check_pattern(constraint: re.Pattern[str], cell: str | None) -> bool:
    """Frictionless' own check, except where it might take too long."""
    if cell is None or is_linear(constraint.pattern):
        return bool(_stock(constraint, cell))
    with _lock:
        return _matcher.match(constraint.pattern, cell)


@contextmanager
def bounded_patterns() -> Iterator[None]:
    """While entered, a match that takes more than a second of CPU raises SlowPatternError."""
    global _entered  # the module that is changed is global, too
    install = partial(setattr, frictionless_field, "check_pattern")
    with _lock:
        _entered += 1
        install(_check_pattern)
    try:
        yield
    finally:
        with _lock:
            _entered -= 1
            if not _entered:
                install(_stock)
                _matcher.close()
                _matcher.known.clear()
