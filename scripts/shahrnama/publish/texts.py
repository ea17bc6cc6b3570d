"""Words of the generated pages, in both languages, and sentences that need data."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from shahrnama.persian import Language, display_date

LANGUAGES: tuple[Language, Language] = ("fa", "en")

WORDS: dict[Language, dict[str, str]] = {
    "fa": {
        "datasets": "مجموعه‌داده‌ها",
        "datasets_lead": "هرچه این سایت منتشر می‌کند. روی هر کدام بزنید تا شرح، نمودار و دانلودش را ببینید.",
        "owner": "صاحب داده",
        "licence": "پروانه",
        "source": "منبع",
        "checked": "آخرین بررسی منبع",
        "changed": "آخرین تغییر",
        "frozen": "دیگر پرسیده نمی‌شود",
        "by_hand": "با دست نگه‌داری می‌شود؛ هر ردیف منبع خودش را دارد",
        "rows": "ردیف",
        "tables": "جدول",
        "dictionary": "واژه‌نامهٔ ستون‌ها",
        "type": "گونه",
        "first_rows": "چند ردیف نخست",
        "query": "جست‌وجو و پرس‌وجو در این جدول",
        "downloads": "دانلود",
        "file": "پرونده",
        "size": "حجم",
        "cite": "چگونه ارجاع دهیم",
        "held": "نسخهٔ تازه‌ای رسید، اما پذیرفته نشد. آنچه می‌بینید آخرین نسخهٔ درست است. دلیل:",
        "demo_word": "نمونهٔ ساختگی",
        "real_word": "واقعی",
        "status": "وضعیت",
        "search": "جست‌وجو در ردیف‌های همهٔ جدول‌ها",
        "search_label": "دنبال چه می‌گردید؟",
        "search_button": "بگرد",
        "search_note": "املای واژه مهم نیست: كتاب، کتاب؛ ۱۲، 12.",
        "all_rows": "همهٔ ردیف‌ها",
        "topics": "پاسخ‌هایی که از این داده به دست آمده است",
        "about_data": "شناسنامهٔ داده",
        "tables_of_data": "جدول‌ها و ستون‌ها",
        "no": "نه",
        "yes": "بله",
        "comma": "، ",
    },
    "en": {
        "datasets": "Datasets",
        "datasets_lead": "Everything that this site publishes. Open one for its description, chart and downloads.",
        "owner": "Owner",
        "licence": "Licence",
        "source": "Source",
        "checked": "Source last checked",
        "changed": "Last changed",
        "frozen": "No longer asked",
        "by_hand": "kept by hand; each row has its own source",
        "rows": "rows",
        "tables": "tables",
        "dictionary": "Data dictionary",
        "type": "Type",
        "first_rows": "First rows",
        "query": "Search and query this table",
        "downloads": "Downloads",
        "file": "File",
        "size": "Size",
        "cite": "How to cite",
        "held": "A newer version came but was not accepted. What you see is the last good version. The reason:",
        "demo_word": "fictional sample",
        "real_word": "real",
        "status": "Status",
        "search": "Search the rows of all tables",
        "search_label": "What are you looking for?",
        "search_button": "Search",
        "search_note": "Any spelling will do.",
        "all_rows": "All rows",
        "topics": "Answers drawn from this data",
        "about_data": "About this data",
        "tables_of_data": "Tables and columns",
        "no": "no",
        "yes": "yes",
        "comma": ", ",
    },
}

TYPES: dict[Language, dict[str, str]] = {
    "fa": {
        "string": "متن",
        "integer": "عدد صحیح",
        "number": "عدد",
        "boolean": "بله/نه",
        "date": "تاریخ",
        "datetime": "زمان (UTC)",
    },
    "en": {
        "string": "text",
        "integer": "integer",
        "number": "number",
        "boolean": "yes/no",
        "date": "date",
        "datetime": "time (UTC)",
    },
}


def text(item: dict[str, Any], key: str, language: Language) -> str:
    """A title or description of a descriptor in one language; English falls back to Persian, never to nothing."""
    if language == "en" and item.get(f"{key}_en"):
        return str(item[f"{key}_en"])
    return str(item.get(key) or item.get("name") or "")


def codes(field: dict[str, Any], language: Language) -> dict[str, str]:
    """Names of a field's codes in one language; empty where it has none."""
    return field.get("labels_en" if language == "en" else "labels") or {}


def label_column(resource: dict[str, Any], language: Language) -> str | None:
    """The column that names a table's rows, in the reader's language where it has both; None where none does."""
    label = (resource.get("table") or {}).get("label_column")
    if not label:
        return None
    english = f"{label.removesuffix('_fa')}_en"
    columns = {field["name"] for field in resource["schema"]["fields"]}
    return english if language == "en" and english in columns else str(label)


def is_for_others(column: str, columns: Collection[str], language: Language) -> bool:
    """Whether a column is one of a pair, `…_fa` and `…_en`, and readers of the language look at the other."""
    own, other = ("_fa", "_en") if language == "fa" else ("_en", "_fa")
    return column.endswith(other) and column.removesuffix(other) + own in columns


def citation(
    package: dict[str, Any], language: Language, *, changed: str | None = None, release: str = "", address: str = ""
) -> str:
    """How to cite a dataset; demonstration data says that it is.

    `changed` is when its source last changed (UTC); `release` and `address` are those of the site that it stands on.
    """
    title, name = text(package, "title", language), package["name"]
    if language == "fa":
        demo = " [دادهٔ نمونه و ساختگی]" if package["is_demo"] else ""
        parts = [f"شهرنما، «{title}»{demo}", f"مجموعه‌دادهٔ {name}"]
        parts += [f"دادهٔ {display_date(changed, 'fa')}"] if changed else []
        return "، ".join([*parts, *([f"نسخهٔ {release}"] if release else [])]) + f". {address}".rstrip()
    demo = " [fictional demonstration data]" if package["is_demo"] else ""
    parts = [f"Shahrnama, “{title}”{demo}", f"dataset {name}"]
    parts += [f"data of {display_date(changed, 'en')}"] if changed else []
    return ", ".join([*parts, *([f"release {release}"] if release else [])]) + f". {address}".rstrip()


def bibtex(key: str, title: str, address: str, release: str, *, year: str, note: str, is_demo: bool) -> str:
    """A BibTeX `@misc` by Shahrnama, which every reference manager reads; without a year where none is known."""
    note = f"Fictional demonstration data. {note}" if is_demo else note
    fields = {"title": title, "author": "{Shahrnama}", "year": year, "howpublished": f"\\url{{{address}}}",
              "version": release, "note": note}  # fmt: skip
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}"])


def mark(is_demo: bool) -> str:
    """What stands in the name of a file that holds fictional data."""
    return ".demo" if is_demo else ""
