"""What Datasette and SQLite say when they refuse, in both languages, with what to do instead."""

from __future__ import annotations

import re
from typing import Any

from shahrnama.persian import Language

Said = tuple[str, str]
HEADINGS: dict[int, Said] = {
    400: ("این درخواست را نمی‌شود پاسخ داد", "This request cannot be answered"),
    403: ("این صفحه باز نیست", "This page is not open"),
    404: ("چنین صفحه‌ای نیست", "There is no such page"),
    405: ("این کار ممکن نیست", "That is not possible here"),
    500: ("از ماست: چیزی خراب شد", "Our fault: something broke"),
}
# In order; what the first group catches stands for {}.
MESSAGES: list[tuple[re.Pattern[str], Said]] = [
    (re.compile(pattern), said)
    for pattern, said in [
        (
            "^(?:Table|Query) not found",
            (
                "جدول یا پرسشی به این نام نیست؛ شاید نامش عوض شده باشد. در همهٔ جدول‌ها جست‌وجو کنید.",
                "There is no table or query of this name; it may have been renamed. Search all tables.",
            ),
        ),
        (
            "^Database not found",
            (
                "پایگاه داده‌ای به این نام نیست؛ از فهرست داده‌ها شروع کنید.",
                "There is no database of this name; start from the list of data.",
            ),
        ),
        (
            "^(?:Record|Row) not found",
            (
                "ردیفی با این کلید در نسخهٔ کنونی نیست؛ شاید در منبع حذف شده یا کلیدش عوض شده باشد.",
                "No row has this key in the current release; it may be gone at the source, or have another key.",
            ),
        ),
        (
            "took too long|interrupted",
            (
                "پاسخ بیش از زمان مجاز طول کشید. صافی بگذارید، limit کوچک‌تری بدهید، یا پروندهٔ کامل جدول را بگیرید.",
                "The answer took longer than is allowed. Filter more, give a smaller limit, or take the whole "
                "table's file.",
            ),
        ),
        (
            r"^no such column: ([۰-۹٠-٩٫٬]+)$",
            (
                "«{}» با رقم‌های فارسی آمده است و SQL آن را نام ستون می‌خواند؛ عدد را با رقم‌های لاتین بنویسید.",
                "“{}” is in Persian digits, which SQL takes for a column's name; write numbers in Latin digits.",
            ),
        ),
        (
            r"^no such column: (.+)",
            (
                "ستونی به نام «{}» نیست. نام ستون‌ها زیر هر جدول، در «ستون‌ها یعنی چه» آمده است.",
                "There is no column “{}”. The columns are listed below each table.",
            ),
        ),
        (
            r"^no such table: (.+)",
            (
                "جدولی به نام «{}» نیست. نام جدول‌ها در فهرست داده‌ها آمده است.",
                "There is no table “{}”. The tables are in the list of data.",
            ),
        ),
        (
            r"^no such function: (.+)",
            (
                "تابعی به نام «{}» نیست.",
                "There is no function “{}”.",
            ),
        ),
        (
            r"^(.+)\(\) may not be used as a window function",
            (
                "تابع «{}» با over به کار نمی‌رود؛ با group by بپرسید.",
                "The function “{}” cannot be used with over; ask with group by.",
            ),
        ),
        (
            r"^misuse of (?:window function |aggregate:? (?:function )?)(.+)\(\)",
            (
                "تابع «{}» اینجا به کار نمی‌رود؛ شرط بر آن را در having بنویسید، یا در پرسشی بیرونی.",
                "The function “{}” cannot be used here; put a condition on it in having, or in an outer query.",
            ),
        ),
        (
            "HAVING clause on a non-aggregate query",
            (
                "having بی group by به کار نمی‌رود.",
                "There is no having without group by.",
            ),
        ),
        (
            r"^ambiguous column name: (.+)",
            (
                "«{}» در چند جدول هست؛ نام جدول را پیش از آن بنویسید.",
                "“{}” is in several tables; write the table's name before it.",
            ),
        ),
        (
            'near "(.*)": syntax error',
            (
                "متن SQL نزدیک «{}» درست نیست.",
                "The SQL is not right near “{}”.",
            ),
        ),
        (
            "incomplete input",
            (
                "متن SQL ناتمام است؛ پرانتز یا گیومه‌ای بسته نشده است.",
                "The SQL is not complete; a bracket or a quote is not closed.",
            ),
        ),
        (
            "unrecognized token",
            (
                "متن SQL نشانه‌ای دارد که خوانده نمی‌شود؛ گیومه‌ها را ببینید.",
                "The SQL holds a mark that cannot be read; look at its quotes.",
            ),
        ),
        (
            "Statement must be a SELECT|may not contain",
            (
                "پرسش باید با select آغاز شود و تنها بخواند.",
                "The question must begin with select, and only read.",
            ),
        ),
        (
            "^You can only execute one statement",
            (
                "هر بار یک دستور SQL بفرستید.",
                "Send one SQL statement at a time.",
            ),
        ),
        (
            "did not supply a value|Incorrect number of bindings",
            (
                "برای یکی از پارامترهای پرسش مقداری نیامده است.",
                "A parameter of the question has no value.",
            ),
        ),
        (
            "fts5|malformed MATCH",
            (
                "عبارت جست‌وجو درست نیست؛ بی _searchmode=raw دوباره بجویید.",
                "The search expression is not right; search again without _searchmode=raw.",
            ),
        ),
        (
            "^Cannot use _sort and _sort_desc",
            (
                "تنها یکی از _sort و _sort_desc را بدهید.",
                "Give one of _sort and _sort_desc only.",
            ),
        ),
        (
            r"^Cannot sort table by (.+)",
            (
                "با «{}» نمی‌شود مرتب کرد؛ ستونی از همین جدول را بدهید.",
                "The table cannot be sorted by “{}”; name one of its columns.",
            ),
        ),
        (
            r"_size must be <= (\d+)",
            (
                "بیش از {} ردیف در یک صفحه نمی‌آید؛ پروندهٔ کامل جدول را بگیرید.",
                "A page holds at most {} rows; take the whole table's file.",
            ),
        ),
        (
            "_size must be",
            (
                "_size باید عدد باشد.",
                "_size must be a number.",
            ),
        ),
        (
            r"^_(?:col|nocol|facet)=(.*) - invalid column",
            (
                "ستونی به نام «{}» در این جدول نیست.",
                "The table has no column “{}”.",
            ),
        ),
        (
            "_facet= is not allowed|Too many facets",
            (
                "این‌همه دسته‌بندی با هم ممکن نیست.",
                "That many facets at once are not possible.",
            ),
        ),
    ]
]
_DAYS: Said = (
    "تاریخ را مانند ۱۴۰۴/۰۱/۳۱ یا ۳۱ فروردین ۱۴۰۴ بنویسید، یا میلادی مانند \u200e2025-04-20.",
    "Write a date as 1404/01/31 or 31 Farvardin 1404, or in the Gregorian calendar as 2025-04-20.",
)
UNREAD: dict[str, tuple[Said, Said]] = {  # what is wrong, with what was read for {}; what to do
    "no_day": (("چنین روزی نیست: {}.", "There is no such day: {}."), _DAYS),
    "not_a_day": (("این تاریخ خوانده نشد: {}.", "This is not read as a date: {}."), _DAYS),
    "one_day": (
        ("با این عملگر «{}» معنایی ندارد.", "With this operator “{}” means nothing."),
        (
            "تاریخ را با «برابر است با»، «دست‌کم» یا «دست‌بالا» بسنجید. " + _DAYS[0],
            "Compare dates with “is”, “is at least” or “is at most”. " + _DAYS[1],
        ),
    ),
    "no_month": (
        ("چنین ماهی نیست: {}.", "There is no such month: {}."),
        ("ماه را مانند ۱۴۰۵/۰۸ یا آبان ۱۴۰۵ بنویسید.", "Write a month as 1405-08 or Aban 1405."),
    ),
    "no_number": (
        ("این ستون عدد دارد و این خوانده نشد: {}.", "The column holds numbers, and this is none: {}."),
        (
            "عددی بنویسید، یا نامی که در همین ستون دیده می‌شود.",
            "Write a number, or a name as the column shows it.",
        ),
    ),
    "no_column": (
        ("این جدول ستونی به نام «{}» ندارد.", "This table has no column “{}”."),
        (
            "نام ستون‌ها زیر همان جدول، در «ستون‌ها یعنی چه» آمده است؛ یا این بخش نشانی را بردارید.",
            "The columns are listed below the table; or leave this part of the address out.",
        ),
    ),
    "no_operator": (
        ("عملگری به نام «{}» نیست.", "There is no operator “{}”."),
        (
            "این‌ها هست: exact، not، contains، startswith، gt، gte، lt، lte، in، isnull و notnull.",
            "There are exact, not, contains, startswith, gt, gte, lt, lte, in, isnull and notnull.",
        ),
    ),
}
MOST_TOLD = 60  # letters of what was read
UNKNOWN: dict[bool, Said] = {
    True: ("نشانی را بازبینی کنید، یا آنچه می‌خواهید را در همهٔ جدول‌ها جست‌وجو کنید.",
           "Check the address, or search all tables for what you need."),
    False: ("نشانی یا پرسش را بازبینی کنید، یا از فهرست جدول‌ها شروع کنید.",
            "Check the address or the question, or start from the list of tables."),
}  # fmt: skip


class Unread(ValueError):  # noqa: N818 it says what is wrong with what was read
    """A filter that cannot be understood; `key` names why, in UNREAD."""

    def __init__(self, key: str, read: str) -> None:
        super().__init__(f"{key}: {read}")
        self.key, self.read = key, read[:MOST_TOLD]

    def words(self, language: Language) -> tuple[str, str]:
        """What was read that is none, and how to write it."""
        error, advice = (said[language == "en"] for said in UNREAD[self.key])
        return error.format(self.read), advice


def heading(status: Any, language: Language) -> str:
    """What happened, in a few words."""
    return HEADINGS.get(int(status), HEADINGS[400 if int(status) < 500 else 500])[language == "en"]


def explained(error: Any, language: Language, status: Any = 400) -> str:
    """What is wrong and what to do, for a message of Datasette or SQLite; general advice where it is not known."""
    for pattern, said in MESSAGES:
        found = pattern.search(str(error))
        if found:
            return said[language == "en"].format(*found.groups())
    return UNKNOWN[int(status) == 404][language == "en"]
