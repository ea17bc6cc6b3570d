"""The front: what only the whole site can say, for templates of any page: search, numbers, charts, datasets."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from shahrnama.persian import Language, number
from shahrnama.publish.charts import Chart
from shahrnama.publish.markdown import plain
from shahrnama.publish.phrases import Phrases, Safe
from shahrnama.publish.site import DATABASE, Site
from shahrnama.publish.texts import WORDS, text


def site_words(site: Site, phrases: Phrases) -> dict[str, Callable[..., Safe]]:
    """The functions by the names that templates call them."""
    language = phrases.language

    def search_box() -> Safe:
        return Safe(_search(site, language))

    def numbers() -> Safe:
        return Safe(_numbers(site, language))

    def draw(dataset: str, chart: str) -> Safe:
        package = next((item for item in site.packages if item["name"] == dataset), None)
        found = [item for item in site.charts(package, language) if item.name == chart] if package else []
        phrases.read += [frozenset({item.resource}) for item in found]
        return Safe("".join(f'\n<div class="figures">{figure(item, language)}</div>\n' for item in found))

    def dataset(name: str) -> Safe:
        title = next((text(package, "title", language) for package in site.packages if package["name"] == name), name)
        return Safe(site.names.anchor(f"datasets/{name}", plain(title), phrases.root))

    return {"search_box": search_box, "numbers": numbers, "draw": draw, "dataset": dataset}


def figure(item: Chart, language: Language, after: str = "") -> str:
    """A chart with its sentence and its data as a table; one line of HTML, so that Markdown leaves it whole."""
    words = WORDS[language]
    rows = "".join(
        f"<tr><td>{escape(label)}</td><td>{number(value, language)}</td></tr>" for label, value in item.pairs
    )
    return (
        f'<figure id="{item.name}"><figcaption><b>{escape(item.title)}</b> <span>{escape(item.description)}</span>'
        f"</figcaption>{item.svg}<details><summary>{words['chart_data']}</summary><table><tbody>{rows}</tbody></table>"
        f"</details>{after}</figure>"
    )


def _search(site: Site, language: Language) -> str:
    """A plain form that asks Datasette: the table that says `table.front_search`, else the largest with full text."""
    words = WORDS[language]
    searched = [r for package in site.packages for r in package["resources"] if (r.get("table") or {}).get("search")]
    if not searched:
        return ""
    largest = max(searched, key=lambda item: (bool(item["table"].get("front_search")), int(item["row_count"])))
    english = '<input type="hidden" name="_lang" value="en">' if language == "en" else ""
    return (
        f'\n<form class="search" role="search" action="{DATABASE}{largest["name"]}" method="get">'
        f'<label for="q">{words["search_label"]}</label> <span><input id="q" type="search" name="_search" required>'
        f'{english} <button type="submit">{words["search_button"]}</button></span> '
        f"<small>{words['search']}. {words['search_note']}</small></form>\n"
    )


def _numbers(site: Site, language: Language) -> str:
    words = WORDS[language]
    tables = sum(len(package["resources"]) for package in site.packages)
    facts: list[tuple[Any, str]] = [
        (len(site.packages), words["datasets"]),
        (tables, words["tables"]),
        (site.row_count, words["rows"]),
    ]
    items = "".join(f"<li><b>{number(value, language)}</b> {name}</li>" for value, name in facts)
    return f'\n<ul class="numbers">{items}</ul>\n'
