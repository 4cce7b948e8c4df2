"""The admin is served on its own host and on no brand's."""

import pytest
from django.http import HttpRequest
from django.test import Client

from accounts.hosts import is_admin_host
from reseller_portal.core.hosts import name_of_host
from tests.accounts.staff import browser_of, make_admin
from tests.world import World


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/accounts/customer/", "/admin/no-such-page/"])
def test_a_host_of_a_brand_has_no_admin(world: World, path: str) -> None:
    rex = browser_of(make_admin())
    assert rex.get(path, HTTP_HOST="outreach.localhost").status_code == 404
    assert Client().get(path, HTTP_HOST="foundry.localhost:8000").status_code == 404


def test_staff_are_sent_from_a_brand_to_the_host_of_the_admin(world: World) -> None:
    answer = browser_of(make_admin()).get("/", HTTP_HOST="outreach.localhost")
    assert answer["Location"] == "http://testserver/admin/"


@pytest.mark.parametrize("host", ["testserver", "TESTSERVER:8000", "testserver.", "testserver.:443"])
def test_a_host_is_compared_as_hosts_are(host: str) -> None:
    request = HttpRequest()
    request.META["HTTP_HOST"] = host
    assert is_admin_host(request)


@pytest.mark.parametrize(("host", "name"), [("[::1]:80", "[::1]"), ("[::1]", "[::1]"), ("a.b:1", "a.b")])
def test_a_port_is_no_part_of_a_host(host: str, name: str) -> None:
    assert name_of_host(host) == name


def test_a_prefix_that_somebody_claims_opens_no_admin(world: World) -> None:
    rex = browser_of(make_admin())
    address, prefix = "/admin/accounts/customer/", "/x"
    assert rex.get(address, HTTP_HOST="outreach.localhost", SCRIPT_NAME=prefix).status_code == 404
