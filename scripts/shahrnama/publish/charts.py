"""Charts: SVG drawn at build time, each with the data that it shows.

Horizontal bars with the numbers written at their ends, so that no axis has to be read; Persian ones run from the right.
The layout is fixed here and not measured from fonts: the same data gives the same bytes on every machine.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import vl_convert

from shahrnama.errors import PublishError
from shahrnama.persian import Language, number
from shahrnama.publish.texts import text

VEGA_LITE = "5.21"
WIDTH, NUMBERS, STEP = 360, 52, 25  # px: the whole, numbers, a bar with its gap; nearly unscaled on a phone 390 px wide
CHARACTER, LONGEST_LABEL = 7.3, 26  # px of one letter at 14 px, a little over Vazirmatn's mean; letters of a name
BAR, INK = "#0b7285", "#17252a"

Pair = tuple[str, float]


@dataclass(frozen=True)
class Chart:
    """One chart of a descriptor with its data: labels in one language, largest value first."""

    name: str
    title: str
    description: str
    pairs: tuple[Pair, ...]
    language: Language
    resource: str = ""  # the table that it shows

    @cached_property
    def svg(self) -> str:
        """Inline SVG, scaling with its place, named and described for screen readers."""
        drawn = vl_convert.vegalite_to_svg(_specification(self), vl_version=VEGA_LITE)
        height = STEP * len(self.pairs) + 8
        said = escape(f"{self.title}. {self.description}")
        head = f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{said}">'
        inner = re.sub(r"\A.*?<svg[^>]*>", "", drawn, count=1, flags=re.S)
        inner = re.sub(r' aria-[a-z]+="[^"]*"| role="[^"]*"', "", inner)  # the whole is one picture with one name
        return head + " ".join(inner.split())


def chart(specification: dict[str, Any], package: dict[str, Any], tables: dict[str, Path], labels: dict[str, Any],
          language: Language) -> Chart:  # fmt: skip
    """The chart of a descriptor's `charts` entry: `y` summed by `x` over a table, `top` bars.

    `tables` are CSV files by resource; `labels` names, by language, the values of foreign keys (see `pages.labels`).
    Raises PublishError naming a chart whose resource or columns do not exist.
    """
    x, y, place = specification["x"], specification["y"], f"{package['name']} chart {specification['name']}"
    try:
        rows = _rows(tables[specification["resource"]])
        sums: dict[str, float] = {}
        for row in rows:
            if row[x] and row[y]:
                sums[row[x]] = sums.get(row[x], 0) + float(row[y])
    except KeyError as error:
        raise PublishError(f"{place}: there is no {error}; correct its resource, x or y in datapackage.yaml") from error
    ranked = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))[: int(specification.get("top", 20))]
    named = tuple((labels.get(x, {}).get(key, key), _whole(value)) for key, value in ranked)
    return Chart(
        specification["name"],
        text(specification, "title", language),
        text(specification, "description", language),
        named,
        language,
        specification["resource"],
    )


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _whole(value: float) -> float:
    return int(value) if value == int(value) else round(value, 2)


def _short(label: str) -> str:
    """The name cut to what stands beside a bar; the table below a chart has it whole."""
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1].rstrip() + "…"


def _specification(chart: Chart) -> dict[str, Any]:
    """Vega-Lite: bars, and a text at the end of each; names stand at the bars' feet."""
    persian = chart.language == "fa"
    values = [
        {"order": at, "label": _short(label), "value": value, "text": number(value, chart.language)}
        for at, (label, value) in enumerate(chart.pairs)
    ]
    labels = round(10 + CHARACTER * max((len(_short(label)) for label, _ in chart.pairs), default=0))
    bars = WIDTH - NUMBERS - labels
    y = {"field": "order", "type": "ordinal", "axis": None}
    x = {"field": "value", "type": "quantitative", "axis": None, "scale": {"reverse": persian, "zero": True}}
    words = {"fontSize": 14, "font": "Vazirmatn, sans-serif", "fill": INK, "baseline": "middle", "type": "text"}
    name_at, side = (bars + 6, "left") if persian else (-6, "right")
    offset = -5 if persian else 5
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "autosize": {"type": "none"},
        "padding": {
            "left": NUMBERS if persian else labels,
            "top": 4,
            "right": labels if persian else NUMBERS,
            "bottom": 4,
        },
        "width": bars,
        "height": {"step": STEP},
        "config": {"view": {"stroke": None}, "background": None},
        "data": {"values": values},
        "layer": [
            {"mark": {"type": "bar", "color": BAR, "height": 15}, "encoding": {"x": x, "y": y}},
            {
                "mark": {**words, "align": "right" if persian else "left", "dx": offset},
                "encoding": {"x": x, "y": y, "text": {"field": "text"}},
            },
            {
                "mark": {**words, "align": side, "x": name_at},
                "encoding": {"y": y, "text": {"field": "label"}},
            },
        ],
    }
