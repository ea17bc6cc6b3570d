"""What a pattern costs, and the same pattern for an engine that is always linear.

Frictionless matches `^{pattern}$` with Python's `re.match`, whose time may be exponential in the length of the cell.
Both answers come from the syntax tree that Python itself compiles.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

_parser: Any = importlib.import_module("re._parser")  # the tree is Python's own affair; the tests tell when it changes
MOST_PATHS = 4096  # ways through the bounded repetitions and branches of a pattern that is still tried directly
REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}
SINGLE = {"LITERAL", "NOT_LITERAL", "IN", "ANY"}
CLASSES = {"CATEGORY_DIGIT": "0-9", "CATEGORY_WORD": "0-9A-Za-z_", "CATEGORY_SPACE": r"\t\n\x0b\x0c\r\x20"}
ANCHORS = {"AT_BEGINNING": r"\A", "AT_BEGINNING_STRING": r"\A", "AT_END": r"\z", "AT_END_STRING": r"\z"}


def anchored(pattern: str) -> str:
    """The expression that Frictionless compiles (frictionless/schema/field.py, `create_cell_reader`)."""
    return f"^{pattern}$"


@cache
def is_linear(expression: str) -> bool:
    """Whether a match surely takes time linear in the length of the cell: at most one unbounded repetition, of single
    characters, and few ways through everything else. False means unknown.
    """
    try:
        paths, unbounded = _cost(_parser.parse(expression))
    except (_Unsupported, re.error):
        return False
    return paths <= MOST_PATHS and unbounded <= 1


@cache
def narrow(expression: str) -> str | None:
    r"""An expression for polars (Rust's regex crate, linear) that matches no cell that Python's would not.

    It matches fewer: `\\d`, `\\w` and `\\s` are ASCII only and `$` is the very end. None where that cannot be said.
    """
    try:
        tree = _parser.parse(expression)
        if tree.state.flags != re.UNICODE:
            return None
        return rf"\A(?:{_emit(tree)})"
    except (_Unsupported, re.error):
        return None


@cache
def widths(expression: str) -> tuple[int, int] | None:
    """The fewest and the most characters of a cell that `narrow(expression)` matches; None where it may end early."""
    tree = _parser.parse(expression)
    ends = bool(len(tree)) and str(tree[-1][0]) == "AT" and str(tree[-1][1]) in ("AT_END", "AT_END_STRING")
    fewest, most = tree.getwidth()
    return (int(fewest), int(most)) if ends else None


class _Unsupported(Exception):  # noqa: N818 never leaves this module
    """A construction whose cost or meaning is not known here."""


def _cost(tree: Sequence[tuple[Any, Any]]) -> tuple[int, int]:
    """Ways through, not counting unbounded repetitions, and how many of those."""
    paths, unbounded = 1, 0
    for operation, value in tree:
        more, endless = _cost_of(str(operation), value)
        paths, unbounded = min(paths * more, MOST_PATHS + 1), unbounded + endless
    return paths, unbounded


def _cost_of(operation: str, value: Any) -> tuple[int, int]:
    if operation in SINGLE or operation == "AT":
        return 1, 0
    if operation == "SUBPATTERN":
        return _cost(value[-1])
    if operation == "BRANCH":
        costs = [_cost(branch) for branch in value[1]]
        return sum(paths for paths, _ in costs), max(unbounded for _, unbounded in costs)
    if operation in REPEATS:
        return _cost_of_repeat(*value)
    raise _Unsupported(operation)


def _cost_of_repeat(low: int, high: int, body: Any) -> tuple[int, int]:
    paths, unbounded = _cost(body)
    single = len(body) == 1 and str(body[0][0]) in SINGLE
    if unbounded or (high == _parser.MAXREPEAT and not single):
        raise _Unsupported("nested repetition")
    if high == _parser.MAXREPEAT:
        return 1, 1
    return (high - low + 1) * (paths ** min(high, 13) if paths > 1 else 1), 0  # 2 ** 13 is beyond MOST_PATHS


def _emit(tree: Sequence[tuple[Any, Any]]) -> str:
    return "".join(_emit_one(str(operation), value) for operation, value in tree)


def _emit_one(operation: str, value: Any) -> str:
    if operation == "LITERAL":
        return _literal(value)
    if operation == "NOT_LITERAL":
        return f"[^{_literal(value)}]"
    if operation == "ANY":
        return r"[^\n]"
    if operation == "IN":
        return _set(value)
    if operation == "AT" and str(value) in ANCHORS:
        return ANCHORS[str(value)]
    if operation == "SUBPATTERN" and not value[1] and not value[2]:
        return f"(?:{_emit(value[3])})"
    if operation == "BRANCH":
        return f"(?:{'|'.join(map(_emit, value[1]))})"
    if operation in ("MAX_REPEAT", "MIN_REPEAT"):
        low, high, body = value
        most = "" if high == _parser.MAXREPEAT else high
        return f"(?:{_emit(body)}){{{low},{most}}}"
    raise _Unsupported(operation)


def _set(items: Sequence[tuple[Any, Any]]) -> str:
    negated = str(items[0][0]) == "NEGATE"
    parts = [_set_item(str(kind), value, negated=negated) for kind, value in items[negated:]]
    return f"[{'^' if negated else ''}{''.join(parts)}]"


def _set_item(kind: str, value: Any, *, negated: bool) -> str:
    if kind == "LITERAL":
        return _literal(value)
    if kind == "RANGE":
        return f"{_literal(value[0])}-{_literal(value[1])}"
    if kind == "CATEGORY" and str(value) in CLASSES and not negated:
        return CLASSES[str(value)]
    raise _Unsupported(kind)  # a negated class would have to be wider than Python's, not narrower


def _literal(point: int) -> str:
    if 0xD800 <= point <= 0xDFFF:
        raise _Unsupported("surrogate")
    return rf"\x{{{point:x}}}"
