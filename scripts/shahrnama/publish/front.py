"""The front: what only the whole site can say, for templates of any page: search, numbers, charts, datasets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shahrnama.persian import Language, number
from shahrnama.publish.figures import figure
from shahrnama.publish.markdown import plain
from shahrnama.publish.phrases import Phrases, Safe
from shahrnama.publish.site import Site
from shahrnama.publish.texts import WORDS, text


def site_words(site: Site, phrases: Phrases) -> dict[str, Callable[..., Safe]]:
    """The functions by the names that templates call them."""
    language = phrases.language

    def search_box() -> Safe:
        return Safe(_search(phrases.root, language))

    def numbers() -> Safe:
        return Safe(_numbers(site, language))

    def draw(dataset: str, chart: str, key: object = None, highlight: object = None) -> Safe:
        """A chart of a dataset: of one thing by its key, or with one standing out; nothing where there is none."""
        item = site.picture(dataset, chart, language, key, highlight)
        if item is None:
            return Safe("")
        phrases.read.append(frozenset({item.resource}))
        return Safe(f'\n<div class="figures">{figure(item, phrases.root)}</div>\n')

    def dataset(name: str) -> Safe:
        title = next((text(package, "title", language) for package in site.packages if package["name"] == name), name)
        return Safe(site.names.anchor(f"datasets/{name}", plain(title), phrases.root))

    return {"search_box": search_box, "numbers": numbers, "draw": draw, "dataset": dataset}


def _search(root: str, language: Language) -> str:
    """A plain form that goes to the search page, and a link to ask the rows of all tables."""
    words, english = WORDS[language], "?_lang=en" if language == "en" else ""
    return (
        f'\n<form class="search" role="search" action="{root}search/" method="get">'
        f'<label for="q">{words["search_label"]}</label> <span><input id="q" type="search" name="q" required>'
        f' <button type="submit">{words["search_button"]}</button></span> '
        f'<small>{words["search_note"]} <a href="/db/-/search{english}">{words["search"]}</a></small></form>\n'
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
