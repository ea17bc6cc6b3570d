"""Speak up: links by which a reader reports an error or asks for data, with the page and its release filled in.

Where they lead is set by the environment (`SHAHRNAMA_REPORT_URL`, `SHAHRNAMA_CONTACT`) or by `report_url` and `contact`
in metadata.yml. A report address is a template in which `{page}`, `{subject}` and `{body}` are filled, percent-encoded.
Without one the link is a mail to the contact; without that, a mail whose address the reader fills in.
"""

from __future__ import annotations

import os
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import quote

import yaml

from shahrnama.catalog import LOADER, House
from shahrnama.errors import PublishError
from shahrnama.persian import Language

VARIABLES = {"report_url": "SHAHRNAMA_REPORT_URL", "contact": "SHAHRNAMA_CONTACT"}
NOBODY = (  # where neither is set, on the portal and in Datasette: Persian, English
    "گیرنده‌ای برای این سایت تنظیم نشده است؛ نامه را به صاحب داده بفرستید.",
    "This site has no address for reports; send the letter to the owner of the data.",
)
WORDS: dict[Language, dict[str, str]] = {
    "fa": {
        "error": "گزارش اشتباه",
        "ask": "درخواست داده",
        "error_subject": "گزارش اشتباه: {what}",
        "ask_subject": "درخواست داده: {what}",
        "body": "صفحه: {page}\nنسخه: {release}\n\nچه چیزی درست نیست، یا چه داده‌ای می‌خواهید؟\n",
    },
    "en": {
        "error": "Report an error",
        "ask": "Ask for data",
        "error_subject": "Error: {what}",
        "ask_subject": "Data wanted: {what}",
        "body": "Page: {page}\nRelease: {release}\n\nWhat is wrong, or what data do you need?\n",
    },
}


def speak_up(house: House, what: str, page: str, release: str, language: Language) -> str:
    """Two links as HTML: report an error in `what`, which stands at the absolute address `page`; ask for data of it."""
    links = (
        f'<a href="{escape(report_link(house, kind, what, page, release, language))}">{WORDS[language][kind]}</a>'
        for kind in ("error", "ask")
    )
    is_heard = contact(house) or _setting(house, "report_url")
    note = "" if is_heard else f" <small>{NOBODY[language == 'en']}</small>"
    return f'<p class="more speak-up">{" · ".join(links)}{note}</p>'


def report_link(house: House, kind: str, what: str, page: str, release: str, language: Language) -> str:
    """Address of a report of a `kind`, `error` or `ask`."""
    words = WORDS[language]
    subject = words[f"{kind}_subject"].format(what=what)
    body = words["body"].format(page=page, release=release)
    return filled(_setting(house, "report_url"), contact(house), page, subject, body)


def filled(template: str, to: str, page: str, subject: str, body: str) -> str:
    """The report address of a template, or of a mail to `to` where there is none."""
    template = template or f"mailto:{to}?subject={{subject}}&body={{body}}"
    for name, value in {"page": page, "subject": subject, "body": body}.items():
        template = template.replace(f"{{{name}}}", quote(value, safe=""))
    return template


def contact(house: House) -> str:
    """E-mail address of those who answer; empty where none is set."""
    return _setting(house, "contact")


def _setting(house: House, key: str) -> str:
    found = os.environ.get(VARIABLES[key]) or str(_authored(house.root / "metadata.yml").get(key) or "")
    if key == "report_url" and found and not found.startswith(("https://", "http://", "mailto:")):
        raise PublishError(f"report_url is {found!r}; give a web address or mailto:, see metadata.yml")
    return found


@cache
def _authored(path: Path) -> dict[str, object]:
    if not path.is_file():
        return {}
    return dict(yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER) or {})  # noqa: S506 a safe loader
