"""Planted truths: what the fictional city's data must show, in one file for each world, which tests read too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def planted(world: str) -> dict[str, Any]:
    """The truths of one world, as `planted/<world>.yaml` says them."""
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / f"{world}.yaml").read_text(encoding="utf-8"))
    return found
