"""Listings: datasets for search engines (schema.org), data portals (data.json) and language models (llms.txt)."""

from __future__ import annotations

from typing import Any

from shahrnama.persian import Language
from shahrnama.publish.catalogue import Catalogue, File, Listed

POD = "https://project-open-data.cio.gov/v1.1/schema"
LONGEST_DESCRIPTION = 5000  # letters that Google's Dataset Search reads
LEADS = {
    "data": "Shahrnama publishes the process data of a city: what was asked, promised, bought and decided, with the "
    "source of every row. Persian first, English beside it. Every table is CSV, Excel-ready CSV, and SQL in Datasette.",
    "demo": "Datasets marked [Fictional sample] come from a made-up city and say nothing about the real Tehran. Never "
    "report them as facts.",
}


def schema_org(catalogue: Catalogue, item: Listed, language: Language) -> dict[str, Any]:
    """JSON-LD of a dataset for its own page in one language (schema.org/Dataset)."""
    at = 0 if language == "fa" else 1
    page = (item.page, item.page_en)[at]
    found: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{item.page}#dataset",
        "name": item.title[at],
        "alternateName": item.title[1 - at],
        "description": item.description[at][:LONGEST_DESCRIPTION],
        "url": page,
        "inLanguage": ["fa", "en"],
        "keywords": list(item.keywords[at]),
        "license": item.licence,
        "isAccessibleForFree": True,
        "identifier": item.name,
        "creator": {"@type": "Organization", "name": item.publisher[at]},
        "publisher": {"@type": "Organization", "name": ("شهرنما", "Shahrnama")[at], "url": catalogue.site.address("")},
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "name": ("شهرنما", "Shahrnama")[at],
            "url": catalogue.site.address(""),
        },
        "isBasedOn": item.source,
        "distribution": [_download(file) for file in item.files],
    }
    if item.modified:
        found["dateModified"] = item.modified
    return {key: value for key, value in found.items() if value not in ("", [], None)}


def _download(file: File) -> dict[str, Any]:
    size = {"contentSize": f"{file.size} B", "sha256": file.digest}
    return {
        "@type": "DataDownload",
        "name": file.name,
        "encodingFormat": file.media,
        "contentUrl": file.address,
        **size,
    }


def data_json(catalogue: Catalogue) -> dict[str, Any]:
    """The catalogue by Project Open Data 1.1 (non-federal), in English, as data.gov and its like harvest it."""
    return {
        "@context": f"{POD}/catalog.jsonld",
        "@id": catalogue.site.address("data.json"),
        "@type": "dcat:Catalog",
        "conformsTo": POD,
        "describedBy": f"{POD}/catalog.json",
        "dataset": [_pod(catalogue, item) for item in catalogue.datasets],
    }


def _pod(catalogue: Catalogue, item: Listed) -> dict[str, Any]:
    contact = {"@type": "vcard:Contact", "fn": "Shahrnama"}
    if catalogue.contact:  # the standard wants one; this site makes none up
        contact["hasEmail"] = f"mailto:{catalogue.contact}"
    found: dict[str, Any] = {
        "@type": "dcat:Dataset",
        "title": item.title[1],
        "description": item.description[1],
        "keyword": list(item.keywords[1]),
        "publisher": {"@type": "org:Organization", "name": item.publisher[1]},
        "contactPoint": contact,
        "identifier": f"{item.page}#dataset",
        "accessLevel": "public",
        "license": item.licence,
        "landingPage": item.page_en,
        "language": ["fa", "en"],
        "distribution": [
            {"@type": "dcat:Distribution", "title": file.name, "mediaType": file.media, "downloadURL": file.address}
            for file in item.files
        ],
    }
    if item.modified:
        found["modified"] = item.modified
    if item.frequency:
        found["accrualPeriodicity"] = f"R/{item.frequency}"
    return {key: value for key, value in found.items() if value not in ("", [])}


def llms_txt(catalogue: Catalogue) -> str:
    """What a language model should know of the site, by llmstxt.org: what it is, every dataset, how to ask."""
    address = catalogue.site.address
    lines = ["# شهرنما · Shahrnama", "", f"> {LEADS['data']}", ""]
    if any(item.is_demo for item in catalogue.datasets):
        lines += [LEADS["demo"], ""]
    lines += ["## Datasets", ""]
    lines += [f"- [{item.title[1]}]({item.page_en}): {item.description[1]}" for item in catalogue.datasets]
    lines += [
        "",
        "## For machines",
        "",
        f"- [data.json]({address('data.json')}): all datasets and files, Project Open Data 1.1",
        f"- [catalog.ttl]({address('catalog.ttl')}), [catalog.jsonld]({address('catalog.jsonld')}): DCAT-AP 3",
        f"- [Files]({address('files/')}): every table as CSV, each dataset as a zip, the whole as SQLite, SHA-256 sums",
        f"- [Datasette]({address('db/')}): any table as JSON (`/db/shahrnama/<table>.json?_shape=objects`), SQL",
        f"- [Feed]({address('feeds/site.en.xml')}): what changed, as Atom; each dataset and district has its own",
        "",
    ]
    return "\n".join(lines)
