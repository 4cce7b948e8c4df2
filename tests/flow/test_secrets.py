"""Where credentials must not be: no log, no row in clear, no message of a task, no list, no error page, no admin."""

import logging
import re
from collections.abc import Iterable, Iterator

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import connection, connections
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, path, reverse

from accounts.door import public_view
from accounts.tenancy import scope, staff_scope
from mailboxes.models import Credential, Mailbox
from mirror import tasks as mirror_tasks
from reseller_portal.jobs import waking as jobs_waking
from reseller_portal.jobs.waking import EXPIRES_SECONDS
from reseller_portal.operations import waking
from reseller_portal.operations.models import Operation
from reseller_portal.operations.tasks import work
from reseller_portal.sandbox.models import Mailbox as Upstream
from reseller_portal.urls import urlpatterns as portal_urls
from reseller_portal.webhooks import views as webhook_views
from reseller_portal.webhooks.tasks import process
from tests.accounts.staff import browser_of, make_admin
from tests.architecture.test_every_address import OF_STAFF
from tests.shop import Shop

PASSWORD = "pass-phrase-1"
UPSTREAM_KEY = str(settings.UPSTREAM_KEY)
SENDS = re.compile(r"\.(?:apply_async|delay|send_task|signature)\(")
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
LISTS = ("", "domains/", "domains/first.com/", "mailboxes/", "mailboxes/?contains=first", "orders/", "billing/")


def crash(request: HttpRequest) -> HttpResponse:
    password = Credential.objects.values_list("password", flat=True)
    raise RuntimeError(f"open-sesame {password.query}")


urlpatterns: list[URLPattern | URLResolver] = [path("crash/", public_view(crash)), *portal_urls]


@pytest.fixture
def delivered(shop: Shop) -> Shop:
    shop.order("first.com")
    shop.finish()
    return shop


@pytest.fixture
def ada(shop: Shop) -> Client:
    client = Client(HTTP_HOST="outreach.localhost")
    client.force_login(shop.world.ada)
    return client


def upstream_secrets() -> set[str]:
    """All that the upstream has told in clear."""
    rows = Upstream.objects.values_list("password", "app_password", "authenticator")
    return {value for row in rows for value in row if value}


def sealed(shop: Shop) -> set[str]:
    with scope(shop.customer.pk):
        rows = Credential.objects.values_list("password", "app_password", "authenticator")
        return {value for row in rows for value in row if value}


def found_in(text: str, secrets: Iterable[str]) -> list[str]:
    return [secret for secret in secrets if secret in text]


@pytest.fixture
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Statements with their parameters, calls with their addresses, and whatever anybody says at DEBUG."""
    connection.force_debug_cursor = True
    for name in ("", "django", "django.db.backends", "urllib3", "requests", "celery", "kombu"):
        caplog.set_level(logging.DEBUG, logger=name)
    yield
    connection.force_debug_cursor = False


def test_no_log_tells_a_secret_from_the_order_to_the_reveal(
    shop: Shop, ada: Client, everything_is_logged: None, caplog: pytest.LogCaptureFixture
) -> None:
    shop.order("first.com")
    shop.finish()
    with scope(shop.customer.pk):
        number = Mailbox.objects.filter(state="ACTIVE").values_list("pk", flat=True)[0]
    page = reverse("mailboxes:reveal", args=["acme", number])
    revealed = ada.post(page, {"password": PASSWORD})
    wrong = ada.post(page, {"password": "not-the-pass-phrase"})
    assert (revealed.status_code, wrong.status_code) == (200, 422)
    told = upstream_secrets()
    assert len(told) >= 4
    assert found_in(revealed.content.decode(), told)
    assert len(caplog.records) > 100
    assert "mailboxes_credential" in caplog.text, "the statements are not logged, so nothing is looked at"
    assert found_in(caplog.text, [*told, PASSWORD, "not-the-pass-phrase", UPSTREAM_KEY]) == []


def test_a_log_that_told_one_would_be_seen(
    delivered: Shop, everything_is_logged: None, caplog: pytest.LogCaptureFixture
) -> None:
    secret = next(iter(upstream_secrets()))
    with scope(delivered.customer.pk):
        Mailbox.objects.filter(first_name=secret).exists()
    assert found_in(caplog.text, [secret]) == [secret]


def test_no_table_holds_a_secret_in_clear(delivered: Shop, ada: Client) -> None:
    """Answers of operations, events, audit rows, sessions and all the others, credentials included."""
    told, seen = upstream_secrets(), 0
    with connections["default"].cursor() as cursor:
        cursor.execute(TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT set_config('app.staff', 'on', true)")
        for table in tables:
            if table.startswith(("django_migrations", "sandbox_")):
                continue
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" AS t')
            rows = [row for (row,) in cursor.fetchall()]
            seen += len(rows)
            assert found_in("\n".join(rows), [*told, UPSTREAM_KEY]) == [], table
    assert seen > 50
    assert told


def test_a_message_that_wakes_a_worker_carries_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing in it there is nothing to leak in a broker, a log or an error. These are all that is sent."""
    sent: list[tuple[object, ...]] = []
    monkeypatch.setattr(jobs_waking, "count_waiting", lambda _app, _task: 0)
    for task in (work, process, mirror_tasks.work):
        monkeypatch.setattr(task, "apply_async", lambda *args, **options: sent.append((args, options)))
    waking.wake()
    webhook_views._wake()
    mirror_tasks.wake()
    assert sent == [((), {"retry": False, "expires": EXPIRES_SECONDS})] * 3
    senders = [path for path in settings.BASE_DIR.glob("[a-z]*/**/*.py") if SENDS.search(path.read_text())]
    ours = {str(path.relative_to(settings.BASE_DIR)) for path in senders if "tests" not in path.parts}
    assert ours == {"reseller_portal/beat.py", "reseller_portal/jobs/waking.py"}


