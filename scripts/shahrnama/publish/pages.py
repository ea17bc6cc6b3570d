"""Pages: the generated part of the portal, as plain Markdown in both languages."""

from __future__ import annotations

from html import escape
from itertools import islice
from typing import Any

from shahrnama.issue import ERROR
from shahrnama.persian import Language, number
from shahrnama.publish.figures import figure
from shahrnama.publish.files import downloads
from shahrnama.publish.markdown import front_matter, moment, plain, table
from shahrnama.publish.quality_page import quality_facts
from shahrnama.publish.sheet import Cell, sheet
from shahrnama.publish.site import DATABASE, FILES, Site, table_rows
from shahrnama.publish.texts import TYPES, WORDS, bibtex, citation, is_for_others, text

FIRST_ROWS = 5
ROOT = "../../"  # from a dataset's page to its language's home


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
        lines += [f"\n## [{plain(text(package, 'title', language))}](datasets/{package['name']}.md)\n"]
        lines += [plain(text(package, "description", language)), ""]
        facts = [f"`{package['name']}`", kind, f"{number(rows, language)} {words['rows']}"]
        tables = words["comma"].join(f"`{resource['name']}`" for resource in package["resources"])
        lines += [" · ".join([*facts, f"{words['tables']}: {tables}"]), ""]
    return "\n".join(lines)


def dataset_page(site: Site, package: dict[str, Any], language: Language) -> str:
    """Everything about one dataset."""
    words = WORDS[language]
    title, description = text(package, "title", language), text(package, "description", language)
    above = {"address": "datasets", "label": words["datasets"]}
    lines = front_matter(title=title, description=description, demo=package["is_demo"], up=above)
    lines += [f"# {plain(title)}\n", *_held(site, package, language), plain(description), ""]
    lines += _topics(site, package, language)
    figures = [figure(item, ROOT) for item in site.charts(package, language)]
    lines += [f'<div class="figures">{"".join(figures)}</div>\n'] if figures else []
    lines += [f"## {words['about_data']}\n", *_facts(site, package, language)]
    lines += [f"## {words['downloads']}\n", *_downloads(site, package, language)]
    lines += [f"## {words['tables_of_data']}\n", *_resources(site, package, language)]
    below = f"{'en/' if language == 'en' else ''}datasets/{package['name']}/"
    lines += [f"## {words['cite']}\n", *_cited(site, package, site.address(below), language)]
    lines += [site.speak_up(title, below, language), ""]
    return "\n".join(lines)


def _cited(site: Site, package: dict[str, Any], address: str, language: Language) -> list[str]:
    """How to cite the dataset as it stands, in a text and in BibTeX."""
    changed = site.reports.get(package["name"], {}).get("last_changed_at")
    told = citation(package, language, changed=changed, release=site.release, address=address)
    entry = bibtex(
        f"shahrnama_{package['name']}", str(package.get("title_en") or package["title"]), address, site.release,
        year=(changed or "")[:4], note=f"Dataset {package['name']}", is_demo=package["is_demo"],
    )  # fmt: skip
    return [f"> {plain(told)}\n", f'<pre dir="ltr" tabindex="0"><code>{escape(entry)}</code></pre>\n']


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
    items = "".join(f"<div><dt>{name}</dt><dd>{_inline(value)}</dd></div>" for name, value in rows)
    return [f'<dl class="facts long">{items}</dl>', ""]


def _frozen(frozen: dict[str, str], language: Language) -> str:
    """Since when the source is no longer asked, and why."""
    return f"{moment(frozen['since'], language)}: {escape(text(frozen, 'reason', language))}"


def _inline(value: str) -> str:
    """A Markdown link as HTML, for places that Markdown does not reach."""
    if value.startswith("[") and value.endswith(")") and "](" in value:
        title, _, address = value[1:-1].partition("](")
        return f'<a href="{escape(address)}">{title}</a>'
    return value


def _topics(site: Site, package: dict[str, Any], language: Language) -> list[str]:
    """The pages that answer from this dataset, before its tables."""
    words = WORDS[language]
    links = [
        site.names.anchor(kind.address, escape(text(kind.declared, "label", language)), ROOT)
        for kind in site.topics.get(package["name"], ())
        if kind.address and "label" in kind.declared and kind.address in site.names.addresses
    ]
    return [f'<p class="topics">{words["topics"]}: {words["comma"].join(links)}</p>', ""] if links else []


def _resources(site: Site, package: dict[str, Any], language: Language) -> list[str]:
    """Every table, what was computed before what it was computed from, technical matters folded."""
    order = sorted(package["resources"], key=lambda resource: resource["kind"] != "derived")
    return [line for resource in order for line in _resource(site, package, resource, language)]


def _resource(site: Site, package: dict[str, Any], resource: dict[str, Any], language: Language) -> list[str]:
    words, fields = WORDS[language], resource["schema"]["fields"]
    english = "?_lang=en" if language == "en" else ""
    plain_title = text(resource, "title", language)
    title = escape(plain_title)
    looked_at = _of_language(fields, language)
    first = list(islice(table_rows(site.tables(package)[resource["name"]]), FIRST_ROWS))
    header = [text(field, "title", language) for field in looked_at]
    shown = [_cells(site, row, resource["name"], looked_at, language) for row in first]
    dictionary = "".join(_meaning(field, language) for field in fields)
    file = f"{FILES}{package['name']}/{resource['path']}"
    return [
        f'<h3 id="table-{resource["name"]}">{title}</h3>\n',
        f"{plain(text(resource, 'description', language))} `{resource['name']}`{words['comma']}"
        f"{number(resource['row_count'], language)} {words['rows']}.\n",
        f'<p class="more"><a href="{DATABASE}{resource["name"]}{english}">{words["query"]}</a> · '
        f'<a href="{file}">CSV</a></p>\n',
        f"<details><summary>{words['first_rows']}: {title}</summary>{sheet(plain_title, header, shown)}</details>\n",
        f"<details><summary>{words['dictionary']}: {title}</summary><dl>{dictionary}</dl></details>\n",
    ]


def _meaning(field: dict[str, Any], language: Language) -> str:
    """One column: its title, name and type, and what it says."""
    title, kind = escape(text(field, "title", language)), TYPES[language][field["type"]]
    meaning = escape(text(field, "description", language))
    return f"<dt>{title} <code>{field['name']}</code> <small>{kind}</small></dt><dd>{meaning}</dd>"


def _cells(site: Site, row: dict[str, str], table: str, fields: list[dict[str, Any]], language: Language) -> list[Cell]:
    return [Cell(site.names.cell(row[f["name"]], table, f, language, ROOT)) for f in fields]


def _of_language(fields: list[dict[str, Any]], language: Language) -> list[dict[str, Any]]:
    """The columns that a reader of one language looks at: of a pair in both languages, the one in his."""
    names = {field["name"] for field in fields}
    return [field for field in fields if not is_for_others(field["name"], names, language)]


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
