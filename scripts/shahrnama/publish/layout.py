"""Layout: where Graphviz' dot puts boxes and the lines between them, top to bottom; lengths in px, y downwards.

graphviz-pure is the dot of Graphviz 16 as one program in the virtual environment: no package of the system, the same
bytes everywhere. It answers in 7 ms.
"""

from __future__ import annotations

import json
import subprocess
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shahrnama.errors import PublishError
from shahrnama.publish.svg import Point

INCH = 72.0  # px of ours in one of Graphviz' inches
LONGEST_SECONDS = 60
GRAPH = "rankdir=TB; nodesep=0.22; ranksep=0.28;"

Edge = tuple[str, str, Point, bool]  # from, to, size of its label, whether it is of the main way


@dataclass(frozen=True)
class Placed:
    """A line: the points of its Bézier curves, the tip of its arrow, the middle of its label."""

    curve: tuple[Point, ...]
    tip: Point
    label: Point | None


@dataclass(frozen=True)
class Layout:
    """Middles of boxes by name, and lines in the order in which they were given."""

    width: float
    height: float
    nodes: Mapping[str, Point]
    edges: tuple[Placed, ...]


def place(sizes: Mapping[str, Point], edges: Sequence[Edge]) -> Layout:
    """Place boxes of `sizes` (width and height, first is topmost) and lines; PublishError where dot cannot."""
    names = {name: f"n{at}" for at, name in enumerate(sizes)}
    boxes = [f"{names[name]} [width={w / INCH:.4f} height={h / INCH:.4f}];" for name, (w, h) in sizes.items()]
    ways = [_edge(names, at, edge) for at, edge in enumerate(edges)]
    said = f'digraph {{ {GRAPH} node [shape=box fixedsize=true label=""]; {" ".join(boxes)} {" ".join(ways)} }}'
    found = json.loads(_asked(said))
    _, _, width, height = (float(part) for part in found["bb"].split(","))
    by_name = {item["name"]: item for item in found.get("objects", ())}
    nodes = {name: _point(by_name[short]["pos"], height) for name, short in names.items()}
    placed = sorted(found.get("edges", ()), key=lambda edge: int(edge["id"]))
    return Layout(width, height, nodes, tuple(_placed(edge, height) for edge in placed))


def _edge(names: Mapping[str, str], at: int, edge: Edge) -> str:
    """An edge keeps room for its label with an empty table of that size; its number is told back as `id`."""
    source, target, (wide, tall), main = edge
    room = (
        f'<<TABLE FIXEDSIZE="TRUE" BORDER="0" WIDTH="{round(wide)}" HEIGHT="{round(tall)}"><TR><TD></TD></TR></TABLE>>'
    )
    return f"{names[source]} -> {names[target]} [id={at} label={room} weight={20 if main else 1}];"


def _asked(said: str) -> str:
    program = Path(sysconfig.get_path("scripts")) / "graphviz-pure"
    try:
        done = subprocess.run(
            [str(program), "-Kdot", "-Tjson"],
            input=said,
            capture_output=True,
            text=True,
            check=True,
            timeout=LONGEST_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise PublishError(
            f"graphviz-pure cannot place a process map: {error}; is it installed? run make build"
        ) from error
    return done.stdout


def _point(text: str, height: float) -> Point:
    x, y = text.split(",")
    return float(x), height - float(y)


def _placed(edge: Mapping[str, str], height: float) -> Placed:
    """`pos` is `e,x,y x,y x,y ...`: the tip of the arrow, then the curve's points."""
    tip, *curve = edge["pos"].split(" ")
    label = edge.get("lp")
    return Placed(
        tuple(_point(point, height) for point in curve),
        _point(tip.removeprefix("e,"), height),
        _point(label, height) if label else None,
    )
