"""Generate: every page that the kinds declare, in both languages, as Markdown with its front matter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from string import Formatter
from typing import Any

from shahrnama.errors import PublishError
from shahrnama.persian import Language
from shahrnama.publish.addresses import address_part
from shahrnama.publish.front import site_words
from shahrnama.publish.kinds import Kind, kinds
from shahrnama.publish.markdown import front_matter
from shahrnama.publish.phrases import Phrases, Safe
from shahrnama.publish.site import Site
from shahrnama.publish.templates import Templates
from shahrnama.publish.texts import text

HOME = "index"  # the address of the front page in its declaration
LONGEST_DESCRIPTION = 200  # characters of a page's description for search engines and cards
TAG, ESCAPED = re.compile(r"<[^>]+>"), re.compile(r"\\(.)")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True)
class Page:
    """One page to be: its kind, the row that it is of, and its address without the language."""

    kind: Kind
    row: dict[str, Any]
    address: str


class Pages:
    """All pages that the published tables allow."""

    def __init__(self, site: Site) -> None:
        self.site, self.names = site, site.names
        published = {*self.names.resources}
        ordered = sorted(kinds(site.house), key=lambda kind: kind.order)
        self.kinds = [kind for kind in ordered if set(kind.needs) <= published]
        self.pages = [page for kind in self.kinds if kind.address for page in self._pages(kind)]
        self.names.addresses.update(page.address for page in self.pages)
        self.names.pages |= {("datasets", item["name"]): f"datasets/{item['name']}" for item in site.packages}
        for kind in self.kinds:
            site.topics.setdefault(kind.path.parent.parent.name, []).append(kind)

    def written(self, language: Language) -> Iterator[tuple[str, str]]:
        """Address and Markdown of each page."""
        templates = Templates(language, self.names.glossary)
        for page in self.pages:
            phrases = self._phrases(page.kind, page, language)
            body = templates.render(
                page.kind, {**self._vocabulary(phrases), "parts": self._parts(page, phrases, templates)}
            )
            yield page.address, "\n".join([*self._head(page, phrases, body, language), body, ""])

    def menu(self, group: str) -> list[dict[str, Any]]:
        """What the kinds of a group of the menus declare, in order."""
        return [kind.declared for kind in self.kinds if kind.declared.get("menu") == group]

    def _pages(self, kind: Kind) -> Iterator[Page]:
        columns = [column for _, column, _, _ in Formatter().parse(kind.address) if column]
        if not columns:
            yield Page(kind, {}, "" if kind.address == HOME else kind.address)
            return
        for row in self._rows(kind):
            if set(columns) - set(row) or len(columns) > 1:
                raise PublishError(f"{kind.path}: address takes one column of its rows, not {', '.join(columns)}")
            address = kind.address.format_map({columns[0]: address_part(row[columns[0]])})
            for table in kind.tables:
                self.names.pages[table, str(row[columns[0]])] = address
            yield Page(kind, row, address)

    def _rows(self, kind: Kind) -> Iterable[dict[str, Any]]:
        table = kind.declared.get("of")
        if not (table or kind.declared.get("each")):
            raise PublishError(f"{kind.path}: an address with a column needs `of` or `each`")
        return self.site.answers.ask(kind.declared.get("each") or f'SELECT * FROM "{table}"').rows  # noqa: S608

    def _phrases(self, kind: Kind, page: Page, language: Language) -> Phrases:
        return Phrases(self.names, self.site.answers, kind.queries, page.row, page.address, language)

    def _vocabulary(self, phrases: Phrases) -> dict[str, Any]:
        return {**phrases.vocabulary(), **site_words(self.site, phrases)}

    def _parts(self, page: Page, phrases: Phrases, templates: Templates) -> Callable[[str], Safe]:
        """What other folders add to the page, by its slots; what they read, the page reads."""

        def parts(slot: str = "") -> Safe:
            found = []
            for kind in self.kinds:
                if kind.part_of == page.kind.name and kind.slot == slot:
                    own = self._phrases(kind, page, templates.language)
                    found.append(templates.render(kind, self._vocabulary(own)))
                    phrases.read += own.read
            return Safe("\n\n".join(filter(None, found)))

        return parts

    def _head(self, page: Page, phrases: Phrases, body: str, language: Language) -> list[str]:
        title, description = said_first(body)
        if not title:
            raise PublishError(f"{page.kind.path}: {language}.md does not begin with `# ` and a title")
        up = page.address.rpartition("/")[0]
        parent = next((kind for kind in self.kinds if kind.address == up and up), None)
        above = {"address": up, "label": text(parent.declared, "label", language)} if parent else None
        return front_matter(title=title, description=description, demo=self._demo(phrases), up=above)

    def _demo(self, phrases: Phrases) -> bool | str:
        """Whether the page shows fictional data: True where each answer has some, `some` where only some have."""
        packages = self.names.package_of
        shown = [{bool(packages[table]["is_demo"]) for table in read if table in packages} for read in phrases.read]
        fictional = [True in found for found in shown if found]
        return "some" if any(fictional) and not all(fictional) else any(fictional)


def said_first(body: str) -> tuple[str, str]:
    """The title (the text of the first heading) and the first paragraph of Markdown, both as plain text."""
    title, _, rest = body.partition("\n")
    paragraphs = (block.partition("\n#")[0].strip() for block in rest.split("\n\n"))
    first = next((block for block in paragraphs if block and not block.startswith(("#", "<", "-", "|"))), "")
    return (_bare(title[2:]) if title.startswith("# ") else ""), _cut(_bare(first))


def _bare(markdown: str) -> str:
    kept = ESCAPED.sub(r"\1", LINK.sub(r"\1", TAG.sub("", markdown)).replace("**", ""))
    return " ".join(unescape(kept).split())


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_DESCRIPTION else text[: LONGEST_DESCRIPTION - 1].rsplit(" ", 1)[0] + "…"
