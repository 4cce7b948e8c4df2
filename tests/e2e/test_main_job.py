"""The main job as its users do it: three domains with two mailboxes each, by mouse, by keyboard, without JavaScript."""

import json
import os
import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PASSWORD, assert_no_faults, forgive, sign_in, watched
from tests.stack import Stack

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]
A_MINUTE = 60_000


def test_the_main_job_by_mouse(stack: Stack, browser: Browser, page: Page) -> None:
    wallet_before = _wallet(stack)
    sign_in(page, stack, "ada@acme.example")
    _picture(page, "overview")
    page.click("text=Find domains")
    page.click("text=Check a list")
    page.fill("#names", "mousejob-one.com\nmousejob-two.net\nmousejob three.org, mousejob-three.org\ngoogle.com")
    page.click("text=Check these names")
    expect(page.locator("tbody input[name=name]:enabled")).to_have_count(3)
    expect(page.locator("tbody")).to_contain_text("A domain has no spaces")
    expect(page.locator("tr", has_text="google.com")).to_contain_text("Taken")
    page.click("thead .tick")
    _picture(page, "find")
    page.click("text=Continue to mailboxes")
    page.fill("#people", "Maya Ferro\nNoor Haddad")
    page.click("text=Check prices")
    pay = page.locator("button", has_text="Pay $")
    expect(pay).to_be_enabled()
    _picture(page, "check")
    total = _cents(pay.inner_text())
    pay.click()
    expect(page.locator("#live-order")).to_contain_text("Everything is delivered", timeout=A_MINUTE)
    expect(page.locator("#lines [data-line=delivered]")).to_have_count(9)
    _picture(page, "order")
    page.goto(stack.at("/c/acme/mailboxes/?contains=mousejob-one"))
    expect(page.locator("tbody tr", has_text="Active")).to_have_count(2)
    page.get_by_role("link", name="maya@mousejob-one.com").click()
    _reveal(page)
    _picture(page, "mailbox")
    assert_no_faults(page)
    taken = wallet_before - _wallet(stack)
    assert taken == _cost_of(["com", "net", "org"], mailboxes=6)
    assert _ledger_in_the_admin(browser, stack, "mousejob") == {"cost": taken, "capture": total}


def test_the_main_job_by_keyboard(stack: Stack, page: Page) -> None:
    page.goto(stack.at("/account/login/"))
    _tab_to(page, "input[name=login]")
    page.keyboard.type("ada@acme.example")
    _tab_to(page, "input[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/acme/")
    _tab_to(page, "main a[href$='/domains/find/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/find/")
    _tab_to(page, "main a[href='?way=list']")
    page.keyboard.press("Enter")
    page.wait_for_url("**way=list")
    _tab_to(page, "#names")
    page.keyboard.press("Control+a")
    page.keyboard.type("keysjob-one.com\nkeysjob-two.net\nkeysjob-three.org")
    _tab_to(page, "main button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("tbody input[name=name]:enabled")).to_have_count(3)
    _tab_to(page, "thead input")
    page.keyboard.press("Space")
    _tab_to(page, "#answers button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mailboxes/order/?draft=*")
    _tab_to(page, "#people")
    page.keyboard.press("Control+a")
    page.keyboard.type("Maya Ferro\nNoor Haddad")
    _tab_to(page, "main button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("button", has_text="Pay $")).to_be_enabled()
    _tab_to(page, "main form button[data-kind=primary]")
    page.keyboard.press("Enter")
    expect(page.locator("#live-order")).to_contain_text("Everything is delivered", timeout=A_MINUTE)
    page.goto(stack.at("/c/acme/mailboxes/?contains=keysjob-two"))
    _tab_to(page, "tbody a")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/mailboxes/\d+/"))
    _tab_to(page, "#id_password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#secret-password")).not_to_be_empty()
    assert_no_faults(page)


def test_the_main_job_without_javascript(stack: Stack, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = watched(context.new_page())
    sign_in(page, stack, "ada@acme.example")
    page.goto(stack.at("/c/acme/domains/find/?way=list"))
    page.fill("#names", "plainjob-one.com\nplainjob-two.net\nplainjob-three.org")
    page.click("text=Check these names")
    free = page.locator("tbody input[name=name]:enabled")
    expect(free).to_have_count(3)
    page.goto(page.url)
    for number in range(3):
        free.nth(number).check()
    page.click("text=Continue to mailboxes")
    page.fill("#people", "Maya Ferro\nNoor Haddad")
    page.click("text=Check prices")
    pay = page.locator("button", has_text="Pay $")
    expect(pay).to_be_enabled()
    page.goto(page.url)
    pay.click()
    expect(page.locator("#live-order")).to_contain_text("Everything is delivered", timeout=A_MINUTE)
    page.goto(stack.at("/c/acme/mailboxes/?contains=plainjob-three"))
    page.get_by_role("link", name="noor@plainjob-three.org").click()
    _reveal(page)
    context.close()


def _ledger_in_the_admin(browser: Browser, stack: Stack, words: str) -> dict[str, int]:
    """What Rex reads: the sums of the ledger's rows about these names, by kind, in cents."""
    context = browser.new_context()
    page = watched(context.new_page())
    sign_in(page, stack, "rex@reseller.example")
    page.goto(stack.at("/admin/"))
    expect(page.locator(".tile", has_text="Wallet")).to_contain_text("$")
    expect(page.locator(".tile", has_text="Customers")).to_contain_text(re.compile(r"[34]"))
    sums = {}
    for kind in ("cost", "capture"):
        page.goto(stack.at(f"/admin/billing/transaction/?kind={kind}&q={words}"))
        sums[kind] = sum(_cents(each) for each in page.locator("td.field-amount").all_inner_texts())
    assert_no_faults(page)
    context.close()
    return sums


def _reveal(page: Page) -> None:
    """A wrong password shows nothing and says so; the right one shows the credentials."""
    page.fill("#id_password", "not-the-password")
    page.click("text=Show credentials")
    expect(page.locator("[data-error-summary]")).to_contain_text("This is not your password")
    page.fill("#id_password", PASSWORD)
    page.click("text=Show credentials")
    expect(page.locator("#secret-password")).not_to_be_empty()
    forgive(page, "422")


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, as a person without a mouse does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by keyboard on {page.url}")


def _wallet(stack: Stack) -> int:
    """The sandbox's wallet in cents."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{stack.sandbox_port}/control/wallet", headers={"cmr-x-api-key": "sandbox-key"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return int(json.load(answer)["balance"] * 100 + 0.5)


def _cost_of(tlds: list[str], *, mailboxes: int) -> int:
    return sum({"com": 1299, "net": 1450, "org": 1199}[tld] for tld in tlds) + 300 * mailboxes


def _cents(text: str) -> int:
    found = re.search(r"\$([\d,]+)\.(\d\d)", text)
    assert found, text
    return int(found[1].replace(",", "")) * 100 + int(found[2])


def _picture(page: Page, name: str) -> None:
    """For the README, when SCREENSHOTS names a folder."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=name != "check")
