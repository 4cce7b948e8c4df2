"""Every page of the admin, found by following its links: clean in light and dark, wide and narrow."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import Browser, Page

from tests.e2e import pages
from tests.e2e.conftest import assert_clean, forgive, sign_in
from tests.stack import Stack

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(900)]
# Answers that are no pages, doors that everybody has, and what is only sent to.
NO_PAGES = {
    "jsi18n", "autocomplete", "login", "logout", "password_change", "password_change_done", "view_on_site",
    "accounts_brand_swatch", "accounts_customer_invite", "accounts_user_link", "mirror_drift_decide",
}  # fmt: skip
# Their buttons stand on pages of what the demo may not hold; their forms are those of the decisions that it holds.
BY_STATE = ("_decide", "billing_account_import", "accounts_user_second_step")


def test_every_page_that_links_lead_to_is_clean(stack: Stack, browser: Browser) -> None:
    """One page of each kind in each look; whatever the admin can show is found, or its list is empty."""
    found = walk(stack, browser)
    missing = {name for name in names() if name not in found and not name.endswith(BY_STATE)} - NO_PAGES
    unexplained = {name for name in missing if name.rpartition("_")[0] + "_changelist" not in found or "add" in name}
    assert sorted(each for each in unexplained if not each.endswith(("_add", "_delete"))) == []
    for look in pages.LOOKS:
        context, page = pages.opened(browser, look)
        sign_in(page, stack, "rex@reseller.example")
        for path in found.values():
            page.goto(stack.at(path))
            forgive(page, "Failed to load resource")
            assert_clean(page)
        context.close()


@pytest.mark.parametrize("look", pages.LOOKS)
def test_every_page_of_support_is_clean(stack: Stack, browser: Browser, look: tuple[int, str]) -> None:
    found = walk(stack, browser, email="sam@reseller.example")
    assert "index" in found
    assert "billing_transaction_add" not in found
    context, page = pages.opened(browser, look)
    sign_in(page, stack, "sam@reseller.example")
    for path in found.values():
        assert answer_of(page, stack.at(path)) == 200, f"{path} is offered and refused"
        assert_clean(page)
    context.close()


def names(resolver: URLResolver | None = None) -> Iterator[str]:
    """Of all patterns of the admin."""
    for each in (resolver or _admin()).url_patterns:
        if isinstance(each, URLResolver):
            yield from names(each)
        elif isinstance(each, URLPattern) and each.name:
            yield each.name


def walk(stack: Stack, browser: Browser, email: str = "rex@reseller.example") -> dict[str, str]:
    """By the name of its pattern, the first address of each page that links lead to."""
    context, page = pages.opened(browser, pages.LOOKS[0])
    sign_in(page, stack, email)
    found, waiting = {"index": "/admin/", "app_list": "/admin/accounts/"}, ["/admin/"]
    while waiting:
        page.goto(stack.at(waiting.pop(0)))
        for href in page.eval_on_selector_all("a[href]", "links => links.map((each) => each.getAttribute('href'))"):
            path = urlsplit(urljoin(page.url, href)).path
            name = _name_of(path)
            if name and name not in found and name not in NO_PAGES:
                found[name] = path
                waiting.append(path)
    context.close()
    return found


def answer_of(page: Page, address: str) -> int:
    answer = page.goto(address)
    return answer.status if answer else 0


def _admin() -> URLResolver:
    return next(
        each for each in get_resolver().url_patterns if isinstance(each, URLResolver) and each.namespace == "admin"
    )


def _name_of(path: str) -> str:
    try:
        match = resolve(path)
    except Resolver404:
        return ""
    return str(match.url_name or "") if match.namespace == "admin" else ""
