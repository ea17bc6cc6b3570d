"""Pages: the generated part of the portal, as plain Markdown in both languages."""

from __future__ import annotations

from html import escape
from itertools import islice
from typing import Any

from shahrnama.issue import ERROR
from shahrnama.persian import Language, number, persian_digits
from shahrnama.publish.figures import figure
from shahrnama.publish.files import downloads
from shahrnama.publish.markdown import cell, front_matter, moment, plain, table
from shahrnama.publish.quality_page import quality_facts
from shahrnama.publish.site import DATABASE, FILES, Site, table_rows
from shahrnama.publish.texts import TYPES, WORDS, citation, text

FIRST_ROWS = 5


def home(site: Site, language: Language, lead: str) -> str:
    """The front page: what this is (the authored `lead`), search, numbers, and what the charts say."""
    words = WORDS[language]
    lines = [
        *front_matter(title="شهرنما" if language == "fa" else "Shahrnama", demo=site.demo, hide=["navigation", "toc"]),
        lead,
    ]
    lines += [*_search(site, language), f"\n## {words['in_numbers']}\n", *_numbers(site, language)]
    charted = [(package, item) for package in site.packages for item in site.charts(package, language)]
    if charted:
        lines.append(f"\n## {words['findings']}\n")
    lines.append('<div class="figures">')
    for package, item in charted:
        kind = words["demo_word" if package["is_demo"] else "real_word"]
        link = f'<a href="datasets/{package["name"]}/#{item.name}">{words["more"]}</a>'
        lines.append(figure(item, "", after=f'<p class="kind"><em>{kind}</em> {link}</p>'))
    lines.append("</div>\n")
    return "\n".join(lines)


def dataset_list(site: Site, language: Language) -> str:
    """One card a dataset: title, first words, whether it is real, rows, last change."""
    words = WORDS[language]
    lines = [
        *front_matter(title=words["datasets"], demo=site.demo),
        f"# {words['datasets']}\n",
        words["datasets_lead"],
    ]
    for package in site.packages:
        rows = sum(resource["row_count"] for resource in package["resources"])
        kind = words["demo_word" if package["is_demo"] else "real_word"]
        lines += [f"\n## [{plain(text(package, 'title', language))}]({package['name']}.md)\n"]
        lines += [plain(text(package, "description", language)), ""]
        facts = [f"`{package['name']}`", kind, f"{number(rows, language)} {words['rows']}"]
        tables = words["comma"].join(f"`{resource['name']}`" for resource in package["resources"])
        lines += [" · ".join([*facts, f"{words['tables']}: {tables}"]), ""]
    return "\n".join(lines)


def dataset_page(site: Site, package: dict[str, Any], language: Language) -> str:
    """Everything about one dataset."""
    words = WORDS[language]
    title, description = text(package, "title", language), text(package, "description", language)
    lines = front_matter(title=title, description=description, demo=package["is_demo"], hide=["navigation"])
    lines += [f"# {plain(title)}\n", *_held(site, package, language), plain(description), ""]
    lines += _facts(site, package, language)
    figures = [figure(item, "../../") for item in site.charts(package, language)]
    lines += ['<div class="figures">', *figures, "</div>\n"] if figures else []
    for resource in package["resources"]:
        lines += _resource(site, package, resource, language)
    lines += [f"## {words['downloads']}\n", *_downloads(site, package, language)]
    lines += [f"## {words['cite']}\n", f"> {plain(citation(package, language))}", ""]
    below = f"{'en/' if language == 'en' else ''}datasets/{package['name']}/"
    lines += [site.speak_up(title, below, language), ""]
    return "\n".join(lines)


def _search(site: Site, language: Language) -> list[str]:
    """A plain form that asks Datasette: the table that says `table.front_search`, else the largest with full text."""
    words = WORDS[language]
    searched = [r for package in site.packages for r in package["resources"] if (r.get("table") or {}).get("search")]
    if not searched:
        return []
    largest = max(searched, key=lambda item: (bool(item["table"].get("front_search")), int(item["row_count"])))
    english = '<input type="hidden" name="_lang" value="en">' if language == "en" else ""
    return [
        "",
        f'<form class="search" role="search" action="{DATABASE}{largest["name"]}" method="get">'
        f'<label for="q">{words["search_label"]}</label> <span><input id="q" type="search" name="_search" required>'
        f'{english} <button type="submit">{words["search_button"]}</button></span> '
        f"<small>{words['search']}. {words['search_note']}</small></form>",
        "",
    ]


def _numbers(site: Site, language: Language) -> list[str]:
    words = WORDS[language]
    tables = sum(len(package["resources"]) for package in site.packages)
    facts = [(len(site.packages), words["datasets"]), (tables, words["tables"]), (site.row_count, words["rows"])]
    items = "".join(f"<li><b>{number(value, language)}</b> {name}</li>" for value, name in facts)
    return [f'<ul class="numbers">{items}</ul>', ""]


def _held(site: Site, package: dict[str, Any], language: Language) -> list[str]:
    report = site.reports.get(package["name"])
    if not report or report["status"] != "held":
        return []
    reasons = "".join(f"<li>{_said(problem, language)}</li>" for problem in _errors(report)[:FIRST_ROWS])
    return [f'<div class="held" role="note"><p>{WORDS[language]["held"]}</p><ul>{reasons}</ul></div>', ""]


