"""Charts: the pictures that descriptors declare (`charts`), each with its sentence, its numbers and its address.

Drawn by hand-set rules and not by a chart library: names of any length whole, right to left, in the page's own light or
dark colours, in 0.2 ms; a library that needs a browser's engine took 45 ms and did none of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shahrnama.errors import PublishError
from shahrnama.publish.addresses import address_part
from shahrnama.publish.bars import bars
from shahrnama.publish.curves import curves
from shahrnama.publish.picture import Drawing, Ground, Picture
from shahrnama.publish.process_map import process_map
from shahrnama.publish.svg import WIDTH, picture
from shahrnama.publish.texts import text
from shahrnama.publish.tile_map import tile_map
from shahrnama.publish.timeline import timeline

Draw = Callable[[Mapping[str, Any], Ground, str | None, str | None], Drawing]

KINDS: dict[str, Draw] = {
    "bar": bars,
    "line": curves,
    "tile_map": tile_map,
    "process_map": process_map,
    "timeline": timeline,
}
ON_DEMAND = {"timeline"}  # one for each of many things: drawn on the things' own pages alone


def chart(
    specification: Mapping[str, Any], ground: Ground, key: str | None = None, highlight: str | None = None
) -> Picture:
    """The picture of one `charts` entry; `key` is the value of its `by` to draw, `highlight` what stands out in it.

    Raises PublishError naming the chart where its kind, resource or columns do not exist, or its numbers make no sense.
    """
    place, kind = f"{ground.package['name']} chart {specification['name']}", specification.get("kind", "bar")
    if kind not in KINDS:
        raise PublishError(f"{place}: there is no kind {kind!r}; use one of {', '.join(KINDS)}")
    try:
        drawing = KINDS[kind](specification, ground, key, highlight)
    except KeyError as error:
        raise PublishError(f"{place}: there is no {error}; correct what it names in datapackage.yaml") from error
    except (PublishError, ValueError) as error:
        raise PublishError(f"{place}: {error}") from error
    title = text(dict(specification), "title", ground.language)
    if key is not None and specification.get("by"):
        title = f"{title}: {ground.label(specification['by'], key)}"
    return Picture(
        dataset=ground.package["name"],
        name=specification["name"] if key is None else f"{specification['name']}-{address_part(key)}",
        resource=specification["resource"],
        language=ground.language,
        is_demo=bool(ground.package.get("is_demo")),
        is_listed=kind not in ON_DEMAND and highlight is None,
        title=title,
        description=text(dict(specification), "description", ground.language),
        sentence=drawing.sentence,
        svg=picture(
            kind, WIDTH, drawing.height, drawing.parts, title=title, desc=drawing.sentence, language=ground.language
        ),
        height=drawing.height,
        header=drawing.header,
        cells=drawing.cells,
        columns=drawing.columns,
        raw=drawing.raw,
    )


def charts(ground: Ground) -> Iterator[Picture]:
    """Every picture of a package but those on demand: one for each value of `by` where a chart has one."""
    for specification in ground.package.get("charts") or ():
        if specification.get("kind") not in ON_DEMAND and is_placed(specification, ground):
            for key in keys(specification, ground):
                yield chart(specification, ground, key)


def is_placed(specification: Mapping[str, Any], ground: Ground) -> bool:
    """Whether it is known where the things stand that a map shows; their own dataset may not be published yet."""
    return specification.get("kind") != "tile_map" or bool(ground.places.get(specification.get("x", "")))


def keys(specification: Mapping[str, Any], ground: Ground) -> list[str | None]:
    """The values of `by` in the chart's table, in order; None alone where it has no `by`."""
    by = specification.get("by")
    if not by:
        return [None]
    return list(dict.fromkeys(sorted(row[by] for row in ground.rows(specification["resource"]) if row[by])))
