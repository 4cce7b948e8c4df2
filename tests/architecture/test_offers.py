"""Whatever a page offers to a role is allowed to it: each link answers, and no form is refused for who presses it."""

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from accounts import staff_groups
from accounts.models import Membership, User
from accounts.roles import PERMISSIONS, Role
from accounts.tenancy import staff_scope
from tests.accounts.staff import make_member_of
from tests.shop import Shop

LINK = re.compile(r'(?:href|hx-get)="([^"]*)"')
# Doors that end the visit, and files that are no pages.
NOT_FOLLOWED = ("/account/logout/", "/static/", "/brand/", "/admin/logout/")
MOST_OF_A_KIND = 4


def walk(client: Client, *starts: str) -> Iterator[tuple[str, int]]:
    """Each link with the status of its answer; then each button that sends a form, pressed with nothing filled in."""
    waiting, seen, forms = list(starts), dict[tuple[str, str], set[str]](), dict[str, str]()
    while waiting:
        address = waiting.pop(0)
        answer = client.get(address)
        yield address, answer.status_code
        if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
            continue
        page = answer.content.decode()
        forms |= dict.fromkeys(Buttons(page, address).targets(), address)
        for target in filter(None, (within(unescape(each), address) for each in LINK.findall(page))):
            parts = urlsplit(target)
            alike = seen.setdefault((resolve(parts.path).view_name, parts.query.partition("=")[0]), set())
            if target not in alike and len(alike) < MOST_OF_A_KIND:
                alike.add(target)
                waiting.append(target)
    for target, address in forms.items():
        yield f"POST {target} of {address}", client.post(target).status_code


class Buttons(HTMLParser):
    """What can be pressed on a page: the address of each button's form, or its own."""

    def __init__(self, page: str, address: str) -> None:
        super().__init__()
        self.address, self.forms, self.open = address, dict[str, dict[str, str]](), ""
        self.pressed: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = held.get("id") or f"form {len(self.forms)}"
            self.forms[self.open] = held
        is_button = tag == "button" and held.get("type", "submit") == "submit"
        if is_button or (tag == "input" and held.get("type") == "submit"):
            self.pressed.append((held.get("form", self.open), held))

    def handle_endtag(self, tag: str) -> None:
        self.open = "" if tag == "form" else self.open

    def targets(self) -> Iterator[str]:
        for name, button in self.pressed:
            form = self.forms.get(name, {})
            if button.get("formmethod", form.get("method", "get")).lower() == "post":
                found = within(button.get("formaction") or form.get("action") or self.address, self.address)
                if found:
                    yield found


def within(link: str, address: str) -> str:
    """The address that a link leads to in this portal, or nothing."""
    whole = urljoin(f"http://portal{address}", link)
    parts = urlsplit(whole)
    if parts.netloc != "portal" or parts.scheme != "http" or link.startswith("#"):
        return ""
    address = parts.path + (f"?{parts.query}" if parts.query else "")
    return "" if address.startswith(NOT_FOLLOWED) else address


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """What came, what failed, what is asked and what is under way."""
    shop.order("first.com", "hidden-conflict.com", "unlucky-one.com")
    shop.finish()
    shop.order("slow-second.com")
    shop.work()
    return shop


def refused(client: Client, *starts: str) -> list[tuple[str, int]]:
    """What was offered in vain. One form may take away what another one is about, so a form may find nothing."""
    seen = list(walk(client, *starts))
    assert len(seen) > 10, "nothing was walked"
    assert sum(each.startswith("POST") for each, _ in seen) > 1
    return [
        (each, status) for each, status in seen
        if status in {403, 405} or status >= 500 or (status == 404 and not each.startswith("POST"))
    ]  # fmt: skip


@pytest.mark.parametrize("role", PERMISSIONS)
def test_nothing_is_offered_to_a_member_that_their_role_refuses(busy: Shop, role: Role) -> None:
    with staff_scope("test: another role"):
        Membership.objects.filter(customer=busy.customer, user=busy.world.vic).update(role=role)
    client = Client(HTTP_HOST="outreach.localhost")
    client.force_login(User.objects.get(pk=busy.world.vic.pk))
    found = refused(client, "/c/acme/")
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("group", [staff_groups.SUPPORT, staff_groups.ADMIN])
def test_nothing_is_offered_to_staff_that_is_refused(busy: Shop, group: str) -> None:
    client = Client()
    client.force_login(make_member_of(group))
    found = refused(client, "/admin/")
    assert not found, "\n".join(map(str, found))
