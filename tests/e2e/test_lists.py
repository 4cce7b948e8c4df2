"""Lists as people have them, in a real browser: who comes of them, and how the odd lines are mended."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from reseller_portal.core.lists.names import shown_name
from tests.e2e import pages
from tests.e2e.conftest import assert_clean, assert_no_faults, forgive, sign_in, watched
from tests.lists import more_people
from tests.stack import Stack

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]
CASES = Path(__file__).parents[1] / "lists" / "cases"
PEOPLE: list[dict[str, Any]] = json.loads((CASES / "people.json").read_text("utf-8"))
DOMAINS: list[dict[str, Any]] = json.loads((CASES / "domains.json").read_text("utf-8"))
BUILDER, FIND = "/c/acme/mailboxes/order/", "/c/acme/domains/find/?way=list"
A_MINUTE = 60
# 195 people as a colleague sends them, and five lines that need a look.
FIRST = ("Ada", "Ben", "Cleo", "Dora", "Emil", "Finn", "Gwen", "Hugo", "Iris", "Jan", "Kaja", "Leo", "Mila")
LAST = (
    "Abel",
    "Brandt",
    "Costa",
    "Dietz",
    "Ek",
    "Falk",
    "Graf",
    "Holm",
    "Iversen",
    "Jansen",
    "Kohl",
    "Lind",
    "Moe",
    "Nagy",
    "Orr",
)
ODD = {"Cher": "Sarkisian", "Madonna": "Ciccone", "Prince": "Nelson", "Adele": "Adkins", "Bono": "Hewson"}


@pytest.fixture
def ada(page: Page, stack: Stack) -> Page:
    sign_in(page, stack, "ada@acme.example")
    return page


def test_every_told_list_of_people_becomes_the_mailboxes_that_were_meant(ada: Page, stack: Stack) -> None:
    for case in PEOPLE:
        begin(ada, stack, case["domains"])
        paste(ada, case["text"])
        if "problem" in case:
            expect(ada.locator("#reading .error").first, case["name"]).to_contain_text(case["problem"])
            continue
        expect(ada.locator("[data-people] tbody tr"), case["name"]).to_have_count(len(case["wanted"]))
        wanted = [(address, shown_name(first, last)) for address, first, last in case["wanted"]]
        assert sorted(shown(ada, case["domains"])) == sorted(wanted), case["name"]
        expect(ada.locator("#reading .error")).to_have_count(0)
    assert_no_faults(ada)


def test_every_told_list_of_domains_is_read_as_it_was_meant(ada: Page, stack: Stack) -> None:
    begin(ada, stack, "")
    paste(ada, "Lena Ostrow")
    for case in DOMAINS:
        ada.fill("#domains", case["text"])
        read_now(ada)
        if "problem" in case:
            expect(ada.locator("#reading .error").first, case["name"]).to_contain_text(case["problem"])
        else:
            wanted = [re.compile(rf"^\s*{re.escape(name)}") for name in case["wanted"]]
            expect(ada.locator(".removable li"), case["name"]).to_have_text(wanted)
            expect(ada.locator("#reading .error")).to_have_count(0)
    assert_no_faults(ada)


def test_find_domains_says_of_each_pasted_name_what_it_is(ada: Page, stack: Stack) -> None:
    ada.goto(stack.at(FIND))
    ada.fill("#names", "\n".join(case["text"] for case in DOMAINS if "," not in case["text"]))
    ada.click("text=Check these names")
    for case in DOMAINS:
        if "problem" in case:
            expect(ada.locator("#answers"), case["name"]).to_contain_text(case["problem"])
    expect(ada.locator("tbody input[name=name]:enabled")).to_have_count(2)
    assert_clean(ada)


@pytest.mark.parametrize("name", ["google-bulk-template", "microsoft-bulk-template", "vcard"])
def test_an_export_becomes_the_right_order_as_a_file(ada: Page, stack: Stack, name: str) -> None:
    """Not a word of ours is read: a file is chosen and one button is pressed."""
    case = next(each for each in PEOPLE if each["name"] == name)
    begin(ada, stack, case["domains"])
    upload(ada, f"{name}.{'vcf' if name == 'vcard' else 'csv'}", case["text"].encode())
    ada.click("#do-check")
    ada.wait_for_url("**/orders/check/**")
    for address, first, last in case["wanted"]:
        expect(ada.locator("main")).to_contain_text(address)
        expect(ada.locator("main")).to_contain_text(f"{first} {last}")
    assert_no_faults(ada)


def test_two_hundred_people_with_five_odd_lines_are_ordered_by_keyboard_within_a_minute(
    ada: Page, stack: Stack
) -> None:
    people = [f"{first} {last}" for last in LAST for first in FIRST]
    for place, name in enumerate(ODD):
        people.insert(20 + 37 * place, name)
    began = time.monotonic()
    begin(ada, stack, "tryacme.net", pattern="first.last")
    ada.focus("#people")
    ada.keyboard.insert_text("\n".join(people))
    expect(ada.locator(".corrections li")).to_have_count(len(ODD), timeout=15_000)
    for surname in ODD.values():
        tab_to(ada, ".corrections input[aria-invalid]")
        ada.keyboard.type(surname)
    tab_to(ada, "#do-check", backwards=True)
    ada.keyboard.press("Enter")
    ada.wait_for_url("**/orders/check/**")
    expect(ada.locator("main")).to_contain_text("cher.sarkisian@tryacme.net", timeout=15_000)
    expect(ada.locator("button", has_text="Pay $")).to_be_enabled(timeout=15_000)
    assert time.monotonic() - began < A_MINUTE
    assert_no_faults(ada)


def test_odd_lines_are_mended_without_javascript(stack: Stack, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = watched(context.new_page())
    sign_in(page, stack, "ada@acme.example")
    page.goto(stack.at(BUILDER))
    page.fill("#domains", "tryacme.net")
    page.fill("#people", "Wilma Stone\nCher\nFred Stone")
    page.click("#do-check")
    expect(page.locator("[data-error-summary]")).to_contain_text("1 needs a correction")
    forgive(page, "422")
    page.fill(".corrections input[aria-invalid]", "Sarkisian")
    page.click("#do-read")
    expect(page.locator(".corrections")).to_have_count(0)
    assert sorted(address for address, _ in shown(page, "tryacme.net")) == [
        "cher@tryacme.net", "fred@tryacme.net", "wilma@tryacme.net",
    ]  # fmt: skip
    page.click("#do-check")
    page.wait_for_url("**/orders/check/**")
    expect(page.locator("main")).to_contain_text("cher@tryacme.net")
    assert_no_faults(page)
    context.close()


@pytest.mark.parametrize("look", pages.ALL_LOOKS)
def test_the_builder_is_clean_in_every_state(stack: Stack, browser: Browser, look: tuple[int, str]) -> None:
    context, page = pages.opened(browser, look)
    sign_in(page, stack, "ada@acme.example")
    for domains, people in (
        ("tryacme.net", more_people.LAYOUTS[next(iter(more_people.LAYOUTS))][0]),
        ("tryacme.net\nexample.con\n192.0.2.7", "Cher\nWilma Stone\nlena@elsewhere.example"),
        ("tryacme.net", "Name,Mail,Phone\nLena Ostrow,lena@tryacme.net,555 1234"),
        ("tryacme.net", "{" + '"people": ["Lena"]' + "}"),
        # More lines than one order carries, of two short lists.
        ("\n".join(f"many-{number}.com" for number in range(80)), "\n".join(f"Wilma Stone{n}" for n in range(80))),
    ):
        begin(page, stack, domains)
        paste(page, people)
        assert_clean(page)
    context.close()


def begin(page: Page, stack: Stack, domains: str, pattern: str = "first") -> None:
    """A new order in the builder, with these domains in it."""
    page.goto(stack.at(BUILDER))
    page.select_option("#pattern", pattern)
    page.fill("#domains", domains)


def paste(page: Page, text: str) -> None:
    page.fill("#people", text)
    read_now(page)


def read_now(page: Page) -> None:
    """Choosing how addresses are made asks at once, as the pause after typing would do."""
    with page.expect_response("**/mailboxes/order/preview/") as answered:
        page.dispatch_event("#pattern", "change")
    assert answered.value.ok
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    # A preview that was overtaken by the next one, as `hx-sync` means it, is noted by htmx as an error.
    forgive(page, "htmx:")


def upload(page: Page, name: str, content: bytes) -> None:
    page.set_input_files("#file", {"name": name, "mimeType": "text/plain", "buffer": content})


def shown(page: Page, domains: str) -> list[tuple[str, str]]:
    """(address, name) of each row."""
    rows = page.locator("[data-people] tbody tr")
    values = rows.locator("input").evaluate_all("inputs => inputs.map(each => each.value)")
    names = [name.strip() for name in rows.locator("th").all_inner_texts()]
    addresses = [value if "@" in value else f"{value}@{domains.splitlines()[0]}" for value in values]
    return list(zip(addresses, names, strict=True))


def tab_to(page: Page, selector: str, *, backwards: bool = False) -> None:
    for _ in range(400):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by keyboard on {page.url}")
