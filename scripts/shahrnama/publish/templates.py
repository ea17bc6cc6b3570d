"""Templates: pages and parts as Jinja, sandboxed, in one language; what they print of the data is inert text."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from shahrnama.errors import PublishError
from shahrnama.persian import Language
from shahrnama.publish.cells import PERSIAN, in_language
from shahrnama.publish.glossary import Glossary
from shahrnama.publish.kinds import Kind
from shahrnama.publish.markdown import plain
from shahrnama.publish.phrases import Safe


class Templates:
    """The templates of one language, each compiled once; English ones name things as the glossary does."""

    def __init__(self, language: Language, glossary: Glossary) -> None:
        self.language, self._glossary = language, glossary
        self._compiled: dict[str, Template] = {}

    def render(self, kind: Kind, vocabulary: dict[str, Any]) -> Safe:
        """The Markdown of a kind; PublishError naming its file and line where it cannot be made."""
        place = f"{kind.path.with_suffix('').name}.{self.language}.md of {kind.path.parent.parent.name}"
        try:
            if kind.name not in self._compiled:
                self._compiled[kind.name] = self._environment.from_string(kind.template(self.language))
            return Safe(self._compiled[kind.name].render(vocabulary).strip())
        except (TemplateError, TypeError, ValueError, KeyError) as error:
            line = getattr(error, "lineno", None) or _line(error)
            raise PublishError(f"{place}, line {line}: {error}; mend the template") from error
        except PublishError as error:
            raise PublishError(f"{place}: {error}") from error

    @cached_property
    def _environment(self) -> SandboxedEnvironment:
        return SandboxedEnvironment(
            undefined=StrictUndefined,
            autoescape=False,  # `finalize` escapes for Markdown too, whatever a template prints
            finalize=printed(self.language, self._glossary),
            trim_blocks=True,
            lstrip_blocks=True,
        )


def printed(language: Language, glossary: Glossary) -> Callable[[object], str]:
    """What an expression prints: ours (`Safe`) as it is, everything else as inert text.

    On English pages a name of the glossary is in English, other Persian is marked.
    """

    def finalize(value: object) -> str:
        if isinstance(value, Safe):
            return value
        said = "—" if value is None else plain(str(value))
        if language == "en" and PERSIAN.search(said):
            return glossary.html(str(value)) or in_language(said, language)
        return said

    return finalize


def _line(error: BaseException) -> int | str:
    """The template's line in a traceback: Jinja names its compiled code `<template>`."""
    trace, found = error.__traceback__, "?"
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            found = str(trace.tb_lineno)
        trace = trace.tb_next
    return found
