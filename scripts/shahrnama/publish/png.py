"""PNG: SVG as pixels, Persian shaped right, drawn once and kept by the digest of what it was drawn from.

The renderer (resvg, in vl-convert) reads no WOFF2 and no variable weights: the portal's own font is unpacked for it
into two weights, beside the kept pictures. It takes every line for left-to-right: Persian ones are isolated (UAX 9).
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import vl_convert
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from PIL import Image, ImageColor

from shahrnama.atomic import sha256, write_bytes

FONT = Path(__file__).parents[1] / "datasette_plugin" / "static" / "vazirmatn.woff2"
WEIGHTS = (400, 700)
COLOURS = 64  # of a PNG: flat colours and the steps between them at the edges of letters
STEPS = 32  # of these, from the ground of letters to the letters, where they are laid over a picture
Point = tuple[int, int]
TEXT = re.compile(r"(<text [^>]*>)([^<A-Za-z]*[\u0600-\u06ff\u2067\u2068][^<]*)</text>")


class Drawn:
    """PNGs kept in a folder; `sweep` drops those that nobody asked for since."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._asked = folder, set[str]()
        self._rules = f"{version('vl-convert-python')} {version('pillow')} {COLOURS} {sha256(FONT)}"
        self._has_font = False
        self._grounds: dict[str, Image.Image] = {}

    def png(self, svg: str, scale: float = 1) -> bytes:
        """The picture in pixels, `scale` for each px of its own size."""
        return self._kept(f"{scale} {svg}", lambda: _in_few_colours(self._pixels(svg, scale), COLOURS))

    def lettered(self, ground: str, letters: str, corner: Point, colours: tuple[str, str]) -> bytes:
        """A picture and letters over a flat part of it: the colours are that part's and the letters'.

        `letters` are white on black; `corner` is where their upper left one is. The ground is drawn once for all.
        """
        asked = f"{ground} {letters} {corner} {colours}"
        return self._kept(asked, lambda: self._laid(ground, letters, corner, colours))

    def _laid(self, ground: str, letters: str, corner: Point, colours: tuple[str, str]) -> Image.Image:
        if ground not in self._grounds:
            self._grounds[ground] = _with_steps(_in_few_colours(self._pixels(ground), COLOURS - STEPS), *colours)
        image, light = self._grounds[ground].copy(), self._pixels(letters).convert("L")
        image.paste(light.point([COLOURS - STEPS + value * STEPS // 256 for value in range(256)]), corner)
        return image

    def _kept(self, asked: str, draw: Callable[[], Image.Image]) -> bytes:
        name = hashlib.sha256(f"{self._rules} {asked}".encode()).hexdigest()[:32] + ".png"
        self._asked.add(name)
        path = self._folder / name
        if not path.is_file():
            out = io.BytesIO()
            draw().save(out, "PNG", compress_level=6)
            write_bytes(path, out.getvalue())
        return path.read_bytes()

    def _pixels(self, svg: str, scale: float = 1) -> Image.Image:
        self._register()
        return Image.open(io.BytesIO(vl_convert.svg_to_png(_isolated(svg), scale=scale)))

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


def _in_few_colours(image: Image.Image, colours: int) -> Image.Image:
    """The same with a palette, which flat pictures need no more than: a sixth of the bytes."""
    return image.convert("RGB").quantize(colours, method=Image.Quantize.FASTOCTREE)


def _with_steps(image: Image.Image, ground: str, letters: str) -> Image.Image:
    """The same with STEPS more colours in its palette, from that of the ground to that of letters."""
    here, there = ImageColor.getrgb(ground), ImageColor.getrgb(letters)
    palette = [*(image.getpalette() or ()), *[0] * 3 * COLOURS][: 3 * (COLOURS - STEPS)]
    pixels = image.histogram()
    flat = pixels.index(max(pixels))  # the colour of most, which the choice of few has moved a little
    palette[3 * flat : 3 * flat + 3] = here
    for step in range(STEPS):
        palette += [round(a + (b - a) * step / (STEPS - 1)) for a, b in zip(here, there, strict=True)]
    image.putpalette(palette)
    return image


def _unpacked(weight: int, path: Path) -> None:
    font = instantiateVariableFont(TTFont(FONT, recalcTimestamp=False), {"wght": weight})
    font["OS/2"].usWeightClass = weight
    font.flavor = None
    font.save(path)
