"""The frame of every page: theme, zone, sandbox, balance, and how long ago things were."""

from datetime import datetime, timedelta

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone
from django.views.defaults import server_error

from accounts.tenancy import scope
from billing import ledger
from reseller_portal.core.templatetags.portal import browser_name, when
from tests.shop import Shop
from tests.world import World


@pytest.fixture
def ada(world: World) -> Client:
    browser = Client(HTTP_HOST="outreach.localhost")
    browser.force_login(world.ada)
    return browser


def test_the_server_draws_the_chosen_theme(ada: Client) -> None:
    assert "data-theme=" not in ada.get("/c/acme/").content.decode()
    answer = ada.post("/theme/", {"theme": "dark", "next": "/c/acme/domains/"})
    assert answer["Location"] == "/c/acme/domains/"
    assert '<html lang="en" data-theme="dark">' in ada.get("/c/acme/").content.decode()
    ada.post("/theme/", {"theme": ""})
    assert "data-theme=" not in ada.get("/c/acme/").content.decode()


def test_a_theme_that_is_none_is_not_drawn(ada: Client) -> None:
    ada.cookies["theme"] = '"><script>'
    assert "data-theme=" not in ada.get("/c/acme/").content.decode()


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", ""])
def test_choosing_a_theme_leads_to_no_other_site(ada: Client, back: str) -> None:
    assert ada.post("/theme/", {"theme": "light", "next": back})["Location"] == "/"


def test_times_are_in_the_zone_of_the_viewer(shop: Shop, ada: Client) -> None:
    shop.order("first.com")
    shop.finish()
    assert "Times in UTC" in ada.get("/c/acme/billing/").content.decode()
    ada.cookies["zone"] = "Asia%2FTokyo"
    page = ada.get("/c/acme/billing/").content.decode()
    assert "Times in Asia/Tokyo" in page
    assert 'Asia/Tokyo">' in page


@pytest.mark.parametrize("zone", ["../../etc/passwd", "Europe", "Mars/Olympus", "%00"])
def test_a_zone_that_is_none_is_passed_over(ada: Client, zone: str) -> None:
    ada.cookies["zone"] = zone
    assert "Times in UTC" in ada.get("/c/acme/billing/").content.decode()


def test_the_sandbox_and_a_low_balance_are_said_in_the_frame(shop: Shop, ada: Client) -> None:
    page = ada.get("/c/acme/orders/").content.decode()
    assert "Orders in the sandbox cost nothing" in page
    assert "The balance is low" not in page
    with scope(shop.customer.pk):
        ledger.hold(customer=shop.customer, amounts={"most": 96_000}, reference="most", description="Most of it")
    assert "The balance is low" in ada.get("/c/acme/orders/").content.decode()


def test_the_page_of_a_fault_is_drawn_without_anything_that_may_have_failed(rf: RequestFactory) -> None:
    page = server_error(rf.get("/")).content.decode()
    assert "A fault on our side" in page
    assert "css/components.css" in page
    assert "<style" not in page


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=5), "now"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(days=2), "2 d ago"),
        (timedelta(minutes=-10, seconds=-5), "in 10 min"),
    ],
)
def test_a_time_is_told_by_its_distance(ago: timedelta, words: str) -> None:
    assert f">{words}</time>" in when(timezone.now() - ago)


def test_what_is_older_than_a_week_is_told_by_its_date() -> None:
    shown = when(datetime(2026, 3, 17, 14, 20, 5, tzinfo=timezone.get_default_timezone()))
    assert ">17 Mar 2026</time>" in shown
    assert 'title="17 Mar 2026, 14:20:05 UTC"' in shown


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/139.0 Safari/537.36 Edg/139.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on an iPhone"),
        ("curl/8.9", "Another program"),
    ],
)  # fmt: skip
def test_a_browser_is_told_by_its_name(agent: str, words: str) -> None:
    assert browser_name(agent) == words
