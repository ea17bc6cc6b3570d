"""Faults of sources, each with its words in both languages: what happened and what to do.

The kind stands in the log of attempts; people read the message in the language of their locale.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from shahrnama.persian import Language

FAULTS: dict[str, tuple[str, str]] = {
    "unreachable": (
        "پاسخ نمی‌دهد ({detail})؛ نشانی درست است و سرویس روشن است؟",
        "cannot be reached ({detail}); is the address right, and the source up?",
    ),
    "tls": (
        "گواهی TLS پذیرفته نشد ({detail})؛ گواهی را بررسی کنید یا گواهی صادرکننده را در ca.pem پوشهٔ مجموعه‌داده بگذارید",
        "has no certificate to trust ({detail}); check it, or put its issuer's into ca.pem in the dataset's folder",
    ),
    "late": (
        "در {detail} ثانیه پاسخ کاملی نداد؛ بعد دوباره بپرسید یا صفحه‌ها را کوچک‌تر کنید",
        "did not answer in full within {detail} seconds; try again later, or ask in smaller pages",
    ),
    "cut": (
        "پاسخ ناتمام فرستاد ({detail})؛ چیزی برداشته نشد، دوباره بپرسید",
        "sent a part of its answer only ({detail}); nothing was taken, try again later",
    ),
    "coding": (
        "پاسخی فرستاد که باز نمی‌شود ({detail})؛ به دارندهٔ سرویس خبر دهید",
        "sent an answer that cannot be unpacked ({detail}); tell the service's office",
    ),
    "large": (
        "پاسخی بزرگ‌تر از {detail} فرستاد؛ در صفحه‌های کوچک‌تر بپرسید",
        "sent more than {detail}; ask it in smaller pages",
    ),
    "status": (
        "پاسخ {detail} داد؛ چیزی برداشته نشد و آخرین نسخهٔ درست می‌ماند، بعد دوباره بپرسید",
        "answered {detail}; nothing was taken, the last good version stays; try again later",
    ),
    "busy": (
        "سرش شلوغ است و گفت {detail} ثانیهٔ دیگر بپرسید؛ آخرین نسخهٔ درست می‌ماند",
        "is busy and asks to come back in {detail} seconds; the last good version stays",
    ),
    "partial": (
        "پاسخ {detail} داد که همهٔ داده نیست؛ به دارندهٔ سرویس خبر دهید",
        "answered {detail}, which is not the whole; tell the service's office",
    ),
    "html": (
        "به جای داده صفحهٔ وب فرستاد (صفحهٔ ورود یا خطا؟)؛ نشانی را در مرورگر باز کنید",
        "answered an HTML page instead of data (a login or error page?); open it in a browser to see",
    ),
    "pointer": (
        "به جای پرونده نشانی Git LFS آن را فرستاد؛ نشانی خود پرونده را بدهید",
        "answered a Git LFS pointer instead of the file; name the address of the file itself",
    ),
    "empty": (
        "پاسخ خالی داد؛ از ادارهٔ مسئول بپرسید که سرویس جابه‌جا شده است یا نه",
        "answered with an empty body; ask the office whether the service moved",
    ),
    "redirect": (
        "به جایی می‌فرستد که نمی‌رویم ({detail})؛ نشانی نهایی را بنویسید",
        "sends elsewhere than we go ({detail}); name the final address instead",
    ),
    "address": (
        "به نشانی غیرعمومی می‌رسد ({detail})؛ اگر درست است آن را در SHAHRNAMA_PRIVATE_HOSTS بنویسید",
        "leads to an address that is not public ({detail}); if that is meant, name it in SHAHRNAMA_PRIVATE_HOSTS",
    ),
    "malformed": (
        "نشانی یا پاسخ نادرستی دارد ({detail})؛ بازبینی کنید",
        "has an address or answer that is no HTTP ({detail}); check it",
    ),
    "foreign": (
        "صفحهٔ بعد را در جای دیگری نشان می‌دهد ({detail})؛ به دارندهٔ سرویس خبر دهید",
        "names its next page elsewhere ({detail}); tell the service's office",
    ),
    "broken": (
        "پاسخی فرستاد که خوانده نمی‌شود: {detail}",
        "sent what cannot be read: {detail}",
    ),
    "cycle": (
        "صفحه‌ها را دور می‌زند ({detail})؛ آیا page را نادیده می‌گیرد؟",
        "goes round in its pages ({detail}); does it ignore the page that is asked?",
    ),
    "unstable": (
        "هنگام خواندن پیوسته تغییر کرد ({detail})؛ در ساعتی خلوت‌تر بپرسید",
        "kept changing while it was read ({detail}); ask it at a quieter hour",
    ),
    "secret": (
        "کلید می‌خواهد؛ آن را در متغیر {detail} بگذارید",
        "needs a key; put it into the variable {detail}",
    ),
}


@dataclass(frozen=True)
class Fault:
    """One thing that went wrong: a key of FAULTS, its detail, and whether asking again may help."""

    kind: str
    detail: str = ""
    again: bool = False

    def message(self, language: Language | None = None) -> str:
        """What and what to do, in one line; in the language of the locale where none is named."""
        return FAULTS[self.kind][0 if (language or locale_language()) == "fa" else 1].format(detail=self.detail)


class Failed(Exception):  # noqa: N818 carries a fault to whoever asked; never reaches people as it is
    """A request that came to nothing."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.kind, fault.detail)
        self.fault = fault


def locale_language() -> Language:
    """Persian where the environment's locale is Persian (POSIX: LC_ALL, then LC_MESSAGES, then LANG)."""
    named = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "fa" if named.lower().startswith("fa") else "en"