def _said(problem: dict[str, Any], language: Language) -> str:
    place = " ".join(f"<code>{escape(problem[key])}</code>" for key in ("resource", "field") if problem.get(key))
    told = problem.get("message_fa") if language == "fa" else problem["message"]
    return f"{place} <bdi>{escape(told or problem['message'])}</bdi>"


def _errors(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [problem for problem in report["problems"] if problem["severity"] == ERROR]


def _facts(site: Site, package: dict[str, Any], language: Language) -> list[str]:
    words, report = WORDS[language], site.reports.get(package["name"]) or {}
    licence, source = (package.get("licenses") or [{}])[0], (package.get("sources") or [{}])[0]
    checked, changed = report.get("last_checked_at"), report.get("last_changed_at")
    frozen = (package.get("harvest") or {}).get("frozen")
    rows = [
        (words["owner"], plain(site.owner(package, language))),
        (words["licence"], f"[{plain(text(licence, 'title', language))}]({licence.get('path', '')})"),
        (words["source"], f"[{plain(text(source, 'title', language))}]({source.get('path', '')})"),
        (words["checked"], moment(checked, language) if checked else words["by_hand"]),
        *([(words["changed"], moment(changed, language))] if changed else []),
        *([(words["frozen"], _frozen(frozen, language))] if frozen else []),
        (words["status"], words["demo_word" if package["is_demo"] else "real_word"]),
        *quality_facts(site, package["name"], language),
    ]
    return ['<dl class="facts">', *(f"<dt>{name}</dt><dd>{_inline(value)}</dd>" for name, value in rows), "</dl>", ""]


def _frozen(frozen: dict[str, str], language: Language) -> str:
    """Since when the source is no longer asked, and why."""
    return f"{moment(frozen['since'], language)}: {escape(text(frozen, 'reason', language))}"


def _inline(value: str) -> str:
    """A Markdown link as HTML, for places that Markdown does not reach."""
    if value.startswith("[") and value.endswith(")") and "](" in value:
        title, _, address = value[1:-1].partition("](")
        return f'<a href="{escape(address)}">{title}</a>'
    return value


def _resource(site: Site, package: dict[str, Any], resource: dict[str, Any], language: Language) -> list[str]:
    words, fields = WORDS[language], resource["schema"]["fields"]
    english = "?_lang=en" if language == "en" else ""
    looked_at = _of_language(fields, language)
    first = list(islice(table_rows(site.tables(package)[resource["name"]]), FIRST_ROWS))
    header = "".join(f"<th>{escape(text(field, 'title', language))}</th>" for field in looked_at)
    shown = "".join(f"<tr>{_cells(row, looked_at, language)}</tr>" for row in first)
    dictionary = [
        (
            f"**{plain(text(field, 'title', language))}** `{field['name']}` {TYPES[language][field['type']]}",
            plain(text(field, "description", language)),
        )
        for field in fields
    ]
    return [
        f"## {plain(text(resource, 'title', language))}\n",
        f"{plain(text(resource, 'description', language))} `{resource['name']}`{words['comma']}"
        f"{number(resource['row_count'], language)} {words['rows']}.\n",
        f'<a class="button" href="{DATABASE}{resource["name"]}{english}">{words["query"]}</a>\n',
        f"### {words['first_rows']}\n",
        # A class keeps Material's script from wrapping the table in a second scrolling region without a name.
        f'<div class="rows" tabindex="0"><table class="look"><thead><tr>{header}</tr></thead>'
        f"<tbody>{shown}</tbody></table></div>\n",
        f"### {words['dictionary']}",
        *table([words["column"], words["meaning"]], dictionary),
    ]


def _cells(row: dict[str, str], fields: list[dict[str, Any]], language: Language) -> str:
    return "".join(f"<td>{_cell(row[field['name']], field, language)}</td>" for field in fields)


def _cell(value: str, field: dict[str, Any], language: Language) -> str:
    """A cell for people: a code by its name, else by its type."""
    labels = field.get("labels_en" if language == "en" else "labels") or {}
    if value in labels:
        return escape(labels[value])
    if field["name"].endswith("_year") and field["type"] == "integer":
        return persian_digits(value) if language == "fa" else value  # a year has no thousands
    return cell(value, field["type"], language)


def _of_language(fields: list[dict[str, Any]], language: Language) -> list[dict[str, Any]]:
    """The columns that a reader of one language looks at: of a pair in both languages, the one in his."""
    twin, other = ("_fa", "_en") if language == "fa" else ("_en", "_fa")
    names = {field["name"] for field in fields}
    return [
        field
        for field in fields
        if not (field["name"].endswith(other) and field["name"].removesuffix(other) + twin in names)
    ]


def _downloads(site: Site, package: dict[str, Any], language: Language) -> list[str]:
    words = WORDS[language]
    rows = [
        (f'<a href="{FILES}{path}" dir="ltr">{path.split("/")[1]}</a>', _size(size, language), f"`{digest[:16]}…`")
        for path, size, digest in downloads(site.house, package)
    ]
    return table([words["file"], words["size"], f'<a href="{FILES}SHA256SUMS">SHA-256</a>'], rows)


def _size(size: int, language: Language) -> str:
    kilobytes = max(1, round(size / 1000))
    if kilobytes < 1000:
        return f"{number(kilobytes, language)} {'کیلوبایت' if language == 'fa' else 'kB'}"
    return f"{number(round(size / 1e6, 1), language)} {'مگابایت' if language == 'fa' else 'MB'}"
