"""Refusals: what the door and the guard answer instead, in Persian and English, and always with what to do."""

from __future__ import annotations

import json
from typing import Any

from datasette.views.base import DatasetteError

from shahrnama.datasette_plugin.language import LANGUAGE
from shahrnama.datasette_plugin.rules import page
from shahrnama.persian import Language

WHOLE_FA = "جدول‌های کامل در /files/ آماده‌اند."
WHOLE_EN = "Whole tables are ready under /files/."
REFUSALS: dict[str, tuple[int, str, str, str, str]] = {  # status; Persian, what to do; English, what to do
    "too_slow": (
        400,
        "این پرسش بیش از اندازه طول کشید و رها شد.",
        "شرط یا limit بگذارید، یا ستونی را شرط کنید که نمایه دارد. " + WHOLE_FA,
        "This question took too long and was dropped.",
        "Add a condition or a limit, or filter by an indexed column. " + WHOLE_EN,
    ),
    "too_large": (
        400,
        "پاسخ این پرسش بزرگ‌تر از آن است که اینجا فرستاده شود.",
        "limit بگذارید یا ستون‌های کمتری بخواهید. " + WHOLE_FA,
        "The answer is larger than what can be sent here.",
        "Add a limit, or ask for fewer columns. " + WHOLE_EN,
    ),
    "too_much_memory": (
        400,
        "این پرسش بیش از سهم هر خواننده حافظه می‌خواهد.",
        "ردیف‌های کمتری را با هم بسنجید یا مرتب کنید. " + WHOLE_FA,
        "This question needs more memory than each reader has.",
        "Join, group or sort fewer rows at once. " + WHOLE_EN,
    ),
    "address": (
        400,
        "این نشانی درست نیست.",
        "از فهرست داده‌ها در /db/ شروع کنید.",
        "This address is not well formed.",
        "Start from the list of data at /db/.",
    ),
    "address_length": (
        400,
        "این نشانی بیش از اندازه دراز است.",
        "پرسش را کوتاه‌تر بنویسید یا صافی‌ها را کم کنید.",
        "This address is too long.",
        "Write a shorter question, or use fewer filters.",
    ),
    "parameters": (
        400,
        "شمار یا اندازهٔ پارامترهای این نشانی بیش از اندازه است.",
        "صافی‌ها را کم کنید.",
        "This address has too many parameters, or too long ones.",
        "Use fewer filters.",
    ),
    "facets": (
        400,
        "بیش از سه دسته‌بندی با هم، یا یک دسته‌بندی دو بار، شمرده نمی‌شود.",
        "دسته‌بندی‌ها را کم کنید، یا با SQL و group by بپرسید.",
        "More than three facets at once, or the same one twice, are not counted.",
        "Use fewer facets, or ask in SQL with group by.",
    ),
    "size": (
        400,
        "در هر صفحه دست‌بالا ۱۰۰ ردیف، و در JSON و CSV دست‌بالا ۱۰۰۰ ردیف می‌آید.",
        "با «صفحهٔ بعد» پیش بروید. " + WHOLE_FA,
        "A page has at most 100 rows, JSON and CSV at most 1000.",
        "Go on with the next page. " + WHOLE_EN,
    ),
    "parameter": (
        400,
        "یکی از پارامترهای این نشانی اینجا پذیرفته نمی‌شود.",
        "آن را بردارید؛ هر چه بخواهید با SQL هم می‌توان پرسید.",
        "One of the parameters of this address is not taken here.",
        "Remove it; whatever you want can be asked in SQL too.",
    ),
    "whole": (
        400,
        "خروجی پیوسته و پایگاه کامل از اینجا فرستاده نمی‌شود.",
        WHOLE_FA + " چک‌سام و پایگاه SQLite هم آنجاست.",
        "Streams and the whole database are not sent from here.",
        WHOLE_EN + " So are checksums and the SQLite file.",
    ),
    "closed": (
        404,
        "این صفحه برای خوانندگان نیست.",
        "از فهرست داده‌ها در /db/ شروع کنید.",
        "This page is not for readers.",
        "Start from the list of data at /db/.",
    ),
    "method": (
        405,
        "اینجا فقط خواندن ممکن است.",
        "با GET بپرسید.",
        "Here one can only read.",
        "Ask with GET.",
    ),
    "failed": (
        400,
        "این درخواست فهمیده نشد.",
        "پارامترها را بازبینی کنید یا از فهرست داده‌ها در /db/ شروع کنید.",
        "This request could not be understood.",
        "Check its parameters, or start from the list of data at /db/.",
    ),
    "broken": (
        500,
        "در کار ما خطایی پیش آمد.",
        "کمی بعد دوباره بپرسید. " + WHOLE_FA,
        "Something went wrong on our side.",
        "Ask again a little later. " + WHOLE_EN,
    ),
    "busy": (
        503,
        "خوانندگان بسیاری با هم می‌پرسند.",
        "چند ثانیه دیگر دوباره بپرسید. " + WHOLE_FA,
        "Many readers are asking at once.",
        "Ask again in some seconds. " + WHOLE_EN,
    ),
    "busy_own": (
        429,
        "از نشانی شما پرسش‌های بسیاری با هم رسیده است.",
        "یکی‌یکی بپرسید. " + WHOLE_FA,
        "Too many questions come from your address at once.",
        "Ask one after the other. " + WHOLE_EN,
    ),
}  # fmt: skip


class Refused(DatasetteError):  # type: ignore[misc]  # noqa: N818 it says what is done; Datasette has no types
    """A request that is not answered; `key` names why, in REFUSALS. Its words are in the language of the request."""

    def __init__(self, key: str) -> None:
        status, *_ = REFUSALS[key]
        error, advice = words(key, LANGUAGE.get())
        super().__init__(error, error_dict={"advice": advice}, status=status)
        self.key = key
        self.advice = advice


def words(key: str, language: Language) -> tuple[str, str]:
    """What is refused and what to do instead."""
    _, fa, advice_fa, en, advice_en = REFUSALS[key]
    return (fa, advice_fa) if language == "fa" else (en, advice_en)


async def told(datasette: Any, path: str, status: int, said: tuple[str, str]) -> tuple[str, str]:
    """Content type and body of a refusal: JSON to a program, a page of the site to people."""
    error, advice = said
    if page(path) != path:
        answer = {"ok": False, "error": error, "advice": advice, "status": status, "title": None}
        return "application/json; charset=utf-8", json.dumps(answer, ensure_ascii=False)
    template, urls = datasette.jinja_env.get_template("error.html"), datasette.urls
    body = await template.render_async(status=status, error=error, advice=advice, urls=urls)
    return "text/html; charset=utf-8", str(body)
