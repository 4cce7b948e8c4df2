"""Every page in light and dark, narrow and wide: axe finds nothing, nothing scrolls sideways, nothing is blocked."""

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import Stack, assert_clean, sign_in, watched

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]
PAGES = (
    "/c/acme/", "/c/acme/domains/", "/c/acme/domains/?state=attention", "/c/acme/domains/?contains=nothing-like-it",
    "/c/acme/domains/tryacme.net/", "/c/acme/domains/acme-conflict.com/", "/c/acme/domains/find/",
    "/c/acme/domains/find/?way=list", "/c/acme/mailboxes/", "/c/acme/mailboxes/order/", "/c/acme/orders/",
    "/c/acme/orders/?state=partly", "/c/acme/billing/", "/style-guide/",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_pages_are_clean(stack: Stack, browser: Browser, scheme: str, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]  # a literal
    page = watched(context.new_page())
    page.goto(stack.at("/account/login/"))
    assert_clean(page)
    sign_in(page, stack, "ada@acme.example")
    for path in [*PAGES, *_details(page, stack)]:
        page.goto(stack.at(path))
        assert_clean(page)
    context.close()


def _details(page: Page, stack: Stack) -> list[str]:
    """One mailbox and one order that went partly wrong."""
    found = []
    for path in ("/c/acme/mailboxes/", "/c/acme/orders/?state=partly"):
        page.goto(stack.at(path))
        found.append(str(page.locator("tbody a").first.get_attribute("href")))
    return found
