"""The victim of a deadlock is run once more, at the edge, and nothing else is."""

import threading
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import connection, transaction
from django.db.utils import IntegrityError, OperationalError
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import reverse
from psycopg import errors

from accounts.models import Brand
from accounts.tenancy import staff_scope
from billing.models import Order, Quote, QuoteLine
from billing.selectors import list_orders
from billing.services.quotes import make_quote
from reseller_portal.core import deadlocks
from reseller_portal.core.deadlocks import retry_after_deadlock
from reseller_portal.core.pages import Window
from reseller_portal.core.time_limits import limit_worker
from tests.accounts.staff import browser_of
from tests.concurrency.together import together
from tests.shop import Shop


class Work:
    """Fails as often as it is told to."""

    def __init__(self, *failures: Exception) -> None:
        self.failures, self.runs = list(failures), 0

    def __call__(self) -> str:
        self.runs += 1
        if self.failures:
            raise self.failures.pop(0)
        return "done"


def victim(kind: type[psycopg.Error] = errors.DeadlockDetected) -> OperationalError:
    error = OperationalError("told by the database")
    error.__cause__ = kind("told by the database")
    return error


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """As at the edge of a request, where no transaction is open yet."""
    monkeypatch.setattr(deadlocks, "connection", SimpleNamespace(in_atomic_block=False))


@pytest.mark.parametrize("kind", [errors.DeadlockDetected, errors.SerializationFailure])
@pytest.mark.usefixtures("outside")
def test_a_victim_is_run_once_more(kind: type[psycopg.Error]) -> None:
    work = Work(victim(kind))
    assert (retry_after_deadlock(work), work.runs) == ("done", 2)


@pytest.mark.usefixtures("outside")
def test_a_second_deadlock_rises() -> None:
    work = Work(victim(), victim())
    with pytest.raises(OperationalError):
        retry_after_deadlock(work)
    assert work.runs == 2


@pytest.mark.parametrize("error", [victim(errors.LockNotAvailable), IntegrityError("no"), ValueError("no")])
@pytest.mark.usefixtures("outside")
def test_nothing_else_is_run_again(error: Exception) -> None:
    work = Work(error)
    with pytest.raises(type(error)):
        retry_after_deadlock(work)
    assert work.runs == 1


@pytest.mark.django_db
def test_inside_a_transaction_the_error_rises_as_only_its_opener_can_begin_again() -> None:
    work = Work(victim())
    with transaction.atomic(), pytest.raises(OperationalError):
        retry_after_deadlock(work)
    assert work.runs == 1


def test_two_that_lock_two_rows_in_other_orders_both_end(committed: Shop) -> None:
    """A real deadlock; the twin without the retry stands in `test_locks_of_money`."""
    both, rows = threading.Barrier(2), [committed.world.acme.brand_id, committed.world.initech.brand_id]

    def lock(number: int) -> str:
        runs: list[int] = []

        def work() -> str:
            runs.append(number)
            with staff_scope("test"):
                for step, row in enumerate(rows if number else rows[::-1]):
                    Brand.objects.filter(pk=row).update(name=f"Brand {row}")
                    if len(runs) == 1 and not step:
                        both.wait(20)
            return "done"

        return retry_after_deadlock(work)

    assert together(lock, times=2) == ["done", "done"]


def test_a_page_that_met_a_deadlock_answers_all_the_same(committed: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    failures = [victim()]

    def fail_once(**options: Any) -> Window[Order]:
        if failures:
            raise failures.pop()
        return list_orders(**options)

    monkeypatch.setattr("billing.views.orders.list_orders", fail_once)
    browser = browser_of(committed.world.ada)
    answer = browser.get(reverse("orders:list", args=["acme"]), HTTP_HOST="outreach.localhost")
    assert (answer.status_code, failures) == (200, [])


def upload() -> tuple[HttpRequest, UploadedFile]:
    request = RequestFactory().post("/", {"file": SimpleUploadedFile("people.csv", b"Maya Ferro")})
    file = request.FILES["file"]
    assert isinstance(file, UploadedFile)
    return request, file


@pytest.mark.usefixtures("outside")
def test_files_that_the_first_run_read_are_read_from_the_beginning_by_the_second() -> None:
    request, file = upload()
    found: list[bytes] = []

    def work() -> str:
        found.append(file.read())
        if len(found) == 1:
            raise victim()
        return "done"

    assert retry_after_deadlock(work, request=request) == "done"
    assert found == [b"Maya Ferro", b"Maya Ferro"]


@pytest.mark.usefixtures("outside")
def test_where_a_file_cannot_be_read_again_the_work_is_not_run_again() -> None:
    request, file = upload()
    file.close()
    work = Work(victim())
    with pytest.raises(OperationalError):
        retry_after_deadlock(work, request=request)
    assert work.runs == 1


def test_an_upload_that_met_a_deadlock_is_read_whole_all_the_same(
    committed: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [victim()]

    def fail_once(**options: Any) -> Quote:
        if failures:
            raise failures.pop()
        return make_quote(**options)

    monkeypatch.setattr("mailboxes.views.ordering.make_quote", fail_once)
    browser = browser_of(committed.world.ada)
    form = {
        "provider": "GOOGLE",
        "domains": "first.com",
        "people": "",
        "file": SimpleUploadedFile("a.csv", b"Maya Ferro\n"),
    }
    answer = browser.post(reverse("mailboxes:order", args=["acme"]), form, HTTP_HOST="outreach.localhost")
    assert (answer.status_code, failures) == (302, [])
    with staff_scope("test"):
        assert QuoteLine.objects.filter(name="maya@first.com").exists()


def shown(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_no_connection_of_the_run_time_role_waits_without_end() -> None:
    for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
        assert shown(name) == "110s", name


def test_a_worker_has_limits_of_its_own(committed: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = connection.settings_dict
    monkeypatch.setitem(entry, "OPTIONS", dict(entry["OPTIONS"]))
    limit_worker()
    connection.close()
    assert shown("statement_timeout") == f"{settings.WORKER_TIME_LIMITS['statement'] // 60}min"
    connection.close()
