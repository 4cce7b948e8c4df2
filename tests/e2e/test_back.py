"""The Back button of a real browser shows nothing that was secret, and nothing after signing out."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PASSWORD, sign_in
from tests.stack import Stack


def test_back_after_leaving_shows_no_credentials(stack: Stack, page: Page) -> None:
    sign_in(page, stack, "ada@acme.example")
    page.goto(stack.at("/c/acme/mailboxes/?state=active"))
    page.locator("tbody a").first.click()
    page.fill("#id_password", PASSWORD)
    page.click("text=Show credentials")
    expect(page.locator("[data-hides-after]")).to_be_visible()
    page.goto(stack.at("/c/acme/orders/"))
    page.go_back()
    page.wait_for_load_state()
    expect(page.locator("[data-hides-after]")).to_have_count(0)


def test_back_after_signing_out_shows_no_page_of_a_company(stack: Stack, page: Page) -> None:
    sign_in(page, stack, "ada@acme.example")
    for address in ("/c/acme/mailboxes/", "/c/acme/billing/"):
        page.goto(stack.at(address))
    page.goto(stack.at("/account/logout/"))
    page.locator("main button[type=submit]").first.click()
    page.wait_for_load_state()
    for _ in range(3):
        page.go_back()
        page.wait_for_load_state()
        assert "tryacme" not in page.content()
        expect(page.locator("table")).to_have_count(0)
