"""Rex's pages of the mirror: clean in every light and width, and a dry run that is watched to its end."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import pages
from tests.e2e.conftest import assert_clean, assert_no_faults, forgive, sign_in, watched
from tests.stack import Stack

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]
A_MINUTE = 60_000
ADOPTION = "/admin/mirror/survey/adoption/"
PAGES = (
    "/admin/", ADOPTION, "/admin/mirror/survey/", "/admin/mirror/drift/", "/admin/mirror/drift/?state=all",
    "/admin/accounts/customer/?owner=there",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_pages_of_the_mirror_are_clean(stack: Stack, browser: Browser, scheme: str, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]  # a literal
    page = watched(context.new_page())
    sign_in(page, stack, "rex@reseller.example")
    for path in [*PAGES, *_details(page, stack)]:
        page.goto(stack.at(path))
        assert_clean(page)
    context.close()


@pytest.mark.parametrize("look", pages.LOOKS)
def test_every_decision_about_an_order_is_clean_before_and_after_it_was_refused(
    stack: Stack, browser: Browser, look: tuple[int, str]
) -> None:
    """The demo orders a slow name, which stays under way for long."""
    context, page = pages.opened(browser, look)
    sign_in(page, stack, "rex@reseller.example")
    page.goto(stack.at("/admin/billing/order/?state__exact=working"))
    page.locator("#result_list tbody th a").last.click()
    assert_clean(page)
    steps = [str(each.get_attribute("href")) for each in page.locator("a[href*='/decide/']").all()]
    operations = page.locator("a[href*='/operations/operation/']")
    page.goto(stack.at(str(operations.last.get_attribute("href"))))
    assert_clean(page)
    steps += [str(each.get_attribute("href")) for each in page.locator("a[href*='/decide/']").all()]
    assert {"check", "done", "failed"} <= {each.rstrip("/").rpartition("/")[2] for each in steps}
    for step in dict.fromkeys(steps):
        page.goto(stack.at(step))
        assert_clean(page)
        page.click("main button[type=submit]")
        expect(page.locator("[data-error-summary]")).to_be_focused()
        forgive(page, "422")
        assert_clean(page)
    context.close()


def test_a_dry_run_is_watched_until_it_says_what_would_come(stack: Stack, page: Page) -> None:
    sign_in(page, stack, "rex@reseller.example")
    page.goto(stack.at(ADOPTION))
    page.get_by_role("button", name="dry run").click()
    _expect_findings(page)
    assert_clean(page)
    # The poll has stopped with the survey.
    assert page.locator("#adoption").get_attribute("hx-trigger") is None
    assert_no_faults(page)


def test_the_same_without_javascript(stack: Stack, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = watched(context.new_page())
    sign_in(page, stack, "rex@reseller.example")
    page.goto(stack.at(ADOPTION))
    page.get_by_role("button", name="dry run").click()
    _expect_findings(page)
    context.close()


def _expect_findings(page: Page) -> None:
    """The company that the demo left outside is new, with all that is its own."""
    expect(page.locator("#adoption")).to_contain_text("The dry run is done", timeout=A_MINUTE)
    found = page.locator("#adoption strong").first
    expect(found).to_contain_text(re.compile(r"1 customer, 2 domains, 5 mailboxes and \d+ subscriptions are new"))
    expect(page.locator("#adoption")).to_contain_text("Nothing will be ordered or charged")
    expect(page.get_by_role("button", name="Adopt the account")).to_be_visible()


def _details(page: Page, stack: Stack) -> list[str]:
    """One customer, and one survey where there is one."""
    found = []
    for path in ("/admin/accounts/customer/", "/admin/mirror/survey/"):
        page.goto(stack.at(path))
        links = page.locator("#result_list tbody th a")
        found += [str(links.first.get_attribute("href"))] if links.count() else []
    return found
