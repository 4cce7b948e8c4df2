"""Whatever stands in path, query, form, cookie or host of any address: no fault, and no work without bound."""

import base64
import os
import random
import re
import resource
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.tenancy import staff_scope
from tests.accounts.staff import make_admin
from tests.architecture.test_every_address import ALL, OF_STAFF
from tests.architecture.test_tenants import ADDRESSES, path_of
from tests.shop import Shop

MOST_STATEMENTS = 60
# The first page of staff counts everything that may need them.
MOST_ON_THE_FIRST_PAGE = 100
MOST_GROWTH_KB = 64 * 1024
LONG = "x" * 20_000


def key(text: str) -> str:
    """A cursor of a list with this inside."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


CURSORS = [
    key('["a", Infinity]'), key("[1e400, 1]"), key("[" * 2500), key('[{"a": [1]}, 5]'), key("[NaN, NaN]"),
    key("[true, null]"), key(f"[{'9' * 400}, {'9' * 400}]"), key('["2026-13-45", -1]'), key('["\\u0000", 1]'),
    key('["\\ud800", 1]'), key('["a", 1' + "0" * 30 + "]"), "%", "ü", LONG,
]  # fmt: skip
ODD = [
    "", " ", "0", "-1", "9" * 30, "1e400", "٣", "\x00", "\ud7ff", "a\r\nX: 1", "'\"><svg>", "%s%(x)s{0}",
    "//evil.example", "../..", "?x=1", "#frag", "javascript:alert(1)", "[]", "{}", "None", "NaN", LONG,
]  # fmt: skip
# Names that views, allauth, htmx or the admin read.
NAMES = (
    "after", "state", "q", "lines", "way", "keyword", "domain", "quote", "draft", "next", "theme", "names", "domains",
    "people", "provider", "pattern", "name", "total_minor", "remove", "login", "password", "email", "code", "action",
    "p", "o", "all", "_popup", "_to_field", "_changelist_filters", "page", "session", "file", "column", "key",
    "company",
)  # fmt: skip
HEADERS = ("HX-Request", "HX-Boosted", "HX-Target", "Referer", "Origin", "Accept-Language", "X-Forwarded-For", "Range")
# Of the admin's lists and forms, beside these.
STAFF_NAMES = (
    *NAMES, "_selected_action", "select_across", "index", "_save", "_continue", "_saveasnew", "e", "reason", "verb",
    "id", "user", "role", "state__exact", "customer__id__exact", "brand__id__exact", "brand", "customer", "owner",
    "amount", "reference", "user_id", "method", "item", "term", "app_label", "model_name", "field_name",
    "is_staff__exact", "groups__id__exact", "pk__in", "at__year", "password__startswith", "memberships-TOTAL_FORMS",
    "memberships-INITIAL_FORMS", "memberships-0-id", "memberships-0-user", "hosts-TOTAL_FORMS", "hosts-INITIAL_FORMS",
)  # fmt: skip
HOSTS = (
    "", "[", "[::1", "a b", "a/b", "a@b", "xn--", "xn--a", "ü.localhost", "x" * 300, "outreach.localhost:99999",
    "outreach.localhost.", "OUTREACH.LOCALHOST:80", "127.0.0.1:0", "localhost\x00", "-.localhost", "٣.localhost",
)  # fmt: skip
# More of each: `ODD_REQUESTS=all make test ARGS=tests/architecture/test_odd_requests.py`.
IS_LONG = os.environ.get("ODD_REQUESTS") == "all"


def some(values: Sequence[str]) -> list[str]:
    """All in the long run; else a third, others with each seed of the order of tests, so that each is tried soon."""
    return list(values) if IS_LONG else random.sample(list(values), (len(values) + 2) // 3)


def few(values: Sequence[str], most: int) -> list[str]:
    """All in the long run; else so many, others with each seed."""
    return list(values) if IS_LONG else random.sample(list(values), min(most, len(values)))


COOKIES = ("theme", "zone", "sessionid", "csrftoken", "messages", "device")


def requests_for(address: str) -> Iterator[tuple[str, dict[str, object]]]:
    for value in some(ODD):
        yield "get", {"data": dict.fromkeys(NAMES, value)}
        yield "post", {"data": dict.fromkeys(NAMES, value)}
    for cursor in some(CURSORS):
        yield "get", {"data": {"after": cursor, "q": cursor}}
    for value in ("", "\x7f", "ü", LONG[:5000], "0", "%00"):
        yield "get", {"headers": dict.fromkeys(HEADERS, value)}
    yield "post", {"data": b"\xff\x00\xfe", "content_type": "multipart/form-data; boundary=" + "b" * 300}
    yield "post", {"data": b"{" * 5000, "content_type": "application/json"}
    yield "post", {"data": b"a=1&" * 2000, "content_type": "application/x-www-form-urlencoded"}
    yield "post", {"data": b"%ff%fe=%00&=&&", "content_type": "application/x-www-form-urlencoded"}


@pytest.fixture(autouse=True)
def no_limits(settings: Settings) -> None:
    """Else most of what follows would be answered 429, before anything reads it."""
    settings.COSTLY_POSTS_PER_MINUTE = 10**9
    settings.ACCOUNT_RATE_LIMITS = {
        action: re.sub(r"\d+/(?=\d*[smhd]/)", "1000000/", rates)
        for action, rates in settings.ACCOUNT_RATE_LIMITS.items()
    }


def assert_holds(client: Client, address: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for method, options in requests_for(address):
        with CaptureQueriesContext(connection) as statements:
            answer = (
                client.generic(method.upper(), address) if not options else getattr(client, method)(address, **options)
            )
        seen = f"{method} {address} {str(options)[:200]}"
        assert answer.status_code < 500, seen
        assert len(statements) <= MOST_STATEMENTS, seen
    for cookie in some(COOKIES):
        other = Client(HTTP_HOST="outreach.localhost", raise_request_exception=False)
        for value in ("", "x" * 4000, '"><', "\\", "%ff%00", "ü"):
            other.cookies[cookie] = value
            assert other.get(address).status_code < 500, f"{address} {cookie}={value[:20]}"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_GROWTH_KB, address


@pytest.mark.parametrize("address", ADDRESSES, ids=[each.name for each in ADDRESSES])
def test_an_odd_request_to_a_page_of_a_customer_is_no_fault(shop: Shop, address: object) -> None:
    client = Client(HTTP_HOST="outreach.localhost", raise_request_exception=False)
    client.force_login(shop.world.ada)
    assert_holds(client, path_of(address, shop))  # type: ignore[arg-type]  # one of ADDRESSES


OTHERS = [each for each in ALL if not each.startswith(("c/", "admin/"))]


@pytest.mark.parametrize("address", OTHERS)
def test_an_odd_request_to_any_other_page_is_no_fault(shop: Shop, address: str) -> None:
    for person in (None, shop.world.ada):
        client = Client(HTTP_HOST="outreach.localhost", raise_request_exception=False)
        if person:
            client.force_login(person)
        assert_holds(client, f"/{address}")


def staff_requests() -> Iterator[tuple[str, dict[str, object]]]:
    for value in ODD if IS_LONG else random.sample(ODD, 3):
        yield "get", {"data": dict.fromkeys(STAFF_NAMES, value)}
        yield "post", {"data": dict.fromkeys(STAFF_NAMES, value)}
        yield "get", {"data": {"q": value}}
        yield "get", {"data": {"p": value, "o": value}}
    for cursor in CURSORS if IS_LONG else random.sample(CURSORS, 1):
        yield "get", {"data": {"after": cursor}}


@pytest.fixture
def staff(shop: Shop) -> Client:
    shop.order("first.com")
    shop.finish()
    client = Client(HTTP_HOST=settings.ADMIN_HOST, raise_request_exception=False)
    client.force_login(make_admin())
    return client


def pages_of(name: str) -> list[str]:
    """The addresses of one model in the admin, with a row that is there."""
    model = next(each for each in admin.site._registry if each._meta.label_lower == name)
    with staff_scope("test: a row of each"):
        row = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    start = f"/admin/{name.replace('.', '/')}/"
    return [f"/{each.replace('/1/', f'/{row or 1}/', 1)}" for each in OF_STAFF if f"/{each}".startswith(start)]


@pytest.mark.parametrize("name", sorted(each._meta.label_lower for each in admin.site._registry))
def test_an_odd_request_to_a_page_of_staff_is_no_fault(staff: Client, name: str) -> None:
    assert_holds_for_staff(staff, pages_of(name))


BESIDE_LISTS = [f"/{each}" for each in OF_STAFF if not each.startswith(tuple(
    f"admin/{each._meta.label_lower.replace('.', '/')}/" for each in admin.site._registry
))]  # fmt: skip


def test_an_odd_request_to_any_other_page_of_staff_is_no_fault(staff: Client) -> None:
    assert len(BESIDE_LISTS) >= 5
    assert_holds_for_staff(staff, BESIDE_LISTS)


def assert_holds_for_staff(staff: Client, addresses: list[str]) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for address in addresses:
        for method, options in staff_requests():
            connection.queries_log.clear()  # it has an end, and warns of it
            with CaptureQueriesContext(connection) as statements:
                answer = getattr(staff, method)(address, **options)
            seen = f"{method} {address} {str(options)[:200]}"
            assert answer.status_code < 500, seen
            assert len(statements) <= (MOST_ON_THE_FIRST_PAGE if address == "/admin/" else MOST_STATEMENTS), seen
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_GROWTH_KB


NUMBERS = ("-1", "0", "10000", "9" * 20, "-" + "9" * 20, "1e400", "NaN", "٣", "x", "2026-13-45", "1,2", "", "\ud7ff")
LOOKUPS = (
    "exact",
    "year",
    "month",
    "day",
    "gte",
    "lt",
    "in",
    "range",
    "isnull",
    "date",
    "year__gte",
    "week_day",
    "hour",
)


def conditions_of(page: "admin.ModelAdmin[Any]") -> set[str]:
    """Each field that the admin lets a list be asked about, with each lookup."""
    names = {each.name for each in page.model._meta.concrete_fields}
    for each in page.list_filter:
        names.add(each if isinstance(each, str) else str(getattr(each, "parameter_name", "")))
    return {*names, *(f"{name}__{lookup}" for name in names for lookup in LOOKUPS)}


@pytest.mark.parametrize("value", ["-1", "9" * 20])
def test_a_year_that_no_calendar_has_is_a_wrong_address(staff: Client, value: str) -> None:
    for list_, field in (("accounts/auditentry", "at"), ("billing/transaction", "at"), ("accounts/mail", "queued_at")):
        answer = staff.get(f"/admin/{list_}/", {f"{field}__year": value})
        assert (answer.status_code, answer.headers.get("Location", "")[-4:]) == (302, "?e=1"), list_


@pytest.mark.parametrize("name", sorted(each._meta.label_lower for each in admin.site._registry))
def test_an_odd_value_of_a_condition_of_a_list_of_staff_is_a_wrong_address(staff: Client, name: str) -> None:
    page = next(each for model, each in admin.site._registry.items() if model._meta.label_lower == name)
    address = f"/admin/{name.replace('.', '/')}/"
    # In a JSON value *year* is a key like any other.
    dates = {each.name for each in page.model._meta.concrete_fields if isinstance(each, models.DateField)}
    for condition in few(sorted(conditions_of(page)), 15):
        for value in few(NUMBERS, 3):
            connection.queries_log.clear()  # it has an end, and warns of it
            answer = staff.get(address, {condition: value})
            seen = f"{address}?{condition}={value}"
            assert answer.status_code in {200, 302, 400, 403}, seen
            if answer.status_code == 302:
                assert answer.headers["Location"].endswith("?e=1"), seen
            if condition.partition("__")[0] in dates and "year" in condition and value in {"-1", "9" * 20}:
                assert answer.status_code != 200 or not answer.context.get("cl"), seen


def test_an_odd_action_on_ticked_rows_is_no_fault(staff: Client) -> None:
    for model, page in admin.site._registry.items():
        for action in ("", "no_such", "delete_selected", *(str(each) for each in page.actions or ())):
            for ticked in (["1"], ["x"], ["9" * 30], ["-1", "\ud7ff"], []):
                form = {
                    "action": action,
                    "_selected_action": ticked,
                    "select_across": "9",
                    "index": "x",
                    "reason": LONG,
                }
                address = f"/admin/{model._meta.label_lower.replace('.', '/')}/"
                assert staff.post(address, form).status_code < 500, f"{address} {action} {ticked}"


@pytest.mark.parametrize("host", HOSTS)
def test_an_odd_host_is_no_fault_at_any_address(shop: Shop, host: str) -> None:
    for address in ALL:
        client = Client(HTTP_HOST=host, raise_request_exception=False)
        for method in ("GET", "POST"):
            answer = client.generic(method, f"/{address.replace('c/1/', 'c/acme/')}")
            assert answer.status_code < 500, address
            for part in ("-.", "x" * 300, "[", "@"):
                assert part not in answer.headers.get("Location", ""), address


@pytest.mark.parametrize(
    "path", [LONG, "%00", "%ff", "a%0d%0ab", "..%2f..%2f", "ü", "1" * 200, "-1", "%F0%9F%98%80", "a;b=c"]
)
def test_an_odd_path_is_no_fault(shop: Shop, path: str) -> None:
    client = Client(HTTP_HOST="outreach.localhost", raise_request_exception=False)
    client.force_login(shop.world.ada)
    for before in (
        "/",
        "/c/",
        "/c/acme/",
        "/c/acme/domains/",
        "/c/acme/mailboxes/",
        "/c/acme/orders/",
        "/brand/",
        "/account/",
        "/admin/",
    ):
        for after in ("", "/", ".css"):
            for method in ("GET", "POST"):
                answer = client.generic(method, before + path + after)
                assert answer.status_code < 500, before + path[:50] + after
