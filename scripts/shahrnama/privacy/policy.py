"""What a field's descriptor asks of its cells when they are parsed, before anything is written.

`privacy: mask` replaces personal data in place, `drop` and `withhold` empty every cell (`drop`: nobody needs it;
`withhold`: a text that is not published, and is counted as such); `privacy_group` reads the cells of adjacent fields as
one text. `round: 3` keeps three decimals, half to even; `coarsen: hour|day|month` cuts times by the clock and the
calendar of Tehran, where a month is a Jalali one, and gives the beginning back as UTC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from itertools import groupby
from typing import Any

from shahrnama.catalog import Dataset, Field, Resource, Row
from shahrnama.errors import DatasetError
from shahrnama.persian import TEHRAN, gregorian, jalali
from shahrnama.privacy.scan import findings_across, mask_across

POLICIES = ("allow", "mask", "drop", "withhold")
UNITS = {"date": ("day", "month"), "datetime": ("hour", "day", "month")}
FORMATS = {"date": (None, "default", "%Y-%m-%d"), "datetime": ("%Y-%m-%dT%H:%M:%SZ",)}
EMPTIED = {"drop": "dropped", "withhold": "withheld"}
_MOST_DECIMALS = 15  # a double holds no more
_EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN)  # more digits than a double has before and behind its point

Counted = Counter[tuple[str, str]]


def check(dataset: Dataset) -> None:
    """DatasetError names the first field of a harvested table whose policy is unknown or cannot be kept."""
    for resource in dataset.resources:
        for problem in _problems(resource) if resource.kind == "harvested" else ():
            raise DatasetError(f"{dataset.name}: resource {resource.name!r} {problem}")


def _problems(resource: Resource) -> Iterator[str]:
    for field in resource.fields:
        yield from (f"field {field.name!r}: {problem}" for problem in _of_field(resource, field))
    groups = [name for name, _ in groupby(resource.fields, key=lambda field: field.privacy_group) if name]
    for name in sorted({name for name in groups if groups.count(name) > 1}):
        yield f"privacy_group {name!r} is torn apart; its fields must stand side by side"


def _of_field(resource: Resource, field: Field) -> Iterator[str]:
    required = (field.descriptor.get("constraints") or {}).get("required") or field.name in resource.primary_key
    if field.privacy not in POLICIES:
        yield f"privacy is {field.privacy!r}; use one of {', '.join(POLICIES)}"
    if field.privacy in EMPTIED and required:
        yield f"privacy is {field.privacy!r}, but every row needs the cell; leave the field out of the schema instead"
    if field.privacy == "mask" and field.type != "string":
        yield f"privacy is 'mask', but it is no text but of type {field.type!r}; use drop, round or coarsen"
    if field.privacy_group and field.privacy != "mask":
        yield "privacy_group is there without `privacy: mask`; say both or neither"
    if field.decimals is not None:
        kept = field.decimals
        if field.type != "number" or type(kept) is not int or not 0 <= kept <= _MOST_DECIMALS:
            yield f"round is {kept!r} on type {field.type!r}; give 0 to {_MOST_DECIMALS} decimals of a number"
    if field.coarsen is not None and field.coarsen not in UNITS.get(field.type, ()):
        yield f"coarsen is {field.coarsen!r} on type {field.type!r}; use hour, day or month of a datetime or date"
    elif field.coarsen is not None and field.descriptor.get("format") not in FORMATS[field.type]:
        yield f"coarsen cannot read the format {field.descriptor.get('format')!r}; use {FORMATS[field.type][-1]!r}"


def apply(resource: Resource, row: Row) -> tuple[Row, Counted]:
    """The row as it may be staged, and how often what was taken out of which field: `(field, kind)`.

    Kinds are those of PLACEHOLDERS, `dropped` and `withheld`. Raises TypeError where a cell to be masked is no text,
    ValueError where one to be rounded or coarsened is no number or time.
    """
    changed: Row = {}
    counted: Counted = Counter()
    for _, fields in groupby(resource.guarded, key=_reading):
        filled = [field for field in fields if row[field.name] is not None]
        if filled and filled[0].privacy == "mask":
            changed |= _masked({field.name: _text(field.name, row[field.name]) for field in filled}, counted)
        elif filled:
            changed[filled[0].name] = _cell(filled[0], row[filled[0].name], counted)
    return {**row, **changed}, counted


def _reading(field: Field) -> tuple[bool, str]:
    """Equal for adjacent fields that are read as one."""
    return field.privacy_group is None, field.privacy_group or field.name


def totals(counted: Counted) -> dict[str, dict[str, int]]:
    """Counts as they are published: by field, by kind."""
    found: dict[str, dict[str, int]] = {}
    for (field, kind), count in sorted(counted.items()):
        found.setdefault(field, {})[kind] = count
    return found


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} is free text to be masked, not {value!r}")
    return value


def _masked(texts: dict[str, str], counted: Counted) -> dict[str, str]:
    """The texts with their findings replaced; a number over two cells counts once in each."""
    found = findings_across(list(texts.values()))
    if not any(found):
        return {}
    counted.update((name, finding.kind) for name, own in zip(texts, found, strict=True) for finding in own)
    return dict(zip(texts, mask_across(list(texts.values())), strict=True))


def _cell(field: Field, value: Any, counted: Counted) -> Any:
    if field.privacy in EMPTIED:
        counted[field.name, EMPTIED[field.privacy]] += value != ""
        return None
    if value == "":
        return value
    if field.decimals is not None:
        return rounded(value, field.decimals)
    return coarsened(value, field.coarsen)


def rounded(value: Any, decimals: int) -> Any:
    """A number of the same type with so many decimals, half to even on its decimal form; ValueError if it is none."""
    if isinstance(value, int):
        return value
    try:
        exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), context=_EXACT)
    except InvalidOperation as error:
        raise ValueError(f"{value!r} cannot be rounded to {decimals} decimals; it is no finite number") from error
    if not exact.is_finite():
        raise ValueError(f"{value!r} cannot be rounded to {decimals} decimals; it is no finite number")
    return type(value)(format(exact, "f"))


def coarsened(value: Any, unit: str) -> Any:
    """The beginning of the hour, day or Jalali month in Tehran, in the type and form of the value; ValueError if none.

    Text is `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ`, like all published times.
    """
    if isinstance(value, str):
        if "T" not in value:
            return str(coarsened(date.fromisoformat(value), unit))
        return coarsened(datetime.fromisoformat(value), unit).strftime("%Y-%m-%dT%H:%M:%SZ")
    if not isinstance(value, datetime):
        return _day(value, unit)
    moment = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(TEHRAN)
    if unit == "hour":
        return moment.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    day = _day(moment.date(), unit)
    return datetime(day.year, day.month, day.day, tzinfo=TEHRAN).astimezone(UTC)


def _day(day: date, unit: str) -> date:
    """The day, or the first of its Jalali month."""
    return date.fromisoformat(gregorian(f"{jalali(day.isoformat())[:8]}01")) if unit == "month" else day
