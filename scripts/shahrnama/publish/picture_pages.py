"""An address for every picture: a page to cite, its numbers, and its files (SVG, PNG, CSV) to take away."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from shahrnama.persian import Language
from shahrnama.publish.alone import alone
from shahrnama.publish.figures import figure
from shahrnama.publish.markdown import front_matter, plain
from shahrnama.publish.picture import Picture
from shahrnama.publish.png import Drawn
from shahrnama.publish.site import Site
from shahrnama.publish.texts import LANGUAGES, citation

SCALE = 2  # px of a PNG for each of its own: 808 px wide, as messengers show it; print takes the SVG
WORDS: dict[Language, dict[str, str]] = {
    "fa": {
        "take": "برداشتن تصویر",
        "embed": "جاسازی در صفحه‌ای دیگر",
        "embed_lead": "این خط را در صفحهٔ خود بگذارید:",
        "cite": "ارجاع",
        "from": "داده از",
        "svg": "تصویر برداری، برای چاپ",
        "png": "تصویر، برای پیام‌رسان و صفحه",
        "csv": "عددها",
    },
    "en": {
        "take": "Take the picture",
        "embed": "Embed in another page",
        "embed_lead": "Put this line into your page:",
        "cite": "Cite",
        "from": "Data from",
        "svg": "vector picture, for print",
        "png": "picture, for messages and pages",
        "csv": "the numbers",
    },
}


def listed(site: Site, language: Language) -> Iterator[Picture]:
    """Every picture that has an address."""
    for package in site.packages:
        yield from site.charts(package, language)


def picture_page(site: Site, item: Picture) -> str:
    """Markdown of a picture's own page, three levels below its language's home."""
    words, language = WORDS[item.language], item.language
    package = next(found for found in site.packages if found["name"] == item.dataset)
    up = "../../../" + ("../" if language == "en" else "")
    title = package["title_en" if language == "en" else "title"]
    links = "".join(
        f'<li><a href="{up}{item.file(kind)}" download>{kind.upper()}</a> <small>{words[kind]}</small></li>'
        for kind in ("png", "svg", "csv")
    )
    below = f"{'en/' if language == 'en' else ''}{item.address}/"
    address = site.address(below)
    snippet = (
        f'<a href="{address}"><img src="{site.address(item.file("svg"))}"'
        f' alt="{escape(f"{item.title}. {item.sentence}")}" width="404"></a>'
    )
    return "\n".join(
        [
            *front_matter(title=item.title, description=item.sentence, demo=item.is_demo),
            f"# {plain(item.title)}\n",
            figure(item, "../../../", own=False),
            "",
            f'{words["from"]} <a href="../../../datasets/{item.dataset}/">{escape(title)}</a>.\n',
            site.speak_up(item.title, below, language),
            f"\n## {words['take']}\n",
            f"<ul>{links}</ul>\n",
            f"## {words['embed']}\n",
            f"{words['embed_lead']}\n",
            f'<pre dir="ltr" tabindex="0"><code>{escape(snippet)}</code></pre>\n',
            f"## {words['cite']}\n",
            f"> {plain(citation(package, language))} {plain(item.title)}. <code>{escape(address)}</code>",
            "",
        ]
    )


def picture_files(site: Site, drawn: Drawn) -> Iterator[tuple[str, bytes]]:
    """Address below the site's root and body of every file of every picture."""
    for language in LANGUAGES:
        for item in listed(site, language):
            prefix = "en/" if language == "en" else ""
            svg = alone(item, site.address(f"{prefix}{item.address}/") if site.is_public else "")
            yield item.file("svg"), svg.encode()
            yield item.file("png"), drawn.png(svg, SCALE)
            yield item.file("csv"), item.csv.encode()
