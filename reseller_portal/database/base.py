"""ENGINE "reseller_portal.database": a server that is stopped, and not closed, would let each statement wait for ever.

`connect_timeout` bounds connecting, `statement_timeout` is kept by the server itself. What is left is the server that
says nothing more: it is given OPTIONS["answer_seconds"], then the connection is given up. Without that option, as for
the owner's migrations, a statement may take any time.
"""

import time
from types import SimpleNamespace
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.abc import PQGen

# A server that was found away is not asked again by every thread and request.
AWAY_SECONDS = 1.0
HEALTH_SECONDS = 2.0


class PatientConnection(psycopg.Connection[Any]):
    answer_seconds: float | None = None

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, self.answer_seconds if timeout is None else timeout)
        except psycopg.errors._WaitTimeout:
            self.close()
            raise psycopg.OperationalError("the database gives no answer") from None


class DatabaseWrapper(base.DatabaseWrapper):
    Database = SimpleNamespace(**{**vars(psycopg), "connect": PatientConnection.connect})
    away_until = 0.0

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        self.answer_seconds: float | None = params.pop("answer_seconds", None)
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if time.monotonic() < self.away_until:
            raise psycopg.OperationalError("the database was away a moment ago")
        try:
            connection = super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            self._note_away()
            raise
        connection.answer_seconds = self.answer_seconds
        return connection

    def wait_for_answers(self, seconds: float | None) -> None:
        """So long from now on, also by the connection that is open."""
        self.answer_seconds = seconds
        if self.connection is not None:
            self.connection.answer_seconds = seconds

    def is_usable(self) -> bool:
        """Asked at the beginning of each request on a connection that was kept."""
        if self.connection is None or time.monotonic() < self.away_until:
            return False
        self.connection.answer_seconds = HEALTH_SECONDS
        try:
            return super().is_usable()
        finally:
            self.connection.answer_seconds = self.answer_seconds

    def _note_away(self) -> None:
        """Of the process, for this database: each thread has a wrapper of its own."""
        DatabaseWrapper.away_until = time.monotonic() + AWAY_SECONDS
