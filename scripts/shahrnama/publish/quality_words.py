"""Words of the page on quality, and names of the codes that the gate's registers use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from shahrnama.gate_register import gate_registers
from shahrnama.persian import Language
from shahrnama.publish.texts import LANGUAGES

_WORDS: dict[str, dict[Language, str]] = yaml.safe_load(
    (Path(__file__).parent / "quality_words.yaml").read_text(encoding="utf-8")
)
QUALITY_WORDS: dict[Language, dict[str, str]] = {
    language: {name: word[language] for name, word in _WORDS.items()} for language in LANGUAGES
}


def label(register: str, column: str, code: Any, language: Language) -> str:
    """The name of a code in a column of one of the gate's registers; the code itself where it has none."""
    fields = next(item for item in gate_registers() if item["name"] == register)["schema"]["fields"]
    field = next(item for item in fields if item["name"] == column)
    return str((field.get("labels" if language == "fa" else "labels_en") or {}).get(code, code))
