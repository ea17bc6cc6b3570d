"""Process maps: which step follows which, how long cases wait between them, and where most of the waiting is.

A directly-follows graph (van der Aalst, Process Mining, 2016, 5.4). Graphviz' dot places the steps (Gansner et al., A
Technique for Drawing Directed Graphs, 1993), from top to bottom, so that a map is no wider than a phone; the drawing is
ours. Ways that few cases take are left out and counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shahrnama.persian import number
from shahrnama.publish.amounts import said_days, said_share
from shahrnama.publish.picture import Drawing, Ground, amount, required, written
from shahrnama.publish.process_drawing import Neck, ProcessDrawing, Way
from shahrnama.publish.sentences import isolated

RARE = 0.02  # of the busiest way: ways that fewer cases take are left out


def process_map(specification: Mapping[str, Any], ground: Ground, key: str | None, _highlight: str | None) -> Drawing:
    """The map of the process whose `by` is `key`."""
    required(specification, "resource", "by", "from", "to", "count", "days")
    every = _ways(specification, ground, key)
    most = max((way.cases for way in every), default=0)
    kept = [way for way in every if way.cases >= RARE * most]
    order, below = _steps(specification, ground, key)
    named = {name for way in kept for name in (way.source, way.target)}
    steps = sorted(named, key=lambda name: (order.get(name, len(order)), name))
    neck = _neck(specification, ground, key)
    drawn = ProcessDrawing(ground, kept, steps, below, neck)
    columns = [specification[name] for name in ("from", "to", "count", "days")]
    ranked = sorted(every, key=lambda way: (order.get(way.source, 0), -way.cases, way.target))
    return Drawing(
        _sentence(neck, kept, len(every) - len(kept), ground),
        drawn.parts,
        drawn.height,
        tuple(ground.heading(specification["resource"], column) for column in columns),
        tuple(
            (
                ground.translated(way.source),
                ground.translated(way.target),
                number(int(way.cases), ground.language),
                "—" if way.days is None else said_days(way.days, ground.language),
            )
            for way in ranked
        ),
        tuple(columns),
        tuple(
            (way.source, way.target, written(way.cases), "" if way.days is None else written(way.days))
            for way in ranked
        ),
    )


def _ways(specification: Mapping[str, Any], ground: Ground, key: str | None) -> list[Way]:
    rows = [row for row in ground.rows(specification["resource"]) if row[specification["by"]] == key]
    source, target, count, days = (specification[name] for name in ("from", "to", "count", "days"))
    leaving: dict[str, float] = {}
    for row in rows:
        leaving[row[source]] = leaving.get(row[source], 0) + float(row[count])
    return [
        Way(
            row[source],
            row[target],
            float(row[count]),
            amount(row, days),
            float(row[count]) / (leaving[row[source]] or 1),
        )
        for row in rows
    ]


def _steps(specification: Mapping[str, Any], ground: Ground, key: str | None) -> tuple[dict[str, int], dict[str, str]]:
    """The declared order of steps, and what stands under each: its office, and that it asks for a visit."""
    told = specification.get("order")
    if not told:
        return {}, {}
    order, below = {}, {}
    for row in ground.rows(told["resource"]):
        if row[specification["by"]] == key:
            name = row[told["step"]]
            order[name] = int(row[told["order"]])
            office = ground.translated(row[told["office"]]) if told.get("office") else ""
            visit = told.get("visit") and row[told["visit"]] == "true"
            said = [office, ("حضوری" if ground.language == "fa" else "in person") if visit else ""]
            below[name] = " · ".join(filter(None, said))
    return order, below


def _neck(specification: Mapping[str, Any], ground: Ground, key: str | None) -> Neck | None:
    """The step with the greatest sum of waiting days; None where none is declared, or nothing waits."""
    told = specification.get("bottleneck")
    if not told:
        return None
    sums: dict[str, float] = {}
    medians: dict[str, float | None] = {}
    for row in ground.rows(told["resource"]):
        if row[specification["by"]] == key:
            sums[row[told["step"]]] = sums.get(row[told["step"]], 0) + (amount(row, told["days"]) or 0)
            medians[row[told["step"]]] = amount(row, told["median"]) if told.get("median") else None
    total = sum(sums.values())
    if not total:
        return None
    step = max(sorted(sums), key=lambda name: sums[name])
    return Neck(step, sums[step] / total, medians[step])


def _sentence(neck: Neck | None, kept: Sequence[Way], dropped: int, ground: Ground) -> str:
    persian, language = ground.language == "fa", ground.language
    found = []
    if neck:
        name, share = isolated(ground.translated(neck.step)), said_share(neck.share, language)
        half = said_days(neck.median, language) if neck.median is not None else ""
        if persian:
            found.append(
                f"گلوگاه «{name}» است: {share} همهٔ روزهای انتظار پیش از آن می‌گذرد"
                + (f"، و نیمی از پرونده‌ها بیش از {half} می‌مانند." if half else ".")
            )
        else:
            found.append(
                f"The bottleneck is “{name}”: {share} of all waiting days lie before it"
                + (f", and half of the cases wait over {half}." if half else ".")
            )
    if dropped:
        many = number(dropped, language)
        rare = "One rare way is not drawn; the table has it."
        rare = rare if dropped == 1 else f"{many} rare ways are not drawn; the table has them."
        found.append(f"{many} راه کم‌رفت‌وآمد کشیده نشده؛ در جدول هست." if persian else rare)
    return " ".join(found) or (
        f"{number(len(kept), language)} راه میان مرحله‌ها."
        if persian
        else f"{number(len(kept), language)} ways between steps."
    )
