"""Headless Chromium for the tests that look at pages as readers do.

axe takes short joined Persian words for icons and leaves their contrast out: it judges with Latin letters in their
place, which no other rule reads.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
# Size and scheme by language: each value meets each of the others once over these four.
LOOKS = {"fa": [("desktop", "light"), ("phone", "dark")], "en": [("phone", "light"), ("desktop", "dark")]}
LATIN = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    text.nodeValue = text.nodeValue.replace(/[\\u0600-\\u06ff]/g, "n").replace(/\\u200c/g, "");
  }
}"""
JUDGED = """async rules => (await axe.run(document, {runOnly: rules, resultTypes: ["violations"]})).violations"""
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed (apt install chromium); the browser tests need it"
)


@dataclass
class Look:
    """A page, and what a reader's browser would complain of while it is open."""

    page: Any
    asked: set[str] = field(default_factory=set)  # the hosts that were asked
    wrong: list[str] = field(default_factory=list)  # failed requests, errors of scripts, breaches of the CSP

    def turn(self, size: str, scheme: str) -> None:
        """Look at it with another device."""
        self.page.set_viewport_size(SIZES[size])
        self.page.emulate_media(color_scheme=scheme)


@contextmanager
def looking(browser: Any, size: str = "desktop", scheme: str = "light") -> Iterator[Look]:
    """A page of its own, watched by DevTools for as long as the context lasts."""
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme)
    look = Look(context.new_page())
    look.page.on("request", lambda request: look.asked.add(urlsplit(request.url).netloc))
    look.page.on("response", lambda answer: answer.status >= 400 and look.wrong.append(f"{answer.status} {answer.url}"))
    look.page.on("pageerror", lambda error: look.wrong.append(str(error)))
    devtools = context.new_cdp_session(look.page)
    devtools.on("Audits.issueAdded", lambda told: look.wrong.extend(_breach(told["issue"])))
    devtools.send("Audits.enable")
    yield look
    context.close()


def _breach(issue: dict[str, Any]) -> list[str]:
    details = issue["details"].get("contentSecurityPolicyIssueDetails")
    return [f"{details['violatedDirective']} {details.get('blockedURL', 'inline')}"] if details else []


def wider(page: Any) -> int:
    """By how many px the page scrolls sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def seen_wrong(look: Look, language: str) -> list[str]:
    """What is too wide or not for everyone, in each of a language's looks; the page is not Persian afterwards."""
    found = []
    for view in LOOKS[language]:
        look.turn(*view)
        found += [f"{view}: scrolls sideways by {wider(look.page)} px"] if wider(look.page) > 1 else []
    for view in reversed(LOOKS[language]):
        look.turn(*view)
        found += [f"{view}: {rule} at {places}" for rule, places in violations(look.page)]
    return found


def violations(page: Any) -> list[tuple[str, list[Any]]]:
    """What axe finds, by rule, with the first three places of each; the page is not Persian afterwards."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate(LATIN)
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(JUDGED, RULES)
    return [(item["id"], [node["target"] for node in item["nodes"]][:3]) for item in found]
