"""A database server that is stopped, and not closed, is given up; while it is away nobody waits for it twice."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, connections
from pytest_django import Settings

from reseller_portal.core.time_limits import work_longer
from reseller_portal.database import base
from reseller_portal.database.base import DatabaseWrapper


@pytest.fixture
def other(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[DatabaseWrapper]:
    """A connection of its own, which gives a silent server a fifth of a second."""
    monkeypatch.setattr(DatabaseWrapper, "away_until", 0.0)
    monkeypatch.setattr(base, "HEALTH_SECONDS", 0.2)
    opened = connection.copy()
    assert isinstance(opened, DatabaseWrapper)
    options = {**opened.settings_dict["OPTIONS"], "answer_seconds": 0.2}
    opened.settings_dict = {**opened.settings_dict, "OPTIONS": options}
    opened.connect()
    yield opened
    opened.close()


@pytest.fixture
def stopped(other: DatabaseWrapper) -> Iterator[None]:
    """Its server process says nothing more."""
    server = other.connection.info.backend_pid
    os.kill(server, signal.SIGSTOP)
    yield
    with suppress(ProcessLookupError):
        os.kill(server, signal.SIGCONT)


def test_a_statement_of_a_silent_server_is_given_up(other: DatabaseWrapper, stopped: None) -> None:
    with pytest.raises(OperationalError, match="gives no answer"), other.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert other.connection.closed


def test_a_connection_that_was_kept_is_tried_before_a_request_uses_it(other: DatabaseWrapper, stopped: None) -> None:
    assert not other.is_usable()


def test_a_server_that_was_away_is_not_asked_by_everybody(
    other: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def refuse(**_: object) -> None:
        asked.append("asked")
        raise psycopg.OperationalError("connection refused")

    monkeypatch.setattr(DatabaseWrapper.Database, "connect", refuse)
    for _ in range(20):
        with pytest.raises(OperationalError):
            other.copy().ensure_connection()
    assert asked == ["asked"]
    assert not other.is_usable()
    monkeypatch.setattr(DatabaseWrapper, "away_until", 0.0)
    assert other.is_usable()


def test_a_command_that_works_longer_waits_longer_for_answers(db: None, settings: Settings) -> None:
    patient: Any = connections["default"]
    before = patient.answer_seconds
    patient.wait_for_answers(17.0)
    work_longer()
    try:
        assert patient.connection.answer_seconds > settings.WORKER_TIME_LIMITS["statement"]
        assert patient.is_usable()
        assert patient.connection.answer_seconds > settings.WORKER_TIME_LIMITS["statement"]
    finally:
        patient.wait_for_answers(before)


def test_a_statement_that_is_only_slow_is_waited_for(other: DatabaseWrapper) -> None:
    other.connection.answer_seconds = None
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.3)")
