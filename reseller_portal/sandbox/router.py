"""The sandbox's tables live in a database of their own, and nothing else does."""

from typing import Any

ALIAS = "sandbox"


class SandboxRouter:
    def db_for_read(self, model: Any, **_hints: Any) -> str | None:
        return ALIAS if model._meta.app_label == "sandbox" else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool | None:
        if app_label == "sandbox" or db == ALIAS:
            return app_label == "sandbox" and db == ALIAS
        return None