def test_no_list_asks_the_table_of_credentials(delivered: Shop, ada: Client) -> None:
    hidden = [*upstream_secrets(), *sealed(delivered)]
    for page in LISTS:
        with CaptureQueriesContext(connection) as seen:
            answer = ada.get(f"/c/acme/{page}")
        assert answer.status_code == 200
        statements = " ".join(each["sql"] for each in seen.captured_queries)
        assert "SELECT" in statements
        assert "credential" not in statements, page
        assert found_in(answer.content.decode(), hidden) == [], page


def test_the_page_of_a_mailbox_knows_that_there_are_some_and_not_which(delivered: Shop, ada: Client) -> None:
    with scope(delivered.customer.pk):
        number = Mailbox.objects.filter(state="ACTIVE").values_list("pk", flat=True)[0]
    with CaptureQueriesContext(connection) as seen:
        answer = ada.get(reverse("mailboxes:detail", args=["acme", number]))
    asked = [each["sql"] for each in seen.captured_queries if "mailboxes_credential" in each["sql"]]
    assert asked
    assert found_in(" ".join(asked), ['"password"', "app_password", "authenticator"]) == []
    assert found_in(answer.content.decode(), [*upstream_secrets(), *sealed(delivered)]) == []


def test_an_error_page_tells_nothing_of_the_error(delivered: Shop) -> None:
    client = Client(raise_request_exception=False)
    with override_settings(ROOT_URLCONF="tests.flow.test_secrets", DEBUG=False):
        answer = client.get("/crash/")
    assert answer.status_code == 500
    text = answer.content.decode()
    assert found_in(text, ["open-sesame", "RuntimeError", "Traceback", "credential", settings.SECRET_KEY]) == []


def test_no_page_of_staff_shows_a_secret(delivered: Shop) -> None:
    """Not even encrypted, and neither keys of the installation nor of sessions."""
    browser = browser_of(make_admin())
    hidden = [*upstream_secrets(), *sealed(delivered), UPSTREAM_KEY, settings.SECRET_KEY, *settings.FIELD_KEYS]
    hidden.append(str(browser.session.session_key))
    things = [f"admin/{kind}/{number}/change/" for kind, number in staff_things()]
    assert len(things) > 10
    for address in [*things, *(each for each in OF_STAFF if "logout" not in each)]:
        answer = browser.get(f"/{address}", follow=True)
        assert found_in(answer.content.decode(errors="replace"), hidden) == [], address


def staff_things() -> Iterator[tuple[str, object]]:
    """One of each model in the admin, the newest."""
    with staff_scope("test: what staff may open"):
        for model in admin.site._registry:
            newest = model._default_manager.order_by("-pk").first()
            if newest is not None:
                yield f"{model._meta.app_label}/{model._meta.model_name}", newest.pk
            for each in Operation.objects.all() if model is Operation else ():
                yield "operations/operation", each.pk


def test_credentials_have_no_page_in_the_admin() -> None:
    assert [each for each in OF_STAFF if "credential" in each] == []


def test_an_unknown_address_is_a_page_of_ours(ada: Client) -> None:
    answer = ada.get("/c/acme/nowhere/")
    assert answer.status_code == 404
    assert Http404.__name__ not in answer.content.decode()
    assert "urlpatterns" not in answer.content.decode()
