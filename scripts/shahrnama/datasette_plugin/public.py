"""Public: a Datasette in which everything that is served may be read by everyone, and nothing else may be done."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from datasette.app import Datasette

from shahrnama.datasette_plugin import DATASETTE_S_OWN
from shahrnama.datasette_plugin.lent import LentDatabase

READING = {"view-instance", "view-database", "view-table", "view-query", "execute-sql"}


class PublicDatasette(Datasette):  # type: ignore[misc]  # Datasette has no types
    """Datasette over immutable files. `allow` blocks of metadata mean nothing: what is private is not published."""

    def __init__(self, paths: Iterable[Path], metadata: dict[str, Any], settings: dict[str, Any]) -> None:
        files = [str(path) for path in paths]
        super().__init__(immutables=files, metadata=metadata, settings=settings)
        for name, path in [(name, item.path) for name, item in self.databases.items() if item.path in files]:
            self.remove_database(name)
            self.add_database(LentDatabase(self, path, is_mutable=False), name)

    async def permission_allowed(
        self,
        actor: Any,  # noqa: ARG002 nobody is known here
        action: str,
        resource: str | tuple[str, str] | None = None,
        default: bool | None = False,  # noqa: ARG002 nothing is left open
    ) -> bool:
        """Whether everyone may. Datasette's own answer copies the metadata of all tables, for each table it lists."""
        database = resource[0] if isinstance(resource, tuple) else resource
        return action in READING and database not in DATASETTE_S_OWN
