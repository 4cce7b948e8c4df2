"""What is away for everybody is one line of the log a minute, without traceback; faults of our own keep theirs."""

import json
import logging
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import TimeoutError as NoAnswer

from reseller_portal.core.logs import make_formatter
from reseller_portal.core.outages import BROKER, DATABASE, OncePerMinute


class Written(logging.Handler):
    """What the console would show."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.lines: list[dict[str, object]] = []
        self.addFilter(OncePerMinute(clock=lambda: self.now))
        self.setFormatter(make_formatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def written() -> Iterator[Written]:
    handler = Written()
    logger = logging.getLogger("tests.outages")
    logger.propagate = False
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


def fail(error: Exception, cause: Exception | None = None) -> None:
    """As a view or a task does, whose exception is logged."""
    try:
        raise error from cause
    except Exception as caught:
        logging.getLogger("tests.outages").error("Service Unavailable: %s", "/c/acme/", exc_info=caught)


AWAY = [
    (OperationalError("the database gives no answer"), psycopg.OperationalError(), DATABASE),
    (OperationalError("terminating connection\nDETAIL: more"), psycopg.errors.AdminShutdown(), DATABASE),
    (OperationalError("starting up"), psycopg.errors.CannotConnectNow(), DATABASE),
    (OperationalError("too many clients"), psycopg.errors.TooManyConnections(), DATABASE),
    (InterfaceError("connection already closed"), None, DATABASE),
    (RuntimeError("the mail was not queued"), OperationalError("no answer"), DATABASE),
    (BrokerError("connection refused"), None, BROKER),
    (NoAnswer("Timeout reading from socket"), None, BROKER),
]


@pytest.mark.parametrize(("error", "beneath", "cause"), AWAY, ids=lambda value: str(value)[:25])
def test_an_outage_is_one_line_a_minute_without_a_traceback(
    written: Written, error: Exception, beneath: Exception | None, cause: str
) -> None:
    for second in range(120):
        written.now = float(second)
        fail(error, beneath)
    assert [line["cause"] for line in written.lines] == [cause, cause]
    assert [line.get("left_out", 0) for line in written.lines] == [0, 59]
    assert str(error).partition("\n")[0] in str(written.lines[0]["event"])
    assert not any("exception" in line or "\n" in str(line["event"]) for line in written.lines)


@pytest.mark.parametrize(
    ("error", "beneath"),
    [
        (ValueError("a fault"), None),
        (OperationalError("deadlock"), psycopg.errors.DeadlockDetected()),
        (OperationalError("lock"), psycopg.errors.LockNotAvailable()),
        (OperationalError("too slow"), psycopg.errors.QueryCanceled()),
    ],
    ids=lambda value: str(value)[:25],
)
def test_a_fault_of_our_own_keeps_its_traceback_every_time(
    written: Written, error: Exception, beneath: Exception | None
) -> None:
    for _ in range(3):
        fail(error, beneath)
    assert len(written.lines) == 3
    assert all("Traceback" in str(line["exception"]) for line in written.lines)


def test_a_fault_in_dealing_with_an_outage_keeps_its_traceback(written: Written) -> None:
    try:
        try:
            raise OperationalError("no answer")
        except OperationalError:
            raise AttributeError("a fault")  # noqa: B904  # as careless code does
    except AttributeError:
        logging.getLogger("tests.outages").exception("it went on badly")
    assert "Traceback" in str(written.lines[0]["exception"])


def test_two_causes_have_a_line_each(written: Written) -> None:
    for _ in range(5):
        fail(OperationalError("no answer"))
        fail(NoAnswer("no answer"))
        logging.getLogger("tests.outages").warning("the resolver is away", extra={"cause": "the resolver is away"})
    assert {str(line["cause"]) for line in written.lines} == {DATABASE, BROKER, "the resolver is away"}
    assert len(written.lines) == 3


def test_readiness_that_is_asked_for_all_the_time_is_no_flood(written: Written) -> None:
    for _ in range(50):
        logging.getLogger("tests.outages").error("Service Unavailable", extra={"status_code": 503})
    assert len(written.lines) == 1


def test_the_console_of_every_process_is_kept_short() -> None:
    console = settings.LOGGING["handlers"]["console"]
    assert [settings.LOGGING["filters"][name]["()"] for name in console["filters"]] == [
        "reseller_portal.core.outages.OncePerMinute"
    ]


def test_what_strangers_send_to_be_refused_is_one_line_a_minute_and_kind(written: Written) -> None:
    logger = logging.getLogger("django.security.TooManyFieldsSent")
    logger.addHandler(written)
    try:
        for _ in range(50):
            try:
                raise TooManyFieldsSent("The number of GET/POST parameters exceeded.")
            except TooManyFieldsSent as caught:
                logger.error("too many", exc_info=caught)
    finally:
        logger.removeHandler(written)
    assert len(written.lines) == 1
    assert "exception" not in written.lines[0]
