"""PNG: SVG as pixels, Persian shaped right, drawn once and kept by the digest of what it was drawn from.

The renderer (resvg, in vl-convert) reads no WOFF2 and no variable weights: the portal's own font is unpacked for it
into two weights, beside the kept pictures. It takes every line for left-to-right: Persian ones are isolated (UAX 9).
"""

from __future__ import annotations

import hashlib
import io
import re
from importlib.metadata import version
from pathlib import Path

import vl_convert
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from PIL import Image

from shahrnama.atomic import sha256, write_bytes

FONT = Path(__file__).parents[1] / "datasette_plugin" / "static" / "vazirmatn.woff2"
WEIGHTS = (400, 700)
COLOURS = 64  # of a PNG: flat colours and the steps between them at the edges of letters
TEXT = re.compile(r"(<text [^>]*>)([^<A-Za-z]*[\u0600-\u06ff\u2067\u2068][^<]*)</text>")


class Drawn:
    """PNGs kept in a folder; `sweep` drops those that nobody asked for since."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._asked = folder, set[str]()
        self._rules = f"{version('vl-convert-python')} {version('pillow')} {COLOURS} {sha256(FONT)}"
        self._has_font = False

    def png(self, svg: str, scale: float = 1) -> bytes:
        """The picture in pixels, `scale` for each px of its own size."""
        name = hashlib.sha256(f"{self._rules} {scale} {svg}".encode()).hexdigest()[:32] + ".png"
        self._asked.add(name)
        path = self._folder / name
        if not path.is_file():
            self._register()
            write_bytes(path, _in_few_colours(bytes(vl_convert.svg_to_png(_isolated(svg), scale=scale))))
        return path.read_bytes()

    def sweep(self) -> None:
        """Drop what this build did not ask for."""
        for path in self._folder.glob("*.png"):
            if path.name not in self._asked:
                path.unlink()

    def _register(self) -> None:
        """Give the renderer the font, once a process."""
        if self._has_font:
            return
        place = self._folder / f"font-{sha256(FONT)[:16]}"
        for weight in WEIGHTS:
            path = place / f"{weight}.ttf"
            if not path.is_file():
                path.parent.mkdir(parents=True, exist_ok=True)
                _unpacked(weight, path)
        vl_convert.register_font_directory(str(place))
        self._has_font = True


def _isolated(svg: str) -> str:
    """Each line of text whose first letter is Persian as a right-to-left isolate."""
    return TEXT.sub(lambda found: f"{found[1]}\u2067{found[2]}\u2069</text>", svg)


def _in_few_colours(png: bytes) -> bytes:
    """The same with a palette, which flat pictures need no more than: a sixth of the bytes."""
    image = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()


def _unpacked(weight: int, path: Path) -> None:
    font = instantiateVariableFont(TTFont(FONT, recalcTimestamp=False), {"wght": weight})
    font["OS/2"].usWeightClass = weight
    font.flavor = None
    font.save(path)
