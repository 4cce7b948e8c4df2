"""How long PostgreSQL lets a connection wait for a lock, run a statement, or sit in an open transaction."""

from typing import Any

from django.conf import settings
from django.db import connection, connections

GRACE_SECONDS = 2


def as_options(*, lock: int, statement: int, idle: int) -> str:
    """The limits, in seconds, as libpq's `options`; 0 is without limit."""
    return (
        f"-c lock_timeout={lock * 1000} -c statement_timeout={statement * 1000}"
        f" -c idle_in_transaction_session_timeout={idle * 1000}"
    )


def limit(database: dict[str, Any], *, lock: int, statement: int, idle: int) -> None:
    """Set the limits on an entry of DATABASES, for connections that are opened from now on."""
    database["OPTIONS"]["options"] = as_options(lock=lock, statement=statement, idle=idle)
    # A server that is stopped keeps no limits: then the connection is given up (`reseller_portal.database`).
    database["OPTIONS"]["answer_seconds"] = _answer_seconds(statement)


def limit_worker() -> None:
    """A worker may work longer than a page: nobody looks at it waiting."""
    limit(connections.settings["default"], **settings.WORKER_TIME_LIMITS)


def work_longer() -> None:
    """Let this connection run a statement as long as a worker's may, for a command that reads much."""
    seconds = settings.WORKER_TIME_LIMITS["statement"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [f"{seconds}s"])
    patient: Any = connections["default"]
    patient.wait_for_answers(_answer_seconds(seconds))


def _answer_seconds(statement: int) -> float | None:
    return float(statement + GRACE_SECONDS) if statement else None
