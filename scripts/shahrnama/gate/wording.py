"""What Frictionless notes of an error, in plain words: `constraint "maximum" is "22"` is for machines."""

from __future__ import annotations

import re

from shahrnama.persian import persian_digits

_CONSTRAINT = re.compile(r'constraint "(\w+)" is "(.*)"\Z', re.DOTALL)
_TYPE = re.compile(r'type is "(\w+)/')
_LONGEST = 80  # characters of a rule that are quoted: an enumeration may be long
RULES = {
    "required": ("خانه نباید خالی باشد", "must not be empty"),
    "minimum": ("نباید کمتر از {} باشد", "must not be less than {}"),
    "maximum": ("نباید بیشتر از {} باشد", "must not be more than {}"),
    "exclusiveMinimum": ("باید بیشتر از {} باشد", "must be more than {}"),
    "exclusiveMaximum": ("باید کمتر از {} باشد", "must be less than {}"),
    "minLength": ("باید دست‌کم {} نویسه داشته باشد", "must have at least {} characters"),
    "maxLength": ("باید حداکثر {} نویسه داشته باشد", "must have at most {} characters"),
    "enum": ("باید یکی از این‌ها باشد: {}", "must be one of {}"),
    "pattern": ("باید به این شکل باشد: {}", "must have the form {}"),
}
TYPES = {
    "integer": ("باید عدد صحیح باشد", "must be a whole number"),
    "number": ("باید عدد باشد", "must be a number"),
    "boolean": ("باید true یا false باشد", "must be true or false"),
    "date": ("باید تاریخ باشد", "must be a date"),
    "datetime": ("باید زمان (UTC) باشد", "must be a time (UTC)"),
}


def worded(note: str) -> tuple[str, str]:
    """The note in Persian and in English; a note that is not known stays as it is in both."""
    constraint, kind = _CONSTRAINT.match(note), _TYPE.match(note)
    if constraint and constraint.group(1) in RULES:
        value = constraint.group(2)
        short = value if len(value) <= _LONGEST else value[:_LONGEST] + "…"
        fa, en = RULES[constraint.group(1)]
        return fa.format(persian_digits(short).replace(".", "٫") if _is_number(short) else short), en.format(short)
    return TYPES.get(kind.group(1), (note, note)) if kind else (note, note)


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?[0-9.]+", text))
