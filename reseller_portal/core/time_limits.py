"""How long PostgreSQL lets a connection wait for a lock, run a statement, or sit in an open transaction."""

from typing import Any

from django.conf import settings
from django.db import connections


def as_options(*, lock: int, statement: int, idle: int) -> str:
    """The limits, in seconds, as libpq's `options`; 0 is without limit."""
    return (
        f"-c lock_timeout={lock * 1000} -c statement_timeout={statement * 1000}"
        f" -c idle_in_transaction_session_timeout={idle * 1000}"
    )


def limit(database: dict[str, Any], *, lock: int, statement: int, idle: int) -> None:
    """Set the limits on an entry of DATABASES, for connections that are opened from now on."""
    database["OPTIONS"]["options"] = as_options(lock=lock, statement=statement, idle=idle)


def limit_worker() -> None:
    """A worker may work longer than a page: nobody looks at it waiting."""
    limit(connections.settings["default"], **settings.WORKER_TIME_LIMITS)
